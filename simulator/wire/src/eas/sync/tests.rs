use super::*;
use crate::DateTime;
use crate::eas::tags::{airsync, base};
use crate::eas::{
    Attachment, Body, BodyPreference, BodyType, Class, Email, Message as _, MessageClass, MessageError,
    Status,
};
use crate::wbxml::Element;

fn email() -> Email {
    Email {
        to: Some("anna@example.test".into()),
        from: Some("\"Bob\" <bob@example.test>".into()),
        subject: Some("Prêt".into()),
        date_received: DateTime::parse("2026-02-03T04:05:06.789Z"),
        read: Some(false),
        importance: Some(1),
        attachments: vec![Attachment {
            display_name: "smime.p7m".into(),
            file_reference: "2:1:0".into(),
            method: 1,
            estimated_data_size: 12,
        }],
        body: Some(Body {
            body_type: BodyType::Mime,
            estimated_data_size: Some(3),
            truncated: false,
            data: Some(vec![0xff, 0, b'x']),
        }),
        message_class: Some(MessageClass::SmimeMultipartSigned),
        ..Email::default()
    }
}

#[test]
fn an_email_round_trips_with_a_binary_and_a_textual_body() {
    let binary = email();
    let textual = Email {
        body: binary.body.clone().map(|body| Body { data: Some(b"Subject: x\r\n\r\ny".to_vec()), ..body }),
        message_class: Some(MessageClass::Other("IPM.Note.Receipt.SMIME".into())),
        ..binary.clone()
    };
    for mail in [binary, textual] {
        assert_eq!(Email::from_application_data(&mail.to_application_data()), Ok(mail));
    }
}

#[test]
fn a_textual_body_is_also_read_from_opaque_bytes() {
    let element = Element::new(airsync::APPLICATION_DATA).with(
        Element::new(base::BODY)
            .with(Element::number(base::TYPE, 1u8))
            .with(Element::opaque(base::DATA, b"text".to_vec())),
    );
    let read = Email::from_application_data(&element).unwrap();
    assert_eq!(read.body.unwrap().data.as_deref(), Some(&b"text"[..]));
}

#[test]
fn requests_round_trip() {
    let data = email().to_application_data();
    let request = SyncRequest {
        collections: vec![
            SyncCollection::first("RI"),
            SyncCollection {
                deletes_as_moves: Some(true),
                get_changes: Some(false),
                window_size: Some(WINDOW),
                options: Some(SyncOptions {
                    filter_type: Some(FilterType::OneMonth),
                    class: Some(Class::Email),
                    body_preferences: vec![
                        BodyPreference::whole(BodyType::Html),
                        BodyPreference {
                            body_type: BodyType::Mime,
                            truncation_size: Some(512),
                            all_or_none: Some(true),
                        },
                    ],
                    conflict: Some(1),
                    mime_support: Some(MimeSupport::All),
                    mime_truncation: Some(8),
                    max_items: Some(10),
                }),
                commands: vec![
                    ClientCommand::Add { class: None, client_id: "c1".into(), data: data.clone() },
                    ClientCommand::Change { server_id: "2:1".into(), data },
                    ClientCommand::Delete { server_id: "2:2".into() },
                    ClientCommand::Fetch { server_id: "2:3".into() },
                ],
                ..SyncCollection::next("{a}1", "2")
            },
        ],
        wait_minutes: None,
        heartbeat_interval_seconds: Some(60),
        window_size: Some(100),
        partial: true,
    };
    assert_eq!(SyncRequest::from_wbxml(&request.to_wbxml().unwrap()), Ok(request));
}

#[test]
fn responses_round_trip() {
    let data = email().to_application_data();
    let response = SyncResponse {
        status: None,
        limit: None,
        collections: vec![CollectionResponse {
            class: None,
            sync_key: Some("2".into()),
            collection_id: Some("2".into()),
            status: Status::SUCCESS,
            more_available: true,
            commands: vec![
                ServerCommand::Add { server_id: "2:1".into(), data: data.clone() },
                ServerCommand::Change { server_id: "2:2".into(), data: data.clone() },
                ServerCommand::Delete { server_id: "2:3".into() },
                ServerCommand::SoftDelete { server_id: "2:4".into() },
            ],
            responses: vec![
                ItemResponse::Add {
                    client_id: "c1".into(),
                    server_id: Some("2:9".into()),
                    status: Status::SUCCESS,
                },
                ItemResponse::Change { server_id: "2:2".into(), status: Status(7) },
                ItemResponse::Delete { server_id: "2:2".into(), status: Status(8) },
                ItemResponse::Fetch { server_id: "2:3".into(), status: Status::SUCCESS, data: Some(data) },
            ],
        }],
    };
    assert_eq!(SyncResponse::from_wbxml(&response.to_wbxml().unwrap()), Ok(response));
    let failure = SyncResponse::failure(Status(13));
    assert_eq!(SyncResponse::from_wbxml(&failure.to_wbxml().unwrap()), Ok(failure));
}

#[test]
fn unknown_elements_are_skipped_and_unknown_values_refused() {
    let unknown = Element::new(crate::wbxml::Tag::new(99, 0x3f).unwrap());
    let collection = Element::new(airsync::COLLECTION)
        .with(unknown.clone())
        .with(Element::text(airsync::SYNC_KEY, "1"))
        .with(Element::text(airsync::COLLECTION_ID, "2"))
        .with(Element::new(airsync::COMMANDS).with(unknown.clone()));
    let sync =
        Element::new(airsync::SYNC).with(unknown).with(Element::new(airsync::COLLECTIONS).with(collection));
    assert_eq!(
        SyncRequest::from_element(&sync).map(|request| request.collections),
        Ok(vec![SyncCollection::next("1", "2")])
    );
    let options = Element::new(airsync::OPTIONS).with(Element::number(airsync::FILTER_TYPE, 9u8));
    let collection = SyncCollection::next("1", "2");
    let mut element = SyncRequest { collections: vec![collection], ..SyncRequest::default() }.to_element();
    let crate::wbxml::Node::Element(list) = &mut element.children[0] else { unreachable!() };
    let crate::wbxml::Node::Element(first) = &mut list.children[0] else { unreachable!() };
    first.push(options);
    assert_eq!(SyncRequest::from_element(&element), Err(MessageError::Value { tag: airsync::FILTER_TYPE }));
}

#[test]
fn filters_reach_back_as_far_as_their_names_say() {
    let days: Vec<_> = FilterType::ALL.into_iter().map(FilterType::window_days).collect();
    assert_eq!(days, [None, Some(1), Some(3), Some(7), Some(14), Some(31), Some(92), Some(183), None]);
    assert_eq!(FilterType::of_code(9), None);
}
