//! The history on a real PostgreSQL server, which several agents share.

use super::kills::{all_kept, posting, told};
use super::receiver::Receiver;
use super::{Agent, Service, evidence, ok, run, text, until};
use conformance::Scratch;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::Ordering;
use std::time::Duration;

/// Whom the server runs as where the tests run as root, which it refuses.
const NOBODY: u32 = 65_534;

/// A server with a folder of its own, stopped when it goes out of scope.
struct Server {
    scratch: Scratch,
    programs: PathBuf,
    port: u16,
    process: Option<Child>,
}

/// Where the programs of the server are: on PATH, or where Debian puts them.
fn programs() -> Option<PathBuf> {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&paths).find(|folder| folder.join("initdb").is_file());
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let installed = versions.map(|version| version.path().join("bin")).filter(|p| p.join("initdb").is_file());
    on_path.or_else(|| installed.max())
}

impl Server {
    /// Makes a server; nothing, loudly, where there is none to be had.
    fn new(test: &str) -> Option<Server> {
        let Some(programs) = programs() else {
            let required = std::env::var("HANDSET_REQUIRE_PEERS").is_ok_and(|v| v == "1");
            assert!(!required, "{test}: initdb is missing and HANDSET_REQUIRE_PEERS=1");
            eprintln!("SKIPPED {test}: PostgreSQL's initdb is missing");
            return None;
        };
        let scratch = Scratch::new(&format!("postgres-{test}"));
        let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port").port();
        let mut server = Server { scratch, programs, port, process: None };
        fs::write(server.file("password"), "a password of the database\n").expect("a file");
        if server.is_root() {
            for path in [server.scratch.path().to_owned(), server.file("password")] {
                chown(path, Some(NOBODY), Some(NOBODY)).expect("root may");
            }
        }
        let mut make = server.command("initdb");
        make.args([
            "--no-sync",
            "--encoding=UTF8",
            "--locale=C",
            "--username=handset",
            "--auth=scram-sha-256",
        ]);
        make.arg("--pwfile").arg(server.file("password")).arg("-D").arg(server.file("data"));
        let made = conformance::run(&mut make);
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        server.start();
        Some(server)
    }

    fn is_root(&self) -> bool {
        fs::metadata("/proc/self").expect("a process").uid() == 0
    }

    fn file(&self, name: &str) -> PathBuf {
        self.scratch.file(name)
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        command.current_dir("/").env_clear().env("LC_ALL", "C").env("PATH", "/usr/bin:/bin");
        if self.is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    }

    fn start(&mut self) {
        let mut serve = self.command("postgres");
        serve.arg("-D").arg(self.file("data")).arg("-k").arg(self.scratch.path());
        serve.args(["-p", &self.port.to_string(), "-c", "listen_addresses=127.0.0.1"]);
        serve.stdout(Stdio::null()).stderr(Stdio::null());
        self.process = Some(serve.spawn().expect("the server starts"));
        until("the server", || {
            let told = fs::read_to_string(self.file("data/postmaster.pid")).ok()?;
            told.lines().nth(7).is_some_and(|line| line.trim() == "ready").then_some(())
        });
    }

