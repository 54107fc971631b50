//! The embedded world of one phone: an Exchange-like server, a directory, a public authority, a colleague, a token
//! issuer, and virtual time. Everything is in process and reproducible from the seed, but for real cryptography.

use crate::PROVIDER;
use crate::enrolment::Enrolment;
use crate::keys::{ALICE, AUTHORITY, BOB, CAROL, WorldKey};
use crate::network::NetworkFault;
use device::{
    AccountId, AccountOrigin, Answer, Attachment, Device, DeviceFacts, Event, Input, MessageId, ProfileFile,
    PromptId, Reading, ReadingRefusal, Reply, Secret, Source, UserAction, Verdict,
};
use peers::correspondent::{ComposeError, Correspondent};
use peers::exchange::{Authentication, Bearer};
use peers::token_issuer::TokenKey;
use peers::{Directory, DirectoryError, Exchange, TokenIssuer, User};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smime::message::SignerReport;
use smime::{Certificate, Context, Identity, IssueError, IssueRequest, PrivateKeyError, Timestamp};
use std::collections::{BTreeSet, VecDeque};
use thiserror::Error;
use wire::Shared;

/// The host of the sign-in page.
pub(crate) const LOGIN_HOST: &str = "login.contoso.example";

/// People without a certificate, outside the organisation; the first who is not the owner is written to.
const STRANGERS: [&str; 2] = ["erin@partner.example", "frank@partner.example"];

/// The most exchanges that one input may cause; a phone and a server that go on talking beyond it have a bug.
pub(crate) const MAX_EXCHANGES: usize = 10_000;

/// How far virtual time moves with each input of the owner, in milliseconds: a second. Setting up the owner's own account
/// is the first.
pub const STEP_MS: i64 = 1_000;

/// Ten years in milliseconds, leap days not counted: how long the world's certificates hold before and after the start.
const TEN_YEARS_MS: i64 = 10 * 365 * 86_400_000;

/// The most events of its past that a world keeps.
pub const MAX_HISTORY: usize = 10_000;

/// The most deadlines that one move of the clock meets; a phone that asks for more has a bug.
const MAX_DEADLINES: usize = 100_000;

/// The simulated owner of the phone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// The managed address.
    pub email: String,
    /// The sign-in name.
    pub user_name: String,
    /// The server of the managed account, where the profile names it.
    pub host: Option<String>,
    /// The password that the profile brings; else the world chooses one.
    pub password: Option<Secret>,
}

/// What a world is made of.
#[derive(Clone, Debug)]
pub struct WorldOptions {
    /// The phone.
    pub facts: DeviceFacts,
    /// The virtual time at the start.
    pub clock: Timestamp,
    /// The seed.
    pub seed: u64,
    /// The owner.
    pub owner: Owner,
}

/// Why no world could be made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum WorldError {
    /// A committed key is broken.
    #[error("the committed key of {holder}: {source}")]
    Key {
        /// Whose.
        holder: &'static str,
        /// How.
        source: PrivateKeyError,
    },
    /// A certificate could not be issued; the clock may be outside what certificates can say.
    #[error("a certificate of the world cannot be issued: {0}")]
    Issue(#[from] IssueError),
    /// The owner's address or user name does not fit into the directory.
    #[error("the directory does not {0}")]
    Directory(#[from] DirectoryError),
}

/// Why the colleague does not answer.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AnswerError {
    /// The owner's certificate cannot be encrypted to.
    #[error("the certificate cannot be used: {0}")]
    Path(#[from] smime::PathError),
    /// The message cannot be made.
    #[error("{0}")]
    Compose(#[from] ComposeError),
}

/// A colleague of the owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Colleague {
    /// First name.
    pub name: String,
    /// Address.
    pub address: String,
}

/// What a colleague made of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColleagueReading {
    /// It was signed.
    pub signed: bool,
    /// It was encrypted.
    pub encrypted: bool,
    /// It opened, and every signature on it holds.
    pub valid: bool,
    /// It opened, and every signature fits its content, whoever made it.
    pub intact: bool,
    /// A signer has no root that the colleague trusts.
    pub rootless: bool,
    /// Who signed.
    pub signed_by: Option<String>,
    /// The text.
    pub text: Option<String>,
    /// The attachment's octets.
    pub attachment: Option<Vec<u8>>,
    pub(crate) problem: Option<String>,
}

impl ColleagueReading {
    /// What is wrong with it.
    pub fn problem(&self) -> String {
        self.problem.clone().unwrap_or_else(|| "it is not signed and encrypted as meant".to_owned())
    }
}

