//! What Prometheus asks for, in its text format (Exposition formats, version 0.0.4).

use super::record::{Record, Source};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The type of the text.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The bounds of the histogram, in seconds.
const BUCKETS: [f64; 9] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// What became of a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Delivery {
    Delivered,
    Retried,
    Failed,
    Dropped,
}

impl Delivery {
    const ALL: [(Delivery, &str); 4] = [
        (Delivery::Delivered, "delivered"),
        (Delivery::Retried, "retried"),
        (Delivery::Failed, "failed"),
        (Delivery::Dropped, "dropped"),
    ];
}

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Trouble {
    Evidence,
    History,
    Policies,
    State,
    Webhook,
}

impl Trouble {
    const ALL: [(Trouble, &str); 5] = [
        (Trouble::Evidence, "evidence"),
        (Trouble::History, "history"),
        (Trouble::Policies, "policies"),
        (Trouble::State, "state"),
        (Trouble::Webhook, "webhook"),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(trouble, _)| *trouble == self).map_or("", |(_, name)| name)
    }
}

/// The numbers.
#[derive(Default)]
pub struct Metrics(Mutex<Numbers>);

#[derive(Default)]
struct Numbers {
    devices: BTreeMap<Source, u64>,
    checkins: BTreeMap<Source, u64>,
    judgements: BTreeMap<&'static str, u64>,
    buckets: [u64; BUCKETS.len()],
    seconds: f64,
    timed: u64,
    deliveries: BTreeMap<Delivery, u64>,
    waiting: u64,
    troubles: BTreeMap<Trouble, u64>,
    newest: BTreeMap<String, Newest>,
}

struct Newest {
    outcome: &'static str,
    drift: usize,
    failed: usize,
    judged_at_s: f64,
}

impl Metrics {
    fn numbers(&self) -> MutexGuard<'_, Numbers> {
        // Numbers are numbers, even if a thread died counting.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many devices a look found.
    pub fn devices(&self, found: BTreeMap<Source, u64>) {
        self.numbers().devices = found;
    }

    /// A judgement was kept.
    pub fn judged(&self, record: &Record, took: Duration) {
        let mut numbers = self.numbers();
        *numbers.checkins.entry(record.source).or_default() += 1;
        *numbers.judgements.entry(record.outcome()).or_default() += 1;
        let seconds = took.as_secs_f64();
        numbers.seconds += seconds;
        numbers.timed += 1;
        for (count, bound) in numbers.buckets.iter_mut().zip(BUCKETS) {
            *count += u64::from(seconds <= bound);
        }
        drop(numbers);
        self.newest(record);
    }

    /// How a device stands.
    pub fn newest(&self, record: &Record) {
        let at_ms = profile::Timestamp::parse_rfc3339(&record.judged_at).map_or(0, |at| at.0);
        let newest = Newest {
            outcome: record.outcome(),
            drift: record.drift.len(),
            failed: record.summary.fail,
            judged_at_s: at_ms as f64 / 1_000.0,
        };
        self.numbers().newest.insert(record.device.clone(), newest);
    }

    /// The devices of which something is told.
    pub fn known(&self) -> BTreeSet<String> {
        self.numbers().newest.keys().cloned().collect()
    }

    /// A device is not there any more: nothing is told of it.
    pub fn forget(&self, device: &str) {
        self.numbers().newest.remove(device);
    }

    /// What became of webhooks.
    pub fn delivery(&self, delivery: Delivery, count: u64) {
        *self.numbers().deliveries.entry(delivery).or_default() += count;
    }

    /// How many webhooks wait.
    pub fn waiting(&self, count: u64) {
        self.numbers().waiting = count;
    }

    /// Something went wrong.
    pub fn trouble(&self, trouble: Trouble) {
        *self.numbers().troubles.entry(trouble).or_default() += 1;
    }

