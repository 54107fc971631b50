//! The configuration of the service: a TOML file, checked whole before anything starts.

use super::arguments::ConfigurationArguments;
use super::defect::{Defect, Lines};
use super::error::ServiceError;
use super::span::Span;
use crate::exit::Failure;
use crate::file;
use crate::suggestion::nearest;
use profile::OsVersion;
use serde::Deserialize;
use simulator::store::DeviceName;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The largest configuration, in octets.
pub const MAX_CONFIGURATION: u64 = 1024 * 1024;

/// The largest file of a secret, in octets.
pub const MAX_SECRET: u64 = 64 * 1024;

/// The largest queue of webhooks.
pub const MAX_QUEUE: u32 = 100_000;

/// The most attempts at a webhook.
pub const MAX_ATTEMPTS: u32 = 100;

/// The shortest time between two looks at the devices.
pub const MIN_INTERVAL: Duration = Duration::from_millis(10);

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    name: Option<String>,
    state: Option<PathBuf>,
    policies: Vec<PathBuf>,
    directory: Option<PathBuf>,
    #[serde(default)]
    users: BTreeMap<String, String>,
    #[serde(default)]
    allow_user_changes: bool,
    ios: Option<String>,
    store: Option<PathBuf>,
    #[serde(default)]
    devices: Vec<String>,
    evidence: Option<PathBuf>,
    interval: Option<Span>,
    grace: Option<Span>,
    history: Option<String>,
    history_password_file: Option<PathBuf>,
    keep: Option<Span>,
    listen: Option<String>,
    token_file: Option<PathBuf>,
    webhook: Option<WebhookDocument>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WebhookDocument {
    url: String,
    secret_file: Option<PathBuf>,
    queue: Option<u32>,
    attempts: Option<u32>,
    timeout: Option<Span>,
    backoff: Option<Span>,
    backoff_max: Option<Span>,
}

/// What the service is to do.
#[derive(Debug)]
pub struct Configuration {
    /// The file.
    pub path: PathBuf,
    /// Where its settings stand.
    pub lines: Lines,
    /// What the agent is called in the history.
    pub name: String,
    /// Its own folder.
    pub state: PathBuf,
    /// Files and folders of policies.
    pub policies: Vec<PathBuf>,
    /// The directory file.
    pub directory: Option<PathBuf>,
    /// Whose a device is, by lower-case name.
    pub users: BTreeMap<String, String>,
    /// As for `handset verify`.
    pub allow_user_changes: bool,
    /// As for `handset verify`.
    pub ios: Option<OsVersion>,
    /// The store of simulated devices.
    pub store: Option<PathBuf>,
    /// The simulated devices that are watched, each with its place in the list; empty: all.
    pub devices: BTreeMap<String, usize>,
    /// The folder of folders of evidence.
    pub evidence: Option<PathBuf>,
    /// How long between two looks.
    pub interval: Duration,
    /// How long what is in hand may take when the agent is stopped.
    pub grace: Duration,
    /// Where the history is.
    pub history: HistoryPlace,
    /// How long judgements are kept; the newest of each device stays.
    pub keep: Option<Duration>,
    /// Where to listen.
    pub listen: Option<SocketAddr>,
    /// What has to be shown to post evidence or to read the history.
    pub token: Option<Secret>,
    /// Whom to tell of drift.
    pub webhook: Option<Webhook>,
}

/// Where the history is.
#[derive(Debug)]
pub enum HistoryPlace {
    /// A file.
    Embedded(PathBuf),
    /// A server.
    Postgres(Box<tokio_postgres::Config>),
}

/// Whom to tell of drift.
#[derive(Debug)]
pub struct Webhook {
    /// Host as it stands in the URL, with its port.
    pub authority: String,
    /// Host, for the connection.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Path and query.
    pub path: String,
    /// What signs the body.
    pub secret: Option<Secret>,
    /// The most messages that wait.
    pub queue: u32,
    /// How often one is tried.
    pub attempts: u32,
    /// How long an attempt may take.
    pub timeout: Duration,
    /// How long to wait after the first failed attempt; twice as long after each further one.
    pub backoff: Duration,
    /// The longest wait.
    pub backoff_max: Duration,
}

/// A secret, never shown.
pub struct Secret(Vec<u8>);

