//! A folder of evidence as a target: the record of a phone on which what is given was installed.
//!
//! Nothing can be made to happen any more. The installation, and right answers to what was asked, count as done where the
//! log says so; every other step is not supported. What the log does not tell is never taken for absent.

use super::given::{Prepared, Workshop};
use super::judging::{Verdicts, lint_rules, nothing_installed, verdicts};
use super::{Materials, RunError};
use crate::exit::Failure;
use crate::judge::read_folder;
use evidence::{Action, Fact, Log, ObservedAccount, ObservedDevice, ObservedSwitch, Prompted};
use intent::{ActionId, DeviceFacts, EncryptDefaultToggle, Variants};
use profile::OsVersion;
use profile::lint::Audience;
use scenario::{
    AnswerWith, Case, Done, Given, Install, Installed, JudgedOutcome, MessageSeen, Reader, ReadingSeen,
    Refusal, Step, StepAction, Target, ViewPath, prompt_word,
};
use serde_json::{Map, Value, json};
use smime::Timestamp;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// Evidence, checked whole.
pub struct Evidence {
    log: Log,
    device: ObservedDevice,
}

impl Evidence {
    /// Reads a folder of evidence.
    ///
    /// # Errors
    /// [`RunError::Unreachable`] when there is none, [`Failure::Judge`] when it is not whole.
    pub fn read(folder: &Path) -> Result<Self, Failure> {
        if let Err(error) = std::fs::metadata(folder.join(evidence::LOG_FILE)) {
            let path = folder.to_path_buf();
            return Err(RunError::Unreachable { path, reason: error.to_string() }.into());
        }
        let log = read_folder(folder)?;
        let mut device = ObservedDevice::default();
        for observation in log.observations() {
            if let Fact::Device(told) = &observation.fact {
                let told = told.clone();
                device.ios = told.ios.or(device.ios);
                device.model = told.model.or(device.model);
                device.supervised = told.supervised.or(device.supervised);
                device.identities = told.identities.or(device.identities);
                device.encrypt_default_toggle = told.encrypt_default_toggle.or(device.encrypt_default_toggle);
            }
        }
        Ok(Evidence { log, device })
    }

    fn newest<T>(&self, of: impl Fn(&Fact) -> Option<T>) -> Option<T> {
        self.log.observations().iter().rev().find_map(|o| of(&o.fact))
    }

    fn prompts(&self) -> Vec<&Prompted> {
        let all = self.log.observations().iter();
        all.filter_map(|o| if let Fact::Prompt(prompt) = &o.fact { Some(prompt) } else { None }).collect()
    }
}

/// Cases held against evidence, one after another.
pub struct EvidenceTarget<'m> {
    evidence: &'m Evidence,
    materials: &'m Materials,
    workshop: Workshop,
    given: Option<Given>,
    installed: Option<Arc<Prepared>>,
    verdicts: Verdicts,
}

impl<'m> EvidenceTarget<'m> {
    /// Makes a target.
    pub fn new(evidence: &'m Evidence, materials: &'m Materials) -> Self {
        EvidenceTarget {
            evidence,
            materials,
            workshop: Workshop::default(),
            given: None,
            installed: None,
            verdicts: Verdicts::new(),
        }
    }

    fn given(&self) -> Result<&Given, Refusal> {
        self.given.as_ref().ok_or_else(|| Refusal::broken("no case has begun"))
    }

    fn install(&mut self, install: &Install) -> Result<Done, Refusal> {
        if self.installed.is_some() {
            return Err(Refusal::not_supported("a second installation on evidence"));
        }
        let given = self.given()?.clone();
        let prepared = self.workshop.prepared(self.materials, &given, install, given.phone.ios)?;
        let chain = self.evidence.newest(|fact| match fact {
            Fact::Refused { error_chain } => Some(error_chain.clone()),
            _ => None,
        });
        let is_there = self.evidence.newest(|fact| match fact {
            Fact::Installed { .. } | Fact::Account(_) => Some(()),
            Fact::Profiles { profiles } => (!profiles.is_empty()).then_some(()),
            _ => None,
        });
        let (installed, observed, error_chain) = match (is_there, chain) {
            (Some(()), _) => (Installed::Installed, "installed, as the evidence tells", Vec::new()),
            (None, Some(chain)) => (Installed::Refused, "refused, as the evidence tells", chain),
            (None, None) => {
                return Err(Refusal::NotSeen { what: "what became of the installation".to_owned() });
            }
        };
        self.installed = Some(prepared);
        let asked: Vec<String> = self.evidence.prompts().iter().map(|p| p.kind.clone()).collect();
        Ok(Done {
            observed: observed.to_owned(),
            installed: Some(installed),
            error_chain,
            // Most sources do not tell of questions at all.
            asked: (!asked.is_empty()).then_some(asked),
            ..Done::default()
        })
    }

