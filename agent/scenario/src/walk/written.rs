//! A case of a walk as a scenario file.

use crate::case::{
    AnswerWith, Case, Certificates, Check, Configuration, Expectation, FileName, Given, Incoming, Installed,
    Matcher, Outgoing, Pkcs12File, Reader, Reading, Removal, Sensitive, SignatureSeen, Step, StepAction,
    Verdict, Wire,
};
use crate::execution::prompt_word;
use crate::language::default_policy;
use intent::{ActionVerdict, EmailPolicy};
use serde_json::{Map, Value, json};

/// Writes a case of a walk as a suite with one scenario: `handset run` then does what the case does. What a step does that
/// no walk has, and what no walk expects, is not written.
///
/// `about` says what the scenario is about; paths of files are written as they are.
pub fn written(case: &Case, schema: Option<&str>, about: &str) -> String {
    let mut out = String::new();
    if let Some(schema) = schema {
        out.push_str(&format!("# yaml-language-server: $schema={schema}\n"));
    }
    out.push_str(&format!("suite: {}\nabout: {}\ntags: [found]\n\n", case.suite, flow(&json!(about))));
    out.push_str(&format!("scenarios:\n  - name: {}\n", case.scenario));
    if !case.requirements.is_empty() {
        out.push_str(&format!("    requirements: {}\n", flow(&json!(case.requirements))));
    }
    out.push_str("    given:\n");
    for (key, value) in given(&case.given) {
        out.push_str(&format!("      {key}: {}\n", flow(&value)));
    }
    out.push_str("    steps:\n");
    let first = match &case.given.configuration {
        Some(Configuration::Policy(policy)) => (**policy).clone(),
        _ => default_policy(),
    };
    let mut last = first;
    for step in &case.steps {
        out.push_str(&format!("      - {}\n", action(step, &mut last)));
        if !step.expect.is_empty() {
            out.push_str("        expect:\n");
            for expectation in &step.expect {
                out.push_str(&expected(expectation));
            }
        }
    }
    out
}

fn expected(expectation: &Expectation) -> String {
    let mut lines = String::new();
    let mut first = true;
    let mut put = |key: &str, value: &Value| {
        lines.push_str(if first { "          - " } else { "            " });
        lines.push_str(&format!("{key}: {}\n", flow(value)));
        first = false;
    };
    for (key, value) in checked(&expectation.check) {
        put(key, &value);
    }
    if !expectation.requirements.is_empty() {
        put("requirements", &json!(expectation.requirements));
    }
    if let Some(why) = &expectation.why {
        put("why", &json!(why));
    }
    lines
}

fn given(given: &Given) -> Vec<(&'static str, Value)> {
    let phone = &given.phone;
    let mut device = json!({"ios": phone.ios.to_string(), "supervised": phone.supervised});
    if !phone.variants.is_empty() {
        let variants = phone.variants.iter().map(|v| (v.name.to_owned(), v.reading.into()));
        put(&mut device, "variants", Value::Object(variants.collect()));
    }
    let users = serde_json::to_value(&given.users).unwrap_or(Value::Null);
    let mut all = vec![("device", device), ("users", users), ("user", json!(given.owner))];
    if let Some(Configuration::Policy(policy)) = &given.configuration {
        all.push(("policy", difference(&default_policy(), policy)));
    }
    all.push(("certificates", certificates(&given.certificates)));
    all.push(("seed", json!(given.seed)));
    all
}

fn certificates(all: &Certificates) -> Value {
    let path = |file: &FileName| json!(file.path);
    let identity = |file: &Pkcs12File| {
        let password = match &file.password {
            Sensitive::Spelt(text) => json!(text),
            Sensitive::Secret(name) => json!({"secret": name}),
        };
        json!({"file": file.file.path, "password": password})
    };
    let mut value = json!({"roots": all.roots.iter().map(path).collect::<Vec<_>>()});
    for (key, file) in
        [("authentication", &all.authentication), ("signing", &all.signing), ("encryption", &all.encryption)]
    {
        if let Some(file) = file {
            put(&mut value, key, identity(file));
        }
    }
    value
}

/// What a policy says otherwise than another.
fn difference(from: &EmailPolicy, to: &EmailPolicy) -> Value {
    let (Ok(Value::Object(from)), Ok(Value::Object(to))) =
        (serde_json::to_value(from), serde_json::to_value(to))
    else {
        return Value::Null;
    };
    let changed = to.into_iter().filter(|(key, value)| from.get(key) != Some(value));
    Value::Object(changed.collect())
}

