//! The page of a run: `--report html=FILE` of run, rerun and merge, in a real browser too.

use super::{matrix, run, suite};
use crate::browser::Browser;
use crate::inputs::base64;
use conformance::{Scratch, root};
use smime::{CryptoProvider, DigestAlgorithm};
use std::fs;
use std::time::{Duration, Instant};

/// A page of the suites, on phones that send in the clear what they should not.
fn failing(scratch: &Scratch, arguments: &[&str]) -> String {
    let (page, kept) = (scratch.file("page.html"), scratch.file("kept"));
    let (report, kept) = (format!("html={}", page.display()), kept.display().to_string());
    let line = [
        "run",
        "tests/suites",
        "--filter",
        "!tag(option-space)",
        "-q",
        "--device-defect",
        "silent-clear-text",
    ];
    let line = [&line[..], &["--run-folder", &kept, "--report", &report], arguments].concat();
    let (code, said, errors) = run(&line, &root());
    assert_eq!(code, 1, "{said}{errors}");
    fs::read_to_string(page).unwrap()
}

/// A scenario whose texts would be markup and turn the text around them.
const HOSTILE: &str = r#"
suite: hostile
about: "</title></style><script>window.pwned=1</script>"
given:
  policy: {displayName: "\"'><img src=x onerror=window.pwned=2>", accountName: P, hostName: mail.contoso.example}
scenarios:
  - name: a
    about: "<script>window.pwned=3</script> \u202e txt"
    steps: [install, {answer: password}]
    expect:
      - state: {account.name: "<svg onload=window.pwned=4>"}
        why: "</code></details><script>window.pwned=5</script>"
"#;

#[test]
fn the_page_is_whole_asks_for_nothing_and_is_the_same_twice() {
    let scratch = Scratch::new("run-page-whole");
    let page = failing(&scratch, &[]);
    assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"));
    for foreign in
        ["<link rel=\"stylesheet", "http://", "https://", "url(", "@import", "<img", "<iframe", "eval("]
    {
        assert!(!page.contains(foreign), "{foreign}");
    }
    for part in [
        "3 cases failed",
        "3 cas ont échoué",
        "3 gevallen zijn mislukt",
        "id=\"requirement-SMO-010\"",
        "simulated-device with silent-clear-text",
        "smime/recipient-without-certificate[certificate=absent]",
        "Public key of the encryption certificate",
        "2026-11-02",
    ] {
        assert!(page.contains(part), "{part}");
    }
    assert!(failing(&scratch, &["--jobs", "1"]) == page, "the same cases give the same bytes");
    assert!(failing(&scratch, &["--lang", "fr"]).contains("<html lang=\"fr\">"));
    // How long it took differs from run to run, so it is told on request alone.
    assert!(
        !page.contains("id=\"durations\"")
            && failing(&scratch, &["--durations"]).contains("id=\"durations\"")
    );
}

#[test]
fn the_policy_of_the_page_lets_its_own_script_run_and_no_other() {
    let scratch = Scratch::new("run-page-script");
    let page = failing(&scratch, &[]);
    assert_eq!((page.matches("<script").count(), page.matches("</script>").count()), (1, 1));
    let script = page.split("<script>").nth(1).and_then(|rest| rest.split("</script>").next()).unwrap();
    let digest = crypto::AwsLc.digest(DigestAlgorithm::Sha256, &[script.as_bytes()]);
    let source = format!("script-src &#39;sha256-{}&#39;", base64(digest.as_ref()));
    assert!(page.contains(&source), "run.js has changed: page.rs has to name {source}");
    assert!(page.contains("default-src &#39;none&#39;"));
}

