//! `handset try`: reads a profile, installs it on a fresh phone in an embedded world, tries everything, and says what
//! became of it.
//!
//! No rule about what is allowed lives here: the device says what it does, `intent` what it should do, `verdict`
//! compares.

mod findings;
pub(crate) mod input;
mod mail;
mod output;

pub(crate) use crate::file::read as file_bytes;
pub(crate) use mail::tamper;

use crate::cli::{Format, TryArguments};
use crate::devices::mail_question;
use crate::exit::Failure;
use crate::findings::rendered;
use crate::judge::{self, Policy, User};
use crate::port::{self, SimulatedPhone};
use crate::reports::ReportFormat;
use crate::{print, variant};
use device::{Answer, DeviceFacts, Event, MailQuestion, PromptId, PromptKind, Reply};
use evidence::{DevicePort, Fact, Log, Prompted};
use input::Input;
use intent::ActionId;
use profile::Timestamp;
use report::language::{Catalogue, Language};
use report::page::trial_page;
use simulator::{Owner, World, WorldOptions};
use std::time::Instant;
use verdict::{
    Deviation, Install, InstallStatus, Outcome, Terms, Trial, TrialDevice, TrialError, TrialMail, TrialPrompt,
};

/// What observations of the simulated phone are called in the log.
const SOURCE: &str = "simulated-device";

/// Who the user is where neither the profile nor the command line says.
const DEFAULT_USER: &str = "alice@contoso.example";

/// The most prompts that the simulated owner answers in a row.
const MAX_PROMPTS: usize = 16;

/// Runs the command.
pub fn run(arguments: &TryArguments, language: Language, started: Instant) -> Result<u8, Failure> {
    let mut clock = Stopwatch { started, last: started, shown: arguments.timings };
    let input = input::read(arguments)?;
    clock.lap("read");
    // A policy that cannot be read ends the run before anything is tried.
    let policies = policies(arguments, &input)?;
    let mut session = Session::new(arguments, &input)?;
    clock.lap("world");
    session.install(&input)?;
    clock.lap("install");
    if session.trial.account.is_some() || session.installed() {
        session.try_actions()?;
        clock.lap("actions");
        session.try_mail()?;
        clock.lap("mail");
    }
    session.judge(&input, &policies);
    session.trial.exit = session.trial.exit_code();
    if let Some(folder) = &arguments.out {
        output::write(folder, &session, arguments.reveal_test_keys)?;
    }
    write_reports(arguments, &session, language)?;
    print(arguments, &input, &session.trial, language)?;
    clock.lap("report");
    clock.total();
    Ok(session.trial.exit)
}

/// What a phone makes of a profile before any mail is sent: installation, account, prompts, actions. Nothing where the
/// bytes are no readable profile.
pub(crate) fn survey(arguments: &TryArguments, bytes: Vec<u8>) -> Result<Option<Trial>, Failure> {
    let input = input::of(arguments, bytes);
    if !input.readable() {
        return Ok(None);
    }
    let mut session = Session::new(arguments, &input)?;
    session.install(&input)?;
    if session.installed() {
        session.try_actions()?;
    }
    session.trial.exit = session.trial.exit_code();
    Ok(Some(session.trial))
}

/// The message steps, on a copy of a kept world.
pub(crate) fn mail_steps(world: &World) -> Result<Vec<evidence::Mail>, Failure> {
    let facts = world.device().facts();
    let device = TrialDevice {
        ios: facts.ios.to_string(),
        model: facts.model.clone(),
        supervised: facts.supervised,
        clock: rfc3339(world.now().0),
        seed: world.seed(),
        variants: variant::followed(facts),
    };
    let mut session = Session {
        world: world.clone(),
        trial: Trial::new(verdict::TrialProfile::default(), device, Vec::new()),
        log: Log::default(),
        events: Vec::new(),
        messages: Vec::new(),
    };
    mail::try_all(&mut session)
}

/// Everything that a run holds.
pub(crate) struct Session {
    pub(crate) world: World,
    pub(crate) trial: Trial,
    pub(crate) log: Log,
    pub(crate) events: Vec<(i64, Event)>,
    pub(crate) messages: Vec<mail::WireMessage>,
}

