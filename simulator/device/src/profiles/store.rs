//! What the device keeps of a profile beside what it shows: the payloads themselves, secrets included. They are read
//! again when the system is upgraded, and give restrictions and VPN. They are in snapshots and nowhere else.

use profile::Payload;
use profile::plist::{self, Dictionary, Node, Value};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smime::Timestamp;
use std::sync::Arc;

/// The payloads of an installed profile. No `Debug`: passwords are inside.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct StoredProfile {
    /// `PayloadIdentifier` of the profile.
    pub(crate) identifier: String,
    /// When the device removes it by itself.
    pub(crate) removal_at: Option<Timestamp>,
    /// The payloads; shared between copies of the device, which never change them.
    #[serde(with = "as_property_list")]
    pub(crate) payloads: Arc<Vec<Payload>>,
}

impl StoredProfile {
    /// The payloads of a type.
    pub(crate) fn payloads_of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Payload> {
        self.payloads.iter().filter(move |p| p.is(kind))
    }
}

/// Octets as base64 text, which keeps snapshots small.
pub(super) mod as_base64 {
    use super::{Deserialize, Deserializer, Serializer};
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8], s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&STANDARD.encode(bytes))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(d)?;
        STANDARD.decode(text).map_err(|_| serde::de::Error::custom("not base64"))
    }
}

/// The payloads as one binary property list: an array of dictionaries.
mod as_property_list {
    use super::{Arc, Deserializer, Dictionary, Node, Payload, Serializer, Value, as_base64, plist};
    use serde::de::Error;

    pub(super) fn serialize<S: Serializer>(payloads: &Arc<Vec<Payload>>, s: S) -> Result<S::Ok, S::Error> {
        let items = payloads.iter().map(|p| Value::Dictionary(p.dictionary().clone()));
        as_base64::serialize(&profile::write_binary(&Value::array(items)), s)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Arc<Vec<Payload>>, D::Error> {
        let bytes = as_base64::deserialize(d)?;
        let root = plist::read(&bytes).map_err(|_| D::Error::custom("not a property list"))?;
        let Value::Array(items) = root.value else { return Err(D::Error::custom("not an array")) };
        let dictionary = |node: Node| match node.value {
            Value::Dictionary(dictionary) => Ok(dictionary),
            _ => Err(D::Error::custom("not a dictionary")),
        };
        let dictionaries: Result<Vec<Dictionary>, D::Error> = items.into_iter().map(dictionary).collect();
        let payloads = dictionaries?.into_iter().enumerate().map(|(index, d)| Payload::new(index, d));
        Ok(Arc::new(payloads.collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_keeps_the_payloads() {
        let dictionary = Dictionary::new().with("Password", "word").with("PayloadContent", vec![0u8, 255]);
        let stored = StoredProfile {
            identifier: "example.p".to_owned(),
            removal_at: Some(Timestamp(7)),
            payloads: Arc::new(vec![Payload::new(0, dictionary), Payload::new(1, Dictionary::new())]),
        };
        let text = serde_json::to_string(&stored).unwrap();
        let restored: StoredProfile = serde_json::from_str(&text).unwrap();
        assert!(restored.payloads == stored.payloads && restored.removal_at == stored.removal_at);
        assert_eq!(serde_json::to_string(&restored).unwrap(), text);
        for bad in ["\"?\"", "\"AAAA\""] {
            let broken = format!("{{\"identifier\":\"x\",\"removal_at\":null,\"payloads\":{bad}}}");
            assert!(serde_json::from_str::<StoredProfile>(&broken).is_err());
        }
    }
}
