//! No English is left over in what people read in French and Dutch: what a command says in English is held against what
//! it says otherwise, and a word that stands in both must be one of those that are the same for a reason.

use super::*;
use std::collections::{BTreeMap, BTreeSet};

/// What every scenario is said in.
const OTHERS: [&str; 2] = ["fr", "nl"];

/// What is called so in every language: apps of the phone and of the portal, colleagues in the embedded world, names on
/// certificates and of a profile without one, fields of formats, and the words of commands.
#[rustfmt::skip]
const NAMES: [&str; 22] = [
    "Acme", "Alice", "Apple", "Bob", "Carol", "Contoso", "Encryption", "Exchange", "Expired", "Future", "Intune", "Key",
    "Mail", "Online", "Outlook", "Profile", "Signing", "Usage", "explain", "handset", "ios", "plist",
];

/// Words that are English by chance: the language has them too.
#[rustfmt::skip]
const SHARED: [(&str, &[&str]); 2] = [
    (
        "fr",
        &[
            "Action", "Actions", "Configuration", "Contacts", "Messages", "Notes", "Observations", "On", "Payload", "Payloads",
            "Type", "Verdict", "Verdicts", "absent", "actions", "agent", "app", "apps", "cause", "centre", "certification",
            "clients", "code", "configuration", "document", "e-mail", "https", "incorrect", "lint", "message", "messages", "on",
            "page", "payload", "payloads", "push", "script", "second", "services", "signature", "type", "unique", "version",
        ],
    ),
    (
        "nl",
        &[
            "Account", "Configuration", "E-mail", "Payload", "Payloads", "Server", "Type", "account", "accounts", "agent", "app",
            "apps", "bytes", "clients", "code", "conflict", "document", "e-mail", "element", "factor", "had", "hand", "hardware",
            "host", "https", "in", "is", "item", "items", "letters", "lint", "of", "over", "past", "payload", "payloads",
            "platforms", "script", "server", "servers", "status", "tenant", "type", "was",
        ],
    ),
];

/// Subjects of comparisons, as the contract calls them.
const SUBJECTS: [&str; 17] = [
    "account",
    "assignment",
    "email",
    "host",
    "install",
    "installs",
    "mail_window_days",
    "move",
    "name",
    "outlook",
    "prompts",
    "recents",
    "refusal",
    "report",
    "smime",
    "user",
    "vpn",
];

/// Steps with messages, as the contract calls them.
const STEPS: [&str; 7] = [
    "answer",
    "answer-tampered",
    "encrypted",
    "no-certificate",
    "signed",
    "signed-encrypted",
    "signed-tampered",
];

/// The words of a text that could be translated: no keys, ids, addresses, paths or numbers, and no citation of a document.
fn translatable(text: &str) -> BTreeSet<String> {
    let citations = ["says", "source", "bron"];
    let mut found = BTreeSet::new();
    for line in text.lines() {
        let mut tokens: Vec<&str> = line.split_whitespace().collect();
        if tokens.first().is_some_and(|first| citations.contains(first)) {
            continue;
        }
        if tokens.first().is_some_and(|first| SUBJECTS.contains(first) || STEPS.contains(first)) {
            tokens.remove(0);
        }
        for (at, token) in tokens.iter().enumerate() {
            let labels = token.ends_with(':') || tokens.get(at + 1) == Some(&":");
            if labels && SUBJECTS.contains(&token.trim_end_matches(':')) {
                continue;
            }
            let word = token.trim_matches(|c: char| !c.is_alphanumeric());
            let marked = word.contains(|c: char| c.is_ascii_digit() || ".@/_=#\\<>:".contains(c));
            let key = word.chars().skip(1).any(char::is_uppercase);
            if word.chars().count() > 1 && !marked && !key {
                found.insert(word.to_owned());
            }
        }
    }
    found
}

/// The words that stand in both texts for no reason.
fn left_over(language: &str, english: &str, other: &str) -> Vec<String> {
    let (_, shared) = SHARED.iter().find(|(of, _)| *of == language).expect("a language");
    let english = translatable(english);
    let allowed = |word: &String| NAMES.contains(&word.as_str()) || shared.contains(&word.as_str());
    translatable(other).into_iter().filter(|word| english.contains(word) && !allowed(word)).collect()
}

/// What the files call profiles, payloads and policies.
fn names(arguments: &[&str]) -> Vec<String> {
    let output = run(&[arguments, &["--format", "json"]].concat());
    let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut names = vec![answer["profile"]["display_name"].clone()];
    names.extend(list(&answer["profile"]["payloads"]).iter().map(|payload| payload["display_name"].clone()));
    names.extend(list(&answer["policies"]).iter().map(|policy| policy["name"].clone()));
    for conflict in list(&answer["conflicts"]) {
        names.extend(list(&conflict["values"]).iter().map(|value| value["policy"].clone()));
    }
    let mut names: Vec<String> = names.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect();
    // A profile that could not be read is called that.
    names.push("“Profile”".to_owned());
    names.extend(["«\u{a0}Profile\u{a0}»".to_owned(), "‘Profile’".to_owned()]);
    // What begins like another name goes first.
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    names
}

