//! What is told of a message without its MIME: its class, its plain text, its attached files.

use smime::mime::{ContentType, Entity};
use wire::eas::MessageClass;

/// How deep multiparts are searched for text.
const DEPTH: usize = 8;
/// How many parts of one multipart are looked at.
const PARTS: usize = 100;

/// Names the class of a message by its content type (MS-ASEMAIL, MessageClass, RFC 8551 section 3.2).
pub fn message_class(mime: &[u8]) -> MessageClass {
    let Ok(entity) = Entity::read(mime) else { return MessageClass::Note };
    let content_type = entity.content_type();
    let is = |protocol: Option<&str>, subtype: &str| {
        protocol.is_some_and(|p| {
            let p = p.to_ascii_lowercase();
            p == format!("application/{subtype}") || p == format!("application/x-{subtype}")
        })
    };
    if content_type.essence == "multipart/signed" && is(content_type.parameter("protocol"), "pkcs7-signature")
    {
        MessageClass::SmimeMultipartSigned
    } else if is(Some(&content_type.essence), "pkcs7-mime") {
        MessageClass::Smime
    } else {
        MessageClass::Note
    }
}

/// Finds the first plain text of a message; `None` if it has none, as an encrypted one.
pub fn plain_text(mime: &[u8]) -> Option<String> {
    search(mime, DEPTH)
}

/// Lists the names and bytes of the files attached to a message: the parts with a file name, decoded; at most
/// 100 of one multipart.
pub fn attached_files(mime: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    collect(mime, DEPTH, &mut found);
    found
}

fn collect(part: &[u8], depth: usize, found: &mut Vec<(String, Vec<u8>)>) {
    let Ok(entity) = Entity::read(part) else { return };
    let content_type = entity.content_type();
    if content_type.essence.starts_with("multipart/") {
        if depth > 0 {
            parts(entity.body, &content_type).into_iter().for_each(|inner| collect(inner, depth - 1, found));
        }
    } else if let (Some(name), Ok(bytes)) = (entity.file_name(), entity.decoded_body()) {
        found.push((name, bytes.into_owned()));
    }
}

fn search(part: &[u8], depth: usize) -> Option<String> {
    let entity = Entity::read(part).ok()?;
    let content_type = entity.content_type();
    if content_type.essence == "text/plain" {
        let body = entity.decoded_body().ok()?;
        return Some(String::from_utf8_lossy(&body).replace('\0', ""));
    }
    if depth == 0 || !content_type.essence.starts_with("multipart/") {
        return None;
    }
    parts(entity.body, &content_type).into_iter().find_map(|inner| search(inner, depth - 1))
}

fn parts<'a>(body: &'a [u8], content_type: &ContentType) -> Vec<&'a [u8]> {
    let Some(boundary) = content_type.parameter("boundary") else { return Vec::new() };
    let delimiter = format!("--{boundary}").into_bytes();
    let mut found = Vec::new();
    let (mut start, mut offset) = (None, 0);
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        if let Some(rest) = line.strip_prefix(delimiter.as_slice()) {
            let rest = rest.trim_ascii();
            if rest.is_empty() || rest == b"--" {
                found.extend(start.and_then(|start| body.get(start..offset)).map(without_line_end));
                start = rest.is_empty().then_some(offset + line.len());
                if start.is_none() || found.len() >= PARTS {
                    break;
                }
            }
        }
        offset += line.len();
    }
    found
}

/// The line end in front of a delimiter belongs to the delimiter (RFC 2046 section 5.1.1).
fn without_line_end(part: &[u8]) -> &[u8] {
    let part = part.strip_suffix(b"\n").unwrap_or(part);
    part.strip_suffix(b"\r").unwrap_or(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_class_follows_the_content_type() {
        for (content_type, class) in [
            ("text/plain", MessageClass::Note),
            ("application/pkcs7-mime; smime-type=enveloped-data", MessageClass::Smime),
            ("application/x-pkcs7-mime", MessageClass::Smime),
            (
                "multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=b",
                MessageClass::SmimeMultipartSigned,
            ),
            ("multipart/signed; protocol=\"application/pgp-signature\"", MessageClass::Note),
            ("multipart/mixed; boundary=b", MessageClass::Note),
        ] {
            let mime = format!("Subject: x\r\nContent-Type: {content_type}\r\n\r\n");
            assert_eq!(message_class(mime.as_bytes()), class, "{content_type}");
        }
    }

    #[test]
    fn the_first_plain_text_is_found() {
        let mime = "Content-Type: multipart/mixed; boundary=o\r\n\r\npreamble\r\n--o\r\n\
            Content-Type: multipart/alternative; boundary=\"i\"\r\n\r\n--i\r\nContent-Type: text/html\r\n\r\n<p>\r\n\
            --i\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\naGVsbG8=\r\n--i--\r\n\
            --o--\r\nepilogue";
        assert_eq!(plain_text(mime.as_bytes()).as_deref(), Some("hello"));
        assert_eq!(plain_text(b"Content-Type: application/pkcs7-mime\r\n\r\nx"), None);
        assert_eq!(plain_text(b"Content-Type: multipart/mixed\r\n\r\nx"), None);
        assert_eq!(plain_text(b"Subject: x\r\n\r\nplain").as_deref(), Some("plain"));
    }

    #[test]
    fn multiparts_are_searched_to_a_depth() {
        let nest = |depth: usize| {
            (0..depth).fold("Content-Type: text/plain\r\n\r\nx".to_owned(), |inner, level| {
                format!("Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n{inner}\r\n--b{level}--\r\n")
            })
        };
        assert!(plain_text(nest(DEPTH).as_bytes()).is_some());
        assert!(plain_text(nest(DEPTH + 1).as_bytes()).is_none());
    }
}