#[test]
fn shards_put_together_and_a_rerun_have_the_page_of_the_undivided_run() {
    let scratch = suite("run-page-shards", &matrix(6));
    let done = |line: &[&str]| {
        let (code, said, errors) = run(line, scratch.path());
        assert!(code < 2, "{line:?}: {said}{errors}");
    };
    done(&["run", "-q", "s.yaml", "--report", "html=whole.html"]);
    let whole = fs::read_to_string(scratch.file("whole.html")).unwrap();
    done(&["rerun", "-q", "--failed", "--report", "html=again.html"]);
    assert!(fs::read_to_string(scratch.file("again.html")).unwrap() == whole);
    for part in ["1", "2"] {
        let (report, partition) = (format!("json={part}.json"), format!("hash:{part}/2"));
        done(&[
            "run",
            "-q",
            "s.yaml",
            "--run-folder",
            "part",
            "--partition",
            &partition,
            "--report",
            &report,
        ]);
    }
    done(&[
        "merge",
        "1.json",
        "2.json",
        "-o",
        "run.json",
        "--report",
        "html=merged.html",
        "--report",
        "junit=j.xml",
    ]);
    assert!(fs::read_to_string(scratch.file("merged.html")).unwrap() == whole);
    assert!(fs::read_to_string(scratch.file("j.xml")).unwrap().contains("<testsuite "));
    let (code, said, _) =
        run(&["merge", "1.json", "2.json", "-o", "run.json", "--report", "pdf=x"], scratch.path());
    assert_eq!((code, said.as_str()), (2, ""));
}

#[test]
fn a_browser_filters_opens_a_failure_and_switches_the_language() {
    let Some(browser) = Browser::start("a_browser_filters_opens_a_failure_and_switches_the_language") else {
        return;
    };
    let scratch = Scratch::new("run-page-browser");
    failing(&scratch, &[]);
    browser.open(&scratch.file("page.html"));
    let shown = || browser.shown("#filter output");
    assert_eq!(shown(), "167 / 167");

    // By outcome, by text, by suite, and none.
    browser.click("[data-outcome=fail]");
    assert_eq!(
        (shown(), browser.value("document.querySelector('[data-outcome=fail]').ariaPressed")),
        ("3 / 167".into(), "true".into())
    );
    assert_eq!(browser.value("document.querySelectorAll('details.suite:not([hidden])').length"), 0);
    browser.click("#reset");
    wait(&browser, "167 / 167");
    type_in(&browser, "#search", "without-certificate EXPIRED");
    wait(&browser, "1 / 167");
    type_in(&browser, "#search", "no such case");
    wait(&browser, "0 / 167");
    assert_eq!(browser.shown("#nothing"), "No case fits the filter.");
    type_in(&browser, "#search", "");
    wait(&browser, "167 / 167");
    let smime = "[...document.querySelectorAll('#suite option')].find(o => o.text === 'smime').value";
    browser.value(&format!("(s => {{ s.value = {smime}; s.dispatchEvent(new Event('change')); }})(document.querySelector('#suite'))"));
    wait(&browser, "41 / 167");
    assert_eq!(browser.value("document.querySelector('details.suite:not([hidden])').open"), true);

    // A cell of the matrix leads to its cases.
    let row = "[...document.querySelectorAll('.matrix tbody tr')].find(r => r.querySelector('.id').textContent === 'SMO-010')";
    browser.value(&format!("{row}.querySelector('td:last-child a').click()"));
    wait(&browser, "4 / 167");
    assert!(browser.shown("#requirement").starts_with("SMO-010"));
    browser.click("#requirement");
    wait(&browser, "167 / 167");

    // The first failure stands open; another opens.
    assert!(browser.shown("details.case .diff .wanted").contains("pass"));
    let second = "details.case:nth-of-type(2)";
    assert_eq!(browser.value(&format!("document.querySelector('{second}').open")), false);
    browser.click(&format!("{second} summary"));
    assert_eq!(
        browser.value(&format!("document.querySelector('{second} .timeline').checkVisibility()")),
        true
    );
    assert!(browser.shown(&format!("{second} .message")).contains("bob@contoso.example"));
    // With the keyboard too.
    browser.value(&format!("document.querySelector('{second} summary').focus()"));
    assert_eq!(browser.value("document.activeElement.localName"), "summary");

    for (language, heading, failed) in [
        ("fr", "167 cas dans 8 suites", "✗ échoué"),
        ("nl", "167 gevallen in 8 suites", "✗ mislukt"),
        ("en", "167 cases in 8 suites", "✗ failed"),
    ] {
        browser.click(&format!("label[for=speak-{language}]"));
        assert_eq!(browser.shown("h1"), heading);
        assert_eq!(browser.shown("[data-outcome=fail]"), failed);
        assert_eq!(browser.shown("details.case summary .pill").to_lowercase(), failed);
        assert_eq!(shown(), "167 / 167", "the filter stays");
    }
    assert_eq!(browser.value("performance.getEntriesByType('resource').length"), 0, "nothing is loaded");
    assert_eq!(browser.console(), Vec::<String>::new());
}