/// Commands whose answers are read, by what they show.
struct Reader {
    left: BTreeMap<String, Vec<String>>,
    answers: usize,
    scratch: Scratch,
}

impl Reader {
    fn said(arguments: &[&str], language: &str) -> String {
        let output = run(&[arguments, &["--lang", language, "--color", "never"]].concat());
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    /// Holds what a command says, on the terminal from `after` on and on its page, against the English.
    fn holds(&mut self, what: &str, arguments: &[&str], after: &str) {
        let names = names(arguments);
        let said = |language: &str| {
            let whole = Reader::said(arguments, language);
            let from = whole.split_once(after).map_or(whole.as_str(), |(_, rest)| rest);
            names.iter().fold(from.to_owned(), |text, name| text.replace(name, ""))
        };
        let english = said("en");
        assert!(english.len() > 40, "{what}: {english}");
        for language in OTHERS {
            self.note(&format!("{what}, {language}"), left_over(language, &english, &said(language)));
        }
        self.page_holds(what, arguments, &names);
    }

    /// Holds what stands on the page of a command against the English on it.
    fn page_holds(&mut self, what: &str, arguments: &[&str], names: &[String]) {
        let page = self.scratch.file("page.html");
        let report = format!("html={}", text(&page));
        run(&[arguments, &["--report", &report]].concat());
        let page = std::fs::read_to_string(page).expect("a page");
        let page = Page::read(&names.iter().fold(page, |text, name| text.replace(name, "")));
        for language in OTHERS {
            let left = left_over(language, &page.spoken["en"], &page.spoken[language]);
            self.note(&format!("{what}, page, {language}"), left);
        }
        let same = |word: &String| {
            NAMES.contains(&word.as_str()) || ["Payload", "Payloads"].contains(&word.as_str())
        };
        let bare = translatable(&page.bare);
        self.note(&format!("{what}, page"), bare.into_iter().filter(|word| !same(word)).collect());
        assert!(!page.unspoken, "{what}: a reason or remedy is English alone");
    }

    fn note(&mut self, what: &str, left: Vec<String>) {
        self.answers += 1;
        if !left.is_empty() {
            self.left.insert(what.to_owned(), left);
        }
    }
}

/// The texts of a page: those of each language, and what stands in none. Keys, names from outside and what is quoted have
/// elements of their own, and so has what is English by decision.
#[derive(Default)]
struct Page {
    spoken: BTreeMap<&'static str, String>,
    bare: String,
    unspoken: bool,
}

impl Page {
    fn read(html: &str) -> Page {
        let (_, body) = html.split_once("<main").expect("a body");
        let mut page = Page::default();
        let mut open: Vec<(String, Option<&'static str>)> = Vec::new();
        for piece in body.split('<').skip(1) {
            let (tag, text) = piece.split_once('>').expect("an element");
            if let Some(name) = tag.strip_prefix('/') {
                while open.pop().is_some_and(|(opened, _)| opened != name) {}
            } else {
                let name = tag.split_whitespace().next().unwrap_or_default();
                let spoken = tag.contains("class=\"t\"");
                let language = match name {
                    "code" | "bdi" | "pre" => Some("quoted"),
                    _ => {
                        ["en", "fr", "nl"].into_iter().find(|code| tag.contains(&format!("lang=\"{code}\"")))
                    }
                };
                let language = match language {
                    Some("en") if !spoken => Some("quoted"),
                    other => other,
                };
                let within = open.last().is_some_and(|(_, of)| *of == Some("remedy"));
                page.unspoken |= within && language == Some("quoted");
                let remedy = tag.contains("class=\"remedy\"")
                    || tag.contains("class=\"because\"")
                    || tag.contains("class=\"reason\"");
                if name != "path" && name != "input" {
                    open.push((name.to_owned(), if remedy { Some("remedy") } else { language }));
                }
            }
            let language = open.iter().rev().find_map(|(_, language)| language.filter(|l| *l != "remedy"));
            let said = match language {
                Some("quoted") => continue,
                Some(language) => page.spoken.entry(language).or_default(),
                None => &mut page.bare,
            };
            said.push_str(text);
            said.push('\n');
        }
        page
    }
}

#[test]
fn no_english_is_left_over_in_french_and_dutch() {
    let scratch = Scratch::new("spoken");
    let mut reader = Reader { left: BTreeMap::new(), answers: 0, scratch: Scratch::new("spoken-pages") };
    let policy = policy();
    let alice = ["--user", "alice@contoso.example"];
    let imported = |files: &[&str]| {
        let seen = scratch.file(&format!("{}.seen", files.join("+")));
        for (day, file) in files.iter().enumerate() {
            let at = format!("2026-11-{:02}T09:00:00Z", day + 2);
            ok(&["evidence", "import", text(&fixture(file)), "-o", text(&seen), "--at", &at]);
        }
        seen
    };
    // What management tells, day after day.
    for (what, files) in [
        (
            "management",
            &[
                "profile-list.plist",
                "ddm-status.json",
                "certificate-list.plist",
                "signed.eml",
                "encrypted.eml",
            ][..],
        ),
        ("plain mail", &["profile-list.plist", "ddm-status.json", "plain.eml"]),
        ("a service that is on", &["profile-list.plist", "ddm-status.json", "ddm-status-notes-on.json"]),
        ("expired", &["profile-list.plist", "certificate-list-expired.plist"]),
        ("gone", &["profile-list.plist", "profile-list-without-mail.plist"]),
        ("refused", &["install-profile-error.plist"]),
        ("duplicate", &["intune-report-duplicate.json"]),
        ("report", &["intune-report.json"]),
        ("conflict", &["intune-report-conflict.json"]),
        ("nothing of mail", &["security-info.plist"]),
    ] {
        let seen = imported(files);
        let arguments = ["verify", "--intent", text(&policy), "--evidence", text(&seen)];
        reader.holds(what, &[&arguments[..], &alice].concat(), "");
    }
    let outlook = root().join("fixtures/graph/outlook-plist.json");
    let seen = imported(&["profile-list-without-mail.plist", "managed-application-list.plist"]);
    let arguments = ["verify", "--intent", text(&outlook), "--evidence", text(&seen)];
    reader.holds("Outlook", &[&arguments[..], &alice].concat(), "");
    // Phones: right, changed by their owner, given away, waiting, bare.
    let phone = Phone::with("spoken-phone", &profile("all-data-open"));
    let store = phone.file("store");
    let other = scratch.file("pilot.json");
    let whole = std::fs::read_to_string(&policy).expect("a policy");
    let pilot = whole
        .replace("\"displayName\": \"Contoso Mail\"", "\"displayName\": \"Pilot\"")
        .replace("\"twoWeeks\"", "\"oneMonth\"");
    std::fs::write(&other, pilot).expect("a file");
    let open = profile("all-data-open");
    let mut verify = |what: &str, intents: &[&Path]| {
        let mut arguments = vec!["verify", "--device", "phone", "--store", text(&store), "--intent"];
        arguments.extend(intents.iter().map(|intent| text(intent)));
        // The phone is called “phone”, in whatever language.
        reader.holds(what, &arguments, "phone");
    };
    verify("a right phone", &[&open]);
    verify("another policy", &[&policy]);
    verify("two policies", &[&policy, &other]);
    phone.device(&["act", "phone", "service.notes.off"]);
    phone.device(&["act", "phone", "mail-window.set"]);
    phone.device(&["clock", "phone", "+2d"]);
    verify("changed by its owner", &[&open]);
    phone.device(&["remove", "phone", "example.contoso.all-data-open"]);
    verify("removed", &[&open]);
    phone.device(&["install", "phone", text(&profile("contoso-mail"))]);
    verify("waiting", &[&profile("contoso-mail")]);
    // Trials: as the profile says, not as the policy says, refused, with certificates that are of no use.
    let contacts = root().join("fixtures/graph/contacts-only.json");
    for name in [
        "contoso-mail",
        "all-data-open",
        "expired-signing",
        "future-signing",
        "oauth",
        "smime-encrypt-locked",
    ] {
        let arguments = ["try", text(&profile(name)), "--intent", text(&contacts)].map(str::to_owned);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        reader.holds(name, &arguments, "iPhone15,2, iOS 17.5");
    }
    let broken = files(&root().join("fixtures/profiles/broken"), "mobileconfig");
    for file in broken.iter().filter(|file| !text(file).ends_with("deep-der.mobileconfig")) {
        reader.holds(text(file), &["try", text(file)], "iPhone15,2, iOS 17.5");
    }
    // The titles of rules; what a finding says of the file is English, and marked.
    let lint = files(&root().join("fixtures/lint"), "mobileconfig");
    assert!(lint.len() > 100, "{}", lint.len());
    let lint: Vec<&str> = lint.iter().map(|file| text(file)).collect();
    reader.page_holds("lint", &[&["lint"], &lint[..]].concat(), &[]);
    assert!(reader.answers > 200, "{}", reader.answers);
    assert_eq!(reader.left, BTreeMap::new());
}
