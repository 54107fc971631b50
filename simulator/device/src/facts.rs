//! What a device is: model, system, supervision, and the readings of disputed sources that it follows.

use crate::Defect;
use profile::OsVersion;
use serde::{Deserialize, Serialize};

/// How `SMIMEEncryptByDefaultUserOverrideable` true and no per-message switch is read. Apple's schema says for
/// `SMIMEEncryptByDefault` that without the per-message switch the user cannot change the default; the Graph
/// documentation and the key's name say that the user can (intune.md 1.6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EncryptDefaultToggle {
    /// The override key alone decides.
    #[default]
    Free,
    /// The toggle is refused while the per-message switch is off.
    NeedsPerMessageSwitch,
}

/// What an unsupervised device makes of a payload type that Apple's schema marks as supervised only. The schema says
/// that it needs supervision, and the error list has a code for it (4025); phones have also been seen to install such
/// a profile and leave the payload without effect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SupervisedPayloads {
    /// The profile is refused with 4025.
    #[default]
    Refused,
    /// The profile is installed and the payload does nothing.
    Ignored,
}

/// What an absent `SMIMESigningEnabled` of com.apple.mail.managed means: off by the schema of iOS 18.1, on by the
/// Configuration Profile Reference of 2019 (profiles-and-mdm.md, com.apple.mail.managed).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MailSigningDefault {
    /// Off.
    #[default]
    Off,
    /// On.
    On,
}

/// Named readings where the public sources disagree, and the mistake that a phone is to make.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variants {
    /// See [`EncryptDefaultToggle`].
    pub encrypt_default_toggle: EncryptDefaultToggle,
    /// See [`SupervisedPayloads`].
    #[serde(default)]
    pub supervised_payloads: SupervisedPayloads,
    /// See [`MailSigningDefault`].
    #[serde(default)]
    pub mail_signing_default: MailSigningDefault,
    /// What the phone does wrong on purpose; nothing on a sound one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub defect: Option<Defect>,
}

/// What a device is from the start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceFacts {
    /// The iOS version.
    #[serde(with = "os_version")]
    pub ios: OsVersion,
    /// The hardware model, as in `ProductName` (`iPhone15,2`).
    pub model: String,
    /// Whether the device is supervised.
    pub supervised: bool,
    /// Readings of disputed sources.
    pub variants: Variants,
}

impl DeviceFacts {
    /// Whether the system is at least version `major`.`minor`.
    pub fn at_least(&self, major: u16, minor: u16) -> bool {
        (self.ios.major, self.ios.minor) >= (major, minor)
    }

    /// Whether the phone makes that mistake.
    pub(crate) fn has(&self, defect: Defect) -> bool {
        self.variants.defect == Some(defect)
    }

    /// The `User-Agent` of the ActiveSync client: `Apple-` and the model with C for the comma, then the build
    /// number in Apple's all-digit form (eas.md B.2). Builds are not known for every version, so that part is made
    /// of the version: `17.5` gives `1705.1`.
    pub fn user_agent(&self) -> String {
        format!("Apple-{}/{}{:02}.1", self.model.replace(',', "C"), self.ios.major, self.ios.minor)
    }
}

/// `OsVersion` as text, so that snapshots stay readable.
mod os_version {
    use profile::OsVersion;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(v: &OsVersion, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(v)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<OsVersion, D::Error> {
        let text = String::deserialize(d)?;
        text.parse().map_err(|_| serde::de::Error::custom("not an iOS version"))
    }
}
