//! `handset why` and `handset predict`: each trouble of `agent/data/pains.json` has a test named by its rank, on
//! policies, profiles, certificates and messages as they come.

use crate::program::handset;
use crate::questions::{ALICE, AT, graph, pki, ran, text};
use conformance::{Scratch, profile, root};
use serde_json::{Value as Json, json};
use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

const PILOT: &str = "Signed mail for the pilot";
const STAFF: &str = "Mail for staff";
const PILOT_GROUP: &str = "6f0b1c52-0a44-4c3a-9d0b-7f2b6a1e0102";
const LEAVERS_GROUP: &str = "6f0b1c52-0a44-4c3a-9d0b-7f2b6a1e0103";
const PHONES_GROUP: &str = "6f0b1c52-0a44-4c3a-9d0b-7f2b6a1e0104";

static SCHEMA: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
    let text =
        std::fs::read_to_string(root().join("fixtures/schema/answers.schema.json")).expect("the schema");
    jsonschema::validator_for(&serde_json::from_str(&text).expect("JSON")).expect("a schema")
});

/// Asks, and holds the answer against its schema.
fn ask(arguments: &[&str]) -> Json {
    let (code, out, err) = ran(&[arguments, &["--format", "json"]].concat());
    let value: Json = serde_json::from_str(&out).unwrap_or_else(|e| panic!("{arguments:?}: {e}: {out}{err}"));
    let errors: Vec<String> =
        SCHEMA.iter_errors(&value).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{arguments:?}: {errors:#?}");
    assert_eq!(value["exit"], code, "{arguments:?}");
    value
}

/// The statements of an id.
fn said<'a>(answer: &'a Json, id: &str) -> Vec<&'a Json> {
    answer["statements"].as_array().expect("statements").iter().filter(|s| s["id"] == id).collect()
}

/// The one statement of an id, which has to answer a trouble.
fn one<'a>(answer: &'a Json, id: &str, pain: u8) -> &'a Json {
    let found = said(answer, id);
    assert_eq!(found.len(), 1, "{id}: {answer:#}");
    let pains = found[0]["pains"].as_array().expect("pains");
    assert!(pains.contains(&json!(pain)), "{id} answers {pains:?}");
    assert!(!found[0]["sources"].as_array().expect("sources").is_empty(), "{id} cites nothing");
    found[0]
}

fn holds(value: &Json, words: &[&str]) {
    let text = value.to_string();
    for word in words {
        assert!(text.contains(word), "{word:?} is not in {text}");
    }
}

/// The committed tenant, changed and written into a folder.
fn tenant(scratch: &Scratch, name: &str, change: impl Fn(&str, &mut Json)) -> String {
    let mut all: Json =
        serde_json::from_slice(&std::fs::read(graph("tenant")).expect("there")).expect("JSON");
    for object in all["value"].as_array_mut().expect("objects") {
        let label = object["displayName"].as_str().unwrap_or_default().to_owned();
        change(&label, object);
    }
    let file = scratch.file(name);
    std::fs::write(&file, all.to_string()).expect("written");
    text(&file)
}

fn group(id: &str) -> Json {
    json!({"target": {"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": id}})
}

fn word(scratch: &Scratch, stem: &str) -> String {
    let file = scratch.file(&format!("{stem}.word"));
    std::fs::write(&file, format!("p12-{stem}\n")).expect("written");
    text(&file)
}

#[test]
fn pain_01_account_already_on_the_device() {
    let mail = text(&profile("contoso-mail"));
    let by_hand = format!("mail.contoso.example={ALICE}");
    let answer = ask(&["predict", "change", &mail, "--own-account", &by_hand]);
    let found = one(&answer, "account.duplicate", 1);
    holds(found, &["21005", "0x87D1791D", "XTR-005", "deletes the account"]);
    assert_eq!((&answer["exit"], &answer["users"][0]["prompts"]), (&json!(1), &json!([])));
    let other = format!("imap.contoso.example={ALICE}");
    let answer = ask(&["predict", "change", &mail, "--own-account", &other]);
    assert!(said(&answer, "account.duplicate").is_empty());
    let code = ask(&["why", "21005"]);
    holds(&code["codes"][0]["causes"], &["by hand", "deletes that account", "XTR-005"]);
    assert_eq!(code["exit"], 0);
}

