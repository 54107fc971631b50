//! The commands of `handset device`, one function each. They give the exit code.

use super::answers::{Answers, ask_person};
use super::output::{chain, device as human_device, pending, print, text};
use super::prompts::{ShownPrompt, shown_prompt};
use super::session::{Changed, Session};
use super::shown::{DEVICE_SCHEMA_VERSION, shown_device};
use super::time::moment;
use super::{AnswerArguments, CreateArguments, DeviceError};
use crate::cli::Format;
use crate::exit::Failure;
use crate::file::read as read_bytes;
use crate::findings::{lint, unopened};
use crate::hardware;
use crate::port;
use crate::suggestion::nearest;
use crate::trial::rfc3339;
use crate::variant;
use device::{Device, DeviceFacts, ErrorChain, Event, Input, PromptKind, Reply, UserAction, Verdict};
use evidence::ActionOutcome;
use intent::ActionId;
use profile::lint::Audience;
use profile::{LineIndex, OsVersion, Profile, Schema, Timestamp};
use report::visible;
use serde_json::json;
use simulator::store::{DeviceName, RecordError, decode, write_secret_file};
use simulator::{EnrolmentServer, Owner, PROVIDER, STEP_MS, World, WorldError, WorldOptions};
use smime::{Context, TrustStore, cms};
use std::path::Path;
use verdict::TrialError;

/// Everything went as asked.
const DONE: u8 = 0;

/// The phone refused.
const REFUSED: u8 = 1;

fn prompts(device: &Device) -> Vec<ShownPrompt> {
    device.prompts().iter().map(|p| shown_prompt(device, p)).collect()
}

pub(super) fn create(session: &Session, arguments: &CreateArguments) -> Result<u8, Failure> {
    let name = session.name(&arguments.name)?;
    let user = &arguments.user;
    let password = Answers::secrets(&arguments.secret)?.password;
    let variants = variant::variants(&arguments.variant);
    let facts = DeviceFacts {
        ios: arguments.ios,
        model: arguments.model.clone(),
        supervised: arguments.supervised,
        variants,
    };
    let owner = Owner { email: user.clone(), user_name: user.clone(), host: None, password };
    // The phone is set up a step before, so that it starts at the time asked for.
    let clock = smime::Timestamp(arguments.clock.0 - STEP_MS);
    let made = World::new(WorldOptions { facts, clock, seed: arguments.seed, owner });
    let world = match made {
        Err(WorldError::Directory(error)) => {
            return Err(DeviceError::User { user: user.clone(), error }.into());
        }
        made => made?.with_open_mailboxes(),
    };
    let lock = session.lock()?;
    if session.names()?.contains(&name) {
        let store = session.store.folder().to_path_buf();
        return Err(DeviceError::Exists { name, store }.into());
    }
    session.put(&lock, &name, &world)?;
    drop(lock);
    let shown = shown_device(&name, &world);
    print(arguments.format, &shown, || {
        let supervised = if arguments.supervised { ", supervised" } else { "" };
        format!("created {name}: {}, iOS {}{supervised}, {}\n", arguments.model, arguments.ios, shown.clock)
    })?;
    Ok(DONE)
}

