use super::SmimeError;
use crate::mime::{Entity, parts};
use std::borrow::Cow;

/// How deep multiparts are looked into for forwarded messages.
pub const FORWARDED_DEPTH_MAX: usize = 16;
/// How many forwarded messages are found.
pub const FORWARDED_MAX: usize = 100;

/// Finds the messages that an entity carries (`message/rfc822`), in multiparts too, octet for octet, so that those that
/// are signed can be [opened](super::open) on their own. Messages inside those messages are not looked for, nor is
/// anything that is encrypted.
///
/// At most [`FORWARDED_MAX`] are found, not deeper than [`FORWARDED_DEPTH_MAX`].
///
/// # Errors
///
/// [`SmimeError::Mime`].
pub fn forwarded(entity: &[u8]) -> Result<Vec<Cow<'_, [u8]>>, SmimeError> {
    let mut found = Vec::new();
    let mut waiting = vec![(entity, 0)];
    while let Some((octets, depth)) = waiting.pop() {
        let entity = Entity::read(octets)?;
        let kind = entity.content_type();
        if kind.essence == "message/rfc822" {
            if found.len() >= FORWARDED_MAX {
                break;
            }
            found.push(entity.decoded_body()?);
        } else if kind.essence.starts_with("multipart/") && depth < FORWARDED_DEPTH_MAX {
            let parts = parts(entity.body, kind.parameter("boundary").unwrap_or_default())?;
            waiting.extend(parts.into_iter().rev().map(|part| (part, depth + 1)));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &str = "Subject: x \r\n\r\nbody \r\n\r\n";

    fn part(message: &str) -> String {
        format!("Content-Type: message/rfc822\r\n\r\n{message}")
    }

    fn multipart(level: usize, parts: &[String]) -> String {
        let mut out = format!("Content-Type: multipart/mixed; boundary=b{level}.\r\n\r\n");
        parts.iter().for_each(|part| out.push_str(&format!("--b{level}.\r\n{part}\r\n")));
        out + &format!("--b{level}.--\r\n")
    }

    #[test]
    fn messages_are_found_exactly_and_in_order() {
        let text = "\r\njust text".to_owned();
        let inner = multipart(1, &[part("first"), text.clone()]);
        let entity = multipart(0, &[text, inner, part(MESSAGE)]);
        assert_eq!(forwarded(entity.as_bytes()).unwrap(), [b"first".as_slice(), MESSAGE.as_bytes()]);
        assert_eq!(forwarded(part(MESSAGE).as_bytes()).unwrap(), [MESSAGE.as_bytes()]);
        assert!(forwarded(b"\r\n").unwrap().is_empty());
    }

    #[test]
    fn depth_and_number_stop_at_their_bounds() {
        let nest = |depth: usize| (0..depth).fold(part("x"), |inner, level| multipart(level, &[inner]));
        assert_eq!(forwarded(nest(FORWARDED_DEPTH_MAX).as_bytes()).unwrap().len(), 1);
        assert_eq!(forwarded(nest(FORWARDED_DEPTH_MAX + 1).as_bytes()).unwrap().len(), 0);
        let many = |count: usize| multipart(0, &vec![part("x"); count]);
        assert_eq!(forwarded(many(FORWARDED_MAX).as_bytes()).unwrap().len(), FORWARDED_MAX);
        assert_eq!(forwarded(many(FORWARDED_MAX + 1).as_bytes()).unwrap().len(), FORWARDED_MAX);
    }
}
