//! What the agent answers on its loopback address: metrics, health, history, and evidence that is posted.
//!
//! Only this machine reaches it, and pages in a browser of this machine do not: the `Host` must be a loopback name, and
//! what has an `Origin` may not post.

use super::configuration::Secret;
use super::inbox::{Document, Refusal, take};
use super::judgement::Place;
use super::metrics::CONTENT_TYPE;
use super::recall::Recalled;
use super::record::{AGENT_SCHEMA_VERSION, Source};
use super::running::{Agent, Problem, Stopping};
use super::watch::{Found, Revision, is_taken, posted};
use super::{now_ms, sha256};
use crate::exit::Failure;
use crate::suggestion::{nearest, question};
use evidence::{Kind, LOG_FILE, MAX_RAW_OCTETS, ReadError, Timestamp};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{HeaderMap, Method, Request, Response, StatusCode, header};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::{Value, json};
use simulator::store::DeviceName;
use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// The most connections at a time; others wait.
pub const MAX_CONNECTIONS: usize = 64;

/// How long a request may take to arrive.
const ARRIVAL: Duration = Duration::from_secs(30);

/// The longest name of a source.
const MAX_SOURCE: usize = 128;

/// The most records of one answer.
const MAX_RECORDS: u32 = 10_000;

type Answer = Response<Full<Bytes>>;