impl Session {
    fn new(arguments: &TryArguments, input: &Input) -> Result<Self, Failure> {
        let facts = DeviceFacts {
            ios: arguments.ios,
            model: arguments.model.clone(),
            supervised: arguments.supervised,
            variants: variant::variants(&arguments.variant),
        };
        let world = World::new(WorldOptions {
            facts,
            clock: smime::Timestamp(arguments.clock.0),
            seed: arguments.seed,
            owner: owner(arguments, input),
        })?;
        let device = TrialDevice {
            ios: arguments.ios.to_string(),
            model: arguments.model.clone(),
            supervised: arguments.supervised,
            clock: arguments.clock.to_rfc3339(),
            seed: arguments.seed,
            variants: variant::followed(world.device().facts()),
        };
        let trial = Trial::new(input.describe(), device, findings::described(arguments, input));
        Ok(Session { world, trial, log: Log::default(), events: Vec::new(), messages: Vec::new() })
    }

    fn installed(&self) -> bool {
        self.trial.install.as_ref().is_some_and(|i| i.status == InstallStatus::Installed)
    }

    pub(crate) fn observe(&mut self, fact: Fact) -> Result<(), Failure> {
        self.log.append(self.world.now().0, SOURCE, fact)?;
        Ok(())
    }

    pub(crate) fn collect_events(&mut self) {
        for (at, event) in self.world.take_events() {
            self.events.push((at.0, event));
        }
    }

    fn install(&mut self, input: &Input) -> Result<(), Failure> {
        if !input.readable() {
            return Ok(());
        }
        let mut reply = self.world.install(&input.bytes);
        // The owner agrees to what is shown before the installation; a password that nobody told them ends it.
        for _ in 0..MAX_PROMPTS {
            let Reply::Asked(id) = reply else { break };
            reply = self.answer_before_installation(id)?;
        }
        match reply {
            Reply::Asked(_) => {}
            Reply::Refused(chain) => {
                let links = chain.0.iter().map(|l| (l.domain.to_string(), l.code)).collect();
                self.observe(Fact::Refused { error_chain: links })?;
                let error_chain = chain.0.into_iter().map(|l| TrialError {
                    domain: l.domain.to_string(),
                    code: l.code,
                    text: l.text,
                });
                self.trial.install =
                    Some(Install { status: InstallStatus::Refused, error_chain: error_chain.collect() });
            }
            _ => {
                let identifier = input.profile.identifier().unwrap_or_default().to_owned();
                self.observe(Fact::Installed { identifier })?;
                self.trial.install =
                    Some(Install { status: InstallStatus::Installed, error_chain: Vec::new() });
                input.mark_simulated(&mut self.trial.profile, self.world.device());
            }
        }
        self.collect_events();
        self.answer_prompts()?;
        if let Some(account) = self.world.managed_account()
            && let Some(effective) = self.world.device().effective(account)
            && let Ok(Some(seen)) = SimulatedPhone::new(&self.world, &[]).account()
        {
            self.observe(Fact::Account(Box::new(seen)))?;
            self.observe(Fact::Certificates { certificates: port::certificates(self.world.device()) })?;
            self.trial.account = Some(port::described(&effective, self.world.device()));
        }
        Ok(())
    }

    /// Answers a question that stands before an installation, and gives what became of the installation.
    fn answer_before_installation(&mut self, id: PromptId) -> Result<Reply, Failure> {
        let asked = self.world.device().prompts().iter().find(|p| p.id == id).map(|p| p.kind.clone());
        let (kind, text, answer) = match asked {
            Some(PromptKind::Consent { text, .. }) => ("consent", text, Answer::Agree),
            Some(PromptKind::CertificatePassword { name, .. }) => (
                "certificate-password",
                format!("Enter the password for the certificate “{name}”"),
                Answer::Cancel,
            ),
            _ => return Ok(Reply::Asked(id)),
        };
        let reply = self.world.answer(id, answer);
        self.collect_events();
        self.record_prompt(kind, text, Vec::new(), false)?;
        Ok(reply)
    }

