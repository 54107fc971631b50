//! Folders and collections.

use super::*;
use crate::mailbox::{Content, folder};
use wire::eas::folder_sync::{FolderChange, FolderType};
use wire::eas::move_items::{Move, MoveItemsRequest, MoveItemsResponse};
use wire::eas::sync::{ClientCommand, FilterType, ItemResponse, MimeSupport, ServerCommand};
use wire::eas::tags::{airsync, calendar, contacts, email, notes, tasks};
use wire::eas::{BodyPreference, BodyType, Email, MessageClass, Status};
use wire::wbxml::{Element, Tag};

const ADDRESS: &str = "anna@example.test";

fn filter(filter_type: FilterType) -> SyncOptions {
    SyncOptions { filter_type: Some(filter_type), ..SyncOptions::default() }
}

fn commands(response: &SyncResponse) -> &[ServerCommand] {
    &response.collections[0].commands
}

fn added(response: &SyncResponse) -> Vec<String> {
    let ids = commands(response).iter().filter_map(|command| match command {
        ServerCommand::Add { server_id, .. } => Some(server_id.clone()),
        _ => None,
    });
    ids.collect()
}

fn key(response: &SyncResponse) -> String {
    response.collections[0].sync_key.clone().unwrap()
}

#[test]
fn the_hierarchy_has_every_service_and_is_sent_once() {
    let mut server = server();
    let client = Client::new(ADDRESS, "pw");
    let first = client.folder_sync(&mut server, "0");
    let mut types: Vec<u8> = first
        .changes
        .iter()
        .map(|change| match change {
            FolderChange::Add(folder) => folder.folder_type.code(),
            other => panic!("{other:?}"),
        })
        .collect();
    types.sort_unstable();
    assert_eq!(types, [2, 3, 4, 5, 6, 7, 8, 9, 10, 19]);
    let key = first.sync_key.unwrap();
    let again = client.folder_sync(&mut server, &key);
    assert_eq!((again.sync_key.as_ref(), again.changes.len()), (Some(&key), 0));
    assert_eq!(client.folder_sync(&mut server, "h99").status, Status(9));
}

#[test]
fn a_lost_answer_about_folders_is_repeated() {
    let mut server = server();
    let client = Client::new(ADDRESS, "pw");
    let key = client.folder_sync(&mut server, "0").sync_key.unwrap();
    let id = server.mailbox_mut(ADDRESS).unwrap().add_folder("0", "Projects", FolderType::UserMail);
    let lost = client.folder_sync(&mut server, &key);
    assert_eq!(lost.changes.len(), 1);
    assert_eq!(client.folder_sync(&mut server, "h99").status, Status(9), "spoils nothing");
    assert_eq!(client.folder_sync(&mut server, &key), lost);
    let next = lost.sync_key.unwrap();
    assert!(client.folder_sync(&mut server, &next).changes.is_empty());
    assert_eq!(client.folder_sync(&mut server, &key).status, Status(9), "the device went on");
    assert!(client.fetch(&mut server, folder::INBOX, filter(FilterType::All)).1.collections[0].status.0 == 1);
    assert_eq!(client.sync(&mut server, SyncCollection::first(id)).unwrap().collections[0].status.0, 1);
}

#[test]
fn filters_show_exactly_the_ages_that_they_name() {
    let mut server = server();
    let client = anna(&mut server);
    for (filter_type, count) in [
        (FilterType::OneDay, 1),
        (FilterType::ThreeDays, 2),
        (FilterType::OneWeek, 3),
        (FilterType::TwoWeeks, 4),
        (FilterType::OneMonth, 5),
        (FilterType::All, 6),
    ] {
        let (_, response) = client.fetch(&mut server, folder::INBOX, filter(filter_type));
        assert_eq!(added(&response).len(), count, "{filter_type:?}");
    }
}

#[test]
fn mail_grows_old_with_the_virtual_time_and_a_wider_filter_brings_it_back() {
    let mut server = server();
    let mut client = anna(&mut server);
    let (key_1, response) = client.fetch(&mut server, folder::INBOX, filter(FilterType::OneDay));
    let id = added(&response).remove(0);
    assert_eq!(client.sync(&mut server, SyncCollection::next(&key_1, folder::INBOX)), None);
    client.now = Timestamp(NOW.0 + DAY);
    assert_eq!(client.sync(&mut server, SyncCollection::next(&key_1, folder::INBOX)), None, "to the day");
    client.now = Timestamp(NOW.0 + DAY + 1);
    let response = client.sync(&mut server, SyncCollection::next(&key_1, folder::INBOX)).unwrap();
    assert_eq!(commands(&response), [ServerCommand::SoftDelete { server_id: id }]);
    let wider = SyncCollection {
        options: Some(filter(FilterType::OneWeek)),
        ..SyncCollection::next(key(&response), folder::INBOX)
    };
    assert_eq!(added(&client.sync(&mut server, wider).unwrap()).len(), 3);
}

