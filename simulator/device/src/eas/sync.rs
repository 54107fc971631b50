//! Sync: what is in the folders (MS-ASCMD 2.2.1.21; eas.md B.4).

use super::Job;
use crate::mail::{Folder, MessageId};
use crate::{Account, AccountId, Defect, Device, EffectiveAccount, Event, Service};
use smime::{Context, Timestamp};
use wire::HttpResponse;
use wire::eas::folder_sync::FolderType;
use wire::eas::sync::{
    ClientCommand, FIRST_KEY, FilterType, MimeSupport, ServerCommand, SyncCollection, SyncOptions,
    SyncRequest, SyncResponse,
};
use wire::eas::{BodyPreference, BodyType, Email, Message, Status};

/// How often a server may make a folder start over.
const MAX_RESTARTS: u8 = 3;

const BAD_KEY: Status = Status(3);
const HIERARCHY_CHANGED: Status = Status(12);

/// The filter for a window in days (eas.md B.4). A number outside Apple's list gets the next wider window.
fn filter(window_days: u32) -> FilterType {
    match window_days {
        0 => FilterType::All,
        1 => FilterType::OneDay,
        2..=3 => FilterType::ThreeDays,
        4..=7 => FilterType::OneWeek,
        8..=14 => FilterType::TwoWeeks,
        15..=31 => FilterType::OneMonth,
        32..=92 => FilterType::ThreeMonths,
        93..=183 => FilterType::SixMonths,
        _ => FilterType::All,
    }
}

impl Device {
    fn window_days(&self, id: AccountId) -> u32 {
        self.account(id).and_then(EffectiveAccount::window_days).unwrap_or(0)
    }

    pub(super) fn sync_request(&self, id: AccountId, collection: &str) -> Option<Vec<u8>> {
        let account = self.account(id)?;
        let folder = account.session.folder(collection)?;
        let service = folder.service()?;
        if !account.service_on(service) {
            return None;
        }
        let mut item = SyncCollection::next(folder.sync_key.clone(), collection);
        if folder.sync_key != FIRST_KEY {
            item.get_changes = Some(true);
            if service == Service::Mail {
                item.options = Some(SyncOptions {
                    filter_type: Some(filter(self.window_days(id))),
                    mime_support: Some(MimeSupport::All),
                    body_preferences: vec![BodyPreference::whole(BodyType::Mime)],
                    ..SyncOptions::default()
                });
            }
        }
        request(item)
    }

    pub(super) fn delete_request(&self, id: AccountId, collection: &str, server_id: &str) -> Option<Vec<u8>> {
        let folder = self.account(id)?.session.folder(collection)?;
        if folder.sync_key == FIRST_KEY {
            return None;
        }
        let mut item = SyncCollection::next(folder.sync_key.clone(), collection);
        item.deletes_as_moves = Some(true);
        item.get_changes = Some(false);
        item.commands = vec![ClientCommand::Delete { server_id: server_id.to_owned() }];
        request(item)
    }

    /// Queues the deletion of a message that left the inbox.
    pub(crate) fn delete_on_server(&mut self, id: AccountId, server_id: &str) {
        let inbox = self
            .account(id)
            .and_then(|a| a.session.folders.iter().find(|f| f.folder_type == FolderType::Inbox))
            .map(|f| f.server_id.clone());
        if let Some(collection) = inbox
            && !server_id.is_empty()
        {
            self.enqueue(id, Job::Delete { collection, server_id: server_id.to_owned() });
        }
    }

    pub(super) fn delete_response(&mut self, id: AccountId, collection: &str, response: &HttpResponse) {
        if let Some(key) = SyncResponse::from_wbxml(&response.body)
            .ok()
            .and_then(|answer| answer.collections.into_iter().next())
            .and_then(|c| c.sync_key)
            && let Some(folder) = self.account_mut(id).and_then(|a| a.session.folder_mut(collection))
        {
            folder.sync_key = key;
        }
        self.next_job(id);
    }

