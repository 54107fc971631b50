//! Sending, and finding recipients with their certificates.

use super::*;
use crate::exchange::UnknownRecipients;
use crate::mailbox::{Content, folder};
use wire::eas::Status;
use wire::eas::resolve_recipients::{
    CertificateRetrieval, ResolveOptions, ResolveRecipientsRequest, ResolveRecipientsResponse,
};
use wire::eas::send_mail::{SendMailRequest, SendMailResponse};

const ADDRESS: &str = "anna@example.test";

fn message(header: &str) -> Vec<u8> {
    let mut mime = format!("From: Anna <{ADDRESS}>\r\n{header}\r\nSubject: x\r\n\r\n").into_bytes();
    mime.extend([0xff, 0x00, b'\n', b'B', b'c', b'c', b':']);
    mime
}

fn send(client: &Client, server: &mut Exchange, client_id: &str, mime: Vec<u8>) -> Option<Status> {
    let request =
        SendMailRequest { client_id: client_id.into(), account_id: None, save_in_sent_items: true, mime };
    let response = client.post(server, Command::SendMail, request.to_wbxml().unwrap());
    assert_eq!(response.status, 200);
    (!response.body.is_empty()).then(|| SendMailResponse::from_wbxml(&response.body).unwrap().status)
}

fn newest(server: &Exchange, address: &str, folder: &str) -> Vec<u8> {
    let item = server.mailbox(address).unwrap().mails(folder).last().unwrap().clone();
    match item.content {
        Content::Mail { mime } => mime,
        other => panic!("{other:?}"),
    }
}

#[test]
fn mail_reaches_everyone_it_names_and_stays_as_it_was() {
    let mut server = server();
    let client = anna(&mut server);
    let header = "To: bob@example.test, Bob <BOB@example.test>\r\nCc: Out <out@elsewhere.example>\r\n\
        Bcc: a.berg@example.org";
    let mime = message(header);
    assert_eq!(send(&client, &mut server, "1", mime.clone()), None);

    let delivery = &server.deliveries()[0];
    assert_eq!(delivery.mime, mime, "the log has what was on the wire");
    assert_eq!(delivery.delivered, ["bob@example.test", "anna@example.test"]);
    assert_eq!(delivery.device_id.as_deref(), Some(client.device_id.to_lowercase().as_str()));
    assert_eq!(newest(&server, ADDRESS, folder::SENT_ITEMS), mime);

    let without_bcc =
        message("To: bob@example.test, Bob <BOB@example.test>\r\nCc: Out <out@elsewhere.example>");
    for received in [
        newest(&server, "bob@example.test", folder::INBOX),
        newest(&server, ADDRESS, folder::INBOX),
        server.outbox()[0].mime.clone(),
    ] {
        assert!(received.starts_with(b"Received: ") && received.ends_with(&without_bcc));
    }
    assert_eq!(server.mailbox("bob@example.test").unwrap().mails(folder::INBOX).count(), 7, "once");
    assert_eq!(server.take_outbox()[0].recipients, ["out@elsewhere.example"]);
    assert!(server.outbox().is_empty());
}

#[test]
fn a_client_id_sends_once() {
    let mut server = server();
    let client = anna(&mut server);
    let mime = message("To: bob@example.test");
    assert_eq!(send(&client, &mut server, "1", mime.clone()), None);
    assert_eq!(send(&client, &mut server, "1", mime.clone()), Some(Status::MESSAGE_PREVIOUSLY_SENT));
    assert_eq!(send(&client, &mut server, "2", mime.clone()), None);
    let tablet = Client { device_id: "tablet".into(), ..client };
    assert_eq!(send(&tablet, &mut server, "1", mime), None, "of another device");
    assert_eq!(server.deliveries().len(), 3);
    let numbers = |since| server.deliveries_since(since).iter().map(|d| d.number).collect::<Vec<_>>();
    assert_eq!((numbers(0), numbers(2), numbers(3)), (vec![1, 2, 3], vec![3], vec![]));
}

#[test]
fn what_cannot_be_sent_is_refused_and_may_be_sent_again() {
    let mut server = server();
    let client = anna(&mut server);
    let from = |from: &str| format!("From: {from}\r\nTo: bob@example.test\r\n\r\nx").into_bytes();
    for (mime, status) in [
        (message("X-To: bob@example.test"), Status::MESSAGE_HAS_NO_RECIPIENT),
        (Vec::new(), Status::INVALID_MIME),
        (from("bob@example.test"), Status::MAIL_SUBMISSION_FAILED),
        (message("To: bob@example.test, nobody@example.test"), Status::MAIL_SUBMISSION_FAILED),
    ] {
        assert_eq!(send(&client, &mut server, "1", mime), Some(status));
    }
    assert!(server.deliveries().is_empty() && server.outbox().is_empty());
    assert_eq!(server.mailbox("bob@example.test").unwrap().mails(folder::INBOX).count(), 6);
    assert_eq!(send(&client, &mut server, "1", from("a.berg@example.org")), None, "an alias is the user");
}

#[test]
fn unknown_recipients_bounce_if_the_server_is_told_so() {
    let mut server = server();
    server.set_unknown_recipients(UnknownRecipients::Bounce);
    let client = anna(&mut server);
    assert_eq!(send(&client, &mut server, "1", message("To: bob@example.test, no@example.org")), None);
    assert_eq!(server.deliveries()[0].unknown, ["no@example.org"]);
    assert!(newest(&server, "bob@example.test", folder::INBOX).starts_with(b"Received: "));
    let report = String::from_utf8(newest(&server, ADDRESS, folder::INBOX)).unwrap();
    assert!(report.contains("no@example.org") && report.contains("Undeliverable"), "{report}");
}