/// Writes into a field as somebody would who typed it.
fn type_in(browser: &Browser, selector: &str, text: &str) {
    browser.value(&format!(
        "(f => {{ f.value = {}; f.dispatchEvent(new Event('input')); }})(document.querySelector('{selector}'))",
        serde_json::Value::from(text)
    ));
}

/// Waits until the filter has come to that.
fn wait(browser: &Browser, expected: &str) {
    let until = Instant::now() + Duration::from_secs(10);
    loop {
        let shown = browser.shown("#filter output");
        if shown == expected {
            return;
        }
        assert!(Instant::now() < until, "{shown} in place of {expected}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn texts_of_scenarios_run_nothing_in_a_browser_and_the_page_reads_without_a_script() {
    let Some(browser) =
        Browser::start("texts_of_scenarios_run_nothing_in_a_browser_and_the_page_reads_without_a_script")
    else {
        return;
    };
    let scratch = suite("run-page-hostile", HOSTILE);
    let (code, _, errors) = run(&["run", "-q", "s.yaml", "--report", "html=page.html"], scratch.path());
    assert_eq!(code, 1, "{errors}");
    browser.open(&scratch.file("page.html"));
    assert_eq!(browser.value("typeof window.pwned"), "undefined");
    assert_eq!(browser.value("[document.scripts.length, document.images.length]"), serde_json::json!([1, 0]));
    assert!(browser.shown(".about-case").contains("<script>window.pwned=3</script> \\u{202e} txt"));
    assert!(browser.shown(".diff .wanted").contains("<svg onload=window.pwned=4>"));
    let wider = "document.documentElement.scrollWidth > document.documentElement.clientWidth";
    assert_eq!(browser.value(wider), false);
    assert_eq!(browser.console(), Vec::<String>::new());

    // A script that is not the page's own is refused; then there is no filter, and every case stands there.
    let page = fs::read_to_string(scratch.file("page.html")).unwrap();
    fs::write(scratch.file("other.html"), page.replace("\"use strict\";", "window.pwned = 6;")).unwrap();
    browser.open(&scratch.file("other.html"));
    assert_eq!(browser.value("typeof window.pwned"), "undefined");
    assert_eq!(browser.value("document.querySelector('#filter').checkVisibility()"), false);
    assert!(browser.shown(".diff .wanted").contains("<svg onload"));
    assert!(browser.console().iter().any(|said| said.contains("Content Security Policy")));
}

#[test]
fn a_page_of_twenty_thousand_cases_opens() {
    let scratch = suite("run-page-big", &matrix(10_000));
    let (code, _, errors) = run(&["run", "-q", "s.yaml", "--report", "html=page.html"], scratch.path());
    assert_eq!(code, 1, "{errors}");
    let octets = fs::metadata(scratch.file("page.html")).unwrap().len();
    assert!(octets < 8 << 20, "{octets}");
    let Some(browser) = Browser::start("a_page_of_twenty_thousand_cases_opens") else { return };
    let started = Instant::now();
    browser.open(&scratch.file("page.html"));
    // Half of the cases fail: 500 with their steps, 5,000 in a line, the rest counted.
    assert_eq!(browser.shown("#filter output"), "15500 / 15500");
    assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
    assert!(browser.shown("#cases .notice:nth-of-type(2)").contains("4500 more cases"));
    type_in(&browser, "#search", "n=10,");
    wait(&browser, "2 / 15500");
    assert_eq!(browser.console(), Vec::<String>::new());
}

#[test]
fn a_run_in_which_nothing_failed_has_a_page_too() {
    let scratch = suite("run-page-green", &matrix(2).replace("[P, Q]", "[P]"));
    let (code, _, errors) = run(&["run", "-q", "s.yaml", "--report", "html=page.html"], scratch.path());
    assert_eq!(code, 0, "{errors}");
    let page = fs::read_to_string(scratch.file("page.html")).unwrap();
    assert!(
        page.contains("everything that was run passed")
            && page.contains("Nothing was otherwise than expected.")
    );
    assert!(page.contains("many/a[n=1,name=P]"));
}
