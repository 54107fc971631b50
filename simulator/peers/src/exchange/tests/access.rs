//! Who is let in, and what is answered to malformed requests.

use super::*;
use crate::exchange::{Authentication, Bearer};
use crate::token_issuer::{TokenIssuer, TokenKey};
use wire::eas::Status;
use wire::eas::options::OptionsResponse;
use wire::eas::send_mail::SendMailResponse;
use wire::oauth::{AuthorizationRequest, AuthorizationResponse, BearerChallenge, Grant, TokenRequest};

fn options(client: &Client, server: &mut Exchange) -> HttpResponse {
    let request = client.request(Method::Options, Command::Sync, Vec::new());
    server.handle(&at(client.now), &request, client.certificate.as_deref())
}

#[test]
fn every_sign_in_name_works_and_a_wrong_password_does_not() {
    let mut server = server();
    for name in ["anna@example.test", "EXAMPLE\\anna", "example\\ANNA"] {
        assert_eq!(options(&Client::new(name, "pw"), &mut server).status, 200, "{name}");
    }
    for (name, password) in
        [("anna@example.test", "pw2"), ("anna", "pw"), ("", ""), ("a.berg@example.org", "pw")]
    {
        let response = options(&Client::new(name, password), &mut server);
        assert_eq!(response.status, 401, "{name}");
        assert!(response.headers.get("WWW-Authenticate").is_some_and(|c| c.starts_with("Basic ")));
    }
    let nobody = Client { authorization: None, ..Client::new("", "") };
    assert_eq!(options(&nobody, &mut server).status, 401);
    server.directory_mut().set_password("anna@example.test", "new").unwrap();
    assert_eq!(options(&Client::new("anna@example.test", "pw"), &mut server).status, 401);
}

#[test]
fn a_new_domain_is_served_as_soon_as_a_user_has_it() {
    let mut server = server();
    let client = Client::new("CONTOSO\\dora", "pw");
    assert_eq!(options(&client, &mut server).status, 401);
    let dora = User::new("dora@contoso.example", "Dora", "pw").with_sign_in_name("contoso\\dora");
    server.add_user(dora.clone(), NOW).unwrap();
    assert_eq!(options(&client, &mut server).status, 200);
    assert!(server.mailbox("DORA@contoso.example").is_some());
    assert!(server.add_user(dora, NOW).is_err());
}

#[test]
fn options_name_versions_and_commands() {
    let mut server = server();
    let response = options(&Client::new("anna@example.test", "pw"), &mut server);
    let options = OptionsResponse::read(&response.headers).unwrap();
    assert_eq!(options.newest_common(&ProtocolVersion::ALL), Some(ProtocolVersion::V16_1));
    assert!(options.commands.contains(&Command::Provision) && !options.commands.contains(&Command::Ping));
}

#[test]
fn a_client_certificate_stands_for_its_user() {
    let mut server = server();
    let mut client = Client { authorization: None, certificate: Some(vec![1]), ..Client::new("", "") };
    assert_eq!(options(&client, &mut server).status, 401, "certificates do not count yet");
    server.set_authentication(Authentication {
        basic: false,
        client_certificate: true,
        ..Authentication::default()
    });
    assert_eq!(options(&client, &mut server).status, 403, "not mapped");
    server.directory_mut().map_client_certificate("anna@example.test", vec![1]).unwrap();
    assert_eq!(options(&client, &mut server).status, 200);
    client.folder_sync(&mut server, "0");
    assert!(server.partnership("anna@example.test", &client.device_id).is_some());
    client.certificate = None;
    assert_eq!(options(&client, &mut server).status, 403, "none");
}