    fn view(&self) -> Result<Value, Refusal> {
        let given = self.given()?;
        let mut view = Map::new();
        let device = &self.evidence.device;
        view.insert(
            "device".to_owned(),
            json!({"ios": given.phone.ios.to_string(), "model": device.model, "supervised": device.supervised}),
        );
        let account = self.evidence.newest(|fact| match fact {
            Fact::Account(account) => Some(Some(shown(account))),
            Fact::NoAccount { .. } => Some(None),
            _ => None,
        });
        if let Some(account) = account {
            view.insert("account".to_owned(), account.unwrap_or(Value::Null));
        }
        let profiles = self.evidence.newest(|fact| match fact {
            Fact::Profiles { profiles } => Some(profiles.clone()),
            _ => None,
        });
        if let Some(profiles) = profiles {
            let profiles: Vec<Value> = profiles
                .iter()
                .map(|p| json!({"identifier": p.identifier, "uuid": p.uuid, "display_name": p.display_name}))
                .collect();
            view.insert("profiles".to_owned(), profiles.into());
        }
        Ok(Value::Object(view))
    }
}

/// An account in the words of the view; what evidence does not tell is left out.
fn shown(account: &ObservedAccount) -> Value {
    let switch = |s: &ObservedSwitch| json!({"on": s.on, "locked": s.locked});
    let services: Map<String, Value> = account
        .services
        .iter()
        .filter_map(|(service, s)| {
            let name = serde_json::to_value(service).ok()?.as_str()?.to_owned();
            Some((name, switch(s)))
        })
        .collect();
    let mut value = json!({
        "name": account.name,
        "services": services,
        "mail_window_days": account.mail_window_days,
        "smime": {
            "enabled": account.smime,
            "signing": switch(&account.signing),
            "encrypt_by_default": switch(&account.encrypt_by_default),
            "per_message_switch": account.per_message_switch,
            "compose_starts": if account.compose_starts_encrypted { "encrypted" } else { "clear" },
        },
        "move": account.move_allowed,
        "third_party_send": account.third_party_send,
        "recents": account.recents,
    });
    for (name, text) in [("host", &account.host), ("user", &account.user), ("email", &account.email)] {
        if let Some(text) = text {
            value[name] = text.as_str().into();
        }
    }
    value
}

