//! FolderSync: the folder hierarchy (MS-ASCMD section 2.2.1.5).

use super::Status;
use super::message::{Ask as _, Message, MessageError, Tell as _, root};
use super::tags::folder_hierarchy as tag;
use crate::wbxml::Element;
use serde::{Deserialize, Serialize};

/// The key of a first synchronisation.
pub const FIRST_KEY: &str = "0";

/// What a folder is for (MS-ASCMD section 2.2.3.186.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum FolderType {
    /// 1: a folder of the user of no particular class.
    UserGeneric,
    /// 2: the inbox.
    Inbox,
    /// 3: drafts.
    Drafts,
    /// 4: deleted items.
    DeletedItems,
    /// 5: sent items.
    SentItems,
    /// 6: the outbox.
    Outbox,
    /// 7: tasks.
    Tasks,
    /// 8: the calendar.
    Calendar,
    /// 9: contacts.
    Contacts,
    /// 10: notes.
    Notes,
    /// 12: a mail folder of the user.
    UserMail,
    /// 13: a calendar of the user.
    UserCalendar,
    /// 14: a contacts folder of the user.
    UserContacts,
    /// 15: a task list of the user.
    UserTasks,
    /// 17: a notes folder of the user.
    UserNotes,
    /// 19: recipients the user wrote to recently.
    RecipientInformation,
    /// Any other code.
    Other(u8),
}

const TYPES: [(u8, FolderType); 16] = [
    (1, FolderType::UserGeneric),
    (2, FolderType::Inbox),
    (3, FolderType::Drafts),
    (4, FolderType::DeletedItems),
    (5, FolderType::SentItems),
    (6, FolderType::Outbox),
    (7, FolderType::Tasks),
    (8, FolderType::Calendar),
    (9, FolderType::Contacts),
    (10, FolderType::Notes),
    (12, FolderType::UserMail),
    (13, FolderType::UserCalendar),
    (14, FolderType::UserContacts),
    (15, FolderType::UserTasks),
    (17, FolderType::UserNotes),
    (19, FolderType::RecipientInformation),
];

impl FolderType {
    /// The number on the wire.
    pub fn code(self) -> u8 {
        match self {
            Self::Other(code) => code,
            known => TYPES.iter().find(|(_, t)| *t == known).map_or(0, |(code, _)| *code),
        }
    }

    /// Reads the number on the wire.
    pub fn of_code(code: u8) -> Self {
        TYPES.iter().find(|(c, _)| *c == code).map_or(Self::Other(code), |(_, t)| *t)
    }

    /// The class of what the folder holds, if the type says it.
    pub fn class(self) -> Option<super::Class> {
        use super::Class;
        match self {
            Self::Inbox
            | Self::Drafts
            | Self::DeletedItems
            | Self::SentItems
            | Self::Outbox
            | Self::UserMail => Some(Class::Email),
            Self::Tasks | Self::UserTasks => Some(Class::Tasks),
            Self::Calendar | Self::UserCalendar => Some(Class::Calendar),
            Self::Contacts | Self::UserContacts | Self::RecipientInformation => Some(Class::Contacts),
            Self::Notes | Self::UserNotes => Some(Class::Notes),
            Self::UserGeneric | Self::Other(_) => None,
        }
    }
}

/// A folder of the hierarchy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Folder {
    /// The server's id, sent back verbatim; it may differ from device to device.
    pub server_id: String,
    /// The id of the folder above; `0` at the top.
    pub parent_id: String,
    /// The name for the user.
    pub display_name: String,
    /// What it is for.
    pub folder_type: FolderType,
}

/// A change of the hierarchy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FolderChange {
    /// A folder is new.
    Add(Folder),
    /// A folder changed name or place.
    Update(Folder),
    /// The folder of this id is gone.
    Delete(String),
}

/// Asks for the changes since a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FolderSyncRequest {
    /// The key of the last answer; [`FIRST_KEY`] at first.
    pub sync_key: String,
}

/// The changes since the key of the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FolderSyncResponse {
    /// How it went.
    pub status: Status,
    /// The key for the next request; absent on failure.
    pub sync_key: Option<String>,
    /// The changes, in order.
    pub changes: Vec<FolderChange>,
}

impl FolderSyncResponse {
    /// Makes an answer that only says what went wrong.
    pub fn failure(status: Status) -> Self {
        Self { status, sync_key: None, changes: Vec::new() }
    }
}

impl Message for FolderSyncRequest {
    fn to_element(&self) -> Element {
        Element::new(tag::FOLDER_SYNC).with(Element::text(tag::SYNC_KEY, self.sync_key.as_str()))
    }

