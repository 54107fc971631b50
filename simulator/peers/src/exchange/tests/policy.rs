//! The policy handshake and what asks for it.

use super::*;
use crate::exchange::{Acknowledgement, ProvisioningSignal, Wipe};
use wire::eas::Status;
use wire::eas::provision::{
    POLICY_TYPE, PolicyDocument, PolicyRequest, PolicyResponse, ProvisionRequest, ProvisionResponse,
};
use wire::eas::settings::{DeviceInformation, SettingsRequest, SettingsResponse};
use wire::eas::tags::provisioning;

fn policy(length: u32) -> Option<PolicyDocument> {
    Some(PolicyDocument {
        values: vec![
            (provisioning::DEVICE_PASSWORD_ENABLED, 1),
            (provisioning::MIN_DEVICE_PASSWORD_LENGTH, length),
        ],
    })
}

fn ask(
    client: &Client,
    server: &mut Exchange,
    key: Option<PolicyKey>,
    status: Option<u16>,
) -> PolicyResponse {
    let policy =
        PolicyRequest { policy_type: POLICY_TYPE.into(), policy_key: key, status: status.map(Status) };
    let request = ProvisionRequest { policy: Some(policy), ..ProvisionRequest::default() };
    let response: ProvisionResponse = client.send(server, Command::Provision, &request);
    assert_eq!(response.status, Status::SUCCESS);
    response.policy.unwrap()
}

fn provisioned(server: &mut Exchange) -> Client {
    let mut client = Client::new("anna@example.test", "pw");
    let temporary = ask(&client, server, None, None).policy_key;
    client.policy_key = ask(&client, server, temporary, Some(1)).policy_key;
    client
}

#[test]
fn the_handshake_gives_a_temporary_key_then_the_final_one() {
    let mut server = server();
    server.set_policy(policy(6));
    let mut client = Client::new("anna@example.test", "pw");
    assert_eq!(client.folder_sync(&mut server, "0").status, Status::DEVICE_NOT_PROVISIONED);
    client.policy_key = Some(PolicyKey::NONE);
    assert_eq!(client.folder_sync(&mut server, "0").status, Status::DEVICE_NOT_PROVISIONED);

    let first = ask(&client, &mut server, None, None);
    let temporary = first.policy_key.unwrap();
    assert_eq!(first.document.unwrap().value(provisioning::MIN_DEVICE_PASSWORD_LENGTH), Some(6));
    client.policy_key = Some(temporary);
    assert_eq!(client.folder_sync(&mut server, "0").status, Status::INVALID_POLICY_KEY, "only temporary");

    let wrong = ask(&client, &mut server, Some(PolicyKey(temporary.0 ^ 1)), Some(1));
    assert_eq!((wrong.status, wrong.policy_key), (Status(5), None));
    let second = ask(&client, &mut server, Some(temporary), Some(1));
    assert_eq!((second.status, second.document), (Status::SUCCESS, None));
    assert_ne!(second.policy_key, Some(temporary));
    client.policy_key = second.policy_key;
    assert_eq!(client.folder_sync(&mut server, "0").status, Status::SUCCESS);
    let known = server.partnership("anna@example.test", &client.device_id).unwrap();
    assert_eq!(known.acknowledgement, Some(Acknowledgement::Applied));
    assert_eq!(ask(&client, &mut server, Some(temporary), Some(1)).status, Status(5), "used up");
}

#[test]
fn a_new_policy_makes_keys_stale_and_a_foreign_key_is_no_key() {
    let mut server = server();
    server.set_policy(policy(6));
    let mut client = provisioned(&mut server);
    server.set_policy(policy(6));
    assert_eq!(client.folder_sync(&mut server, "0").status, Status::SUCCESS, "the same policy");
    server.set_policy(policy(8));
    assert_eq!(client.folder_sync(&mut server, "0").status, Status::POLICY_REFRESH);
    client.policy_key = Some(PolicyKey(77));
    assert_eq!(client.folder_sync(&mut server, "0").status, Status::INVALID_POLICY_KEY);
    client = provisioned(&mut server);
    assert_eq!(client.folder_sync(&mut server, "0").status, Status::SUCCESS);
    let other = Client { device_id: "other".into(), ..client };
    assert_eq!(other.folder_sync(&mut server, "0").status, Status::INVALID_POLICY_KEY, "of another device");
}