#[test]
fn pain_02_endless_password_prompts() {
    let scratch = Scratch::new("answers-prompts");
    let directory = graph("directory");
    let asked = |file: &str| ask(&["why", "prompts", file, "--policy", PILOT, "--directory", &directory]);
    let fine = asked(&graph("tenant"));
    assert_eq!((&fine["exit"], &fine["statements"]), (&json!(0), &json!([])));
    assert_eq!(fine["links"].as_array().map(Vec::len), Some(2));
    let wrong = tenant(&scratch, "wrong.json", |label, object| {
        if label == "Signing" {
            object["assignments"] = json!([group(LEAVERS_GROUP)]);
        }
    });
    let answer = asked(&wrong);
    let found = one(&answer, "prompts.endless", 2);
    holds(found, &["Signing", "smimeSigningCertificate", "Leavers", "Pilot", "XTR-006"]);
    assert_eq!((&found["subject"], &found["users"]), (&json!("Signing"), &json!([ALICE])));
    // Without a directory groups are compared as they are named.
    let blind = ask(&["why", "prompts", &wrong, "--policy", PILOT]);
    let differ = said(&blind, "prompts.groups-differ");
    holds(differ[0], &[LEAVERS_GROUP, PILOT_GROUP, "Signing"]);
    // What is not in the file is said, and can be handed in.
    let lost = tenant(&scratch, "lost.json", |label, object| {
        if label == "Signing" {
            *object = json!({"@odata.type": "#microsoft.graph.iosGeneralDeviceConfiguration"});
        }
    });
    assert_eq!(said(&asked(&lost), "prompts.link-unknown").len(), 1);
    let (code, human, _) = ran(&["why", "prompts", &wrong, "--policy", PILOT, "--directory", &directory]);
    assert!(code == 1 && human.contains("to do: assign “Signing” to the same groups of users"), "{human}");
}

#[test]
fn pain_03_who_is_prompted_when_oauth_comes() {
    let scratch = Scratch::new("answers-oauth");
    let old = tenant(&scratch, "old.json", |label, object| {
        if label == STAFF {
            object["useOAuth"] = json!(false);
        }
    });
    let (new, directory) = (graph("tenant"), graph("directory"));
    let answer = ask(&["predict", "change", &old, &new, "--policy", STAFF, "--directory", &directory]);
    let found = one(&answer, "change.oauth-on", 3);
    assert_eq!(found["users"], json!([ALICE, "bob@contoso.example"]));
    holds(found, &["EAS-038", "EAS-039", "downloaded again"]);
    one(&answer, "change.oauth-server", 3);
    one(&answer, "change.oauth-consent", 3);
    let of = |upn: &str| {
        let users = answer["users"].as_array().expect("users");
        users.iter().find(|user| user["upn"] == upn).unwrap_or_else(|| panic!("{upn}"))
    };
    assert_eq!((&of(ALICE)["mail_again"], &of(ALICE)["change"]), (&json!(true), &json!("changed")));
    assert_eq!(of(ALICE)["prompts"][0]["kind"], "sign-in");
    assert_eq!(of("carol@contoso.example")["change"], "not-assigned");
    // The other way, a password; nothing at all where nothing changes; one user where one is named.
    let back = ask(&["predict", "change", &new, &old, "--policy", STAFF, "--directory", &directory]);
    one(&back, "change.oauth-off", 3);
    assert_eq!(back["users"][0]["prompts"][0]["kind"], "password");
    let same = ask(&["predict", "change", &new, &new, "--policy", STAFF, "--directory", &directory]);
    assert_eq!((&same["exit"], &same["statements"]), (&json!(0), &json!([])));
    let alone = ask(&[
        "predict",
        "change",
        &old,
        &new,
        "--policy",
        STAFF,
        "--directory",
        &directory,
        "--user",
        ALICE,
    ]);
    assert_eq!(alone["users"].as_array().map(Vec::len), Some(1));
    // A user who leaves the group loses the account.
    let gone = tenant(&scratch, "gone.json", |label, object| {
        if label == STAFF {
            object["assignments"] = json!([group(PILOT_GROUP)]);
        }
    });
    let answer = ask(&["predict", "change", &new, &gone, "--policy", STAFF, "--directory", &directory]);
    assert_eq!(said(&answer, "removal.account")[0]["users"], json!(["bob@contoso.example"]));
}