pub(super) fn list(session: &Session, format: Format) -> Result<u8, Failure> {
    let mut shown = Vec::new();
    let mut broken = None;
    for name in session.names()? {
        match session.load(&name) {
            Ok(world) => shown.push(shown_device(&name, &world)),
            // Removed since the names were read.
            Err(DeviceError::NoDevice { .. }) => {}
            Err(error) => {
                crate::print::standard_error(format_args!("handset: {name}: {error}"));
                broken = Some(error);
            }
        }
    }
    let devices: Vec<_> = shown
        .iter()
        .map(|s| {
            json!({
                "name": s.name, "ios": s.device.ios, "model": s.device.model,
                "supervised": s.device.supervised, "clock": s.clock, "owner": s.owner,
                "profiles": s.profiles.iter().map(|p| &p.identifier).collect::<Vec<_>>(),
                "prompts": s.prompts.len(),
            })
        })
        .collect();
    let value = json!({
        "schema_version": DEVICE_SCHEMA_VERSION,
        "store": session.store.folder().display().to_string(),
        "devices": devices,
    });
    print(format, &value, || {
        let line = |s: &super::ShownDevice| {
            let supervised = if s.device.supervised { ", supervised" } else { "" };
            let (profiles, prompts) = (s.profiles.len(), s.prompts.len());
            format!(
                "{}: {}, iOS {}{supervised}, {}, {profiles} profiles, {prompts} prompts\n",
                s.name, s.device.model, s.device.ios, s.clock
            )
        };
        if shown.is_empty() && broken.is_none() {
            return format!("no devices in {}\n", session.store.folder().display());
        }
        shown.iter().map(line).collect()
    })?;
    Ok(broken.map_or(DONE, |error| error.exit_code() as u8))
}

pub(super) fn show(session: &Session, name: &str, format: Format) -> Result<u8, Failure> {
    let name = session.name(name)?;
    let shown = shown_device(&name, &session.load(&name)?);
    print(format, &shown, || human_device(&shown))?;
    Ok(DONE)
}

/// Reads the profile inside, which must be a property list; what is wrong with it is for the phone to say.
fn readable(path: &Path, bytes: &[u8], at: smime::Timestamp) -> Result<Profile, DeviceError> {
    let unreadable = |reason| DeviceError::Unreadable { path: path.to_path_buf(), reason };
    let mut inner = bytes.to_vec();
    if cms::is_cms(bytes) {
        let cx = Context { now: at, crypto: &PROVIDER };
        inner = cms::open_signed(&cx, bytes, &TrustStore::new())
            .map_err(|e| unreadable(format!("its signature cannot be opened: {e}")))?
            .content;
    }
    let (profile, findings) = profile::parse(&inner);
    if profile.is_readable() {
        return Ok(profile);
    }
    let reason = findings.first().map_or("it is no property list".to_owned(), |finding| {
        let index = LineIndex::new(&inner);
        match finding.span.filter(|_| index.has_lines()) {
            Some(span) => {
                let (line, column) = index.position(span.start());
                format!("{} (line {line}, column {column})", finding.message)
            }
            None => finding.message.clone(),
        }
    });
    Err(unreadable(reason))
}

/// What became of a profile that the owner wanted to install or remove.
enum Fate {
    Done,
    Refused(Vec<TrialError>),
    Denied(String),
    /// The phone asks first.
    Waits,
}

fn links(chain: ErrorChain) -> Vec<TrialError> {
    let link = |l: device::ErrorLink| TrialError { domain: l.domain.to_string(), code: l.code, text: l.text };
    chain.0.into_iter().map(link).collect()
}

fn tell(
    session: &Session,
    name: &DeviceName,
    identifier: &str,
    fate: &Fate,
    done: &str,
    format: Format,
) -> Result<u8, Failure> {
    let world = session.load(name)?;
    let prompts = prompts(world.device());
    let (status, error_chain, by): (_, &[TrialError], _) = match fate {
        Fate::Done => (done, &[], None),
        Fate::Refused(chain) => ("refused", chain, None),
        Fate::Denied(by) => ("denied", &[], Some(by)),
        Fate::Waits => ("pending", &[], None),
    };
    let value = json!({
        "schema_version": DEVICE_SCHEMA_VERSION,
        "name": name.as_str(),
        "identifier": identifier,
        "status": status,
        "by": by,
        "error_chain": error_chain,
        "prompts": prompts,
    });
    print(format, &value, || {
        let identifier = visible(identifier);
        let head = match fate {
            Fate::Done => format!("{done} {identifier} on {name}\n"),
            Fate::Refused(links) => format!("refused by {name}:\n{}", chain(links)),
            Fate::Denied(by) => format!("denied on {name}: {} keeps {identifier}\n", visible(by)),
            Fate::Waits => format!("not {done} yet: {name} asks first\n"),
        };
        head + &pending(name.as_str(), &prompts)
    })?;
    Ok(match fate {
        Fate::Done | Fate::Waits => DONE,
        Fate::Refused(_) | Fate::Denied(_) => REFUSED,
    })
}

