//! Installations that wait for the owner: consent first, then passwords of certificates. Nothing of the profile is on the
//! device until every question is answered; MDM never asks (profiles-and-mdm.md, Top level 9).

use super::certificates::{MAX_PROFILE_ITERATIONS, needs_password};
use super::chain::{ErrorChain, ErrorDomain, failed_profile, link};
use super::install::Request;
use super::validate::{Valid, payload_name};
use super::{ProfileFile, Source, read};
use crate::{Answer, Defect, Device, Prompt, PromptId, PromptKind, Secret};
use serde::{Deserialize, Serialize};
use smime::Context;
use smime::pkcs12::IterationBudget;
use std::collections::BTreeMap;

/// The most installations that wait at once; another one is refused with 4003.
pub const MAX_PENDING: usize = 16;

/// An installation that waits. The file is kept whole, so that everything is checked again when the answer comes.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct PendingInstall {
    /// The prompt that it waits for.
    pub(crate) prompt: PromptId,
    /// `PayloadIdentifier` of the profile.
    pub(crate) identifier: String,
    /// How the profile is called.
    pub(crate) name: String,
    #[serde(rename = "bytes")]
    file: ProfileFile,
    agreed: bool,
    passwords: BTreeMap<String, Secret>,
}

/// What a wait for the owner came to.
pub(super) enum Continued {
    /// Go on with the installation.
    Install(Request),
    /// The owner gave up.
    Cancelled(ErrorChain),
    /// The answer does not fit; the question stays.
    Unanswered,
}

/// The next thing to ask before the profile can be installed.
pub(super) fn question(
    device: &Device,
    cx: &Context<'_>,
    valid: &Valid,
    request: &Request,
) -> Option<PromptKind> {
    let profile = valid.profile.identifier().unwrap_or_default().to_owned();
    let texts = valid.profile.consent_texts();
    let chosen = match device.facts.variants.defect {
        Some(Defect::ConsentSkipped) => None,
        Some(Defect::ConsentInFirstLanguage) => texts.first().map(|(_, text)| *text),
        _ => consent_text(&texts, &device.language),
    };
    if !request.agreed
        && let Some(text) = chosen
    {
        return Some(PromptKind::Consent { profile, text: text.to_owned() });
    }
    if device.facts.has(Defect::CertificatePasswordNotAsked) {
        return None;
    }
    let mut budget = IterationBudget::new(MAX_PROFILE_ITERATIONS);
    let locked = valid.profile.payloads.iter().find(|p| {
        let typed = p.uuid().and_then(|uuid| request.passwords.get(uuid));
        needs_password(cx, p, typed, &mut budget)
    })?;
    Some(PromptKind::CertificatePassword {
        profile,
        payload_uuid: locked.uuid().unwrap_or_default().to_owned(),
        name: payload_name(locked),
    })
}

/// The text in the device's language, also where only the language without region is there; else `default`, else `en`,
/// else the first (TopLevel, `ConsentText`).
pub(super) fn consent_text<'t>(texts: &[(&'t str, &'t str)], language: &str) -> Option<&'t str> {
    let of = |wanted: &str| {
        texts.iter().find(|(l, _)| l.replace('_', "-").eq_ignore_ascii_case(wanted)).map(|(_, text)| *text)
    };
    let language = language.replace('_', "-");
    let bare = language.split('-').next().unwrap_or_default();
    of(&language)
        .or_else(|| of(bare))
        .or_else(|| of("default"))
        .or_else(|| of("en"))
        .or_else(|| texts.first().map(|(_, text)| *text))
}

/// Puts the installation aside and asks. A profile of the same identifier that waits already is dropped for it.
pub(super) fn hold(
    device: &mut Device,
    valid: &Valid,
    kind: PromptKind,
    request: Request,
) -> Result<PromptId, ErrorChain> {
    let identifier = valid.profile.identifier().unwrap_or_default().to_owned();
    forget(device, &identifier);
    if device.pending.len() + device.enrolling.len() >= MAX_PENDING {
        let text = "Too many profiles wait to be installed.";
        let cause = link(ErrorDomain::MCInstallationErrorDomain, 4003, text);
        return Err(failed_profile(&valid.name, cause));
    }
    let prompt = device.ask(kind);
    let Request { file, agreed, passwords, .. } = request;
    let name = read::name(&valid.profile);
    device.pending.push(PendingInstall { prompt, identifier, name, file, agreed, passwords });
    Ok(prompt)
}

/// Drops a waiting installation of that identifier, with its prompt or what it asks an enrolment server for.
pub(crate) fn forget(device: &mut Device, identifier: &str) {
    let gone: Vec<PromptId> =
        device.pending.iter().filter(|p| p.identifier == identifier).map(|p| p.prompt).collect();
    device.pending.retain(|p| p.identifier != identifier);
    device.prompts.retain(|p| !gone.contains(&p.id));
    device.enrolling.retain(|e| e.identifier != identifier);
}

impl PendingInstall {
    /// What the answer to the prompt makes of the installation.
    pub(super) fn answered(&self, prompt: &Prompt, answer: Answer) -> Continued {
        let mut request = Request {
            agreed: self.agreed,
            passwords: self.passwords.clone(),
            ..Request::new(self.file.clone(), Source::Owner)
        };
        match (&prompt.kind, answer) {
            (_, Answer::Cancel) => {
                let text = "The user cancelled the installation.";
                let cause = link(ErrorDomain::MCInstallationErrorDomain, 4004, text);
                Continued::Cancelled(failed_profile(&self.name, cause))
            }
            (PromptKind::Consent { .. }, Answer::Agree) => {
                request.agreed = true;
                Continued::Install(request)
            }
            (PromptKind::CertificatePassword { payload_uuid, .. }, Answer::Password(password)) => {
                request.passwords.insert(payload_uuid.clone(), password);
                Continued::Install(request)
            }
            _ => Continued::Unanswered,
        }
    }
}

impl Device {
    /// Takes the answer to a prompt of a waiting installation; nothing when no installation waits for that prompt.
    pub(crate) fn answer_installation(
        &mut self,
        cx: &Context<'_>,
        prompt: &Prompt,
        answer: Answer,
    ) -> Option<crate::Reply> {
        let at = self.pending.iter().position(|p| p.prompt == prompt.id)?;
        let continued = self.pending.get(at)?.answered(prompt, answer);
        if matches!(continued, Continued::Unanswered) {
            return Some(crate::Reply::Action(crate::Verdict::Allowed { by: None }));
        }
        self.pending.remove(at);
        self.prompts.retain(|p| p.id != prompt.id);
        Some(match continued {
            Continued::Install(request) => self.install(cx, request),
            Continued::Cancelled(chain) => self.refuse(chain),
            // Handled above.
            Continued::Unanswered => crate::Reply::Done,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_consent_text_is_chosen_by_language_then_default_then_english_then_the_first() {
        let all = [("fr", "F"), ("en", "E"), ("default", "D"), ("pt-BR", "B"), ("nl", "N")];
        for (language, text) in
            [("nl", "N"), ("nl-BE", "N"), ("NL_be", "N"), ("pt-BR", "B"), ("pt", "D"), ("de", "D"), ("", "D")]
        {
            assert_eq!(consent_text(&all, language), Some(text), "{language}");
        }
        assert_eq!(consent_text(&all[..2], "de"), Some("E"));
        assert_eq!(consent_text(&all[..1], "de"), Some("F"));
        assert_eq!(consent_text(&[], "de"), None);
    }
}