    pub(super) fn sync_response(
        &mut self,
        cx: &Context<'_>,
        id: AccountId,
        collection: &str,
        response: &HttpResponse,
    ) {
        // No change comes as an empty body or as a collection with its key (eas.md A.4, 5).
        if response.body.is_empty() {
            self.synchronised(id, collection);
            return;
        }
        let Ok(answer) = SyncResponse::from_wbxml(&response.body) else {
            self.give_up(id, "the server's Sync answer cannot be read");
            return;
        };
        if answer.status.is_some_and(Status::needs_provisioning) {
            self.provision(id);
            return;
        }
        let Some(answered) = answer.collections.into_iter().next() else {
            self.synchronised(id, collection);
            return;
        };
        let Some(account) = self.account_mut(id) else { return };
        account.session.provisioning = 0;
        let Some(folder) = account.session.folder_mut(collection) else {
            self.next_job(id);
            return;
        };
        if answered.status == BAD_KEY && folder.restarts < MAX_RESTARTS {
            folder.restarts += 1;
            folder.sync_key = FIRST_KEY.to_owned();
            self.drive(id);
            return;
        }
        if answered.status == HIERARCHY_CHANGED && folder.restarts < MAX_RESTARTS {
            folder.restarts += 1;
            account.session.queue.push_front(Job::FolderSync);
            self.drive(id);
            return;
        }
        if answered.status != Status::SUCCESS {
            // One folder that fails does not stop the others.
            self.next_job(id);
            return;
        }
        let primed = folder.sync_key == FIRST_KEY;
        if let Some(key) = answered.sync_key {
            folder.sync_key = key;
        }
        let (folder_type, service) = (folder.folder_type, folder.service());
        let stuck = folder.sync_key == FIRST_KEY;
        for command in answered.commands {
            self.take_item(cx, id, folder_type, service, command);
        }
        if (primed || answered.more_available) && !stuck {
            self.drive(id);
        } else {
            self.synchronised(id, collection);
        }
    }

    fn synchronised(&mut self, id: AccountId, collection: &str) {
        if let Some(account) = self.account(id)
            && let Some(folder) = account.session.folder(collection)
            && let Some(service) = folder.service()
            && folder.folder_type != FolderType::SentItems
        {
            let items = account.item_count(service);
            self.events.push_back(Event::Synchronised { account: id, service, items });
        }
        self.next_job(id);
    }

    fn take_item(
        &mut self,
        cx: &Context<'_>,
        id: AccountId,
        folder_type: FolderType,
        service: Option<Service>,
        command: ServerCommand,
    ) {
        let Some(service) = service else { return };
        match command {
            ServerCommand::Add { server_id, data } if service == Service::Mail => {
                let Ok(email) = Email::from_application_data(&data) else { return };
                let Some(raw) = email.body.and_then(|b| b.data) else { return };
                let received = email.date_received.map_or(cx.now, |d| Timestamp(d.0));
                let folder = if folder_type == FolderType::SentItems { Folder::Sent } else { Folder::Inbox };
                self.take_message(id, folder, server_id, received, raw);
            }
            ServerCommand::Add { server_id, .. } => {
                let Some(account) = self.account_mut(id) else { return };
                let held = account.items.of_mut(service);
                if !held.contains(&server_id) && held.len() < crate::mail::MAX_MESSAGES {
                    held.push(server_id);
                }
            }
            ServerCommand::Change { .. } => {}
            ServerCommand::Delete { server_id } | ServerCommand::SoftDelete { server_id } => {
                let Some(account) = self.account_mut(id) else { return };
                match service {
                    Service::Mail => account.mail.drop_server_id(&server_id),
                    other => account.items.of_mut(other).retain(|held| *held != server_id),
                }
            }
        }
    }

    fn take_message(
        &mut self,
        id: AccountId,
        folder: Folder,
        server_id: String,
        received: Timestamp,
        raw: Vec<u8>,
    ) {
        self.next_message += 1;
        let message = MessageId(self.next_message);
        let Some(account) = self.account_mut(id) else { return };
        if account.mail.holds(&server_id) {
            return;
        }
        account.mail.add(crate::Message { id: message, server_id, folder, received, raw });
        if folder == Folder::Inbox {
            self.events.push_back(Event::MessageReceived { account: id, message });
        }
    }

    /// Drops what has left an account's window.
    pub(crate) fn expire_mail(&mut self, cx: &Context<'_>) {
        if self.facts.has(Defect::WindowNotEnforced) {
            return;
        }
        let windows: Vec<(AccountId, u32)> =
            self.accounts.iter().map(Account::id).map(|id| (id, self.window_days(id))).collect();
        for (id, days) in windows {
            if days > 0
                && let Some(account) = self.account_mut(id)
            {
                account.mail.drop_older_than(Timestamp(cx.now.0 - i64::from(days) * 86_400_000));
            }
        }
    }

    pub(crate) fn next_mail_expiry(&self) -> Option<Timestamp> {
        let expiry = |account: &Account| {
            let days = self.window_days(account.id());
            let oldest = account.messages().map(|m| m.received).min()?;
            (days > 0).then(|| Timestamp(oldest.0 + i64::from(days) * 86_400_000 + 1))
        };
        self.accounts.iter().filter_map(expiry).min()
    }
}

fn request(collection: SyncCollection) -> Option<Vec<u8>> {
    let request = SyncRequest {
        collections: vec![collection],
        wait_minutes: None,
        heartbeat_interval_seconds: None,
        window_size: None,
        partial: false,
    };
    request.to_wbxml().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_map_to_filters() {
        for (days, code) in [(0, 0), (1, 1), (3, 2), (7, 3), (14, 4), (31, 5), (365, 0)] {
            assert_eq!(filter(days) as u8, code, "{days} days");
        }
    }
}
