//! The error chain that a device reports when it refuses a profile.
//!
//! Domains, codes and nesting: profiles-and-mdm.md B.3. The texts are those that devices show there.

use serde::{Deserialize, Serialize};
use std::fmt;

/// An error domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum ErrorDomain {
    MCProfileErrorDomain,
    MCPayloadErrorDomain,
    MCInstallationErrorDomain,
    MCEmailErrorDomain,
    MCCertificateErrorDomain,
    MCEASErrorDomain,
    MCSCEPErrorDomain,
    MCMDMErrorDomain,
    MCLDAPErrorDomain,
    MCCellularErrorDomain,
    MCHomeScreenLayoutErrorDomain,
    MCNotificationSettingsErrorDomain,
    MCSharedDeviceConfigurationErrorDomain,
}

impl fmt::Display for ErrorDomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

/// One error of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorLink {
    /// The domain.
    pub domain: ErrorDomain,
    /// The code.
    pub code: u32,
    /// The text.
    pub text: String,
}

/// A chain of errors, outermost first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ErrorChain(pub Vec<ErrorLink>);

impl ErrorChain {
    /// The innermost error, which names the cause.
    pub fn cause(&self) -> Option<&ErrorLink> {
        self.0.last()
    }
}

pub(crate) fn link(domain: ErrorDomain, code: u32, text: impl Into<String>) -> ErrorLink {
    ErrorLink { domain, code, text: text.into() }
}

/// Bytes that are no valid profile: 4000, then 1000 and the cause where there is one.
pub(super) fn invalid_profile(name: &str, cause: Option<ErrorLink>) -> ErrorChain {
    let mut links = vec![
        link(ErrorDomain::MCInstallationErrorDomain, 4000, "Invalid Profile"),
        link(ErrorDomain::MCProfileErrorDomain, 1000, format!("The profile “{name}” is invalid.")),
    ];
    links.extend(cause);
    ErrorChain(links)
}

/// A payload that is not valid: 4000, 1000, 2000 and the cause.
pub(super) fn invalid_payload(name: &str, payload: &str, cause: ErrorLink) -> ErrorChain {
    let invalid =
        link(ErrorDomain::MCPayloadErrorDomain, 2000, format!("The payload “{payload}” is invalid."));
    let mut chain = invalid_profile(name, Some(invalid));
    chain.0.push(cause);
    chain
}

/// A valid payload that cannot be installed: 4001, 1009, 4001 and the cause.
pub(super) fn failed_payload(name: &str, payload: &str, cause: ErrorLink) -> ErrorChain {
    ErrorChain(vec![
        link(ErrorDomain::MCInstallationErrorDomain, 4001, "Profile Installation Failed"),
        link(
            ErrorDomain::MCProfileErrorDomain,
            1009,
            format!("The profile “{name}” could not be installed."),
        ),
        link(
            ErrorDomain::MCInstallationErrorDomain,
            4001,
            format!("The payload “{payload}” could not be installed."),
        ),
        cause,
    ])
}

/// A valid profile that cannot be installed as a whole: 4001, 1009 and the cause.
pub(super) fn failed_profile(name: &str, cause: ErrorLink) -> ErrorChain {
    ErrorChain(vec![
        link(ErrorDomain::MCInstallationErrorDomain, 4001, "Profile Installation Failed"),
        link(
            ErrorDomain::MCProfileErrorDomain,
            1009,
            format!("The profile “{name}” could not be installed."),
        ),
        cause,
    ])
}

impl ErrorChain {
    /// The chain as a management server is told it: what fails by hand as an invalid profile (4000) fails there as an
    /// installation (4001), and a failed installation is named twice (B.3, "MDM installation fails").
    pub(super) fn told_to_mdm(mut self) -> Self {
        use ErrorDomain::MCInstallationErrorDomain as Domain;
        let outer = link(Domain, 4001, "Profile Installation Failed");
        match self.0.first_mut() {
            Some(first) if first.domain == Domain && first.code == 4000 => *first = outer,
            Some(first) if first.domain == Domain && first.code == 4001 => {
                first.text = "Profile Failed to Install".to_owned();
                self.0.insert(0, outer);
            }
            _ => {}
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(chain: &ErrorChain) -> Vec<u32> {
        chain.0.iter().map(|l| l.code).collect()
    }

    #[test]
    fn chains_have_the_documented_levels() {
        let cause = || link(ErrorDomain::MCPayloadErrorDomain, 2003, "");
        assert_eq!(codes(&invalid_payload("P", "p", cause())), [4000, 1000, 2000, 2003]);
        assert_eq!(codes(&failed_payload("P", "p", cause())), [4001, 1009, 4001, 2003]);
        assert_eq!(codes(&failed_profile("P", cause())), [4001, 1009, 2003]);
        assert_eq!(codes(&invalid_payload("P", "p", cause()).told_to_mdm()), [4001, 1000, 2000, 2003]);
        assert_eq!(codes(&failed_payload("P", "p", cause()).told_to_mdm()), [4001, 4001, 1009, 4001, 2003]);
    }
}
