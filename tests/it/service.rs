//! `handset agent`: the judge as a service, with real processes, sockets, signals and kills.

mod check;
mod health;
mod kills;
mod postgres;
mod receiver;

use crate::program::handset;
use conformance::{Scratch, profile, root};
use receiver::{Receiver, signature};
use serde_json::{Value, json};
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// How long anything may take that is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

fn run(arguments: &[&str]) -> Output {
    Command::new(handset())
        .args(arguments)
        .current_dir(root())
        .env_remove("HANDSET_STORE")
        .output()
        .expect("the program starts")
}

fn ok(arguments: &[&str]) -> String {
    let output = run(arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {errors}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

fn evidence(name: &str) -> PathBuf {
    root().join("fixtures/evidence").join(name)
}

fn follows(value: &Value, schema: &str) {
    let path = root().join(format!("fixtures/schema/{schema}.schema.json"));
    let schema: Value = serde_json::from_slice(&fs::read(path).expect("a schema")).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let errors: Vec<String> =
        validator.iter_errors(value).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{value:#}");
}

/// Waits until something is there.
fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(started.elapsed() < PATIENCE, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A configuration, and the agents that ran by it.
struct Service {
    scratch: Scratch,
}

impl Service {
    fn new(test: &str, configuration: &str) -> Service {
        let service = Service { scratch: Scratch::new(&format!("service-{test}")) };
        service.configure(configuration);
        service
    }

    /// Writes the configuration; what every one has is in front.
    fn configure(&self, configuration: &str) {
        let whole = format!("interval = \"30ms\"\nlisten = \"127.0.0.1:0\"\n{configuration}");
        fs::write(self.config(), whole).expect("a file");
    }

    fn config(&self) -> PathBuf {
        self.scratch.file("agent.toml")
    }

    fn file(&self, name: &str) -> PathBuf {
        self.scratch.file(name)
    }

    fn start(&self) -> Agent {
        Agent::start(&self.config(), &self.file("log"))
    }

    fn history(&self, arguments: &[&str]) -> Vec<Value> {
        let config = self.config();
        let common = ["agent", "history", "--config", text(&config), "--format", "json", "--limit", "10000"];
        let answer: Value = serde_json::from_str(&ok(&[&common[..], arguments].concat())).expect("JSON");
        follows(&answer, "agent-history");
        answer["records"].as_array().expect("records").clone()
    }

    fn check(&self) -> (Option<i32>, String) {
        let output = run(&["agent", "check", "--config", text(&self.config())]);
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    }

    /// Replaces a file at once: one that is being written is empty for a moment, which an agent would tell of.
    fn replace(&self, name: &str, content: &str) {
        let beside = self.file(&format!(".{name}.new"));
        fs::write(&beside, content).expect("a file");
        fs::rename(&beside, self.file(name)).expect("a file");
    }

    /// A device in the watched folder, with what MDM told of it.
    fn import(&self, device: &str, files: &[&str]) {
        let folder = self.file("seen").join(device);
        let files: Vec<PathBuf> = files.iter().map(|name| evidence(name)).collect();
        let files: Vec<&str> = files.iter().map(|path| text(path)).collect();
        ok(&[&["evidence", "import"], &files[..], &["-o", text(&folder)]].concat());
    }
}

/// An agent that runs.
struct Agent {
    child: Child,
    log: PathBuf,
    /// Where its lines begin in the log.
    from: u64,
}

impl Agent {
    fn start(config: &Path, log: &Path) -> Agent {
        let from = fs::metadata(log).map_or(0, |m| m.len());
        let file = fs::OpenOptions::new().create(true).append(true).open(log).expect("a log");
        let child = Command::new(handset())
            .args(["agent", "run", "--config", text(config)])
            .env_remove("HANDSET_STORE")
            .stdout(Stdio::null())
            .stderr(file)
            .spawn()
            .expect("the program starts");
        Agent { child, log: log.to_owned(), from }
    }

    /// The whole lines that it has written so far; each follows the schema.
    fn lines(&self) -> Vec<Value> {
        let bytes = fs::read(&self.log).expect("a log");
        let bytes = bytes.get(self.from as usize..).unwrap_or_default();
        let whole = bytes.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
        let text = std::str::from_utf8(&bytes[..whole]).expect("UTF-8");
        text.lines()
            .map(|line| {
                let line: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
                follows(&line, "agent-log");
                line
            })
            .collect()
    }

    fn events(&self, event: &str) -> Vec<Value> {
        self.lines().into_iter().filter(|line| line["event"] == event).collect()
    }

    /// Waits for a line of that event; the first is number 1.
    fn event(&self, event: &str, count: usize) -> Value {
        until(event, || self.events(event).into_iter().nth(count - 1))
    }

    fn address(&self) -> String {
        self.event("listening", 1)["address"].as_str().expect("an address").to_owned()
    }

    fn request(&self, head: &str, body: &[u8]) -> (u16, String) {
        request(&self.address(), head, body)
    }

    fn get(&self, path: &str) -> (u16, String) {
        self.request(&format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n"), b"")
    }

    fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().expect("kill runs").success());
    }

    /// Stops it, and gives how it ended.
    fn stop(mut self, signal: &str) -> Option<i32> {
        self.signal(signal);
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One request on a connection of its own.
fn request(address: &str, head: &str, body: &[u8]) -> (u16, String) {
    tried(address, head, body).unwrap_or_else(|e| panic!("{head}: {e}"))
}

fn tried(address: &str, head: &str, body: &[u8]) -> std::io::Result<(u16, String)> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(stream, "{head}Connection: close\r\nContent-Length: {}\r\n\r\n", body.len())?;
    stream.write_all(body)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let cut = || std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
    let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(cut)?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(cut)?;
    let length =
        head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    if length.is_some_and(|length: usize| length != body.len()) {
        return Err(cut());
    }
    Ok((status, body.to_owned()))
}

fn device(service: &Service, arguments: &[&str]) {
    ok(&[&["device", "--store", text(&service.file("store"))], arguments].concat());
}

#[test]
fn each_check_in_is_judged_and_drift_is_told() {
    let receiver = Receiver::start(&[]);
    let policy = evidence("contoso-mail-policy.json");
    let service = Service::new("drift", "");
    fs::write(service.file("webhook.secret"), "a secret of the webhook\n").expect("a file");
    service.configure(&format!(
        "policies = [\"{}\"]\nstore = \"store\"\nstate = \"state\"\nname = \"judge-1\"\n\
         [webhook]\nurl = \"http://{}/hook?to=me\"\nsecret_file = \"webhook.secret\"\n",
        text(&policy),
        receiver.address(),
    ));
    device(&service, &["create", "phone"]);
    fs::write(service.file("password"), "secret").expect("a file");
    let password = format!("password=@{}", text(&service.file("password")));
    device(&service, &["install", "phone", text(&profile("contoso-mail")), "--secret", &password]);
    assert_eq!(service.check().0, Some(0));
    let agent = service.start();
    let judged = agent.event("judged", 1);
    assert_eq!((&judged["device"], &judged["outcome"]), (&json!("phone"), &json!("pass")), "{judged}");

    device(&service, &["act", "phone", "smime.signing.off"]);
    let told = receiver.next();
    assert_eq!(told.path, "/hook?to=me");
    assert_eq!(told.header("content-type"), Some("application/json"));
    assert_eq!(told.header("handset-event"), Some("drift"));
    if let Some(expected) =
        signature("each_check_in_is_judged_and_drift_is_told", "a secret of the webhook", &told.body)
    {
        assert_eq!(told.header("handset-signature"), Some(expected.as_str()));
    }
    let body = told.json();
    follows(&body, "agent-webhook");
    assert_eq!(
        (&body["event"], &body["device"], &body["agent"]),
        (&json!("drift"), &json!("phone"), &json!("judge-1"))
    );
    assert_eq!(body["user"], "alice@contoso.example");
    assert!(body["appeared"].as_array().unwrap().contains(&json!("failed EAS-064")), "{body:#}");
    assert_eq!(body["drift"][0]["by_user"], true, "{body:#}");
    assert!(body["drift"][0]["since"].is_string() && body["failed"][0]["remedy"].is_string(), "{body:#}");
    assert_eq!(told.header("handset-delivery"), Some(body["delivery"].to_string().as_str()));

    device(&service, &["act", "phone", "smime.signing.on"]);
    let told = receiver.next().json();
    follows(&told, "agent-webhook");
    assert_eq!((&told["event"], &told["wrong"]), (&json!("recovered"), &json!([])));
    assert_eq!(told["resolved"], body["appeared"]);

    let (status, metrics) = agent.get("/metrics");
    assert_eq!(status, 200);
    assert!(prometheus(&metrics) > 30);
    let count = agent.events("judged").len();
    for line in [
        "handset_devices{source=\"simulated\"} 1".to_owned(),
        "handset_judgements_total{outcome=\"fail\"} 1".to_owned(),
        format!("handset_checkins_total{{source=\"simulated\"}} {count}"),
        format!("handset_judgement_seconds_count {count}"),
        "handset_device_outcome{device=\"phone\",outcome=\"pass\"} 1".to_owned(),
        "handset_device_drift{device=\"phone\"} 0".to_owned(),
    ] {
        assert!(metrics.lines().any(|l| l == line), "{line}\n{metrics}");
    }
    // The history can be read beside the agent, over HTTP, and after it; each says the same.
    let beside = service.history(&[]);
    let (status, served) = agent.get("/history?limit=10000");
    assert_eq!(
        (status, serde_json::from_str::<Value>(&served).unwrap()["records"].as_array()),
        (200, Some(&beside))
    );
    assert_eq!(agent.stop("-TERM"), Some(0));
    assert_eq!(service.history(&["--device", "phone"]), beside);
    let config = service.config();
    let unknown = |device| run(&["agent", "history", "--config", text(&config), "--device", device]);
    let other = unknown("phnoe");
    assert_eq!(other.status.code(), Some(4));
    let told = String::from_utf8_lossy(&other.stderr).into_owned();
    assert!(told.contains("knows nothing of the device \"phnoe\"") && told.contains("“phone”?"), "{told}");
    let outcomes: Vec<&Value> = beside.iter().map(|record| &record["exit"]).collect();
    assert_eq!((outcomes.first(), outcomes.last()), (Some(&&json!(0)), Some(&&json!(0))));
    assert_eq!(outcomes.iter().filter(|exit| ***exit == json!(1)).count(), 1);

    // What was judged is not judged again after a restart; the numbers of the device are there.
    let again = service.start();
    until("metrics of what was judged before", || {
        let (_, metrics) = again.get("/metrics");
        metrics.contains("handset_device_outcome{device=\"phone\",outcome=\"pass\"} 1").then_some(())
    });
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(again.events("judged"), Vec::<Value>::new());
    assert_eq!(again.stop("-INT"), Some(130));
    assert_eq!(service.history(&[]), beside);
}

/// Holds a page against the text format of Prometheus (version 0.0.4): gives how many samples it has.
fn prometheus(page: &str) -> usize {
    assert!(page.ends_with('\n'));
    let is_name = |name: &str| {
        let mut characters = name.chars();
        characters.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
            && characters.all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    let (mut family, mut kind, mut samples, mut families) = ("", "", 0, Vec::new());
    for line in page.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            family = help.split(' ').next().unwrap();
            assert!(!families.contains(&family), "{family} stands together");
            families.push(family);
            continue;
        }
        if let Some(told) = line.strip_prefix("# TYPE ") {
            let (name, told) = told.split_once(' ').expect("a type");
            assert_eq!(name, family);
            assert!(["counter", "gauge", "histogram"].contains(&told));
            kind = told;
            continue;
        }
        let (name, value) = line.rsplit_once(' ').expect("a value");
        assert!(value.parse::<f64>().is_ok(), "{line}");
        let (name, labels) = match name.split_once('{') {
            Some((name, labels)) => (name, labels.strip_suffix('}').expect("an end")),
            None => (name, ""),
        };
        assert!(is_name(name), "{line}");
        for label in labels.split("\",").filter(|label| !label.is_empty()) {
            let (label, value) = label.split_once("=\"").expect("a label");
            assert!(is_name(label) && !value.trim_end_matches('"').contains('"'), "{line}");
        }
        let suffixes: &[&str] = if kind == "histogram" { &["_bucket", "_sum", "_count"] } else { &[""] };
        assert!(suffixes.iter().any(|suffix| name == format!("{family}{suffix}")), "{line} in {family}");
        if kind == "counter" {
            assert!(name.ends_with("_total"), "{line}");
        }
        samples += 1;
    }
    samples
}

#[test]
fn posted_evidence_is_judged_and_answered() {
    let policy = evidence("contoso-mail-policy.json");
    let service = Service::new("posted", "");
    fs::write(service.file("token"), "let me in").expect("a file");
    service.configure(&format!(
        "policies = [\"{}\"]\nevidence = \"seen\"\nstate = \"state\"\ntoken_file = \"token\"\n",
        text(&policy)
    ));
    service.import("watched", &["profile-list.plist"]);
    let agent = service.start();
    let head = "Host: localhost\r\nAuthorization: Bearer let me in\r\n";
    let post = |path: &str, file: &str| {
        let body = fs::read(evidence(file)).expect("a fixture");
        let (status, answer) = agent.request(&format!("POST {path} HTTP/1.1\r\n{head}"), &body);
        (status, serde_json::from_str::<Value>(&answer).unwrap_or_else(|e| panic!("{e}: {answer}")))
    };
    let (status, record) =
        post("/evidence/UDID-1?kind=mdm&at=2026-11-02T08:00:00Z&source=nanomdm", "profile-list.plist");
    assert_eq!(status, 200, "{record}");
    follows(&json!({ "schema_version": 1, "records": [record] }), "agent-history");
    assert_eq!((&record["device"], &record["source"]), (&json!("UDID-1"), &json!("posted")));
    assert_eq!(record["seen_at"], "2026-11-02T08:00:00Z");
    let (status, without) = post("/evidence/UDID-1", "profile-list-without-mail.plist");
    assert_eq!(status, 200);
    assert_eq!(without["observations"], 2);
    assert_ne!(without["checkin"], record["checkin"]);
    assert!(without["sequence"].as_u64() > record["sequence"].as_u64());
    // Another process finds both on the disk by now.
    let kept = service.history(&["--device", "UDID-1"]);
    assert_eq!(kept, [record, without]);
    ok(&["evidence", "validate", text(&service.file("state/evidence/UDID-1"))]);

    agent.event("judged", 3);
    for (path, file, expected) in [
        ("/evidence/UDID-1?kind=mdmm", "profile-list.plist", 400),
        ("/evidence/UDID-1?knid=mdm", "profile-list.plist", 400),
        ("/evidence/UDID-1?at=yesterday", "profile-list.plist", 400),
        ("/evidence/..%2Fx", "profile-list.plist", 400),
        ("/evidence/", "profile-list.plist", 400),
        ("/evidence/UDID-1?kind=mdm", "ddm-status.json", 422),
        ("/evidence/watched", "profile-list.plist", 409),
        ("/evidnce/UDID-1", "profile-list.plist", 404),
        ("/metrics", "profile-list.plist", 405),
    ] {
        let (status, answer) = post(path, file);
        assert_eq!(status, expected, "{path}: {answer}");
        assert!(answer["error"].as_str().is_some_and(|reason| reason.len() > 10), "{answer}");
    }
    let body = fs::read(evidence("profile-list.plist")).unwrap();
    let path = "POST /evidence/UDID-1 HTTP/1.1\r\n";
    for (head, expected) in [
        (format!("{path}Host: localhost\r\n"), 401),
        (format!("{path}Host: localhost\r\nAuthorization: Bearer other\r\n"), 401),
        (format!("{path}Host: rebound.example\r\nAuthorization: Bearer let me in\r\n"), 403),
        (format!("{path}{head}Origin: https://page.example\r\n"), 403),
    ] {
        assert_eq!(agent.request(&head, &body).0, expected, "{head}");
    }
    assert_eq!(agent.get("/history").0, 401);
    assert_eq!(agent.get("/health").0, 200);
    assert_eq!(service.history(&["--device", "UDID-1"]), kept, "nothing of that was taken");
    // More than a document may have is refused before it is all there.
    let large = vec![b' '; 16 * 1024 * 1024 + 1];
    let sent = tried(&agent.address(), &format!("{path}{head}"), &large);
    assert!(sent.as_ref().map_or(true, |(status, _)| *status == 413), "{sent:?}");
    assert_eq!(agent.stop("-TERM"), Some(0));
}

#[test]
fn a_policy_is_for_whom_it_is_assigned_to() {
    let service = Service::new("assigned", "");
    let mut policy: Value =
        serde_json::from_slice(&fs::read(evidence("contoso-mail-policy.json")).unwrap()).unwrap();
    let target = |kind: &str, group: &str| json!({ "target": { "@odata.type": format!("#microsoft.graph.{kind}AssignmentTarget"), "groupId": group } });
    let group = |last: char| format!("6f0b1c52-0a44-4c3a-9d0b-7f2b6a1e010{last}");
    policy["assignments"] = json!([target("group", &group('1')), target("exclusionGroup", &group('3'))]);
    fs::write(service.file("policy.json"), policy.to_string()).unwrap();
    let directory = root().join("fixtures/graph/directory.json");
    service.configure(&format!(
        "policies = [\"policy.json\"]\nevidence = \"seen\"\nstate = \"state\"\ndirectory = \"{}\"\n\
         [users]\n\"phone-of-carol\" = \"carol@contoso.example\"\n\"Phone-Of-Bob\" = \"bob@contoso.example\"\n",
        text(&directory)
    ));
    // By the serial number in the directory, by the configuration, and by neither.
    for device in ["F2LHANDSET01", "phone-of-bob", "phone-of-carol", "phone-of-nobody"] {
        service.import(device, &["profile-list.plist", "device-information.plist"]);
    }
    let agent = service.start();
    agent.event("judged", 4);
    let record = |device: &str| service.history(&["--device", device]).pop().expect(device);
    for (device, user) in [("F2LHANDSET01", "alice@contoso.example"), ("phone-of-bob", "bob@contoso.example")]
    {
        let record = record(device);
        assert_eq!(
            (&record["policies"], &record["user"]),
            (&json!(["Contoso Mail"]), &json!(user)),
            "{device}"
        );
    }
    for device in ["phone-of-carol", "phone-of-nobody"] {
        let record = record(device);
        assert_eq!(
            (&record["not_assigned"], &record["exit"]),
            (&json!(["Contoso Mail"]), &json!(4)),
            "{device}"
        );
        assert_eq!(record["wrong"], json!([]));
    }
    // What is meant changes: everything is judged again. What cannot be read changes nothing.
    policy["assignments"] = json!([target("allLicensedUsers", "")]);
    service.replace("policy.json", &policy.to_string());
    agent.event("policies", 1);
    agent.event("judged", 8);
    assert_eq!(record("phone-of-carol")["policies"], json!(["Contoso Mail"]));
    service.replace("policy.json", "{");
    let trouble = agent.event("trouble", 1);
    assert!(trouble["reason"].as_str().unwrap().contains("policy.json:1:"), "{trouble}");
    service.import("late", &["profile-list.plist"]);
    assert_eq!(agent.event("judged", 9)["device"], "late");
    assert_eq!(agent.stop("-TERM"), Some(0));
}

#[test]
fn evidence_that_was_changed_is_not_judged() {
    let policy = evidence("contoso-mail-policy.json");
    let service =
        Service::new("changed", &format!("policies = [\"{}\"]\nevidence = \"seen\"\n", text(&policy)));
    service.import("phone", &["profile-list.plist"]);
    let raw = service.file("seen/phone/raw/1.plist");
    let bytes = fs::read(&raw).unwrap();
    fs::write(&raw, [&bytes[..], b" "].concat()).unwrap();
    let agent = service.start();
    let told = agent.event("not-judged", 1);
    assert_eq!((&told["device"], &told["about"]), (&json!("phone"), &json!("evidence")));
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(agent.events("not-judged").len(), 1, "it is told once");
    assert_eq!(agent.events("judged"), Vec::<Value>::new());
    assert!(agent.get("/metrics").1.contains("handset_troubles_total{about=\"evidence\"} 1\n"));
    assert_eq!(agent.stop("-TERM"), Some(0));
}

#[test]
fn a_webhook_is_tried_again_and_outlives_a_kill() {
    let receiver = Receiver::start(&[500, 429, 200]);
    let service = Service::new("webhook", "");
    let policy = evidence("contoso-mail-policy.json");
    let configure = |address: &str| {
        service.configure(&format!(
            "policies = [\"{}\"]\nevidence = \"seen\"\nstate = \"state\"\n[webhook]\nurl = \"http://{address}/\"\n\
             backoff = \"20ms\"\nattempts = 100\n",
            text(&policy)
        ));
    };
    configure(&receiver.address());
    service.import("one", &["profile-list-without-mail.plist"]);
    let mut agent = service.start();
    let tries: Vec<_> = (0..3).map(|_| receiver.next()).collect();
    for one in &tries {
        assert_eq!(
            (one.header("handset-delivery"), &one.body),
            (tries[0].header("handset-delivery"), &tries[0].body)
        );
        assert_eq!(one.header("handset-signature"), None, "there is no secret");
    }
    assert_eq!(agent.event("delivered", 1)["attempt"], 3);
    assert_eq!(agent.events("retried").len(), 2);
    assert!(agent.get("/metrics").1.contains("handset_webhooks_total{result=\"retried\"} 2\n"));
    assert_eq!(agent.stop("-TERM"), Some(0));

    // Nobody listens; the agent is killed, and the message is sent by the next one.
    configure("127.0.0.1:9");
    agent = service.start();
    service.import("two", &["profile-list-without-mail.plist"]);
    agent.event("retried", 1);
    agent.signal("-KILL");
    drop(agent);
    configure(&receiver.address());
    let agent = service.start();
    let told = receiver.next().json();
    assert_eq!((&told["device"], &told["event"]), (&json!("two"), &json!("drift")));
    agent.event("delivered", 1);
    assert_eq!(agent.stop("-TERM"), Some(0));
}

#[test]
fn a_stop_does_not_wait_for_a_receiver_that_never_answers() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let service = Service::new("silent", "");
    let configure = |address: &str| {
        service.configure(&format!(
            "policies = [\"{}\"]\nevidence = \"seen\"\nstate = \"state\"\ngrace = \"20s\"\n\
             [webhook]\nurl = \"http://{address}/\"\ntimeout = \"60s\"\n",
            text(&evidence("contoso-mail-policy.json"))
        ));
    };
    configure(&silent.local_addr().unwrap().to_string());
    service.import("one", &["profile-list-without-mail.plist"]);
    let agent = service.start();
    let (held, _) = silent.accept().unwrap();
    assert_eq!(agent.stop("-TERM"), Some(0), "the grace is shorter than the patience with receivers");
    drop(held);
    // The message was not lost: the next agent sends it.
    let receiver = Receiver::start(&[]);
    configure(&receiver.address());
    let agent = service.start();
    assert_eq!(receiver.next().json()["device"], "one");
    agent.event("delivered", 1);
    assert_eq!(agent.stop("-TERM"), Some(0));
}

#[test]
fn a_stop_finishes_what_is_in_hand() {
    let policy = evidence("contoso-mail-policy.json");
    let service = Service::new("stop", &format!("policies = [\"{}\"]\nstate = \"state\"\n", text(&policy)));
    for signal in ["-TERM", "-INT"] {
        let agent = service.start();
        let address = agent.address();
        let body = fs::read(evidence("profile-list.plist")).unwrap();
        // The body is on its way when the signal comes.
        let mut stream = TcpStream::connect(&address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        write!(
            stream,
            "POST /evidence/late HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n",
            body.len()
        )
        .unwrap();
        stream.write_all(&body[..10]).unwrap();
        std::thread::sleep(Duration::from_millis(200));
        agent.signal(signal);
        agent.event("stopping", 1);
        stream.write_all(&body[10..]).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        let record: Value = serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap();
        agent.event("stopped", 1);
        let mut agent = agent;
        let code = agent.child.wait().unwrap().code();
        assert_eq!(code, Some(if signal == "-TERM" { 0 } else { 130 }));
        assert_eq!(service.history(&[]).last(), Some(&record));
    }
}

#[test]
fn what_is_wrong_with_a_configuration_is_told_before_anything_starts() {
    let policy = evidence("contoso-mail-policy.json");
    let service = Service::new("configuration", "");
    for (configuration, told) in [
        ("polices = ['p.json']", "agent.toml:3:1: unknown field"),
        ("polices = ['p.json']", "did you mean “policies”?"),
        ("policies = ['missing.json']", "missing.json"),
        ("policies = ['agent.toml']", "neither Graph JSON nor a profile"),
        ("policies = ['.']", "there is no policy (.json, .mobileconfig)"),
        ("policies = ['POLICY']\ntoken_file = 'missing'", "the secret of token_file"),
        ("policies = ['POLICY']\ndirectory = 'missing'", "missing"),
        ("policies = ['POLICY']\nhistory_password_file = 'agent.toml'", "history_password_file"),
    ] {
        service.configure(&configuration.replace("POLICY", text(&policy)));
        let (code, errors) = service.check();
        assert_eq!(code, Some(2), "{configuration}: {errors}");
        assert!(errors.contains(told), "{configuration}: {errors}");
        let mut agent = service.start();
        assert_eq!(agent.child.wait().unwrap().code(), Some(2), "{configuration}");
        assert!(!service.file("handset-agent").exists(), "{configuration}");
    }
    service.configure(&format!("policies = ['{}']\n", text(&policy)));
    let nothing = run(&["agent", "history", "--config", text(&service.config())]);
    assert_eq!(nothing.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&nothing.stderr).contains("there is no history"));
    // One agent at a time has a state folder.
    let agent = service.start();
    agent.address();
    let mut second = Agent::start(&service.config(), &service.file("second.log"));
    assert_eq!(second.child.wait().unwrap().code(), Some(3));
    assert!(fs::read_to_string(service.file("second.log")).unwrap().contains("another agent is running"));
    assert_eq!(agent.stop("-TERM"), Some(0));
}
