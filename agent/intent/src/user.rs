//! The directory's view of one user, and the names an account gets from it.

use serde::{Deserialize, Serialize};

use crate::policy::{DomainNameSource, EmailAddressSource, EmailPolicy, UsernameSource};

/// Holds the directory attributes of one user that an e-mail policy can refer to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct User {
    /// User principal name, with or without a domain part (EAS-013).
    pub upn: String,
    /// Primary SMTP address, absent for a user without a mailbox.
    pub primary_smtp_address: Option<String>,
    /// sAM account name, absent for a user who exists in the cloud alone.
    pub sam_account_name: Option<String>,
    /// Full domain name, such as `contoso.com`.
    pub full_domain_name: Option<String>,
    /// NetBIOS domain name, such as `contoso`.
    pub netbios_domain_name: Option<String>,
}

/// Names one attribute of a user in the directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum UserAttribute {
    /// The user principal name.
    UserPrincipalName,
    /// The primary SMTP address.
    PrimarySmtpAddress,
    /// The sAM account name.
    SamAccountName,
    /// The full domain name.
    FullDomainName,
    /// The NetBIOS domain name.
    NetBiosDomainName,
}

impl UserAttribute {
    /// Returns the attribute as people write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::UserPrincipalName => "user principal name",
            Self::PrimarySmtpAddress => "primary SMTP address",
            Self::SamAccountName => "sAM account name",
            Self::FullDomainName => "full domain name",
            Self::NetBiosDomainName => "NetBIOS domain name",
        }
    }
}

/// Reports why no name can be made of a user's attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// The policy asks for an attribute that the user does not have.
    #[error("the user has no {attribute:?}")]
    MissingAttribute {
        /// The attribute.
        attribute: UserAttribute,
    },
    /// The policy asks for a sAM account name and says nowhere which domain goes before it (EAS-015).
    #[error("a sAM account name needs a domain and the policy names none")]
    MissingDomain,
}

impl User {
    /// Returns the user name that the policy gives this user (EAS-012 to EAS-018).
    ///
    /// # Errors
    /// [`NameError::MissingAttribute`] when the user lacks what the policy refers to,
    /// [`NameError::MissingDomain`] for a sAM account name without any domain source.
    pub fn user_name(&self, policy: &EmailPolicy) -> Result<String, NameError> {
        match policy.username_source {
            UsernameSource::UserPrincipalName => self.principal_name(),
            UsernameSource::PrimarySmtpAddress => self.smtp_address(),
            UsernameSource::SamAccountName => {
                let name = present(self.sam_account_name.as_ref(), UserAttribute::SamAccountName)?;
                Ok(format!("{}\\{name}", self.domain(policy)?))
            }
        }
    }

    /// Returns the address that the policy gives this user (EAS-019 to EAS-021).
    ///
    /// # Errors
    /// [`NameError::MissingAttribute`] when the user lacks what the policy refers to.
    pub fn email_address(&self, policy: &EmailPolicy) -> Result<String, NameError> {
        match policy.email_address_source {
            EmailAddressSource::UserPrincipalName => self.principal_name(),
            EmailAddressSource::PrimarySmtpAddress => self.smtp_address(),
        }
    }

    fn principal_name(&self) -> Result<String, NameError> {
        present(Some(&self.upn), UserAttribute::UserPrincipalName)
    }

    fn smtp_address(&self) -> Result<String, NameError> {
        present(self.primary_smtp_address.as_ref(), UserAttribute::PrimarySmtpAddress)
    }

    fn domain(&self, policy: &EmailPolicy) -> Result<String, NameError> {
        if let Some(custom) = &policy.custom_domain_name
            && !custom.is_empty()
        {
            return Ok(custom.clone());
        }
        match policy.user_domain_name_source {
            Some(DomainNameSource::FullDomainName) => {
                present(self.full_domain_name.as_ref(), UserAttribute::FullDomainName)
            }
            Some(DomainNameSource::NetBiosDomainName) => {
                present(self.netbios_domain_name.as_ref(), UserAttribute::NetBiosDomainName)
            }
            None => Err(NameError::MissingDomain),
        }
    }
}

fn present(value: Option<&String>, attribute: UserAttribute) -> Result<String, NameError> {
    match value {
        Some(value) if !value.is_empty() => Ok(value.clone()),
        _ => Err(NameError::MissingAttribute { attribute }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user() -> User {
        User {
            upn: "user1".into(),
            primary_smtp_address: Some("user1@contoso.com".into()),
            sam_account_name: Some("u1".into()),
            full_domain_name: Some("contoso.com".into()),
            netbios_domain_name: Some("contoso".into()),
        }
    }

    fn sam(source: Option<DomainNameSource>, custom: Option<&str>) -> EmailPolicy {
        EmailPolicy {
            username_source: UsernameSource::SamAccountName,
            user_domain_name_source: source,
            custom_domain_name: custom.map(Into::into),
            ..EmailPolicy::default()
        }
    }

    #[test]
    fn user_names_follow_the_chosen_attribute() {
        let principal = EmailPolicy::default();
        assert_eq!(user().user_name(&principal), Ok("user1".into()));
        let smtp =
            EmailPolicy { username_source: UsernameSource::PrimarySmtpAddress, ..EmailPolicy::default() };
        assert_eq!(user().user_name(&smtp), Ok("user1@contoso.com".into()));
        let full = sam(Some(DomainNameSource::FullDomainName), None);
        assert_eq!(user().user_name(&full), Ok("contoso.com\\u1".into()));
        let net_bios = sam(Some(DomainNameSource::NetBiosDomainName), None);
        assert_eq!(user().user_name(&net_bios), Ok("contoso\\u1".into()));
        let custom = sam(Some(DomainNameSource::FullDomainName), Some("FABRIKAM"));
        assert_eq!(user().user_name(&custom), Ok("FABRIKAM\\u1".into()));
    }

    #[test]
    fn a_domain_is_ignored_for_other_sources() {
        let policy = EmailPolicy {
            username_source: UsernameSource::UserPrincipalName,
            ..sam(Some(DomainNameSource::FullDomainName), Some("FABRIKAM"))
        };
        assert_eq!(user().user_name(&policy), Ok("user1".into()));
    }

    #[test]
    fn addresses_follow_the_chosen_attribute() {
        let policy = EmailPolicy::default();
        assert_eq!(user().email_address(&policy), Ok("user1".into()));
        let policy = EmailPolicy { email_address_source: EmailAddressSource::PrimarySmtpAddress, ..policy };
        assert_eq!(user().email_address(&policy), Ok("user1@contoso.com".into()));
    }

    #[test]
    fn what_is_not_there_is_named() {
        assert_eq!(user().user_name(&sam(None, None)), Err(NameError::MissingDomain));
        assert_eq!(user().user_name(&sam(None, Some(""))), Err(NameError::MissingDomain));
        let stranger = User { upn: "user2".into(), ..User::default() };
        assert_eq!(
            stranger.user_name(&sam(Some(DomainNameSource::FullDomainName), None)),
            Err(NameError::MissingAttribute { attribute: UserAttribute::SamAccountName })
        );
        assert_eq!(
            User::default().email_address(&EmailPolicy::default()),
            Err(NameError::MissingAttribute { attribute: UserAttribute::UserPrincipalName })
        );
    }
}