impl Secret {
    /// The octets.
    pub fn octets(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

impl Configuration {
    /// Reads a configuration and the secrets that it names. Everything that is wrong with it is told at once.
    ///
    /// # Errors
    /// [`ServiceError`] with the places.
    pub fn read(arguments: &ConfigurationArguments) -> Result<Configuration, Failure> {
        let path = &arguments.config;
        let bytes = file::read_up_to(path, MAX_CONFIGURATION)?;
        Ok(Self::of(path, &bytes, arguments.store.as_deref())?)
    }

    fn of(path: &Path, bytes: &[u8], store: Option<&Path>) -> Result<Configuration, ServiceError> {
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let (line, column) = place(bytes, error.valid_up_to());
            let reason = "it is no UTF-8 text".to_owned();
            ServiceError::Configuration { path: path.to_owned(), line, column, reason, near: None }
        })?;
        let document: Document = toml::from_str(text).map_err(|error| unreadable(path, text, &error))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let at = |named: &Path| folder.join(named);
        let mut found = Found { lines: Lines::read(text), defects: Vec::new() };
        if document.policies.is_empty() {
            found.wrong("policies", "at least one policy is needed");
        }
        if document.policies.len() > super::intents::MAX_POLICY_FILES {
            found.wrong("policies", "there are more than 10000");
        }
        let ios = document.ios.as_deref().map(crate::cli::ios).transpose();
        let ios = found.taken("ios", ios).flatten();
        for (number, name) in document.devices.iter().enumerate() {
            found.taken(&format!("devices[{number}]"), name.parse::<DeviceName>());
        }
        if !document.devices.is_empty() && document.store.is_none() && store.is_none() {
            found.wrong("devices", "these are devices of a store, and no store is named");
        }
        let interval = document.interval.map_or(Duration::from_secs(30), |span| span.0);
        if interval < MIN_INTERVAL {
            found.wrong("interval", "the shortest is 10ms");
        }
        let state = at(&document.state.unwrap_or_else(|| "handset-agent".into()));
        let name = document.name.unwrap_or_else(host_name);
        if name.is_empty() || name.len() > 128 || name.chars().any(char::is_control) {
            found.wrong("name", "a name has 1 to 128 characters, none of them a control");
        }
        let listen = found.taken("listen", document.listen.as_deref().map(listen_address).transpose());
        let secret = |found: &mut Found, setting: &'static str, named: &Option<PathBuf>| {
            let read = named.as_ref().map(|named| read_secret(setting, &at(named))).transpose();
            found.taken(setting, read).flatten()
        };
        let history = document.history.as_deref().unwrap_or("history.redb");
        let history = if is_postgres(history) {
            let password = secret(&mut found, "history_password_file", &document.history_password_file);
            let config = found.taken("history", database(history, password)).unwrap_or_default();
            HistoryPlace::Postgres(Box::new(config))
        } else {
            if history.contains("://") {
                found.wrong("history", "it is a file, or postgres://USER@HOST/DATABASE");
            } else if document.history_password_file.is_some() {
                found.wrong("history_password_file", "only a server wants a password");
            }
            HistoryPlace::Embedded(state.join(history))
        };
        let token = secret(&mut found, "token_file", &document.token_file);
        let webhook = document.webhook.as_ref().and_then(|webhook| {
            let signed_by = secret(&mut found, "webhook.secret_file", &webhook.secret_file);
            match Webhook::of(webhook, signed_by) {
                Ok(webhook) => Some(webhook),
                Err((setting, reason)) => {
                    found.wrong(setting, reason);
                    None
                }
            }
        });
        let mut users = BTreeMap::new();
        for (device, user) in document.users {
            let setting = format!("users.{device}");
            if user.trim().is_empty() {
                found.wrong(&setting, "nobody is named");
            }
            if users.insert(device.to_lowercase(), user).is_some() {
                found.wrong(&setting, "the device is there twice; case does not matter");
            }
        }
        if !found.defects.is_empty() {
            return Err(ServiceError::Defective { path: path.to_owned(), defects: found.defects });
        }
        Ok(Configuration {
            path: path.to_owned(),
            lines: found.lines,
            name,
            policies: document.policies.iter().map(|p| at(p)).collect(),
            directory: document.directory.as_deref().map(at),
            users,
            allow_user_changes: document.allow_user_changes,
            ios,
            store: store.map(Path::to_owned).or_else(|| document.store.as_deref().map(at)),
            devices: document.devices.into_iter().zip(0..).collect(),
            evidence: document.evidence.as_deref().map(at),
            interval,
            grace: document.grace.map_or(Duration::from_secs(30), |span| span.0),
            history,
            keep: document.keep.map(|span| span.0),
            listen: listen.flatten(),
            token,
            webhook,
            state,
        })
    }

    /// Whether a simulated device of that name is watched.
    pub fn is_wanted(&self, device: &str) -> bool {
        self.devices.is_empty() || self.devices.contains_key(device)
    }
}

/// What was found wrong so far.
struct Found {
    lines: Lines,
    defects: Vec<Defect>,
}

impl Found {
    fn wrong(&mut self, setting: &str, reason: &str) {
        let line = self.lines.of(setting);
        let (setting, reason) = (setting.to_owned(), reason.to_owned());
        self.defects.push(Defect { line, setting, reason, blocks: true });
    }

