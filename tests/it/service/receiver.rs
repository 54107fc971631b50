//! Somebody who receives webhooks.

use conformance::{peer, run};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::mpsc::{Receiver as Queue, Sender, channel};
use std::time::Duration;

/// One message.
pub struct Message {
    pub path: String,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Message {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }
}

/// Listens until the test ends.
pub struct Receiver {
    address: SocketAddr,
    messages: Queue<Message>,
}

impl Receiver {
    /// Answers with these statuses, and with 204 when there are no more.
    pub fn start(statuses: &[u16]) -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let (sender, messages) = channel();
        let statuses = statuses.to_vec();
        std::thread::spawn(move || {
            let mut statuses = statuses.into_iter();
            for stream in listener.incoming().flatten() {
                let status = statuses.next().unwrap_or(204);
                if receive(stream, status, &sender).is_none() {
                    break;
                }
            }
        });
        Receiver { address, messages }
    }

    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// Waits for a message.
    pub fn next(&self) -> Message {
        self.messages.recv_timeout(super::PATIENCE).expect("a message")
    }

    /// What came, until nothing has come for a while.
    pub fn rest(&self) -> Vec<Message> {
        std::iter::from_fn(|| self.messages.recv_timeout(Duration::from_millis(700)).ok()).collect()
    }
}

/// Gives nothing when the test is over.
fn receive(stream: TcpStream, status: u16, sender: &Sender<Message>) -> Option<()> {
    let read = |stream: &TcpStream| -> std::io::Result<Message> {
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            headers.push((name.to_lowercase(), value.to_owned()));
        }
        let length = headers.iter().find(|(n, _)| n == "content-length").and_then(|(_, v)| v.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        reader.read_exact(&mut body)?;
        Ok(Message { path, headers, body })
    };
    let Ok(message) = read(&stream) else { return Some(()) };
    // An agent that was killed meanwhile hears no answer.
    let _ = write!(&stream, "HTTP/1.1 {status} Told\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    sender.send(message).ok()
}

/// The signature of a body, as openssl makes it.
pub fn signature(test: &str, secret: &str, body: &[u8]) -> Option<String> {
    if !peer("openssl", test) {
        return None;
    }
    let path = std::env::temp_dir().join(format!("handset-signed-{}", std::process::id()));
    std::fs::write(&path, body).expect("a file");
    let told = run(Command::new("openssl").args(["dgst", "-sha256", "-hmac", secret, "-r"]).arg(&path));
    let _ = std::fs::remove_file(&path);
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    Some(format!("sha256={}", told.split(' ').next().unwrap_or_default()))
}
