//! Whatever is sent, there is an answer.

use super::*;
use crate::mailbox::folder;
use proptest::prelude::*;
use wire::eas::sync::ClientCommand;
use wire::eas::tags::{airsync, contacts};
use wire::wbxml::{Element, Node, Tag};

fn command() -> impl Strategy<Value = Command> {
    proptest::sample::select(Command::ALL.to_vec())
}

/// Elements of the pages that the server reads, with texts that mean something there.
fn element() -> impl Strategy<Value = Element> {
    let tag = || {
        proptest::sample::select(Tag::all().map(|(tag, _)| tag).collect::<Vec<_>>())
            .prop_filter("a page that is read", |tag| {
                matches!(tag.page(), 0 | 2 | 5 | 7 | 10 | 14 | 17 | 18 | 21)
            })
    };
    let text = proptest::sample::select(vec![
        "",
        "0",
        "1",
        "2",
        "{1}1",
        "h1",
        "99999999999",
        "bob@example.test",
        "x",
    ]);
    let leaf = (tag(), text).prop_map(|(tag, text)| Element::text(tag, text));
    leaf.prop_recursive(5, 40, 5, move |inner| {
        (tag(), proptest::collection::vec(inner.prop_map(Node::Element), 0..5))
            .prop_map(|(tag, children)| Element { tag, children })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn random_bytes_are_answered(command in command(), body in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut server = server();
        let client = anna(&mut server);
        let response = client.post(&mut server, command, body);
        prop_assert!((200..600).contains(&response.status));
    }

    #[test]
    fn random_documents_are_answered(command in command(), element in element()) {
        let mut server = server();
        let client = anna(&mut server);
        let response = client.post(&mut server, command, wire::wbxml::encode(&element).unwrap());
        prop_assert!(response.status == 200 || response.status == 501);
    }

    #[test]
    fn a_client_that_loses_answers_ends_up_with_what_the_server_has(
        steps in proptest::collection::vec((0u8..4, any::<bool>(), any::<prop::sample::Index>()), 1..20),
    ) {
        let mut server = server();
        let client = anna(&mut server);
        let id = folder::CONTACTS;
        let first = client.sync(&mut server, SyncCollection::first(id)).unwrap();
        let mut key = first.collections[0].sync_key.clone().unwrap();
        let mut has = std::collections::BTreeSet::new();
        let mut made = server.mailbox("anna@example.test").unwrap().folder(id).unwrap().items.len();
        for (number, (kind, lose, which)) in steps.into_iter().enumerate() {
            let data = Element::new(airsync::APPLICATION_DATA)
                .with(Element::text(contacts::FIRST_NAME, number.to_string()));
            let known: Vec<String> = has.iter().cloned().collect();
            let mut asked = SyncCollection { window_size: Some(1), ..SyncCollection::next(&key, id) };
            match kind {
                0 => {
                    made += 1;
                    asked.commands.push(ClientCommand::Add { class: None, client_id: format!("c{number}"), data });
                }
                1 if !known.is_empty() => {
                    made -= 1;
                    asked.commands.push(ClientCommand::Delete { server_id: which.get(&known).clone() });
                }
                2 => {
                    made += 1;
                    let content = crate::mailbox::Content::Data(data);
                    server.mailbox_mut("anna@example.test").unwrap().add(id, NOW, content);
                }
                _ => {}
            }
            if lose {
                client.sync(&mut server, asked.clone());
            }
            if let Some(response) = client.sync(&mut server, asked.clone()) {
                key = take(&mut has, &asked, &response);
            }
        }
        let mut asked = SyncCollection::next(&key, id);
        while let Some(response) = client.sync(&mut server, asked.clone()) {
            asked = SyncCollection::next(take(&mut has, &asked, &response), id);
        }
        let truth = server.mailbox("anna@example.test").unwrap().folder(id).unwrap();
        prop_assert_eq!(truth.items.len(), made, "nothing is made twice");
        prop_assert_eq!(has, truth.items.keys().cloned().collect());
    }
}

/// What a client makes of an answer: it changes what it has and returns the new key.
fn take(
    has: &mut std::collections::BTreeSet<String>,
    asked: &SyncCollection,
    response: &SyncResponse,
) -> String {
    use wire::eas::sync::{ItemResponse, ServerCommand};
    let collection = &response.collections[0];
    assert_eq!(collection.status.0, 1);
    for command in &asked.commands {
        if let ClientCommand::Delete { server_id } = command {
            has.remove(server_id);
        }
    }
    for response in &collection.responses {
        if let ItemResponse::Add { server_id: Some(id), .. } = response {
            assert!(has.insert(id.clone()), "twice");
        }
    }
    for command in &collection.commands {
        match command {
            ServerCommand::Add { server_id, .. } => assert!(has.insert(server_id.clone()), "twice"),
            ServerCommand::Delete { server_id } | ServerCommand::SoftDelete { server_id } => {
                assert!(has.remove(server_id));
            }
            ServerCommand::Change { server_id, .. } => assert!(has.contains(server_id)),
        }
    }
    collection.sync_key.clone().unwrap()
}
