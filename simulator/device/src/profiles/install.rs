//! Installing a checked profile: certificates first, then what refers to them, all or nothing.

use super::chain::{ErrorChain, ErrorDomain, ErrorLink, failed_payload, link};
use super::validate::{EAS, Valid, payload_name, validate};
use super::{InstalledPayload, InstalledProfile, Source};
use crate::account::{AccountOrigin, AccountState, Credential};
use crate::accounts::NewAccount;
use crate::keychain::Owner;
use crate::settings::SignIn;
use crate::{Device, Event, MailSettings, Secret};
use profile::{Payload, Profile};
use smime::{Certificate, Context, Identity, Pkcs12Error, pkcs12};

/// Payload types that this simulation acts on, beside the account.
const CERTIFICATES: [&str; 4] = [
    "com.apple.security.root",
    "com.apple.security.pkcs1",
    "com.apple.security.pem",
    "com.apple.security.pkcs12",
];

/// Payload types whose identity would come from a server.
const ENROLMENT: [&str; 2] = ["com.apple.security.scep", "com.apple.security.acme"];

/// Installs a profile on `device`, which the caller throws away on an error.
///
/// # Errors
/// The chain that the device reports.
pub(crate) fn install(
    device: &mut Device,
    cx: &Context<'_>,
    bytes: &[u8],
    source: Source,
) -> Result<String, ErrorChain> {
    let Valid { profile, name, signer } = validate(cx, bytes, &device.facts, &device.keychain.trust())?;
    let identifier = profile.identifier().unwrap_or_default().to_owned();
    let replaced = super::remove::replace(device, &identifier, &profile);

    for payload in &profile.payloads {
        let failed = |cause| failed_payload(&name, &payload_name(payload), cause);
        let kind = payload.payload_type().unwrap_or_default();
        if CERTIFICATES.contains(&kind) {
            certificate(device, cx, &identifier, payload).map_err(failed)?;
        } else if ENROLMENT.contains(&kind) {
            // No enrolment server is within reach of the simulated phone yet, so the phone says what it says then.
            let text = "The SCEP or ACME server could not be reached.";
            return Err(failed(link(ErrorDomain::MCSCEPErrorDomain, 22005, text)));
        }
    }
    for payload in profile.payloads.iter().filter(|p| p.payload_type() == Some(EAS)) {
        account(device, cx, &identifier, payload, &replaced)
            .map_err(|cause| failed_payload(&name, &payload_name(payload), cause))?;
    }
    record(device, &profile, identifier.clone(), source, signer);
    device.events.push_back(Event::ProfileInstalled { identifier: identifier.clone() });
    Ok(identifier)
}

fn record(
    device: &mut Device,
    profile: &Profile,
    identifier: String,
    source: Source,
    signer: Vec<Certificate>,
) {
    let payloads: Vec<InstalledPayload> = profile
        .payloads
        .iter()
        .map(|p| {
            let payload_type = p.payload_type().unwrap_or_default().to_owned();
            InstalledPayload {
                acts: payload_type == EAS || CERTIFICATES.contains(&payload_type.as_str()),
                payload_type,
                uuid: p.uuid().unwrap_or_default().to_owned(),
                identifier: p.identifier().unwrap_or_default().to_owned(),
                display_name: p.display_name().map(str::to_owned),
            }
        })
        .collect();
    for payload in payloads.iter().filter(|p| !p.acts) {
        device.events.push_back(Event::PayloadStored { payload_type: payload.payload_type.clone() });
    }
    device.profiles.push(InstalledProfile {
        identifier,
        uuid: profile.uuid().unwrap_or_default().to_owned(),
        display_name: profile.display_name().map(str::to_owned),
        organization: profile.organization().map(str::to_owned),
        removal_disallowed: profile.removal_disallowed().unwrap_or(false),
        source,
        signer,
        payloads,
    });
}

fn certificate(
    device: &mut Device,
    cx: &Context<'_>,
    profile: &str,
    payload: &Payload,
) -> Result<(), ErrorLink> {
    let owner = Owner {
        profile: profile.to_owned(),
        payload_uuid: payload.uuid().unwrap_or_default().to_owned(),
    };
    let bytes = payload.data("PayloadContent").ok().flatten().unwrap_or_default();
    if payload.payload_type() == Some("com.apple.security.pkcs12") {
        let password = payload.string("Password").ok().flatten();
        let identity = open_identity(cx, bytes, password)?;
        device.keychain.add_identity(owner, identity);
        return Ok(());
    }
    device.keychain.add_certificate(owner, one_certificate(bytes)?);
    Ok(())
}

/// Reads the one certificate of a root, pkcs1 or pem payload. Apple documents DER for the first two and PEM for the
/// third; a device reads either form in each.
fn one_certificate(bytes: &[u8]) -> Result<Certificate, ErrorLink> {
    use ErrorDomain::MCCertificateErrorDomain as Domain;
    let malformed = || link(Domain, 9005, "The certificate is malformed.");
    if let Ok(certificate) = Certificate::from_der(bytes) {
        return Ok(certificate);
    }
    let mut all = Certificate::from_pem(bytes).map_err(|_| malformed())?;
    match all.len() {
        0 => Err(malformed()),
        1 => Ok(all.remove(0)),
        _ => Err(link(Domain, 9001, "The certificate payload contains too many certificates.")),
    }
}