    /// Ends it as an administrator would, who waits for nobody.
    fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = Command::new("kill").args(["-INT", &process.id().to_string()]).status();
            let _ = process.wait();
        }
    }

    /// The configuration of an agent that keeps its history there.
    fn history(&self) -> String {
        // Reachable over a socket and over TCP; each is used by one of the tests.
        format!(
            "history = \"postgres://handset@127.0.0.1:{}/postgres\"\nhistory_password_file = \"{}\"\n",
            self.port,
            text(&self.file("password"))
        )
    }

    fn history_by_socket(&self) -> String {
        let folder = text(self.scratch.path()).replace('/', "%2F");
        format!(
            "history = \"postgres://handset@{folder}:{}/postgres\"\nhistory_password_file = \"{}\"\n",
            self.port,
            text(&self.file("password"))
        )
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Another configuration beside the one of the service.
fn another(service: &Service, name: &str, configuration: &str) -> PathBuf {
    let path = service.file(name);
    let whole = format!("interval = \"30ms\"\nlisten = \"127.0.0.1:0\"\n{configuration}");
    fs::write(&path, whole).expect("a file");
    path
}

fn devices(records: &[Value]) -> Vec<&str> {
    let mut devices: Vec<&str> = records.iter().filter_map(|record| record["device"].as_str()).collect();
    devices.sort_unstable();
    devices
}

#[test]
fn agents_share_a_history_and_judge_each_check_in_once() {
    let Some(mut server) = Server::new("agents_share_a_history_and_judge_each_check_in_once") else { return };
    let receiver = Receiver::start(&[]);
    let service = Service::new("shared", "");
    let policy = evidence("contoso-mail-policy.json");
    let common = |name: &str| {
        format!(
            "name = \"{name}\"\nstate = \"state-{name}\"\npolicies = [\"{}\"]\nevidence = \"seen\"\n{}\
             [webhook]\nurl = \"http://{}/\"\nbackoff = \"20ms\"\n",
            text(&policy),
            if name == "one" { server.history() } else { server.history_by_socket() },
            receiver.address()
        )
    };
    service.configure(&common("one"));
    let config = another(&service, "second.toml", &common("two"));
    // A wrong password is told, and not shown.
    fs::set_permissions(server.file("password"), fs::Permissions::from_mode(0o644)).expect("ours");
    let wrong = service.file("wrong");
    fs::write(&wrong, "hunter2").expect("a file");
    let mistaken = common("three").replace(text(&server.file("password")), text(&wrong));
    let refused = run(&["agent", "history", "--config", text(&another(&service, "three.toml", &mistaken))]);
    assert_eq!(refused.status.code(), Some(3));
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(told.contains("password authentication failed") && !told.contains("hunter2"), "{told}");

    // Both make the tables at the same time.
    let names = ["d0", "d1", "d2", "d3", "d4", "d5"];
    for name in names {
        service.import(name, &["profile-list-without-mail.plist"]);
    }
    let one = service.start();
    let two = Agent::start(&config, &service.file("second.log"));
    let all = || one.events("judged").into_iter().chain(two.events("judged")).collect::<Vec<_>>();
    until("all devices", || (all().len() >= names.len()).then_some(()));
    std::thread::sleep(Duration::from_millis(500));
    let records = service.history(&[]);
    assert_eq!(devices(&records), names, "each was judged once");
    assert_eq!(all().len(), names.len());
    let deliveries: Vec<u64> =
        (0..names.len()).filter_map(|_| receiver.next().json()["delivery"].as_u64()).collect();
    assert_eq!(receiver.rest().len(), 0, "each was told once");
    assert_eq!(deliveries.iter().collect::<BTreeSet<_>>().len(), names.len());

    // The server goes and comes back: what was seen meanwhile is judged then.
    server.stop();
    service.import("late", &["profile-list.plist"]);
    until("the trouble", || one.events("not-judged").first().cloned());
    server.start();
    until("the late device", || all().iter().any(|line| line["device"] == "late").then_some(()));
    assert_eq!(devices(&service.history(&["--device", "late"])), ["late"]);

    // One is killed while it may hold a claim; the other goes on.
    one.signal("-KILL");
    drop(one);
    service.import("last", &["profile-list.plist"]);
    until("the last device", || {
        two.events("judged").iter().any(|line| line["device"] == "last").then_some(())
    });
    let records = service.history(&[]);
    assert_eq!(records.last().map(|r| &r["agent"]), Some(&json!("two")));
    assert_eq!(records.iter().map(|r| r["sequence"].as_u64()).collect::<BTreeSet<_>>().len(), records.len());
    assert_eq!(two.stop("-TERM"), Some(0));

    // A later form is left alone.
    if let Some(psql) =
        [server.programs.join("psql"), "/usr/bin/psql".into()].into_iter().find(|p| p.is_file())
    {
        let mut change = Command::new(psql);
        change.args(["-h", "127.0.0.1", "-p", &server.port.to_string(), "-U", "handset", "-d", "postgres"]);
        change.env("PGPASSWORD", "a password of the database");
        change.args(["-c", "UPDATE handset_schema SET version = 2"]);
        assert!(conformance::run(&mut change).status.success());
        let newer = run(&["agent", "history", "--config", text(&service.config())]);
        assert_eq!(newer.status.code(), Some(3));
        assert!(String::from_utf8_lossy(&newer.stderr).contains("has version 2"));
    }
    ok(&["agent", "check", "--config", text(&service.config())]);
}

#[test]
fn no_acknowledged_verdict_is_lost_on_a_server() {
    let Some(server) = Server::new("no_acknowledged_verdict_is_lost_on_a_server") else { return };
    let policy = evidence("contoso-mail-policy.json");
    let service = Service::new(
        "server-kills",
        &format!("policies = [\"{}\"]\nstate = \"state\"\n{}", text(&policy), server.history()),
    );
    let mut acknowledged = Vec::new();
    for round in 0..8_u64 {
        let agent = service.start();
        let (over, threads) = posting(&agent, &["a", "b"]);
        std::thread::sleep(Duration::from_millis(50 + round * 73 % 400));
        agent.signal("-KILL");
        acknowledged.extend(agent.events("judged").iter().map(told));
        over.store(true, Ordering::Relaxed);
        for thread in threads {
            acknowledged.extend(thread.join().expect("every answer was right"));
        }
    }
    assert!(acknowledged.len() > 20, "{}", acknowledged.len());
    all_kept(&acknowledged, &service.history(&[]));
}
