//! Evidence that is not quite what it seems: another profile, a report of changes, another user, an unknown signer.

use super::*;
use serde_json::json;

fn imported(scratch: &Scratch, name: &str, content: &str) -> PathBuf {
    let file = scratch.file(name);
    std::fs::write(&file, content).expect("written");
    let seen = scratch.file(&format!("seen-{name}"));
    ok(&["evidence", "import", text(&file), "-o", text(&seen), "--at", AT]);
    seen
}

fn judged(seen: &Path) -> (i32, Value) {
    verify(&["--intent", text(&policy()), "--evidence", text(seen), "--user", "alice@contoso.example"])
}

#[test]
fn a_profile_of_another_policy_is_left_open() {
    let scratch = Scratch::new("verify-other-profile");
    let list = std::fs::read_to_string(fixture("profile-list.plist")).expect("a list");
    let other = list
        .replace("<string>Contoso Mail</string>", "<string>Other mail</string>")
        .replace("<string>example.contoso.contoso-mail</string>", "<string>zzz</string>");
    for managed in ["<true/>", "<false/>"] {
        let other = other.replace(
            "<key>IsManaged</key>\n\t\t\t<true/>",
            &format!("<key>IsManaged</key>\n\t\t\t{managed}"),
        );
        let seen = imported(&scratch, &format!("list{}.plist", managed.len()), &other);
        let (code, answer) = judged(&seen);
        let row = verdict(&answer, "EAS-002");
        assert_eq!((code, &row["outcome"]), (5, &json!("inconclusive")), "{row}");
        assert!(row["reason"].as_str().is_some_and(|why| why.contains("“Other mail”")), "{row}");
    }
    let (_, answer) = judged(&imported(&scratch, "own.plist", &list));
    assert_eq!(verdict(&answer, "EAS-002")["outcome"], "pass");
}

