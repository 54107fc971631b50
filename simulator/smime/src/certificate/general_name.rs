//! GeneralName (RFC 5280, 4.2.1.6) and the lists and subtrees made of it.

use super::MAX_GENERAL_NAMES;
use crate::asn1::{Asn1Error, Element, OID, Reader, SEQUENCE, UTF8_STRING, context, context_primitive};
use crate::{algorithm, name};

/// `id-on-SmtpUTF8Mailbox` (RFC 9598).
const SMTP_UTF8_MAILBOX: &str = "1.3.6.1.5.5.7.8.9";

/// A name in one of the forms that are evaluated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum GeneralName {
    /// `rfc822Name`.
    Mailbox(String),
    /// `SmtpUTF8Mailbox` of RFC 9598.
    Utf8Mailbox(String),
    /// `dNSName`.
    Host(String),
    /// A DER Name.
    Directory(Vec<u8>),
    /// `uniformResourceIdentifier`.
    Uri(String),
    /// `iPAddress`: 4 or 16 octets in a name, twice as many in a constraint.
    Address(Vec<u8>),
    /// A form that nobody here compares, or octets that are no text where text must be; by its tag number.
    Other(u8),
}

impl GeneralName {
    pub(crate) fn read(element: &Element<'_>) -> Result<Self, Asn1Error> {
        const RFC822: u8 = context_primitive(1);
        const DNS: u8 = context_primitive(2);
        const URI: u8 = context_primitive(6);
        const IP: u8 = context_primitive(7);
        const OTHER: u8 = context(0);
        const DIRECTORY: u8 = context(4);
        let number = element.tag & 0x1F;
        let text = |form: fn(String) -> GeneralName| {
            String::from_utf8(element.content.to_vec()).map_or(GeneralName::Other(number), form)
        };
        Ok(match element.tag {
            RFC822 => text(GeneralName::Mailbox),
            DNS => text(GeneralName::Host),
            URI => text(GeneralName::Uri),
            IP => GeneralName::Address(element.content.to_vec()),
            DIRECTORY => {
                let directory_name = algorithm::inner(element)?.raw;
                name::attributes(directory_name)?;
                GeneralName::Directory(directory_name.to_vec())
            }
            OTHER => {
                let mut r = element.reader();
                let kind = r.expect(OID)?;
                let value = r.expect(context(0)).and_then(|e| algorithm::inner(&e))?;
                let is_mailbox = crate::asn1::dotted(kind.content) == SMTP_UTF8_MAILBOX;
                match String::from_utf8(value.content.to_vec()) {
                    Ok(text) if is_mailbox => {
                        value.expect(UTF8_STRING)?;
                        GeneralName::Utf8Mailbox(text)
                    }
                    _ => GeneralName::Other(0),
                }
            }
            _ => GeneralName::Other(number),
        })
    }

    /// The tag number of the form.
    pub(crate) fn form(&self) -> u8 {
        match self {
            GeneralName::Utf8Mailbox(_) => 0,
            GeneralName::Mailbox(_) => 1,
            GeneralName::Host(_) => 2,
            GeneralName::Directory(_) => 4,
            GeneralName::Uri(_) => 6,
            GeneralName::Address(_) => 7,
            GeneralName::Other(n) => *n,
        }
    }

    /// Whether two names are the same one.
    pub(crate) fn same(&self, other: &GeneralName) -> bool {
        match (self, other) {
            (GeneralName::Directory(a), GeneralName::Directory(b)) => name::same(a, b),
            (GeneralName::Other(_), _) => false,
            (a, b) => a == b,
        }
    }
}

/// The elements of a GeneralNames, whose tag has been looked at.
pub(crate) fn list(mut names: Reader<'_>, limit: usize) -> Result<Vec<GeneralName>, Asn1Error> {
    let mut out = Vec::new();
    while let Some(name) = names.next()? {
        if out.len() == limit {
            return Err(Asn1Error::Value);
        }
        out.push(GeneralName::read(&name)?);
    }
    Ok(out)
}

/// The name constraints of a CA (RFC 5280, 4.2.1.10).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct NameConstraints {
    pub(crate) permitted: Vec<GeneralName>,
    pub(crate) excluded: Vec<GeneralName>,
    /// Whether a constraint is present that cannot be read as RFC 5280 restricts it.
    pub(crate) unevaluated: bool,
}

impl NameConstraints {
    pub(super) fn read(value: &Element<'_>) -> Result<Self, Asn1Error> {
        let mut out = NameConstraints::default();
        let mut r = value.expect(SEQUENCE)?.reader();
        let mut count = 0;
        for tag in [0, 1] {
            let Some(subtrees) = r.optional(context(tag))? else { continue };
            let bases = if tag == 0 { &mut out.permitted } else { &mut out.excluded };
            let mut subtrees = subtrees.reader();
            while let Some(subtree) = subtrees.next()? {
                count += 1;
                if count > MAX_GENERAL_NAMES {
                    return Err(Asn1Error::Value);
                }
                let mut s = subtree.expect(SEQUENCE)?.reader();
                bases.push(GeneralName::read(&s.any()?)?);
                // RFC 5280, 4.2.1.10: minimum is 0, which DER leaves out, and maximum is absent
                out.unevaluated |= !s.is_empty();
            }
        }
        r.end()?;
        out.unevaluated |= count == 0; // RFC 5280, 4.2.1.10: empty constraints must not be issued
        out.unevaluated |= out.permitted.iter().chain(&out.excluded).any(|base| match base {
            GeneralName::Address(octets) => !is_prefix(octets),
            GeneralName::Other(form) => matches!(form, 1 | 2 | 6), // not text
            _ => false,
        });
        Ok(out)
    }
}

/// Whether an address constraint is an address and a mask of leading ones (RFC 4632).
fn is_prefix(octets: &[u8]) -> bool {
    let (_, mask) = octets.split_at(octets.len() / 2);
    let ones = mask.iter().take_while(|b| **b == 0xFF).count();
    let rest = mask.get(ones..).unwrap_or_default();
    matches!(octets.len(), 8 | 32)
        && rest.first().is_none_or(|b| b.leading_ones() + b.trailing_zeros() >= 8)
        && rest.iter().skip(1).all(|b| *b == 0)
}
