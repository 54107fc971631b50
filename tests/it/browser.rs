//! A real browser, through chromedriver. The six requests of WebDriver (W3C) that the tests need are one exchange of JSON
//! each over a socket on loopback; a client library would bring an asynchronous runtime for them.

use conformance::{Scratch, peer};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// How long one request may take; a page of a megabyte opens in a fraction of a second.
const PATIENCE: Duration = Duration::from_secs(60);

/// A browser with one window. It goes when it is dropped.
pub struct Browser {
    driver: Child,
    port: u16,
    session: Option<String>,
    _profile: Scratch,
}

impl Browser {
    /// Starts one; nothing where there is none, and the test that asked is skipped by name.
    pub fn start(test: &str) -> Option<Browser> {
        if !peer("chromium", test) || !peer("chromedriver", test) {
            return None;
        }
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts");
        let mut lines = BufReader::new(driver.stdout.take().expect("its output")).lines();
        let port = lines.by_ref().map_while(Result::ok).find_map(|line| {
            line.trim_end_matches('.').rsplit_once("started successfully on port ")?.1.parse().ok()
        });
        let profile = Scratch::new(&format!("browser-{test}"));
        let mut browser = Browser { driver, port: port.expect("a port"), session: None, _profile: profile };
        // What it says later is read, so that it never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        let folder = format!("--user-data-dir={}", browser._profile.path().display());
        let opened = browser.post(
            "/session",
            &json!({ "capabilities": { "alwaysMatch": {
                "browserName": "chrome",
                "goog:chromeOptions": { "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", folder] },
                "goog:loggingPrefs": { "browser": "ALL" },
            } } }),
        );
        browser.session = Some(opened["sessionId"].as_str().expect("a session").to_owned());
        Some(browser)
    }

    /// Opens a file.
    pub fn open(&self, page: &Path) {
        self.command("url", &json!({ "url": format!("file://{}", page.display()) }));
    }

    /// Clicks the first element that a selector finds, as a person would.
    pub fn click(&self, selector: &str) {
        let found = self.command("element", &json!({ "using": "css selector", "value": selector }));
        let id = found.as_object().and_then(|o| o.values().next()).and_then(Value::as_str);
        let id = id.unwrap_or_else(|| panic!("no element {selector}"));
        self.command(&format!("element/{id}/click"), &json!({}));
    }

    /// The value of an expression of JavaScript.
    pub fn value(&self, expression: &str) -> Value {
        self.command("execute/sync", &json!({ "script": format!("return {expression};"), "args": [] }))
    }

    /// The text that a person sees of the first element that a selector finds.
    pub fn shown(&self, selector: &str) -> String {
        let quoted = Value::from(selector);
        let text = self.value(&format!("document.querySelector({quoted}).innerText"));
        text.as_str().unwrap_or_else(|| panic!("no text in {selector}")).to_owned()
    }

    /// What stands in the console, each with its level.
    pub fn console(&self) -> Vec<String> {
        let log = self.command("se/log", &json!({ "type": "browser" }));
        let entries = log.as_array().cloned().unwrap_or_default();
        entries.iter().map(|entry| format!("{}: {}", entry["level"], entry["message"])).collect()
    }

    fn command(&self, path: &str, body: &Value) -> Value {
        let session = self.session.as_deref().expect("a session");
        self.post(&format!("/session/{session}/{path}"), body)
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        let answer = exchange(self.port, "POST", path, &body.to_string());
        let value = answer["value"].clone();
        assert!(value.get("error").is_none(), "{path}: {value}");
        value
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if let Some(session) = &self.session {
            // The browser belongs to its driver; without this it would outlive it.
            let path = format!("/session/{session}");
            let _ = std::panic::catch_unwind(|| exchange(self.port, "DELETE", &path, ""));
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

fn exchange(port: u16, method: &str, path: &str, body: &str) -> Value {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("the driver listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time limit");
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .expect("the driver reads");
    let mut reader = BufReader::new(stream);
    let mut length = None;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("a head line");
        let line = line.trim().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse::<usize>().ok();
        }
    }
    let mut answer = vec![0; length.expect("a length")];
    reader.read_exact(&mut answer).expect("the answer");
    serde_json::from_slice(&answer).unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&answer)))
}
