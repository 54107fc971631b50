//! CMS octets on their way into a parser.

use crate::cms::CmsError;
use crate::tlv::TlvError;

/// How many octets tell which kind of CMS message begins.
const PREFIX: usize = 64;

/// Collects the first octets of a CMS message, so that its kind can be told before a parser is chosen, and forgives
/// line ends that transport put behind it.
#[derive(Default)]
pub(super) struct Feed {
    /// The first octets; `None` when the parser has them.
    prefix: Option<Vec<u8>>,
    /// Whether line ends behind the message are passed over.
    pub lenient: bool,
    fed: u64,
    ended: bool,
}

impl Feed {
    pub(super) fn new(lenient: bool) -> Feed {
        Feed { prefix: Some(Vec::new()), lenient, fed: 0, ended: false }
    }

    /// Takes octets as long as the kind cannot be told; gives the first ones once it can.
    pub(super) fn begin(&mut self, octets: &[u8], end: bool) -> Option<Vec<u8>> {
        let prefix = self.prefix.as_mut()?;
        prefix.extend_from_slice(octets);
        if prefix.len() >= PREFIX || end { self.prefix.take() } else { None }
    }

    /// Whether the first octets are still being collected.
    pub(super) fn waits(&self) -> bool {
        self.prefix.is_some()
    }

    /// Hands octets to a parser.
    pub(super) fn feed(
        &mut self,
        octets: &[u8],
        parse: impl FnOnce(&[u8]) -> Result<(), CmsError>,
    ) -> Result<(), CmsError> {
        if octets.is_empty() {
            return Ok(());
        }
        let before = self.fed;
        self.fed += octets.len() as u64;
        if self.ended {
            return match only_line_ends(octets) {
                true => Ok(()),
                false => Err(TlvError::Trailing { offset: before }.into()),
            };
        }
        match parse(octets) {
            Err(CmsError::Encoding(TlvError::Trailing { offset })) if self.lenient => {
                let rest = offset.checked_sub(before).and_then(|at| octets.get(usize::try_from(at).ok()?..));
                if !rest.is_some_and(only_line_ends) {
                    return Err(TlvError::Trailing { offset }.into());
                }
                self.ended = true;
                Ok(())
            }
            other => other,
        }
    }
}

fn only_line_ends(octets: &[u8]) -> bool {
    octets.iter().all(|octet| matches!(octet, b'\r' | b'\n'))
}