/// A message that left the phone, as it went over the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The recipient.
    pub to: String,
    /// The octets.
    pub wire: Vec<u8>,
}

/// A peer whose certificate and test key can be shown.
pub struct Peer {
    /// Its address.
    pub address: String,
    /// Its certificate.
    pub certificate: Certificate,
    /// Its fixed test key.
    pub key_pem: &'static str,
}

/// One phone and the world around it. A value: a clone is a second world in the same state, serialising it a snapshot,
/// which holds private keys and passwords and belongs into a file of mode 0600.
#[derive(Clone, Serialize, Deserialize)]
pub struct World {
    pub(crate) device: Shared<Device>,
    pub(crate) exchange: Shared<Exchange>,
    pub(crate) issuer: Shared<TokenIssuer>,
    pub(crate) now: Timestamp,
    pub(crate) authority: Certificate,
    /// The server that certifies what phones ask for with SCEP and ACME.
    #[serde(default)]
    pub(crate) enrolment: Shared<Enrolment>,
    /// What is wrong with the network.
    #[serde(default)]
    pub(crate) network: NetworkFault,
    pub(crate) correspondent: Shared<Correspondent>,
    /// The colleague's certificate.
    pub(crate) certificate: Certificate,
    pub(crate) colleague: Shared<Colleague>,
    /// Others whose mail programs have a state of their own.
    #[serde(default)]
    pub(crate) others: Shared<Vec<Correspondent>>,
    #[serde(serialize_with = "holder", deserialize_with = "held")]
    colleague_key: &'static WorldKey,
    pub(crate) owner: Shared<Owner>,
    pub(crate) password: Shared<Secret>,
    personal: AccountId,
    pub(crate) seed: u64,
    /// Whether the server takes in whoever the phone signs in as.
    pub(crate) open: bool,
    /// The addresses, folded by the directory, whose password is settled.
    pub(crate) settled: Shared<BTreeSet<String>>,
    #[serde(skip)]
    events: Shared<Vec<Shared<(Timestamp, Event)>>>,
    /// What happened on the phone, oldest first; of more than [`MAX_HISTORY`] the oldest go.
    #[serde(default)]
    history: Shared<VecDeque<Shared<(Timestamp, Event)>>>,
    seen_delivery: u64,
}

/// A key of the world is stored by its holder: the keys are fixed.
fn holder<S: Serializer>(key: &&'static WorldKey, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_str(key.holder)
}

fn held<'de, D: Deserializer<'de>>(d: D) -> Result<&'static WorldKey, D::Error> {
    let wanted = String::deserialize(d)?;
    let known = crate::keys::world_keys().into_iter().find(|k| k.holder == wanted);
    known.ok_or_else(|| serde::de::Error::custom("no such key of the world"))
}

fn context(now: Timestamp) -> Context<'static> {
    Context { now, crypto: &PROVIDER }
}

pub(crate) fn key(of: &'static WorldKey) -> Result<smime::PrivateKey, WorldError> {
    of.key().map_err(|source| WorldError::Key { holder: of.holder, source })
}

