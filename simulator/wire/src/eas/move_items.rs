//! MoveItems (MS-ASCMD section 2.2.1.12). Success is Status 3 here.

use super::Status;
use super::message::{Ask as _, Message, MessageError, Tell as _, root};
use super::tags::moving as tag;
use crate::wbxml::Element;
use serde::{Deserialize, Serialize};

/// One item to be moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// The item.
    pub source_item: String,
    /// The folder it is in.
    pub source_folder: String,
    /// The folder it goes to.
    pub destination_folder: String,
}

/// Items to be moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoveItemsRequest {
    /// The moves, in order.
    pub moves: Vec<Move>,
}

/// How one move went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoveResponse {
    /// The item as the request named it.
    pub source_item: String,
    /// 3 is success.
    pub status: Status,
    /// The item's id in the destination.
    pub destination_item: Option<String>,
}

/// How the moves went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoveItemsResponse {
    /// A failure of the whole command, such as 142.
    pub status: Option<Status>,
    /// One answer a move.
    pub responses: Vec<MoveResponse>,
}

impl Message for MoveItemsRequest {
    fn to_element(&self) -> Element {
        Element::new(tag::MOVE_ITEMS).with_all(self.moves.iter().map(|item| {
            Element::new(tag::MOVE)
                .with(Element::text(tag::SRC_MSG_ID, item.source_item.as_str()))
                .with(Element::text(tag::SRC_FLD_ID, item.source_folder.as_str()))
                .with(Element::text(tag::DST_FLD_ID, item.destination_folder.as_str()))
        }))
    }

    fn from_element(element: &Element) -> Result<Self, MessageError> {
        let moves = root(element, tag::MOVE_ITEMS)?.all(tag::MOVE).map(|item| {
            Ok(Move {
                source_item: item.required_text(tag::SRC_MSG_ID)?,
                source_folder: item.required_text(tag::SRC_FLD_ID)?,
                destination_folder: item.required_text(tag::DST_FLD_ID)?,
            })
        });
        Ok(Self { moves: moves.collect::<Result<_, MessageError>>()? })
    }
}

impl Message for MoveItemsResponse {
    fn to_element(&self) -> Element {
        Element::new(tag::MOVE_ITEMS).with_number(tag::STATUS, self.status.map(|status| status.0)).with_all(
            self.responses.iter().map(|response| {
                Element::new(tag::RESPONSE)
                    .with(Element::text(tag::SRC_MSG_ID, response.source_item.as_str()))
                    .with(Element::number(tag::STATUS, response.status.0))
                    .with_text(tag::DST_MSG_ID, response.destination_item.as_deref())
            }),
        )
    }

    fn from_element(element: &Element) -> Result<Self, MessageError> {
        let element = root(element, tag::MOVE_ITEMS)?;
        let responses = element.all(tag::RESPONSE).map(|response| {
            Ok(MoveResponse {
                source_item: response.optional_text(tag::SRC_MSG_ID)?.unwrap_or_default(),
                status: Status(response.required_number(tag::STATUS)?),
                destination_item: response.optional_text(tag::DST_MSG_ID)?,
            })
        });
        Ok(Self {
            status: element.optional_number(tag::STATUS)?.map(Status),
            responses: responses.collect::<Result<_, MessageError>>()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_and_responses_round_trip() {
        let request = MoveItemsRequest {
            moves: vec![Move {
                source_item: "2:1".into(),
                source_folder: "2".into(),
                destination_folder: "4".into(),
            }],
        };
        assert_eq!(MoveItemsRequest::from_wbxml(&request.to_wbxml().unwrap()), Ok(request));
        let response = MoveItemsResponse {
            status: None,
            responses: vec![
                MoveResponse {
                    source_item: "2:1".into(),
                    status: Status(3),
                    destination_item: Some("4:1".into()),
                },
                MoveResponse { source_item: "9".into(), status: Status(1), destination_item: None },
            ],
        };
        assert_eq!(MoveItemsResponse::from_wbxml(&response.to_wbxml().unwrap()), Ok(response));
    }
}
