//! `kill -9` at any moment: what was acknowledged is kept.

use super::{Agent, PATIENCE, Service, evidence, text, tried};
use serde_json::Value;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How many agents are killed.
const KILLS: u64 = 25;

/// What an acknowledgement says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    sequence: u64,
    device: String,
    checkin: String,
}

/// What a record, an answer or a line of the log says.
pub fn told(value: &Value) -> Told {
    let text = |name: &str| value[name].as_str().expect("a text").to_owned();
    Told {
        sequence: value["sequence"].as_u64().expect("a number"),
        device: text("device"),
        checkin: text("checkin"),
    }
}

/// Posts evidence to several devices until the agent is gone, and gives what was answered.
pub fn posting(
    agent: &Agent,
    devices: &[&str],
) -> (Arc<AtomicBool>, Vec<std::thread::JoinHandle<Vec<Told>>>) {
    let address = agent.address();
    let over = Arc::new(AtomicBool::new(false));
    let threads = devices.iter().map(|device| {
        let (address, over) = (address.clone(), over.clone());
        let head = format!("POST /evidence/{device} HTTP/1.1\r\nHost: localhost\r\n");
        let body = fs::read(evidence("security-info.plist")).expect("a fixture");
        std::thread::spawn(move || {
            let mut answered = Vec::new();
            while !over.load(Ordering::Relaxed) {
                // A connection that breaks has acknowledged nothing.
                let Ok((status, answer)) = tried(&address, &head, &body) else { break };
                // Kept and not judged yet, on a machine with much to do: no verdict was acknowledged.
                if status == 202 {
                    continue;
                }
                assert_eq!(status, 200, "{answer}");
                answered.push(told(&serde_json::from_str(&answer).expect("JSON")));
            }
            answered
        })
    });
    (over.clone(), threads.collect())
}

/// Everything acknowledged is in the history, as it was told.
pub fn all_kept(acknowledged: &[Told], history: &[Value]) {
    let kept: Vec<Told> = history.iter().map(told).collect();
    for one in acknowledged {
        assert!(kept.contains(one), "{one:?} was acknowledged and is not in the history of {}", kept.len());
    }
    let mut sequences: Vec<u64> = kept.iter().map(|one| one.sequence).collect();
    sequences.dedup();
    assert_eq!(sequences.len(), kept.len(), "no number is given twice");
}

#[test]
fn no_acknowledged_verdict_is_lost() {
    let policy = evidence("contoso-mail-policy.json");
    let service = Service::new(
        "kills",
        &format!(
            "policies = [\"{}\"]\nstate = \"state\"\n[webhook]\nurl = \"http://127.0.0.1:9/\"\nqueue = 3\n",
            text(&policy)
        ),
    );
    let acknowledged: Mutex<Vec<Told>> = Mutex::default();
    let mut killed_while_answering = 0;
    for round in 0..KILLS {
        let agent = service.start();
        let (over, threads) = posting(&agent, &["a", "b", "c"]);
        // From before the first answer to well after it, at other moments each time.
        std::thread::sleep(Duration::from_millis(round * 61 % 400));
        agent.signal("-KILL");
        let lines = agent.events("judged");
        over.store(true, Ordering::Relaxed);
        let mut acknowledged = acknowledged.lock().expect("nobody broke down");
        for thread in threads {
            let answered = thread.join().expect("every answer was right");
            killed_while_answering += usize::from(!answered.is_empty());
            acknowledged.extend(answered);
        }
        acknowledged.extend(lines.iter().map(told));
        drop(agent);
    }
    let acknowledged = acknowledged.into_inner().expect("nobody broke down");
    assert!(acknowledged.len() > 50 && killed_while_answering > 10, "{} answers", acknowledged.len());
    // A killed writer leaves a file that is mended by whoever opens it next, a reader too.
    all_kept(&acknowledged, &service.history(&[]));
    let agent = service.start();
    agent.address();
    all_kept(&acknowledged, &service.history(&[]));
    let code = agent.stop("-TERM");
    assert_eq!(code, Some(0), "within {PATIENCE:?}");
    for device in ["a", "b", "c"] {
        let folder = service.file("state/evidence").join(device);
        super::ok(&["evidence", "validate", text(&folder)]);
    }
}