#[test]
fn a_required_certificate_comes_on_top_of_the_password_and_is_of_the_same_user() {
    let mut server = server();
    server.set_authentication(Authentication {
        client_certificate_required: true,
        ..Authentication::default()
    });
    server.directory_mut().map_client_certificate("anna@example.test", vec![1]).unwrap();
    server.directory_mut().map_client_certificate("bob@example.test", vec![2]).unwrap();
    let with =
        |certificate: Option<Vec<u8>>| Client { certificate, ..Client::new("anna@example.test", "pw") };
    assert_eq!(options(&with(Some(vec![1])), &mut server).status, 200);
    assert_eq!(options(&with(Some(vec![2])), &mut server).status, 403);
    assert_eq!(options(&with(None), &mut server).status, 403);
    let alone = Client { authorization: None, ..with(Some(vec![1])) };
    assert_eq!(options(&alone, &mut server).status, 401);
}

#[test]
fn a_token_is_challenged_for_accepted_and_runs_out() {
    let mut server = server();
    let mut issuer = TokenIssuer::new(TokenKey::new("key"), 3_600);
    server.set_authentication(Authentication {
        basic: false,
        bearer: Some(Bearer {
            key: issuer.key().clone(),
            authorization_uri: "https://sts.example.test/oauth2/authorize".into(),
        }),
        ..Authentication::default()
    });
    let mut client =
        Client { authorization: Some(Authorization::Bearer(Secret::new(""))), ..Client::new("", "") };
    let response = options(&client, &mut server);
    assert_eq!(response.status, 401);
    let challenge = BearerChallenge::of_response(&response.headers).unwrap();
    assert_eq!(challenge.authorization_uri(), Some("https://sts.example.test/oauth2/authorize"));

    let asked = AuthorizationRequest {
        client_id: "mail".into(),
        redirect_uri: "app://done".into(),
        state: String::new(),
        scope: None,
        login_hint: None,
        code_challenge: None,
    };
    let signed_in = issuer.authorize(&at(NOW), server.directory(), &asked, "EXAMPLE\\anna", "pw");
    let Some(AuthorizationResponse::Code { code, .. }) = signed_in else { panic!("no code") };
    let grant = Grant::AuthorizationCode { code, redirect_uri: "app://done".into(), code_verifier: None };
    let token = issuer
        .redeem(&at(NOW), server.directory(), &TokenRequest { client_id: "mail".into(), grant })
        .unwrap();
    client.authorization = Some(Authorization::Bearer(token.access_token));
    assert_eq!(options(&client, &mut server).status, 200);
    client.now = Timestamp(NOW.0 + 3_600_000);
    assert_eq!(options(&client, &mut server).status, 401);
    let password = Client::new("anna@example.test", "pw");
    assert_eq!(options(&password, &mut server).status, 401, "passwords do not count");
}

#[test]
fn who_may_not_use_active_sync_and_which_device_may_not_is_told() {
    let mut server = server();
    let client = anna(&mut server);
    assert!(server.set_blocked("anna@example.test", &client.device_id, true));
    assert_eq!(client.folder_sync(&mut server, "0").status, Status::DEVICE_IS_BLOCKED_FOR_THIS_USER);
    let old = Client { version: ProtocolVersion::V12_1, ..client.clone() };
    server.set_versions(vec![ProtocolVersion::V12_1, ProtocolVersion::V16_1]);
    assert_eq!(old.post(&mut server, Command::FolderSync, Vec::new()).status, 403);
    assert!(server.set_blocked("anna@example.test", &client.device_id, false));
    assert_eq!(client.folder_sync(&mut server, "0").status, Status::SUCCESS);
    server.directory_mut().set_active_sync("anna@example.test", false).unwrap();
    assert_eq!(client.folder_sync(&mut server, "0").status, Status::USER_DISABLED_FOR_SYNC);
    assert_eq!(options(&client, &mut server).status, 403);
}

