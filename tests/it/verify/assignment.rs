//! Policies and whom they are for: assignments, certificate profiles that do not reach the user, conflicts.

use super::*;
use serde_json::json;

const ALICE: &str = "alice@contoso.example";

/// The committed policy with another name and id, assigned to a group.
fn assigned(scratch: &Scratch, name: &str, target: Value, change: impl Fn(&mut Value)) -> PathBuf {
    let mut policy: Value =
        serde_json::from_slice(&std::fs::read(policy()).expect("a policy")).expect("JSON");
    policy["displayName"] = name.into();
    policy["assignments"] = json!([{"id": "1", "target": target}]);
    change(&mut policy);
    let path = scratch.file(&format!("{name}.json"));
    std::fs::write(&path, policy.to_string()).expect("written");
    path
}

fn group(name: &str) -> Value {
    json!({"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": name})
}

fn directory(scratch: &Scratch) -> PathBuf {
    let user = |name: &str, groups: &[&str]| {
        let upn = format!("{name}@contoso.example");
        json!({"upn": upn, "mail": upn, "groups": groups})
    };
    let directory = json!({
        "users": [user("alice", &["Staff"]), user("bob", &["Leavers"])],
        "groups": [{"id": "staff", "name": "Staff"}, {"id": "leavers", "name": "Leavers"}, {"id": "phones", "name": "Phones"}],
        "devices": [
            {"name": "phone", "user": ALICE, "groups": ["Phones"]},
            {"name": "tablet", "user": ALICE},
        ],
    });
    let path = scratch.file("directory.json");
    std::fs::write(&path, directory.to_string()).expect("written");
    path
}

/// The state, whether the policy applied, and what became of EAS-003.
fn told(answer: &Value) -> (&str, &str) {
    let state = answer["policies"][0]["assignment"].as_str().expect("a state");
    (state, verdict(answer, "EAS-003")["outcome"].as_str().expect("an outcome"))
}

