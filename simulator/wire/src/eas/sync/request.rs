//! What a client asks and changes.

use crate::eas::message::{Ask as _, Message, MessageError, Tell as _, root};
use crate::eas::tags::{airsync as tag, base};
use crate::eas::{BodyPreference, Class};
use crate::wbxml::Element;
use serde::{Deserialize, Serialize};

/// How far back a collection reaches (MS-ASCMD section 2.2.3.68.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum FilterType {
    /// 0: everything.
    #[default]
    All = 0,
    /// 1: one day.
    OneDay = 1,
    /// 2: three days.
    ThreeDays = 2,
    /// 3: one week.
    OneWeek = 3,
    /// 4: two weeks.
    TwoWeeks = 4,
    /// 5: one month.
    OneMonth = 5,
    /// 6: three months; not for e-mail.
    ThreeMonths = 6,
    /// 7: six months; not for e-mail.
    SixMonths = 7,
    /// 8: tasks that are not complete.
    IncompleteTasks = 8,
}

impl FilterType {
    /// Every filter, by code.
    pub const ALL: [FilterType; 9] = [
        Self::All,
        Self::OneDay,
        Self::ThreeDays,
        Self::OneWeek,
        Self::TwoWeeks,
        Self::OneMonth,
        Self::ThreeMonths,
        Self::SixMonths,
        Self::IncompleteTasks,
    ];

    /// Reads the number on the wire.
    pub fn of_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|filter| *filter as u8 == code)
    }

    /// How many days the filter reaches back; `None` if it sets no time. A month counts 31 days.
    pub fn window_days(self) -> Option<u32> {
        match self {
            Self::All | Self::IncompleteTasks => None,
            Self::OneDay => Some(1),
            Self::ThreeDays => Some(3),
            Self::OneWeek => Some(7),
            Self::TwoWeeks => Some(14),
            Self::OneMonth => Some(31),
            Self::ThreeMonths => Some(92),
            Self::SixMonths => Some(183),
        }
    }
}

/// For which messages a client wants MIME (MS-ASCMD section 2.2.3.110.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum MimeSupport {
    /// 0: for none.
    #[default]
    Never = 0,
    /// 1: for S/MIME messages only.
    SmimeOnly = 1,
    /// 2: for all.
    All = 2,
}

/// What is wanted of a collection; the server remembers it until it changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncOptions {
    /// How far back.
    pub filter_type: Option<FilterType>,
    /// The class the options are for.
    pub class: Option<Class>,
    /// The forms of body that are accepted, best first.
    pub body_preferences: Vec<BodyPreference>,
    /// Who wins a conflict: 0 the client, 1 the server.
    pub conflict: Option<u8>,
    /// For which messages MIME is wanted.
    pub mime_support: Option<MimeSupport>,
    /// How MIME is cut: 8 not at all (MS-ASCMD section 2.2.3.111).
    pub mime_truncation: Option<u8>,
    /// The most recipients of the recipient information folder.
    pub max_items: Option<u32>,
}

/// A change that a client made, or an item it wants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClientCommand {
    /// A new item.
    Add {
        /// The class, in the recipient information or drafts folder.
        class: Option<Class>,
        /// The client's own id.
        client_id: String,
        /// `AirSync:ApplicationData`.
        data: Element,
    },
    /// A changed item.
    Change {
        /// The item.
        server_id: String,
        /// `AirSync:ApplicationData` with what changed.
        data: Element,
    },
    /// A deleted item.
    Delete {
        /// The item.
        server_id: String,
    },
    /// An item that is wanted whole.
    Fetch {
        /// The item.
        server_id: String,
    },
}

/// A collection of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncCollection {
    /// The key of the last answer; [`super::FIRST_KEY`] at first.
    pub sync_key: String,
    /// The folder.
    pub collection_id: String,
    /// Whether deleted items go to Deleted Items; true if absent.
    pub deletes_as_moves: Option<bool>,
    /// Whether the server's changes are wanted; if absent, true unless the key is the first.
    pub get_changes: Option<bool>,
    /// The most changes wanted.
    pub window_size: Option<u16>,
    /// What is wanted, if it changed.
    pub options: Option<SyncOptions>,
    /// What the client changed.
    pub commands: Vec<ClientCommand>,
}

