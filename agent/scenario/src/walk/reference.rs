//! The reference model: what the phone must show after each transition, known from the oracle alone.

use super::options::{Options, WalkSpace};
use super::transition::{Letter, Message, Response, Transition, Walk};
use crate::case::{
    ActionExpectation, Answer, AnswerWith, Attachment, Case, CaseId, Certificates, Check, Configuration,
    ErrorLink, Expectation, Given, Incoming, Install, Installed, Matcher, Options as CaseOptions, Outgoing,
    Peers, Phone, PhoneVariant, PromptKind, Reader, Reading, ReadingOf, Removal, Settings, SignatureSeen,
    Step, StepAction, Verdict, ViewPath, Wire,
};
use crate::diagnostic::Place;
use crate::language::CLOCK;
use intent::{
    ActionId, ActionVerdict, Changes, Circumstances, ComposeStart, DeliveredCertificates, DeviceFacts,
    EmailPolicy, EncryptDefaultToggle, Expectations, Expected, ExpectedAction, ExpectedToggle,
    Install as Taken, Intent, OsVersion, OwnAccount, Position, Service, User, Variants, expectations_after,
    expectations_under,
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

const OWNER: &str = "alice";
const ADDRESS: &str = "alice@contoso.example";
const BOB: &str = "bob@contoso.example";
const CAROL: &str = "carol@contoso.example";
/// Somebody without a certificate.
const STRANGER: &str = "erin@partner.example";
const SUBJECT: &str = "The quarter";
const TEXT: &str = "The figures are in order.";

/// What is delivered with every policy.
#[derive(Clone, Debug)]
pub struct Supplies {
    /// The files, as scenarios name them.
    pub certificates: Certificates,
    /// What is in them.
    pub delivered: DeliveredCertificates,
    /// The name on the certificate for signing.
    pub signing: String,
    /// The name on the certificate for encryption.
    pub encryption: String,
}

/// A walk that was gone by the reference model.
#[derive(Clone, Debug)]
pub struct Walked {
    /// What a runner executes.
    pub case: Case,
    /// The rows of the option space that were on the phone, with its version and supervision.
    pub rows: Vec<Vec<u16>>,
    /// What happened, as it is counted.
    pub labels: BTreeSet<String>,
    /// How many transitions happened, the first installation among them; the others were not possible.
    pub transitions: usize,
}

impl WalkSpace {
    /// Goes a walk: its steps, with what must hold after each. A transition that is not possible where the phone then is
    /// gives no step.
    pub fn walked(&self, walk: &Walk, supplies: &Supplies, seed: u64) -> Walked {
        let start = &walk.start;
        let ios = self.versions.get(usize::from(start.ios)).copied();
        let mut reference = Reference {
            space: self,
            supplies,
            user: owner(),
            ios: ios.unwrap_or(OsVersion { major: 17, minor: 5, patch: 0 }),
            is_supervised: start.is_supervised,
            toggle: match start.needs_per_message_switch {
                true => EncryptDefaultToggle::NeedsPerMessageSwitch,
                false => EncryptDefaultToggle::Free,
            },
            options: start.options.clone(),
            held: None,
            now_ms: 0,
            newest_ms: 0,
            steps: Vec::new(),
            rows: Vec::new(),
        };
        let given = reference.given(start, seed);
        let mut labels = BTreeSet::new();
        let mut transitions = 0;
        let first = Transition::Install(start.options.clone());
        for transition in std::iter::once(&first).chain(&walk.transitions) {
            let before = reference.steps.len();
            reference.go(transition);
            if reference.steps.len() > before {
                labels.extend(transition.labels());
                transitions += 1;
            }
        }
        let case = Case {
            id: CaseId::new("walk", "walk", []),
            suite: "walk".to_owned(),
            scenario: "walk".to_owned(),
            values: Vec::new(),
            about: None,
            tags: BTreeSet::new(),
            requirements: BTreeSet::new(),
            pending: None,
            given,
            steps: reference.steps,
            expect: Vec::new(),
            secrets: BTreeSet::new(),
            options: CaseOptions::default(),
            place: place(0),
        };
        Walked { case, rows: reference.rows, labels, transitions }
    }
}

/// The owner: user principal name and address are the same, since the certificates are for that address.
fn owner() -> User {
    User {
        upn: ADDRESS.to_owned(),
        primary_smtp_address: Some(ADDRESS.to_owned()),
        sam_account_name: Some("alice".to_owned()),
        full_domain_name: Some("contoso.example".to_owned()),
        netbios_domain_name: Some("CONTOSO".to_owned()),
    }
}

fn place(step: usize) -> Place {
    Place { file: "walk".to_owned(), line: u32::try_from(step).unwrap_or(u32::MAX), column: 1 }
}

/// A profile that is installed.
#[derive(Clone, Debug)]
struct Held {
    intent: Intent,
    /// What the account asks before its settings come in force.
    asks: Option<PromptKind>,
    /// The settings in force; those before an update as long as it asks.
    in_force: Option<Settled>,
    /// Whether the account signed in on the web. For how long that holds no document says.
    has_token: bool,
}

/// Settings in force.
#[derive(Clone, Debug)]
struct Settled {
    intent: Intent,
    changes: Changes,
    /// Whether the owner has picked other identities: to sign, and to encrypt.
    picked: [bool; 2],
}

struct Reference<'s> {
    space: &'s WalkSpace,
    supplies: &'s Supplies,
    user: User,
    ios: OsVersion,
    is_supervised: bool,
    toggle: EncryptDefaultToggle,
    options: Options,
    held: Option<Held>,
    /// Virtual time since the start that passed in steps that wait.
    now_ms: i64,
    /// When the newest message in the mailbox came, at the latest.
    newest_ms: i64,
    steps: Vec<Step>,
    rows: Vec<Vec<u16>>,
}