    fn taken<T>(&mut self, setting: &str, value: Result<T, impl std::fmt::Display>) -> Option<T> {
        value.map_err(|reason| self.wrong(setting, &reason.to_string())).ok()
    }
}

impl Webhook {
    fn of(
        document: &WebhookDocument,
        secret: Option<Secret>,
    ) -> Result<Webhook, (&'static str, &'static str)> {
        let form = ("webhook.url", "it is written http://HOST:PORT/PATH");
        let url: hyper::Uri = document.url.parse().map_err(|_| form)?;
        if url.scheme_str() != Some("http") {
            return Err((
                "webhook.url",
                "only http:// is spoken; put a proxy that speaks TLS beside the agent",
            ));
        }
        let authority = url.authority().ok_or(form)?;
        if authority.as_str().contains('@') {
            return Err(("webhook.url", "a secret does not belong in it; the body is signed (secret_file)"));
        }
        let span = |span: Option<Span>, default_ms| span.map_or(Duration::from_millis(default_ms), |s| s.0);
        let (queue, attempts) = (document.queue.unwrap_or(1_000), document.attempts.unwrap_or(8));
        if !(1..=MAX_QUEUE).contains(&queue) {
            return Err(("webhook.queue", "from 1 to 100000 messages may wait"));
        }
        if !(1..=MAX_ATTEMPTS).contains(&attempts) {
            return Err(("webhook.attempts", "from 1 to 100 attempts are made"));
        }
        Ok(Webhook {
            authority: authority.as_str().to_owned(),
            host: authority.host().trim_matches(['[', ']']).to_owned(),
            port: authority.port_u16().unwrap_or(80),
            path: url.path_and_query().map_or("/", |p| p.as_str()).to_owned(),
            secret,
            queue,
            attempts,
            timeout: span(document.timeout, 10_000),
            backoff: span(document.backoff, 1_000),
            backoff_max: span(document.backoff_max, 300_000),
        })
    }
}

fn is_postgres(text: &str) -> bool {
    text.starts_with("postgres://") || text.starts_with("postgresql://")
}

fn database(url: &str, password: Option<Secret>) -> Result<tokio_postgres::Config, String> {
    let mut config: tokio_postgres::Config = url
        .parse()
        .map_err(|_| "it is no connection that can be read: postgres://USER@HOST:PORT/DATABASE".to_owned())?;
    if config.get_ssl_mode() == tokio_postgres::config::SslMode::Require {
        return Err("TLS to the server is not spoken yet; use a socket, or a tunnel".to_owned());
    }
    if let Some(password) = password {
        if config.get_password().is_some() {
            return Err("the URL has a password, and there is a history_password_file".to_owned());
        }
        config.password(password.octets());
    }
    config.application_name("handset agent");
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(Duration::from_secs(10));
    }
    Ok(config)
}

/// An address of this machine that no other can reach.
fn listen_address(text: &str) -> Result<SocketAddr, &'static str> {
    let address: SocketAddr =
        text.parse().map_err(|_| "it is written 127.0.0.1:9464 or [::1]:9464; port 0 takes a free one")?;
    if !address.ip().is_loopback() {
        return Err(
            "only a loopback address is listened on (127.0.0.1, ::1); put a proxy in front for others",
        );
    }
    Ok(address)
}

fn host_name() -> String {
    let name = rustix::system::uname();
    let name = name.nodename().to_string_lossy().into_owned();
    if name.is_empty() { "agent".to_owned() } else { name }
}