impl SyncCollection {
    /// Makes the request that starts a collection.
    pub fn first(collection_id: impl Into<String>) -> Self {
        Self::next(super::FIRST_KEY, collection_id)
    }

    /// Makes a request that asks for changes since a key.
    pub fn next(sync_key: impl Into<String>, collection_id: impl Into<String>) -> Self {
        Self {
            sync_key: sync_key.into(),
            collection_id: collection_id.into(),
            deletes_as_moves: None,
            get_changes: None,
            window_size: None,
            options: None,
            commands: Vec::new(),
        }
    }
}

/// A request; one without a body repeats the last one and has no message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncRequest {
    /// The collections.
    pub collections: Vec<SyncCollection>,
    /// How long the server may wait for changes, in minutes.
    pub wait_minutes: Option<u16>,
    /// How long the server may wait for changes, in seconds; since 14.0, instead of `wait_minutes`.
    pub heartbeat_interval_seconds: Option<u16>,
    /// The most changes wanted over all collections.
    pub window_size: Option<u16>,
    /// Whether collections not named stay as in the last request.
    pub partial: bool,
}

impl Message for SyncRequest {
    fn to_element(&self) -> Element {
        let mut element = Element::new(tag::SYNC);
        if !self.collections.is_empty() {
            element.push(
                Element::new(tag::COLLECTIONS)
                    .with_all(self.collections.iter().map(SyncCollection::to_element)),
            );
        }
        element
            .with_number(tag::WAIT, self.wait_minutes)
            .with_number(tag::HEARTBEAT_INTERVAL, self.heartbeat_interval_seconds)
            .with_number(tag::WINDOW_SIZE, self.window_size)
            .with_empty(tag::PARTIAL, self.partial)
    }

    fn from_element(element: &Element) -> Result<Self, MessageError> {
        let element = root(element, tag::SYNC)?;
        let collections =
            element.child(tag::COLLECTIONS).into_iter().flat_map(|list| list.all(tag::COLLECTION));
        Ok(Self {
            collections: collections.map(SyncCollection::from_element).collect::<Result<_, _>>()?,
            wait_minutes: element.optional_number(tag::WAIT)?,
            heartbeat_interval_seconds: element.optional_number(tag::HEARTBEAT_INTERVAL)?,
            window_size: element.optional_number(tag::WINDOW_SIZE)?,
            partial: element.child(tag::PARTIAL).is_some(),
        })
    }
}

impl SyncCollection {
    fn to_element(&self) -> Element {
        let mut element = Element::new(tag::COLLECTION)
            .with(Element::text(tag::SYNC_KEY, self.sync_key.as_str()))
            .with(Element::text(tag::COLLECTION_ID, self.collection_id.as_str()))
            .with_flag(tag::DELETES_AS_MOVES, self.deletes_as_moves)
            .with_flag(tag::GET_CHANGES, self.get_changes)
            .with_number(tag::WINDOW_SIZE, self.window_size);
        if let Some(options) = &self.options {
            element.push(options.to_element());
        }
        if !self.commands.is_empty() {
            element.push(
                Element::new(tag::COMMANDS).with_all(self.commands.iter().map(ClientCommand::to_element)),
            );
        }
        element
    }

    fn from_element(element: &Element) -> Result<Self, MessageError> {
        let mut commands = Vec::new();
        for command in element.child(tag::COMMANDS).into_iter().flat_map(Element::elements) {
            commands.extend(ClientCommand::from_element(command)?);
        }
        Ok(Self {
            sync_key: element.required_text(tag::SYNC_KEY)?,
            collection_id: element.required_text(tag::COLLECTION_ID)?,
            deletes_as_moves: element.optional_flag(tag::DELETES_AS_MOVES)?,
            get_changes: element.optional_flag(tag::GET_CHANGES)?,
            window_size: element.optional_number(tag::WINDOW_SIZE)?,
            options: element.child(tag::OPTIONS).map(SyncOptions::from_element).transpose()?,
            commands,
        })
    }
}

