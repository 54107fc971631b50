//! The server: from an HTTP request to its answer.

use super::authentication::Authentication;
use super::delivery::{Delivery, Outgoing, UnknownRecipients};
use super::partnership::{Partnership, PartnershipId, Wipe};
use super::provision::ProvisioningSignal;
use crate::directory::fold;
use crate::{Directory, DirectoryError, Mailbox, User};
use serde::{Deserialize, Serialize};
use smime::{Certificate, Context, Timestamp, TrustStore};
use std::collections::BTreeMap;
use wire::eas::folder_sync::FolderSyncResponse;
use wire::eas::headers::{CommandHeaders, WBXML};
use wire::eas::move_items::MoveItemsResponse;
use wire::eas::options::OptionsResponse;
use wire::eas::provision::{PolicyDocument, ProvisionResponse};
use wire::eas::resolve_recipients::ResolveRecipientsResponse;
use wire::eas::send_mail::SendMailResponse;
use wire::eas::settings::SettingsResponse;
use wire::eas::sync::SyncResponse;
use wire::eas::{Command, Message, MessageError, PATH, ProtocolVersion, Query, Status};
use wire::{HttpRequest, HttpResponse, Method, Shared, Url};

/// The commands that the server knows.
pub const COMMANDS: [Command; 7] = [
    Command::Sync,
    Command::SendMail,
    Command::FolderSync,
    Command::MoveItems,
    Command::Settings,
    Command::Provision,
    Command::ResolveRecipients,
];

/// The most devices of one user; Status 177 beyond.
pub const DEVICES: usize = 100;

/// The server with its directory, mailboxes and partnerships.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// Who there is. Users are added by [`Exchange::add_user`], so that they have a mailbox.
    pub(super) directory: Shared<Directory>,
    pub(super) mailboxes: Shared<BTreeMap<String, Shared<Mailbox>>>,
    pub(super) partnerships: BTreeMap<PartnershipId, Shared<Partnership>>,
    pub(super) authentication: Shared<Authentication>,
    pub(super) client_issuers: TrustStore,
    pub(super) versions: Vec<ProtocolVersion>,
    pub(super) policy: Option<PolicyDocument>,
    pub(super) provisioning_signal: ProvisioningSignal,
    pub(super) unknown_recipients: UnknownRecipients,
    pub(super) deliveries: Vec<Delivery>,
    pub(super) outbox: Vec<Outgoing>,
    pub(super) next_key: u32,
    pub(super) next_delivery: u64,
}

/// A request that was let in.
pub(super) struct Session<'a> {
    pub(super) cx: &'a Context<'a>,
    /// The folded primary address of the user.
    pub(super) mailbox: String,
    pub(super) partnership: PartnershipId,
    pub(super) version: ProtocolVersion,
}

impl Exchange {
    /// Makes a server for the users of a directory; their mailboxes are seeded at `now`.
    ///
    /// It speaks 14.1 and 16.1, accepts passwords, asks no client certificate, and has no policy.
    pub fn new(directory: Directory, now: Timestamp) -> Self {
        let mailboxes = directory.users().map(|user| {
            (
                fold(&user.address).into_owned(),
                Shared::new(Mailbox::seeded(&user.address, &user.display_name, now)),
            )
        });
        Self {
            mailboxes: Shared::new(mailboxes.collect()),
            directory: Shared::new(directory),
            partnerships: BTreeMap::new(),
            authentication: Shared::default(),
            client_issuers: TrustStore::new(),
            versions: vec![ProtocolVersion::V14_1, ProtocolVersion::V16_1],
            policy: None,
            provisioning_signal: ProvisioningSignal::default(),
            unknown_recipients: UnknownRecipients::default(),
            deliveries: Vec::new(),
            outbox: Vec::new(),
            next_key: 1,
            next_delivery: 1,
        }
    }

    /// Adds a user with a seeded mailbox; the domains of the addresses are served from now on.
    ///
    /// # Errors
    /// As [`Directory::add`].
    pub fn add_user(&mut self, user: User, now: Timestamp) -> Result<(), DirectoryError> {
        let mailbox = Mailbox::seeded(&user.address, &user.display_name, now);
        let key = fold(&user.address).into_owned();
        self.directory.add(user)?;
        self.mailboxes.insert(key, Shared::new(mailbox));
        Ok(())
    }

    /// Says who there is.
    pub fn directory(&self) -> &Directory {
        &self.directory
    }

    /// Lets the directory be changed, to publish certificates or change passwords; add users by
    /// [`Exchange::add_user`] instead.
    pub fn directory_mut(&mut self) -> &mut Directory {
        &mut self.directory
    }

