//! One collection of one device: what the device has, and how that changes.

use super::application_data::{Preferences, application_data, class_matches, filter_allowed, within};
use super::refusal;
use crate::mailbox::{Content, Mailbox, folder};
use serde::{Deserialize, Serialize};
use smime::Timestamp;
use std::collections::BTreeMap;
use wire::Shared;
use wire::eas::Status;
use wire::eas::sync::{
    ClientCommand, CollectionResponse, FIRST_KEY, ItemResponse, ServerCommand, SyncCollection,
};
use wire::eas::tags::email;
use wire::wbxml::Element;

/// The state of a collection of a device.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::exchange) struct Collection {
    /// Counts how often the collection was started; part of the key.
    generation: u32,
    /// What the last key stands for; nothing before the first start.
    current: Option<State>,
    /// What the key before stands for, in case the last answer was lost.
    before: Option<State>,
    preferences: Preferences,
}

/// What a device has, by item, with versions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct State {
    number: u32,
    known: BTreeMap<String, u64>,
    /// What the client's own items of the following request became, so that a repeated one makes no second.
    added: BTreeMap<String, String>,
}

impl Collection {
    /// Answers a request for the collection and says how much of the window it took. No answer means that
    /// nothing changed and nothing was asked.
    pub(super) fn exchange(
        &mut self,
        now: Timestamp,
        mailbox: &mut Shared<Mailbox>,
        asked: &SyncCollection,
        window: u16,
    ) -> (Option<CollectionResponse>, u16) {
        let id = asked.collection_id.as_str();
        let filter = asked.options.as_ref().and_then(|options| options.filter_type).unwrap_or_default();
        let class = mailbox.folder(id).and_then(|entry| entry.folder.folder_type.class());
        if !filter_allowed(class, filter) {
            return (Some(refusal(asked.sync_key.clone(), id, Status(4))), 0);
        }
        if asked.sync_key == FIRST_KEY {
            return (Some(self.start(asked)), 0);
        }
        let key = |state: &State| sync_key(self.generation, state.number);
        let repeated = self.before.as_ref().is_some_and(|before| key(before) == asked.sync_key);
        let is_current = self.current.as_ref().is_some_and(|current| key(current) == asked.sync_key);
        let base = match (is_current, repeated) {
            (true, _) => self.current.take(),
            (false, true) => self.before.take(),
            (false, false) => None,
        };
        let Some(mut base) = base else {
            return (Some(refusal(FIRST_KEY.into(), id, Status(3))), 0);
        };
        if let Some(options) = &asked.options {
            self.preferences.update(options);
        }
        let mut state = State { number: base.number + 1, known: base.known.clone(), added: BTreeMap::new() };
        let mut responses = Vec::new();
        for command in &asked.commands {
            responses.extend(self.obey(now, mailbox, id, asked, command, &mut base, &mut state));
        }
        let changes = if asked.get_changes.unwrap_or(true) {
            self.changes(now, mailbox, id, &state.known)
        } else {
            Vec::new()
        };
        let more_available = changes.len() > usize::from(window);
        let commands: Vec<_> = changes.into_iter().take(usize::from(window)).collect();
        for command in &commands {
            match command {
                ServerCommand::Add { server_id, .. } | ServerCommand::Change { server_id, .. } => {
                    let version = mailbox.item(id, server_id).map_or(0, |item| item.version);
                    state.known.insert(server_id.clone(), version);
                }
                ServerCommand::Delete { server_id } | ServerCommand::SoftDelete { server_id } => {
                    state.known.remove(server_id);
                }
            }
        }
        let used = u16::try_from(commands.len()).unwrap_or(window);
        if asked.commands.is_empty() && commands.is_empty() {
            // The key stays good; what came before it is over.
            self.current = Some(base);
            self.before = None;
            return (None, 0);
        }
        let response = CollectionResponse {
            class: None,
            sync_key: Some(sync_key(self.generation, state.number)),
            collection_id: Some(id.into()),
            status: Status::SUCCESS,
            more_available,
            commands,
            responses,
        };
        self.before = Some(base);
        self.current = Some(state);
        (Some(response), used)
    }

    fn start(&mut self, asked: &SyncCollection) -> CollectionResponse {
        self.generation += 1;
        self.before = None;
        self.preferences = Preferences::default();
        if let Some(options) = &asked.options {
            self.preferences.update(options);
        }
        self.current = Some(State { number: 1, ..State::default() });
        CollectionResponse {
            sync_key: Some(sync_key(self.generation, 1)),
            ..refusal(String::new(), &asked.collection_id, Status::SUCCESS)
        }
    }