fn action(step: &Step, last: &mut EmailPolicy) -> String {
    let (key, value) = match &step.action {
        StepAction::Install(install) => match &install.configuration {
            Configuration::Policy(policy) => {
                let change = difference(last, policy);
                last.clone_from(policy);
                let again = change.as_object().is_none_or(Map::is_empty);
                // “given” stands for what was installed last.
                ("install", if again { json!("given") } else { json!({ "policy": change }) })
            }
            Configuration::PolicyFile(file) => ("install", json!({"policy": file.path})),
            Configuration::Profile(file) => ("install", json!({"profile": file.path})),
        },
        StepAction::Act(id) => ("act", json!(id.to_string())),
        StepAction::Answer(answer) => {
            let kind = prompt_word(answer.prompt);
            let with = match &answer.with {
                AnswerWith::Right => None,
                AnswerWith::Wrong => Some("wrong"),
                AnswerWith::Cancel => Some("cancel"),
                AnswerWith::Text(_) => Some("…"),
            };
            ("answer", with.map_or(json!(kind), |with| json!({ kind: with })))
        }
        StepAction::AnswerAll => ("answer", json!("all")),
        StepAction::Send(outgoing) => ("send", sent(outgoing)),
        StepAction::Receive(incoming) => ("receive", received(incoming)),
        StepAction::Refresh => ("refresh", Value::Null),
        StepAction::Wait(ms) => ("wait", json!(format!("{ms}ms"))),
        StepAction::Upgrade(version) => ("upgrade", json!(version.to_string())),
        StepAction::Remove(Removal::Identifier(identifier)) => ("remove", json!(identifier)),
        StepAction::Remove(Removal::OfAccount) => ("remove", json!("profile")),
        StepAction::Restart => ("restart", Value::Null),
        StepAction::Set(settings) => ("set", json!({"supervised": settings.supervised})),
        StepAction::Until(time) => ("until", json!(time.to_rfc3339())),
        StepAction::Network(_) => ("refresh", Value::Null),
    };
    format!("{key}: {}", flow(&value))
}

fn sent(outgoing: &Outgoing) -> Value {
    let mut value = json!({"to": outgoing.to, "subject": outgoing.subject, "text": outgoing.text});
    if let Some(attachment) = &outgoing.attachment {
        put(&mut value, "attachment", json!({"name": attachment.name, "octets": attachment.octets}));
    }
    for (key, holds) in [("flip-encryption", outgoing.flip_encryption), ("from-app", outgoing.from_app)] {
        if holds {
            put(&mut value, key, json!(true));
        }
    }
    value
}

fn received(incoming: &Incoming) -> Value {
    let mut value = json!({"from": incoming.from, "subject": incoming.subject, "text": incoming.text});
    for (key, holds) in
        [("signed", incoming.signed), ("encrypted", incoming.encrypted), ("tampered", incoming.tampered)]
    {
        if holds {
            put(&mut value, key, json!(true));
        }
    }
    if incoming.age_ms > 0 {
        put(&mut value, "age", json!(format!("{}ms", incoming.age_ms)));
    }
    value
}

fn checked(check: &Check) -> Vec<(&'static str, Value)> {
    let words =
        |kinds: &[crate::PromptKind]| json!(kinds.iter().map(|k| prompt_word(*k)).collect::<Vec<_>>());
    let one = match check {
        Check::State { path, matcher } => ("state", json!({path.to_string(): matched(matcher)})),
        Check::Verdict(verdict) => {
            let mut all = vec![("verdict", json!(word(verdict.verdict)))];
            all.extend(verdict.by.as_ref().map(|by| ("by", json!(by))));
            return all;
        }
        Check::Action(action) => ("actions", json!({action.id.to_string(): told(&action.verdict)})),
        Check::Install(installed) => {
            let word = match installed {
                Installed::Installed => "installed",
                Installed::Refused => "refused",
                Installed::Waiting => "waiting",
            };
            ("install", json!(word))
        }
        Check::ErrorChain(links) => {
            let links = links.iter().map(|link| {
                let parts = [("domain", json!(link.domain)), ("code", json!(link.code))];
                let said = parts.into_iter().filter(|(_, v)| !v.is_null()).map(|(k, v)| (k.to_owned(), v));
                Value::Object(said.collect())
            });
            ("error-chain", links.collect())
        }
        Check::Prompts(kinds) => ("prompts", words(kinds)),
        Check::Asked(kinds) => ("asked", words(kinds)),
        Check::Sent(count) => ("sent", json!(count)),
        Check::Wire(wanted) => ("wire", wire(wanted)),
        Check::Reading(wanted) => {
            let mut value = reading(&wanted.reading);
            match &wanted.by {
                Reader::Receiver => {}
                Reader::Phone => put(&mut value, "by", json!("phone")),
                Reader::Other(name) => put(&mut value, "by", json!(name)),
            }
            ("reading", value)
        }
        Check::Judged { requirement, outcome } => ("judged", json!({requirement.as_str(): outcome})),
        Check::NothingFails => ("judged", json!("nothing-fails")),
        Check::Lint { rule, found } => (if *found { "finds" } else { "finds-not" }, json!([rule])),
    };
    vec![one]
}

