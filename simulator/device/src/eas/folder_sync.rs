//! FolderSync: which folders there are (MS-ASCMD 2.2.1.5). The first one that succeeds proves the sign-in, so it is
//! then that waiting settings come in force (EAS-042).

use super::{FolderState, Job};
use crate::{AccountId, AccountState, Device, Service};
use wire::HttpResponse;
use wire::eas::folder_sync::{FIRST_KEY, FolderChange, FolderSyncResponse};
use wire::eas::{Message, Status};

/// The most folders of one account.
pub const MAX_FOLDERS: usize = 10_000;

/// The status that says that the folder key is unknown (MS-ASCMD 2.2.3.177.4).
const BAD_KEY: Status = Status(9);

impl Device {
    pub(super) fn folder_sync_response(&mut self, id: AccountId, response: &HttpResponse) {
        let Ok(answer) = FolderSyncResponse::from_wbxml(&response.body) else {
            self.give_up(id, "the server's FolderSync answer cannot be read");
            return;
        };
        if answer.status.needs_provisioning() {
            self.provision(id);
            return;
        }
        let Some(account) = self.account_mut(id) else { return };
        let session = &mut account.session;
        if answer.status == BAD_KEY && session.folder_key != FIRST_KEY {
            session.folder_key = FIRST_KEY.to_owned();
            session.folders.clear();
            self.drive(id);
            return;
        }
        if answer.status != Status::SUCCESS {
            self.give_up(id, "the server refuses to list its folders");
            return;
        }
        session.provisioning = 0;
        if let Some(key) = answer.sync_key {
            session.folder_key = key;
        }
        for change in answer.changes {
            match change {
                FolderChange::Add(folder) | FolderChange::Update(folder) => {
                    if let Some(known) = session.folder_mut(&folder.server_id) {
                        known.folder_type = folder.folder_type;
                    } else if session.folders.len() < MAX_FOLDERS {
                        session.folders.push(FolderState {
                            server_id: folder.server_id,
                            folder_type: folder.folder_type,
                            sync_key: wire::eas::sync::FIRST_KEY.to_owned(),
                            restarts: 0,
                        });
                    }
                }
                FolderChange::Delete(server_id) => session.folders.retain(|f| f.server_id != server_id),
            }
        }
        self.take_in_force(id);
        self.set_state(id, AccountState::Active);
        self.queue_collections(id);
        self.next_job(id);
    }

    /// Queues the collections of every service that is on.
    fn queue_collections(&mut self, id: AccountId) {
        let Some(account) = self.account_mut(id) else { return };
        let wanted: Vec<String> = account
            .session
            .folders
            .iter()
            .filter(|f| f.service().is_some_and(|s| account.service_on(s)))
            .map(|f| f.server_id.clone())
            .collect();
        for collection in wanted {
            let waits = |job: &Job| matches!(job, Job::Sync { collection: c } if *c == collection);
            // The first job may be under way with an older state; a second one behind it is wanted.
            if !account.session.queue.iter().skip(1).any(waits) {
                account.session.queue.push_back(Job::Sync { collection });
            }
        }
    }

    /// Synchronises every service that is on.
    pub(crate) fn synchronise(&mut self, id: AccountId) {
        self.queue_collections(id);
        self.drive(id);
    }

    /// Starts mail over, for another window.
    pub(crate) fn resynchronise_mail(&mut self, id: AccountId) {
        if let Some(account) = self.account_mut(id) {
            account.session.forget(Service::Mail);
        }
        self.synchronise(id);
    }
}
