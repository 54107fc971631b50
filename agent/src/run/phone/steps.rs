//! The steps, done on a simulated phone.

use super::mail::{Kept, Way, attachment};
use super::{Course, Materials};
use crate::port;
use crate::run::given::{Workshop, enrolment, follow, mail_address, octets, opened};
use device::{
    AccountId, Answer, Draft, Event, Folder, Input, MessageId, PromptKind as Asked, Reply, Secret,
    UserAction, Verdict,
};
use evidence::{Action, ActionOutcome};
use intent::ActionId;
use scenario::{
    Answer as Answering, AnswerWith, Done, Fault, Incoming, Install, Installed, Outgoing, Refusal, Removal,
    Settings, Step, StepAction,
};
use simulator::store::{decode, encode};
use simulator::{AttachedFile, NetworkFault, Signing};
use smime::Timestamp;

/// What somebody types who does not know what is right.
const WRONG: &str = "this is not right";

/// The most questions that are answered in one step; a phone that asks for more does not take an answer.
const MAX_ANSWERS: usize = 32;

/// Does a step, and gathers what happened in it.
pub(super) fn perform(
    course: &mut Course,
    workshop: &mut Workshop,
    materials: &Materials,
    step: &Step,
) -> Result<Done, Refusal> {
    let happened = course.world.history().count();
    let kept = course.messages.len();
    let mut done = match &step.action {
        StepAction::Install(install) => course.install(workshop, materials, install)?,
        StepAction::Act(id) => of_action(port::perform(&mut course.world, *id)),
        StepAction::Answer(answer) => course.answer(materials, answer)?,
        StepAction::AnswerAll => course.answer_all(materials)?,
        StepAction::Send(outgoing) => course.send(outgoing)?,
        StepAction::Receive(incoming) => course.receive(materials, incoming)?,
        StepAction::Refresh => {
            let account = course.account("to refresh")?;
            course.world.act(UserAction::Refresh { account });
            said("refreshed")
        }
        StepAction::Wait(ms) => {
            let to = course.world.now().0.saturating_add(*ms);
            course.world.advance_to(Timestamp(to));
            said("time passed")
        }
        StepAction::Until(time) => {
            if time.0 < course.world.now().0 {
                return Err(Refusal::broken("the time is past already"));
            }
            course.world.advance_to(Timestamp(time.0));
            said("time passed")
        }
        StepAction::Upgrade(version) => match course.world.input(Input::UpgradeOs(*version)) {
            Reply::NotDowngraded { installed } => {
                let expected = format!("an iOS not newer than {version}");
                return Err(Refusal::NotThere { expected, observed: format!("iOS {installed}") });
            }
            _ => said(&format!("iOS {version}")),
        },
        StepAction::Network(fault) => {
            course.world.set_network(network(fault));
            said("the network changed")
        }
        StepAction::Remove(Removal::OfAccount) => {
            of_action(port::perform(&mut course.world, ActionId::ProfileRemove))
        }
        StepAction::Remove(Removal::Identifier(identifier)) => course.remove(identifier)?,
        StepAction::Restart => course.restart()?,
        StepAction::Set(settings) => course.set(settings),
        _ => return Err(Refusal::not_supported("this step on a simulated phone")),
    };
    for sent in course.world.take_sent() {
        course.messages.push(Kept { way: Way::Sent, to: sent.to, wire: sent.wire, ..Kept::default() });
    }
    // What the step itself keeps knows what was sent; what left otherwise stands beside it.
    let written = match &step.action {
        StepAction::Send(outgoing) => {
            outgoing.attachment.as_ref().map(|a| attachment(course.world.seed(), a))
        }
        _ => None,
    };
    for (number, message) in course.messages.iter_mut().enumerate().skip(kept) {
        if message.way == Way::Sent {
            message.attachment = written.as_ref().map(|a| a.bytes.clone());
            done.sent += 1;
        }
        done.messages.push(number);
    }
    let mut asked = Vec::new();
    let events: Vec<Event> = course.world.history().skip(happened).map(|(_, event)| event.clone()).collect();
    for event in events {
        match event {
            Event::Prompted { prompt } => asked.push(course.kind_of(&prompt)),
            Event::ProfileRefused { error_chain } if done.error_chain.is_empty() => {
                done.error_chain = links(&error_chain);
            }
            _ => {}
        }
    }
    done.asked = Some(asked);
    Ok(done)
}

fn said(observed: &str) -> Done {
    Done { observed: observed.to_owned(), ..Done::default() }
}

fn links(chain: &device::ErrorChain) -> Vec<(String, u32)> {
    chain.0.iter().map(|l| (l.domain.to_string(), l.code)).collect()
}