fn word(verdict: ActionVerdict) -> &'static str {
    match verdict {
        ActionVerdict::Allowed => "allowed",
        ActionVerdict::Denied => "denied",
        ActionVerdict::Absent => "absent",
    }
}

fn told(verdict: &Verdict) -> Value {
    let word = word(verdict.verdict);
    verdict.by.as_ref().map_or(json!(word), |by| json!({"verdict": word, "by": by}))
}

fn wire(wanted: &Wire) -> Value {
    let mut value = json!({});
    let of = |m: &Option<Matcher>| m.as_ref().map(matched);
    for (key, member) in [
        ("signed", wanted.signed.map(Value::from)),
        ("encrypted", wanted.encrypted.map(Value::from)),
        ("signed-by", of(&wanted.signed_by)),
        ("encrypted-to", wanted.encrypted_to.as_ref().map(|all| json!(all))),
        ("micalg", of(&wanted.micalg)),
        ("cipher", of(&wanted.cipher)),
        ("content-type", of(&wanted.content_type)),
        ("holds", wanted.holds.as_ref().map(|text| json!(text))),
        ("holds-not", wanted.holds_not.as_ref().map(|text| json!(text))),
    ] {
        if let Some(member) = member {
            put(&mut value, key, member);
        }
    }
    value
}

fn reading(wanted: &Reading) -> Value {
    let mut value = json!({});
    let of = |m: &Option<Matcher>| m.as_ref().map(matched);
    let signature = wanted.signature.map(|signature| match signature {
        SignatureSeen::Valid => json!("valid"),
        SignatureSeen::Invalid => json!("invalid"),
        SignatureSeen::Absent => json!("absent"),
    });
    for (key, member) in [
        ("readable", wanted.readable.map(Value::from)),
        ("signature", signature),
        ("signed-by", of(&wanted.signed_by)),
        ("text", of(&wanted.text)),
        ("attachment", wanted.attachment.map(Value::from)),
    ] {
        if let Some(member) = member {
            put(&mut value, key, member);
        }
    }
    value
}

fn matched(matcher: &Matcher) -> Value {
    match matcher {
        Matcher::Equals(value) => value.clone(),
        Matcher::Not(inner) => json!({"not": matched(inner)}),
        Matcher::OneOf(all) => json!({"one-of": all.iter().map(matched).collect::<Vec<_>>()}),
        Matcher::Contains(inner) => json!({"contains": matched(inner)}),
        Matcher::Matches(pattern) => json!({"matches": pattern.as_str()}),
        Matcher::AtLeast(limit) => json!({"at-least": limit}),
        Matcher::AtMost(limit) => json!({"at-most": limit}),
        Matcher::Length(length) => json!({"length": length}),
        Matcher::Absent => json!({"absent": true}),
    }
}

fn put(value: &mut Value, key: &str, member: Value) {
    if let Some(members) = value.as_object_mut() {
        members.insert(key.to_owned(), member);
    }
}

/// A value on one line.
fn flow(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Object(members) => {
            let members: Vec<String> =
                members.iter().map(|(key, value)| format!("{}: {}", text(key), flow(value))).collect();
            format!("{{{}}}", members.join(", "))
        }
        Value::String(content) => text(content),
        other => other.to_string(),
    }
}

/// A text, in quotes where it could be read as something else. JSON's are YAML's.
fn text(content: &str) -> String {
    const OTHERWISE: [&str; 8] = ["true", "false", "null", "yes", "no", "on", "off", "y"];
    let plain = content.starts_with(|c: char| c.is_ascii_alphabetic())
        && content.chars().all(|c| c.is_ascii_alphanumeric() || "._-@/ ".contains(c))
        && !content.ends_with(' ')
        && !OTHERWISE.contains(&content.to_ascii_lowercase().as_str());
    if plain { content.to_owned() } else { Value::from(content).to_string() }
}
