//! Enrolment in device management, as far as the profile says it: the settings are checked and kept. The protocol itself
//! is not simulated, so nothing checks in.
//!
//! Rules: profiles-and-mdm.md A.1, com.apple.mdm.

use crate::Device;
use crate::profiles::payload_type;
use profile::Payload;
use profile::plist::Value;
use serde::Serialize;

/// What a com.apple.mdm payload says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MdmEnrolment {
    /// `PayloadIdentifier` of the profile; empty before it is installed.
    pub profile: String,
    /// `Topic`.
    pub topic: String,
    /// `ServerURL`.
    pub server_url: String,
    /// `CheckInURL`.
    pub check_in_url: Option<String>,
    /// `AccessRights`; ignored in user enrolment.
    pub access_rights: Option<i64>,
    /// `IdentityCertificateUUID`.
    pub identity: String,
    /// `AssignedManagedAppleID`.
    pub managed_apple_id: Option<String>,
    /// `EnrollmentMode`.
    pub enrolment_mode: Option<String>,
    /// `RequiredAppIDForMDM`.
    pub required_app: Option<i64>,
    /// Whether `ServerCapabilities` has per-user connections.
    pub per_user_connections: bool,
    /// Whether this is user enrolment: `EnrollmentMode` is `BYOD`, or a `ManagedAppleID` is there (before iOS 18).
    pub user_enrolment: bool,
}

/// What is wrong with a com.apple.mdm payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MdmFault {
    #[error("The access rights are not valid.")]
    AccessRights,
    #[error("The topic is not one of com.apple.mgmt.")]
    Topic,
    #[error("The server’s addresses must be https.")]
    Url,
    #[error("The update changes the management of the device.")]
    Mismatch,
}

impl MdmFault {
    /// The code in MCMDMErrorDomain.
    pub(crate) fn code(self) -> u32 {
        match self {
            MdmFault::AccessRights => 12000,
            MdmFault::Url => 12011,
            MdmFault::Mismatch => 12012,
            MdmFault::Topic => 12022,
        }
    }
}

/// Every right there is: thirteen bits.
const ALL_RIGHTS: i64 = 8191;

impl MdmEnrolment {
    /// Reads a payload whose types have been checked.
    pub(crate) fn read(payload: &Payload) -> Self {
        let text = |key| payload.string(key).ok().flatten().map(str::to_owned);
        let number = |key| payload.integer(key).ok().flatten();
        let capabilities = payload.array("ServerCapabilities").ok().flatten().unwrap_or_default();
        let enrolment_mode = text("EnrollmentMode");
        MdmEnrolment {
            profile: String::new(),
            topic: text("Topic").unwrap_or_default(),
            server_url: text("ServerURL").unwrap_or_default(),
            check_in_url: text("CheckInURL"),
            access_rights: number("AccessRights"),
            identity: text("IdentityCertificateUUID").unwrap_or_default(),
            managed_apple_id: text("AssignedManagedAppleID"),
            required_app: number("RequiredAppIDForMDM"),
            per_user_connections: capabilities.iter().any(
                |c| matches!(&c.value, Value::String(s) if **s == *"com.apple.mdm.per-user-connections"),
            ),
            user_enrolment: enrolment_mode.as_deref() == Some("BYOD") || text("ManagedAppleID").is_some(),
            enrolment_mode,
        }
    }

    /// Checks the payload by itself: rights 0 or unknown ones, 2 without 1, 128 without 64; topic; addresses.
    pub(crate) fn check(&self) -> Result<(), MdmFault> {
        if let Some(rights) = self.access_rights.filter(|_| !self.user_enrolment) {
            let has = |bit| rights & bit != 0;
            if !(1..=ALL_RIGHTS).contains(&rights) || has(2) && !has(1) || has(128) && !has(64) {
                return Err(MdmFault::AccessRights);
            }
        }
        if !self.topic.starts_with("com.apple.mgmt") {
            return Err(MdmFault::Topic);
        }
        let https = |url: &str| url.get(..8).is_some_and(|s| s.eq_ignore_ascii_case("https://"));
        if !https(&self.server_url) || self.check_in_url.as_deref().is_some_and(|u| !https(u)) {
            return Err(MdmFault::Url);
        }
        Ok(())
    }

    /// Checks an update: the server, the topic, the kind of enrolment must stay, and no right may be added.
    pub(crate) fn check_update(&self, before: &MdmEnrolment) -> Result<(), MdmFault> {
        let rights = |e: &MdmEnrolment| e.access_rights.unwrap_or(ALL_RIGHTS);
        let same = self.topic == before.topic
            && self.server_url == before.server_url
            && self.check_in_url == before.check_in_url
            && self.managed_apple_id == before.managed_apple_id
            && self.enrolment_mode == before.enrolment_mode
            && self.required_app == before.required_app
            && self.per_user_connections == before.per_user_connections
            && (self.user_enrolment || rights(self) & !rights(before) == 0);
        if same { Ok(()) } else { Err(MdmFault::Mismatch) }
    }
}

impl Device {
    /// The management that the device is enrolled in, if it is.
    pub fn mdm_enrolment(&self) -> Option<MdmEnrolment> {
        self.stored.iter().find_map(|stored| {
            let payload = stored.payloads_of(payload_type::MDM).next()?;
            Some(MdmEnrolment { profile: stored.identifier.clone(), ..MdmEnrolment::read(payload) })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use profile::plist::Dictionary;

    fn enrolment(rights: i64) -> MdmEnrolment {
        let payload = Dictionary::new()
            .with("Topic", "com.apple.mgmt.External.x")
            .with("ServerURL", "https://mdm.example")
            .with("AccessRights", rights);
        MdmEnrolment::read(&Payload::new(0, payload))
    }

    #[test]
    fn rights_lean_on_each_other() {
        for (rights, good) in [
            (0, false),
            (1, true),
            (2, false),
            (3, true),
            (128, false),
            (192, true),
            (8191, true),
            (8192, false),
        ] {
            let found = enrolment(rights).check();
            assert_eq!(found, if good { Ok(()) } else { Err(MdmFault::AccessRights) }, "{rights}");
        }
        let mut user = enrolment(0);
        user.user_enrolment = true;
        assert_eq!(user.check(), Ok(()), "ignored in user enrolment");
    }

    #[test]
    fn an_update_may_drop_rights_and_add_none() {
        assert_eq!(enrolment(1).check_update(&enrolment(3)), Ok(()));
        assert_eq!(enrolment(7).check_update(&enrolment(3)), Err(MdmFault::Mismatch));
        let mut moved = enrolment(3);
        moved.topic.push('y');
        assert_eq!(moved.check_update(&enrolment(3)), Err(MdmFault::Mismatch));
    }
}