    /// The owner answers what the phone asks; each prompt is recorded with whether the settings were in force.
    fn answer_prompts(&mut self) -> Result<(), Failure> {
        let mut answered: Vec<PromptKind> = Vec::new();
        for _ in 0..MAX_PROMPTS {
            let Some(prompt) = self.world.device().prompts().first().cloned() else { return Ok(()) };
            // Who is asked the same twice after the right answer gives up; it stays pending on the phone.
            if answered.iter().filter(|a| **a == prompt.kind).count() >= 2 {
                return Ok(());
            }
            answered.push(prompt.kind.clone());
            let in_force_before =
                prompt.kind.account().is_some_and(|a| self.world.device().effective(a).is_some());
            let owner = self.world.owner().clone();
            let (kind, text, answer) = match prompt.kind {
                PromptKind::Password { .. } => {
                    let name = owner.user_name.clone();
                    ("password", format!("Enter the Exchange password for “{name}”"), self.world.password())
                }
                PromptKind::SignIn { .. } => {
                    ("sign-in", format!("Sign in as {}", owner.email), self.world.password())
                }
                PromptKind::EmailAddress { .. } => (
                    "email-address",
                    "Enter the e-mail address".to_owned(),
                    Answer::Text(owner.email.clone()),
                ),
                PromptKind::UserName { .. } => {
                    ("user-name", "Enter the user name".to_owned(), Answer::Text(owner.user_name.clone()))
                }
                PromptKind::MailAccount { account, asks } => {
                    let (kind, text, _) = mail_question(self.world.device(), account, asks);
                    let answer = match asks {
                        MailQuestion::Address => Answer::Text(owner.email.clone()),
                        asks if asks.is_secret() => self.world.password(),
                        _ => Answer::Text(owner.user_name.clone()),
                    };
                    (kind, text, answer)
                }
                // Answered where they come up: before the installation, at a removal, in mail.
                PromptKind::MissingRecipientCertificates { .. }
                | PromptKind::Consent { .. }
                | PromptKind::CertificatePassword { .. }
                | PromptKind::RemovalPasscode { .. } => return Ok(()),
            };
            self.world.answer(prompt.id, answer);
            self.collect_events();
            self.record_prompt(kind, text, Vec::new(), in_force_before)?;
        }
        Ok(())
    }

    pub(crate) fn record_prompt(
        &mut self,
        kind: &str,
        text: String,
        recipients: Vec<String>,
        in_force_before: bool,
    ) -> Result<(), Failure> {
        self.observe(Fact::Prompt(Prompted {
            kind: kind.to_owned(),
            in_force_before,
            answered: true,
            names: recipients.clone(),
        }))?;
        self.trial.prompts.push(TrialPrompt {
            kind: kind.to_owned(),
            text,
            recipients,
            answered: true,
            in_force_before,
        });
        Ok(())
    }

    fn try_actions(&mut self) -> Result<(), Failure> {
        let world = self.world.clone();
        let mut phone = SimulatedPhone::new(&world, &[]);
        for id in ActionId::ALL {
            // The phone knows every action of the contract.
            let Ok(action) = phone.try_action(&id.to_string()) else { continue };
            self.trial.actions.push(verdict::TrialAction {
                id: action.id.clone(),
                verdict: action.outcome,
                by: action.by.clone(),
                text: action.text.clone(),
            });
            self.observe(Fact::Action(action))?;
        }
        Ok(())
    }

    fn try_mail(&mut self) -> Result<(), Failure> {
        for step in mail::try_all(self)? {
            self.observe(Fact::Mail(step.clone()))?;
            self.trial.mail.push(TrialMail {
                step: step.step,
                file: step.file,
                outcome: step.outcome,
                text: step.text,
                signed_by: step.signed_by,
                encrypted_to: step.encrypted_to,
            });
        }
        Ok(())
    }

    /// An account that never came in force is one deviation, not one for each of its values.
    fn not_in_force(&self) -> Deviation {
        let account = self.world.managed_account().and_then(|a| self.world.device().account(a));
        let observed = match account.map(device::Account::state) {
            None => "there is no account".to_owned(),
            Some(device::AccountState::Refused) => "the server does not accept the sign-in".to_owned(),
            Some(device::AccountState::Unreachable) => {
                let host = self.world.owner().host.as_deref().unwrap_or("found by autodiscovery");
                format!("the server ({host}) cannot be reached")
            }
            Some(_) => "the account waits for its owner".to_owned(),
        };
        Deviation {
            subject: "account".to_owned(),
            expected: "an account in force".to_owned(),
            observed,
            requirements: vec!["EAS-001".to_owned(), "EAS-042".to_owned()],
        }
    }

    /// Compares what was seen with what the profile says, and with the policy of `--intent`.
    fn judge(&mut self, input: &Input, policies: &[Policy]) {
        if !input.readable() {
            return;
        }
        let facts = port::facts(&self.world);
        self.judge_by_policies(policies, &facts);
        let Ok(meant) = intent::read(&input.profile) else { return };
        // A refusal for a reason that the settings do not show (a wrong certificate password, say) is the phone's to
        // give; what then was not seen is no deviation.
        let expectations = intent::expectations(&meant, &facts);
        let refused = !self.installed();
        if !refused && self.trial.account.is_none() {
            self.trial.deviations = vec![self.not_in_force()];
            return;
        }
        // Message steps and certificates stand in their own members.
        let own = |subject: &str| subject.starts_with("mail.") || subject.starts_with("identities.");
        self.trial.deviations = verdict::compare(&expectations, &self.log, &Terms::default())
            .into_iter()
            .filter(|c| {
                c.outcome == Outcome::Fail && !own(&c.subject) && !(refused && c.subject == "install")
            })
            .map(|c| Deviation {
                subject: c.subject,
                expected: c.expected,
                observed: c.observed.unwrap_or_default(),
                requirements: c.requirements,
            })
            .collect();
    }