pub(super) fn install(
    session: &Session,
    name: &str,
    path: &Path,
    answers: &AnswerArguments,
    format: Format,
) -> Result<u8, Failure> {
    let name = session.name(name)?;
    let answers = Answers::read(answers)?;
    let at = session.load(&name)?.now();
    let bytes = read_bytes(path)?;
    let profile = readable(path, &bytes, at)?;
    let identifier = profile.identifier().unwrap_or_default().to_owned();
    let fate = session.change(&name, |world| {
        if let Reply::Refused(chain) = world.install(&bytes) {
            say_why(world, &profile, Said::OfRefusal);
            return Ok(Changed::Left(Fate::Refused(links(chain))));
        }
        say_why(world, &profile, Said::OfInstall);
        answers.give(&name, world)?;
        let events = world.take_events().into_iter().map(|(_, event)| event);
        Ok(Changed::Kept(fate_of(&identifier, Fate::Waits, events)))
    })?;
    let fate = asked(session, &name, &identifier, fate)?;
    tell(session, &name, &identifier, &fate, "installed", format)
}

/// What is said of a profile that is installed by hand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Said {
    /// What the error chain of a refusal leaves out: which password does not fit, and to whom payloads are encrypted that
    /// do not open.
    OfRefusal,
    /// What the linter warns of, keys among it that this iOS does not heed.
    OfInstall,
}

/// Says on standard error what was found in a profile.
fn say_why(world: &World, profile: &Profile, said: Said) {
    let cx = Context { now: world.now(), crypto: &PROVIDER };
    let device = world.device();
    let identities: Vec<_> = device.keychain().identities().iter().map(|i| i.identity.clone()).collect();
    let audience = Audience { os: device.facts().ios, supervised: device.facts().supervised };
    let found = lint(&cx, Schema::builtin(), profile, audience);
    let told = found.into_iter().filter(|finding| match said {
        Said::OfRefusal => finding.rule == "certificate-cannot-open",
        Said::OfInstall => finding.severity != profile::Severity::Info,
    });
    for finding in told.chain(unopened(&cx, profile, &identities)) {
        let help = finding.help.as_deref().map(|help| format!("; {}", visible(help))).unwrap_or_default();
        crate::print::standard_error(format_args!(
            "handset: {}: {}{help}",
            finding.rule,
            visible(&finding.message)
        ));
    }
}

/// What happened to the profile last.
fn fate_of(identifier: &str, before: Fate, events: impl IntoIterator<Item = Event>) -> Fate {
    events.into_iter().fold(before, |fate, event| match event {
        Event::ProfileInstalled { identifier: i } | Event::ProfileRemoved { identifier: i }
            if i == identifier =>
        {
            Fate::Done
        }
        Event::ProfileRefused { error_chain } => Fate::Refused(links(error_chain)),
        _ => fate,
    })
}

/// Asks a person for what is open, and looks whether what waited has happened then.
fn asked(session: &Session, name: &DeviceName, identifier: &str, fate: Fate) -> Result<Fate, Failure> {
    if matches!(fate, Fate::Refused(_)) {
        return Ok(fate);
    }
    let events = ask_person(session, name)?;
    Ok(fate_of(identifier, fate, events))
}