fn of_action(action: Action) -> Done {
    let word = match action.outcome {
        ActionOutcome::Allowed => "allowed",
        ActionOutcome::Denied => "denied",
        ActionOutcome::Absent => "absent",
    };
    let by = action.by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
    Done { observed: format!("{word}{by}: {}", action.text), action: Some(action), ..Done::default() }
}

/// A verdict of the phone on something that is no action of the contract.
fn of_verdict(id: &str, verdict: Verdict, effect_seen: bool) -> Done {
    let (outcome, by, text) = match verdict {
        Verdict::Allowed { by } => (ActionOutcome::Allowed, by, "done".to_owned()),
        Verdict::Denied { by } => (ActionOutcome::Denied, Some(by), "refused".to_owned()),
        Verdict::Asked { by, .. } => (ActionOutcome::Denied, Some(by), "the phone asks first".to_owned()),
        Verdict::Absent { reason } => (ActionOutcome::Absent, None, reason.to_string()),
        Verdict::NotSent { refusal } => (ActionOutcome::Denied, None, refusal.to_string()),
    };
    of_action(Action { id: id.to_owned(), outcome, by, effect_seen, text })
}

/// What became of an installation.
fn of_reply(reply: &Reply) -> Option<Done> {
    let (installed, observed, error_chain) = match reply {
        Reply::Installed(identifier) => (Installed::Installed, format!("installed {identifier}"), Vec::new()),
        Reply::Refused(chain) => {
            let all = links(chain);
            let told: Vec<String> = all.iter().map(|(domain, code)| format!("{domain} {code}")).collect();
            (Installed::Refused, format!("refused: {}", told.join(" > ")), all)
        }
        Reply::Asked(_) => (Installed::Waiting, "waits for the owner".to_owned(), Vec::new()),
        Reply::Enrolling(_) => (Installed::Waiting, "waits for an enrolment server".to_owned(), Vec::new()),
        _ => return None,
    };
    Some(Done { observed, installed: Some(installed), error_chain, ..Done::default() })
}

fn network(fault: &Fault) -> NetworkFault {
    match fault {
        Fault::Offline => NetworkFault::Offline,
        Fault::Delay(ms) => NetworkFault::Delay { ms: *ms },
        Fault::Drop(exchanges) => NetworkFault::Drop { exchanges: *exchanges },
        Fault::Status { code, exchanges } => NetworkFault::Status { code: *code, exchanges: *exchanges },
        Fault::Truncate(exchanges) => NetworkFault::Truncate { exchanges: *exchanges },
        _ => NetworkFault::None,
    }
}

impl Course {
    fn account(&self, what: &str) -> Result<AccountId, Refusal> {
        self.world.managed_account().ok_or_else(|| Refusal::NotThere {
            expected: format!("an account of a profile {what}"),
            observed: "none".to_owned(),
        })
    }

    fn install(
        &mut self,
        workshop: &mut Workshop,
        materials: &Materials,
        install: &Install,
    ) -> Result<Done, Refusal> {
        let ios = self.world.device().facts().ios;
        let prepared = workshop.prepared(materials, &self.given, install, ios)?;
        let reply = self.world.install_file(prepared.file.clone());
        if !matches!(reply, Reply::Refused(_)) {
            self.installed.push(prepared);
        }
        of_reply(&reply).ok_or_else(|| Refusal::broken(format!("the phone answered {reply:?}")))
    }

    fn answer(&mut self, materials: &Materials, answer: &Answering) -> Result<Done, Refusal> {
        let wanted = scenario::prompt_word(answer.prompt);
        let device = self.world.device();
        let asks = |p: &&device::Prompt| crate::devices::shown_prompt(device, p).kind == wanted;
        let Some(prompt) = device.prompts().iter().find(asks).cloned() else {
            let asked = self.prompts();
            let observed = if asked.is_empty() { "none".to_owned() } else { asked.join(", ") };
            return Err(Refusal::NotThere { expected: format!("the question “{wanted}”"), observed });
        };
        let is_secret = matches!(
            prompt.kind,
            Asked::Password { .. }
                | Asked::SignIn { .. }
                | Asked::CertificatePassword { .. }
                | Asked::RemovalPasscode { .. }
        );
        let typed = |text: String| {
            if is_secret { Answer::Password(Secret::new(text)) } else { Answer::Text(text) }
        };
        let given = match &answer.with {
            AnswerWith::Cancel => Answer::Cancel,
            AnswerWith::Text(text) => typed(opened(materials, text)?),
            AnswerWith::Wrong => match prompt.kind {
                // The only other answer to a question without an answer to type.
                Asked::Consent { .. } | Asked::MissingRecipientCertificates { .. } => Answer::Cancel,
                _ => typed(WRONG.to_owned()),
            },
            AnswerWith::Right => self.right(materials, &prompt.kind)?,
        };
        let reply = self.world.answer(prompt.id, given);
        if let Some(done) = of_reply(&reply) {
            return Ok(done);
        }
        Ok(match reply {
            Reply::Action(verdict @ Verdict::Denied { .. }) => of_verdict("answer", verdict, true),
            Reply::Action(verdict) => {
                let done = of_verdict("answer", verdict, true);
                Done { observed: format!("answered {wanted}"), ..done }
            }
            _ => said(&format!("answered {wanted}")),
        })
    }