impl SyncOptions {
    fn to_element(&self) -> Element {
        Element::new(tag::OPTIONS)
            .with_number(tag::FILTER_TYPE, self.filter_type.map(|filter| filter as u8))
            .with_text(tag::CLASS, self.class.map(Class::name))
            .with_all(self.body_preferences.iter().map(|preference| preference.to_element()))
            .with_number(tag::CONFLICT, self.conflict)
            .with_number(tag::MIME_SUPPORT, self.mime_support.map(|support| support as u8))
            .with_number(tag::MIME_TRUNCATION, self.mime_truncation)
            .with_number(tag::MAX_ITEMS, self.max_items)
    }

    fn from_element(element: &Element) -> Result<Self, MessageError> {
        let filter_type = element.optional_number::<u8>(tag::FILTER_TYPE)?;
        let mime_support = element.optional_number::<u8>(tag::MIME_SUPPORT)?;
        Ok(Self {
            filter_type: filter_type
                .map(|code| FilterType::of_code(code).ok_or(MessageError::Value { tag: tag::FILTER_TYPE }))
                .transpose()?,
            class: class(element)?,
            body_preferences: element
                .all(base::BODY_PREFERENCE)
                .map(BodyPreference::from_element)
                .collect::<Result<_, _>>()?,
            conflict: element.optional_number(tag::CONFLICT)?,
            mime_support: match mime_support {
                None => None,
                Some(0) => Some(MimeSupport::Never),
                Some(1) => Some(MimeSupport::SmimeOnly),
                Some(2) => Some(MimeSupport::All),
                Some(_) => return Err(MessageError::Value { tag: tag::MIME_SUPPORT }),
            },
            mime_truncation: element.optional_number(tag::MIME_TRUNCATION)?,
            max_items: element.optional_number(tag::MAX_ITEMS)?,
        })
    }
}

impl ClientCommand {
    fn to_element(&self) -> Element {
        let id = |server_id: &String| Element::text(tag::SERVER_ID, server_id.as_str());
        match self {
            Self::Add { class, client_id, data } => Element::new(tag::ADD)
                .with_text(tag::CLASS, class.map(Class::name))
                .with(Element::text(tag::CLIENT_ID, client_id.as_str()))
                .with(data.clone()),
            Self::Change { server_id, data } => {
                Element::new(tag::CHANGE).with(id(server_id)).with(data.clone())
            }
            Self::Delete { server_id } => Element::new(tag::DELETE).with(id(server_id)),
            Self::Fetch { server_id } => Element::new(tag::FETCH).with(id(server_id)),
        }
    }

    fn from_element(element: &Element) -> Result<Option<Self>, MessageError> {
        Ok(Some(match element.tag {
            tag::ADD => Self::Add {
                class: class(element)?,
                client_id: element.required_text(tag::CLIENT_ID)?,
                data: application_data(element)?,
            },
            tag::CHANGE => Self::Change {
                server_id: element.required_text(tag::SERVER_ID)?,
                data: application_data(element)?,
            },
            tag::DELETE => Self::Delete { server_id: element.required_text(tag::SERVER_ID)? },
            tag::FETCH => Self::Fetch { server_id: element.required_text(tag::SERVER_ID)? },
            _ => return Ok(None),
        }))
    }
}

/// The class an element names; an unknown one is an error.
pub(super) fn class(element: &Element) -> Result<Option<Class>, MessageError> {
    element
        .optional_text(tag::CLASS)?
        .map(|name| Class::named(&name).ok_or(MessageError::Value { tag: tag::CLASS }))
        .transpose()
}

/// The application data that must be there.
pub(super) fn application_data(element: &Element) -> Result<Element, MessageError> {
    let missing = MessageError::Missing { parent: element.tag, tag: tag::APPLICATION_DATA };
    element.child(tag::APPLICATION_DATA).cloned().ok_or(missing)
}