#[test]
fn mail_from_outside_is_delivered_to_users_only() {
    let mut server = server();
    assert!(server.deliver(NOW, "x@elsewhere.example", "a.berg@example.org", b"Subject: y\r\n\r\n").is_ok());
    assert_eq!(newest(&server, ADDRESS, folder::INBOX), b"Subject: y\r\n\r\n");
    assert!(server.deliver(NOW, "x@elsewhere.example", "no@example.test", b"").is_err());
    assert_eq!(server.deliveries().len(), 1);
}

fn resolve(
    server: &mut Exchange,
    to: &[&str],
    retrieval: CertificateRetrieval,
    most: Option<u16>,
) -> ResolveRecipientsResponse {
    let request = ResolveRecipientsRequest {
        to: to.iter().map(|name| (*name).into()).collect(),
        options: Some(ResolveOptions {
            certificate_retrieval: Some(retrieval),
            max_certificates: most,
            max_ambiguous_recipients: None,
        }),
    };
    Client::new(ADDRESS, "pw").send(server, Command::ResolveRecipients, &request)
}

#[test]
fn certificates_come_from_the_directory() {
    let mut server = server();
    server.directory_mut().publish("bob@example.test", vec![0x30, 1, 2]).unwrap();
    server.directory_mut().publish("bob@example.test", vec![0x30, 3]).unwrap();
    let full = CertificateRetrieval::Full;
    let names = ["bob@example.test", "anna@example.test", "zed@example.test"];
    let answer = resolve(&mut server, &names, full, None);
    let found: Vec<_> = answer.certificates_of("bob@example.test").collect();
    assert_eq!(found, [&[0x30, 1, 2][..], &[0x30, 3]]);
    assert_eq!(answer.responses.iter().map(|r| r.status.0).collect::<Vec<_>>(), [1, 1, 4]);
    let none = answer.responses[1].recipients[0].certificates.as_ref().unwrap();
    assert_eq!((none.status, none.count), (Status(7), Some(0)));

    let limited = resolve(&mut server, &["bob@example.test"], full, Some(1));
    let limited = limited.responses[0].recipients[0].certificates.as_ref().unwrap();
    assert_eq!((limited.status, limited.certificates.len()), (Status(8), 0));
    let enough = resolve(&mut server, &["bob@example.test"], full, Some(2));
    assert_eq!(enough.certificates_of("bob@example.test").count(), 2);
    let unasked = resolve(&mut server, &["bob@example.test"], CertificateRetrieval::None, None);
    assert_eq!(unasked.responses[0].recipients[0].certificates, None);
}

#[test]
fn an_ambiguous_name_is_answered_with_suggestions_without_certificates() {
    let mut server = server();
    server.add_user(User::new("bea@example.test", "Bea Bobson", "x"), NOW).unwrap();
    server.directory_mut().publish("bob@example.test", vec![0x30]).unwrap();
    let answer = resolve(&mut server, &["bob"], CertificateRetrieval::Full, None);
    assert_eq!(answer.responses[0].status, Status(2));
    assert_eq!(answer.responses[0].recipient_count, Some(2));
    assert!(answer.responses[0].recipients.iter().all(|recipient| recipient.certificates.is_none()));
}

#[test]
fn a_full_mailbox_takes_no_mail_and_a_full_outbox_lets_none_out() {
    let mut server = server();
    let client = anna(&mut server);
    let bob = server.mailbox_mut("bob@example.test").unwrap();
    while bob.add(folder::DRAFTS, NOW, Content::Mail { mime: Vec::new() }).is_some() {}
    let refused = Some(Status::MAIL_SUBMISSION_FAILED);
    assert_eq!(send(&client, &mut server, "1", message("To: bob@example.test")), refused);
    assert_eq!(
        server.deliver(NOW, "x@y", "bob@example.test", b""),
        Err(crate::exchange::DeliveryError::MailboxFull { address: "bob@example.test".into() })
    );
    for number in 0..crate::exchange::OUTBOX {
        let mime = message("To: out@elsewhere.example");
        let request = SendMailRequest {
            client_id: format!("o{number}"),
            account_id: None,
            save_in_sent_items: false,
            mime,
        };
        let response = client.post(&mut server, Command::SendMail, request.to_wbxml().unwrap());
        assert!(response.status == 200 && response.body.is_empty(), "{number}");
    }
    assert_eq!(send(&client, &mut server, "more", message("To: out@elsewhere.example")), refused);
    server.take_outbox();
    assert_eq!(send(&client, &mut server, "more", message("To: out@elsewhere.example")), None);
}

#[test]
fn the_log_is_bounded_and_its_numbers_go_on() {
    use crate::exchange::DELIVERIES;
    let mut server = server();
    for number in 0..=DELIVERIES {
        if number % 9_000 == 0 {
            let inbox = server.mailbox_mut(ADDRESS).unwrap();
            let ids: Vec<_> = inbox.folder(folder::INBOX).unwrap().items.keys().cloned().collect();
            ids.iter().for_each(|id| drop(inbox.remove(folder::INBOX, id)));
        }
        server.deliver(NOW, "x@elsewhere.example", ADDRESS, b"").unwrap();
        if number + 1 == DELIVERIES {
            assert_eq!(server.deliveries().len(), DELIVERIES);
        }
    }
    assert_eq!(server.deliveries().len(), DELIVERIES + 1 - DELIVERIES / 10);
    assert_eq!(server.deliveries_since(DELIVERIES as u64).len(), 1);
}