#[test]
fn pain_04_basic_authentication_that_survives() {
    let scratch = Scratch::new("answers-basic");
    let online = tenant(&scratch, "online.json", |label, object| {
        if label == STAFF {
            object["useOAuth"] = json!(false);
        }
    });
    let files = [text(&profile("contoso-mail")), text(&profile("oauth")), text(&profile("certificate-auth"))];
    let answer = ask(&["why", "sign-in", &files[0], &files[1], &files[2]]);
    let methods: Vec<&Json> =
        answer["sign_in"].as_array().unwrap().iter().map(|row| &row["method"]).collect();
    assert_eq!(methods, ["basic", "oauth", "certificate"]);
    assert_eq!(one(&answer, "sign-in.basic", 4)["weight"], "warning");
    let answer = ask(&["why", "sign-in", &online, "--policy", STAFF]);
    let found = one(&answer, "sign-in.basic", 4);
    assert_eq!(found["weight"], "error");
    holds(found, &["Exchange Online", "3513846"]);
    assert_eq!(ask(&["why", "sign-in", &files[1]])["exit"], 0);
}

#[test]
fn pain_05_group_targeting() {
    let scratch = Scratch::new("answers-groups");
    let directory = graph("directory");
    let asked = |file: &str, policy: &str| {
        ask(&["why", "prompts", file, "--policy", policy, "--directory", &directory])
    };
    let answer = asked(&graph("tenant"), "Mail by smart card");
    assert_eq!(one(&answer, "targeting.device-groups", 5)["users"], json!(["dave"]));
    let mixed = tenant(&scratch, "mixed.json", |label, object| {
        if label == PILOT {
            object["assignments"] = json!([group(PILOT_GROUP), group(PHONES_GROUP)]);
        }
        if label == "Signing" {
            object["assignments"] = json!([group(PILOT_GROUP)]);
        }
    });
    let answer = asked(&mixed, PILOT);
    let endless = said(&answer, "prompts.endless");
    assert!(endless.iter().any(|s| s["subject"] == "Signing" && s["users"] == json!(["dave"])), "{answer:#}");
    // The certificate by devices, the policy by users.
    let all = tenant(&scratch, "all.json", |label, object| {
        if label == "Signing" {
            object["assignments"] =
                json!([{"target": {"@odata.type": "#microsoft.graph.allDevicesAssignmentTarget"}}]);
        }
    });
    let answer = asked(&all, PILOT);
    let found = one(&answer, "prompts.mixed-groups", 5);
    assert_eq!(found["users"], json!([ALICE]));
    holds(found, &["all devices", "Signing", "XTR-006"]);
}

#[test]
fn pain_06_opaque_error_codes_both_ways() {
    let bytes = std::fs::read(root().join("agent/data/error-codes.json")).expect("there");
    let table: Json = serde_json::from_slice(&bytes).expect("JSON");
    let offset = table["intune_offset"].as_i64().expect("a number");
    let mut looked = 0;
    for (number, _) in table["intune"].as_object().expect("rows") {
        let code: i64 = number.parse().expect("a number");
        let answer = ask(&["why", number]);
        let first = &answer["codes"][0];
        assert_eq!((&first["intune"], &first["unsigned"]), (&json!(code), &json!(code as u32)), "{number}");
        assert!(!first["causes"].as_array().expect("causes").is_empty());
        // And back: by Apple's domain and code, where it has one.
        if let (Some(domain), Some(apple)) = (first["domain"].as_str(), first["apple_code"].as_i64()) {
            assert_eq!(apple, code - offset, "{number}");
            let back = ask(&["why", domain, &apple.to_string()]);
            assert_eq!(back["codes"][0]["intune"], code, "{domain} {apple}");
            assert_eq!(back["codes"][0]["offset"], offset);
        }
        looked += 1;
    }
    assert!(looked > 130, "{looked}");
    for way in ["-2016281112", "2278686184", "0x87D1FDE8", "0xffffffff87d1fde8"] {
        let answer = ask(&["why", way]);
        assert_eq!(answer["codes"][0]["hex"], "0x87D1FDE8", "{way}");
        holds(&answer["codes"][0], &["Remediation failed", "handset why prompts"]);
    }
    holds(&ask(&["why", "-2016341112"])["codes"][0], &["locked", "unlock"]);
    let (code, human, _) = ran(&["why", "EAS", "21005"]);
    assert!(code == 0 && human.contains("MCEASErrorDomain 21005") && human.contains("to do: "), "{human}");
    let (code, out, err) = ran(&["why", "99999"]);
    assert_eq!((code, out.as_str()), (2, ""), "{err}");
    let (code, _, err) = ran(&["why", "promps"]);
    assert!(code == 2 && err.contains("handset why prompts"), "{err}");
}