    fn answer_all(&mut self, materials: &Materials) -> Result<Done, Refusal> {
        let mut told = Vec::new();
        let mut done = Done::default();
        for _ in 0..MAX_ANSWERS {
            let device = self.world.device();
            let Some(prompt) = device.prompts().first().cloned() else {
                let observed = match told.is_empty() {
                    true => "nothing was asked".to_owned(),
                    false => format!("answered {}", told.join(", ")),
                };
                return Ok(Done { observed, ..done });
            };
            told.push(crate::devices::shown_prompt(device, &prompt).kind.to_owned());
            let answer = self.right(materials, &prompt.kind)?;
            // The answer that completes an installation tells what became of it.
            if let Some(end) = of_reply(&self.world.answer(prompt.id, answer)) {
                done = end;
            }
        }
        Err(Refusal::NotThere {
            expected: format!("a phone that asks no more than {MAX_ANSWERS} questions"),
            observed: format!("one that asked {}", told.join(", ")),
        })
    }

    fn right(&self, materials: &Materials, kind: &Asked) -> Result<Answer, Refusal> {
        let owner = self.world.owner();
        Ok(match kind {
            Asked::Password { .. } | Asked::SignIn { .. } => self.world.password(),
            Asked::EmailAddress { .. } => Answer::Text(owner.email.clone()),
            Asked::UserName { .. } => Answer::Text(owner.user_name.clone()),
            Asked::Consent { .. } => Answer::Agree,
            Asked::MissingRecipientCertificates { .. } => Answer::Cancel,
            Asked::CertificatePassword { name, .. } => {
                let all = &self.given.certificates;
                let named = [&all.authentication, &all.signing, &all.encryption];
                let files: Vec<_> = named.into_iter().flatten().chain(&all.others).collect();
                let fits = |path: &str| path.rsplit('/').next().is_some_and(|f| f.starts_with(name.as_str()));
                let fitting = files.iter().find(|f| fits(&f.file.path)).or(match files.as_slice() {
                    [only] => Some(only),
                    _ => None,
                });
                let Some(file) = fitting else {
                    let reason = "nobody told the password of the certificate; write {certificate-password: {text: …}}";
                    return Err(Refusal::broken(reason));
                };
                Answer::Password(Secret::new(opened(materials, &file.password)?))
            }
            Asked::RemovalPasscode { profile } => {
                let passcode = self.installed.iter().rev().find_map(|prepared| {
                    let read = prepared.profile();
                    let fits = read.identifier() == Some(profile.as_str());
                    let payload =
                        read.payloads.iter().find(|p| fits && p.is("com.apple.profileRemovalPassword"));
                    payload.and_then(|p| p.string("RemovalPassword").ok().flatten()).map(str::to_owned)
                });
                let passcode = passcode.ok_or_else(|| Refusal::broken("the profile brings no passcode"))?;
                Answer::Password(Secret::new(passcode))
            }
            Asked::MailAccount { asks, .. } if asks.is_secret() => self.world.password(),
            Asked::MailAccount { .. } => Answer::Text(owner.email.clone()),
        })
    }

    fn send(&mut self, outgoing: &Outgoing) -> Result<Done, Refusal> {
        let account = self.account("to send from")?;
        let draft = Draft {
            account,
            to: outgoing.to.iter().map(|name| mail_address(&self.given, name)).collect(),
            subject: outgoing.subject.clone(),
            text: outgoing.text.clone(),
            attachment: outgoing.attachment.as_ref().map(|a| attachment(self.world.seed(), a)),
            flip_encryption: outgoing.flip_encryption,
        };
        let action = match outgoing.from_app {
            true => UserAction::SendFromApp { draft },
            false => UserAction::Send { draft },
        };
        Ok(of_verdict("send", self.world.act(action), true))
    }