impl Target for EvidenceTarget<'_> {
    fn kind(&self) -> &'static str {
        "evidence"
    }

    fn begin(&mut self, case: &Case) -> Result<(), Refusal> {
        (self.given, self.installed) = (None, None);
        self.verdicts.clear();
        let told = self.evidence.device.ios.as_deref().and_then(|v| v.parse::<OsVersion>().ok());
        if let Some(told) = told.filter(|told| *told != case.given.phone.ios) {
            let given = case.given.phone.ios;
            return Err(Refusal::not_supported(format!(
                "iOS {given}, which the case gives: the evidence is of iOS {told}"
            )));
        }
        if let Some(supervised) =
            self.evidence.device.supervised.filter(|s| *s != case.given.phone.supervised)
        {
            let word = if supervised { "a supervised" } else { "an unsupervised" };
            return Err(Refusal::not_supported(format!(
                "the phone that the case gives: the evidence is of {word} one"
            )));
        }
        self.given = Some(case.given.clone());
        Ok(())
    }

    fn now_ms(&self) -> Option<i64> {
        None
    }

    fn perform(&mut self, step: &Step) -> Result<Done, Refusal> {
        match &step.action {
            StepAction::Install(install) => self.install(install),
            // Nothing that was asked is open in the evidence.
            StepAction::AnswerAll => match self.evidence.prompts().iter().find(|p| !p.answered) {
                None => Ok(Done { observed: "nothing is open".to_owned(), ..Done::default() }),
                Some(open) => {
                    Err(Refusal::NotSeen { what: format!("that “{}” was answered", open.kind) })
                }
            },
            StepAction::Answer(answer) if answer.with == AnswerWith::Right => {
                let kind = prompt_word(answer.prompt);
                let answered = self.evidence.prompts().iter().any(|p| p.kind == kind && p.answered);
                match answered {
                    true => Ok(Done {
                        observed: "answered, as the evidence tells".to_owned(),
                        asked: Some(Vec::new()),
                        ..Done::default()
                    }),
                    false => Err(Refusal::NotSeen { what: format!("that “{kind}” was answered") }),
                }
            }
            _ => Err(Refusal::not_supported("this step on evidence, which was collected already")),
        }
    }

    fn value(&mut self, path: &ViewPath) -> Result<Option<Value>, Refusal> {
        let view = self.view()?;
        match (path.find(&view), view.get(path.first())) {
            (Some(value), _) if !value.is_null() || path.first() == "account" => Ok(Some(value.clone())),
            // There is no account, so there is nothing in it.
            (None, Some(Value::Null)) => Ok(None),
            _ => Err(Refusal::NotSeen { what: path.to_string() }),
        }
    }

    fn view(&mut self) -> Result<Value, Refusal> {
        EvidenceTarget::view(self)
    }

    fn try_action(&mut self, id: ActionId) -> Result<Action, Refusal> {
        let id = id.to_string();
        let seen = self.evidence.newest(|fact| match fact {
            Fact::Action(action) if action.id == id => Some(action.clone()),
            _ => None,
        });
        seen.ok_or(Refusal::NotSeen { what: format!("what becomes of {id}") })
    }

    fn prompts(&mut self) -> Result<Vec<String>, Refusal> {
        let prompts = self.evidence.prompts();
        if prompts.is_empty() {
            return Err(Refusal::NotSeen { what: "what waits for the owner".to_owned() });
        }
        Ok(prompts.iter().filter(|p| !p.answered).map(|p| p.kind.clone()).collect())
    }

    fn message(&mut self, _number: usize, _opened: bool) -> Result<MessageSeen, Refusal> {
        Err(Refusal::not_supported("a message of a step on evidence"))
    }

    fn reading(&mut self, _number: usize, _by: &Reader) -> Result<ReadingSeen, Refusal> {
        Err(Refusal::not_supported("reading a message on evidence"))
    }

    fn judged(&mut self, requirement: &str) -> Result<(JudgedOutcome, String), Refusal> {
        let known = self.all_judged()?.remove(requirement);
        known.ok_or_else(|| Refusal::not_supported(format!("a verdict on {requirement}, which has none")))
    }

    fn all_judged(&mut self) -> Result<Verdicts, Refusal> {
        let prepared = self.installed.clone().ok_or_else(nothing_installed)?;
        if self.verdicts.is_empty() {
            let given = self.given()?;
            let device = &self.evidence.device;
            let counted = self.evidence.newest(|fact| match fact {
                Fact::Certificates { certificates } => {
                    Some(certificates.iter().filter(|c| c.identity).count())
                }
                _ => None,
            });
            let toggle = device.encrypt_default_toggle.as_deref().and_then(|t| t.parse().ok());
            let intent = prepared.intent(given.phone.ios)?;
            let facts = DeviceFacts {
                ios: given.phone.ios,
                supervised: given.phone.supervised,
                identities: counted.or(device.identities).unwrap_or(intent.identities.len()),
                variants: Variants { encrypt_default_toggle: toggle.unwrap_or(EncryptDefaultToggle::Free) },
            };
            self.verdicts = verdicts(&prepared, &facts, &self.evidence.log)?;
        }
        Ok(self.verdicts.clone())
    }

    fn lint_rules(&mut self) -> Result<BTreeSet<String>, Refusal> {
        let prepared = self.installed.clone().ok_or_else(nothing_installed)?;
        let given = self.given()?;
        let audience = Audience { os: given.phone.ios, supervised: given.phone.supervised };
        Ok(lint_rules(&prepared, audience, Timestamp(given.clock.0)))
    }
}
