//! Where a file that cannot be read goes wrong.

use super::read::{DATA, ENCRYPTED_DATA, MAX_BAGS, id};
use crate::tlv::{Element, Reader, Tag, TlvError};

/// Finds the first octet at which a file is not what RFC 7292 has, as far as it can be seen without its password; `None`
/// where its structure is right.
///
/// Of content that came in pieces (BER) the place is that of the whole.
pub fn fault(bytes: &[u8]) -> Option<TlvError> {
    file(bytes).err()
}

fn file(bytes: &[u8]) -> Result<(), TlvError> {
    let file = Element::only(bytes, 0).map_err(|error| match error {
        // Nothing encloses it but the file.
        TlvError::Overrun { offset: 0 } => TlvError::Truncated { offset: bytes.len() as u64 },
        other => other,
    })?;
    frames(&file)?;
    let mut parts = file.open(Tag::SEQUENCE, "a PFX")?;
    let version = parts.required("a version")?;
    if version.small_integer()? != 3 {
        return Err(version.wrong("version"));
    }
    let (kind, safe) = content_info(&parts.required("a content info")?)?;
    if let Some(mac) = parts.next()? {
        let mut mac = mac.open(Tag::SEQUENCE, "an integrity code")?;
        let mut digest = mac.expect(Tag::SEQUENCE, "a digest info")?.reader();
        algorithm(&digest.required("an algorithm identifier")?)?;
        digest.required("a digest")?.octet_string()?;
        digest.end()?;
        mac.required("a salt")?.octet_string()?;
        if let Some(iterations) = mac.next()? {
            iterations.small_integer()?;
        }
        mac.end()?;
    }
    parts.end()?;
    let Some(safe) = safe.filter(|_| kind == id(DATA)) else { return Ok(()) };
    inside(&safe, |infos| {
        let (kind, content) = content_info(&infos)?;
        match content {
            Some(content) if kind == id(DATA) => inside(&content, |bag| {
                let mut bag = bag.open(Tag::SEQUENCE, "a bag")?;
                bag.expect(Tag::OID, "the type of a bag")?.oid()?;
                let mut value = bag.expect(Tag::context(0), "the value of a bag")?.reader();
                value.required("the value of a bag")?;
                value.end()?;
                if let Some(attributes) = bag.next()? {
                    attributes.expect(Tag::SET, "attributes of a bag")?;
                }
                bag.end()
            }),
            Some(content) if kind == id(ENCRYPTED_DATA) => {
                let mut data = content.open(Tag::SEQUENCE, "encrypted data")?;
                data.required("a version")?.small_integer()?;
                let mut info = data.expect(Tag::SEQUENCE, "encrypted content info")?.reader();
                info.expect(Tag::OID, "a content type")?.oid()?;
                algorithm(&info.required("an algorithm identifier")?)?;
                info.required("encrypted content")?.octets()?;
                info.end()
            }
            Some(_) => Ok(()),
            None => Err(infos.unexpected("contents")),
        }
    })
}

/// Looks at every frame inside.
fn frames(element: &Element<'_>) -> Result<(), TlvError> {
    if element.tag.constructed {
        let mut reader = element.reader();
        while let Some(inner) = reader.next()? {
            frames(&inner)?;
        }
    }
    Ok(())
}

fn algorithm(identifier: &Element<'_>) -> Result<(), TlvError> {
    let mut parts = identifier.open(Tag::SEQUENCE, "an algorithm identifier")?;
    parts.expect(Tag::OID, "an object identifier")?.oid().map(|_| ())
}

/// The type of a ContentInfo and what it has.
fn content_info<'a>(
    info: &Element<'a>,
) -> Result<(const_oid::ObjectIdentifier, Option<Element<'a>>), TlvError> {
    let mut parts = info.open(Tag::SEQUENCE, "a content info")?;
    let kind = parts.expect(Tag::OID, "a content type")?.oid()?;
    let content = match parts.next()? {
        None => None,
        Some(explicit) => {
            let mut inner = explicit.open(Tag::context(0), "explicitly tagged content")?;
            let content = inner.required("content")?;
            inner.end()?;
            Some(content)
        }
    };
    parts.end()?;
    Ok((kind, content))
}

/// Looks at the elements of the sequence that an octet string holds, at most as many as there may be bags.
fn inside(
    string: &Element<'_>,
    mut look: impl FnMut(Element<'_>) -> Result<(), TlvError>,
) -> Result<(), TlvError> {
    let octets = string.octet_string()?;
    let whole = matches!(octets, std::borrow::Cow::Borrowed(_));
    let base = string.offset + (string.raw.len() - string.body.len()) as u64;
    let found = (|| {
        let mut outer = Reader::new(&octets, base);
        let list = outer.expect(Tag::SEQUENCE, "a sequence")?;
        outer.end()?;
        frames(&list)?;
        let mut list = list.reader();
        let mut count = 0;
        while let Some(element) = list.next()?.filter(|_| count < MAX_BAGS) {
            look(element)?;
            count += 1;
        }
        Ok(())
    })();
    found.map_err(|error: TlvError| match whole {
        true => error,
        false => string.unexpected("content that can be read"),
    })
}
