//! Messages of a case: as they went over the wire, and as people see them.

use super::Course;
use crate::run::given::mail_address;
use device::{AccountId, Attachment, Folder, MessageId, Reading};
use evidence::{Fact, Kind, ObservedMessage, ObservedRecipient};
use scenario::{MessageSeen, Reader, ReadingSeen, Refusal, SignatureSeen};
use simulator::{ColleagueReading, PROVIDER};
use smime::message::{Layer, OpenOptions, open};
use smime::mime::Entity;
use smime::{Certificate, Context, DigestAlgorithm, Identity, TrustStore};
use verdict::RunMessage;

/// Which way a message went, seen from the phone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Way {
    #[default]
    Sent,
    Received,
}

/// A message of the case.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept {
    pub way: Way,
    pub to: Vec<String>,
    pub wire: Vec<u8>,
    /// What was attached.
    pub attachment: Option<Vec<u8>>,
    /// Where a received message lies.
    pub on_phone: Option<(AccountId, MessageId)>,
    /// What is known of it, and whether it was opened for that.
    pub outline: Option<(RunMessage, bool)>,
}

/// The attachment that a scenario names, its content made from the seed.
pub(super) fn attachment(seed: u64, wanted: &scenario::Attachment) -> Attachment {
    let mut state = seed ^ 0x9e37_79b9_7f4a_7c15;
    let mut bytes = Vec::with_capacity(wanted.octets as usize);
    while bytes.len() < wanted.octets as usize {
        // splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators)
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bytes.extend_from_slice(&(mixed ^ (mixed >> 31)).to_le_bytes());
    }
    bytes.truncate(wanted.octets as usize);
    Attachment { name: wanted.name.clone(), media_type: "application/octet-stream".to_owned(), bytes }
}

impl Course {
    fn kept(&self, number: usize) -> Result<&Kept, Refusal> {
        self.messages.get(number).ok_or_else(|| Refusal::broken("there is no such message"))
    }

    /// A message as it went over the wire.
    pub(super) fn message(&mut self, number: usize, opened: bool) -> Result<MessageSeen, Refusal> {
        let kept = self.kept(number)?;
        let (outline, was_opened) = match &kept.outline {
            Some((outline, was_opened)) if *was_opened || !opened => (outline.clone(), *was_opened),
            _ => (self.outline(kept, opened), opened),
        };
        let readable = readable(&kept.wire);
        if let Some(kept) = self.messages.get_mut(number) {
            kept.outline = Some((outline.clone(), was_opened));
        }
        Ok(MessageSeen { outline, readable })
    }

    fn outline(&self, kept: &Kept, open: bool) -> RunMessage {
        let cx = Context { now: self.world.now(), crypto: &PROVIDER };
        let mut outline = RunMessage {
            way: if kept.way == Way::Sent { "sent" } else { "received" }.to_owned(),
            to: kept.to.clone(),
            ..RunMessage::default()
        };
        if let Ok(entity) = Entity::read(&kept.wire) {
            outline.content_type = Some(entity.content_type().essence.to_string());
        }
        // What can be seen without a key is read as evidence is.
        let outside = match evidence::read(&cx, Kind::Mail, &kept.wire).map(|r| r.facts) {
            Ok(facts) => facts.into_iter().find_map(|f| match f.fact {
                Fact::Message(message) => Some(*message),
                _ => None,
            }),
            Err(_) => None,
        };
        let outside = outside.unwrap_or_else(ObservedMessage::default);
        outline.signed = (!outside.encrypted).then_some(outside.signed);
        outline.encrypted = outside.encrypted;
        outline.micalg = outside.micalg;
        outline.cipher = outside.cipher;
        if outline.encrypted {
            let known = self.certificates();
            let mut to: Vec<String> = outside.recipients.iter().map(|r| address_of(r, &known)).collect();
            to.sort();
            to.dedup();
            outline.encrypted_to = to;
        }
        if outside.signed || (outside.encrypted && open) {
            self.look_inside(&cx, &kept.wire, &mut outline);
        }
        outline
    }

    /// What whoever holds the keys sees of the signature.
    fn look_inside(&self, cx: &Context<'_>, wire: &[u8], outline: &mut RunMessage) {
        let identities = if outline.encrypted { self.identities() } else { Vec::new() };
        let trust = TrustStore::new();
        let options = OpenOptions {
            identities: &identities,
            trust: &trust,
            intermediates: &[],
            path: smime::PathOptions::default(),
            from: None,
            check_from: false,
        };
        let Ok(opened) = open(cx, wire, &options) else { return };
        if opened.content.is_some() {
            outline.signed = Some(false);
        }
        if let Some(signer) = opened.signers().next() {
            outline.signed = Some(true);
            outline.signed_by = signer.certificate.as_ref().map(Certificate::display_name);
            if outline.micalg.is_none() {
                outline.micalg = signer.digest.map(|digest| micalg(digest).to_owned());
            }
        }
    }

