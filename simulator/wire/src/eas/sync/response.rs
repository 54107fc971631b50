//! What a server answers and changes.

use super::request::{application_data, class};
use crate::eas::message::{Ask as _, Message, MessageError, Tell as _, root};
use crate::eas::tags::airsync as tag;
use crate::eas::{Class, Status};
use crate::wbxml::Element;
use serde::{Deserialize, Serialize};

/// A change on the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ServerCommand {
    /// An item the client does not have.
    Add {
        /// The item.
        server_id: String,
        /// `AirSync:ApplicationData`.
        data: Element,
    },
    /// An item that changed.
    Change {
        /// The item.
        server_id: String,
        /// `AirSync:ApplicationData` with what changed.
        data: Element,
    },
    /// An item that was deleted or moved away.
    Delete {
        /// The item.
        server_id: String,
    },
    /// An item that fell out of the filter; it still exists.
    SoftDelete {
        /// The item.
        server_id: String,
    },
}

/// The answer to a change of the client; changes and deletions that went well are not answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ItemResponse {
    /// To an Add.
    Add {
        /// The client's own id.
        client_id: String,
        /// The id the server gave.
        server_id: Option<String>,
        /// How it went.
        status: Status,
    },
    /// To a Change.
    Change {
        /// The item.
        server_id: String,
        /// How it went.
        status: Status,
    },
    /// To a Delete.
    Delete {
        /// The item.
        server_id: String,
        /// How it went.
        status: Status,
    },
    /// To a Fetch.
    Fetch {
        /// The item.
        server_id: String,
        /// How it went.
        status: Status,
        /// `AirSync:ApplicationData`, if it went well.
        data: Option<Element>,
    },
}

/// A collection of a response.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollectionResponse {
    /// The class; only of old protocols.
    pub class: Option<Class>,
    /// The key for the next request; some servers send 0 with a failure.
    pub sync_key: Option<String>,
    /// The folder.
    pub collection_id: Option<String>,
    /// How it went.
    pub status: Status,
    /// Whether there are more changes than the window holds.
    pub more_available: bool,
    /// What changed on the server, in order.
    pub commands: Vec<ServerCommand>,
    /// The answers to the client's changes.
    pub responses: Vec<ItemResponse>,
}

/// A response; "no change" may also come as an empty body without message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncResponse {
    /// A failure of the whole command, such as 13 or 142.
    pub status: Option<Status>,
    /// The bound that a wait time broke (Status 14).
    pub limit: Option<u16>,
    /// The collections.
    pub collections: Vec<CollectionResponse>,
}

impl SyncResponse {
    /// Makes an answer that only says what went wrong.
    pub fn failure(status: Status) -> Self {
        Self { status: Some(status), limit: None, collections: Vec::new() }
    }
}

impl Message for SyncResponse {
    fn to_element(&self) -> Element {
        let mut element = Element::new(tag::SYNC)
            .with_number(tag::STATUS, self.status.map(|status| status.0))
            .with_number(tag::LIMIT, self.limit);
        if !self.collections.is_empty() {
            element.push(
                Element::new(tag::COLLECTIONS)
                    .with_all(self.collections.iter().map(CollectionResponse::to_element)),
            );
        }
        element
    }

    fn from_element(element: &Element) -> Result<Self, MessageError> {
        let element = root(element, tag::SYNC)?;
        let collections =
            element.child(tag::COLLECTIONS).into_iter().flat_map(|list| list.all(tag::COLLECTION));
        Ok(Self {
            status: element.optional_number(tag::STATUS)?.map(Status),
            limit: element.optional_number(tag::LIMIT)?,
            collections: collections.map(CollectionResponse::from_element).collect::<Result<_, _>>()?,
        })
    }
}

impl CollectionResponse {
    fn to_element(&self) -> Element {
        let mut element = Element::new(tag::COLLECTION)
            .with_text(tag::CLASS, self.class.map(Class::name))
            .with_text(tag::SYNC_KEY, self.sync_key.as_deref())
            .with_text(tag::COLLECTION_ID, self.collection_id.as_deref())
            .with(Element::number(tag::STATUS, self.status.0))
            .with_empty(tag::MORE_AVAILABLE, self.more_available);
        if !self.responses.is_empty() {
            element.push(
                Element::new(tag::RESPONSES).with_all(self.responses.iter().map(ItemResponse::to_element)),
            );
        }
        if !self.commands.is_empty() {
            element.push(
                Element::new(tag::COMMANDS).with_all(self.commands.iter().map(ServerCommand::to_element)),
            );
        }
        element
    }

