use super::MimeError;

/// The longest boundary, in characters (RFC 2046, 5.1.1).
pub const BOUNDARY_MAX: usize = 70;

/// The most parts of a multipart.
pub const PARTS_MAX: usize = 1000;

/// The two parts of a `multipart/signed`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedParts<'a> {
    /// What is signed: header and body of the first part, octet for octet. The line end in front of the boundary
    /// belongs to the boundary (RFC 2046, 5.1.1).
    pub content: &'a [u8],
    /// The part with the signature, header and body.
    pub signature: &'a [u8],
}

/// Finds the parts of a `multipart/signed` (RFC 1847, 2.1) in its body. Line ends may be CRLF or LF. A missing
/// closing delimiter is accepted, more or fewer than two parts are not.
///
/// # Errors
///
/// [`MimeError::Boundary`] for a boundary that cannot be one, [`MimeError::PartCount`].
pub fn signed_parts<'a>(body: &'a [u8], boundary: &str) -> Result<SignedParts<'a>, MimeError> {
    let parts = split(body, boundary, 3)?;
    match parts.as_slice() {
        [content, signature] => Ok(SignedParts { content, signature }),
        _ => Err(MimeError::PartCount { found: parts.len() }),
    }
}

/// Finds the parts of any multipart (RFC 2046, 5.1) in its body, header and body of each, octet for octet. Line ends
/// may be CRLF or LF; a missing closing delimiter is accepted.
///
/// # Errors
///
/// [`MimeError::Boundary`] for a boundary that cannot be one, [`MimeError::TooManyParts`] past [`PARTS_MAX`].
pub fn parts<'a>(body: &'a [u8], boundary: &str) -> Result<Vec<&'a [u8]>, MimeError> {
    let parts = split(body, boundary, PARTS_MAX + 1)?;
    if parts.len() > PARTS_MAX { Err(MimeError::TooManyParts { limit: PARTS_MAX }) } else { Ok(parts) }
}

/// The first `limit` parts.
fn split<'a>(body: &'a [u8], boundary: &str, limit: usize) -> Result<Vec<&'a [u8]>, MimeError> {
    if boundary.is_empty() || boundary.len() > BOUNDARY_MAX {
        return Err(MimeError::Boundary);
    }
    let mut parts: Vec<&'a [u8]> = Vec::with_capacity(2);
    let mut part: Option<&'a [u8]> = None;
    let mut rest = body;
    while !rest.is_empty() {
        let len = rest.iter().position(|octet| *octet == b'\n').map_or(rest.len(), |at| at + 1);
        let (line, after) = rest.split_at(len);
        if let Some(closing) = delimiter(line, boundary) {
            if let Some(start) = part.take() {
                let octets = start.get(..start.len() - rest.len()).unwrap_or_default();
                let octets = octets.strip_suffix(b"\n").unwrap_or(octets);
                parts.push(octets.strip_suffix(b"\r").unwrap_or(octets));
            }
            if closing {
                break;
            }
            part = Some(after);
            if parts.len() + 1 >= limit {
                break;
            }
        }
        rest = after;
    }
    parts.extend(part);
    Ok(parts)
}

/// Whether a line is the delimiter, and if so whether it is the closing one. White space may follow.
pub(crate) fn delimiter(line: &[u8], boundary: &str) -> Option<bool> {
    let rest = line.strip_prefix(b"--")?.strip_prefix(boundary.as_bytes())?.trim_ascii_end();
    match rest {
        b"" => Some(false),
        b"--" => Some(true),
        _ => None,
    }
}

/// Whether the text can be a boundary (RFC 2046, 5.1.1).
pub fn is_boundary(text: &str) -> bool {
    let allowed = |octet: u8| octet.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(&octet);
    !text.is_empty() && text.len() <= BOUNDARY_MAX && text.bytes().all(allowed) && !text.ends_with(' ')
}

/// Whether a line of `content` begins as a delimiter with this boundary would.
pub fn contains_boundary(content: &[u8], boundary: &str) -> bool {
    content
        .split(|octet| *octet == b'\n')
        .any(|line| line.strip_prefix(b"--").is_some_and(|line| line.starts_with(boundary.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signed_octets_are_exact() {
        let body = b"preamble\r\n--b \t\r\nA: b\r\n\r\n text \r\n\r\n--bb\r\n--b\r\nC: d\r\n\r\nsig\r\n--b--\r\nepilogue\r\n--b\r\n";
        let parts = signed_parts(body, "b").unwrap();
        assert_eq!(parts.content, b"A: b\r\n\r\n text \r\n\r\n--bb");
        assert_eq!(parts.signature, b"C: d\r\n\r\nsig");
    }

    #[test]
    fn line_feeds_alone_and_a_missing_end_are_accepted() {
        let parts = signed_parts(b"--b\nx\n\n--b\ny\n", "b").unwrap();
        assert_eq!((parts.content, parts.signature), (&b"x\n"[..], &b"y\n"[..]));
        let parts = signed_parts(b"--b\n--b\n--b--", "b").unwrap();
        assert_eq!((parts.content, parts.signature), (&b""[..], &b""[..]));
    }

    #[test]
    fn two_parts_and_nothing_else() {
        assert_eq!(signed_parts(b"text\r\n", "b"), Err(MimeError::PartCount { found: 0 }));
        assert_eq!(signed_parts(b"--b\r\nx\r\n--b--", "b"), Err(MimeError::PartCount { found: 1 }));
        let three = b"--b\r\nx\r\n--b\r\ny\r\n--b\r\nz\r\n--b--";
        assert_eq!(signed_parts(three, "b"), Err(MimeError::PartCount { found: 3 }));
    }

    #[test]
    fn a_boundary_stops_at_its_bound() {
        let body = |boundary: &str| format!("--{boundary}\r\nx\r\n--{boundary}\r\ny\r\n--{boundary}--\r\n");
        let longest = "b".repeat(BOUNDARY_MAX);
        assert!(signed_parts(body(&longest).as_bytes(), &longest).is_ok() && is_boundary(&longest));
        let longer = "b".repeat(BOUNDARY_MAX + 1);
        assert_eq!(signed_parts(body(&longer).as_bytes(), &longer), Err(MimeError::Boundary));
        assert!(!is_boundary(&longer) && !is_boundary("") && !is_boundary("a\r\n") && !is_boundary("a "));
    }

    #[test]
    fn a_boundary_is_seen_at_line_starts_only() {
        assert!(contains_boundary(b"x\r\n--bc", "b"));
        assert!(!contains_boundary(b"x --b\r\n-b", "b"));
    }

    #[test]
    fn parts_stop_at_the_bound() {
        let of = |count: usize| ["--b\r\nx\r\n".repeat(count), "--b--\r\n".into()].concat();
        let at = of(PARTS_MAX);
        let found = parts(at.as_bytes(), "b").unwrap();
        assert!(found.len() == PARTS_MAX && found.iter().all(|part| *part == b"x"));
        let over = parts(of(PARTS_MAX + 1).as_bytes(), "b").map(|_| ());
        assert_eq!(over, Err(MimeError::TooManyParts { limit: PARTS_MAX }));
    }
}
