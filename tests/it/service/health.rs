//! What `/health` and the metrics say while something is wrong, and when it is right again; and how an agent ends that
//! is told twice to.

use super::receiver::Receiver;
use super::{Agent, Service, device, evidence, follows, run, text, until};
use serde_json::{Value, json};
use std::fs;
use std::io::Write;
use std::net::TcpStream;

/// The answer of `/health`, and the troubles as `about device`.
fn health(agent: &Agent) -> (u16, Vec<String>, Value) {
    let (status, body) = agent.get("/health");
    let answer: Value = serde_json::from_str(&body).unwrap_or_else(|e| panic!("{e}: {body}"));
    follows(&answer, "agent-health");
    let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let troubles = answer["troubles"].as_array().expect("troubles").iter();
    let troubles = troubles.map(|one| format!("{} {}", word(&one["about"]), word(&one["device"]))).collect();
    (status, troubles, answer)
}

/// Waits until these are the troubles.
fn wrong(agent: &Agent, expected: &[&str]) -> Value {
    let mut last = Value::Null;
    let what = format!("the troubles {expected:?}");
    until(&what, || {
        let (status, troubles, answer) = health(agent);
        assert_eq!(status, if troubles.is_empty() { 200 } else { 503 }, "{answer:#}");
        last = answer;
        (troubles == expected).then(|| last.clone())
    })
}

#[test]
fn health_tells_what_is_wrong_now() {
    let service = Service::new(
        "health",
        "policies = [\"policy.json\"]\nevidence = \"seen\"\nstate = \"state\"\n\
         [webhook]\nurl = \"http://127.0.0.1:9/\"\nattempts = 1\n",
    );
    let policy = fs::read_to_string(evidence("contoso-mail-policy.json")).unwrap();
    fs::write(service.file("policy.json"), &policy).unwrap();
    let agent = service.start();
    let answer = wrong(&agent, &["evidence -"]);
    assert!(answer["troubles"][0]["reason"].as_str().unwrap().contains("is not there"), "{answer:#}");
    service.import("phone", &["profile-list.plist"]);
    agent.event("judged", 1);
    let answer = wrong(&agent, &[]);
    assert!(answer["looked_at"].is_string());

    // A folder without its log is told: in the log, in the metrics, and to whoever asks for its history.
    fs::create_dir_all(service.file("seen/half/raw")).unwrap();
    fs::write(service.file("seen/half/raw/1.plist"), "<plist/>").unwrap();
    let answer = wrong(&agent, &["evidence half"]);
    assert!(
        answer["troubles"][0]["reason"].as_str().unwrap().contains("log.ndjson is missing"),
        "{answer:#}"
    );
    assert!(agent.get("/metrics").1.contains("handset_troubles{about=\"evidence\"} 1\n"));
    let told = |agent: &Agent| {
        agent
            .events("trouble")
            .into_iter()
            .filter(|line| line["reason"].as_str().is_some_and(|reason| reason.contains("half")))
            .count()
    };
    assert_eq!(told(&agent), 1, "it is told once");
    let asked = run(&["agent", "history", "--config", text(&service.config()), "--device", "half"]);
    assert_eq!(asked.status.code(), Some(4));
    assert!(String::from_utf8_lossy(&asked.stderr).contains("log.ndjson is missing"), "{asked:?}");
    let validated = run(&["evidence", "validate", text(&service.file("seen/half")), "--format", "json"]);
    assert_eq!(validated.status.code(), Some(1));
    let validated: Value = serde_json::from_slice(&validated.stdout).unwrap();
    follows(&validated, "evidence-validate");
    assert!(validated["place"].as_str().unwrap().ends_with("half/log.ndjson"), "{validated:#}");
    fs::remove_dir_all(service.file("seen/half")).unwrap();
    wrong(&agent, &[]);

    // Evidence that cannot be judged, until it can.
    let raw = service.file("seen/phone/raw/1.plist");
    let log = fs::read(service.file("seen/phone/log.ndjson")).unwrap();
    let bytes = fs::read(&raw).unwrap();
    fs::write(&raw, "<plist/>").unwrap();
    fs::write(service.file("seen/phone/log.ndjson"), "").unwrap();
    wrong(&agent, &["evidence phone"]);
    fs::write(&raw, bytes).unwrap();
    fs::write(service.file("seen/phone/log.ndjson"), log).unwrap();
    wrong(&agent, &[]);

    // Policies that cannot be read, until they can.
    service.replace("policy.json", "{");
    wrong(&agent, &["policies -"]);
    service.replace("policy.json", &policy);
    wrong(&agent, &[]);

    // A message that was given up, and who lives all the same.
    service.import("without", &["profile-list-without-mail.plist"]);
    let answer = wrong(&agent, &["webhook -"]);
    assert!(answer["troubles"][0]["reason"].as_str().unwrap().contains("was given up"), "{answer:#}");
    assert_eq!(agent.get("/live").0, 200);
    assert_eq!(agent.stop("-TERM"), Some(0));
}

