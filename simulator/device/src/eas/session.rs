//! What an account remembers of its server, and how its jobs become exchanges.

use crate::compose::PendingDraft;
use crate::settings::{Service, SignIn};
use crate::{AccountId, AccountState, Credential, Defect, Device, Event, PromptKind};
use serde::{Deserialize, Serialize};
use smime::Context;
use std::collections::VecDeque;
use wire::authorization::AUTHORIZATION;
use wire::eas::folder_sync::FolderType;
use wire::eas::headers::{CommandHeaders, PolicyKey, WBXML};
use wire::eas::options::OptionsResponse;
use wire::eas::{Command, Message, ProtocolVersion, Query};
use wire::{
    Authorization, ExchangeId, Headers, HttpRequest, HttpResponse, IdentityRef, Method, Secret, Shared,
};

/// The most jobs that wait in one account.
pub const MAX_JOBS: usize = 1_000;

/// The versions that iOS speaks since iOS 10 (eas.md B.1).
const VERSIONS: [ProtocolVersion; 4] =
    [ProtocolVersion::V16_1, ProtocolVersion::V16_0, ProtocolVersion::V14_1, ProtocolVersion::V14_0];

/// A folder of the server that the device synchronises.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FolderState {
    pub(crate) server_id: String,
    pub(crate) folder_type: FolderType,
    pub(crate) sync_key: String,
    /// How often the server made us start over; bounded, so that a confused server cannot keep us busy.
    pub(crate) restarts: u8,
}

impl FolderState {
    /// The service that the folder belongs to (eas.md B.1, 5), for the default folder of each.
    pub(crate) fn service(&self) -> Option<Service> {
        match self.folder_type {
            FolderType::Inbox | FolderType::SentItems => Some(Service::Mail),
            FolderType::Contacts => Some(Service::Contacts),
            FolderType::Calendar => Some(Service::Calendars),
            FolderType::Tasks => Some(Service::Reminders),
            FolderType::Notes => Some(Service::Notes),
            _ => None,
        }
    }
}

/// Something that the account has to do with its server.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Job {
    /// Find the server (OAuth without sign-in URL).
    Autodiscover,
    /// Ask without credentials, to be told where to sign in.
    Challenge {
        password: Secret,
    },
    /// Type user name and password into the sign-in page.
    Authorize {
        page: String,
        password: Secret,
    },
    /// Turn the code of the sign-in page into a token.
    Token {
        endpoint: String,
        code: Secret,
    },
    Options,
    Provision {
        acknowledge: Option<PolicyKey>,
    },
    FolderSync,
    Sync {
        collection: String,
    },
    Delete {
        collection: String,
        server_id: String,
    },
    Resolve {
        pending: PendingDraft,
    },
    SendMail {
        client_id: String,
        mime: Vec<u8>,
        sent: Box<Event>,
    },
}

/// What an account remembers of its server.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) version: Option<ProtocolVersion>,
    pub(crate) policy_key: PolicyKey,
    pub(crate) folder_key: String,
    pub(crate) folders: Vec<FolderState>,
    pub(crate) queue: VecDeque<Job>,
    /// How often provisioning was asked for since a job last succeeded.
    pub(crate) provisioning: u8,
}

impl Default for Session {
    fn default() -> Self {
        Session {
            version: None,
            policy_key: PolicyKey::NONE,
            folder_key: wire::eas::folder_sync::FIRST_KEY.to_owned(),
            folders: Vec::new(),
            queue: VecDeque::new(),
            provisioning: 0,
        }
    }
}

impl Session {
    /// Starts a service's folders over.
    pub(crate) fn forget(&mut self, service: Service) {
        for folder in self.folders.iter_mut().filter(|f| f.service() == Some(service)) {
            folder.sync_key = wire::eas::sync::FIRST_KEY.to_owned();
        }
    }

    pub(crate) fn folder(&self, collection: &str) -> Option<&FolderState> {
        self.folders.iter().find(|f| f.server_id == collection)
    }

    pub(crate) fn folder_mut(&mut self, collection: &str) -> Option<&mut FolderState> {
        self.folders.iter_mut().find(|f| f.server_id == collection)
    }
}

/// An exchange that is under way.
#[derive(Clone, Debug)]
pub(crate) struct InFlight {
    pub(crate) account: AccountId,
}

/// What the next exchange of a job is made of.
pub(crate) enum Body {
    Command(Command, Vec<u8>),
    Bare(Method, String, Headers, Vec<u8>),
}