#[test]
fn windows_cut_and_more_is_available_until_it_is_not() {
    let mut server = server();
    let client = anna(&mut server);
    let first = client.sync(&mut server, SyncCollection::first(folder::INBOX)).unwrap();
    let (mut key_, mut seen, mut rounds) = (key(&first), Vec::new(), 0);
    loop {
        let asked = SyncCollection { window_size: Some(4), ..SyncCollection::next(&key_, folder::INBOX) };
        let response = client.sync(&mut server, asked).unwrap();
        seen.extend(added(&response));
        rounds += 1;
        key_ = key(&response);
        if !response.collections[0].more_available {
            break;
        }
    }
    assert_eq!((rounds, seen.len()), (2, 6));
    assert_eq!(client.sync(&mut server, SyncCollection::next(key_, folder::INBOX)), None);
}

#[test]
fn a_lost_answer_is_repeated_and_a_bad_key_is_refused() {
    let mut server = server();
    let client = anna(&mut server);
    let first = client.sync(&mut server, SyncCollection::first(folder::INBOX)).unwrap();
    let lost = client.sync(&mut server, SyncCollection::next(key(&first), folder::INBOX)).unwrap();
    let again = client.sync(&mut server, SyncCollection::next(key(&first), folder::INBOX)).unwrap();
    assert_eq!(lost, again);
    for bad in ["{1}9", "99999999", ""] {
        let response = client.sync(&mut server, SyncCollection::next(bad, folder::INBOX)).unwrap();
        assert_eq!(response.collections[0].status, Status(3), "{bad}");
    }
    assert_eq!(
        client.sync(&mut server, SyncCollection::next(key(&again), folder::INBOX)),
        None,
        "still good"
    );
    let response = client.sync(&mut server, SyncCollection::next(key(&first), folder::INBOX)).unwrap();
    assert_eq!(response.collections[0].status, Status(3), "the device went on");
    let restarted = client.sync(&mut server, SyncCollection::first(folder::INBOX)).unwrap();
    assert_ne!(key(&restarted), key(&first));
}

#[test]
fn unknown_collections_and_a_missing_hierarchy_are_told_apart() {
    let mut server = server();
    let client = Client::new(ADDRESS, "pw");
    let early = client.sync(&mut server, SyncCollection::first(folder::INBOX)).unwrap();
    assert_eq!(early.status, Some(Status(12)));
    client.folder_sync(&mut server, "0");
    let status = |server: &mut Exchange, id: &str| {
        client.sync(server, SyncCollection::first(id)).unwrap().collections[0].status
    };
    assert_eq!(status(&mut server, "nowhere"), Status(8));
    let new = server.mailbox_mut(ADDRESS).unwrap().add_folder("0", "New", FolderType::UserMail);
    assert_eq!(status(&mut server, &new), Status(12));
    let empty = client.post(&mut server, Command::Sync, Vec::new());
    assert_eq!(SyncResponse::from_wbxml(&empty.body).unwrap().status, Some(Status(13)));
}

#[test]
fn every_service_has_something_to_show() {
    let mut server = server();
    let client = anna(&mut server);
    for (id, tag) in [
        (folder::CONTACTS, contacts::EMAIL1_ADDRESS),
        (folder::CALENDAR, calendar::START_TIME),
        (folder::TASKS, tasks::SUBJECT),
        (folder::NOTES, notes::SUBJECT),
    ] {
        let (_, response) = client.fetch(&mut server, id, SyncOptions::default());
        let [ServerCommand::Add { data, .. }] = commands(&response) else { panic!("{id}") };
        assert!(data.child(tag).and_then(Element::content).is_some_and(|text| !text.is_empty()), "{id}");
    }
}

fn mime_options(support: MimeSupport, truncation_size: Option<u32>) -> SyncOptions {
    let mime = BodyPreference { truncation_size, ..BodyPreference::whole(BodyType::Mime) };
    SyncOptions {
        mime_support: Some(support),
        body_preferences: vec![BodyPreference::whole(BodyType::PlainText), mime],
        filter_type: Some(FilterType::OneDay),
        ..SyncOptions::default()
    }
}

