//! The page of `handset try --report html=FILE`: what stands in it, and how it behaves in a real browser.

use crate::browser::Browser;
use crate::program::{handset, try_profile};
use conformance::{Scratch, profile, root};
use std::path::Path;
use std::process::{Command, Output};

/// Tries a profile against a policy that it does not fulfil, and writes the page.
fn failing_page(scratch: &Scratch, arguments: &[&str]) -> (Output, String) {
    let page = scratch.file("page.html");
    let report = format!("html={}", page.display());
    let policy = root().join("fixtures/graph/contacts-only.json");
    let intent = policy.display().to_string();
    let fixed = ["--report", report.as_str(), "--intent", intent.as_str()];
    let output = try_profile(&profile("contoso-mail"), &[&fixed[..], arguments].concat());
    let text = std::fs::read_to_string(&page).expect("the page");
    (output, text)
}

/// A profile whose every name would be markup, and a script.
fn hostile(scratch: &Scratch) -> std::path::PathBuf {
    let attack = "\"'&gt;&lt;/title&gt;&lt;/style&gt;&lt;script&gt;window.pwned=1&lt;/script&gt;&lt;img src=x onerror=window.pwned=2&gt;";
    let text = std::fs::read_to_string(profile("contoso-mail")).expect("the profile");
    let mut hostile = text.clone();
    for name in ["Contoso Mail", "<string>Contoso</string>", "alice-signing"] {
        let with = name.replace("Contoso Mail", attack).replace(">Contoso<", &format!(">{attack}<"));
        let with = with.replace("alice-signing", attack);
        assert!(hostile.contains(name), "{name}");
        hostile = hostile.replace(name, &with);
    }
    let path = scratch.file("hostile.mobileconfig");
    std::fs::write(&path, hostile).expect("written");
    path
}

fn page_of(scratch: &Scratch, file: &Path, name: &str) -> std::path::PathBuf {
    let page = scratch.file(name);
    try_profile(file, &["--report", &format!("html={}", page.display())]);
    page
}

#[test]
fn the_page_is_whole_and_asks_for_nothing() {
    let scratch = Scratch::new("page-whole");
    let (output, page) = failing_page(&scratch, &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"));
    for foreign in
        ["<script", "<link rel=\"stylesheet", "http://", "https://", "url(", "@import", "<img", "<iframe"]
    {
        assert!(!page.contains(foreign), "{foreign}");
    }
    for part in [
        "EAS-048",
        "PreventMove",
        "EnableMailUserOverridable",
        "erin@partner.example",
        "pkcs12-modern-protection",
    ] {
        assert!(page.contains(part), "{part}");
    }
    for language in
        ["Exchange data to sync", "Données Exchange à synchroniser", "Exchange-gegevens om te synchroniseren"]
    {
        assert!(page.contains(language), "{language}");
    }
    let (_, again) = failing_page(&scratch, &[]);
    assert!(page == again, "the same values give the same bytes");
}

#[test]
fn the_page_opens_in_the_language_that_was_asked_for() {
    let scratch = Scratch::new("page-language");
    let (_, page) = failing_page(&scratch, &["--lang", "nl"]);
    assert!(page.contains("<html lang=\"nl\">"));
    let checked = page.split("<input ").find(|part| part.contains("checked=\"\"")).expect("a checked button");
    assert!(checked.contains("id=\"speak-nl\""), "{checked}");
}

#[test]
fn names_from_the_profile_are_text() {
    let scratch = Scratch::new("page-hostile");
    let page = std::fs::read_to_string(page_of(&scratch, &hostile(&scratch), "page.html")).expect("the page");
    assert!(page.contains("&lt;script&gt;window.pwned=1"));
    assert!(!page.contains("<script") && !page.contains("<img"));
    assert_eq!(page.matches("</title>").count(), 1);
    assert_eq!(page.matches("</style>").count(), 1);
}

#[test]
fn a_refused_and_an_unreadable_profile_have_pages_too() {
    let scratch = Scratch::new("page-refused");
    let refused = root().join("fixtures/profiles/broken/dangling-smime-uuid.mobileconfig");
    let page = std::fs::read_to_string(page_of(&scratch, &refused, "refused.html")).expect("the page");
    assert!(page.contains("id=\"errors-shown\"") && page.contains("MCProfileErrorDomain"), "{page}");
    let unreadable = scratch.file("no.mobileconfig");
    std::fs::write(&unreadable, "this is no profile").expect("written");
    let page = std::fs::read_to_string(page_of(&scratch, &unreadable, "unreadable.html")).expect("the page");
    assert!(page.contains("plist-unreadable"));
}

#[test]
fn lint_and_verify_have_pages_too() {
    let scratch = Scratch::new("page-others");
    let run = |arguments: &[&str]| {
        let output =
            Command::new(handset()).args(arguments).current_dir(root()).output().expect("the program starts");
        output.status.code()
    };
    let page = scratch.file("lint.html");
    let report = format!("html={}", page.display());
    let broken = "fixtures/profiles/broken/dangling-smime-uuid.mobileconfig";
    let good = "fixtures/profiles/contoso-mail.mobileconfig";
    assert_eq!(run(&["lint", broken, good, "--report", &report]), Some(1));
    let text = std::fs::read_to_string(&page).expect("the page");
    for part in [
        broken,
        good,
        "Een genoemd certificaat staat niet in het profiel",
        "51:4",
        "pkcs12-modern-protection",
    ] {
        assert!(text.contains(part), "{part}");
    }
    let seen = scratch.file("seen").display().to_string();
    let evidence =
        ["fixtures/evidence/ddm-status-notes-on.json", "fixtures/evidence/intune-report-conflict.json"];
    assert_eq!(run(&["evidence", "import", evidence[0], evidence[1], "-o", &seen]), Some(0));
    let page = scratch.file("verify.html");
    let report = format!("html={}", page.display());
    let policy = "fixtures/graph/contacts-only.json";
    let user = "alice@contoso.example";
    let judged =
        ["verify", "--intent", policy, good, "--evidence", &seen, "--user", user, "--report", &report];
    assert_eq!(run(&judged), Some(1));
    let text = std::fs::read_to_string(&page).expect("the page");
    for part in [
        "id=\"conflicts\"",
        "id=\"drift\"",
        "id=\"observation-1\"",
        "blockMovingMessagesToOtherEmailAccounts",
    ] {
        assert!(text.contains(part), "{part}");
    }
}

#[test]
fn reports_are_written_whole_or_not_at_all() {
    let scratch = Scratch::new("page-atomic");
    let run = |report: &str| {
        Command::new(handset())
            .args(["try", "--report", report])
            .arg(profile("contoso-mail"))
            .output()
            .expect("the program starts")
    };
    let json = scratch.file("result.json");
    assert_eq!(run(&format!("json={}", json.display())).status.code(), Some(0));
    let value: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&json).expect("the report")).expect("JSON");
    assert_eq!(value["exit"], 0);
    let nowhere = scratch.file("missing/page.html");
    let output = run(&format!("html={}", nowhere.display()));
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains("missing/page.html"));
    for wrong in ["pdf=x", "html", "html="] {
        assert_eq!(run(wrong).status.code(), Some(2), "{wrong}");
    }
    let left: Vec<_> = std::fs::read_dir(scratch.path()).unwrap().flatten().map(|e| e.file_name()).collect();
    assert_eq!(left, ["result.json"]);
}

