//! The server as a client sees it, over whole HTTP exchanges.

mod access;
mod mail;
mod policy;
mod robustness;
mod synchronisation;

use super::Exchange;
use crate::{Directory, User};
use smime::{Context, Timestamp};
use wire::eas::folder_sync::{FolderSyncRequest, FolderSyncResponse};
use wire::eas::headers::{CommandHeaders, PolicyKey};
use wire::eas::sync::{SyncCollection, SyncOptions, SyncRequest, SyncResponse};
use wire::eas::{Command, Message, ProtocolVersion, Query};
use wire::{Authorization, ExchangeId, Headers, HttpRequest, HttpResponse, Method, Secret};

const NOW: Timestamp = Timestamp(1_770_000_000_000);
const DAY: i64 = 86_400_000;

fn at(now: Timestamp) -> Context<'static> {
    Context { now, crypto: &crypto::AwsLc }
}

fn server() -> Exchange {
    let mut directory = Directory::new();
    directory
        .add(
            User::new("anna@example.test", "Anna Berg", "pw")
                .with_sign_in_name("EXAMPLE\\anna")
                .with_alias("a.berg@example.org"),
        )
        .unwrap();
    directory.add(User::new("bob@example.test", "Bob", "pw2")).unwrap();
    Exchange::new(directory, NOW)
}

/// A client that sends whatever it is told.
#[derive(Clone)]
struct Client {
    authorization: Option<Authorization>,
    certificate: Option<Vec<u8>>,
    device_id: String,
    version: ProtocolVersion,
    policy_key: Option<PolicyKey>,
    now: Timestamp,
}

impl Client {
    fn new(user: &str, password: &str) -> Self {
        Self {
            authorization: Some(Authorization::Basic { user: user.into(), password: Secret::new(password) }),
            certificate: None,
            device_id: "4KLO0108DT71J9UGO7JC7VI3MG".into(),
            version: ProtocolVersion::V16_1,
            policy_key: None,
            now: NOW,
        }
    }

    fn request(&self, method: Method, command: Command, body: Vec<u8>) -> HttpRequest {
        let query = Query {
            user: "anna".into(),
            device_id: self.device_id.clone(),
            device_type: "iPhone".into(),
            command,
        };
        let mut headers = Headers::new();
        CommandHeaders { version: Some(self.version), policy_key: self.policy_key, user_agent: None }
            .write(&mut headers);
        if let Some(authorization) = &self.authorization {
            headers.set("Authorization", authorization.to_header());
        }
        HttpRequest {
            exchange: ExchangeId(1),
            identity: None,
            method,
            url: query.to_url("mail.example.test"),
            headers,
            body,
        }
    }

    fn post(&self, server: &mut Exchange, command: Command, body: Vec<u8>) -> HttpResponse {
        let request = self.request(Method::Post, command, body);
        server.handle(&at(self.now), &request, self.certificate.as_deref())
    }

    fn send<A: Message>(&self, server: &mut Exchange, command: Command, message: &impl Message) -> A {
        let response = self.post(server, command, message.to_wbxml().unwrap());
        assert_eq!(response.status, 200, "{command}");
        A::from_wbxml(&response.body).unwrap()
    }

    fn folder_sync(&self, server: &mut Exchange, key: &str) -> FolderSyncResponse {
        self.send(server, Command::FolderSync, &FolderSyncRequest { sync_key: key.into() })
    }

    /// Synchronises one collection; `None` for an empty answer.
    fn sync(&self, server: &mut Exchange, collection: SyncCollection) -> Option<SyncResponse> {
        let request = SyncRequest { collections: vec![collection], ..SyncRequest::default() };
        let response = self.post(server, Command::Sync, request.to_wbxml().unwrap());
        assert_eq!(response.status, 200);
        (!response.body.is_empty()).then(|| SyncResponse::from_wbxml(&response.body).unwrap())
    }

    /// Starts a collection and fetches it with options, in one window.
    fn fetch(&self, server: &mut Exchange, id: &str, options: SyncOptions) -> (String, SyncResponse) {
        let first = self.sync(server, SyncCollection::first(id)).unwrap();
        let key = first.collections[0].sync_key.clone().unwrap();
        let next = SyncCollection { options: Some(options), ..SyncCollection::next(key, id) };
        let response = self.sync(server, next).unwrap();
        (response.collections[0].sync_key.clone().unwrap(), response)
    }
}

fn anna(server: &mut Exchange) -> Client {
    let client = Client::new("anna@example.test", "pw");
    client.folder_sync(server, "0");
    client
}