    fn from_element(element: &Element) -> Result<Self, MessageError> {
        let element = root(element, tag::FOLDER_SYNC)?;
        Ok(Self { sync_key: element.required_text(tag::SYNC_KEY)? })
    }
}

impl Message for FolderSyncResponse {
    fn to_element(&self) -> Element {
        let mut element = Element::new(tag::FOLDER_SYNC)
            .with(Element::number(tag::STATUS, self.status.0))
            .with_text(tag::SYNC_KEY, self.sync_key.as_deref());
        if self.sync_key.is_some() {
            element.push(
                Element::new(tag::CHANGES)
                    .with(Element::number(tag::COUNT, self.changes.len() as u64))
                    .with_all(self.changes.iter().map(|change| match change {
                        FolderChange::Add(folder) => folder.fill(Element::new(tag::ADD)),
                        FolderChange::Update(folder) => folder.fill(Element::new(tag::UPDATE)),
                        FolderChange::Delete(id) => {
                            Element::new(tag::DELETE).with(Element::text(tag::SERVER_ID, id.as_str()))
                        }
                    })),
            );
        }
        element
    }

    fn from_element(element: &Element) -> Result<Self, MessageError> {
        let element = root(element, tag::FOLDER_SYNC)?;
        let listed = element.child(tag::CHANGES);
        let mut changes = Vec::with_capacity(listed.map_or(0, |c| c.elements().count()));
        for change in listed.into_iter().flat_map(Element::elements) {
            changes.push(match change.tag {
                tag::ADD => FolderChange::Add(Folder::from_element(change)?),
                tag::UPDATE => FolderChange::Update(Folder::from_element(change)?),
                tag::DELETE => FolderChange::Delete(change.required_text(tag::SERVER_ID)?),
                _ => continue,
            });
        }
        Ok(Self {
            status: Status(element.required_number(tag::STATUS)?),
            sync_key: element.optional_text(tag::SYNC_KEY)?,
            changes,
        })
    }
}

impl Folder {
    fn fill(&self, element: Element) -> Element {
        element
            .with(Element::text(tag::SERVER_ID, self.server_id.as_str()))
            .with(Element::text(tag::PARENT_ID, self.parent_id.as_str()))
            .with(Element::text(tag::DISPLAY_NAME, self.display_name.as_str()))
            .with(Element::number(tag::TYPE, self.folder_type.code()))
    }

    fn from_element(element: &Element) -> Result<Self, MessageError> {
        Ok(Self {
            server_id: element.required_text(tag::SERVER_ID)?,
            parent_id: element.required_text(tag::PARENT_ID)?,
            display_name: element.required_text(tag::DISPLAY_NAME)?,
            folder_type: FolderType::of_code(element.required_number(tag::TYPE)?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_and_responses_round_trip() {
        let request = FolderSyncRequest { sync_key: FIRST_KEY.into() };
        assert_eq!(FolderSyncRequest::from_wbxml(&request.to_wbxml().unwrap()), Ok(request));
        let folder = |folder_type| Folder {
            server_id: "inbox%2Fa".into(),
            parent_id: "0".into(),
            display_name: "Boîte".into(),
            folder_type,
        };
        let response = FolderSyncResponse {
            status: Status::SUCCESS,
            sync_key: Some("{8a}1".into()),
            changes: vec![
                FolderChange::Add(folder(FolderType::RecipientInformation)),
                FolderChange::Update(folder(FolderType::Other(77))),
                FolderChange::Delete("x".into()),
            ],
        };
        assert_eq!(FolderSyncResponse::from_wbxml(&response.to_wbxml().unwrap()), Ok(response));
        let failure = FolderSyncResponse::failure(Status::DEVICE_NOT_PROVISIONED);
        assert_eq!(FolderSyncResponse::from_wbxml(&failure.to_wbxml().unwrap()), Ok(failure));
    }

    #[test]
    fn another_root_and_a_missing_key_are_refused() {
        let wrong = Element::new(super::super::tags::airsync::SYNC);
        assert_eq!(
            FolderSyncRequest::from_element(&wrong),
            Err(MessageError::Root { expected: tag::FOLDER_SYNC, found: wrong.tag })
        );
        assert_eq!(
            FolderSyncRequest::from_element(&Element::new(tag::FOLDER_SYNC)),
            Err(MessageError::Missing { parent: tag::FOLDER_SYNC, tag: tag::SYNC_KEY })
        );
    }

    #[test]
    fn folder_types_lead_back_to_their_codes() {
        for code in 0..=u8::MAX {
            assert_eq!(FolderType::of_code(code).code(), code);
        }
    }
}