/// Answers until the agent stops; what is being answered then is finished.
pub async fn serve(agent: Arc<Agent>, listener: TcpListener, mut stopping: Stopping) {
    let room = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let accepted = tokio::select! {
            accepted = async { (room.clone().acquire_owned().await, listener.accept().await) } => accepted,
            () = stopping.asked() => break,
        };
        match accepted {
            (Ok(permit), Ok((stream, _))) => {
                let (agent, stopping) = (agent.clone(), stopping.clone());
                connections.spawn(async move {
                    connection(agent, stream, stopping).await;
                    drop(permit);
                });
            }
            // Out of file descriptors, as a rule: others may end meanwhile.
            (_, Err(_)) => sleep(Duration::from_millis(100)).await,
            (Err(_), _) => break,
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

async fn connection(agent: Arc<Agent>, stream: TcpStream, mut stopping: Stopping) {
    let service = service_fn(move |request| {
        let agent = agent.clone();
        async move { Ok::<Answer, Infallible>(answer(agent, request).await) }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(ARRIVAL);
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    // What goes wrong with a connection is its other end's affair.
    tokio::select! {
        _ = connection.as_mut() => return,
        () = stopping.asked() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

/// Why a request is not served.
struct Refused(StatusCode, String);

async fn answer(agent: Arc<Agent>, request: Request<Incoming>) -> Answer {
    match served(agent, request).await {
        Ok(answer) => answer,
        Err(Refused(status, reason)) => json_answer(status, &json!({ "error": reason })),
    }
}

async fn served(agent: Arc<Agent>, request: Request<Incoming>) -> Result<Answer, Refused> {
    let refused = |status, reason: &str| Refused(status, reason.to_owned());
    if !is_local(request.headers()) {
        return Err(refused(StatusCode::FORBIDDEN, "the Host must be a loopback address or localhost"));
    }
    let path = request.uri().path().to_owned();
    let device = path.strip_prefix("/evidence/");
    let wanted = if device.is_some() { Method::POST } else { Method::GET };
    let known = device.is_some() || ["/metrics", "/health", "/live", "/history"].contains(&path.as_str());
    if !known {
        let reason = "known are /metrics, /health, /live, /history and /evidence/DEVICE";
        return Err(refused(StatusCode::NOT_FOUND, reason));
    }
    if *request.method() != wanted {
        return Err(refused(StatusCode::METHOD_NOT_ALLOWED, &format!("{path} takes {wanted}")));
    }
    match (path.as_str(), device) {
        ("/metrics", _) => Ok(text_answer(CONTENT_TYPE, agent.metrics.text(&agent.health.counts()))),
        ("/live", _) => Ok(json_answer(StatusCode::OK, &json!({ "status": "live" }))),
        ("/health", _) => {
            agent.ask_history().await;
            let health = agent.health.answer(&agent.configuration.name);
            let well = health.troubles.is_empty();
            let status = if well { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
            Ok(json_answer(status, &serde_json::to_value(&health).unwrap_or_default()))
        }
        (_, None) => {
            permitted(&agent, request.headers())?;
            let query = Query::read(request.uri().query(), &["device", "limit"])?;
            let limit = match query.value("limit") {
                None => 100,
                Some(text) => {
                    text.parse().ok().filter(|n| (1..=MAX_RECORDS).contains(n)).ok_or_else(|| {
                        refused(StatusCode::BAD_REQUEST, "limit is a number from 1 to 10000")
                    })?
                }
            };
            let device = query.value("device").map(str::to_owned);
            let records = agent.history.newest(device, limit).await;
            let records = records.map_err(|e| refused(StatusCode::SERVICE_UNAVAILABLE, &e.to_string()))?;
            let recalled = Recalled { schema_version: AGENT_SCHEMA_VERSION, records };
            let text = serde_json::to_string(&recalled).unwrap_or_default();
            Ok(text_answer("application/json", text + "\n"))
        }
        (_, Some(device)) => {
            permitted(&agent, request.headers())?;
            if request.headers().contains_key(header::ORIGIN) {
                return Err(refused(StatusCode::FORBIDDEN, "pages may not post evidence"));
            }
            let device = device.to_owned();
            evidence(agent, &device, request).await
        }
    }
}

/// Takes evidence, judges the device, and answers with what came of it when that is on the disk.
async fn evidence(agent: Arc<Agent>, device: &str, request: Request<Incoming>) -> Result<Answer, Refused> {
    let bad = |reason: String| Refused(StatusCode::BAD_REQUEST, reason);
    let device: DeviceName = device.parse().map_err(|error| bad(format!("{error}")))?;
    let query = Query::read(request.uri().query(), &["kind", "at", "source"])?;
    let kind = query.value("kind").map(|kind| kind.parse::<Kind>().map_err(|e| bad(e.to_string())));
    let at = query.value("at").map(|at| {
        Timestamp::parse_rfc3339(at).map_err(|_| bad("at is written like 2026-11-02T08:00:00Z".to_owned()))
    });
    let source = query.value("source").map(str::to_owned);
    if source.as_ref().is_some_and(|s| s.len() > MAX_SOURCE || s.chars().any(char::is_control)) {
        return Err(bad(format!("source has at most {MAX_SOURCE} characters, none of them a control")));
    }
    let (kind, at_ms) = (kind.transpose()?, at.transpose()?.map_or_else(now_ms, |at| at.0));
    let limited = Limited::new(request.into_body(), usize::try_from(MAX_RAW_OCTETS).unwrap_or(usize::MAX));
    let bytes = match timeout(ARRIVAL, limited.collect()).await {
        Ok(Ok(body)) => body.to_bytes().to_vec(),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            let reason = format!("evidence has at most {MAX_RAW_OCTETS} octets");
            return Err(Refused(StatusCode::PAYLOAD_TOO_LARGE, reason));
        }
        Ok(Err(error)) => return Err(bad(error.to_string())),
        Err(_) => return Err(Refused(StatusCode::REQUEST_TIMEOUT, "the body did not come".to_owned())),
    };
    if is_taken(&agent.configuration, &device) {
        let reason = "a device of that name is watched elsewhere".to_owned();
        return Err(Refused(StatusCode::CONFLICT, reason));
    }
    let folder = posted(&agent.configuration);
    let place = folder.join(device.as_str());
    let document = Document { kind, at_ms, source, bytes };
    // Nobody else changes the folder meanwhile.
    let writing = agent.writing(device.as_str()).await;
    let name = device.clone();
    let taken = tokio::task::spawn_blocking(move || take(&folder, &name, document)).await;
    drop(writing);
    match taken {
        Ok(taken) => taken.map_err(refusal)?,
        Err(_) => return Err(Refused(StatusCode::INTERNAL_SERVER_ERROR, "it was not taken".to_owned())),
    }
    let revision = Revision::read(&place.join(LOG_FILE))
        .ok_or_else(|| Refused(StatusCode::INTERNAL_SERVER_ERROR, "the evidence is gone".to_owned()))?;
    let found = Found {
        device: device.as_str().to_owned(),
        source: Source::Posted,
        place: Place::Folder(place),
        revision,
    };
    match agent.check_in(&found).await {
        Ok(Some(record)) => {
            let value = serde_json::to_value(&record).unwrap_or(Value::Null);
            Ok(json_answer(StatusCode::OK, &value))
        }
        Ok(None) => Ok(json_answer(StatusCode::ACCEPTED, &json!({ "status": "kept, and judged soon" }))),
        Err(Problem::Evidence(failure)) => {
            Err(Refused(StatusCode::INTERNAL_SERVER_ERROR, format!("kept, but not judged: {failure}")))
        }
        Err(Problem::History(error)) => {
            Err(Refused(StatusCode::SERVICE_UNAVAILABLE, format!("kept, but not judged yet: {error}")))
        }
    }
}

fn refusal(refusal: Refusal) -> Refused {
    let (status, reason) = match refusal {
        Refusal::Unreadable(error @ ReadError::TooLarge { .. }) => {
            (StatusCode::PAYLOAD_TOO_LARGE, error.to_string())
        }
        Refusal::Unreadable(error) => (StatusCode::UNPROCESSABLE_ENTITY, error.to_string()),
        Refusal::Full(error) => (StatusCode::INSUFFICIENT_STORAGE, error.to_string()),
        Refusal::Devices => (StatusCode::INSUFFICIENT_STORAGE, "there are too many devices".to_owned()),
        Refusal::Failure(failure @ Failure::Judge(_)) => {
            (StatusCode::INTERNAL_SERVER_ERROR, failure.to_string())
        }
        Refusal::Failure(failure) => (StatusCode::INSUFFICIENT_STORAGE, failure.to_string()),
    };
    Refused(status, reason)
}

fn is_local(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST).and_then(|host| host.to_str().ok()) else { return false };
    let host = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    let host = host.trim_matches(['[', ']']);
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn permitted(agent: &Agent, headers: &HeaderMap) -> Result<(), Refused> {
    let Some(token) = &agent.configuration.token else { return Ok(()) };
    let shown = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let shown = shown.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    if is_token(token, shown) {
        return Ok(());
    }
    Err(Refused(StatusCode::UNAUTHORIZED, "the token is missing or another".to_owned()))
}

/// Digests are compared, whose beginnings tell nothing of the token.
fn is_token(token: &Secret, shown: &str) -> bool {
    sha256(&[token.octets()]) == sha256(&[shown.as_bytes()])
}

/// What stands behind the question mark.
struct Query(Vec<(String, String)>);

impl Query {
    fn read(text: Option<&str>, known: &[&str]) -> Result<Query, Refused> {
        let mut values = Vec::new();
        for part in text.unwrap_or_default().split('&').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let bad = |reason: String| Refused(StatusCode::BAD_REQUEST, reason);
            if !known.contains(&name) {
                let near = question(nearest(name, known.iter().copied()));
                let name = name.escape_debug();
                return Err(bad(format!("“{name}” is not known; known are {}{near}", known.join(", "))));
            }
            let value = unescaped(value).ok_or_else(|| bad(format!("{name} is not written in UTF-8")))?;
            values.push((name.to_owned(), value));
        }
        Ok(Query(values))
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

/// A text with its percent signs resolved (RFC 3986, section 2.1).
fn unescaped(text: &str) -> Option<String> {
    let mut octets = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'%' {
            octets.push(*first);
            continue;
        }
        let (digits, after) = after.split_at_checked(2)?;
        octets.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
        rest = after;
    }
    String::from_utf8(octets).ok()
}

fn json_answer(status: StatusCode, value: &Value) -> Answer {
    let mut answer = text_answer("application/json", format!("{value}\n"));
    *answer.status_mut() = status;
    answer
}

fn text_answer(kind: &'static str, text: String) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from(text)));
    answer.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(kind));
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_names_are_taken_for_the_host() {
        for (host, local) in [
            ("127.0.0.1:9464", true),
            ("[::1]:9464", true),
            ("localhost", true),
            ("rebound.example", false),
            ("10.0.0.1", false),
            ("127.0.0.1.example:80", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, host.parse().unwrap());
            assert_eq!(is_local(&headers), local, "{host}");
        }
        assert!(!is_local(&HeaderMap::new()));
    }

    #[test]
    fn a_query_is_read_and_what_is_unknown_is_named() {
        let query = Query::read(Some("kind=mdm&source=a%20b"), &["kind", "source"]).ok().unwrap();
        assert_eq!((query.value("kind"), query.value("source")), (Some("mdm"), Some("a b")));
        let Err(Refused(status, reason)) = Query::read(Some("knid=mdm"), &["kind"]) else { panic!("taken") };
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(reason.ends_with("did you mean “kind”?"), "{reason}");
        for wrong in ["kind=%", "kind=%4", "kind=%zz", "kind=%ff"] {
            assert!(Query::read(Some(wrong), &["kind"]).is_err(), "{wrong}");
        }
    }
}