/// Expectations that are gathered for a step.
#[derive(Default)]
struct Wanted(Vec<Expectation>);

impl Wanted {
    fn put(&mut self, check: Check, requirements: &[&str], why: &str) {
        self.0.push(Expectation {
            check,
            requirements: requirements.iter().map(|r| (*r).to_owned()).collect(),
            why: (!why.is_empty()).then(|| why.to_owned()),
            place: place(0),
        });
    }

    fn state(&mut self, path: &str, matcher: Matcher, requirements: &[&str], why: &str) {
        if let Ok(path) = ViewPath::parse(path) {
            self.put(Check::State { path, matcher }, requirements, why);
        }
    }

    fn value<T: Clone + Into<Value>>(&mut self, path: &str, expected: &Expected<T>) {
        let matcher = Matcher::Equals(expected.value.clone().into());
        self.state(path, matcher, expected.requirements, expected.citation);
    }

    fn toggle(&mut self, path: &str, expected: &ExpectedToggle) {
        self.value(&format!("{path}.on"), &expected.on);
        self.value(&format!("{path}.locked"), &expected.locked);
    }
}

impl Reference<'_> {
    fn given(&self, start: &super::Start, seed: u64) -> Given {
        let other = PhoneVariant { name: "encrypt-default-toggle", reading: "needs-per-message-switch" };
        Given {
            phone: Phone {
                ios: self.ios,
                model: "iPhone15,2".to_owned(),
                supervised: self.is_supervised,
                language: None,
                variants: start.needs_per_message_switch.then_some(other).into_iter().collect(),
            },
            users: BTreeMap::from([(OWNER.to_owned(), self.user.clone())]),
            owner: OWNER.to_owned(),
            configuration: Some(Configuration::Policy(Box::new(self.space.policy(&start.options)))),
            certificates: self.supplies.certificates.clone(),
            peers: Peers::default(),
            clock: CLOCK,
            seed,
        }
    }

    fn facts(&self) -> DeviceFacts {
        DeviceFacts {
            ios: self.ios,
            supervised: self.is_supervised,
            identities: self.held.as_ref().map_or(0, |held| held.intent.identities.len()),
            variants: Variants { encrypt_default_toggle: self.toggle },
        }
    }

    /// What the oracle says of the settings in force, as the owner has changed them.
    fn expected(&self) -> Option<Expectations> {
        let settled = self.held.as_ref()?.in_force.as_ref()?;
        let circumstances = Circumstances::default();
        Some(expectations_after(&settled.intent, &self.facts(), &circumstances, &settled.changes))
    }

    /// Whether settings are in force that no update waits to replace.
    fn is_settled(&self) -> bool {
        self.held.as_ref().is_some_and(|held| held.asks.is_none() && held.in_force.is_some())
    }

    fn go(&mut self, transition: &Transition) {
        match transition {
            Transition::Install(options) => self.install(options.clone()),
            Transition::Change { setting, value } => {
                self.install(self.space.changed(&self.options, usize::from(*setting), *value));
            }
            Transition::Redeploy => self.install(self.options.clone()),
            Transition::Second => self.second(),
            Transition::Answer(response) => self.answer(*response),
            Transition::Act(ActionId::ProfileRemove) => self.remove(StepAction::Act(ActionId::ProfileRemove)),
            Transition::Act(id) => self.act(*id),
            Transition::Send(letter) => self.send(*letter),
            Transition::Receive(message) => self.receive(*message),
            Transition::Refresh => {
                if self.is_settled() {
                    self.done(StepAction::Refresh, Wanted::default());
                }
            }
            Transition::Wait(pause) => {
                let ms = pause.hours() * HOUR_MS;
                if !self.held.as_ref().is_some_and(|held| held.has_token) {
                    self.now_ms += ms;
                    self.done(StepAction::Wait(ms), Wanted::default());
                }
            }
            Transition::Upgrade(number) => {
                let to = self.space.versions.get(usize::from(*number)).copied();
                if let Some(to) = to.filter(|to| *to > self.ios && self.upgrades(*to)) {
                    self.ios = to;
                    self.done(StepAction::Upgrade(to), Wanted::default());
                }
            }
            Transition::Supervise(on) => {
                self.is_supervised = *on;
                let settings = Settings { supervised: Some(*on), ..Settings::default() };
                self.done(StepAction::Set(settings), Wanted::default());
            }
            Transition::Restart => self.done(StepAction::Restart, Wanted::default()),
            Transition::Remove => self.remove(StepAction::Remove(Removal::OfAccount)),
        }
    }

    /// Whether the documents say what an upgrade does: to an account that waits for its owner, and to one that is to sign
    /// in otherwise on the newer iOS, they do not.
    fn upgrades(&self, to: OsVersion) -> bool {
        let Some(held) = &self.held else { return true };
        let asks = |ios| {
            let facts = DeviceFacts { ios, ..self.facts() };
            expectations_under(&held.intent, &facts, &Circumstances::default())
                .prompts
                .first()
                .map(|p| p.value)
        };
        held.asks.is_none() && asks(self.ios) == asks(to)
    }

    /// A step is done; what must hold after every step is added.
    fn done(&mut self, action: StepAction, mut wanted: Wanted) {
        self.look(&mut wanted);
        let here = place(self.steps.len() + 1);
        for expectation in &mut wanted.0 {
            expectation.place = here.clone();
        }
        self.steps.push(Step { name: None, action, timeout_ms: None, expect: wanted.0, place: here });
        let on_phone = self.held.as_ref().is_some_and(|held| held.asks.is_none());
        let row = self.space.row(&self.options, self.ios, self.is_supervised);
        if on_phone && self.rows.last() != Some(&row) {
            self.rows.push(row);
        }
    }

    fn intent(&self, policy: &EmailPolicy) -> Option<Intent> {
        Intent::of_policy(policy, &self.user, &self.supplies.delivered, Some(self.ios)).ok()
    }

    fn install(&mut self, options: Options) {
        let policy = self.space.policy(&options);
        let Some(intent) = self.intent(&policy) else { return };
        let mut facts = self.facts();
        facts.identities = intent.identities.len();
        let circumstances = Circumstances { updates: self.held.is_some(), ..Circumstances::default() };
        let expected = expectations_under(&intent, &facts, &circumstances);
        if expected.install.value != Taken::Accepted {
            return;
        }
        let mut wanted = Wanted::default();
        let why = &expected.install;
        wanted.put(Check::Install(Installed::Installed), why.requirements, why.citation);
        let kinds: Vec<PromptKind> = expected.prompts.iter().map(|p| kind(p.value)).collect();
        let asked_before = self.held.as_ref().is_some_and(|held| held.asks.is_some());
        if !asked_before {
            let (requirements, citation) = match expected.prompts.first() {
                Some(prompt) => (prompt.requirements, prompt.citation),
                None => (expected.in_force.requirements, expected.in_force.citation),
            };
            wanted.put(Check::Asked(kinds.clone()), requirements, citation);
        }
        let asks = kinds.first().copied();
        let before = self.held.take();
        let has_token = asks.is_some() && before.as_ref().is_some_and(|held| held.has_token);
        let before = before.and_then(|held| held.in_force);
        let in_force = match asks {
            Some(_) => before,
            None => Some(Settled { intent: intent.clone(), changes: Changes::default(), picked: [false; 2] }),
        };
        self.held = Some(Held { intent, asks, in_force, has_token });
        self.options = options;
        let action =
            Install { configuration: Configuration::Policy(Box::new(policy)), user: OWNER.to_owned() };
        self.done(StepAction::Install(action), wanted);
    }

    /// The account is there already, so that a second profile for it is refused (XTR-005).
    fn second(&mut self) {
        let Some(held) = &self.held else { return };
        let policy =
            EmailPolicy { display_name: "Second mail".to_owned(), ..self.space.policy(&self.options) };
        let Some(intent) = self.intent(&policy) else { return };
        let (Some(host), Some(email_address)) = (held.intent.host.clone(), held.intent.email_address.clone())
        else {
            return;
        };
        // Where the host is ignored (XTR-018) no document says by what an account is the same.
        let before = expectations_under(&held.intent, &self.facts(), &Circumstances::default());
        if before.account.host.is_none() {
            return;
        }
        let own_accounts = vec![OwnAccount { host, email_address }];
        let circumstances = Circumstances { own_accounts, ..Circumstances::default() };
        let expected = expectations_under(&intent, &self.facts(), &circumstances);
        let Some(refusal) = expected.refusal.filter(|_| expected.install.value == Taken::Refused) else {
            return;
        };
        let mut wanted = Wanted::default();
        wanted.put(Check::Install(Installed::Refused), refusal.requirements, refusal.citation);
        let domain = Some(refusal.value.domain.to_owned());
        let link = ErrorLink { domain, code: Some(refusal.value.code) };
        wanted.put(Check::ErrorChain(vec![link]), refusal.requirements, refusal.citation);
        let action =
            Install { configuration: Configuration::Policy(Box::new(policy)), user: OWNER.to_owned() };
        self.done(StepAction::Install(action), wanted);
    }

    fn answer(&mut self, response: Response) {
        let Some(held) = &mut self.held else { return };
        let Some(prompt) = held.asks else { return };
        let mut wanted = Wanted::default();
        let with = match response {
            Response::Right => {
                held.asks = None;
                held.has_token = prompt == PromptKind::SignIn;
                let intent = held.intent.clone();
                held.in_force = Some(Settled { intent, changes: Changes::default(), picked: [false; 2] });
                wanted.put(Check::Asked(Vec::new()), &["EAS-024"], "");
                AnswerWith::Right
            }
            Response::Wrong => {
                wanted.put(Check::Asked(vec![prompt]), &["EAS-024"], "");
                AnswerWith::Wrong
            }
            Response::Cancel => AnswerWith::Cancel,
        };
        self.done(StepAction::Answer(Answer { prompt, with }), wanted);
    }

    fn act(&mut self, id: ActionId) {
        let Some(expected) = self.expected() else { return };
        let Some(action) = expected.action(id).cloned() else { return };
        let allowed = action.verdict == ActionVerdict::Allowed;
        let mut wanted = Wanted::default();
        // What such an action finds depends on the messages that are there.
        let depends = match id {
            ActionId::MessageMove | ActionId::MessageForwardFromOtherAccount => true,
            ActionId::Service(Service::Mail, Position::On) => allowed,
            _ => false,
        };
        if !depends && !self.is_unknown(&action) {
            let verdict = Verdict { verdict: action.verdict, by: action.by.map(str::to_owned) };
            wanted.put(Check::Verdict(verdict), action.requirements, action.citation);
        }
        let window = expected.account.mail_window_days.value;
        let now_ms = self.now_ms;
        if let Some(settled) = self.held.as_mut().and_then(|held| held.in_force.as_mut()).filter(|_| allowed)
        {
            match id {
                // A switch that stands there already is not moved.
                ActionId::Service(service, position) => {
                    let on = position == Position::On;
                    if expected.account.services.of(service).on.value != on {
                        settled.changes.set_service(service, on);
                    }
                }
                ActionId::SmimeSigning(position) => settled.changes.signing = Some(position == Position::On),
                ActionId::SmimeEncryptByDefault(position) => {
                    settled.changes.encrypt_by_default = Some(position == Position::On);
                }
                ActionId::SmimeSigningIdentityPick => settled.picked[0] = true,
                ActionId::SmimeEncryptionIdentityPick => settled.picked[1] = true,
                // The step chooses three days, or seven where it is three.
                ActionId::MailWindowSet => {
                    settled.changes.mail_window_days = Some(if window == 3 { 7 } else { 3 });
                }
                ActionId::MessageSendFromApp => self.newest_ms = now_ms,
                _ => {}
            }
        }
        self.done(StepAction::Act(id), wanted);
    }

    /// Whether the oracle does not say what becomes of an action: whether there is another identity to pick is known of
    /// the one that the profile names alone, and an account that waits for its owner reaches no server.
    fn is_unknown(&self, action: &ExpectedAction) -> bool {
        let Some(held) = &self.held else { return true };
        let Some(settled) = &held.in_force else { return true };
        let needs_server = match action.id {
            // Without a message there is none to refuse to move.
            ActionId::MessageMove | ActionId::MessageForwardFromOtherAccount => true,
            ActionId::Service(_, Position::On) | ActionId::MessageSendFromApp => {
                action.verdict == ActionVerdict::Allowed
            }
            _ => false,
        };
        if needs_server && held.asks.is_some() {
            return true;
        }
        let picks = match action.id {
            ActionId::SmimeSigningIdentityPick => settled.picked[0],
            ActionId::SmimeEncryptionIdentityPick => settled.picked[1],
            _ => return false,
        };
        // An update that waits has brought its identities already.
        (picks && held.intent.identities.len() < 2) || held.asks.is_some()
    }

    fn remove(&mut self, action: StepAction) {
        let Some(held) = &self.held else { return };
        let expected = expectations_under(&held.intent, &self.facts(), &Circumstances::default());
        let Some(removal) = expected.action(ActionId::ProfileRemove) else { return };
        let mut wanted = Wanted::default();
        let verdict = Verdict { verdict: removal.verdict, by: removal.by.map(str::to_owned) };
        wanted.put(Check::Verdict(verdict), removal.requirements, removal.citation);
        if removal.verdict == ActionVerdict::Allowed {
            self.held = None;
        }
        self.done(action, wanted);
    }

    fn send(&mut self, letter: Letter) {
        let Some(expected) = self.expected().filter(|_| self.is_settled()) else { return };
        let Some(settled) = self.held.as_ref().and_then(|held| held.in_force.clone()) else { return };
        let (account, smime) = (&expected.account, &expected.account.smime);
        let enabled = smime.enabled.value;
        let flips = letter.is_flipped && !letter.from_app && enabled && smime.per_message_switch.value;
        let signs = enabled && smime.signing.on.value;
        let encrypts = enabled && ((smime.compose_starts.value == ComposeStart::Encrypted) != flips);
        let has = |identity: &Expected<Option<String>>, picked: bool| identity.value.is_some() || picked;
        let lacks = signs && !has(&smime.signing_identity, settled.picked[0])
            || encrypts && !has(&smime.encryption_identity, settled.picked[1]);
        if !account.services.mail.on.value || lacks {
            return;
        }
        let mut to: Vec<String> = Vec::new();
        to.extend(letter.to_bob.then(|| BOB.to_owned()));
        to.extend(letter.to_stranger.then(|| STRANGER.to_owned()));
        if to.is_empty() {
            to.push(CAROL.to_owned());
        }
        let action = StepAction::Send(Outgoing {
            to: to.clone(),
            subject: SUBJECT.to_owned(),
            text: TEXT.to_owned(),
            attachment: letter
                .has_attachment
                .then(|| Attachment { name: "figures.pdf".to_owned(), octets: 2_000 }),
            flip_encryption: flips,
            from_app: letter.from_app,
        });
        let mut wanted = Wanted::default();
        if letter.from_app && !account.third_party_send.value {
            let refused = &account.third_party_send;
            let verdict = Verdict { verdict: ActionVerdict::Denied, by: Some("PreventAppSheet".to_owned()) };
            wanted.put(Check::Verdict(verdict), refused.requirements, refused.citation);
            wanted.put(Check::Sent(0), refused.requirements, refused.citation);
            self.done(action, wanted);
            return;
        }
        if encrypts && letter.to_stranger {
            const ASKS: &str = "Apple: Use S/MIME to send and receive encrypted messages: recipients without \
                                certificate";
            wanted.put(Check::Sent(0), &["SMO-010"], ASKS);
            wanted.put(Check::Asked(vec![PromptKind::MissingRecipientCertificates]), &["SMO-010"], ASKS);
            let here = place(self.steps.len() + 1);
            for expectation in &mut wanted.0 {
                expectation.place = here.clone();
            }
            self.steps.push(Step { name: None, action, timeout_ms: None, expect: wanted.0, place: here });
            let mut wanted = Wanted::default();
            wanted.put(Check::Sent(0), &["SMO-010"], ASKS);
            let prompt = PromptKind::MissingRecipientCertificates;
            self.done(StepAction::Answer(Answer { prompt, with: AnswerWith::Cancel }), wanted);
            return;
        }
        self.newest_ms = self.now_ms;
        wanted.put(Check::Sent(1), &["EAS-062"], "");
        let flags = Flags { signs, encrypts, picked: settled.picked };
        self.sent(&mut wanted, &to, letter, flags);
        self.done(action, wanted);
        if encrypts && !settled.picked[1] {
            // The sent copy comes to the phone with the next refresh.
            let reading = Reading { readable: Some(true), ..Reading::default() };
            let of = ReadingOf { of: None, by: Reader::Phone, reading };
            let mut wanted = Wanted::default();
            wanted.put(Check::Reading(of), &["EAS-081"], "");
            self.done(StepAction::Refresh, wanted);
        }
    }

    /// What a message must be on the wire and for its readers.
    fn sent(&self, wanted: &mut Wanted, to: &[String], letter: Letter, flags: Flags) {
        let Flags { signs, encrypts, picked: [other_signs, other_encrypts] } = flags;
        const SIGNED: &[&str] = &["EAS-064", "EAS-069", "SMO-003"];
        const ENCRYPTED: &[&str] = &["EAS-071", "EAS-081", "SMO-010"];
        // SHA-1 is historical, and AES in CBC or GCM with 128 or 256 bits is what everybody reads.
        const ALGORITHMS: &str = "RFC 8551, 2.1 and 2.7";
        let one_of =
            |all: &[&str]| Matcher::OneOf(all.iter().map(|a| Matcher::Equals((*a).into())).collect());
        wanted.put(Check::Wire(Wire { encrypted: Some(encrypts), ..Wire::default() }), ENCRYPTED, "");
        wanted.put(Check::Wire(Wire { signed: Some(signs), ..Wire::default() }), SIGNED, "");
        if signs {
            let name = Matcher::Equals(self.supplies.signing.clone().into());
            let name = if other_signs { Matcher::Not(Box::new(Matcher::Absent)) } else { name };
            wanted.put(Check::Wire(Wire { signed_by: Some(name), ..Wire::default() }), SIGNED, "");
            let micalg = Some(one_of(&["sha-256", "sha-384", "sha-512"]));
            wanted.put(Check::Wire(Wire { micalg, ..Wire::default() }), SIGNED, ALGORITHMS);
        }
        if signs && !encrypts {
            let content_type = Some(Matcher::Equals("multipart/signed".into()));
            wanted.put(Check::Wire(Wire { content_type, ..Wire::default() }), SIGNED, "");
        }
        if encrypts {
            let cipher = Some(one_of(&["aes-128-cbc", "aes-256-cbc", "aes-128-gcm", "aes-256-gcm"]));
            wanted.put(Check::Wire(Wire { cipher, ..Wire::default() }), ENCRYPTED, ALGORITHMS);
            let holds_not = Some(TEXT.to_owned());
            wanted.put(Check::Wire(Wire { holds_not, ..Wire::default() }), &["EAS-062"], "");
            if !other_encrypts {
                let all = to.iter().cloned().chain([ADDRESS.to_owned()]).collect();
                let wire = Wire { encrypted_to: Some(all), ..Wire::default() };
                wanted.put(Check::Wire(wire), ENCRYPTED, "");
            }
        }
        let mut read = |by: Reader, reading: Reading, requirements: &[&str]| {
            wanted.put(Check::Reading(ReadingOf { of: None, by, reading }), requirements, "");
        };
        // Colleagues have a mail program; of strangers nothing is known.
        for who in to.iter().filter(|who| *who != STRANGER) {
            let by = || Reader::Other(who.clone());
            let text = Some(Matcher::Equals(TEXT.into()));
            read(by(), Reading { readable: Some(true), text, ..Reading::default() }, &["EAS-062", "SMO-003"]);
            if letter.has_attachment {
                read(by(), Reading { attachment: Some(true), ..Reading::default() }, &["SMO-003"]);
            }
            let signature = match (signs, other_signs) {
                (false, _) => Some(SignatureSeen::Absent),
                (true, false) => Some(SignatureSeen::Valid),
                (true, true) => None,
            };
            if signature.is_some() {
                read(by(), Reading { signature, ..Reading::default() }, SIGNED);
            }
        }
    }

    fn receive(&mut self, message: Message) {
        let Some(expected) = self.expected().filter(|_| self.is_settled()) else { return };
        let Some(settled) = self.held.as_ref().and_then(|held| held.in_force.as_ref()) else { return };
        let account = &expected.account;
        if !account.services.mail.on.value {
            return;
        }
        let smime = &account.smime;
        let enabled = smime.enabled.value;
        let has_key = enabled && smime.encryption_identity.value.is_some() && !settled.picked[1];
        let signed = message.is_signed;
        let tampered = message.is_tampered && signed;
        let encrypted = message.is_encrypted && has_key && !tampered;
        let age_ms = message.age.days() * DAY_MS;
        let window = i64::from(account.mail_window_days.value);
        let arrives = window == 0 || age_ms < window * DAY_MS;
        if arrives {
            self.newest_ms = self.newest_ms.max(self.now_ms - age_ms);
        }
        let mut wanted = Wanted::default();
        let mut read = |reading: Reading, requirements: &[&str]| {
            let of = ReadingOf { of: None, by: Reader::Receiver, reading };
            wanted.put(Check::Reading(of), requirements, "");
        };
        let readable = Some(arrives);
        read(Reading { readable, ..Reading::default() }, if arrives { &["SMO-011"] } else { &["EAS-090"] });
        if arrives && !tampered {
            read(Reading { text: Some(Matcher::Equals(TEXT.into())), ..Reading::default() }, &["SMO-003"]);
        }
        if arrives && (!signed || enabled) {
            let signature = match (signed, tampered) {
                (false, _) => SignatureSeen::Absent,
                (true, false) => SignatureSeen::Valid,
                (true, true) => SignatureSeen::Invalid,
            };
            read(Reading { signature: Some(signature), ..Reading::default() }, &["EAS-062", "SMO-003"]);
        }
        let action = StepAction::Receive(Incoming {
            from: "bob".to_owned(),
            file: None,
            subject: SUBJECT.to_owned(),
            text: TEXT.to_owned(),
            attachment: None,
            signed,
            encrypted,
            tampered,
            age_ms,
        });
        self.done(action, wanted);
    }

    /// What must hold whatever happened last.
    fn look(&self, wanted: &mut Wanted) {
        const GONE: &[&str] = &["SMO-015", "XTR-008"];
        const REMOVED: &str = "Intune: remove devices by wipe and retire, iOS; Apple MDM: RemoveProfile";
        let Some(held) = &self.held else {
            wanted.put(Check::Prompts(Vec::new()), &["XTR-008"], REMOVED);
            wanted.state("account", Matcher::Absent, GONE, REMOVED);
            for path in ["profiles", "keychain.identities", "keychain.certificates"] {
                wanted.state(path, Matcher::Length(0), GONE, REMOVED);
            }
            // The owner's own one stays.
            wanted.state("accounts", Matcher::Length(1), GONE, REMOVED);
            return;
        };
        let asks = held.asks.into_iter().collect();
        wanted.put(Check::Prompts(asks), &["EAS-022", "EAS-024", "EAS-041"], "");
        wanted.state("profiles", Matcher::Length(1), &["EAS-001"], "");
        wanted.state("accounts", Matcher::Length(2), &["EAS-001"], "");
        // Identities that settings in force need stay until an update has replaced those (EAS-042).
        if held.asks.is_none() || held.in_force.is_none() {
            let identities = Matcher::Length(held.intent.identities.len());
            wanted.state("keychain.identities", identities, &["SMO-012", "SMO-014"], "");
        }
        let Some(expected) = self.expected() else {
            wanted.state("account", Matcher::Absent, &["EAS-042"], "");
            return;
        };
        self.account(wanted, held, &expected);
        for action in expected.actions.iter().filter(|action| !self.is_unknown(action)) {
            let verdict = Verdict { verdict: action.verdict, by: action.by.map(str::to_owned) };
            let check = Check::Action(ActionExpectation { id: action.id, verdict });
            wanted.put(check, action.requirements, action.citation);
        }
        let window = i64::from(expected.account.mail_window_days.value);
        // A message arrives seconds later than the clock of the walk says.
        let emptied = window > 0 && self.now_ms - self.newest_ms > window * DAY_MS + HOUR_MS;
        if emptied && expected.account.services.mail.on.value {
            let path = format!("accounts[email={ADDRESS}].items.mail");
            wanted.state(&path, Matcher::AtMost(0), &["EAS-090"], "");
        }
    }

    fn account(&self, wanted: &mut Wanted, held: &Held, expected: &Expectations) {
        let account = &expected.account;
        for (path, value) in [
            ("account.name", &account.name),
            ("account.host", &account.host),
            ("account.user", &account.user),
            ("account.email", &account.email),
        ] {
            if let Some(value) = value {
                wanted.value(path, value);
            }
        }
        for (service, toggle) in account.services.iter() {
            wanted.toggle(&format!("account.services.{service}"), toggle);
        }
        wanted.value("account.mail_window_days", &account.mail_window_days);
        wanted.value("account.move", &account.moving);
        wanted.value("account.third_party_send", &account.third_party_send);
        wanted.value("account.recents", &account.recents);
        let smime = &account.smime;
        wanted.value("account.smime.enabled", &smime.enabled);
        if !smime.enabled.value {
            return;
        }
        wanted.toggle("account.smime.signing", &smime.signing);
        wanted.toggle("account.smime.encrypt_by_default", &smime.encrypt_by_default);
        wanted.value("account.smime.per_message_switch", &smime.per_message_switch);
        let starts = &smime.compose_starts;
        let word = if starts.value == ComposeStart::Encrypted { "encrypted" } else { "clear" };
        let matcher = Matcher::Equals(word.into());
        wanted.state("account.smime.compose_starts", matcher, starts.requirements, starts.citation);
        let [signs, encrypts] = held.in_force.as_ref().map_or([false; 2], |settled| settled.picked);
        // An update that waits has brought its identities, and perhaps taken those in use.
        if held.asks.is_some() {
            return;
        }
        for (path, identity, name, picked) in [
            ("account.smime.signing_identity", &smime.signing_identity, &self.supplies.signing, signs),
            (
                "account.smime.encryption_identity",
                &smime.encryption_identity,
                &self.supplies.encryption,
                encrypts,
            ),
        ] {
            let named = || Matcher::Equals(name.clone().into());
            let matcher = match (picked, &identity.value) {
                (true, _) => Matcher::Not(Box::new(Matcher::Absent)),
                (false, Some(_)) => named(),
                (false, None) => Matcher::Absent,
            };
            wanted.state(path, matcher, identity.requirements, identity.citation);
        }
    }
}

/// What the settings make of a message.
#[derive(Clone, Copy)]
struct Flags {
    signs: bool,
    encrypts: bool,
    picked: [bool; 2],
}

fn kind(kind: intent::PromptKind) -> PromptKind {
    match kind {
        intent::PromptKind::UserName => PromptKind::UserName,
        intent::PromptKind::EmailAddress => PromptKind::EmailAddress,
        intent::PromptKind::Password => PromptKind::Password,
        intent::PromptKind::SignIn => PromptKind::SignIn,
    }
}
