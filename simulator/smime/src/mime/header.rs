use super::MimeError;

/// The longest header that is read, in octets.
pub const HEADER_BLOCK_MAX: usize = 256 * 1024;

/// The most fields that a header may have.
pub const FIELDS_MAX: usize = 1000;

/// One header field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    /// The name as it was written.
    pub name: &'a str,
    /// The octets after the colon, folded as they were written, without the last line end.
    pub value: &'a [u8],
}

impl Field<'_> {
    /// The value on one line, without the white space around it; octets that are not UTF-8 are replaced.
    pub fn text(&self) -> String {
        let unfolded: Vec<u8> =
            self.value.iter().copied().filter(|octet| !matches!(octet, b'\r' | b'\n')).collect();
        String::from_utf8_lossy(&unfolded).trim().to_owned()
    }
}

/// The header fields of a message or an entity, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers<'a> {
    fields: Vec<Field<'a>>,
}

impl<'a> Headers<'a> {
    /// Reads the header in front of `bytes` and gives it with the body behind the empty line. Line ends may be CRLF or
    /// LF. Lines that are no field are skipped; without an empty line everything is header.
    ///
    /// # Errors
    ///
    /// [`MimeError::HeaderTooLong`] past [`HEADER_BLOCK_MAX`], [`MimeError::TooManyFields`] past [`FIELDS_MAX`].
    pub fn read(bytes: &'a [u8]) -> Result<(Headers<'a>, &'a [u8]), MimeError> {
        let mut fields: Vec<Field<'a>> = Vec::new();
        let mut rest = bytes;
        // The field that is being read: where it starts, counted in octets left.
        let mut open: Option<&'a [u8]> = None;
        loop {
            let line_len = rest.iter().take(HEADER_BLOCK_MAX + 1).position(|octet| *octet == b'\n');
            let (line, after) = match line_len {
                Some(len) => rest.split_at(len + 1),
                None => (rest, &[][..]),
            };
            if bytes.len() - after.len() > HEADER_BLOCK_MAX {
                return Err(MimeError::HeaderTooLong { limit: HEADER_BLOCK_MAX });
            }
            // A line of white space alone goes on too, as older messages may have it (RFC 5322, 4.2): what stands behind
            // it belongs to the field.
            let folded = open.is_some() && matches!(line, [b' ' | b'\t', ..]);
            if !folded {
                if let Some(start) = open.take() {
                    let octets = start.get(..start.len() - rest.len()).unwrap_or_default();
                    if let Some(field) = field(octets) {
                        if fields.len() >= FIELDS_MAX {
                            return Err(MimeError::TooManyFields { limit: FIELDS_MAX });
                        }
                        fields.push(field);
                    }
                }
                if matches!(line, b"" | b"\n" | b"\r\n" | b"\r") {
                    return Ok((Headers { fields }, after));
                }
                open = Some(rest);
            }
            rest = after;
        }
    }

    /// All fields, in their order.
    pub fn fields(&self) -> &[Field<'a>] {
        &self.fields
    }

    /// The fields with a name, compared without case.
    pub fn all(&self, name: &str) -> impl Iterator<Item = Field<'a>> {
        self.fields.iter().copied().filter(move |field| field.name.eq_ignore_ascii_case(name))
    }

    /// The first field with a name.
    pub fn first(&self, name: &str) -> Option<Field<'a>> {
        self.all(name).next()
    }
}

/// Whether a line begins a field.
pub(crate) fn is_field(line: &[u8]) -> bool {
    field(line).is_some()
}

/// Whether a line is the one that mailbox files put in front of a message; `From :` is a field.
pub(crate) fn is_envelope(line: &[u8]) -> bool {
    line.starts_with(b"From ") && !is_field(line)
}

fn field(octets: &[u8]) -> Option<Field<'_>> {
    let colon = octets.iter().position(|octet| *octet == b':')?;
    let name = octets.get(..colon)?.trim_ascii_end();
    let value = octets.get(colon + 1..)?;
    let value = value.strip_suffix(b"\n").unwrap_or(value);
    let value = value.strip_suffix(b"\r").unwrap_or(value);
    // RFC 5322, 2.2: printable characters but the colon
    let printable = !name.is_empty() && name.iter().all(u8::is_ascii_graphic);
    Some(Field { name: std::str::from_utf8(name).ok().filter(|_| printable)?, value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_alone_does_not_end_a_field() {
        let message = b"From: a@x.example\r\n \r\n , e@evil.example\r\nTo: b@x.example\r\n\r\nbody";
        let (headers, body) = Headers::read(message).unwrap();
        assert_eq!(headers.first("from").unwrap().text(), "a@x.example  , e@evil.example");
        assert_eq!((headers.fields().len(), body), (2, &b"body"[..]));
    }

    #[test]
    fn fields_are_unfolded_and_the_body_is_what_follows() {
        let (headers, body) =
            Headers::read(b"Subject: a\r\n b\nTo : c\r\nnonsense\r\nX:\r\n\r\n body\r\n").unwrap();
        let fields: Vec<_> = headers.fields().iter().map(|field| (field.name, field.text())).collect();
        assert_eq!(fields, [("Subject", "a b".into()), ("To", "c".into()), ("X", String::new())]);
        assert_eq!(body, b" body\r\n");
        assert_eq!(headers.first("SUBJECT").unwrap().value, b" a\r\n b");
    }

    #[test]
    fn an_entity_may_have_no_header_or_no_body() {
        assert_eq!(Headers::read(b"\r\nx").unwrap(), (Headers::default(), &b"x"[..]));
        assert_eq!(Headers::read(b"").unwrap(), (Headers::default(), &b""[..]));
        let (headers, body) = Headers::read(b"A: b").unwrap();
        assert_eq!((headers.fields().len(), body), (1, &b""[..]));
    }

    #[test]
    fn a_header_stops_at_its_bounds() {
        let of_length = |len: usize| [b"A: ".to_vec(), vec![b'x'; len - 5], b"\n\nbody".to_vec()].concat();
        assert!(Headers::read(&of_length(HEADER_BLOCK_MAX)).is_ok());
        assert_eq!(
            Headers::read(&of_length(HEADER_BLOCK_MAX + 1)),
            Err(MimeError::HeaderTooLong { limit: HEADER_BLOCK_MAX })
        );
        let of_fields = |count: usize| ["A: b\r\n".repeat(count), "\r\n".into()].concat();
        assert_eq!(Headers::read(of_fields(FIELDS_MAX).as_bytes()).unwrap().0.fields().len(), FIELDS_MAX);
        assert_eq!(
            Headers::read(of_fields(FIELDS_MAX + 1).as_bytes()),
            Err(MimeError::TooManyFields { limit: FIELDS_MAX })
        );
    }
}
