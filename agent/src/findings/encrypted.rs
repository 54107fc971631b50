//! Why encrypted payloads do not open on a phone.

use profile::plist::Span;
use profile::{Finding, Profile, Severity};
use smime::{Context, Identity, cms};

/// The most recipients that are named.
const MAX_NAMED: usize = 4;

/// What keeps a phone with those identities from opening the payloads of an encrypted profile, if anything does (1006).
pub fn unopened(cx: &Context<'_>, profile: &Profile, identities: &[Identity]) -> Option<Finding> {
    let content = profile.encrypted_content().filter(|_| profile.payloads.is_empty())?;
    let (reason, help) = match cms::decrypt(cx, content, identities) {
        Ok(opened) if opened.content.is_some() => return None,
        Ok(opened) => {
            let mut names: Vec<String> =
                opened.recipients.iter().take(MAX_NAMED).map(ToString::to_string).collect();
            if opened.recipients.len() > MAX_NAMED {
                names.push(format!("{} others", opened.recipients.len() - MAX_NAMED));
            }
            let to = if names.is_empty() { "nobody".to_owned() } else { names.join("; ") };
            let count = identities.len();
            (
                format!(
                    "they are encrypted to {to}, and none of the {count} identities on the phone opens them"
                ),
                "install the profile with that identity first, on a phone that is kept: handset device",
            )
        }
        Err(error) => (
            format!("EncryptedPayloadContent is no CMS enveloped data: {error}"),
            "encrypt the array of payloads again: handset encrypt",
        ),
    };
    let span: Option<Span> = profile.key("EncryptedPayloadContent").map(|node| node.span);
    let finding = Finding::new(
        "encrypted-cannot-open",
        Severity::Error,
        format!("the payloads cannot be decrypted: {reason}"),
        "apple/device-management, TopLevel.yaml; Apple MDM Protocol Reference, error 1006",
    );
    let finding = finding.help(help);
    Some(match span {
        Some(span) => finding.at(span),
        None => finding,
    })
}