#[test]
fn mime_is_given_whole_to_whom_it_is_wanted_by() {
    let mut server = server();
    let client = anna(&mut server);
    let signed = b"From: x@y\r\nContent-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; \
        boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b\r\n\xff\r\n--b--\r\n";
    let later = Timestamp(NOW.0 + 1);
    server.deliver(later, "x@y", ADDRESS, signed).unwrap();
    let bodies = |server: &mut Exchange, options| -> Vec<Email> {
        let (_, response) = client.fetch(server, folder::INBOX, options);
        let mails = commands(&response).iter().map(|command| match command {
            ServerCommand::Add { data, .. } => Email::from_application_data(data).unwrap(),
            other => panic!("{other:?}"),
        });
        mails.collect()
    };
    let types = |mails: &[Email]| -> Vec<BodyType> {
        mails.iter().map(|m| m.body.as_ref().unwrap().body_type).collect()
    };
    let never = bodies(&mut server, mime_options(MimeSupport::Never, None));
    assert_eq!(types(&never), [BodyType::PlainText; 2]);
    assert_eq!(never[0].body.as_ref().unwrap().data.as_deref(), Some(&b"hello"[..]));
    assert_eq!(never[0].message_class, Some(MessageClass::SmimeMultipartSigned));
    assert_eq!(never[0].attachments[0].display_name, "smime.p7s");
    let smime = bodies(&mut server, mime_options(MimeSupport::SmimeOnly, None));
    assert_eq!(types(&smime), [BodyType::Mime, BodyType::PlainText]);
    assert_eq!(smime[0].body.as_ref().unwrap().data.as_deref(), Some(&signed[..]));
    let all = bodies(&mut server, mime_options(MimeSupport::All, Some(10)));
    assert_eq!(types(&all), [BodyType::Mime; 2]);
    let body = all[0].body.as_ref().unwrap();
    assert!(body.truncated && body.estimated_data_size == Some(signed.len() as u32));
    assert_eq!(body.data.as_deref(), Some(&signed[..10]));
}

fn application_data(tag: Tag, text: &str) -> Element {
    Element::new(airsync::APPLICATION_DATA).with(Element::text(tag, text))
}

#[test]
fn what_a_client_does_is_done_once_even_if_the_answer_is_lost() {
    let mut server = server();
    let client = anna(&mut server);
    let (key_, response) = client.fetch(&mut server, folder::CONTACTS, SyncOptions::default());
    let old = added(&response).remove(0);
    let asked = SyncCollection {
        commands: vec![
            ClientCommand::Add {
                class: None,
                client_id: "c1".into(),
                data: application_data(contacts::FIRST_NAME, "Zoe"),
            },
            ClientCommand::Delete { server_id: old.clone() },
            ClientCommand::Change {
                server_id: "nothing".into(),
                data: application_data(contacts::FIRST_NAME, "x"),
            },
            ClientCommand::Add {
                class: None,
                client_id: "c2".into(),
                data: application_data(email::SUBJECT, "not a contact"),
            },
        ],
        ..SyncCollection::next(&key_, folder::CONTACTS)
    };
    let lost = client.sync(&mut server, asked.clone()).unwrap();
    let again = client.sync(&mut server, asked).unwrap();
    assert_eq!(lost, again);
    let [ItemResponse::Add { server_id: Some(new), status: Status(1), .. }, bad_change, bad_add] =
        again.collections[0].responses.as_slice()
    else {
        panic!("{again:?}")
    };
    assert!(matches!(bad_change, ItemResponse::Change { status: Status(8), .. }));
    assert!(matches!(bad_add, ItemResponse::Add { status: Status(6), server_id: None, .. }));
    let mailbox = server.mailbox(ADDRESS).unwrap();
    assert_eq!(mailbox.folder(folder::CONTACTS).unwrap().items.keys().collect::<Vec<_>>(), [new]);
    assert_eq!(mailbox.folder(folder::DELETED_ITEMS).unwrap().items.len(), 1);
    assert!(again.collections[0].commands.is_empty(), "a client is not told of its own changes");
    assert_eq!(client.sync(&mut server, SyncCollection::next(key(&again), folder::CONTACTS)), None);
}