#[test]
fn what_is_not_assigned_does_not_apply_and_may_not_be_there() {
    let phone = Phone::with("verify-assigned", &profile("contoso-mail"));
    let directory = directory(&phone.scratch);
    let verify = |intent: &Path, user: &[&str]| {
        let arguments = [&["--intent", text(intent), "--directory", text(&directory)], user].concat();
        phone.verify(&arguments)
    };
    let staff = assigned(&phone.scratch, "Staff mail", group("staff"), |_| {});
    // The owner of the phone is looked up.
    let (code, answer) = verify(&staff, &[]);
    assert_eq!((code, told(&answer)), (0, ("assigned", "pass")), "{answer:#}");
    let leavers = assigned(&phone.scratch, "Leavers mail", group("leavers"), |_| {});
    let (code, answer) = verify(&leavers, &[]);
    assert_eq!((code, told(&answer)), (1, ("not-assigned", "fail")));
    assert_eq!(verdict(&answer, "EAS-003")["remedy_key"], "not-assigned");
    let other = verdict(&answer, "EAS-010");
    let why = "the policy “Leavers mail” is not assigned to alice@contoso.example";
    assert_eq!((&other["outcome"], &other["reason"]), (&json!("not-applicable"), &json!(why)));
    assert_eq!(answer["policies"][0]["assignment_reason"], why);
    let page = phone.file("verify.html");
    let said = run(&[
        "verify",
        "--intent",
        text(&leavers),
        "--directory",
        text(&directory),
        "--device",
        "phone",
        "--store",
        text(&phone.file("store")),
        "--report",
        &format!("html={}", page.display()),
    ]);
    assert!(String::from_utf8_lossy(&said.stdout).contains(why));
    // The page says it in every language.
    let page = std::fs::read_to_string(page).expect("a page");
    for part in [why, "n’est pas affectée à alice", ">niet toegewezen<", ">non affectée<"] {
        assert!(page.contains(part), "{part}");
    }
    // For Bob it is another account that is not there, and the one of the phone is not his.
    let (code, answer) = verify(&staff, &["--user", "bob@contoso.example"]);
    assert_eq!((code, told(&answer)), (0, ("not-assigned", "pass")), "{answer:#}");
    // Devices: this one, and another one of hers.
    let phones = assigned(&phone.scratch, "Phones", group("phones"), |_| {});
    assert_eq!(verify(&phones, &[]).0, 0);
    let excluded = json!([
        {"id": "1", "target": group("staff")},
        {"id": "2", "target": {"@odata.type": "#microsoft.graph.exclusionGroupAssignmentTarget", "groupId": "staff"}},
    ]);
    let excluded =
        assigned(&phone.scratch, "Excluded", group("staff"), |p| p["assignments"] = excluded.clone());
    let (code, answer) = verify(&excluded, &[]);
    assert_eq!((code, told(&answer)), (1, ("excluded", "fail")));
    assert!(
        answer["policies"][0]["assignment_reason"].as_str().expect("why").contains("“Staff” is excluded")
    );
    // Of a group that the directory does not have nobody can say who is in it.
    let elsewhere = assigned(&phone.scratch, "Elsewhere", group("elsewhere"), |_| {});
    let (code, answer) = verify(&elsewhere, &[]);
    assert_eq!((code, told(&answer)), (5, ("unknown", "inconclusive")), "{answer:#}");
    let why = answer["policies"][0]["assignment_reason"].as_str().expect("why");
    assert!(why.contains("no group “elsewhere”"), "{why}");
    let perhaps = json!([
        {"id": "1", "target": group("staff")},
        {"id": "2", "target": {"@odata.type": "#microsoft.graph.exclusionGroupAssignmentTarget", "groupId": "elsewhere"}},
    ]);
    let perhaps = assigned(&phone.scratch, "Perhaps", group("staff"), |p| p["assignments"] = perhaps.clone());
    let (_, answer) = verify(&perhaps, &[]);
    assert_eq!(told(&answer), ("assigned", "inconclusive"), "{answer:#}");
    // Without assignments in the document, and without a directory, nothing is known of them.
    let (code, answer) = verify(&policy(), &[]);
    assert_eq!((code, told(&answer)), (0, ("unknown", "not-applicable")));
    let (code, answer) = phone.verify(&["--intent", text(&leavers)]);
    assert_eq!((code, &answer["policies"][0]["assignment"]), (0, &Value::Null));
    // Once the profile has gone, all is as it must be.
    phone.device(&["remove", "phone", "example.contoso.contoso-mail"]);
    let (code, answer) = verify(&leavers, &[]);
    assert_eq!((code, told(&answer)), (0, ("not-assigned", "pass")));
    let (code, answer) = verify(&staff, &[]);
    assert_eq!((code, told(&answer)), (1, ("assigned", "fail")));
}

#[test]
fn a_policy_for_another_device_of_the_user_does_not_apply() {
    let phone = Phone::with("verify-devices", &profile("contoso-mail"));
    let directory = directory(&phone.scratch);
    let tablets = assigned(&phone.scratch, "Tablets", group("phones"), |_| {});
    let seen = phone.collect();
    phone.device(&["create", "tablet"]);
    let store = phone.file("store");
    let (code, answer) = verify(&[
        "--intent",
        text(&tablets),
        "--directory",
        text(&directory),
        "--device",
        "tablet",
        "--store",
        text(&store),
    ]);
    assert_eq!((code, told(&answer)), (0, ("not-assigned", "pass")), "{answer:#}");
    assert!(answer["policies"][0]["assignment_reason"].as_str().expect("why").contains("not for tablet"));
    let (code, answer) =
        verify(&["--intent", text(&tablets), "--directory", text(&directory), "--evidence", text(&seen)]);
    assert_eq!((code, told(&answer)), (0, ("assigned", "pass")));
    // Somebody whom the directory does not know.
    let output = run(&[
        "verify",
        "--intent",
        text(&tablets),
        "--directory",
        text(&directory),
        "--evidence",
        text(&seen),
        "--user",
        "alicia@contoso.example",
    ]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("did you mean"));
}

