//! FolderSync: what changed in the hierarchy since the device's key (MS-ASCMD section 3.1.5.2).

use super::Exchange;
use super::server::Session;
use std::collections::BTreeMap;
use wire::Shared;
use wire::eas::folder_sync::{
    FIRST_KEY, Folder, FolderChange, FolderSyncRequest, FolderSyncResponse, FolderType,
};
use wire::eas::{ProtocolVersion, Status};

impl Exchange {
    pub(super) fn folder_sync(
        &mut self,
        session: &Session<'_>,
        request: FolderSyncRequest,
    ) -> FolderSyncResponse {
        let (Some(mailbox), Some(partnership)) =
            (self.mailboxes.get(&session.mailbox), self.partnerships.get_mut(&session.partnership))
        else {
            return FolderSyncResponse::failure(Status(6));
        };
        let partnership = &mut **partnership;
        let hierarchy = &mut partnership.hierarchy;
        let first = request.sync_key == FIRST_KEY;
        let repeated = hierarchy.before.is_some()
            && request.sync_key == hierarchy_key(hierarchy.number.saturating_sub(1));
        if first {
            hierarchy.known.clear();
            // The keys of collections hang on the hierarchy.
            partnership.collections.clear();
        } else if repeated {
            // The last answer was lost; it is made again from where the device stands.
            hierarchy.known = hierarchy.before.take().unwrap_or_default();
            hierarchy.number = hierarchy.number.saturating_sub(1);
        } else if request.sync_key == hierarchy_key(hierarchy.number) {
            hierarchy.before = None;
        } else {
            return FolderSyncResponse::failure(Status(9));
        }
        // Notes came with 14.0, recipients written to recently with 14.1.
        let now: BTreeMap<String, Shared<Folder>> = mailbox
            .folders()
            .filter(|folder| {
                folder.folder_type != FolderType::Notes || session.version >= ProtocolVersion::V14_0
            })
            .filter(|folder| {
                folder.folder_type != FolderType::RecipientInformation
                    || session.version >= ProtocolVersion::V14_1
            })
            .map(|folder| (folder.server_id.clone(), folder.clone()))
            .collect();
        let changes = differences(&hierarchy.known, &now);
        partnership.collections.retain(|id, _| now.contains_key(id));
        if first || !changes.is_empty() {
            hierarchy.number += 1;
            hierarchy.before = (!first).then(|| std::mem::take(&mut hierarchy.known));
            hierarchy.known = now;
        }
        FolderSyncResponse {
            status: Status::SUCCESS,
            sync_key: Some(hierarchy_key(hierarchy.number)),
            changes,
        }
    }
}

fn hierarchy_key(number: u32) -> String {
    format!("h{number}")
}

fn differences(
    known: &BTreeMap<String, Shared<Folder>>,
    now: &BTreeMap<String, Shared<Folder>>,
) -> Vec<FolderChange> {
    let gone = known.keys().filter(|id| !now.contains_key(*id)).cloned().map(FolderChange::Delete);
    let changed = now.iter().filter_map(|(id, folder)| match known.get(id) {
        None => Some(FolderChange::Add((**folder).clone())),
        Some(old) if old != folder => Some(FolderChange::Update((**folder).clone())),
        Some(_) => None,
    });
    let mut changes = Vec::with_capacity(now.len());
    changes.extend(gone.chain(changed));
    changes
}