    fn from_element(element: &Element) -> Result<Self, MessageError> {
        let (mut commands, mut responses) = (Vec::new(), Vec::new());
        for command in element.child(tag::COMMANDS).into_iter().flat_map(Element::elements) {
            commands.extend(ServerCommand::from_element(command)?);
        }
        for response in element.child(tag::RESPONSES).into_iter().flat_map(Element::elements) {
            responses.extend(ItemResponse::from_element(response)?);
        }
        Ok(Self {
            class: class(element)?,
            sync_key: element.optional_text(tag::SYNC_KEY)?,
            collection_id: element.optional_text(tag::COLLECTION_ID)?,
            status: Status(element.required_number(tag::STATUS)?),
            more_available: element.child(tag::MORE_AVAILABLE).is_some(),
            commands,
            responses,
        })
    }
}

impl ServerCommand {
    fn to_element(&self) -> Element {
        let id = |server_id: &String| Element::text(tag::SERVER_ID, server_id.as_str());
        match self {
            Self::Add { server_id, data } => Element::new(tag::ADD).with(id(server_id)).with(data.clone()),
            Self::Change { server_id, data } => {
                Element::new(tag::CHANGE).with(id(server_id)).with(data.clone())
            }
            Self::Delete { server_id } => Element::new(tag::DELETE).with(id(server_id)),
            Self::SoftDelete { server_id } => Element::new(tag::SOFT_DELETE).with(id(server_id)),
        }
    }

    fn from_element(element: &Element) -> Result<Option<Self>, MessageError> {
        let server_id = || element.required_text(tag::SERVER_ID);
        Ok(Some(match element.tag {
            tag::ADD => Self::Add { server_id: server_id()?, data: application_data(element)? },
            tag::CHANGE => Self::Change { server_id: server_id()?, data: application_data(element)? },
            tag::DELETE => Self::Delete { server_id: server_id()? },
            tag::SOFT_DELETE => Self::SoftDelete { server_id: server_id()? },
            _ => return Ok(None),
        }))
    }
}

impl ItemResponse {
    fn to_element(&self) -> Element {
        let answer = |tag_, server_id: Option<&str>, status: &Status| {
            Element::new(tag_)
                .with_text(tag::SERVER_ID, server_id)
                .with(Element::number(tag::STATUS, status.0))
        };
        match self {
            Self::Add { client_id, server_id, status } => Element::new(tag::ADD)
                .with(Element::text(tag::CLIENT_ID, client_id.as_str()))
                .with_text(tag::SERVER_ID, server_id.as_deref())
                .with(Element::number(tag::STATUS, status.0)),
            Self::Change { server_id, status } => answer(tag::CHANGE, Some(server_id), status),
            Self::Delete { server_id, status } => answer(tag::DELETE, Some(server_id), status),
            Self::Fetch { server_id, status, data } => {
                answer(tag::FETCH, Some(server_id), status).with_all(data.clone())
            }
        }
    }

    fn from_element(element: &Element) -> Result<Option<Self>, MessageError> {
        let status = || element.required_number(tag::STATUS).map(Status);
        let server_id = || element.required_text(tag::SERVER_ID);
        Ok(Some(match element.tag {
            tag::ADD => Self::Add {
                client_id: element.required_text(tag::CLIENT_ID)?,
                server_id: element.optional_text(tag::SERVER_ID)?,
                status: status()?,
            },
            tag::CHANGE => Self::Change { server_id: server_id()?, status: status()? },
            tag::DELETE => Self::Delete { server_id: server_id()?, status: status()? },
            tag::FETCH => Self::Fetch {
                server_id: server_id()?,
                status: status()?,
                data: element.child(tag::APPLICATION_DATA).cloned(),
            },
            _ => return Ok(None),
        }))
    }
}