#[test]
fn policies_that_are_for_others_contradict_nothing_and_need_not_compile() {
    let phone = Phone::with("verify-others", &profile("contoso-mail"));
    let directory = directory(&phone.scratch);
    let window = |policy: &mut Value| policy["durationOfEmailToSync"] = "oneMonth".into();
    let staff = assigned(&phone.scratch, "Staff mail", group("staff"), |_| {});
    let second = assigned(&phone.scratch, "Second", group("staff"), window);
    let leavers = assigned(&phone.scratch, "Leavers mail", group("leavers"), |policy| {
        window(policy);
        // Alice has no sAM account name.
        policy["usernameAADSource"] = "samAccountName".into();
        policy["userDomainNameSource"] = "netBiosDomainName".into();
    });
    let verify = |intents: [&Path; 2]| {
        phone.verify(&["--intent", text(intents[0]), text(intents[1]), "--directory", text(&directory)])
    };
    let (code, answer) = verify([&staff, &second]);
    assert_eq!((code, answer["conflicts"].as_array().map(Vec::len)), (1, Some(1)));
    let (code, answer) = verify([&staff, &leavers]);
    assert_eq!((code, answer["conflicts"].as_array().map(Vec::len)), (0, Some(0)), "{answer:#}");
    let states: Vec<&Value> =
        answer["policies"].as_array().expect("policies").iter().map(|p| &p["assignment"]).collect();
    assert_eq!(states, ["assigned", "not-assigned"]);
}

#[test]
fn a_profile_that_comes_again_and_again_is_told_with_the_certificate_that_is_missing() {
    let phone = Phone::with("verify-loop", &profile("contoso-mail"));
    let directory = directory(&phone.scratch);
    let link = |target: &str| {
        json!({
            "@odata.type": "#microsoft.graph.iosScepCertificateProfile", "id": "22222222-2222-4222-8222-222222222222",
            "displayName": "User certificate", "assignments": [{"id": "1", "target": group(target)}],
        })
    };
    let linked = |name: &str, target: &str| {
        let path = assigned(&phone.scratch, name, group("staff"), |policy| {
            policy["smimeSigningCertificate"] = link(target);
        });
        let object: Value = serde_json::from_slice(&std::fs::read(&path).expect("there")).expect("JSON");
        std::fs::write(&path, json!({"value": [object]}).to_string()).expect("written");
        path
    };
    let verify = |intent: &Path| phone.verify(&["--intent", text(intent), "--directory", text(&directory)]);
    let (missed, reached) = (linked("Missed", "leavers"), linked("Reached", "staff"));
    let (_, answer) = verify(&missed);
    let row = verdict(&answer, "XTR-006");
    assert_eq!(row["outcome"], "pass", "it came once");
    assert!(
        row["reason"].as_str().is_some_and(|why| why.contains("“User certificate” does not reach alice")),
        "{row}"
    );
    assert_eq!(verdict(&verify(&reached).1, "XTR-006")["reason"], Value::Null);
    // At each check-in it comes again.
    let password = format!("password=@{}", text(&phone.file("password")));
    for _ in 0..5 {
        phone.device(&["clock", "phone", "+8h"]);
        phone.device(&[
            "install",
            "phone",
            text(&profile("contoso-mail")),
            "--secret",
            &password,
            "--consent",
        ]);
    }
    let (code, answer) = verify(&missed);
    let row = verdict(&answer, "XTR-006");
    assert_eq!((code, &row["outcome"], &row["remedy_key"]), (1, &json!("fail"), &json!("redeploy-loop")));
    assert_eq!(row["observed"], "installs: 6 times in 48 hours");
    assert!(row["reason"].as_str().is_some_and(|why| why.contains("“User certificate”")), "{row}");
}