/// A message that is encrypted to a committed certificate.
fn sealed_to(scratch: &Scratch, stem: &str) -> String {
    let certificate = pki(&format!("{stem}.cert.pem"));
    let mut child = Command::new(handset())
        .args(["smime", "encrypt", "--recipient", &certificate])
        .env("HANDSET_CLOCK", AT)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let message = b"From: Bob <bob@partner.example>\nTo: alice@contoso.example\nSubject: Old\n\nold news\n";
    child.stdin.take().expect("standard input").write_all(message).expect("written");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success());
    let file = scratch.file(&format!("{stem}.eml"));
    std::fs::write(&file, output.stdout).expect("written");
    text(&file)
}

#[test]
fn pain_07_old_mail_unreadable_after_a_renewal() {
    let scratch = Scratch::new("answers-renewal");
    let (old, new) = (pki("alice-encryption.cert.pem"), pki("alice-encryption-second.cert.pem"));
    let mail = sealed_to(&scratch, "alice-encryption");
    let answer = ask(&["predict", "renewal", &old, &new, "--mail", &mail, "--at", AT]);
    holds(one(&answer, "renewal.unreadable", 7), &["2002", "SMO-012", "not delivered any more"]);
    assert_eq!(one(&answer, "renewal.message", 7)["subject"], json!(mail));
    assert_eq!(answer["messages"][0]["after"], Json::Null);
    assert!(answer["messages"][0]["before"].is_string());
    // The history beside it keeps the mail readable, unless a reading of disputed documents says otherwise.
    let whole = ["predict", "renewal", &old, &old, "--new", &new, "--mail", &mail, "--at", AT];
    let answer = ask(&whole);
    assert_eq!(
        (&answer["exit"], &answer["messages"][0]["after"]),
        (&json!(0), &answer["messages"][0]["before"])
    );
    for (reading, why) in
        [(["--imported", "newest"], "only the newest import"), (["--decrypts-with", "selected"], "selected")]
    {
        let answer = ask(&[&whole[..], &reading].concat());
        holds(one(&answer, "renewal.unreadable", 7), &[why]);
    }
    let answer = ask(&["predict", "renewal", &old, &new, "--delivery", "scep", "--at", AT]);
    holds(one(&answer, "renewal.unreadable", 7), &["a renewal makes a new key"]);
    one(&answer, "renewal.one-per-phone", 8);
    // PKCS#12 files and profiles serve as well.
    let (file, word) = (pki("alice-encryption.legacy.p12"), word(&scratch, "alice-encryption"));
    let answer = ask(&["predict", "renewal", &file, &new, "--passphrase-file", &word, "--at", AT]);
    one(&answer, "renewal.unreadable", 7);
    let (code, _, err) = ran(&["predict", "renewal", &old, &new, "--mail", &old]);
    assert_eq!(code, 2, "{err}");
}

#[test]
fn pain_08_wrong_certificate_type_for_encryption() {
    let scratch = Scratch::new("answers-type");
    let fine = ask(&["why", "certificate", &graph("tenant"), "--policy", PILOT]);
    assert!(said(&fine, "certificate.one-per-phone").is_empty(), "{fine:#}");
    let wrong = tenant(&scratch, "wrong.json", |label, object| {
        if label == PILOT {
            object["smimeEncryptionCertificate@odata.bind"] =
                object["smimeSigningCertificate@odata.bind"].clone();
        }
    });
    let answer = ask(&["why", "certificate", &wrong, "--policy", PILOT]);
    let found = one(&answer, "certificate.one-per-phone", 8);
    assert_eq!((&found["subject"], &answer["exit"]), (&json!("Signing"), &json!(1)));
    holds(found, &["PKCS", "SMO-013", "import"]);
    one(&ask(&["predict", "renewal", &wrong, "--at", AT]), "certificate.one-per-phone", 8);
}

