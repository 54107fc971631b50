//! The message steps: what the phone sends to a colleague, what the colleague makes of it, and the answer.
//!
//! Steps run one after another on a copy of the world. Where a step needs a switch to stand otherwise than the profile
//! leaves it, the owner moves it, if the phone lets them; if not, the step is skipped with that reason.

use super::Session;
use crate::exit::Failure;
use device::{
    AccountId, Attachment, Draft, EffectiveAccount, Event, Folder, MessageId, PromptKind, Reading, Service,
    UserAction, Verdict,
};
use evidence::{Mail, MailOutcome};
use simulator::{AnswerError, ColleagueReading, World};
use smime::message::Layer;

/// A message as it went over the wire.
pub(crate) struct WireMessage {
    /// The file's name in the output folder, such as `mail/01-signed-sent.eml`.
    pub file: String,
    /// The octets.
    pub bytes: Vec<u8>,
}

/// Which way a message went, seen from the phone.
#[derive(Clone, Copy)]
enum Way {
    Sent,
    Received,
}

/// Every step, in order.
const STEPS: [&str; 7] = [
    "signed",
    "signed-tampered",
    "encrypted",
    "signed-encrypted",
    "answer",
    "answer-tampered",
    "no-certificate",
];

/// What keeps a colleague from trusting the phone's certificate.
const NO_ROOT: &str = "the profile brings no root certificate that it could be verified with";

/// Why a step is skipped.
struct Skip(String);

struct Steps<'a> {
    session: &'a mut Session,
    world: World,
    account: AccountId,
    done: Vec<Mail>,
}

/// Runs every step.
pub(super) fn try_all(session: &mut Session) -> Result<Vec<Mail>, Failure> {
    let world = session.world.clone();
    let account = world.managed_account();
    let mut steps = Steps { session, world, account: account.unwrap_or(AccountId(0)), done: Vec::new() };
    if account.is_none() {
        for step in STEPS {
            steps.skip(step, Skip("the profile brings no mail account".to_owned()));
        }
        return Ok(steps.done);
    }
    steps.signed();
    steps.encrypted("encrypted", false);
    steps.encrypted("signed-encrypted", true);
    steps.answer();
    steps.no_certificate()?;
    let Steps { world, done, session, .. } = steps;
    // What the phone and the world went through is what the output shows.
    session.world = world;
    session.collect_events();
    Ok(done)
}

/// The attachment of every message that has one.
fn attachment() -> Attachment {
    Attachment {
        name: "figures.csv".to_owned(),
        media_type: "text/csv".to_owned(),
        bytes: b"quarter,amount\r\nQ1,1200\r\nQ2,1350\r\nQ3,990\r\n".to_vec(),
    }
}