#[test]
fn a_status_report_of_changes_is_no_list_of_everything() {
    let scratch = Scratch::new("verify-changes");
    let report = |name: &str, list: Value, full: Value| {
        let report = json!({"StatusItems": {"account": {"list": {"exchange": list}}}, "FullReport": full});
        judged(&imported(&scratch, name, &report.to_string()))
    };
    let (code, answer) = report("removed.json", json!([{"identifier": "Z", "_removed": true}]), json!(false));
    assert_eq!((code, &verdict(&answer, "EAS-001")["outcome"]), (5, &json!("inconclusive")));
    let (code, _) = report("empty.json", json!([]), Value::Null);
    assert_eq!(code, 5);
    let (code, answer) = report("whole.json", json!([]), json!(true));
    assert_eq!((code, &verdict(&answer, "EAS-001")["outcome"]), (1, &json!("fail")));
    // What is told twice is refused with its place, and UTF-16 is read.
    let twice = scratch.file("twice.json");
    std::fs::write(&twice, "{\"StatusItems\": {},\n \"StatusItems\": {}}").expect("written");
    let seen = scratch.file("none");
    let refused = run(&["evidence", "import", "ddm", text(&twice), "-o", text(&seen)]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(2));
    assert!(said.contains("line 2") && said.contains("twice") && !seen.exists(), "{said}");
    let wide = scratch.file("wide.json");
    let whole = std::fs::read_to_string(fixture("ddm-status.json")).expect("a report");
    let bytes: Vec<u8> =
        [0xFF, 0xFE].into_iter().chain(whole.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    std::fs::write(&wide, bytes).expect("written");
    ok(&["evidence", "import", text(&wide), "-o", text(&seen)]);
    assert_eq!(verdict(&judged(&seen).1, "EAS-012")["outcome"], "pass");
}

#[test]
fn reports_on_others_and_signatures_of_strangers_settle_nothing() {
    let scratch = Scratch::new("verify-strangers");
    let report = |user: &str| {
        let row = json!({"displayName": "Contoso Mail", "state": "error", "userPrincipalName": user, "settingStates": []});
        judged(&imported(&scratch, &format!("{user}.json"), &json!([row]).to_string()))
    };
    let (code, answer) = report("bob@contoso.example");
    assert_eq!((code, with_outcome(&answer, "fail")), (5, Vec::new()));
    assert_eq!(report("Alice@contoso.example").0, 1);
    // A signature that fits is worth something once it is known whose it is.
    let mail = std::fs::read_to_string(fixture("signed.eml")).expect("mail");
    let seen = imported(&scratch, "signed.eml", &mail);
    let holds = || {
        let (_, answer) = judged(&seen);
        let checks = verdict(&answer, "EAS-062")["checks"].as_array().expect("checks").clone();
        let found = checks.into_iter().find(|check| check["subject"] == "wire.signature_holds");
        found.expect("the signature is looked at")["outcome"].clone()
    };
    assert_eq!(holds(), "inconclusive");
    let certificate = root().join("fixtures/pki/alice-signing.cert.pem");
    ok(&["evidence", "import", "certificates", text(&certificate), "-o", text(&seen), "--at", AT]);
    assert_eq!(holds(), "pass");
    // Where S/MIME is off nothing is asked of messages.
    let plain = scratch.file("plain.json");
    let whole = std::fs::read_to_string(policy()).expect("a policy");
    std::fs::write(&plain, whole.replace("\"requireSmime\": true", "\"requireSmime\": false"))
        .expect("written");
    let (_, answer) =
        verify(&["--intent", text(&plain), "--evidence", text(&seen), "--user", "alice@contoso.example"]);
    for id in ["EAS-062", "EAS-071"] {
        assert_ne!(verdict(&answer, id)["outcome"], "pass", "{id}");
    }
}

#[test]
fn outlook_is_judged_by_what_management_tells_and_stated_otherwise() {
    let scratch = Scratch::new("verify-outlook");
    let outlook = root().join("fixtures/graph/outlook-plist.json");
    let list = std::fs::read_to_string(fixture("managed-application-list.plist")).expect("a list");
    let seen = imported(&scratch, "apps.plist", &list);
    let judged = |seen: &Path| {
        verify(&["--intent", text(&outlook), "--evidence", text(seen), "--user", "alice@contoso.example"])
    };
    let (code, answer) = judged(&seen);
    assert_eq!((code, with_outcome(&answer, "fail")), (0, Vec::new()), "{answer:#}");
    assert_eq!(answer["policies"][0]["outlook"]["smime"]["on"]["value"], true);
    // Never a pass, whatever management tells: nobody sees S/MIME in the app.
    for id in ["OUT-021", "OUT-022", "OUT-002"] {
        let row = verdict(&answer, id);
        assert_eq!(row["outcome"], "inconclusive", "{id}");
        assert!(row["reason"].as_str().is_some_and(|why| why.contains("waits for")), "{row}");
    }
    assert_eq!(verdict(&answer, "EAS-010")["outcome"], "not-applicable");
    let other =
        imported(&scratch, "others.plist", &list.replace("com.microsoft.Office.Outlook", "com.example.app"));
    let (code, answer) = judged(&other);
    assert_eq!((code, &verdict(&answer, "OUT-021")["remedy_key"]), (1, &json!("outlook-unmanaged")));
    // Beside an e-mail policy.
    let (code, answer) = verify(&[
        "--intent",
        text(&policy()),
        text(&outlook),
        "--evidence",
        text(&seen),
        "--user",
        "alice@contoso.example",
    ]);
    assert_eq!((code, answer["policies"].as_array().map(Vec::len)), (5, Some(2)));
}

#[test]
fn what_is_odd_or_not_evidence_is_told() {
    let scratch = Scratch::new("verify-told");
    let odd = scratch.file("odd.json");
    let whole = std::fs::read_to_string(policy()).expect("a policy");
    std::fs::write(&odd, whole.replace("\"requireSsl\"", "\"bogusMember\": 1,\n  \"requireSsl\""))
        .expect("written");
    let phone = Phone::with("verify-told-phone", &profile("contoso-mail"));
    let store = phone.file("store");
    let output = run(&["verify", "--intent", text(&odd), "--device", "phone", "--store", text(&store)]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0));
    assert!(said.contains("bogusMember") && said.contains("odd.json:"), "{said}");
    // Nobody and nothing to judge.
    let said = String::from_utf8_lossy(&run(&["verify", "--intent", text(&odd)]).stderr).into_owned();
    assert!(said.contains("--evidence") && said.contains("--device"), "{said}");
    // Files of this program that are no evidence say what would be.
    let snapshot = scratch.file("phone.handset");
    phone.device(&["snapshot", "phone", "-o", text(&snapshot)]);
    let found = scratch.file("found");
    ok(&["try", text(&profile("contoso-mail")), "--out", text(&found)]);
    let files = [snapshot, found.join("result.json"), found.join("device.json"), found.join("events.ndjson")];
    for file in files {
        for kind in [&[][..], &["device"]] {
            let seen = scratch.file("seen");
            let output = run(&[&["evidence", "import"], kind, &[text(&file), "-o", text(&seen)]].concat());
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(2), "{}", file.display());
            assert!(
                said.contains("handset evidence collect") && !seen.exists(),
                "{}: {said}",
                file.display()
            );
        }
    }
}