    /// The identities of the phone and of everybody in the world.
    fn identities(&self) -> Vec<Identity> {
        let own = self.world.device().keychain().identities().iter().map(|i| i.identity.clone());
        let people = self.world.people();
        let others = people
            .iter()
            .filter_map(|address| self.world.person(address))
            .flat_map(|person| person.identity.into_iter().chain(person.older_identities));
        own.chain(others).collect()
    }

    /// Certificates with whose they are.
    fn certificates(&self) -> Vec<(String, Certificate)> {
        let own = self.world.device().keychain().identities().iter().map(|i| {
            let certificate = i.identity.certificate.clone();
            let address = certificate.email_addresses().into_iter().next();
            (address.unwrap_or_else(|| certificate.display_name()), certificate)
        });
        own.chain(self.world.published_certificates()).collect()
    }

    /// What somebody sees of a message.
    pub(super) fn reading(&self, number: usize, by: &Reader) -> Result<ReadingSeen, Refusal> {
        let kept = self.kept(number)?;
        let by = match (by, kept.way) {
            (Reader::Receiver, Way::Received) => Reader::Phone,
            (Reader::Receiver, Way::Sent) => {
                let first = kept.to.first().ok_or_else(|| Refusal::broken("the message has no recipient"))?;
                Reader::Other(first.clone())
            }
            (by, _) => by.clone(),
        };
        match by {
            Reader::Other(name) => {
                let address = mail_address(&self.given, &name);
                let seen = self.world.person_reads(&address, &kept.wire).ok_or_else(|| {
                    Refusal::not_supported(format!("the mail program of {address}, which is not simulated"))
                })?;
                Ok(of_colleague(seen, kept.attachment.as_deref()))
            }
            _ => Ok(self.on_phone(kept)),
        }
    }

    /// What the phone shows: of what it received, or of its copy of what it sent.
    fn on_phone(&self, kept: &Kept) -> ReadingSeen {
        let place = match kept.way {
            Way::Received => kept.on_phone,
            Way::Sent => self.world.managed_account().and_then(|account| {
                let folder = self.world.device().account(account)?;
                // The copy carries what went over the wire, whatever the server put before it.
                let id = message_id(&kept.wire);
                let sent = folder.messages().filter(|m| m.folder == Folder::Sent);
                let copy = sent.filter(|m| id.is_some() && message_id(&m.raw) == id).last()?;
                Some((account, copy.id))
            }),
        };
        let absent = || ReadingSeen {
            problem: Some("the message is not on the phone".to_owned()),
            ..ReadingSeen::default()
        };
        let Some((account, id)) = place else { return absent() };
        match self.world.read_message(account, id) {
            Ok(reading) => of_phone(&reading, kept.attachment.as_deref()),
            Err(refusal) => ReadingSeen { problem: Some(refusal.to_string()), ..ReadingSeen::default() },
        }
    }
}

fn of_colleague(seen: ColleagueReading, attached: Option<&[u8]>) -> ReadingSeen {
    let undecrypted = seen.encrypted && seen.text.is_none();
    let signature = match (seen.signed, seen.valid) {
        (true, true) => Some(SignatureSeen::Valid),
        (true, false) => Some(SignatureSeen::Invalid),
        (false, _) if undecrypted => None,
        (false, _) => Some(SignatureSeen::Absent),
    };
    let wrong = undecrypted || signature == Some(SignatureSeen::Invalid);
    ReadingSeen {
        readable: seen.text.is_some(),
        signature,
        problem: wrong.then(|| seen.problem()),
        signed_by: seen.signed_by,
        attachment: attached.map(|bytes| seen.attachment.as_deref() == Some(bytes)),
        text: seen.text,
    }
}

fn of_phone(reading: &Reading, attached: Option<&[u8]>) -> ReadingSeen {
    let mut seen = ReadingSeen {
        readable: reading.text.is_some(),
        signature: Some(SignatureSeen::Absent),
        text: reading.text.clone(),
        attachment: attached.map(|bytes| reading.attachments.iter().any(|a| a.bytes == bytes)),
        ..ReadingSeen::default()
    };
    for layer in &reading.layers {
        match layer {
            Layer::Encrypted(layer) => {
                if let Err(error) = &layer.opened_by {
                    // What is inside cannot be seen.
                    seen.signature = None;
                    seen.problem = Some(error.to_string());
                }
            }
            Layer::Signed(layer) => {
                let problem = layer.signers.iter().find_map(simulator::signer_problem);
                let is_valid = problem.is_none() && !layer.signers.is_empty();
                seen.signature = Some(if is_valid { SignatureSeen::Valid } else { SignatureSeen::Invalid });
                seen.problem = seen.problem.or(problem);
                let signer = layer.signers.first().and_then(|s| s.certificate.as_ref());
                seen.signed_by = signer.map(Certificate::display_name);
            }
            _ => {}
        }
    }
    seen
}

