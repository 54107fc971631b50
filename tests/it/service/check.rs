//! `handset agent check`: all that a configuration names is looked at, and all that is wrong is told with its line.

use super::{Service, device, evidence, follows, ok, run, text};
use conformance::root;
use serde_json::{Value, json};
use std::fs;

/// What the command says in JSON, and how it ends.
fn checked(service: &Service) -> (Option<i32>, Value) {
    let output = run(&["agent", "check", "--config", text(&service.config()), "--format", "json"]);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {output:?}"));
    follows(&answer, "agent-check");
    assert_eq!(answer["exit"].as_i64(), output.status.code().map(i64::from));
    (output.status.code(), answer)
}

/// Line, setting, whether it keeps an agent from starting, and a part of the reason.
type Expected<'a> = (Option<u64>, &'a str, bool, &'a str);

fn told(answer: &Value, expected: &[Expected<'_>]) {
    let defects = answer["defects"].as_array().expect("defects");
    for (line, setting, blocks, reason) in expected {
        let found = defects.iter().any(|defect| {
            defect["line"].as_u64() == *line
                && defect["setting"] == *setting
                && defect["blocks"] == *blocks
                && defect["reason"].as_str().is_some_and(|told| told.contains(reason))
        });
        assert!(found, "{setting} on line {line:?}: {reason}\n{answer:#}");
    }
    assert_eq!(defects.len(), expected.len(), "{answer:#}");
}

#[test]
fn everything_that_a_configuration_names_is_looked_at() {
    let policy = evidence("contoso-mail-policy.json");
    let service = Service::new("check-names", "");
    let configuration = |more: &str| {
        // The first two lines are those of every configuration here.
        service.configure(&format!("policies = [\"{}\"]\nstate = \"state\"\n{more}", text(&policy)));
    };
    device(&service, &["create", "phone"]);
    service.import("watched", &["profile-list.plist"]);
    let directory = root().join("fixtures/graph/directory.json");
    configuration(&format!(
        "store = \"store\"\nevidence = \"seen\"\ndirectory = \"{}\"\ndevices = [\"phone\"]\n[users]\n\
         phone = \"alice@contoso.example\"\n",
        text(&directory)
    ));
    let (code, answer) = checked(&service);
    assert_eq!(
        (code, &answer["starts"], &answer["policies"]),
        (Some(0), &json!(true), &json!(1)),
        "{answer:#}"
    );
    let names =
        json!([{ "name": "phone", "source": "simulated" }, { "name": "watched", "source": "evidence" }]);
    assert_eq!(answer["devices"], names);

    // What may still come, or concerns one device or user: named, and an agent starts.
    fs::create_dir_all(service.file("seen/half/raw")).unwrap();
    fs::write(service.file("seen/half/raw/1.plist"), "<plist/>").unwrap();
    fs::create_dir_all(service.file("seen/empty")).unwrap();
    service.import("broken", &["profile-list.plist"]);
    fs::write(service.file("seen/broken/raw/1.plist"), "<plist/>").unwrap();
    configuration(&format!(
        "store = \"store\"\nevidence = \"seen\"\ndirectory = \"{}\"\n\
         devices = [\n\"phone\",\n\"tablet\"]\n[users]\nphone = \"alise@contoso.example\"\n",
        text(&directory)
    ));
    let (code, answer) = checked(&service);
    assert_eq!((code, &answer["starts"]), (Some(2), &json!(true)), "{answer:#}");
    told(
        &answer,
        &[
            (Some(6), "evidence", false, "half: log.ndjson is missing beside 1 files in raw/"),
            (Some(6), "evidence", false, "empty"),
            (Some(6), "evidence", false, "broken cannot be judged: "),
            (Some(10), "devices[1]", false, "there is no device tablet in the store yet"),
            (Some(12), "users.phone", false, "did you mean “alice@contoso.example”?"),
        ],
    );
    let agent = service.start();
    agent.event("judged", 2);
    assert_eq!(agent.stop("-TERM"), Some(0));

    // The wrong kind, or what cannot be read: no agent starts.
    fs::write(service.file("file"), "").unwrap();
    fs::write(service.file("wrong.json"), "[1]").unwrap();
    service.configure(
        "policies = [\n'missing.json',\n'wrong.json']\nstore = 'file'\nevidence = 'file'\n\
         directory = 'wrong.json'\nstate = 'file'\n",
    );
    let (code, answer) = checked(&service);
    assert_eq!((code, &answer["starts"], &answer["policies"]), (Some(2), &json!(false), &Value::Null));
    told(
        &answer,
        &[
            (Some(4), "policies[0]", true, "missing.json"),
            (Some(5), "policies[1]", true, "wrong.json"),
            (Some(6), "store", true, "is no folder"),
            (Some(7), "evidence", true, "is no folder"),
            (Some(8), "directory", true, "wrong.json"),
            (Some(9), "state", true, "it is no folder"),
        ],
    );
    let mut agent = service.start();
    assert_eq!(agent.child.wait().unwrap().code(), Some(2));
    let (_, errors) = service.check();
    for line in ["agent.toml:4: policies[0]: ", "agent.toml:9: state: ", "for 6 of them no agent starts"] {
        assert!(errors.contains(line), "{errors}");
    }

    // What the file itself gets wrong comes in the same form.
    service.configure("policies = []\nios = 'x'\nlisten = '0.0.0.0:1'\n");
    // A second `listen` is no TOML.
    let (_, answer) = checked(&service);
    assert_eq!(answer["defects"][0]["line"], 5, "{answer:#}");
    service.configure("policies = []\nios = 'x'\n");
    let (_, answer) = checked(&service);
    told(&answer, &[(Some(3), "policies", true, "at least one"), (Some(4), "ios", true, "")]);
}

#[test]
fn a_policy_that_cannot_be_compiled_for_a_user_is_named() {
    let mut policy: Value =
        serde_json::from_slice(&fs::read(evidence("contoso-mail-policy.json")).unwrap()).unwrap();
    policy["emailAddressSource"] = json!("primarySmtpAddress");
    let service = Service::new(
        "check-users",
        "policies = [\"policy.json\"]\nevidence = \"seen\"\nstate = \"state\"\n[users]\nphone = \"nobody\"\n",
    );
    fs::write(service.file("policy.json"), policy.to_string()).unwrap();
    service.import("phone", &["profile-list.plist"]);
    let (code, answer) = checked(&service);
    assert_eq!(code, Some(2), "{answer:#}");
    told(&answer, &[(Some(4), "evidence", false, "phone cannot be judged: ")]);
    ok(&["evidence", "validate", text(&service.file("seen/phone"))]);
}

#[test]
fn a_state_folder_that_cannot_be_made_is_told() {
    let policy = evidence("contoso-mail-policy.json");
    let service = Service::new("check-state", "");
    service.configure(&format!("policies = [\"{}\"]\nstate = \"/proc/handset\"\n", text(&policy)));
    let (code, answer) = checked(&service);
    assert_eq!((code, &answer["starts"]), (Some(2), &json!(false)), "{answer:#}");
    told(&answer, &[(Some(4), "state", true, "it cannot be made")]);
    // Looking has made nothing.
    service.configure(&format!("policies = [\"{}\"]\nstate = \"new/state\"\n", text(&policy)));
    assert_eq!(checked(&service).0, Some(0));
    assert!(!service.config().with_file_name("new").exists());
}