pub(super) fn remove(
    session: &Session,
    name: &str,
    identifier: &str,
    answers: &AnswerArguments,
    format: Format,
) -> Result<u8, Failure> {
    let name = session.name(name)?;
    let answers = Answers::read(answers)?;
    let here = |world: &World| world.device().profiles().iter().any(|p| p.identifier == identifier);
    let fate = session.change(&name, |world| {
        let known = world.device().profiles().iter().map(|p| p.identifier.as_str());
        if !here(world) {
            let near = nearest(identifier, known).map(str::to_owned);
            let identifier = identifier.to_owned();
            return Err(DeviceError::NoProfile { identifier, name: name.clone(), near }.into());
        }
        let verdict = world.act(UserAction::RemoveProfile { identifier: identifier.to_owned() });
        if let Verdict::Denied { by } = verdict {
            return Ok(Changed::Left(Fate::Denied(by)));
        }
        let given = answers.give(&name, world)?;
        Ok(Changed::Kept(match given.denied {
            _ if !here(world) => Fate::Done,
            Some(by) => Fate::Denied(by),
            None => Fate::Waits,
        }))
    })?;
    let fate = asked(session, &name, identifier, fate)?;
    tell(session, &name, identifier, &fate, "removed", format)
}

pub(super) fn act(
    session: &Session,
    name: &str,
    action: &str,
    answers: &AnswerArguments,
    format: Format,
) -> Result<u8, Failure> {
    let name = session.name(name)?;
    let answers = Answers::read(answers)?;
    let id: ActionId = action.parse().map_err(|_| {
        let known: Vec<String> = ActionId::ALL.iter().map(ToString::to_string).collect();
        let near = nearest(action, known.iter().map(String::as_str)).map(str::to_owned);
        DeviceError::NoAction { id: action.to_owned(), near }
    })?;
    let done = session.change(&name, |world| {
        let mut done = port::perform(world, id);
        // Only removing asks first; the question may be there from an earlier try.
        let passcode = |p: &device::Prompt| matches!(p.kind, PromptKind::RemovalPasscode { .. });
        let asks = id == ActionId::ProfileRemove && world.device().prompts().iter().any(passcode);
        if done.outcome != ActionOutcome::Allowed && !asks {
            return Ok(Changed::Left((done, false)));
        }
        let profiles = world.device().profiles().len();
        let given = answers.give(&name, world)?;
        // The phone asked before it did it, and the answer let it.
        let went = world.device().profiles().len() < profiles;
        if went {
            done.outcome = ActionOutcome::Allowed;
            done.text = "the profile went with its account and certificates".to_owned();
        }
        let waits = done.outcome != ActionOutcome::Allowed && given.denied.is_none();
        Ok(Changed::Kept((done, waits)))
    })?;
    let (mut done, mut waits) = done;
    let events = ask_person(session, &name)?;
    if waits && events.iter().any(|e| matches!(e, Event::ProfileRemoved { .. })) {
        done.outcome = ActionOutcome::Allowed;
        waits = false;
    }
    let verdict = if waits { json!("pending") } else { json!(done.outcome) };
    let prompts = prompts(session.load(&name)?.device());
    let value = json!({
        "schema_version": DEVICE_SCHEMA_VERSION,
        "name": name.as_str(),
        "id": done.id,
        "verdict": verdict,
        "by": done.by,
        "text": done.text,
        "prompts": prompts,
    });
    print(format, &value, || {
        let by = done.by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
        let verdict = value.get("verdict").and_then(|v| v.as_str()).unwrap_or_default().to_owned();
        format!("{}: {verdict}{}: {}\n", done.id, visible(&by), visible(&done.text))
            + &pending(name.as_str(), &prompts)
    })?;
    Ok(if waits || done.outcome == ActionOutcome::Allowed { DONE } else { REFUSED })
}

/// A language tag: letters and digits in parts (RFC 5646, 2.1).
fn language(tag: &str) -> Result<String, DeviceError> {
    let part = |p: &str| (1..=8).contains(&p.len()) && p.chars().all(|c| c.is_ascii_alphanumeric());
    if tag.len() <= 35 && tag.split('-').all(part) {
        return Ok(tag.to_owned());
    }
    let expected = "write a language tag such as de or pt-BR";
    Err(DeviceError::Setting { key: "language", value: tag.to_owned(), expected })
}

