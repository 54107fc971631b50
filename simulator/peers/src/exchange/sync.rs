//! Sync: collections between mailbox and device (MS-ASCMD section 2.2.1.21).

mod application_data;
mod collection;

pub(super) use collection::Collection;

use super::Exchange;
use super::server::{Session, failure, malformed, written};
use wire::HttpResponse;
use wire::eas::sync::{CollectionResponse, DEFAULT_WINDOW, SyncRequest, SyncResponse, WINDOW};
use wire::eas::{Command, Message as _, Status};

/// The most collections of a request; Status 15 beyond.
pub const COLLECTIONS: usize = 300;

impl Exchange {
    /// Synchronises. An empty 200 says that nothing changed; a request without a body, which would repeat the
    /// last one, is answered with 13, so that the client sends it whole.
    pub(super) fn sync(&mut self, session: &Session<'_>, body: &[u8]) -> HttpResponse {
        if body.is_empty() {
            return failure(Command::Sync, Status(13));
        }
        let request = match SyncRequest::from_wbxml(body) {
            Ok(request) => request,
            Err(error) => return failure(Command::Sync, malformed(&error)),
        };
        if request.collections.len() > COLLECTIONS {
            return failure(Command::Sync, Status(15));
        }
        if request.collections.is_empty() {
            return failure(Command::Sync, Status(if request.partial { 13 } else { 4 }));
        }
        let (Some(mailbox), Some(partnership)) =
            (self.mailboxes.get_mut(&session.mailbox), self.partnerships.get_mut(&session.partnership))
        else {
            return failure(Command::Sync, Status(5));
        };
        if partnership.hierarchy.known.is_empty() {
            return failure(Command::Sync, Status(12));
        }
        let mut left = request.window_size.map_or(WINDOW, |size| size.clamp(1, WINDOW));
        let mut collections = Vec::new();
        for asked in &request.collections {
            let id = &asked.collection_id;
            if mailbox.folder(id).is_none() || !partnership.hierarchy.known.contains_key(id) {
                // A folder that the device has not heard of yet, or one that is gone.
                let status = if mailbox.folder(id).is_some() { Status(12) } else { Status(8) };
                collections.push(refusal(asked.sync_key.clone(), id, status));
                continue;
            }
            let window = asked.window_size.unwrap_or(DEFAULT_WINDOW).clamp(1, WINDOW).min(left);
            let collection = partnership.collections.entry(id.clone()).or_default();
            let (response, used) = collection.exchange(session.cx.now, mailbox, asked, window);
            left = left.saturating_sub(used);
            collections.extend(response);
        }
        if collections.is_empty() {
            return HttpResponse::empty(200);
        }
        written(&SyncResponse { status: None, limit: None, collections })
    }
}

/// A collection of which nothing is synchronised.
fn refusal(sync_key: String, id: &str, status: Status) -> CollectionResponse {
    CollectionResponse {
        class: None,
        sync_key: Some(sync_key),
        collection_id: Some(id.into()),
        status,
        more_available: false,
        commands: Vec::new(),
        responses: Vec::new(),
    }
}