#[test]
fn a_policy_that_is_not_applied_gives_no_key() {
    let mut server = server();
    server.set_policy(policy(6));
    let client = Client::new("anna@example.test", "pw");
    let temporary = ask(&client, &mut server, None, None).policy_key;
    let refused = ask(&client, &mut server, temporary, Some(3));
    assert_eq!(refused.policy_key, None);
    assert_eq!(client.folder_sync(&mut server, "0").status, Status::DEVICE_NOT_PROVISIONED);
}

#[test]
fn a_server_without_policy_says_so_and_asks_for_no_key() {
    let mut server = server();
    let client = Client::new("anna@example.test", "pw");
    let answer = ask(&client, &mut server, None, None);
    assert_eq!((answer.status, answer.policy_key), (Status(2), None));
    assert_eq!(client.folder_sync(&mut server, "0").status, Status::SUCCESS);
    server.set_policy(policy(4));
    let request = ProvisionRequest {
        policy: Some(PolicyRequest {
            policy_type: "MS-WAP-Provisioning-XML".into(),
            policy_key: None,
            status: None,
        }),
        ..ProvisionRequest::default()
    };
    let answer: ProvisionResponse = client.send(&mut server, Command::Provision, &request);
    assert_eq!(answer.policy.unwrap().status, Status(3));
}

#[test]
fn provisioning_is_signalled_by_449_where_statuses_are_unknown_or_on_demand() {
    let mut server = server();
    server.set_policy(policy(4));
    server.set_versions(vec![ProtocolVersion::V12_1, ProtocolVersion::V14_1]);
    let request = FolderSyncRequest { sync_key: "0".into() }.to_wbxml().unwrap();
    let mut client = Client { version: ProtocolVersion::V12_1, ..Client::new("anna@example.test", "pw") };
    let response = client.post(&mut server, Command::FolderSync, request.clone());
    assert_eq!((response.status, response.body.len()), (449, 0));
    server.set_provisioning_signal(ProvisioningSignal::Http449);
    client.version = ProtocolVersion::V14_1;
    let response = client.post(&mut server, Command::FolderSync, request);
    assert_eq!(response.status, 449);
    assert_eq!(
        FolderSyncResponse::from_wbxml(&response.body).unwrap().status,
        Status::DEVICE_NOT_PROVISIONED
    );
}

#[test]
fn a_wipe_is_ordered_acknowledged_and_over() {
    for (wipe, answer) in [
        (Wipe::Device, ProvisionRequest { remote_wipe: Some(Status(1)), ..ProvisionRequest::default() }),
        (
            Wipe::Account,
            ProvisionRequest { account_only_remote_wipe: Some(Status(1)), ..ProvisionRequest::default() },
        ),
    ] {
        let mut server = server();
        let client = anna(&mut server);
        assert!(server.order_wipe("anna@example.test", &client.device_id, wipe));
        assert_eq!(client.folder_sync(&mut server, "0").status, Status::REMOTE_WIPE_REQUESTED);
        let order: ProvisionResponse =
            client.send(&mut server, Command::Provision, &ProvisionRequest::default());
        assert_eq!(order.remote_wipe, wipe == Wipe::Device);
        assert_eq!(order.account_only_remote_wipe, wipe == Wipe::Account);
        let done: ProvisionResponse = client.send(&mut server, Command::Provision, &answer);
        assert!(!done.remote_wipe && !done.account_only_remote_wipe);
        assert_eq!(client.folder_sync(&mut server, "0").status, Status::SUCCESS);
    }
}

#[test]
fn a_device_tells_of_itself_in_provision_and_in_settings() {
    let mut server = server();
    let client = Client::new("anna@example.test", "pw");
    let information =
        |model: &str| DeviceInformation { model: Some(model.into()), ..DeviceInformation::default() };
    let request =
        ProvisionRequest { device_information: Some(information("a")), ..ProvisionRequest::default() };
    let _: ProvisionResponse = client.send(&mut server, Command::Provision, &request);
    let model = |server: &Exchange| {
        let known = server.partnership("anna@example.test", &client.device_id).unwrap();
        known.information.as_ref().and_then(|information| information.model.clone())
    };
    assert_eq!(model(&server).as_deref(), Some("a"));
    let request = SettingsRequest { device_information: Some(information("b")), user_information: true };
    let answer: SettingsResponse = client.send(&mut server, Command::Settings, &request);
    assert_eq!(model(&server).as_deref(), Some("b"));
    assert_eq!(answer.device_information, Some(Status::SUCCESS));
    let account = &answer.user_information.unwrap().accounts[0];
    assert_eq!(account.primary_address.as_deref(), Some("anna@example.test"));
    assert_eq!(account.addresses, ["anna@example.test", "a.berg@example.org"]);
}