    fn judge_by_policies(&mut self, policies: &[Policy], facts: &intent::DeviceFacts) {
        let judged: Vec<_> = policies.iter().map(|p| p.judge(facts, &self.log, false)).collect();
        if !judged.is_empty() {
            self.trial.verdicts =
                verdict::verdicts(&judged.iter().map(|j| j.as_judged()).collect::<Vec<_>>());
        }
    }
}

/// The policies of `--intent`, for whoever the profile is for.
fn policies(arguments: &TryArguments, input: &Input) -> Result<Vec<Policy>, Failure> {
    let owner = owner(arguments, input);
    let cx = smime::Context { now: smime::Timestamp(arguments.clock.0), crypto: &simulator::PROVIDER };
    let mut policies = Vec::new();
    let named = arguments.user.as_deref().unwrap_or(&owner.email);
    let user = match &arguments.directory {
        Some(directory) if !arguments.intent.is_empty() => User::of_directory(directory, named)?.0,
        // One address cannot be two names; which of them it is only a directory could say.
        None if arguments.user.is_none() && owner.user_name != owner.email => User::stand_in(Some(named)),
        _ => User::known(named),
    };
    for file in &arguments.intent {
        policies.extend(judge::policies(&cx, file, &user, arguments.ios)?);
    }
    Ok(policies)
}

/// Who the user is: what the profile says, and `--user` where it leaves something open.
fn owner(arguments: &TryArguments, input: &Input) -> Owner {
    let account = input.profile.payloads.iter().find(|p| p.is("com.apple.eas.account"));
    let text = |key: &str| {
        account.and_then(|a| a.string(key).ok().flatten()).filter(|t| !t.is_empty()).map(str::to_owned)
    };
    let (address, name) = (text("EmailAddress"), text("UserName"));
    // What is left open is answered by `--user`; without it the one may tell the other.
    let answer = |other: &Option<String>| {
        let told = other.as_ref().filter(|o| o.contains('@'));
        arguments.user.as_ref().or(told).cloned().unwrap_or_else(|| DEFAULT_USER.to_owned())
    };
    let email = address.clone().unwrap_or_else(|| answer(&name));
    Owner {
        user_name: name.unwrap_or_else(|| answer(&address)),
        host: text("Host"),
        password: text("Password").map(device::Secret::new),
        email,
    }
}

/// The reports of `--report`.
fn write_reports(arguments: &TryArguments, session: &Session, language: Language) -> Result<(), Failure> {
    for file in &arguments.report {
        file.write(&match file.format {
            ReportFormat::Html => trial_page(&session.trial, session.log.observations(), language),
            ReportFormat::Json => report::json(&session.trial)?,
        })?;
    }
    Ok(())
}

fn print(arguments: &TryArguments, input: &Input, trial: &Trial, language: Language) -> Result<(), Failure> {
    let coloured = arguments.color.on_standard_output();
    let text = match arguments.format {
        Format::Json => report::json(trial)?,
        Format::Human => {
            let style = if coloured { report::Style::Coloured } else { report::Style::Plain };
            let words = Catalogue::of(language);
            rendered(input.shown(), coloured, &words) + &report::human(trial, style, &words)
        }
    };
    print::standard_output(&text)
}

/// `--timings`.
struct Stopwatch {
    started: Instant,
    last: Instant,
    shown: bool,
}

impl Stopwatch {
    fn lap(&mut self, phase: &str) {
        let now = Instant::now();
        if self.shown {
            crate::print::standard_error(format_args!(
                "{phase:>8} {:8.1} ms",
                (now - self.last).as_secs_f64() * 1_000.0
            ));
        }
        self.last = now;
    }

    fn total(&self) {
        if self.shown {
            crate::print::standard_error(format_args!(
                "{:>8} {:8.1} ms",
                "total",
                self.started.elapsed().as_secs_f64() * 1_000.0
            ));
        }
    }
}

/// RFC 3339 of a time of the device.
pub(crate) fn rfc3339(at: i64) -> String {
    Timestamp(at).to_rfc3339()
}
