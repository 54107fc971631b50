use super::{Base64Decoder, ContentType, Headers, MimeError, decode_quoted_printable};
use std::borrow::Cow;

/// How a body is written in transport (RFC 2045, 6).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransferEncoding {
    /// `7bit` or `8bit`: lines, as they are.
    Identity,
    /// `binary`, whose octets are not lines.
    Binary,
    /// `base64`.
    Base64,
    /// `quoted-printable`.
    QuotedPrintable,
    /// Any other, cut to 32 characters.
    Other(String),
}

/// A MIME entity: header fields and a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity<'a> {
    /// The header fields.
    pub headers: Headers<'a>,
    /// The octets after the empty line.
    pub body: &'a [u8],
}

impl<'a> Entity<'a> {
    /// Splits an entity at its empty line.
    ///
    /// # Errors
    ///
    /// Those of [`Headers::read`].
    pub fn read(bytes: &'a [u8]) -> Result<Entity<'a>, MimeError> {
        let (headers, body) = Headers::read(bytes)?;
        Ok(Entity { headers, body })
    }

    /// The `Content-Type`; `text/plain` when there is none (RFC 2045, 5.2).
    pub fn content_type(&self) -> ContentType {
        self.headers.first("content-type").map_or_else(
            || ContentType { essence: "text/plain".into(), ..ContentType::default() },
            |field| ContentType::read(&field),
        )
    }

    /// The file name of the `Content-Disposition`, else the `name` of the `Content-Type`.
    pub fn file_name(&self) -> Option<String> {
        let disposition = self.headers.first("content-disposition").map(|field| ContentType::read(&field));
        let named = disposition.as_ref().and_then(|disposition| disposition.parameter("filename"));
        named.or(self.content_type().parameter("name")).map(str::to_owned)
    }

    /// The `Content-Transfer-Encoding`.
    pub fn transfer_encoding(&self) -> TransferEncoding {
        let Some(field) = self.headers.first("content-transfer-encoding") else {
            return TransferEncoding::Identity;
        };
        let essence = ContentType::read(&field).essence;
        match essence.as_str() {
            "base64" => TransferEncoding::Base64,
            "binary" => TransferEncoding::Binary,
            "quoted-printable" => TransferEncoding::QuotedPrintable,
            "" | "7bit" | "8bit" => TransferEncoding::Identity,
            _ => TransferEncoding::Other(essence.chars().take(32).collect()),
        }
    }

    /// The body without its transfer encoding.
    ///
    /// # Errors
    ///
    /// [`MimeError::Base64`], and [`MimeError::TransferEncoding`] for encodings that binary data is not sent in.
    pub fn decoded_body(&self) -> Result<Cow<'a, [u8]>, MimeError> {
        match self.transfer_encoding() {
            TransferEncoding::Identity | TransferEncoding::Binary => Ok(Cow::Borrowed(self.body)),
            TransferEncoding::Base64 => {
                let mut out = Vec::new();
                let mut decoder = Base64Decoder::new();
                decoder.update(self.body, &mut out)?;
                decoder.finish(&mut out)?;
                Ok(Cow::Owned(out))
            }
            TransferEncoding::QuotedPrintable => Ok(Cow::Owned(decode_quoted_printable(self.body))),
            TransferEncoding::Other(encoding) => Err(MimeError::TransferEncoding { encoding }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn type_name_and_encoding_are_found() {
        let entity = Entity::read(
            b"content-type: application/X-PKCS7-mime; name=a.p7m\r\nContent-Transfer-Encoding: BASE64 (x)\r\nContent-Disposition: attachment; filename=\"b.p7m\"\r\n\r\nTWE=\r\n",
        )
        .unwrap();
        assert_eq!(entity.content_type().essence, "application/x-pkcs7-mime");
        assert_eq!(entity.file_name().as_deref(), Some("b.p7m"));
        assert_eq!(entity.decoded_body().unwrap().as_ref(), b"Ma");
    }

    #[test]
    fn other_encodings_are_named() {
        let entity = Entity::read(b"Content-Transfer-Encoding: x-uuencode\n\nx").unwrap();
        let error = entity.decoded_body().unwrap_err();
        assert_eq!(error, MimeError::TransferEncoding { encoding: "x-uuencode".into() });
    }
}
