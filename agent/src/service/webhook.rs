//! Telling of drift: one POST for each judgement after which something is wrong that was not, or right again.
//!
//! What is to be sent stands in the history since the judgement was kept, so that it is sent after a crash too: at least
//! once, with the same `Handset-Delivery`. Messages go one after another, oldest first. An answer of 2xx settles one; 408,
//! 429, 5xx, no answer and no connection are tried again, after waits that double; every other answer is final. Redirects
//! are not followed. The body is signed: `Handset-Signature: sha256=` and the HMAC-SHA256 of it, hexadecimal.

use super::configuration::{Secret, Webhook};
use super::hexadecimal;
use super::history::HistoryError;
use super::metrics::{Delivery, Trouble};
use super::record::{AGENT_SCHEMA_VERSION, Change, Record};
use super::running::{Agent, Stopping};
use ::smime::{CryptoProvider, DigestAlgorithm};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::{Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

/// How often the queue is looked at when nobody says that something came into it.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// How much longer than an attempt and its wait a message stays ours.
const MARGIN: Duration = Duration::from_secs(30);

/// The body; the contract of fixtures/schema/agent-webhook.schema.json.
#[derive(Serialize)]
struct Body<'a> {
    schema_version: u32,
    event: &'static str,
    delivery: u64,
    agent: &'a str,
    device: &'a str,
    user: Option<&'a str>,
    judged_at: &'a str,
    exit: u8,
    wrong: &'a BTreeSet<String>,
    appeared: &'a BTreeSet<String>,
    resolved: &'a BTreeSet<String>,
    drift: &'a [Value],
    failed: &'a [Value],
    conflicts: &'a [Value],
}

fn body(record: &Record, change: Change) -> Result<Vec<u8>, HistoryError> {
    Ok(serde_json::to_vec(&Body {
        schema_version: AGENT_SCHEMA_VERSION,
        event: change.name(),
        delivery: record.sequence,
        agent: &record.agent,
        device: &record.device,
        user: record.user.as_deref(),
        judged_at: &record.judged_at,
        exit: record.exit,
        wrong: &record.wrong,
        appeared: &record.appeared,
        resolved: &record.resolved,
        drift: &record.drift,
        failed: &record.failed,
        conflicts: &record.conflicts,
    })?)
}

fn signature(secret: &Secret, body: &[u8]) -> String {
    let mac = simulator::PROVIDER.hmac(DigestAlgorithm::Sha256, secret.octets(), &[body]);
    format!("sha256={}", hexadecimal(&mac))
}

/// What came of an attempt.
#[derive(Debug, PartialEq, Eq)]
enum Attempt {
    Delivered,
    /// It may be taken later; the receiver may say when.
    Later {
        reason: String,
        after: Option<Duration>,
    },
    Refused(StatusCode),
}

/// How long an agent that ends waits for the answer to a message that is under way; without one it is sent again later.
const LAST_ANSWER: Duration = Duration::from_secs(1);

/// Sends what waits until the agent stops.
pub async fn run(agent: Arc<Agent>, mut stopping: Stopping) {
    let Some(webhook) = &agent.configuration.webhook else { return };
    while !stopping.is_stopping() {
        let taken = agent.history.take_delivery(webhook.timeout + MARGIN).await;
        match taken {
            Ok(Some(record)) => deliver(&agent, webhook, &record, &mut stopping).await,
            Ok(None) => {
                tokio::select! {
                    () = agent.deliveries.notified() => {}
                    () = sleep(LOOK_AGAIN) => {}
                    () = stopping.asked() => {}
                }
            }
            Err(error) => {
                agent.trouble(Trouble::History, &error);
                stopping.pause(LOOK_AGAIN).await;
            }
        }
        agent.ask_history().await;
    }
}