impl World {
    /// Makes the world and the phone in it, with the owner's unmanaged account set up and synchronised.
    ///
    /// # Errors
    /// [`WorldError`].
    pub fn new(options: WorldOptions) -> Result<Self, WorldError> {
        let WorldOptions { facts, clock, seed, owner } = options;
        let cx = context(clock);
        let validity = (Timestamp(clock.0 - TEN_YEARS_MS), Timestamp(clock.0 + TEN_YEARS_MS));
        let authority_key = key(&AUTHORITY)?;
        let request = IssueRequest::authority("Example Public Mail CA", 1, validity);
        let authority = smime::issue_self_signed(&cx, &authority_key, &request)?;
        let issuing = Identity { certificate: authority.clone(), key: authority_key, chain: Vec::new() };
        let password = owner.password.clone().unwrap_or_else(|| Secret::new("correct horse battery staple"));
        let mut directory = Directory::new();
        let mut colleagues = Vec::new();
        for (serial, holder, name) in [(2, &ALICE, "Alice"), (3, &BOB, "Bob"), (4, &CAROL, "Carol")] {
            let address = format!("{}@contoso.example", holder.holder);
            let private = key(holder)?;
            let spki = private.load(&cx).map_err(IssueError::from)?.public_key();
            let request = IssueRequest::mail(name, &[&address], serial, validity);
            let certificate = smime::issue(&cx, &issuing, &spki, &request)?;
            let is_owner = address.eq_ignore_ascii_case(&owner.email);
            let mut user = User::new(address.clone(), name, password.expose());
            if is_owner {
                // The owner's certificates are those that the profile delivers, not one of the world's.
                add_sign_in_names(&mut user, &owner);
            } else {
                user.certificates.push(certificate.der().to_vec());
                user.sign_in_names.retain(|n| !n.eq_ignore_ascii_case(&owner.user_name));
                let identity = Identity { certificate, key: private, chain: Vec::new() };
                colleagues.push((Colleague { name: name.to_owned(), address }, identity, holder));
            }
            directory.add(user)?;
        }
        if directory.user(&owner.email).is_none() {
            let mut user =
                User::new(mailbox_address(&owner.email), local_part(&owner.email), password.expose());
            add_sign_in_names(&mut user, &owner);
            directory.add(user)?;
        }
        let personal_email = match "owner@home.example" {
            taken if taken.eq_ignore_ascii_case(&owner.email) => "self@home.example".to_owned(),
            free => free.to_owned(),
        };
        directory.add(User::new(personal_email.clone(), "Own account", password.expose()))?;

        // The colleague is not somebody of the owner's name, so that files of both can lie side by side.
        let chosen = colleagues
            .iter()
            .position(|(c, ..)| c.name == "Bob" && local_part(&c.address) != local_part(&owner.email))
            .or_else(|| colleagues.iter().position(|(c, ..)| c.name == "Carol"))
            .unwrap_or(0);
        let (colleague, identity, colleague_key) = colleagues.swap_remove(chosen);

        let key = TokenKey::new(format!("token key of seed {seed}"));
        let mut exchange = Exchange::new(directory, clock);
        exchange.set_authentication(authentication(&key));
        let certificate = identity.certificate.clone();
        let correspondent = Correspondent::new(colleague.address.clone(), colleague.name.clone(), seed)
            .with_identity(identity)
            .with_anchor(authority.clone());
        let mut world = World {
            device: Shared::new(Device::new(facts, vec![authority.clone()], seed)),
            exchange: Shared::new(exchange),
            issuer: Shared::new(TokenIssuer::new(key, 3_600)),
            now: clock,
            authority,
            enrolment: Shared::default(),
            network: NetworkFault::None,
            correspondent: Shared::new(correspondent),
            certificate,
            colleague: Shared::new(colleague),
            others: Shared::default(),
            colleague_key,
            password: Shared::new(password.clone()),
            personal: AccountId(0),
            seed,
            open: false,
            settled: Shared::default(),
            events: Shared::default(),
            history: Shared::default(),
            seen_delivery: 0,
            owner: Shared::new(owner),
        };
        world.act(UserAction::AddAccount {
            name: "Own account".to_owned(),
            host: "mail.home.example".to_owned(),
            email: personal_email.clone(),
            user_name: personal_email,
            password,
        });
        world.personal = world.device.accounts().first().map_or(AccountId(0), device::Account::id);
        Ok(world)
    }