/// The settings beside the readings of disputed sources.
const SETTINGS: [&str; 4] = ["supervised", "model", "language", "enrolment"];

/// How the enrolment servers around the phone are to behave.
fn enrolment(value: &str) -> Result<EnrolmentServer, DeviceError> {
    let named = EnrolmentServer::ALL.into_iter().find(|server| server.as_str() == value);
    named.ok_or_else(|| DeviceError::Setting {
        key: "enrolment",
        value: value.to_owned(),
        expected: "write answers, refused or unreachable",
    })
}

/// Puts one KEY=VALUE into the facts.
fn setting(facts: &mut DeviceFacts, text: &str) -> Result<(), DeviceError> {
    let (key, value) = text.split_once('=').unwrap_or((text, ""));
    let wrong = |key, expected| DeviceError::Setting { key, value: value.to_owned(), expected };
    match (key, value) {
        ("supervised", "true") => facts.supervised = true,
        ("supervised", "false") => facts.supervised = false,
        ("supervised", _) => return Err(wrong("supervised", "write true or false")),
        ("model", model) if hardware::is_model(model) => facts.model = model.to_owned(),
        ("model", _) => return Err(wrong("model", hardware::MODEL_FORM)),
        _ => match variant::dispute(key) {
            Some(dispute) => match dispute.reading(value) {
                Some(reading) => reading.apply(&mut facts.variants),
                None => {
                    return Err(wrong(
                        dispute.name,
                        "write one of its readings, which handset explain lists",
                    ));
                }
            },
            None => {
                let disputes = variant::DISPUTES.iter().map(|d| d.name);
                let known: Vec<&str> = SETTINGS.into_iter().chain(disputes).collect();
                let near = nearest(key, known.iter().copied()).map(str::to_owned);
                return Err(DeviceError::NoSetting { key: key.to_owned(), near, known: known.join(", ") });
            }
        },
    }
    Ok(())
}

pub(super) fn set(
    session: &Session,
    name: &str,
    settings: &[String],
    answers: &AnswerArguments,
    format: Format,
) -> Result<u8, Failure> {
    let name = session.name(name)?;
    let answers = Answers::read(answers)?;
    let answered = session.change(&name, |world| {
        let mut facts = world.device().facts().clone();
        for text in settings {
            match text.split_once('=') {
                Some(("language", tag)) => {
                    world.input(Input::SetLanguage(language(tag)?));
                }
                Some(("enrolment", value)) => world.set_enrolment_server(enrolment(value)?),
                _ => setting(&mut facts, text)?,
            }
        }
        if !settings.is_empty() {
            world.set_facts(facts);
        }
        let answered = answers.give(&name, world)?.answered;
        let kept = !settings.is_empty() || answered > 0;
        Ok(if kept { Changed::Kept(answered) } else { Changed::Left(answered) })
    })?;
    ask_person(session, &name)?;
    let world = session.load(&name)?;
    let shown = shown_device(&name, &world);
    print(format, &shown, || {
        let mut out = String::new();
        if !settings.is_empty() {
            out.push_str(&format!("{name}: {}\n", settings.join(", ")));
        }
        if answered > 0 {
            out.push_str(&format!("{name}: {answered} answered\n"));
        } else if answers.any() {
            out.push_str(&format!("{name}: nothing asked for that answer\n"));
        } else if settings.is_empty() && shown.prompts.is_empty() {
            out.push_str(&format!("{name}: no prompt waits\n"));
        }
        out + &pending(name.as_str(), &shown.prompts)
    })?;
    Ok(DONE)
}

pub(super) fn snapshot(session: &Session, name: &str, path: &Path) -> Result<u8, Failure> {
    let name = session.name(name)?;
    if path == Path::new("-") {
        return Err(DeviceError::SnapshotToOutput.into());
    }
    let record = session.snapshot(&name)?;
    write_secret_file(path, &record)
        .map_err(|source| DeviceError::WriteSnapshot { path: path.to_path_buf(), source })?;
    let path = path.display();
    text(&format!("wrote {name} to {path}: it holds private keys and passwords, so its mode is 0600\n"))?;
    Ok(DONE)
}