#[test]
fn malformed_requests_are_answered_each_in_its_way() {
    let mut server = server();
    let client = Client::new("anna@example.test", "pw");
    let status = |server: &mut Exchange, change: &dyn Fn(&mut HttpRequest)| {
        let mut request = client.request(Method::Post, Command::FolderSync, vec![0xff]);
        change(&mut request);
        server.handle(&at(NOW), &request, None).status
    };
    assert_eq!(status(&mut server, &|r| r.url = "https://mail.example.test/owa".into()), 404);
    assert_eq!(status(&mut server, &|r| r.url = "mail".into()), 400);
    assert_eq!(status(&mut server, &|r| r.method = Method::Get), 405);
    assert_eq!(status(&mut server, &|r| r.url = r.url.replace("DeviceId=", "X=")), 400);
    assert_eq!(status(&mut server, &|r| r.url = r.url.replace("FolderSync", "Dance")), 400);
    assert_eq!(status(&mut server, &|r| r.url = r.url.replace("FolderSync", "Ping")), 501);
    assert_eq!(status(&mut server, &|r| r.headers.set("MS-ASProtocolVersion", "99")), 505);
    assert_eq!(status(&mut server, &|r| assert!(r.headers.remove("MS-ASProtocolVersion"))), 400);
    assert_eq!(status(&mut server, &|r| r.headers.set("Content-Type", "text/xml")), 400);
    let response = client.post(&mut server, Command::FolderSync, vec![0xff]);
    assert_eq!(FolderSyncResponse::from_wbxml(&response.body).unwrap().status, Status::INVALID_WBXML);
    let other = FolderSyncRequest { sync_key: "0".into() };
    let answer: SendMailResponse = client.send(&mut server, Command::SendMail, &other);
    assert_eq!(answer.status, Status::INVALID_XML);
}

#[test]
fn a_user_has_a_bounded_number_of_devices() {
    let mut server = server();
    let mut client = Client::new("anna@example.test", "pw");
    for number in 0..super::super::DEVICES {
        client.device_id = number.to_string();
        assert_eq!(client.folder_sync(&mut server, "0").status, Status::SUCCESS);
    }
    client.device_id = "one more".into();
    assert_eq!(client.folder_sync(&mut server, "0").status, Status(177));
    client.device_id = "7".into();
    assert_eq!(client.folder_sync(&mut server, "0").status, Status::SUCCESS);
}

#[test]
fn a_server_survives_being_written_down() {
    let mut server = server();
    let client = anna(&mut server);
    client.fetch(&mut server, "2", SyncOptions::default());
    let text = serde_json::to_string(&server).unwrap();
    assert_eq!(serde_json::from_str::<Exchange>(&text).unwrap(), server);
}

#[test]
fn an_issuer_speaks_for_the_addresses_in_its_client_certificates() {
    use crate::CertificateAuthority;
    use smime::{Curve, EMAIL_PROTECTION, IssueRequest, PublicKeyAlgorithm};
    let mut server = server();
    server.set_authentication(Authentication { client_certificate: true, ..Authentication::default() });
    let curve = PublicKeyAlgorithm::Ec(Curve::P256);
    let (past, soon) = (Timestamp(NOW.0 - 1_000), Timestamp(NOW.0 + DAY));
    let mut authority = CertificateAuthority::generate(&at(NOW), "Company", curve, (past, soon)).unwrap();
    let mut certificate = |address: &str, usage| {
        let request = IssueRequest {
            extended_key_usage: vec![usage],
            ..IssueRequest::mail("Anna", &[address], 1, (past, soon))
        };
        authority.issue_identity(&at(NOW), curve, request).unwrap().certificate.der().to_vec()
    };
    let good = certificate("Anna@example.test", smime::CLIENT_AUTH);
    let mail_only = certificate("anna@example.test", EMAIL_PROTECTION);
    let unknown = certificate("nobody@example.test", smime::CLIENT_AUTH);
    let status = |server: &mut Exchange, der: &[u8], now| {
        let client =
            Client { authorization: None, certificate: Some(der.to_vec()), now, ..Client::new("", "") };
        options(&client, server).status
    };
    assert_eq!(status(&mut server, &good, NOW), 403, "the issuer is not trusted yet");
    server.trust_client_issuer(authority.certificate().clone());
    assert_eq!(status(&mut server, &good, NOW), 200);
    assert_eq!(status(&mut server, &mail_only, NOW), 403);
    assert_eq!(status(&mut server, &unknown, NOW), 403);
    assert_eq!(status(&mut server, &good, Timestamp(soon.0 + 1_000)), 403, "expired");
    assert_eq!(status(&mut server, b"no certificate", NOW), 403);
}