/// Opens a PKCS#12 with exactly one identity. Without a `Password` key the phone asks its owner, who knows none here,
/// so only a file without password opens.
pub(super) fn open_identity(
    cx: &Context<'_>,
    bytes: &[u8],
    password: Option<&str>,
) -> Result<Identity, ErrorLink> {
    use ErrorDomain::MCCertificateErrorDomain as Domain;
    let opened = match pkcs12::open(cx, bytes, password) {
        Err(Pkcs12Error::WrongPassword) if password.is_none() => pkcs12::open(cx, bytes, Some("")),
        other => other,
    };
    let mut file = opened.map_err(|error| match error {
        Pkcs12Error::WrongPassword => {
            link(Domain, 9000, "The password for the certificate is incorrect.")
        }
        Pkcs12Error::NoIdentity { .. } => link(Domain, 9006, "The certificate contains no identity."),
        other => link(Domain, 9005, format!("The certificate is malformed: {other}.")),
    })?;
    match file.identities.len() {
        1 => Ok(file.identities.remove(0)),
        0 => Err(link(Domain, 9006, "The certificate contains no identity.")),
        _ => Err(link(Domain, 9001, "The certificate payload contains too many certificates.")),
    }
}

fn account(
    device: &mut Device,
    cx: &Context<'_>,
    profile: &str,
    payload: &Payload,
    replaced: &[crate::Account],
) -> Result<(), ErrorLink> {
    use ErrorDomain::{MCEASErrorDomain, MCEmailErrorDomain};
    let settings = MailSettings::read(payload, &device.facts).map_err(|e| {
        link(ErrorDomain::MCPayloadErrorDomain, 2003, format!("The field “{}” has the wrong data type.", e.key))
    })?;
    // With OAuth and no sign-in URL the host is ignored and found by autodiscovery (XTR-018).
    let host = settings.host.as_ref().map(|h| h.value.clone()).filter(|_| !settings.autodiscover);
    if host.is_none() && !settings.autodiscover {
        return Err(link(MCEASErrorDomain, 21003, "No Exchange host name is set."));
    }

    for (uuid, what) in [(&settings.signing_identity, "signing"), (&settings.encryption_identity, "encryption")] {
        let Some(uuid) = uuid else { continue };
        match named(device, profile, &uuid.value) {
            Named::Identity => {}
            // 7003 and 7004 are the codes of the mail payload; that Exchange accounts report the same is a guess
            // (profiles-and-mdm.md, com.apple.eas.account rule 5).
            Named::Nothing => {
                let text = format!("The S/MIME {what} certificate “{}” was not found.", uuid.value);
                return Err(link(MCEmailErrorDomain, 7003, text));
            }
            Named::Other => {
                let text = format!("The S/MIME {what} certificate “{}” is no identity.", uuid.value);
                return Err(link(MCEmailErrorDomain, 7004, text));
            }
        }
    }

    let password = payload.string("Password").ok().flatten().map(Secret::new);
    let credential = match (&settings.sign_in.value, password) {
        (SignIn::Certificate(uuid), _) => match named(device, profile, uuid) {
            Named::Identity => Credential::Certificate(crate::IdentityHandle(uuid.clone())),
            // A missing identity blocks the account (EAS-023).
            _ => {
                let text = format!("The account’s certificate “{uuid}” is not an identity of this profile.");
                return Err(link(MCEASErrorDomain, 21004, text));
            }
        },
        (SignIn::InlineCertificate, _) => {
            let bytes = payload.data("Certificate").ok().flatten().unwrap_or_default();
            let word = payload.string("CertificatePassword").ok().flatten();
            let identity = open_identity(cx, bytes, word).map_err(|_| {
                link(MCEASErrorDomain, 21006, "The account’s certificate could not be decrypted.")
            })?;
            let owner = Owner {
                profile: profile.to_owned(),
                payload_uuid: payload.uuid().unwrap_or_default().to_owned(),
            };
            Credential::Certificate(device.keychain.add_identity(owner, identity))
        }
        (SignIn::Password, Some(password)) => Credential::Password(password),
        (SignIn::Password | SignIn::OAuth, _) => Credential::None,
    };

    if let (Some(host), Some(email)) = (&host, &settings.email)
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
    };
    let previous = replaced.iter().find(|a| a.origin == origin).cloned();
    device.open_account(NewAccount { origin, settings, host, credential, previous });
    Ok(())
}

enum Named {
    Identity,
    Other,
    Nothing,
}

/// What a certificate reference names. Apple asks for the same profile (rule 4 of com.apple.eas.account).
fn named(device: &Device, profile: &str, uuid: &str) -> Named {
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
