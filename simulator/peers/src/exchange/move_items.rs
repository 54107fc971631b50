//! MoveItems (MS-ASCMD section 2.2.1.12).

use super::Exchange;
use super::server::Session;
use wire::eas::Status;
use wire::eas::move_items::{MoveItemsRequest, MoveItemsResponse, MoveResponse};

const BAD_SOURCE: Status = Status(1);
const BAD_DESTINATION: Status = Status(2);
const MOVED: Status = Status(3);
const SAME: Status = Status(4);

impl Exchange {
    pub(super) fn move_items(
        &mut self,
        session: &Session<'_>,
        request: &MoveItemsRequest,
    ) -> MoveItemsResponse {
        let Some(mailbox) = self.mailboxes.get_mut(&session.mailbox) else {
            return MoveItemsResponse { status: Some(Status(5)), responses: Vec::new() };
        };
        let responses = request.moves.iter().map(|asked| {
            let (status, destination_item) = if mailbox
                .item(&asked.source_folder, &asked.source_item)
                .is_none()
            {
                (BAD_SOURCE, None)
            } else if asked.source_folder == asked.destination_folder {
                (SAME, None)
            } else {
                match mailbox.relocate(&asked.source_folder, &asked.source_item, &asked.destination_folder) {
                    Some(id) => (MOVED, Some(id)),
                    None => (BAD_DESTINATION, None),
                }
            };
            MoveResponse { source_item: asked.source_item.clone(), status, destination_item }
        });
        MoveItemsResponse { status: None, responses: responses.collect() }
    }
}