#[test]
fn another_device_hears_of_read_marks_moves_and_deletions() {
    let mut server = server();
    let phone = anna(&mut server);
    let tablet = Client { device_id: "tablet".into(), ..phone.clone() };
    tablet.folder_sync(&mut server, "0");
    let (phone_key, response) = phone.fetch(&mut server, folder::INBOX, filter(FilterType::OneWeek));
    let (tablet_key, _) = tablet.fetch(&mut server, folder::INBOX, filter(FilterType::OneWeek));
    let [read, moved, deleted] = <[String; 3]>::try_from(added(&response)).unwrap();
    let asked = SyncCollection {
        deletes_as_moves: Some(false),
        commands: vec![
            ClientCommand::Change { server_id: read.clone(), data: application_data(email::READ, "1") },
            ClientCommand::Delete { server_id: deleted.clone() },
            ClientCommand::Fetch { server_id: moved.clone() },
        ],
        ..SyncCollection::next(phone_key, folder::INBOX)
    };
    let response = phone.sync(&mut server, asked).unwrap();
    assert!(matches!(
        response.collections[0].responses.as_slice(),
        [ItemResponse::Fetch { status: Status(1), data: Some(_), .. }]
    ));
    let move_to = |folder: &str| Move {
        source_item: moved.clone(),
        source_folder: folder::INBOX.into(),
        destination_folder: folder.into(),
    };
    let request = MoveItemsRequest {
        moves: vec![
            move_to(folder::INBOX),
            move_to("nowhere"),
            move_to(folder::DELETED_ITEMS),
            move_to(folder::DELETED_ITEMS),
        ],
    };
    let answer: MoveItemsResponse = phone.send(&mut server, Command::MoveItems, &request);
    assert_eq!(answer.responses.iter().map(|r| r.status.0).collect::<Vec<_>>(), [4, 2, 3, 1]);
    assert!(answer.responses[2].destination_item.is_some());

    let heard = tablet.sync(&mut server, SyncCollection::next(tablet_key, folder::INBOX)).unwrap();
    let mut kinds: Vec<_> = commands(&heard)
        .iter()
        .map(|command| match command {
            ServerCommand::Change { server_id, data } => {
                assert_eq!(Email::from_application_data(data).unwrap().read, Some(true));
                ("change", server_id.clone())
            }
            ServerCommand::Delete { server_id } => ("delete", server_id.clone()),
            other => panic!("{other:?}"),
        })
        .collect();
    kinds.sort();
    let mut expected = vec![("change", read), ("delete", moved), ("delete", deleted)];
    expected.sort();
    assert_eq!(kinds, expected);
    assert!(server.mailbox(ADDRESS).unwrap().folder(folder::DELETED_ITEMS).unwrap().items.len() == 1);
}

#[test]
fn incomplete_tasks_and_old_events_follow_their_filters() {
    let mut server = server();
    let client = anna(&mut server);
    let mailbox = server.mailbox_mut(ADDRESS).unwrap();
    mailbox.add(folder::TASKS, NOW, Content::Task { subject: "done".into(), due: NOW, complete: true });
    let past = Timestamp(NOW.0 - 20 * DAY);
    mailbox.add(folder::CALENDAR, past, Content::Event { subject: "past".into(), start: past, end: past });
    let count = |server: &mut Exchange, id: &str, filter_type| {
        added(&client.fetch(server, id, filter(filter_type)).1).len()
    };
    assert_eq!(count(&mut server, folder::TASKS, FilterType::All), 2);
    assert_eq!(count(&mut server, folder::TASKS, FilterType::IncompleteTasks), 1);
    assert_eq!(count(&mut server, folder::CALENDAR, FilterType::TwoWeeks), 1);
    assert_eq!(count(&mut server, folder::CALENDAR, FilterType::OneMonth), 2);
}

#[test]
fn a_filter_of_another_class_is_a_protocol_error() {
    let mut server = server();
    let client = anna(&mut server);
    let status = |server: &mut Exchange, id: &str, filter_type| {
        let first = client.sync(server, SyncCollection::first(id)).unwrap();
        let asked =
            SyncCollection { options: Some(filter(filter_type)), ..SyncCollection::next(key(&first), id) };
        client.sync(server, asked).unwrap().collections[0].status.0
    };
    for filter_type in FilterType::ALL {
        let code = filter_type as u8;
        let expected = |allowed: bool| if allowed { 1 } else { 4 };
        assert_eq!(status(&mut server, folder::INBOX, filter_type), expected(code <= 5));
        let calendar = expected(matches!(code, 0 | 4..=7));
        assert_eq!(status(&mut server, folder::CALENDAR, filter_type), calendar);
        assert_eq!(status(&mut server, folder::TASKS, filter_type), expected(matches!(code, 0 | 8)));
        assert_eq!(status(&mut server, folder::CONTACTS, filter_type), 1);
    }
}