#[test]
fn a_full_queue_is_no_good_health() {
    let receiver = Receiver::start(&[500, 200]);
    let service = Service::new("queue", "");
    service.configure(&format!(
        "policies = [\"{}\"]\nevidence = \"seen\"\nstate = \"state\"\n\
         [webhook]\nurl = \"http://{}/\"\nbackoff = \"1500ms\"\nqueue = 1\n",
        text(&evidence("contoso-mail-policy.json")),
        receiver.address(),
    ));
    service.import("one", &["profile-list-without-mail.plist"]);
    let agent = service.start();
    let answer = wrong(&agent, &["webhook -"]);
    assert!(answer["troubles"][0]["reason"].as_str().unwrap().contains("1 messages wait"), "{answer:#}");
    agent.event("delivered", 1);
    wrong(&agent, &[]);
    assert_eq!(agent.stop("-TERM"), Some(0));
}

#[test]
fn nothing_is_told_of_a_device_that_is_gone() {
    // Also where it is named, and so is waited for.
    for devices in ["", "devices = [\"phone\"]\n"] {
        goes_and_comes_back(devices);
    }
}

fn goes_and_comes_back(devices: &str) {
    let service = Service::new("gone", "");
    service.configure(&format!(
        "policies = [\"{}\"]\nstore = \"store\"\nevidence = \"seen\"\nstate = \"state\"\n{devices}",
        text(&evidence("contoso-mail-policy.json"))
    ));
    device(&service, &["create", "phone"]);
    service.import("watched", &["profile-list.plist"]);
    let agent = service.start();
    agent.event("judged", 2);
    let named = |name: &str| {
        let (_, metrics) = agent.get("/metrics");
        metrics.lines().filter(|line| line.contains(&format!("device=\"{name}\""))).count()
    };
    until("the series of both", || (named("phone") == 4 && named("watched") == 4).then_some(()));
    device(&service, &["delete", "phone"]);
    until("the end of one", || (named("phone") == 0).then_some(()));
    assert_eq!(named("watched"), 4);
    // A device that comes back comes back whole, also when nothing of it has changed.
    fs::rename(service.file("seen/watched"), service.file("aside")).unwrap();
    until("the end of the other", || (named("watched") == 0).then_some(()));
    fs::rename(service.file("aside"), service.file("seen/watched")).unwrap();
    until("its return", || (named("watched") == 4).then_some(()));
    assert_eq!(agent.events("judged").len(), 2, "it was judged before");
    assert_eq!(agent.stop("-TERM"), Some(0));
}

#[test]
fn a_second_signal_ends_an_agent_at_once() {
    let service = Service::new("signals", "");
    service.configure(&format!(
        "policies = [\"{}\"]\nstate = \"state\"\ngrace = \"60s\"\n",
        text(&evidence("contoso-mail-policy.json"))
    ));
    for (signal, code) in [("-TERM", 143), ("-INT", 130)] {
        let agent = service.start();
        // A body that never comes is in hand.
        let mut held = TcpStream::connect(agent.address()).unwrap();
        write!(held, "POST /evidence/late HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n")
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(200));
        agent.signal("-TERM");
        assert_eq!(agent.event("stopping", 1)["signal"], json!("SIGTERM"));
        assert_eq!(agent.stop(signal), Some(code), "{signal}");
        drop(held);
    }
}