    /// What changed since a device knew `known`: what is gone first, then what is new, newest first.
    fn changes(
        &self,
        now: Timestamp,
        mailbox: &Mailbox,
        id: &str,
        known: &BTreeMap<String, u64>,
    ) -> Vec<ServerCommand> {
        let Some(entry) = mailbox.folder(id) else { return Vec::new() };
        let visible = |item| within(now, self.preferences.filter_type, item);
        let mut changes: Vec<_> = known
            .keys()
            .filter_map(|server_id| match entry.items.get(server_id) {
                None => Some(ServerCommand::Delete { server_id: server_id.clone() }),
                Some(item) if !visible(item) => {
                    Some(ServerCommand::SoftDelete { server_id: server_id.clone() })
                }
                Some(_) => None,
            })
            .collect();
        let mut items: Vec<_> = entry.items.iter().filter(|(_, item)| visible(item)).collect();
        items.sort_by_key(|(_, item)| std::cmp::Reverse((item.received, item.number)));
        for (server_id, item) in items {
            let server_id = server_id.clone();
            let data = || application_data(item, &self.preferences);
            match known.get(&server_id) {
                None => changes.push(ServerCommand::Add { server_id, data: data() }),
                Some(version) if *version != item.version => {
                    changes.push(ServerCommand::Change { server_id, data: data() });
                }
                Some(_) => {}
            }
        }
        changes
    }

    /// Does what the client did and answers as far as it must be answered.
    #[allow(clippy::too_many_arguments, reason = "both states change with every command")]
    fn obey(
        &self,
        now: Timestamp,
        mailbox: &mut Shared<Mailbox>,
        id: &str,
        asked: &SyncCollection,
        command: &ClientCommand,
        base: &mut State,
        state: &mut State,
    ) -> Option<ItemResponse> {
        match command {
            ClientCommand::Add { client_id, data, .. } => {
                let repeated =
                    base.added.get(client_id).filter(|id_| mailbox.item(id, id_).is_some()).cloned();
                let read_only =
                    id == folder::RECIPIENT_INFORMATION || !class_matches(mailbox.folder(id), data);
                let (server_id, failure) = match repeated {
                    Some(server_id) => (Some(server_id), Status::SUCCESS),
                    None if read_only => (None, Status(6)),
                    None => (mailbox.add(id, now, Content::Data(data.clone())), Status(9)),
                };
                if let Some(server_id) = &server_id {
                    let version = mailbox.item(id, server_id).map_or(0, |item| item.version);
                    state.known.insert(server_id.clone(), version);
                    base.added.insert(client_id.clone(), server_id.clone());
                }
                let status = if server_id.is_some() { Status::SUCCESS } else { failure };
                Some(ItemResponse::Add { client_id: client_id.clone(), server_id, status })
            }
            ClientCommand::Change { server_id, data } => {
                let known = base.known.get(server_id).copied();
                let current = mailbox.item(id, server_id).map(|item| item.version);
                match (known, current) {
                    (Some(_), Some(_)) => {
                        mailbox.change(id, server_id, |item| apply(item, data));
                        let version = mailbox.item(id, server_id).map_or(0, |item| item.version);
                        // What somebody else changed meanwhile is sent with this answer.
                        if known == current {
                            state.known.insert(server_id.clone(), version);
                        }
                        None
                    }
                    _ => Some(ItemResponse::Change { server_id: server_id.clone(), status: Status(8) }),
                }
            }
            ClientCommand::Delete { server_id } => {
                let to_trash = asked.deletes_as_moves.unwrap_or(true) && id != folder::DELETED_ITEMS;
                let gone = if to_trash {
                    mailbox.relocate(id, server_id, folder::DELETED_ITEMS).is_some()
                } else {
                    mailbox.remove(id, server_id).is_some()
                };
                let was_known = state.known.remove(server_id).is_some();
                (!gone && !was_known)
                    .then(|| ItemResponse::Delete { server_id: server_id.clone(), status: Status(8) })
            }
            ClientCommand::Fetch { server_id } => {
                let item = mailbox.item(id, server_id);
                Some(ItemResponse::Fetch {
                    server_id: server_id.clone(),
                    status: if item.is_some() { Status::SUCCESS } else { Status(8) },
                    data: item.map(|item| application_data(item, &self.preferences)),
                })
            }
        }
    }
}

/// Applies a change: the read mark of mail, the whole of what the client made, nothing else.
fn apply(item: &mut crate::mailbox::Item, data: &Element) {
    match &mut item.content {
        Content::Mail { .. } => {
            if let Some(read) = data.child(email::READ).and_then(Element::content) {
                item.read = read == "1";
            }
        }
        content => *content = Content::Data(data.clone()),
    }
}

fn sync_key(generation: u32, number: u32) -> String {
    format!("{{{generation}}}{number}")
}