/// The text of a file without the end of its last line.
fn read_secret(setting: &'static str, path: &Path) -> Result<Secret, ServiceError> {
    let failed = |source| ServiceError::Secret { setting, path: path.to_owned(), source };
    let bad = |reason| ServiceError::BadSecret { setting, path: path.to_owned(), reason };
    let mut bytes = Vec::new();
    File::open(path).map_err(failed)?.take(MAX_SECRET + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > MAX_SECRET {
        return Err(bad("is larger than 64 KiB"));
    }
    for end in [b'\n', b'\r'] {
        if bytes.last() == Some(&end) {
            bytes.pop();
        }
    }
    if bytes.is_empty() {
        return Err(bad("is empty"));
    }
    Ok(Secret(bytes))
}

fn unreadable(path: &Path, text: &str, error: &toml::de::Error) -> ServiceError {
    let (line, column) = place(text.as_bytes(), error.span().map_or(0, |span| span.start));
    let message = error.message();
    let mut words = message.split('`').skip(1).step_by(2);
    let near = message.starts_with("unknown field").then(|| words.next()).flatten().and_then(|unknown| {
        let known: Vec<&str> = words.collect();
        nearest(unknown, known).map(str::to_owned)
    });
    // What stands in the file beside the word is not repeated.
    let reason = message.lines().next().unwrap_or_default().to_owned();
    ServiceError::Configuration { path: path.to_owned(), line, column, reason, near }
}

fn place(bytes: &[u8], at: usize) -> (usize, usize) {
    let before = bytes.get(..at).unwrap_or(bytes);
    let line = before.iter().filter(|b| **b == b'\n').count() + 1;
    let start = before.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
    let column = String::from_utf8_lossy(before.get(start..).unwrap_or_default()).chars().count() + 1;
    (line, column)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Configuration, String> {
        Configuration::of(Path::new("/etc/agent.toml"), text.as_bytes(), None).map_err(|e| e.to_string())
    }

    #[test]
    fn paths_are_from_the_folder_of_the_configuration_on() {
        let read =
            read("policies = ['p.json']\nstate = 's'\nstore = '/abs'\n[users]\nPHONE = 'a@b'\n").unwrap();
        assert_eq!(read.policies, [PathBuf::from("/etc/p.json")]);
        assert_eq!(read.store, Some(PathBuf::from("/abs")));
        assert!(matches!(&read.history, HistoryPlace::Embedded(p) if p == Path::new("/etc/s/history.redb")));
        assert_eq!(read.users.get("phone").map(String::as_str), Some("a@b"));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let error = |text: &str| read(text).expect_err(text);
        let unknown = error("policies = ['p.json']\n  pollicies = 1\n");
        assert!(unknown.starts_with("/etc/agent.toml:2:3: unknown field `pollicies`"), "{unknown}");
        assert!(unknown.ends_with("did you mean “policies”?"), "{unknown}");
        let nested = error("policies = ['p.json']\n[webhook]\nurl = 'http://h/'\nsecret_flie = 's'\n");
        assert!(nested.contains(":4:1:") && nested.contains("did you mean “secret_file”?"), "{nested}");
        for (text, named) in [
            ("", "policies"),
            ("policies = []", "policies: at least one"),
            ("policies = ['p']\ninterval = 5", "invalid type"),
            ("policies = ['p']\ninterval = '5'", "a time is written with its unit"),
            ("policies = ['p']\ninterval = '9ms'", "interval: the shortest"),
            ("policies = ['p']\nlisten = '0.0.0.0:9464'", "only a loopback address"),
            ("policies = ['p']\nlisten = '9464'", "listen: it is written"),
            ("policies = ['p']\nhistory = 'mysql://h/d'", "history: it is a file"),
            ("policies = ['p']\nhistory = 'postgres://h/d?sslmode=require'", "TLS to the server"),
            ("policies = ['p']\n[webhook]\nurl = 'ftp://h/'", "only http://"),
            ("policies = ['p']\n[webhook]\nurl = 'http://a:b@h/'", "a secret does not belong"),
            ("policies = ['p']\n[webhook]\nurl = 'http://h/'\nqueue = 100001", "webhook.queue"),
            ("policies = ['p']\n[webhook]\nurl = 'http://h/'\nattempts = 101", "webhook.attempts"),
            (
                "policies = ['p']\n[webhook]\nurl = 'http://h/'\nsecret_file = '/nowhere/s'",
                "webhook.secret_file",
            ),
            ("policies = ['p']\nstore = 's'\ndevices = ['a/b']", "/etc/agent.toml:3: devices[0]"),
            ("policies = ['p']\ndevices = ['a']", "no store is named"),
            (
                "policies = ['p']\n[users]\nA = 'x'\na = 'y'",
                "agent.toml:4: users.a: the device is there twice",
            ),
            ("policies = ['p']\nios = 'x'", "ios"),
            ("policies = ['p'\n", ":"),
        ] {
            assert!(error(text).contains(named), "{text}: {}", error(text));
        }
        assert!(
            read("policies = ['p']\n[webhook]\nurl = 'http://h/'\nqueue = 100000\nattempts = 100").is_ok()
        );
        assert!(read("policies = ['p']\ninterval = '10ms'").is_ok());
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let text =
            "policies = []\nlisten = 'x'\nios = 'x'\n[webhook]\nurl = 'ftp://h/'\nsecret_file = '/no'\n";
        let told = read(text).expect_err(text);
        let settings: Vec<&str> = told.lines().filter_map(|line| line.split(": ").next()).collect();
        assert_eq!(settings.len(), 5, "{told}");
        for (line, setting) in [(1, "policies"), (2, "listen"), (3, "ios"), (5, "webhook.url")] {
            assert!(told.contains(&format!("/etc/agent.toml:{line}: {setting}: ")), "{told}");
        }
    }

    #[test]
    fn no_password_is_shown() {
        let read = read("policies = ['p']\nhistory = 'postgres://u:hunter2@h/d'").unwrap();
        assert!(!format!("{read:?}").contains("hunter2"));
    }
}