pub(super) fn restore(session: &Session, name: &str, path: &Path) -> Result<u8, Failure> {
    let name = session.name(name)?;
    let record = snapshot_bytes(path)?;
    let failed = |error| DeviceError::Snapshot { path: path.to_path_buf(), error };
    let world = decode(&record).map_err(failed)?;
    let lock = session.lock()?;
    session.put(&lock, &name, &world)?;
    drop(lock);
    text(&format!("restored {name} from {}, at {}\n", path.display(), rfc3339(world.now().0)))?;
    Ok(DONE)
}

fn snapshot_bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    use std::io::Read;
    let limit = simulator::store::MAX_RECORD_SIZE;
    let failed = |source| Failure::Read { path: path.to_path_buf(), source };
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        std::io::stdin().take(limit + 1).read_to_end(&mut bytes).map_err(failed)?;
    } else {
        let file = std::fs::File::open(path).map_err(failed)?;
        file.take(limit + 1).read_to_end(&mut bytes).map_err(failed)?;
    }
    if bytes.len() as u64 > limit {
        let error = RecordError::TooLarge { limit };
        return Err(DeviceError::Snapshot { path: path.to_path_buf(), error }.into());
    }
    Ok(bytes)
}

pub(super) fn upgrade_os(
    session: &Session,
    name: &str,
    wanted: OsVersion,
    answers: &AnswerArguments,
    format: Format,
) -> Result<u8, Failure> {
    let name = session.name(name)?;
    let answers = Answers::read(answers)?;
    let before = session.change(&name, |world| {
        let now = world.device().facts().ios;
        if wanted < now {
            return Err(DeviceError::Older { name: name.clone(), now, wanted }.into());
        }
        if wanted == now {
            return Ok(Changed::Left(now));
        }
        world.input(Input::UpgradeOs(wanted));
        answers.give(&name, world)?;
        Ok(Changed::Kept(now))
    })?;
    ask_person(session, &name)?;
    let shown = shown_device(&name, &session.load(&name)?);
    print(format, &shown, || {
        let head = if before == wanted {
            format!("{name} already runs iOS {wanted}\n")
        } else {
            format!("{name}: iOS {before} became {wanted}\n")
        };
        head + &pending(name.as_str(), &shown.prompts)
    })?;
    Ok(DONE)
}

pub(super) fn clock(
    session: &Session,
    name: &str,
    wanted: Option<&str>,
    format: Format,
) -> Result<u8, Failure> {
    let name = session.name(name)?;
    let world = match wanted {
        None => session.load(&name)?,
        Some(text) => session.change(&name, |world| {
            let now = Timestamp(world.now().0);
            let to = moment(text, now)?;
            if to < now {
                let (now, to) = (now.to_rfc3339(), to.to_rfc3339());
                return Err(DeviceError::Past { name: name.clone(), now, to }.into());
            }
            world.advance_to(smime::Timestamp(to.0));
            Ok(Changed::Kept(world.clone()))
        })?,
    };
    let clock = rfc3339(world.now().0);
    let prompts = prompts(world.device());
    let value = json!({
        "schema_version": DEVICE_SCHEMA_VERSION,
        "name": name.as_str(),
        "clock": clock,
        "prompts": prompts,
    });
    print(format, &value, || {
        let waiting = if wanted.is_some() { pending(name.as_str(), &prompts) } else { String::new() };
        format!("{clock}\n{waiting}")
    })?;
    Ok(DONE)
}

pub(super) fn delete(session: &Session, name: &str) -> Result<u8, Failure> {
    let name = session.name(name)?;
    session.delete(&name)?;
    text(&format!("deleted {name}\n"))?;
    Ok(DONE)
}
