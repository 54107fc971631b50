//! Exchange account payloads (com.apple.eas.account): host, identities, credential, uniqueness.

use super::chain::{ErrorDomain, ErrorLink, link};
use crate::account::{AccountOrigin, AccountState, Credential};
use crate::accounts::NewAccount;
use crate::keychain::Owner;
use crate::settings::SignIn;
use crate::{Defect, Device, MailSettings, Secret, SmimeSettings};
use profile::Payload;
use smime::Context;
use smime::pkcs12::IterationBudget;

/// Makes the account of a com.apple.eas.account payload, or updates it in place.
pub(super) fn account(
    device: &mut Device,
    cx: &Context<'_>,
    profile: &str,
    payload: &Payload,
    replaced: &[crate::Account],
    budget: &mut IterationBudget,
) -> Result<(), ErrorLink> {
    use ErrorDomain::MCEASErrorDomain;
    let settings = MailSettings::read(payload, &device.facts).map_err(|e| {
        link(
            ErrorDomain::MCPayloadErrorDomain,
            2003,
            format!("The field “{}” has the wrong data type.", e.key),
        )
    })?;
    // With OAuth and no sign-in URL the host is ignored and found by autodiscovery (XTR-018).
    let host = settings.host.as_ref().map(|h| h.value.clone()).filter(|_| !settings.autodiscover);
    let needed = !settings.autodiscover || device.facts.has(Defect::HostNeededWithOAuth);
    if host.is_none() && needed {
        return Err(link(MCEASErrorDomain, 21003, "No Exchange host name is set."));
    }

    smime_identities(device, profile, &settings.smime)?;

    let password = payload.string("Password").ok().flatten().map(Secret::new);
    let credential = match (&settings.sign_in.value, password) {
        (SignIn::Certificate(uuid), _) => match named(device, profile, uuid) {
            Named::Identity => Credential::Certificate(crate::IdentityHandle(uuid.clone())),
            _ if device.facts.has(Defect::MissingIdentityAccepted) => {
                Credential::Certificate(crate::IdentityHandle(uuid.clone()))
            }
            // A missing identity blocks the account (EAS-023).
            _ => {
                let text = format!("The account’s certificate “{uuid}” is not an identity of this profile.");
                return Err(link(MCEASErrorDomain, 21004, text));
            }
        },
        (SignIn::InlineCertificate, _) => {
            let bytes = payload.data("Certificate").ok().flatten().unwrap_or_default();
            let word = payload.string("CertificatePassword").ok().flatten();
            let identity = super::certificates::open_identity(cx, bytes, word, budget).map_err(|_| {
                link(MCEASErrorDomain, 21006, "The account’s certificate could not be decrypted.")
            })?;
            let owner = Owner {
                profile: profile.to_owned(),
                payload_uuid: payload.uuid().unwrap_or_default().to_owned(),
            };
            Credential::Certificate(device.keychain.add_identity(owner, identity))
        }
        (SignIn::Password, Some(password)) => Credential::Password(password),
        (way, _) => kept_credential(device, way, &settings.smime, replaced).unwrap_or(Credential::None),
    };

    if let (Some(host), Some(email)) = (&host, &settings.email)
        && !device.facts.has(Defect::DuplicateAccountAccepted)
        && device.accounts.iter().any(|a| {
            a.host.as_deref() == Some(host.as_str()) && a.email.as_deref() == Some(email.value.as_str())
        })
    {
        // XTR-005: an account that the owner made with the same host and address blocks the managed one.
        return Err(link(MCEASErrorDomain, 21005, "The Exchange account is not unique."));
    }

    let origin = AccountOrigin::Profile {
        identifier: profile.to_owned(),
        payload_uuid: payload.uuid().unwrap_or_default().to_owned(),
        payload_identifier: payload.identifier().unwrap_or_default().to_owned(),
    };
    let previous = replaced.iter().find(|a| a.origin == origin).cloned();
    let new = NewAccount { origin, settings, host, credential, previous };
    if device.facts.has(Defect::AccountTwice) {
        device.open_account(NewAccount { previous: None, ..new.clone() });
    }
    device.open_account(new);
    Ok(())
}

/// The credential with which a phone with a defect goes on where it should ask.
fn kept_credential(
    device: &Device,
    way: &SignIn,
    smime: &SmimeSettings,
    replaced: &[crate::Account],
) -> Option<Credential> {
    let before = || replaced.first().map(|a| a.credential.clone()).filter(|c| *c != Credential::None);
    match (device.facts.variants.defect?, way) {
        (Defect::OAuthKeepsPassword, SignIn::OAuth) | (Defect::UpdateAsksNothing, SignIn::Password) => {
            before()
        }
        (Defect::SigningCertificateSignsIn, SignIn::Password) => {
            let signs = smime.signing_identity.as_ref()?;
            Some(Credential::Certificate(crate::IdentityHandle(signs.value.clone())))
        }
        _ => None,
    }
}

/// Checks that the S/MIME identities that an account names came with its profile. 7003 and 7004 are the codes of the
/// mail payload; that Exchange accounts report the same is a guess (profiles-and-mdm.md, com.apple.eas.account rule 5).
pub(super) fn smime_identities(
    device: &Device,
    profile: &str,
    settings: &SmimeSettings,
) -> Result<(), ErrorLink> {
    for (what, uuid) in settings.identities() {
        let (code, text) = match named(device, profile, uuid) {
            Named::Identity => continue,
            Named::Nothing => (7003, format!("The S/MIME {what} certificate “{uuid}” was not found.")),
            Named::Other => (7004, format!("The S/MIME {what} certificate “{uuid}” is no identity.")),
        };
        return Err(link(ErrorDomain::MCEmailErrorDomain, code, text));
    }
    Ok(())
}

/// What a reference to a certificate payload finds.
pub(super) enum Named {
    Identity,
    Other,
    Nothing,
}

/// What a certificate reference names. Apple asks for the same profile (rule 4 of com.apple.eas.account).
pub(super) fn named(device: &Device, profile: &str, uuid: &str) -> Named {
    let own = |o: &Owner| o.profile == profile && o.payload_uuid == uuid;
    if device.keychain.identities().iter().any(|i| own(&i.owner)) {
        Named::Identity
    } else if device.keychain.certificates().iter().any(|c| own(&c.owner)) {
        Named::Other
    } else {
        Named::Nothing
    }
}

impl Device {
    /// Gives the account its number and asks what is still open.
    pub(crate) fn open_account(&mut self, new: NewAccount) {
        let id = self.add_account(new);
        let asks = self.account(id).is_some_and(|a| a.state == AccountState::WaitingForOwner);
        if asks {
            self.ask_next(id);
        } else {
            self.start_session(id);
        }
    }
}
