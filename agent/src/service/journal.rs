//! The log on standard error: one line an event. JSON is a contract (fixtures/schema/agent-log.schema.json).
//!
//! It is a subscriber of `tracing` for the events of this program alone. A line is written when the event happens and is
//! not held back, so that whoever reads one knows that what it says is so.

use super::arguments::LogFormat;
use super::now_ms;
use super::record::AGENT_SCHEMA_VERSION;
use profile::Timestamp;
use serde_json::{Map, Value, json};
use std::io::Write;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// Writes the events of this program to standard error.
pub struct Journal {
    /// The form.
    pub format: LogFormat,
}

impl Subscriber for Journal {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && *metadata.level() <= Level::INFO && metadata.target().starts_with("handset")
    }

    // Spans are not used.
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields(Map::new());
        event.record(&mut fields);
        let line = line(self.format, now_ms(), event.metadata().level(), fields.0);
        // One write, so that lines of several threads do not mix; nobody has to read it.
        let _ = std::io::stderr().lock().write_all(line.as_bytes());
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

fn line(format: LogFormat, at_ms: i64, level: &Level, fields: Map<String, Value>) -> String {
    let at = Timestamp(at_ms).to_rfc3339();
    let level = level.as_str().to_lowercase();
    match format {
        LogFormat::Json => {
            let mut line = Map::new();
            line.insert("schema_version".to_owned(), json!(AGENT_SCHEMA_VERSION));
            line.insert("at".to_owned(), json!(at));
            line.insert("level".to_owned(), json!(level));
            line.extend(fields);
            format!("{}\n", Value::Object(line))
        }
        LogFormat::Human => {
            let mut text = format!("{at} {level:<5}");
            for (name, value) in &fields {
                let value = match value {
                    Value::String(value) => value.escape_debug().to_string(),
                    other => other.to_string(),
                };
                text += &if name == "event" { format!(" {value}") } else { format!(" {name}={value}") };
            }
            text + "\n"
        }
    }
}

struct Fields(Map<String, Value>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0.insert(field.name().to_owned(), json!(format!("{value:?}")));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), json!(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.insert(field.name().to_owned(), json!(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.insert(field.name().to_owned(), json!(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.insert(field.name().to_owned(), json!(value));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.0.insert(field.name().to_owned(), json!(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_line() {
        let fields = || {
            let mut fields = Map::new();
            fields.insert("event".to_owned(), json!("judged"));
            fields.insert("device".to_owned(), json!("a\nb"));
            fields
        };
        for format in [LogFormat::Json, LogFormat::Human] {
            let line = line(format, 0, &Level::WARN, fields());
            assert_eq!(line.matches('\n').count(), 1, "{line}");
            assert!(line.contains("1970-01-01T00:00:00"), "{line}");
        }
    }
}
