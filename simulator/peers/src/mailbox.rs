//! Mailboxes: folders and the items in them.

mod item;
mod seed;
mod text;

pub use item::{Content, Item};
pub use text::{attached_files, message_class, plain_text};

use serde::{Deserialize, Serialize};
use smime::Timestamp;
use std::collections::BTreeMap;
use wire::Shared;
use wire::eas::folder_sync::{Folder, FolderType};

/// The ids of the folders that every mailbox has; they equal the folder type, as far as there is one.
pub mod folder {
    /// The inbox.
    pub const INBOX: &str = "2";
    /// Drafts.
    pub const DRAFTS: &str = "3";
    /// Deleted items.
    pub const DELETED_ITEMS: &str = "4";
    /// Sent items.
    pub const SENT_ITEMS: &str = "5";
    /// The outbox.
    pub const OUTBOX: &str = "6";
    /// Tasks.
    pub const TASKS: &str = "7";
    /// The calendar.
    pub const CALENDAR: &str = "8";
    /// Contacts.
    pub const CONTACTS: &str = "9";
    /// Notes.
    pub const NOTES: &str = "10";
    /// Recipients written to recently.
    pub const RECIPIENT_INFORMATION: &str = "RI";
}

/// The most items of a mailbox; more are refused.
pub const ITEMS: usize = 10_000;

/// A user's folders and items.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailbox {
    folders: BTreeMap<String, MailFolder>,
    next_item: u64,
    next_folder: u64,
}

/// A folder with its items.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailFolder {
    /// How the hierarchy shows it.
    pub folder: Shared<Folder>,
    /// The items by id; an item keeps its id as long as it stays in the folder.
    pub items: BTreeMap<String, Item>,
}

impl Mailbox {
    /// Makes a mailbox with the folders that every one has, all empty.
    pub fn empty() -> Self {
        let folders = [
            (folder::INBOX, "Inbox", FolderType::Inbox),
            (folder::DRAFTS, "Drafts", FolderType::Drafts),
            (folder::DELETED_ITEMS, "Deleted Items", FolderType::DeletedItems),
            (folder::SENT_ITEMS, "Sent Items", FolderType::SentItems),
            (folder::OUTBOX, "Outbox", FolderType::Outbox),
            (folder::TASKS, "Tasks", FolderType::Tasks),
            (folder::CALENDAR, "Calendar", FolderType::Calendar),
            (folder::CONTACTS, "Contacts", FolderType::Contacts),
            (folder::NOTES, "Notes", FolderType::Notes),
            (folder::RECIPIENT_INFORMATION, "RecipientInfo", FolderType::RecipientInformation),
        ]
        .map(|(id, name, folder_type)| {
            let folder = Folder {
                server_id: id.into(),
                parent_id: "0".into(),
                display_name: name.into(),
                folder_type,
            };
            (id.into(), MailFolder { folder: Shared::new(folder), items: BTreeMap::new() })
        });
        Self { folders: folders.into(), next_item: 1, next_folder: 100 }
    }

    /// Makes a mailbox that holds something of every kind: mails received 0, 2, 5, 10, 20 and 60 days before
    /// `now`, a contact, an event on the next day, an open task and a note.
    pub fn seeded(address: &str, display_name: &str, now: Timestamp) -> Self {
        seed::seeded(address, display_name, now)
    }

    /// Walks the folders by id.
    pub fn folders(&self) -> impl Iterator<Item = &Shared<Folder>> {
        self.folders.values().map(|entry| &entry.folder)
    }

    /// Finds a folder with its items.
    pub fn folder(&self, id: &str) -> Option<&MailFolder> {
        self.folders.get(id)
    }

    /// Adds a folder of the user and returns its id.
    pub fn add_folder(&mut self, parent: &str, name: &str, folder_type: FolderType) -> String {
        let id = self.next_folder.to_string();
        self.next_folder += 1;
        let folder = Folder {
            server_id: id.clone(),
            parent_id: parent.into(),
            display_name: name.into(),
            folder_type,
        };
        self.folders.insert(id.clone(), MailFolder { folder: Shared::new(folder), items: BTreeMap::new() });
        id
    }

    /// Finds an item of a folder.
    pub fn item(&self, folder: &str, id: &str) -> Option<&Item> {
        self.folders.get(folder)?.items.get(id)
    }

