//! Everything that can be seen on a simulated phone, as evidence: what happened on it, what is on it, what its controls
//! and messages do on copies of it.

use super::SimulatedPhone;
use super::account::service as seen_service;
use crate::exit::Failure;
use crate::trial::mail_steps;
use device::{AccountId, AccountState, Device, Event, PromptKind, Service};
use evidence::{
    DEVICE_DOCUMENT, DeviceDocument, DevicePort, Fact, ObservedCertificate, ObservedDevice, ObservedPayload,
    ObservedProfile, Prompted, TimedFact,
};
use intent::ActionId;
use simulator::World;
use smime::{Certificate, Timestamp};
use std::collections::BTreeMap;

/// Looks at a phone. Nothing on it changes.
///
/// # Errors
/// [`Failure`] of the embedded world.
pub fn look(world: &World, name: Option<&str>) -> Result<DeviceDocument, Failure> {
    let device = world.device();
    let now = Some(world.now().0);
    let mut facts = past(world);
    let mut see = |fact: Fact| facts.push(TimedFact { at_ms: now, fact });
    see(Fact::Device(described(world, name)));
    see(Fact::Profiles { profiles: profiles(device) });
    see(Fact::Certificates { certificates: certificates(device) });
    let mut phone = SimulatedPhone::new(world, &[]);
    match phone.account().ok().flatten() {
        Some(account) => {
            see(Fact::Account(Box::new(account)));
            for id in ActionId::ALL {
                // The phone knows every action of the contract.
                if let Ok(action) = phone.try_action(&id.to_string()) {
                    see(Fact::Action(action));
                }
            }
            for mut step in mail_steps(world)? {
                // The messages themselves are not kept.
                step.file = None;
                see(Fact::Mail(step));
            }
        }
        None => {
            let account = world.managed_account().and_then(|a| device.account(a));
            let state = account.map_or("none", |a| state_name(a.state()));
            see(Fact::NoAccount { state: state.to_owned() });
        }
    }
    Ok(DeviceDocument {
        document: DEVICE_DOCUMENT.to_owned(),
        facts,
        snapshot: serde_json::to_value(device.view())?,
    })
}

/// The facts about a phone on which expectations depend.
pub fn facts(world: &World) -> intent::DeviceFacts {
    let facts = world.device().facts();
    intent::DeviceFacts {
        ios: facts.ios,
        supervised: facts.supervised,
        identities: world.device().keychain().identities().len(),
        variants: intent::Variants { encrypt_default_toggle: toggle(facts) },
    }
}

fn toggle(facts: &device::DeviceFacts) -> intent::EncryptDefaultToggle {
    match facts.variants.encrypt_default_toggle {
        device::EncryptDefaultToggle::Free => intent::EncryptDefaultToggle::Free,
        device::EncryptDefaultToggle::NeedsPerMessageSwitch => {
            intent::EncryptDefaultToggle::NeedsPerMessageSwitch
        }
    }
}

fn described(world: &World, name: Option<&str>) -> ObservedDevice {
    let facts = world.device().facts();
    ObservedDevice {
        name: name.map(str::to_owned),
        ios: Some(facts.ios.to_string()),
        model: Some(facts.model.clone()),
        supervised: Some(facts.supervised),
        identities: Some(world.device().keychain().identities().len()),
        encrypt_default_toggle: Some(toggle(facts).as_str().to_owned()),
    }
}

fn profiles(device: &Device) -> Vec<ObservedProfile> {
    let listed = device.profiles().iter().map(|p| ObservedProfile {
        identifier: p.identifier.clone(),
        uuid: Some(p.uuid.clone()),
        display_name: p.display_name.clone(),
        managed: Some(p.source == device::Source::Mdm),
        encrypted: Some(p.is_encrypted),
        removal_disallowed: Some(p.removal_disallowed),
        has_removal_passcode: Some(p.has_removal_passcode),
        payloads: Some(
            p.payloads
                .iter()
                .map(|payload| ObservedPayload {
                    payload_type: Some(payload.payload_type.clone()),
                    identifier: Some(payload.identifier.clone()),
                    uuid: Some(payload.uuid.clone()),
                })
                .collect(),
        ),
    });
    listed.collect()
}

/// The keychain, by what is public of it.
pub fn certificates(device: &Device) -> Vec<ObservedCertificate> {
    let keychain = device.keychain();
    let alone = keychain.certificates().iter().map(|c| certificate(&c.owner, &c.certificate, false));
    let identities =
        keychain.identities().iter().map(|i| certificate(&i.owner, &i.identity.certificate, true));
    identities.chain(alone).collect()
}

