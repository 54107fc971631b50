//! What the owner answers: from the command line, and on a terminal.

use super::session::{Changed, Session};
use super::{AnswerArguments, DeviceError, prompts, terminal};
use crate::exit::Failure;
use crate::suggestion::nearest;
use device::{Event, Prompt, PromptId, Reply, Secret, Verdict};
use simulator::World;
use simulator::store::DeviceName;
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

/// The largest file of a secret, in octets.
const MAX_SECRET: u64 = 64 * 1024;

/// The most prompts that one command answers; a phone that asks more in a row has a bug.
const MAX_PROMPTS: usize = 64;

const PASSWORD: &str = "password";
const CERTIFICATE_PASSWORD: &str = "certificate-password";
const REMOVAL_PASSCODE: &str = "removal-passcode";

/// The answers of the command line.
#[derive(Clone, Debug, Default)]
pub(super) struct Answers {
    pub consent: bool,
    pub password: Option<Secret>,
    pub certificate_password: Option<Secret>,
    pub removal_passcode: Option<Secret>,
    pub email_address: Option<String>,
    pub user_name: Option<String>,
    /// A message without certificates is not to be sent.
    pub take_back: bool,
    only: Option<PromptId>,
}

/// What became of the answers.
pub(super) struct Given {
    /// How many prompts were answered.
    pub answered: usize,
    /// What refused an answer, a wrong passcode for instance.
    pub denied: Option<String>,
}

impl Answers {
    /// Reads the files of the secrets.
    pub fn read(arguments: &AnswerArguments) -> Result<Self, DeviceError> {
        let mut answers = Answers {
            consent: arguments.consent,
            only: arguments.prompt.map(PromptId),
            ..Answers::secrets(&arguments.secret)?
        };
        for text in &arguments.answer {
            let (kind, value) = text.split_once('=').unwrap_or((text, ""));
            let known = ["email-address", "user-name", "missing-recipient-certificates"];
            match (kind, value) {
                ("email-address", address) if !address.is_empty() => {
                    answers.email_address = Some(address.to_owned());
                }
                ("user-name", name) if !name.is_empty() => answers.user_name = Some(name.to_owned()),
                ("missing-recipient-certificates", "cancel") => answers.take_back = true,
                _ => {
                    let near = nearest(kind, known).filter(|n| *n != kind).map(str::to_owned);
                    return Err(DeviceError::NoAnswer { text: text.clone(), near });
                }
            }
        }
        Ok(answers)
    }

    /// Reads `NAME=@FILE`s.
    pub fn secrets(arguments: &[String]) -> Result<Self, DeviceError> {
        let mut answers = Answers::default();
        for text in arguments {
            let (name, file) = text.split_once("=@").ok_or(DeviceError::SecretForm)?;
            match name {
                PASSWORD => answers.password = Some(secret(name, file)?),
                CERTIFICATE_PASSWORD => answers.certificate_password = Some(secret(name, file)?),
                REMOVAL_PASSCODE => answers.removal_passcode = Some(secret(name, file)?),
                // A value may have slipped in front of the sign, so only words that look like a name are shown.
                _ if name.len() > 32 || !name.chars().all(|c| c.is_ascii_lowercase() || c == '-') => {
                    return Err(DeviceError::SecretForm);
                }
                _ => {
                    let near =
                        nearest(name, [PASSWORD, CERTIFICATE_PASSWORD, REMOVAL_PASSCODE]).map(str::to_owned);
                    return Err(DeviceError::NoSecret { name: name.to_owned(), near });
                }
            }
        }
        Ok(answers)
    }

    /// Whether there is any.
    pub fn any(&self) -> bool {
        self.consent
            || self.password.is_some()
            || self.certificate_password.is_some()
            || self.removal_passcode.is_some()
            || self.email_address.is_some()
            || self.user_name.is_some()
            || self.take_back
    }

    /// Answers what the phone asks, as far as the command line goes: every question of an account once, so that a wrong
    /// password is not typed again and again.
    pub fn give(&self, name: &DeviceName, world: &mut World) -> Result<Given, DeviceError> {
        let waits = |world: &World, id| world.device().prompts().iter().any(|p| p.id == id);
        if let Some(id) = self.only.filter(|id| !waits(world, *id)) {
            return Err(DeviceError::NoPrompt { id: id.0, name: name.clone() });
        }
        let mut answered: Vec<Prompt> = Vec::new();
        let mut denied = None;
        for _ in 0..MAX_PROMPTS {
            let open = world.device().prompts().iter().find_map(|prompt| {
                let fits = self.only.is_none_or(|id| id == prompt.id);
                let asked = answered.iter().any(|a| a.id == prompt.id || a.kind == prompt.kind);
                let answer = prompts::answer(&prompt.kind, self).filter(|_| fits && !asked)?;
                Some((prompt.clone(), answer))
            });
            let Some((prompt, answer)) = open else { break };
            if let Reply::Action(Verdict::Denied { by }) = world.answer(prompt.id, answer) {
                denied = Some(by);
            }
            answered.push(prompt);
        }
        Ok(Given { answered: answered.len(), denied })
    }
}

/// The text of a file without the line's end; never shown.
fn secret(name: &str, file: &str) -> Result<Secret, DeviceError> {
    let path = PathBuf::from(file);
    let failed = |source| DeviceError::ReadSecret { name: name.to_owned(), path: path.clone(), source };
    let bad = |reason| DeviceError::BadSecret { name: name.to_owned(), path: path.clone(), reason };
    let mut bytes = Vec::new();
    if file == "-" {
        std::io::stdin().take(MAX_SECRET + 1).read_to_end(&mut bytes).map_err(failed)?;
    } else {
        File::open(&path).map_err(failed)?.take(MAX_SECRET + 1).read_to_end(&mut bytes).map_err(failed)?;
    }
    if bytes.len() as u64 > MAX_SECRET {
        return Err(bad("is longer than 65536 octets"));
    }
    let text = String::from_utf8(bytes).map_err(|_| bad("is no UTF-8 text"))?;
    let text = text.strip_suffix('\n').map(|t| t.strip_suffix('\r').unwrap_or(t)).unwrap_or(&text);
    if text.is_empty() {
        return Err(bad("is empty"));
    }
    Ok(Secret::new(text))
}

/// Asks a person for what is still open, where there is one. Each answer is kept before the next question. Gives what
/// happened then.
pub(super) fn ask_person(session: &Session, name: &DeviceName) -> Result<Vec<Event>, Failure> {
    let mut events = Vec::new();
    if !terminal::is_there() {
        return Ok(events);
    }
    let mut asked: Vec<PromptId> = Vec::new();
    for _ in 0..MAX_PROMPTS {
        let world = session.load(name)?;
        let Some(prompt) = world.device().prompts().iter().find(|p| !asked.contains(&p.id)).cloned() else {
            break;
        };
        asked.push(prompt.id);
        let shown = prompts::shown_prompt(world.device(), &prompt);
        let Some(answer) = terminal::ask(&shown.text, prompts::typed(&prompt.kind)) else { continue };
        let happened = session.change(name, |world| {
            // Somebody else may have answered meanwhile.
            if !world.device().prompts().contains(&prompt) {
                return Ok(Changed::Left(Vec::new()));
            }
            world.answer(prompt.id, answer);
            Ok(Changed::Kept(world.take_events()))
        })?;
        events.extend(happened.into_iter().map(|(_, event)| event));
    }
    Ok(events)
}