impl Steps<'_> {
    fn effective(&self) -> Option<EffectiveAccount> {
        self.world.device().effective(self.account)
    }

    fn put(&mut self, step: &str, outcome: MailOutcome, text: String) -> &mut Mail {
        self.done.push(Mail {
            step: step.to_owned(),
            file: None,
            outcome,
            text,
            signed_by: None,
            encrypted_to: Vec::new(),
        });
        let last = self.done.len() - 1;
        &mut self.done[last]
    }

    fn skip(&mut self, step: &str, Skip(reason): Skip) {
        self.put(step, MailOutcome::Skipped, reason);
    }

    fn keep(&mut self, step: &str, way: Way, bytes: &[u8]) -> String {
        let number = self.session.messages.len() + 1;
        let way = match way {
            Way::Sent => "sent",
            Way::Received => "received",
        };
        let file = format!("mail/{number:02}-{step}-{way}.eml");
        self.session.messages.push(WireMessage { file: file.clone(), bytes: bytes.to_vec() });
        file
    }

    /// What every step needs: the account in force, mail on, S/MIME on.
    fn ready(&self) -> Result<EffectiveAccount, Skip> {
        let account = self.effective().ok_or(Skip("the account’s settings are not in force".to_owned()))?;
        if !account.services.of(Service::Mail).on {
            return Err(Skip("Mail is off for the account".to_owned()));
        }
        if !account.smime.present {
            return Err(Skip("S/MIME is off for the account".to_owned()));
        }
        Ok(account)
    }

    /// Moves the Sign switch where the step needs it.
    fn signing(&mut self, on: bool) -> Result<(), Skip> {
        let smime = self.ready()?.smime;
        if smime.signing.on != on {
            let verdict = self.world.act(UserAction::SetSigning { account: self.account, on });
            if !matches!(verdict, Verdict::Allowed { .. }) {
                let state = if on { "off" } else { "on" };
                return Err(Skip(format!(
                    "signing is {state} and the owner cannot change it ({})",
                    why(&verdict)
                )));
            }
        }
        if on && smime.signing_identity.is_none() {
            return Err(Skip("the profile names no signing identity".to_owned()));
        }
        Ok(())
    }

    /// Whether the owner must tap the lock for the message to go out as the step needs it.
    fn tap(&mut self, encrypted: bool) -> Result<bool, Skip> {
        let smime = self.ready()?.smime;
        if encrypted && smime.encryption_identity.is_none() {
            return Err(Skip("the profile names no encryption identity".to_owned()));
        }
        if smime.compose_starts_encrypted() == encrypted {
            return Ok(false);
        }
        if smime.per_message_switch.value {
            return Ok(true);
        }
        let verdict =
            self.world.act(UserAction::SetEncryptByDefault { account: self.account, on: encrypted });
        if matches!(verdict, Verdict::Allowed { .. }) {
            return Ok(false);
        }
        let state = if encrypted { "clear" } else { "encrypted" };
        Err(Skip(format!("new messages start {state} and the owner cannot change it ({})", why(&verdict))))
    }

    /// Sends a message and gives what went over the wire, or why nothing did.
    fn send(&mut self, subject: &str, flip_encryption: bool, with_file: bool) -> Result<Vec<u8>, String> {
        let draft = Draft {
            account: self.account,
            to: vec![self.world.colleague().address.clone()],
            subject: subject.to_owned(),
            text: format!("{subject}, from a simulated iPhone."),
            attachment: with_file.then(attachment),
            flip_encryption,
        };
        let verdict = self.world.act(UserAction::Send { draft });
        if let Verdict::NotSent { refusal } = verdict {
            return Err(refusal.to_string());
        }
        let address = self.world.colleague().address.clone();
        match self.world.take_deliveries().into_iter().find(|d| d.to == address) {
            Some(delivery) => Ok(delivery.wire),
            None => Err(self.reason_not_sent()),
        }
    }

    fn reason_not_sent(&mut self) -> String {
        self.session.collect_events();
        let mut reason = "no message reached the colleague".to_owned();
        for (at, event) in self.world.take_events() {
            if let Event::MessageNotSent { reason: why, .. } = &event {
                reason = why.clone();
            }
            self.session.events.push((at.0, event));
        }
        for prompt in self.world.device().prompts() {
            if let PromptKind::MissingRecipientCertificates { recipients, .. } = &prompt.kind {
                reason = format!("no usable certificate for {}", recipients.join(", "));
            }
        }
        reason
    }

    fn signed(&mut self) {
        let flip = match self.signing(true).and_then(|()| self.tap(false)) {
            Ok(flip) => flip,
            Err(Skip(reason)) => {
                self.skip("signed", Skip(reason.clone()));
                self.skip("signed-tampered", Skip(reason));
                return;
            }
        };
        let wire = match self.send("A signed message", flip, false) {
            Ok(wire) => wire,
            Err(reason) => {
                self.put("signed", MailOutcome::Failed, reason);
                self.skip("signed-tampered", Skip("no signed message went out".to_owned()));
                return;
            }
        };
        let file = self.keep("signed", Way::Sent, &wire);
        let reading = self.world.colleague_reads(&wire);
        let name = self.world.colleague().name.clone();
        let good = reading.signed && !reading.encrypted && reading.valid;
        let rootless = self.rootless(&reading);
        let text = match (&reading.signed_by, good) {
            (Some(signer), true) => format!("{name} sees a valid signature of {signer}"),
            _ if rootless => format!("{name} cannot verify it: {NO_ROOT}"),
            _ => format!("{name} does not see a valid signature: {}", reading.problem()),
        };
        let ended = if rootless { MailOutcome::Skipped } else { outcome(good) };
        let step = self.put("signed", ended, text);
        step.file = Some(file);
        step.signed_by = reading.signed_by;

        let tampered = tamper(&wire);
        let file = self.keep("signed-tampered", Way::Sent, &tampered);
        let reading = self.world.colleague_reads(&tampered);
        let good = !reading.valid;
        let text = if good {
            format!("{name} sees that the copy was changed: {}", reading.problem())
        } else {
            format!("{name} does not notice that the copy was changed")
        };
        self.put("signed-tampered", outcome(good), text).file = Some(file);
    }

    fn encrypted(&mut self, name: &str, sign: bool) {
        let flip = match self.signing(sign).and_then(|()| self.tap(true)) {
            Ok(flip) => flip,
            Err(skip) => return self.skip(name, skip),
        };
        let subject = if sign { "A signed and encrypted message" } else { "An encrypted message" };
        let wire = match self.send(subject, flip, sign) {
            Ok(wire) => wire,
            Err(reason) => {
                self.put(name, MailOutcome::Failed, reason);
                return;
            }
        };
        let file = self.keep(name, Way::Sent, &wire);
        let reading = self.world.colleague_reads(&wire);
        let colleague = self.world.colleague().name.clone();
        let expected = format!("{subject}, from a simulated iPhone.");
        let whole = reading.text.as_deref() == Some(expected.as_str())
            && (!sign || reading.attachment.as_deref() == Some(attachment().bytes.as_slice()));
        let good = reading.encrypted && reading.signed == sign && reading.valid && whole;
        let rootless = whole && self.rootless(&reading);
        let text = match (good, sign) {
            (false, true) if rootless => {
                format!("{colleague} decrypts it, but cannot verify it: {NO_ROOT}")
            }
            (true, true) => format!(
                "{colleague} decrypts it, sees a valid signature of {} and the attachment",
                reading.signed_by.as_deref().unwrap_or("nobody")
            ),
            (true, false) => format!("{colleague} decrypts it"),
            (false, _) => format!("{colleague} cannot read it as meant: {}", reading.problem()),
        };
        let address = self.world.colleague().address.clone();
        let own = self.effective().and_then(|e| e.email).unwrap_or_default();
        let ended = if rootless { MailOutcome::Skipped } else { outcome(good) };
        let step = self.put(name, ended, text);
        step.file = Some(file);
        step.signed_by = reading.signed_by;
        step.encrypted_to = vec![address, own];
    }

    /// Whether the only thing wrong is that nobody was given a root to trust: the profile brings none.
    fn rootless(&self, reading: &ColleagueReading) -> bool {
        reading.intact && reading.rootless && self.world.roots().len() == 1
    }

    /// The colleague answers, signed and encrypted; then the same answer arrives once more, changed on the way.
    fn answer(&mut self) {
        let certificate = match self.ready().and_then(|account| {
            account
                .smime
                .encryption_identity
                .and_then(|i| {
                    self.world.device().keychain().identity(&i.value).map(|i| i.identity.certificate.clone())
                })
                .ok_or(Skip(
                    "the profile names no encryption identity that an answer could be encrypted to"
                        .to_owned(),
                ))
        }) {
            Ok(certificate) => certificate,
            Err(Skip(reason)) => {
                self.skip("answer", Skip(reason.clone()));
                self.skip("answer-tampered", Skip(reason));
                return;
            }
        };
        let text = "Thank you, the figures arrived.";
        let attached = attachment();
        let wire = match self.world.colleague_answers(&certificate, text, &attached) {
            Ok(wire) => wire,
            Err(AnswerError::Path(smime::PathError::NoTrustedRoot { .. }))
                if self.world.roots().len() == 1 =>
            {
                self.skip("answer", Skip(NO_ROOT.to_owned()));
                self.skip("answer-tampered", Skip("there is no answer".to_owned()));
                return;
            }
            Err(error) => {
                let colleague = self.world.colleague().name.clone();
                self.put("answer", MailOutcome::Failed, format!("{colleague} cannot answer: {error}"));
                self.skip("answer-tampered", Skip("there is no answer".to_owned()));
                return;
            }
        };
        let file = self.keep("answer", Way::Received, &wire);
        let colleague = self.world.colleague().clone();
        let seen = self.receive(&wire);
        let (good, said) = match &seen {
            Err(problem) => (false, problem.clone()),
            Ok(reading) => {
                let problem = reading_problem(reading);
                let whole = reading.text.as_deref() == Some(text)
                    && reading.attachments.first().is_some_and(|a| a.bytes == attached.bytes);
                match (problem, whole) {
                    (None, true) => (true, "the phone decrypts it and shows a valid signature".to_owned()),
                    (None, false) => (false, "text or attachment did not arrive whole".to_owned()),
                    (Some(problem), _) => (false, problem),
                }
            }
        };
        let own = self.effective().and_then(|e| e.email).unwrap_or_default();
        let step = self.put("answer", outcome(good), said);
        step.file = Some(file);
        step.signed_by = good.then_some(colleague.name);
        step.encrypted_to = vec![own];

        let tampered = tamper(&wire);
        let file = self.keep("answer-tampered", Way::Received, &tampered);
        // How it fails depends on ciphertext, which is random; that it fails does not.
        let good = self.receive(&tampered).map_or(true, |reading| reading_problem(&reading).is_some());
        let said = if good {
            "the phone does not show the changed copy as genuine"
        } else {
            "the phone does not notice that the copy was changed"
        };
        self.put("answer-tampered", outcome(good), said.to_owned()).file = Some(file);
    }

    /// Lets a message arrive in the mailbox, refreshes, and opens what came.
    fn receive(&mut self, wire: &[u8]) -> Result<Reading, String> {
        let before: Vec<MessageId> = self.inbox();
        self.world.deliver_to_owner(wire);
        self.world.act(UserAction::Refresh { account: self.account });
        let id = self
            .inbox()
            .into_iter()
            .find(|id| !before.contains(id))
            .ok_or("the message did not arrive on the phone".to_owned())?;
        self.world.read_message(self.account, id).map_err(|e| e.to_string())
    }

    fn inbox(&self) -> Vec<MessageId> {
        let account = self.world.device().account(self.account);
        account
            .map(|a| a.messages().filter(|m| m.folder == Folder::Inbox).map(|m| m.id).collect())
            .unwrap_or_default()
    }

    /// A recipient without certificate: the phone must ask, and nothing may leave it.
    fn no_certificate(&mut self) -> Result<(), Failure> {
        const STEP: &str = "no-certificate";
        let account = match self.ready() {
            Ok(account) => account,
            Err(skip) => {
                self.skip(STEP, skip);
                return Ok(());
            }
        };
        // Whether the message would be signed does not matter here, but without an identity it would be kept for that.
        if account.smime.signing.on
            && account.smime.signing_identity.is_none()
            && let Err(skip) = self.signing(false)
        {
            self.skip(STEP, skip);
            return Ok(());
        }
        let flip_encryption = match self.tap(true) {
            Ok(flip) => flip,
            Err(skip) => {
                self.skip(STEP, skip);
                return Ok(());
            }
        };
        let stranger = self.world.stranger().to_owned();
        let draft = Draft {
            account: self.account,
            to: vec![self.world.colleague().address.clone(), stranger.clone()],
            subject: "An encrypted message to somebody without certificate".to_owned(),
            text: "This must not leave in the clear.".to_owned(),
            attachment: None,
            flip_encryption,
        };
        self.world.act(UserAction::Send { draft });
        let left = self.world.take_deliveries().len();
        let asked = self.world.device().prompts().iter().find_map(|p| match &p.kind {
            PromptKind::MissingRecipientCertificates { recipients, .. } => Some((p.id, recipients.clone())),
            _ => None,
        });
        let good = left == 0 && asked.as_ref().is_some_and(|(_, r)| *r == [stranger.clone()]);
        let text = match (&asked, left) {
            (Some((_, recipients)), 0) => {
                format!("the phone asks about {}, and nothing leaves it", recipients.join(", "))
            }
            (None, 0) => "nothing left, but the phone did not ask".to_owned(),
            (_, n) => format!("{n} messages left the phone"),
        };
        self.put(STEP, outcome(good), text);
        if let Some((id, recipients)) = asked {
            self.world.answer(id, device::Answer::Cancel);
            let text = format!("No certificate for {}: remove it, or do not send?", recipients.join(", "));
            self.session.record_prompt("missing-recipient-certificates", text, recipients, true)?;
        }
        Ok(())
    }
}