    fn receive(&mut self, materials: &Materials, incoming: &Incoming) -> Result<Done, Refusal> {
        let account = self.account("to receive in")?;
        let from = mail_address(&self.given, &incoming.from);
        let mut wire = match &incoming.file {
            Some(file) => octets(materials, file)?.to_vec(),
            None => self.written(&from, incoming)?,
        };
        if incoming.tampered {
            wire = crate::trial::tamper(&wire);
        }
        let own = self.world.device().account(account).and_then(|a| a.email().map(str::to_owned));
        let own = own.unwrap_or_else(|| self.world.owner().email.clone());
        let at = Timestamp(self.world.now().0.saturating_sub(incoming.age_ms));
        if !self.world.deliver(at, &from, &own, &wire) {
            return Err(Refusal::broken(format!("the server has no room for a message to {own}")));
        }
        let before = self.inbox(account);
        self.world.act(UserAction::Refresh { account });
        let arrived = self.inbox(account).into_iter().find(|id| !before.contains(id));
        let bytes = incoming.attachment.as_ref().map(|a| attachment(self.world.seed(), a).bytes);
        self.messages.push(Kept {
            way: Way::Received,
            to: vec![own],
            wire,
            attachment: bytes,
            on_phone: arrived.map(|id| (account, id)),
            outline: None,
        });
        Ok(said(if arrived.is_some() { "arrived" } else { "did not arrive on the phone" }))
    }

    fn inbox(&self, account: AccountId) -> Vec<MessageId> {
        let account = self.world.device().account(account);
        let inbox =
            account.map(|a| a.messages().filter(|m| m.folder == Folder::Inbox).map(|m| m.id).collect());
        inbox.unwrap_or_default()
    }

    fn written(&mut self, from: &str, incoming: &Incoming) -> Result<Vec<u8>, Refusal> {
        let mut encrypt_to = Vec::new();
        let account = self.account("to receive in")?;
        if incoming.encrypted {
            let effective = self.world.device().effective(account);
            let handle = effective.and_then(|e| e.smime.encryption_identity).map(|i| i.value);
            let identity = handle.and_then(|h| self.world.device().keychain().identity(&h).cloned());
            let identity = identity.ok_or_else(|| Refusal::NotThere {
                expected: "an encryption identity of the account".to_owned(),
                observed: "none".to_owned(),
            })?;
            encrypt_to.push(identity.identity.certificate);
        }
        let own = self.world.device().account(account).and_then(|a| a.email().map(str::to_owned));
        let draft = simulator::Draft {
            to: vec![own.unwrap_or_else(|| self.world.owner().email.clone())],
            subject: incoming.subject.clone(),
            text: incoming.text.clone(),
            attachment: incoming.attachment.as_ref().map(|a| {
                let made = attachment(self.world.seed(), a);
                AttachedFile { name: made.name, media_type: made.media_type, bytes: made.bytes }
            }),
            signing: incoming.signed.then_some(Signing::Detached),
            encrypt_to,
        };
        self.world.person_writes(from, &draft).map_err(Refusal::broken)
    }

    fn remove(&mut self, identifier: &str) -> Result<Done, Refusal> {
        let here =
            |course: &Course| course.world.device().profiles().iter().any(|p| p.identifier == identifier);
        if !here(self) {
            let known: Vec<&str> =
                self.world.device().profiles().iter().map(|p| p.identifier.as_str()).collect();
            let observed = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            return Err(Refusal::NotThere { expected: format!("the profile {identifier}"), observed });
        }
        let verdict = self.world.act(UserAction::RemoveProfile { identifier: identifier.to_owned() });
        let gone = !here(self);
        let effect_seen = gone == matches!(verdict, Verdict::Allowed { .. });
        Ok(of_verdict("profile.remove", verdict, effect_seen))
    }

    /// What the phone does not keep is lost.
    fn restart(&mut self) -> Result<Done, Refusal> {
        let record = encode(&self.world).map_err(Refusal::broken)?;
        self.world = decode(&record).map_err(Refusal::broken)?;
        self.world.wake();
        Ok(said("restarted"))
    }

    fn set(&mut self, settings: &Settings) -> Done {
        let mut facts = self.world.device().facts().clone();
        if let Some(supervised) = settings.supervised {
            facts.supervised = supervised;
        }
        for variant in &settings.variants {
            follow(&mut facts, variant);
        }
        self.world.set_facts(facts);
        if let Some(language) = &settings.language {
            self.world.input(Input::SetLanguage(language.clone()));
        }
        if let Some(server) = settings.enrolment {
            self.world.set_enrolment_server(enrolment(server));
        }
        said("set")
    }
}