    /// Walks the mails of a folder, oldest first.
    pub fn mails(&self, folder: &str) -> impl Iterator<Item = &Item> {
        let mut mails: Vec<&Item> = self
            .folders
            .get(folder)
            .into_iter()
            .flat_map(|entry| entry.items.values())
            .filter(|item| matches!(item.content, Content::Mail { .. }))
            .collect();
        mails.sort_by_key(|item| (item.received, item.number));
        mails.into_iter()
    }

    /// Says whether there is no room for another item.
    pub fn is_full(&self) -> bool {
        self.folders.values().map(|entry| entry.items.len()).sum::<usize>() >= ITEMS
    }

    /// Puts content into a folder and returns the item's id; `None` if there is no such folder or the mailbox
    /// is full.
    pub fn add(&mut self, folder: &str, received: Timestamp, content: Content) -> Option<String> {
        if self.is_full() {
            return None;
        }
        let entry = self.folders.get_mut(folder)?;
        let number = self.next_item;
        self.next_item += 1;
        let id = format!("{folder}:{number}");
        entry.items.insert(id.clone(), Item { number, version: 1, received, read: false, content });
        Some(id)
    }

    /// Changes an item and counts its version; `false` if there is none.
    pub fn change(&mut self, folder: &str, id: &str, change: impl FnOnce(&mut Item)) -> bool {
        match self.folders.get_mut(folder).and_then(|entry| entry.items.get_mut(id)) {
            Some(item) => {
                change(item);
                item.version += 1;
                true
            }
            None => false,
        }
    }

    /// Removes an item.
    pub fn remove(&mut self, folder: &str, id: &str) -> Option<Item> {
        self.folders.get_mut(folder)?.items.remove(id)
    }

    /// Moves an item and returns its id in the destination; `None` if item or destination are missing.
    pub fn relocate(&mut self, source: &str, id: &str, destination: &str) -> Option<String> {
        if !self.folders.contains_key(destination) {
            return None;
        }
        let item = self.remove(source, id)?;
        let moved = self.add(destination, item.received, item.content)?;
        if item.read {
            self.change(destination, &moved, |copy| copy.read = true);
        }
        Some(moved)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seeded_mailbox_holds_something_of_every_kind() {
        let now = Timestamp(1_770_000_000_000);
        let mailbox = Mailbox::seeded("anna@example.test", "Anna", now);
        let ages: Vec<_> =
            mailbox.mails(folder::INBOX).map(|item| (now.0 - item.received.0) / 86_400_000).collect();
        assert_eq!(ages, [60, 20, 10, 5, 2, 0]);
        for id in [folder::CONTACTS, folder::CALENDAR, folder::TASKS, folder::NOTES] {
            assert_eq!(mailbox.folder(id).map(|entry| entry.items.len()), Some(1), "{id}");
        }
        assert_eq!(mailbox, Mailbox::seeded("anna@example.test", "Anna", now));
    }

    #[test]
    fn a_mailbox_is_full_at_its_bound_and_has_room_after_a_removal() {
        let mut mailbox = Mailbox::empty();
        let mail = Content::Mail { mime: Vec::new() };
        for _ in 0..ITEMS {
            assert!(mailbox.add(folder::INBOX, Timestamp(0), mail.clone()).is_some());
        }
        assert_eq!(mailbox.add(folder::SENT_ITEMS, Timestamp(0), mail.clone()), None);
        let id = mailbox.mails(folder::INBOX).next().map(|item| format!("2:{}", item.number)).unwrap();
        assert!(mailbox.relocate(folder::INBOX, &id, folder::SENT_ITEMS).is_some());
        assert!(mailbox.remove(folder::INBOX, "2:2").is_some());
        assert!(mailbox.add(folder::INBOX, Timestamp(0), mail).is_some());
    }

    #[test]
    fn a_moved_item_keeps_what_it_is_but_not_its_id() {
        let mut mailbox = Mailbox::seeded("anna@example.test", "Anna", Timestamp(0));
        let id = mailbox.folder(folder::INBOX).unwrap().items.keys().next().unwrap().clone();
        mailbox.change(folder::INBOX, &id, |item| item.read = true);
        let content = mailbox.item(folder::INBOX, &id).unwrap().content.clone();
        assert_eq!(mailbox.relocate(folder::INBOX, &id, "nowhere"), None);
        let moved = mailbox.relocate(folder::INBOX, &id, folder::DELETED_ITEMS).unwrap();
        assert!(mailbox.item(folder::INBOX, &id).is_none());
        let item = mailbox.item(folder::DELETED_ITEMS, &moved).unwrap();
        assert!(item.read && item.content == content && moved != id);
    }
}