    /// Finds the mailbox of an address, primary or alias.
    pub fn mailbox(&self, address: &str) -> Option<&Mailbox> {
        self.mailboxes.get(&*fold(&self.directory.user(address)?.address)).map(|mailbox| &**mailbox)
    }

    /// Finds the mailbox of an address for changing it, as another client of the user would.
    pub fn mailbox_mut(&mut self, address: &str) -> Option<&mut Mailbox> {
        let key = fold(&self.directory.user(address)?.address).into_owned();
        self.mailboxes.get_mut(&key).map(|mailbox| &mut **mailbox)
    }

    /// Walks the partnerships, by user and device.
    pub fn partnerships(&self) -> impl Iterator<Item = (&PartnershipId, &Partnership)> {
        self.partnerships.iter().map(|(id, partnership)| (id, &**partnership))
    }

    /// Finds the partnership of a user with a device.
    pub fn partnership(&self, address: &str, device_id: &str) -> Option<&Partnership> {
        let user = self.directory.user(address)?;
        self.partnerships.get(&PartnershipId::new(&user.address, device_id)).map(|known| &**known)
    }

    /// Sets how requests may prove who sends them.
    pub fn set_authentication(&mut self, authentication: Authentication) {
        self.authentication = Shared::new(authentication);
    }

    /// Lets the client certificates of an issuer stand for the users whose addresses they name, as long as they
    /// are valid for client authentication. Only the leaf is seen, so the issuer is the one that signs it.
    pub fn trust_client_issuer(&mut self, issuer: Certificate) {
        self.client_issuers.add(issuer);
    }

    /// Sets the protocol versions that the server speaks, in the order it names them.
    pub fn set_versions(&mut self, versions: Vec<ProtocolVersion>) {
        self.versions = versions;
    }

    /// Sets what happens to mail for local addresses that nobody has.
    pub fn set_unknown_recipients(&mut self, unknown_recipients: UnknownRecipients) {
        self.unknown_recipients = unknown_recipients;
    }

    /// Blocks a device of a user or lets it in again; `false` if there is no such partnership.
    pub fn set_blocked(&mut self, address: &str, device_id: &str, blocked: bool) -> bool {
        self.change_partnership(address, device_id, |partnership| partnership.blocked = blocked)
    }

    /// Orders a wipe of a device; `false` if there is no such partnership.
    pub fn order_wipe(&mut self, address: &str, device_id: &str, wipe: Wipe) -> bool {
        self.change_partnership(address, device_id, |partnership| partnership.wipe = Some(wipe))
    }

    /// Answers a request. `client_certificate` is what the transport saw and knows the key of, DER.
    ///
    /// 404 off the ActiveSync path, 405 for other methods than OPTIONS and POST, 401 and 403 as
    /// [`Authentication`] says, 400 for a malformed query or body type, 505 for a version and 501 for a command
    /// that is not served, 449 for provisioning if the server signals so; everything else is 200, with a Status
    /// inside.
    pub fn handle(
        &mut self,
        cx: &Context<'_>,
        request: &HttpRequest,
        client_certificate: Option<&[u8]>,
    ) -> HttpResponse {
        let Some(url) = Url::parse(&request.url) else { return HttpResponse::empty(400) };
        if !url.path.trim_end_matches('/').eq_ignore_ascii_case(PATH) {
            return HttpResponse::empty(404);
        }
        if !matches!(request.method, Method::Options | Method::Post) {
            let mut response = HttpResponse::empty(405);
            response.headers.set("Allow", "OPTIONS,POST");
            return response;
        }
        let user = match self.authenticate(cx, request, client_certificate) {
            Ok(user) => user.clone(),
            Err(refusal) => return self.refuse(refusal),
        };
        if request.method == Method::Options {
            return if user.active_sync { self.options() } else { HttpResponse::empty(403) };
        }
        let Ok(query) = Query::parse(url.query.unwrap_or_default()) else { return HttpResponse::empty(400) };
        let headers = CommandHeaders::read(&request.headers);
        let named = request.headers.get(wire::eas::headers::PROTOCOL_VERSION);
        let Some(version) = headers.version.filter(|version| self.versions.contains(version)) else {
            return HttpResponse::empty(if named.is_some() { 505 } else { 400 });
        };
        if !COMMANDS.contains(&query.command) {
            return HttpResponse::empty(501);
        }
        let wbxml = request.headers.get("Content-Type").is_some_and(|t| t.trim().eq_ignore_ascii_case(WBXML));
        if !wbxml && !request.body.is_empty() {
            return HttpResponse::empty(400);
        }
        self.command(cx, &user, &query, version, headers, &request.body)
    }