    /// All of it, with how many things are wrong now, by what they are about.
    pub fn text(&self, wrong: &BTreeMap<&'static str, u64>) -> String {
        let numbers = self.numbers();
        let mut page = Page(String::new());
        page.family("handset_build_info", "gauge", "The version of the agent.");
        page.value("handset_build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1);
        page.family("handset_devices", "gauge", "Devices that are watched.");
        for source in Source::ALL {
            let count = numbers.devices.get(&source).copied().unwrap_or_default();
            page.value("handset_devices", &[("source", source.name())], count);
        }
        page.family("handset_checkins_total", "counter", "Check-ins that were judged.");
        for source in Source::ALL {
            let count = numbers.checkins.get(&source).copied().unwrap_or_default();
            page.value("handset_checkins_total", &[("source", source.name())], count);
        }
        page.family("handset_judgements_total", "counter", "Judgements by outcome.");
        for outcome in ["pass", "fail", "inconclusive", "not-assigned"] {
            let count = numbers.judgements.get(outcome).copied().unwrap_or_default();
            page.value("handset_judgements_total", &[("outcome", outcome)], count);
        }
        let name = "handset_judgement_seconds";
        page.family(name, "histogram", "How long judgements take, until they are on the disk.");
        for (count, bound) in numbers.buckets.iter().zip(BUCKETS) {
            page.value("handset_judgement_seconds_bucket", &[("le", &bound.to_string())], count);
        }
        page.value("handset_judgement_seconds_bucket", &[("le", "+Inf")], numbers.timed);
        page.value("handset_judgement_seconds_sum", &[], numbers.seconds);
        page.value("handset_judgement_seconds_count", &[], numbers.timed);
        page.family("handset_webhooks_total", "counter", "Webhooks by what became of them.");
        for (delivery, name) in Delivery::ALL {
            let count = numbers.deliveries.get(&delivery).copied().unwrap_or_default();
            page.value("handset_webhooks_total", &[("result", name)], count);
        }
        page.family("handset_webhooks_waiting", "gauge", "Webhooks that wait to be sent.");
        page.value("handset_webhooks_waiting", &[], numbers.waiting);
        page.family("handset_troubles_total", "counter", "What went wrong, by what it was about.");
        for (trouble, name) in Trouble::ALL {
            let count = numbers.troubles.get(&trouble).copied().unwrap_or_default();
            page.value("handset_troubles_total", &[("about", name)], count);
        }
        page.family(
            "handset_troubles",
            "gauge",
            "What is wrong now, by what it is about; /health says what.",
        );
        for (_, name) in Trouble::ALL {
            page.value("handset_troubles", &[("about", name)], wrong.get(name).copied().unwrap_or_default());
        }
        page.family("handset_device_outcome", "gauge", "The newest judgement of each device.");
        for (device, newest) in &numbers.newest {
            page.value("handset_device_outcome", &[("device", device), ("outcome", newest.outcome)], 1);
        }
        page.family("handset_device_drift", "gauge", "What of each device is otherwise than meant.");
        for (device, newest) in &numbers.newest {
            page.value("handset_device_drift", &[("device", device)], newest.drift);
        }
        page.family("handset_device_failed", "gauge", "Requirements that each device fails.");
        for (device, newest) in &numbers.newest {
            page.value("handset_device_failed", &[("device", device)], newest.failed);
        }
        let name = "handset_device_judged_timestamp_seconds";
        page.family(name, "gauge", "When each device was last judged.");
        for (device, newest) in &numbers.newest {
            page.value(name, &[("device", device)], newest.judged_at_s);
        }
        page.0
    }
}

struct Page(String);

impl Page {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn value(&mut self, name: &str, labels: &[(&str, &str)], value: impl std::fmt::Display) {
        let labels: Vec<String> =
            labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        let _ = writeln!(self.0, "{name}{labels} {value}");
    }
}

/// A label's value: backslash, quotation mark and line feed are escaped.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_has_the_form_that_prometheus_reads() {
        let metrics = Metrics::default();
        metrics.trouble(Trouble::History);
        metrics.delivery(Delivery::Dropped, 3);
        let text = metrics.text(&BTreeMap::from([("history", 2)]));
        assert!(text.contains("\nhandset_troubles{about=\"history\"} 2\n"), "{text}");
        assert!(text.contains("\nhandset_troubles{about=\"webhook\"} 0\n"), "{text}");
        assert!(text.contains("\nhandset_troubles_total{about=\"history\"} 1\n"), "{text}");
        assert!(text.contains("\nhandset_webhooks_total{result=\"dropped\"} 3\n"), "{text}");
        assert!(text.contains("\nhandset_judgement_seconds_bucket{le=\"+Inf\"} 0\n"), "{text}");
        assert!(text.ends_with('\n'));
        assert_eq!(escaped("a\"b\\c\nd"), "a\\\"b\\\\c\\nd");
    }
}