#[test]
fn pain_09_outlook_cannot_see_the_system_keychain() {
    let scratch = Scratch::new("answers-keychain");
    let configured = |value: &'static str| {
        tenant(&scratch, "outlook.json", move |label, object| {
            if label == "Outlook with S/MIME" {
                object["settings"].as_array_mut().expect("settings").push(json!({
                    "appConfigKey": "com.microsoft.outlook.Mail.SMIMEEnabled.CertsFromIntune",
                    "appConfigKeyType": "booleanType", "appConfigKeyValue": value}));
            }
        })
    };
    let (p12, word) = (pki("alice-both.legacy.p12"), word(&scratch, "alice-both"));
    let asked = |file: &str, more: &[&str]| {
        let fixed = ["why", "certificate", file, "--identity", &p12, "--passphrase-file", &word, "--at", AT];
        ask(&[&fixed[..], &["--address", ALICE, "--policy", PILOT], more].concat())
    };
    let chosen = |answer: &Json| -> Vec<bool> {
        answer["choices"].as_array().unwrap().iter().map(|choice| choice["chosen"].is_string()).collect()
    };
    let on = configured("true");
    let waiting = asked(&on, &[]);
    holds(one(&waiting, "keychain.portal-wanted", 9), &["Company Portal", "OUT-031"]);
    assert_eq!(chosen(&waiting), [true, true, false, false]);
    let opened = asked(&on, &["--portal-opened"]);
    one(&opened, "keychain.retrieved", 9);
    assert_eq!((chosen(&opened), &opened["exit"]), (vec![true; 4], &json!(0)));
    let off = asked(&configured("false"), &["--portal-opened"]);
    assert_eq!(one(&off, "keychain.system-only", 9)["weight"], "warning");
    assert_eq!(chosen(&off), [true, true, false, false]);
}

#[test]
fn pain_10_which_certificate_is_taken_and_why_not_the_others() {
    let scratch = Scratch::new("answers-choice");
    let words = [word(&scratch, "alice-signing"), word(&scratch, "alice-expired-signing")];
    let files = [pki("alice-signing.legacy.p12"), pki("alice-expired-signing.legacy.p12")];
    let fixed = [
        "why",
        "certificate",
        "--in-outlook",
        &files[0],
        "--in-outlook",
        &files[1],
        "--passphrase-file",
        &words[0],
        "--passphrase-file",
        &words[1],
        "--at",
        AT,
        "--address",
    ];
    let answer = ask(&[&fixed[..], &[ALICE]].concat());
    let outlook = &answer["choices"][2];
    assert_eq!((&outlook["app"], &outlook["purpose"]), (&json!("outlook"), &json!("signing")));
    assert_eq!(outlook["chosen"], "Alice Signing");
    let others = outlook["candidates"].as_array().expect("candidates");
    let expired = others.iter().find(|one| one["name"] == "Alice Expired Signing").expect("listed");
    holds(&expired["reasons"], &["expired on 2025-07-01"]);
    holds(&answer["choices"][3]["candidates"], &["key usage does not allow encryption"]);
    // Another From address: nothing fits, and it is said which address each has.
    let answer = ask(&[&fixed[..], &["alice.jones@contoso.example"]].concat());
    let none: Vec<&Json> = said(&answer, "certificate.none");
    assert_eq!(none.len(), 4);
    assert!(none.iter().any(|s| s["requirements"].to_string().contains("XTR-012")));
    holds(&answer["choices"], &["does not name alice.jones@contoso.example; in it is alice@contoso.example"]);
    // A profile pins, and the others are passed over for that.
    let mail = text(&profile("contoso-mail"));
    let answer = ask(&["why", "certificate", &mail, "--identity", &pki("alice-both.cert.pem"), "--at", AT]);
    let signing = &answer["choices"][0];
    assert_eq!(signing["chosen"], "Alice Signing");
    holds(signing, &["the profile pins it", "the profile pins Alice Signing"]);
    assert_eq!(one_of(&answer, "certificate.chosen")["pains"], json!([10]));
}