    fn command(
        &mut self,
        cx: &Context<'_>,
        user: &User,
        query: &Query,
        version: ProtocolVersion,
        headers: CommandHeaders,
        body: &[u8],
    ) -> HttpResponse {
        let command = query.command;
        if !user.active_sync {
            return denial(command, version, Status::USER_DISABLED_FOR_SYNC);
        }
        let id = PartnershipId::new(&user.address, &query.device_id);
        if !self.partnerships.contains_key(&id) {
            let devices = self.partnerships.keys().filter(|known| known.same_user(&id)).count();
            if devices >= DEVICES {
                return denial(command, version, Status(177));
            }
        }
        let partnership = self.partnerships.entry(id.clone()).or_default();
        partnership.device_type.clone_from(&query.device_type);
        partnership.user_agent.clone_from(&headers.user_agent);
        partnership.last_request = Some(cx.now);
        if partnership.blocked {
            return denial(command, version, Status::DEVICE_IS_BLOCKED_FOR_THIS_USER);
        }
        if command != Command::Provision
            && let Some(status) = self.provisioning_needed(&id, headers.policy_key)
        {
            return self.signal_provisioning(command, version, status);
        }
        let session = Session { cx, mailbox: fold(&user.address).into_owned(), partnership: id, version };
        let answer = match command {
            Command::Provision => respond(body, |request| self.provision(&session, request)),
            Command::FolderSync => respond(body, |request| self.folder_sync(&session, request)),
            Command::Sync => return self.sync(&session, body),
            Command::SendMail => return self.send_mail(&session, body),
            Command::ResolveRecipients => respond(body, |request| self.resolve_recipients(&request)),
            Command::Settings => respond(body, |request| self.settings(&session, request)),
            Command::MoveItems => respond(body, |request| self.move_items(&session, &request)),
            _ => return HttpResponse::empty(501),
        };
        match answer {
            Ok(response) => response,
            Err(error) => failure(command, malformed(&error)),
        }
    }

    fn options(&self) -> HttpResponse {
        let mut response = HttpResponse::empty(200);
        OptionsResponse {
            versions: self.versions.clone(),
            commands: COMMANDS.to_vec(),
            server: Some("15.2".into()),
        }
        .write(&mut response.headers);
        response.headers.set("Public", "OPTIONS,POST");
        response.headers.set("Allow", "OPTIONS,POST");
        response
    }

    fn change_partnership(
        &mut self,
        address: &str,
        device_id: &str,
        change: impl FnOnce(&mut Partnership),
    ) -> bool {
        let Some(user) = self.directory.user(address) else { return false };
        match self.partnerships.get_mut(&PartnershipId::new(&user.address, device_id)) {
            Some(partnership) => {
                change(partnership);
                true
            }
            None => false,
        }
    }
}

/// Reads the request, lets it be answered, writes the answer.
fn respond<Q: Message, A: Message>(
    body: &[u8],
    answer: impl FnOnce(Q) -> A,
) -> Result<HttpResponse, MessageError> {
    Ok(written(&answer(Q::from_wbxml(body)?)))
}

/// The answer as a response; one that cannot be written is the server's fault.
pub(super) fn written(message: &impl Message) -> HttpResponse {
    match message.to_wbxml() {
        Ok(body) => HttpResponse::with_body(200, WBXML, body),
        Err(_) => HttpResponse::empty(500),
    }
}

/// The status of a request that cannot be read.
pub(super) fn malformed(error: &MessageError) -> Status {
    match error {
        MessageError::Wbxml(_) => Status::INVALID_WBXML,
        _ => Status::INVALID_XML,
    }
}

/// A status in the root element of a command.
pub(super) fn failure(command: Command, status: Status) -> HttpResponse {
    match command {
        Command::FolderSync => written(&FolderSyncResponse::failure(status)),
        Command::Sync => written(&SyncResponse::failure(status)),
        Command::SendMail => written(&SendMailResponse { status }),
        Command::Provision => written(&ProvisionResponse::of_status(status)),
        Command::ResolveRecipients => written(&ResolveRecipientsResponse::failure(status)),
        Command::Settings => written(&SettingsResponse::failure(status)),
        Command::MoveItems => written(&MoveItemsResponse { status: Some(status), responses: Vec::new() }),
        _ => HttpResponse::empty(501),
    }
}

/// A denial: 403 up to 12.1, a status since (MS-ASCMD section 2.2.2).
fn denial(command: Command, version: ProtocolVersion, status: Status) -> HttpResponse {
    if version < ProtocolVersion::V14_0 { HttpResponse::empty(403) } else { failure(command, status) }
}
