//! A profile as a file, which many phones may be given.

use super::store::as_base64;
use super::validate::Checked;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smime::cms;
use std::fmt;
use std::sync::{Arc, OnceLock};

/// The octets of a profile. Copies share them, and what follows from them alone: a profile that is neither signed nor
/// encrypted is parsed, and held against the schema, when the first phone is given it, and not again.
#[derive(Clone)]
pub struct ProfileFile(Arc<Contents>);

struct Contents {
    bytes: Vec<u8>,
    /// Nothing where it takes a keychain to read the file.
    plain: OnceLock<Option<Arc<Checked>>>,
}

impl ProfileFile {
    /// Holds the octets of a file: an XML or binary property list, or CMS signed-data around one.
    pub fn new(bytes: Vec<u8>) -> Self {
        ProfileFile(Arc::new(Contents { bytes, plain: OnceLock::new() }))
    }

    /// The octets.
    pub fn bytes(&self) -> &[u8] {
        &self.0.bytes
    }

    /// What the profile says by itself; nothing where it is signed or encrypted.
    pub(super) fn plain(&self) -> Option<&Arc<Checked>> {
        let read = || {
            if cms::is_cms(self.bytes()) {
                return None;
            }
            let (profile, _) = profile::parse(self.bytes());
            let encrypted = super::read::encrypted_content(&profile).is_some();
            (!encrypted).then(|| Arc::new(Checked::of(profile, false)))
        };
        self.0.plain.get_or_init(read).as_ref()
    }
}

impl From<Vec<u8>> for ProfileFile {
    fn from(bytes: Vec<u8>) -> Self {
        ProfileFile::new(bytes)
    }
}

impl PartialEq for ProfileFile {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.bytes() == other.bytes()
    }
}

impl Eq for ProfileFile {}

/// How long it is; passwords may be inside.
impl fmt::Debug for ProfileFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProfileFile({} octets)", self.bytes().len())
    }
}

impl Serialize for ProfileFile {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        as_base64::serialize(self.bytes(), serializer)
    }
}

impl<'de> Deserialize<'de> for ProfileFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        as_base64::deserialize(deserializer).map(ProfileFile::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_profile_is_read_once_and_a_signed_one_never() {
        let file = ProfileFile::new(b"<plist><dict/></plist>".to_vec());
        let copy = file.clone();
        let first = Arc::clone(file.plain().unwrap());
        assert!(Arc::ptr_eq(&first, copy.plain().unwrap()));
        // The beginning of CMS signed-data (RFC 5652, 5.1).
        let signed = ProfileFile::new(vec![0x30, 0x80, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 7, 2]);
        assert!(signed.plain().is_none());
        let text = serde_json::to_string(&file).unwrap();
        assert_eq!(serde_json::from_str::<ProfileFile>(&text).unwrap(), file);
        assert_eq!(format!("{file:?}"), "ProfileFile(22 octets)");
    }
}