fn message_id(wire: &[u8]) -> Option<String> {
    let entity = Entity::read(wire).ok()?;
    entity.headers.first("message-id").map(|field| field.text().trim().to_owned())
}

fn address_of(recipient: &ObservedRecipient, known: &[(String, Certificate)]) -> String {
    let fits = |certificate: &Certificate| match (&recipient.issuer, &recipient.serial, &recipient.key_id) {
        (Some(issuer), Some(serial), _) => {
            certificate.serial_hex() == *serial && certificate.issuer() == *issuer
        }
        (_, _, Some(id)) => certificate.subject_key_id().is_some_and(|own| hex(own) == *id),
        _ => false,
    };
    match known.iter().find(|(_, certificate)| fits(certificate)) {
        Some((address, _)) => address.clone(),
        None => format!("unknown ({})", recipient.serial.as_deref().unwrap_or("no serial number")),
    }
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// The names of RFC 8551, 3.5.3.2.
fn micalg(digest: DigestAlgorithm) -> &'static str {
    match digest {
        DigestAlgorithm::Sha1 => "sha-1",
        DigestAlgorithm::Sha224 => "sha-224",
        DigestAlgorithm::Sha256 => "sha-256",
        DigestAlgorithm::Sha384 => "sha-384",
        DigestAlgorithm::Sha512 => "sha-512",
    }
}

/// The octets of a message, and what transfer encodings hide of them: quoted lines joined, runs of base64 decoded.
fn readable(wire: &[u8]) -> Vec<Vec<u8>> {
    let mut all = vec![wire.to_vec()];
    let text = String::from_utf8_lossy(wire);
    all.push(unquoted(&text));
    let mut run = String::new();
    for line in text.lines().map(str::trim_end).chain(std::iter::once("")) {
        let encoded = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
        if line.len() > 3 && line.chars().all(encoded) {
            run.push_str(line);
        } else if !run.is_empty() {
            all.push(unbased(&std::mem::take(&mut run)));
        }
    }
    all
}

/// Takes quoted-printable off (RFC 2045, 6.7); what is none stays.
fn unquoted(text: &str) -> Vec<u8> {
    let joined = text.replace("=\r\n", "").replace("=\n", "");
    let mut out = Vec::with_capacity(joined.len());
    let mut rest = joined.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let octet = match (first, after) {
            (b'=', [high, low, ..]) => digit(*high).zip(digit(*low)).map(|(h, l)| h << 4 | l),
            _ => None,
        };
        out.push(octet.unwrap_or(*first));
        rest = if octet.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    out
}

fn digit(octet: u8) -> Option<u8> {
    char::from(octet).to_digit(16).and_then(|d| u8::try_from(d).ok())
}

/// Takes base64 off (RFC 4648, 4), as far as it goes.
fn unbased(text: &str) -> Vec<u8> {
    let (mut out, mut bits, mut count) = (Vec::with_capacity(text.len() * 3 / 4), 0_u32, 0);
    for octet in text.bytes() {
        let value = match octet {
            b'A'..=b'Z' => octet - b'A',
            b'a'..=b'z' => octet - b'a' + 26,
            b'0'..=b'9' => octet - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => break,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from(bits >> count & 0xff).unwrap_or_default());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_encodings_hide_is_readable() {
        let message = b"Subject: a\r\n\r\nin=20conf=\r\nidence\r\n\r\nc2VjcmV0IHdv\r\ncmRz\r\n";
        let seen = MessageSeen { readable: readable(message), ..MessageSeen::default() };
        assert!(seen.holds("in confidence") && seen.holds("secret words") && seen.holds("Subject: a"));
        assert!(!seen.holds("nothing of the kind"));
    }

    #[test]
    fn attachments_follow_from_the_seed() {
        let wanted = scenario::Attachment { name: "a".to_owned(), octets: 13 };
        let made = |seed| attachment(seed, &wanted).bytes;
        assert_eq!((made(1).len(), made(1)), (13, made(1)));
        assert_ne!(made(1), made(2));
    }
}