impl Device {
    /// Starts the account's talk with its server from the beginning.
    pub(crate) fn start_session(&mut self, id: AccountId) {
        self.drop_exchanges(id);
        if let Some(account) = self.account_mut(id) {
            account.session = Shared::default();
            if account.host.is_none() {
                account.session.queue.push_back(Job::Autodiscover);
            }
            account.session.queue.extend([Job::Options, Job::FolderSync]);
        }
        self.drive(id);
    }

    /// Takes a job at the end of the account's queue.
    pub(crate) fn enqueue(&mut self, id: AccountId, job: Job) {
        if let Some(account) = self.account_mut(id)
            && account.session.queue.len() < MAX_JOBS
        {
            account.session.queue.push_back(job);
        }
        self.drive(id);
    }

    pub(crate) fn drop_exchanges(&mut self, id: AccountId) {
        self.in_flight.retain(|_, flight| flight.account != id);
        let live = &self.in_flight;
        self.exchanges.retain(|request| live.contains_key(&request.exchange));
    }

    /// Turns the first job of the queue into an exchange, unless one is under way.
    pub(crate) fn drive(&mut self, id: AccountId) {
        if self.in_flight.values().any(|f| f.account == id) {
            return;
        }
        let Some(job) = self.account(id).and_then(|a| a.session.queue.front().cloned()) else { return };
        let Some(body) = self.body(id, &job) else {
            // The job has become pointless, such as a collection of a service that is now off.
            self.next_job(id);
            return;
        };
        let exchange = ExchangeId(self.next_exchange);
        self.next_exchange += 1;
        if let Some(request) = self.request(id, exchange, body) {
            self.in_flight.insert(exchange, InFlight { account: id });
            self.exchanges.push_back(request);
        }
    }

    /// Takes the finished job off the queue and goes on.
    pub(crate) fn next_job(&mut self, id: AccountId) {
        if let Some(account) = self.account_mut(id) {
            account.session.queue.pop_front();
        }
        self.drive(id);
    }

    fn body(&mut self, id: AccountId, job: &Job) -> Option<Body> {
        Some(match job {
            Job::Autodiscover | Job::Challenge { .. } | Job::Authorize { .. } | Job::Token { .. } => {
                self.sign_in_request(id, job)?
            }
            Job::Options => {
                let url = self.server_url(id)?;
                Body::Bare(Method::Options, url, Headers::new(), Vec::new())
            }
            Job::Provision { acknowledge } => {
                Body::Command(Command::Provision, self.provision_request(*acknowledge)?)
            }
            Job::FolderSync => {
                let sync_key = self.account(id)?.session.folder_key.clone();
                let request = wire::eas::folder_sync::FolderSyncRequest { sync_key };
                Body::Command(Command::FolderSync, request.to_wbxml().ok()?)
            }
            Job::Sync { collection } => Body::Command(Command::Sync, self.sync_request(id, collection)?),
            Job::Delete { collection, server_id } => {
                Body::Command(Command::Sync, self.delete_request(id, collection, server_id)?)
            }
            Job::Resolve { pending } => {
                Body::Command(Command::ResolveRecipients, self.resolve_request(&pending.draft.to)?)
            }
            Job::SendMail { client_id, mime, .. } => {
                Body::Command(Command::SendMail, self.send_mail_request(client_id, mime)?)
            }
        })
    }