async fn deliver(agent: &Agent, webhook: &Webhook, record: &Record, stopping: &mut Stopping) {
    // Nothing waits that did not change.
    let change = record.change().unwrap_or(Change::Drift);
    let body = match body(record, change) {
        Ok(body) => Bytes::from(body),
        Err(error) => {
            agent.trouble(Trouble::Webhook, &error);
            return settled(agent, record.sequence).await;
        }
    };
    let (sequence, device) = (record.sequence, record.device.as_str());
    let mut wait = webhook.backoff;
    for number in 1..=webhook.attempts {
        let answer = tokio::select! {
            answer = attempt(webhook, record, change, body.clone()) => answer,
            () = async { stopping.asked().await; tokio::time::sleep(LAST_ANSWER).await } => {
                return postponed(agent, sequence).await;
            }
        };
        match answer {
            Attempt::Delivered => {
                agent.metrics.delivery(Delivery::Delivered, 1);
                agent.health.delivered(None);
                tracing::info!(event = "delivered", device, sequence, attempt = u64::from(number));
                return settled(agent, sequence).await;
            }
            Attempt::Refused(status) => {
                agent.metrics.delivery(Delivery::Failed, 1);
                let status = u64::from(status.as_u16());
                let reason = format!("message {sequence} on {device} was refused with status {status}");
                agent.health.delivered(Some(reason));
                tracing::error!(event = "undelivered", device, sequence, reason = "refused", status);
                return settled(agent, sequence).await;
            }
            Attempt::Later { reason, .. } if number == webhook.attempts => {
                agent.metrics.delivery(Delivery::Failed, 1);
                tracing::error!(event = "undelivered", device, sequence, reason, attempt = u64::from(number));
                let told = format!("message {sequence} on {device} was given up: {reason}");
                agent.health.delivered(Some(told));
                return settled(agent, sequence).await;
            }
            Attempt::Later { reason, after } => {
                agent.metrics.delivery(Delivery::Retried, 1);
                let pause = after.unwrap_or(wait).min(webhook.backoff_max);
                let attempt = u64::from(number);
                tracing::warn!(
                    event = "retried",
                    device,
                    sequence,
                    reason,
                    attempt,
                    wait_s = pause.as_secs_f64()
                );
                wait = (wait * 2).min(webhook.backoff_max);
                let lease = pause + webhook.timeout + MARGIN;
                if let Err(error) = agent.history.lease(sequence, lease).await {
                    agent.trouble(Trouble::History, &error);
                }
                stopping.pause(pause).await;
                if stopping.is_stopping() {
                    return postponed(agent, sequence).await;
                }
            }
        }
    }
}

/// Leaves a message to the next start, or to another agent.
async fn postponed(agent: &Agent, sequence: u64) {
    let _ = agent.history.lease(sequence, Duration::ZERO).await;
}

async fn settled(agent: &Agent, sequence: u64) {
    if let Err(error) = agent.history.settle(sequence).await {
        // It is sent again, which receivers are to expect.
        agent.trouble(Trouble::History, &error);
    }
}

async fn attempt(webhook: &Webhook, record: &Record, change: Change, body: Bytes) -> Attempt {
    match timeout(webhook.timeout, post(webhook, record, change, body)).await {
        Ok(Ok(attempt)) => attempt,
        Ok(Err(reason)) => Attempt::Later { reason, after: None },
        Err(_) => Attempt::Later { reason: "no answer in time".to_owned(), after: None },
    }
}

async fn post(webhook: &Webhook, record: &Record, change: Change, body: Bytes) -> Result<Attempt, String> {
    let connected = TcpStream::connect((webhook.host.as_str(), webhook.port)).await;
    let stream = connected.map_err(|error| format!("no connection: {error}"))?;
    let spoken = |error: hyper::Error| format!("no answer: {error}");
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(spoken)?;
    let connection = tokio::spawn(connection);
    let mut request = Request::post(&webhook.path)
        .header(header::HOST, &webhook.authority)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::USER_AGENT, concat!("handset/", env!("CARGO_PKG_VERSION")))
        .header("Handset-Event", change.name())
        .header("Handset-Delivery", record.sequence.to_string());
    if let Some(secret) = &webhook.secret {
        request = request.header("Handset-Signature", signature(secret, &body));
    }
    let request = request.body(Full::new(body)).map_err(|error| error.to_string())?;
    let answer = sender.send_request(request).await.map_err(spoken);
    // What the answer says beside its status is not read.
    drop(sender);
    connection.abort();
    let answer = answer?;
    let after = answer.headers().get(header::RETRY_AFTER).and_then(|v| v.to_str().ok()?.parse().ok());
    Ok(judged(answer.status(), after.map(Duration::from_secs)))
}

fn judged(status: StatusCode, after: Option<Duration>) -> Attempt {
    let again = [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_MANY_REQUESTS];
    if status.is_success() {
        Attempt::Delivered
    } else if status.is_server_error() || again.contains(&status) {
        Attempt::Later { reason: format!("status {}", status.as_u16()), after }
    } else {
        Attempt::Refused(status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_pass_is_tried_again() {
        assert_eq!(judged(StatusCode::NO_CONTENT, None), Attempt::Delivered);
        for status in [408, 429, 500, 503] {
            let status = StatusCode::from_u16(status).unwrap();
            let after = Some(Duration::from_secs(7));
            assert!(matches!(judged(status, after), Attempt::Later { after: Some(_), .. }), "{status}");
        }
        for status in [301, 400, 401, 404, 410] {
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(judged(status, None), Attempt::Refused(status));
        }
    }
}