    pub(crate) fn context(&self) -> Context<'static> {
        context(self.now)
    }

    /// The phone.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The virtual time.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The owner.
    pub fn owner(&self) -> &Owner {
        &self.owner
    }

    /// What the owner answers when asked for the password.
    pub fn password(&self) -> Answer {
        Answer::Password((*self.password).clone())
    }

    /// The colleague that mail goes to.
    pub fn colleague(&self) -> &Colleague {
        &self.colleague
    }

    /// Somebody who has no certificate.
    pub fn stranger(&self) -> &str {
        let taken = |address: &&&str| !address.eq_ignore_ascii_case(&self.owner.email);
        STRANGERS.iter().find(taken).copied().unwrap_or_default()
    }

    /// The owner's own account.
    pub fn personal_account(&self) -> AccountId {
        self.personal
    }

    /// The account that a profile brought; the first, if it brought several.
    pub fn managed_account(&self) -> Option<AccountId> {
        let managed = |a: &&device::Account| matches!(a.origin(), AccountOrigin::Profile { .. });
        self.device.accounts().iter().find(managed).map(device::Account::id)
    }

    /// Installs a profile by hand, and lets the phone talk until it is quiet. What the profile brings is made known
    /// to the peers: its roots are trusted, its client certificates are mapped to the owner.
    pub fn install(&mut self, bytes: &[u8]) -> Reply {
        self.input(Input::InstallProfile { bytes: bytes.to_vec(), source: Source::Owner })
    }

    /// The same, of a file that other phones are given too.
    pub fn install_file(&mut self, file: ProfileFile) -> Reply {
        self.input(Input::InstallFile { file, source: Source::Owner })
    }

    /// Makes what profiles brought known to the peers: roots are trusted, client certificates stand for the owner.
    pub(crate) fn acquaint(&mut self) {
        for root in self.profile_roots() {
            self.correspondent.trust.add(root);
        }
        for identity in self.device.keychain().identities() {
            let der = identity.identity.certificate.der().to_vec();
            let holder = self.holder(&identity.owner.profile);
            // The same certificate twice, or one that somebody else has, changes nothing here.
            let _ = self.exchange.directory_mut().map_client_certificate(&holder, der);
        }
    }

    /// Moves virtual time forward and lets the phone do what falls due on the way. Nothing happens when `to` is past.
    pub fn advance_to(&mut self, to: Timestamp) {
        for _ in 0..MAX_DEADLINES {
            let Some(due) = self.device.poll_timeout().filter(|due| *due <= to) else { break };
            self.now = self.now.max(due);
            self.settle();
            if self.device.poll_timeout() == Some(due) {
                break;
            }
        }
        self.now = self.now.max(to);
        self.settle();
    }

    /// The phone was switched on again: what it had begun is taken up.
    pub fn wake(&mut self) {
        let cx = self.context();
        self.device.handle_timeout(&cx);
        self.enrol(Reply::Done);
        self.settle();
    }

    /// Changes what the phone is, as a new system or an enrolment would.
    pub fn set_facts(&mut self, facts: DeviceFacts) {
        self.device.set_facts(facts);
        self.settle();
    }

    /// Lets the owner do something, and the phone talk until it is quiet.
    pub fn act(&mut self, action: UserAction) -> Verdict {
        self.now = Timestamp(self.now.0 + STEP_MS);
        match self.input(Input::User(action)) {
            Reply::Action(verdict) => verdict,
            _ => Verdict::Allowed { by: None },
        }
    }

    /// Lets the owner answer a prompt. The answer that completes an installation gives its end.
    pub fn answer(&mut self, prompt: PromptId, answer: Answer) -> Reply {
        self.now = Timestamp(self.now.0 + STEP_MS);
        self.input(Input::User(UserAction::Answer { prompt, answer }))
    }

    /// Gives the phone any input, and lets it talk until it is quiet.
    pub fn input(&mut self, input: Input) -> Reply {
        let cx = self.context();
        let reply = self.device.handle(&cx, input);
        if matches!(reply, Reply::Installed(_)) {
            self.acquaint();
        }
        let reply = self.enrol(reply);
        self.settle();
        reply
    }

    /// Carries exchanges until the phone is quiet.
    fn settle(&mut self) {
        if self.device.poll_timeout().is_some_and(|due| due <= self.now) {
            let cx = self.context();
            self.device.handle_timeout(&cx);
            self.enrol(Reply::Done);
        }
        for _ in 0..MAX_EXCHANGES {
            // An exchange may take its time.
            let cx = self.context();
            let Some(request) = self.device.poll_exchange(&cx) else { break };
            let response = self.carry(&request);
            let cx = self.context();
            self.device.handle(&cx, Input::Response { exchange: request.exchange, response });
        }
        while let Some(event) = self.device.poll_event() {
            if self.history.len() >= MAX_HISTORY {
                self.history.pop_front();
            }
            let happened = Shared::new((self.now, event));
            self.history.push_back(happened.clone());
            self.events.push(happened);
        }
    }

    /// What happened on the phone since the last call.
    pub fn take_events(&mut self) -> Vec<(Timestamp, Event)> {
        if self.events.is_empty() {
            return Vec::new();
        }
        let events = std::mem::take(&mut self.events);
        events.iter().map(|happened| (**happened).clone()).collect()
    }

    /// What happened on the phone since it was made, oldest first, as far as [`MAX_HISTORY`] reaches back.
    pub fn history(&self) -> impl DoubleEndedIterator<Item = &(Timestamp, Event)> {
        self.history.iter().map(|happened| &**happened)
    }

    /// The messages that left the phone since the last call, one entry for each recipient.
    pub fn take_deliveries(&mut self) -> Vec<Delivery> {
        let sent = self.take_sent().into_iter();
        sent.flat_map(|s| {
            let wire = s.wire;
            s.to.into_iter().map(move |to| Delivery { to, wire: wire.clone() })
        })
        .collect()
    }

    /// What left the phone and was not taken yet, and the number of the newest delivery.
    pub(crate) fn unseen_deliveries(&self) -> (Vec<&peers::exchange::Delivery>, u64) {
        let new = self.exchange.deliveries_since(self.seen_delivery);
        let newest = new.last().map_or(self.seen_delivery, |d| d.number);
        (new.iter().filter(|d| d.device_id.is_some()).collect(), newest)
    }

    pub(crate) fn see_deliveries(&mut self, newest: u64) {
        self.seen_delivery = newest;
    }

    /// Opens a message on the phone.
    ///
    /// # Errors
    /// As [`Device::read_message`].
    pub fn read_message(&self, account: AccountId, id: MessageId) -> Result<Reading, ReadingRefusal> {
        self.device.read_message(&self.context(), account, id)
    }

    /// What the colleague makes of a message.
    pub fn colleague_reads(&self, wire: &[u8]) -> ColleagueReading {
        crate::colleague::reading(&self.correspondent.read(&self.context(), wire))
    }

    /// The colleague answers the owner, signed and encrypted to that certificate, which the directory publishes.
    ///
    /// # Errors
    /// [`AnswerError`].
    pub fn colleague_answers(
        &mut self,
        certificate: &Certificate,
        text: &str,
        attachment: &Attachment,
    ) -> Result<Vec<u8>, AnswerError> {
        let cx = self.context();
        // Mail programs encrypt to certificates that they could verify for it.
        let mut issuers = self.device.keychain().intermediates();
        issuers.extend(self.correspondent.intermediates.iter().cloned());
        smime::validate(
            &cx,
            certificate,
            &issuers,
            &self.correspondent.trust,
            smime::Purpose::EmailEncryption,
        )?;
        // The owner is in the directory, so publishing cannot fail.
        let _ = self.exchange.directory_mut().publish(&self.owner.email, certificate.der().to_vec());
        let to = self.owner.email.clone();
        Ok(crate::colleague::answer(&mut self.correspondent, &cx, &to, certificate, text, attachment)?)
    }

    /// Puts a message into the owner's mailbox on the server.
    pub fn deliver_to_owner(&mut self, wire: &[u8]) {
        let from = self.colleague.address.clone();
        // The owner's mailbox exists from the start.
        let _ = self.exchange.deliver(self.now, &from, &self.owner.email, wire);
    }

    fn profile_roots(&self) -> Vec<Certificate> {
        let delivered = self.device.keychain().certificates().iter().map(|c| &c.certificate);
        delivered.filter(|c| c.is_self_issued()).cloned().collect()
    }

    /// The roots that the peers trust: the public authority's, and those of the profile.
    pub fn roots(&self) -> Vec<Certificate> {
        let mut roots = vec![self.authority.clone()];
        roots.extend(self.profile_roots());
        roots
    }

    /// The embedded peers that take part, with their test keys.
    pub fn peers(&self) -> Vec<Peer> {
        vec![Peer {
            address: self.colleague.address.clone(),
            certificate: self.certificate.clone(),
            key_pem: self.colleague_key.pem(),
        }]
    }
}