fn one_of<'a>(answer: &'a Json, id: &str) -> &'a Json {
    said(answer, id).first().copied().unwrap_or_else(|| panic!("{id}: {answer:#}"))
}

#[test]
fn pain_11_where_recipient_certificates_come_from() {
    let source = |place: &str, stem: &str| format!("{place}={}", pki(&format!("{stem}.cert.pem")));
    let fixed = ["why", "certificate", "--recipient", ALICE, "--at", AT, "--source"];
    let answer = ask(&[&fixed[..], &[&source("device", "alice-encryption")]].concat());
    let won: Vec<(&str, &Json)> = answer["lookups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|lookup| (lookup["order"].as_str().unwrap(), &lookup["winner"]))
        .collect();
    assert_eq!(
        won,
        [
            ("mail-gal-first", &json!("device")),
            ("mail-until-lock-tapped", &Json::Null),
            ("outlook-device-first", &Json::Null),
            ("outlook-gal-first", &Json::Null)
        ]
    );
    assert_eq!(said(&answer, "lookup.none").len(), 3);
    // Two documents, two orders, two certificates.
    let both = [source("gal", "alice-encryption"), source("publisher", "alice-encryption-second")];
    let answer = ask(&[&fixed[..], &[&both[0], "--source", &both[1]]].concat());
    one(&answer, "lookup.disputed", 11);
    assert_eq!(answer["lookups"][2]["steps"][0]["source"], "publisher");
    assert_eq!(answer["lookups"][3]["winner"], "gal");
    // Signed mail that was received does not count until somebody installs it.
    let answer = ask(&[&fixed[..], &[&source("signed-mail", "alice-encryption")]].concat());
    holds(one(&answer, "lookup.not-installed", 11), &["tap the sender"]);
    // One for signing alone is no use, and it is said.
    let answer = ask(&[&fixed[..], &[&source("gal", "alice-signing")]].concat());
    holds(&answer["lookups"][0]["steps"][0], &["not for encryption"]);
    let (code, _, err) = ran(&[&fixed[..], &["gla=x.pem"]].concat());
    assert!(code == 2 && err.contains("did you mean “gal”?"), "{err}");
}

#[test]
fn pain_12_expired_and_soon_expiring_certificates() {
    let mail = text(&profile("contoso-mail"));
    let at = |time: &str| ask(&["predict", "renewal", &mail, "--at", time]);
    assert_eq!(at(AT)["exit"], 0);
    let soon = at("2035-12-20T00:00:00Z");
    assert_eq!(said(&soon, "expiry.soon").len(), 2);
    holds(said(&soon, "expiry.soon")[0], &["12 day(s)", "XTR-013", "not renewed by itself"]);
    assert_eq!(said(&at("2036-06-01T00:00:00Z"), "expiry.expired").len(), 2);
    let future = ask(&["predict", "renewal", &text(&profile("future-signing")), "--at", AT]);
    one(&future, "expiry.not-yet", 12);
    let expired = text(&profile("expired-signing"));
    holds(
        one(&ask(&["predict", "renewal", &expired, "--at", AT]), "expiry.expired", 12),
        &["without warning"],
    );
    // Mail goes on signing with what is pinned.
    let answer = ask(&["why", "certificate", &expired, "--at", AT]);
    holds(one(&answer, "certificate.expired-in-use", 12), &["Mail signs with Alice Expired Signing"]);
}

/// A committed profile with parts of its text replaced.
fn edited(scratch: &Scratch, stem: &str, parts: &[(&str, &str)]) -> String {
    let mut content = std::fs::read_to_string(profile(stem)).expect("there");
    for (from, to) in parts {
        assert!(content.contains(from), "{stem} has no {from:?}");
        content = content.replace(from, to);
    }
    let file = scratch.file(&format!("{stem}.mobileconfig"));
    std::fs::write(&file, content).expect("written");
    text(&file)
}

#[test]
fn pain_13_locked_out_by_missing_override_keys() {
    let scratch = Scratch::new("answers-open");
    let on = "<key>SMIMESigningEnabled</key>\n\t\t\t<true/>";
    let off = "<key>SMIMESigningEnabled</key>\n\t\t\t<false/>";
    let key = "\t\t\t<key>SMIMESigningUserOverrideable</key>\n\t\t\t<true/>\n";
    let locked = edited(&scratch, "contoso-mail", &[(on, off), (key, "")]);
    let answer = ask(&["why", "open", &locked]);
    let found = one(&answer, "open.locked-out", 13);
    assert_eq!((&found["subject"], &found["weight"]), (&json!("signing"), &json!("error")));
    holds(found, &["SMIMESigningUserOverrideable", "is not in the profile"]);
    let row = |answer: &Json, action: &str| {
        let rows = answer["permissions"].as_array().expect("a matrix").clone();
        assert_eq!(rows.len(), 22);
        rows.into_iter().find(|row| row["action"] == action).unwrap_or_else(|| panic!("{action}"))
    };
    let signing = row(&answer, "smime.signing.on");
    assert_eq!((&signing["verdict"], &signing["override_present"]), (&json!("denied"), &json!(false)));
    let whole = ask(&["why", "open", &text(&profile("contoso-mail"))]);
    assert_eq!((&whole["exit"], &row(&whole, "smime.signing.on")["verdict"]), (&json!(0), &json!("allowed")));
    // Who could still switch a service back on.
    let closed = text(&profile("contacts-only-locked"));
    assert!(said(&ask(&["why", "open", &closed]), "open.service").is_empty());
    let open = "<key>EnableMailUserOverridable</key>\n\t\t\t<false/>";
    let open = edited(&scratch, "contacts-only-locked", &[(open, &open.replace("false", "true"))]);
    let answer = ask(&["why", "open", &open]);
    assert_eq!(one(&answer, "open.service", 13)["subject"], "mail");
    let (graph_file, directory) = (graph("contacts-only"), graph("directory"));
    assert_eq!(said(&ask(&["why", "open", &graph_file]), "open.service").len(), 0);
    let answer = ask(&["why", "open", &graph("tenant"), "--policy", STAFF, "--directory", &directory]);
    assert_eq!(row(&answer, "service.mail.off")["verdict"], "allowed");
}

#[test]
fn pain_14_pkcs12_that_an_iphone_cannot_open() {
    let scratch = Scratch::new("answers-p12");
    let right = word(&scratch, "alice-signing");
    let asked = |file: &str, word: &str| {
        ask(&["why", "certificate", "--identity", file, "--passphrase-file", word, "--at", AT])
    };
    let modern = asked(&pki("alice-signing.pbes2.p12"), &right);
    holds(one(&modern, "pkcs12.modern-protection", 14), &["-legacy"]);
    assert_eq!(modern["exit"], 1);
    assert_eq!(asked(&pki("alice-signing.legacy.p12"), &right)["exit"], 0);
    let wrong = word(&scratch, "alice-encryption");
    one(&asked(&pki("alice-signing.legacy.p12"), &wrong), "pkcs12.closed", 14);
    assert!(!asked(&pki("alice-signing.legacy.p12"), &wrong).to_string().contains("p12-alice-encryption"));
    let lint = scratch.file("lint.word");
    std::fs::write(&lint, "p12-lint\n").expect("written");
    let of_lint = |name: &str| text(&root().join("fixtures/lint/pki").join(name));
    one(&asked(&of_lint("non-repudiation.p12"), &text(&lint)), "pkcs12.non-repudiation", 14);
    one(&asked(&of_lint("without-mac.p12"), &text(&lint)), "pkcs12.no-mac", 14);
}

#[test]
fn pain_15_policies_as_code_that_lost_or_broke_something() {
    let answer = ask(&["why", "policy", &graph("mistakes")]);
    let findings = answer["findings"].as_array().expect("findings");
    let of = |path: &str| findings.iter().find(|f| f["path"] == path).unwrap_or_else(|| panic!("{path}"));
    assert_eq!(of("$.easServices")["help"], "did you mean email?");
    assert_eq!(of("$.requireSSL")["help"], "did you mean requireSsl?");
    assert_eq!(answer["exit"], 1);
    let lost = ask(&["why", "policy", &graph("links-lost")]);
    let found = said(&lost, "prompts.link-lost");
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|s| s["pains"].to_string().contains("15")));
    holds(found[0], &["$expand="]);
    assert_eq!(ask(&["why", "policy", &graph("by-hand")])["exit"], 0);
    // A key that a guide invented, in a profile.
    let scratch = Scratch::new("answers-invented");
    let key = "<key>SMIMESigningUserOverrideable</key>";
    let invented = edited(&scratch, "contoso-mail", &[(key, "<key>SMIMEAllowUserChange</key>")]);
    let answer = ask(&["why", "policy", &invented]);
    holds(&answer["findings"], &["SMIMEAllowUserChange"]);
    assert_eq!(answer["exit"], 1);
}