fn outcome(good: bool) -> MailOutcome {
    if good { MailOutcome::Ok } else { MailOutcome::Failed }
}

fn why(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Denied { by } | Verdict::Asked { by, .. } => by.clone(),
        Verdict::Absent { reason } => reason.to_string(),
        _ => String::new(),
    }
}

/// What is wrong with a message that should be encrypted and signed.
fn reading_problem(reading: &Reading) -> Option<String> {
    let mut encrypted = false;
    let mut signed = false;
    for layer in &reading.layers {
        match layer {
            Layer::Encrypted(layer) => {
                encrypted = true;
                if let Err(error) = &layer.opened_by {
                    return Some(error.to_string());
                }
            }
            Layer::Signed(layer) => {
                signed = true;
                for signer in &layer.signers {
                    if let Some(problem) = simulator::signer_problem(signer) {
                        return Some(problem);
                    }
                }
                if layer.signers.is_empty() {
                    return Some("nobody signed".to_owned());
                }
            }
            _ => {}
        }
    }
    match (encrypted, signed) {
        (true, true) => None,
        (false, _) => Some("the message is not encrypted".to_owned()),
        (_, false) => Some("the message is not signed".to_owned()),
    }
}

/// Changes one character in the middle of the body, so that it stays what it was in form: base64 or text.
pub(crate) fn tamper(wire: &[u8]) -> Vec<u8> {
    let mut copy = wire.to_vec();
    let body = copy.windows(4).position(|w| w == b"\r\n\r\n").map_or(0, |at| at + 4);
    // In a multipart the first part carries what is signed; of a single part the middle is ciphertext.
    let multipart = copy[..body].windows(17).any(|w| w.eq_ignore_ascii_case(b"multipart/signed;"));
    let from = if multipart {
        let part = copy[body..].windows(4).position(|w| w == b"\r\n\r\n").map_or(0, |at| at + 4);
        body + part
    } else {
        body + (copy.len() - body) / 2
    };
    if let Some(at) = (from..copy.len()).find(|at| copy[*at].is_ascii_alphanumeric()) {
        copy[at] = if copy[at] == b'A' { b'B' } else { b'A' };
    }
    copy
}

#[cfg(test)]
mod tests {
    use super::tamper;

    #[test]
    fn one_octet_of_the_body_changes() {
        let message = b"From: a\r\nContent-Type: text/plain\r\n\r\nAbcdefgh\r\n";
        let changed = tamper(message);
        assert_eq!(changed.len(), message.len());
        let differ: Vec<usize> = (0..message.len()).filter(|i| message[*i] != changed[*i]).collect();
        assert_eq!(differ.len(), 1);
        assert!(differ[0] > 37);
    }
}
