//! A device is a value: a snapshot goes on exactly where the device was.

use conformance::profile;
use device::{Answer, Device, DeviceFacts, Event, Input, Secret, Source, UserAction, Variants};
use simulator::PROVIDER;
use smime::{Context, Timestamp};

fn context() -> Context<'static> {
    Context { now: Timestamp(1_793_606_400_000), crypto: &PROVIDER }
}

fn waiting_for_the_password() -> Device {
    let facts = DeviceFacts {
        ios: "17.5".parse().unwrap(),
        model: "iPhone15,2".to_owned(),
        supervised: true,
        variants: Variants::default(),
    };
    let mut device = Device::new(facts, Vec::new(), 11);
    let bytes = std::fs::read(profile("contoso-mail")).unwrap();
    device.handle(&context(), Input::InstallProfile { bytes, source: Source::Owner });
    device
}

fn type_the_password(device: &mut Device) -> Vec<Event> {
    let prompt = device.prompts()[0].id;
    let answer = Answer::Password(Secret::new("secret"));
    device.handle(&context(), Input::User(UserAction::Answer { prompt, answer }));
    std::iter::from_fn(|| device.poll_event()).collect()
}

#[test]
fn a_restored_device_goes_on_where_it_was() {
    let mut device = waiting_for_the_password();
    while device.poll_event().is_some() {}
    let snapshot = serde_json::to_vec(&device).unwrap();
    let mut restored: Device = serde_json::from_slice(&snapshot).unwrap();
    assert_eq!(serde_json::to_vec(&restored).unwrap(), snapshot);
    assert_eq!(type_the_password(&mut device), type_the_password(&mut restored));
    assert_eq!(device.poll_exchange(&context()), restored.poll_exchange(&context()));
    assert_eq!(serde_json::to_vec(&device).unwrap(), serde_json::to_vec(&restored).unwrap());
}

#[test]
fn an_exchange_that_was_under_way_is_made_again() {
    let mut device = waiting_for_the_password();
    type_the_password(&mut device);
    let lost = device.poll_exchange(&context()).expect("the phone asks the server");
    let mut restored: Device = serde_json::from_slice(&serde_json::to_vec(&device).unwrap()).unwrap();
    assert!(restored.poll_exchange(&context()).is_none());
    restored.handle_timeout(&context());
    let again = restored.poll_exchange(&context()).expect("the phone asks again");
    assert_eq!((again.method, &again.url, &again.body), (lost.method, &lost.url, &lost.body));
}

#[test]
fn neither_debug_nor_the_view_shows_a_secret() {
    let mut device = waiting_for_the_password();
    type_the_password(&mut device);
    let request = device.poll_exchange(&context()).expect("the phone asks the server");
    let view = serde_json::to_string(&device.view()).unwrap();
    let shown = format!("{request:?} {view} {:?}", device.keychain().identities()[0].identity);
    for secret in ["\"secret\"", "YWxpY2VAY29udG9zby5leGFtcGxlOnNlY3JldA", "PRIVATE", "p12-alice"] {
        assert!(!shown.contains(secret), "{secret} is shown: {shown}");
    }
}