#[test]
fn a_browser_shows_the_page_and_switches_its_language() {
    let test = "a_browser_shows_the_page_and_switches_its_language";
    let Some(browser) = Browser::start(test) else { return };
    let scratch = Scratch::new("page-browser");
    failing_page(&scratch, &[]);
    browser.open(&scratch.file("page.html"));
    assert_eq!(browser.shown("#actions h2"), "Actions22");
    assert_eq!(browser.shown(".verdict.failed summary .setting"), "Account name");
    let untranslated = browser.shown("#actions code");
    for (language, heading, setting) in [
        ("fr", "Actions22", "Nom du compte"),
        ("nl", "Handelingen22", "Accountnaam"),
        ("en", "Actions22", "Account name"),
    ] {
        browser.click(&format!("label[for=speak-{language}]"));
        assert_eq!(browser.shown("#actions h2"), heading, "{language}");
        assert_eq!(browser.shown(".verdict.failed summary .setting"), setting, "{language}");
        assert_eq!(browser.shown("#actions code"), untranslated, "{language}");
        // Of every text in three languages one is seen.
        let seen = browser.value(
            "[...document.querySelectorAll('main section > h2 > .t')].filter(t => t.offsetParent !== null).map(t => t.lang)",
        );
        let seen = seen.as_array().expect("a list").clone();
        assert!(!seen.is_empty() && seen.iter().all(|l| l == language), "{language}: {seen:?}");
    }
    assert_eq!(browser.console(), Vec::<String>::new());
}

#[test]
fn a_failure_opens_what_it_rests_on() {
    let Some(browser) = Browser::start("a_failure_opens_what_it_rests_on") else { return };
    let scratch = Scratch::new("page-evidence");
    failing_page(&scratch, &[]);
    browser.open(&scratch.file("page.html"));
    let witness = ".verdict.failed .witness pre";
    let visible = format!("document.querySelector('{witness}').checkVisibility()");
    assert_eq!(browser.value(&visible), false, "closed until somebody asks");
    browser.click(".verdict.failed summary");
    assert_eq!(browser.value(&visible), true);
    let seen = browser.shown(witness);
    assert!(seen.contains("\"fact\": \"account\"") && seen.contains("Contoso Mail"), "{seen}");
    // A number leads to the observation, which opens.
    browser.value("document.querySelector('.filed').open = true");
    browser.click(".filed[open] .cite");
    let target = browser.value("document.querySelector(location.hash).closest('details').open");
    assert_eq!(target, true);
    assert_eq!(browser.console(), Vec::<String>::new());
}

#[test]
fn a_hostile_profile_runs_nothing_in_a_browser() {
    let Some(browser) = Browser::start("a_hostile_profile_runs_nothing_in_a_browser") else { return };
    let scratch = Scratch::new("page-hostile-browser");
    browser.open(&page_of(&scratch, &hostile(&scratch), "page.html"));
    assert_eq!(browser.value("typeof window.pwned"), "undefined");
    assert_eq!(browser.value("document.scripts.length + document.images.length"), 0);
    assert!(browser.shown("h1").contains("<script>window.pwned=1</script>"));
    // Narrow screens show no wider page.
    let wider = "document.documentElement.scrollWidth > document.documentElement.clientWidth";
    assert_eq!(browser.value(wider), false);
    assert_eq!(browser.console(), Vec::<String>::new());
}