    /// `scheme://host` of the account's server; plain HTTP where the payload says no SSL (EAS-027).
    fn scheme(&self, id: AccountId) -> &'static str {
        let ssl = self.account(id).and_then(|a| a.newest_settings()).is_some_and(|s| s.ssl.value);
        if ssl { "https" } else { "http" }
    }

    pub(crate) fn server_url(&self, id: AccountId) -> Option<String> {
        let host = self.account(id)?.host.as_ref()?;
        Some(format!("{}://{host}{}", self.scheme(id), wire::eas::PATH))
    }

    fn request(&self, id: AccountId, exchange: ExchangeId, body: Body) -> Option<HttpRequest> {
        let account = self.account(id)?;
        let mut identity = None;
        let mut authorize = |headers: &mut Headers| match &account.credential {
            Credential::Password(password) => {
                let user = account.user_name.clone().unwrap_or_default();
                let basic = Authorization::Basic { user, password: password.clone() };
                headers.set(AUTHORIZATION, basic.to_header());
            }
            Credential::Bearer(token) => {
                headers.set(AUTHORIZATION, Authorization::Bearer(token.clone()).to_header());
            }
            // With a client certificate there is no Authorization header at all (eas.md B.8).
            Credential::Certificate(handle) => identity = Some(IdentityRef(handle.0.clone())),
            Credential::None => {}
        };
        let (method, url, headers, body) = match body {
            Body::Bare(method, url, mut headers, body) => {
                if method == Method::Options {
                    headers.set("User-Agent", self.facts.user_agent());
                    authorize(&mut headers);
                }
                (method, url, headers, body)
            }
            Body::Command(command, body) => {
                let query = Query {
                    user: account.user_name.clone()?,
                    device_id: self.eas_device_id.clone(),
                    device_type: self.facts.model.chars().take_while(char::is_ascii_alphabetic).collect(),
                    command,
                };
                let url = format!("{}?{}", self.server_url(id)?, query.to_text());
                let mut headers = Headers::new();
                CommandHeaders {
                    version: account.session.version,
                    policy_key: Some(account.session.policy_key),
                    user_agent: Some(self.facts.user_agent()),
                }
                .write(&mut headers);
                headers.set("Content-Type", WBXML);
                authorize(&mut headers);
                (Method::Post, url, headers, body)
            }
        };
        Some(HttpRequest { exchange, identity, method, url, headers, body })
    }

    /// Takes the answer to an exchange.
    pub(crate) fn response(
        &mut self,
        cx: &Context<'_>,
        exchange: ExchangeId,
        response: Option<HttpResponse>,
    ) {
        // An answer to an exchange that nobody waits for any more is dropped.
        let Some(InFlight { account: id }) = self.in_flight.remove(&exchange) else { return };
        let Some(job) = self.account(id).and_then(|a| a.session.queue.front().cloned()) else { return };
        let Some(response) = response else {
            self.give_up(id, "the server cannot be reached");
            return;
        };
        match (&job, response.status) {
            (Job::Autodiscover | Job::Challenge { .. } | Job::Authorize { .. } | Job::Token { .. }, _) => {
                self.sign_in_response(id, job, &response);
            }
            (_, 401) if self.facts.has(Defect::WrongPasswordAccepted) => {
                self.take_in_force(id);
                self.give_up(id, "the server refused the password");
                self.set_state(id, AccountState::Active);
            }
            (_, 401) => self.ask_again(id),
            (_, 449) => self.provision(id),
            (Job::Options, 200) => self.options_response(id, &response),
            (Job::Provision { acknowledge }, 200) => self.provision_response(id, *acknowledge, &response),
            (Job::FolderSync, 200) => self.folder_sync_response(id, &response),
            (Job::Sync { collection }, 200) => self.sync_response(cx, id, collection, &response),
            (Job::Delete { collection, .. }, 200) => self.delete_response(id, collection, &response),
            (Job::Resolve { pending }, 200) => self.resolve_response(cx, id, pending.clone(), &response),
            (Job::SendMail { sent, .. }, 200) => self.send_mail_response(id, sent, &response),
            (_, status) => self.give_up(id, &format!("the server answered HTTP {status}")),
        }
    }

    fn options_response(&mut self, id: AccountId, response: &HttpResponse) {
        let version = OptionsResponse::read(&response.headers).and_then(|o| o.newest_common(&VERSIONS));
        match (version, self.account_mut(id)) {
            (Some(version), Some(account)) => {
                account.session.version = Some(version);
                self.next_job(id);
            }
            _ => self.give_up(id, "the server speaks no common ActiveSync version"),
        }
    }

    /// The server does not take the credentials: the owner is asked again, and what waits goes on afterwards.
    fn ask_again(&mut self, id: AccountId) {
        let Some(account) = self.account_mut(id) else { return };
        let kind = match account.newest_settings().map(|s| &s.sign_in.value) {
            Some(SignIn::Password) => PromptKind::Password { account: id },
            Some(SignIn::OAuth) => PromptKind::SignIn { account: id },
            // There is nothing to type with a certificate.
            _ => {
                self.give_up(id, "the server does not accept the certificate");
                self.set_state(id, AccountState::Refused);
                return;
            }
        };
        account.credential = Credential::None;
        self.set_state(id, AccountState::Refused);
        let silent = self.facts.has(Defect::WrongPasswordNotAskedAgain);
        if !silent && !self.prompts.iter().any(|p| p.kind == kind) {
            self.ask(kind);
        }
    }

    /// Ends everything that waits. Messages that wait are reported as not sent; nothing is lost silently.
    pub(crate) fn give_up(&mut self, id: AccountId, reason: &str) {
        let Some(account) = self.account_mut(id) else { return };
        let jobs: Vec<Job> = account.session.queue.drain(..).collect();
        for job in jobs {
            if matches!(job, Job::SendMail { .. } | Job::Resolve { .. }) {
                self.events.push_back(Event::MessageNotSent { account: id, reason: reason.to_owned() });
            }
        }
        self.set_state(id, AccountState::Unreachable);
    }
}