/// How the server lets users prove who they are.
pub(crate) fn authentication(key: &TokenKey) -> Authentication {
    Authentication {
        basic: true,
        bearer: Some(Bearer {
            key: key.clone(),
            authorization_uri: format!("https://{LOGIN_HOST}{}", peers::token_issuer::AUTHORIZE),
        }),
        client_certificate: true,
        client_certificate_required: false,
    }
}

/// Whether a host can be looked up: what is no host name is looked up in vain.
pub(crate) fn plausible_host(host: &str) -> bool {
    let plausible = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']');
    host.chars().all(plausible) && !host.starts_with(['.', '-'])
}

fn local_part(address: &str) -> &str {
    address.split('@').next().unwrap_or(address)
}

/// The address of the owner's mailbox. An address that is none (EAS-020: a user principal name without at-sign) is
/// unusable for mail; the mailbox behind it then has one of the world's domain.
pub(crate) fn mailbox_address(email: &str) -> String {
    let usable = email.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && !domain.is_empty()
            && !domain.contains('@')
            && !email.contains(char::is_whitespace)
    });
    if usable { email.to_owned() } else { "owner@contoso.example".to_owned() }
}

fn add_sign_in_names(user: &mut User, owner: &Owner) {
    for name in [&owner.user_name, &owner.email] {
        if !user.sign_in_names.iter().any(|n| n.eq_ignore_ascii_case(name)) {
            user.sign_in_names.push(name.clone());
        }
    }
}

/// What is wrong with a signature, if anything is.
pub fn signer_problem(signer: &SignerReport) -> Option<String> {
    if let Err(error) = &signer.signature {
        return Some(error.to_string());
    }
    if let Err(error) = &signer.path {
        return Some(error.to_string());
    }
    (!signer.valid()).then(|| "the signer’s address is not the sender’s".to_owned())
}