#[test]
fn every_trouble_has_a_test_that_asks_the_command_it_names() {
    let bytes = std::fs::read(root().join("agent/data/pains.json")).expect("there");
    let table: Json = serde_json::from_slice(&bytes).expect("JSON");
    let pains = table["pains"].as_array().expect("pains");
    let source = std::fs::read_to_string(root().join("tests/it/answers.rs")).expect("this file");
    assert_eq!(pains.len(), 15);
    for (at, pain) in pains.iter().enumerate() {
        assert_eq!(pain["rank"], at + 1);
        let head = format!("#[test]\nfn pain_{:02}_", at + 1);
        let body: Vec<&str> = source.split(&head).skip(1).collect();
        assert_eq!(body.len(), 1, "{} has one test", pain["title"]);
        let body = body[0].split("\n#[test]\n").next().unwrap_or_default();
        let words: Vec<String> = pain["command"]
            .as_str()
            .expect("a command")
            .split(' ')
            .map(|word| format!("\"{word}\""))
            .collect();
        assert!(words.iter().all(|word| body.contains(word)), "{}: {words:?}", pain["title"]);
    }
}

#[test]
fn removal_names_who_loses_what() {
    let (file, directory) = (graph("tenant"), graph("directory"));
    let asked =
        |policy: &str| ask(&["predict", "removal", &file, "--policy", policy, "--directory", &directory]);
    let answer = asked(STAFF);
    let users: Vec<&Json> = said(&answer, "removal.account").iter().map(|s| &s["users"]).collect();
    assert_eq!(users, [&json!([ALICE]), &json!(["bob@contoso.example"])]);
    let answer = asked("Encryption history");
    let found = one(&answer, "removal.certificate", 7);
    assert_eq!(found["users"].as_array().map(Vec::len), Some(3));
    holds(found, &["SMO-015", "SMO-016", "not revoked", PILOT]);
    one(&answer, "removal.link-left", 2);
    let answer = ask(&["predict", "removal", &text(&profile("contoso-mail"))]);
    holds(&answer["statements"], &["2 identity payload(s)", "mail, contacts, calendars"]);
}

#[test]
fn what_is_unreadable_is_said_and_help_begins_with_examples() {
    let scratch = Scratch::new("answers-unreadable");
    let file = scratch.file("file");
    let file = text(&file);
    for content in ["", "{", "no profile", "<plist"] {
        std::fs::write(&file, content).expect("written");
        for question in [
            &["why", "prompts"][..],
            &["why", "open"],
            &["why", "sign-in"],
            &["why", "certificate"],
            &["why", "policy"],
            &["predict", "change"],
            &["predict", "removal"],
            &["predict", "renewal"],
        ] {
            let (code, out, err) = ran(&[question, &[&file]].concat());
            assert_eq!((code, out.as_str()), (2, ""), "{question:?} {content:?}: {err}");
        }
    }
    for nothing in [&["why"][..], &["why", "certificate"], &["predict", "change"], &["predict", "renewal"]] {
        assert_eq!(ran(nothing).0, 2, "{nothing:?}");
    }
    for command in ["why", "predict"] {
        let (code, out, _) = ran(&[command, "--help"]);
        assert!(code == 0 && out.starts_with("Examples:"), "{out}");
    }
}
