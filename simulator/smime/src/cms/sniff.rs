use super::oid::CONTENT_TYPE_ARCS;
use crate::tlv::{Header, Tag};
use const_oid::ObjectIdentifier;

/// Whether the octets begin as a CMS message does: a SEQUENCE whose first element is a content type of PKCS#7 or
/// S/MIME. Nothing else is looked at.
pub fn is_cms(bytes: &[u8]) -> bool {
    content_type(bytes).is_some_and(|content_type| {
        CONTENT_TYPE_ARCS.iter().any(|arc| content_type.as_bytes().starts_with(arc))
    })
}

/// The content type that a CMS message begins with.
pub fn content_type(bytes: &[u8]) -> Option<ObjectIdentifier> {
    let outer = Header::read(bytes, 0).ok()??;
    let inner = bytes.get(outer.size..)?;
    let header = Header::read(inner, 0).ok()??;
    if outer.tag != Tag::SEQUENCE || header.tag != Tag::OID {
        return None;
    }
    let crate::tlv::Length::Definite(length) = header.length else { return None };
    let value = inner.get(header.size..)?.get(..usize::try_from(length).ok()?)?;
    ObjectIdentifier::from_bytes(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cms::oid;
    use crate::tlv::write;

    #[test]
    fn only_content_types_are_taken_for_cms() {
        assert!(is_cms(&write::sequence(&[write::oid(oid::SIGNED_DATA)])));
        let mut ber = vec![0x30, 0x80];
        ber.extend(write::oid(oid::ENVELOPED_DATA));
        assert!(is_cms(&ber));
        assert!(!is_cms(&write::sequence(&[write::oid(oid::AES128_CBC)])));
        assert!(!is_cms(b"<?xml version=\"1.0\"?>") && !is_cms(b"") && !is_cms(&[0x30, 0x80, 6, 0x7f]));
    }
}