fn certificate(owner: &device::Owner, certificate: &Certificate, identity: bool) -> ObservedCertificate {
    ObservedCertificate {
        payload_uuid: Some(owner.payload_uuid.clone()),
        ..ObservedCertificate::of(certificate, identity)
    }
}

/// What happened on the phone, in the words of the log.
fn past(world: &World) -> Vec<TimedFact> {
    let history: Vec<&(Timestamp, Event)> = world.history().collect();
    let waiting = world.device().prompts();
    let managed = world.managed_account();
    let mut on: BTreeMap<Service, bool> = BTreeMap::new();
    let mut facts = Vec::new();
    for (at, event) in &history {
        let switched = match event {
            Event::Synchronised { account, service, .. } if Some(*account) == managed => {
                Some((*service, true))
            }
            Event::Emptied { account, service } if Some(*account) == managed => Some((*service, false)),
            _ => None,
        };
        // Only a change tells something: that items came, for the first time or again, does not.
        if let Some((service, is_on)) = switched
            && on.insert(service, is_on).unwrap_or(true) != is_on
        {
            let fact = Fact::ServiceSwitched { service: seen_service(service), on: is_on };
            facts.push(TimedFact { at_ms: Some(at.0), fact });
        }
        let fact = match event {
            Event::ProfileInstalled { identifier } => Fact::Installed { identifier: identifier.clone() },
            Event::ProfileRemoved { identifier } => Fact::Removed { identifier: identifier.clone() },
            Event::ProfileRefused { error_chain } => Fact::Refused {
                error_chain: error_chain.0.iter().map(|l| (l.domain.to_string(), l.code)).collect(),
            },
            Event::Prompted { prompt } => {
                let Some(kind) = prompt_name(prompt) else { continue };
                let account = prompt.account();
                let answered = !waiting.iter().any(|p| p.kind == *prompt);
                let early =
                    account.is_some_and(|a| !answered && in_force_unasked(world.device(), &history, a));
                Fact::Prompt(Prompted {
                    kind: kind.to_owned(),
                    in_force_before: early || account.is_some_and(|a| in_force(&history, a, *at)),
                    answered,
                    names: held(prompt).map(str::to_owned).into_iter().collect(),
                })
            }
            _ => continue,
        };
        facts.push(TimedFact { at_ms: Some(at.0), fact });
    }
    facts
}

/// The profile that a prompt holds back whole.
fn held(prompt: &PromptKind) -> Option<&str> {
    match prompt {
        PromptKind::CertificatePassword { profile, .. } | PromptKind::Consent { profile, .. } => {
            Some(profile)
        }
        _ => None,
    }
}

/// The prompts that an installation raises, before it or after it.
fn prompt_name(prompt: &PromptKind) -> Option<&'static str> {
    match prompt {
        PromptKind::Password { .. } => Some("password"),
        PromptKind::SignIn { .. } => Some("sign-in"),
        PromptKind::EmailAddress { .. } => Some("email-address"),
        PromptKind::UserName { .. } => Some("user-name"),
        PromptKind::CertificatePassword { .. } => Some("certificate-password"),
        PromptKind::Consent { .. } => Some("consent"),
        _ => None,
    }
}

/// Whether an account that has never been active shows settings in force.
fn in_force_unasked(device: &Device, history: &[&(Timestamp, Event)], account: AccountId) -> bool {
    let active = |event: &Event| matches!(event, Event::AccountState { account: of, state: AccountState::Active } if *of == account);
    device.effective(account).is_some() && !history.iter().any(|(_, event)| active(event))
}

/// Whether the settings of an account were in force when everything of that moment had happened.
fn in_force(history: &[&(Timestamp, Event)], account: AccountId, at: Timestamp) -> bool {
    let states = history.iter().take_while(|(when, _)| *when <= at).filter_map(|(_, event)| match event {
        Event::AccountState { account: of, state } if *of == account => Some(*state),
        _ => None,
    });
    states.last() == Some(AccountState::Active)
}

fn state_name(state: AccountState) -> &'static str {
    match state {
        AccountState::WaitingForOwner => "waiting-for-owner",
        AccountState::SigningIn => "signing-in",
        AccountState::Active => "active",
        AccountState::Refused => "refused",
        AccountState::Unreachable => "unreachable",
    }
}
