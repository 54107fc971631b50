//! Languages: what is asked for is spoken, what programs read is not, and no text of the catalogue is missing or unused.

use crate::program::{handset, try_json};
use conformance::{Scratch, files, root};
use intent::requirement::ROWS;
use report::language::{Catalogue, Language};
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

fn run(arguments: &[&str], environment: &[(&str, &str)]) -> (Option<i32>, String) {
    let output = Command::new(handset())
        .args(arguments)
        .env_remove("HANDSET_LANG")
        .envs(environment.iter().copied())
        .current_dir(root())
        .output()
        .expect("the program starts");
    (output.status.code(), String::from_utf8(output.stdout).expect("UTF-8"))
}

const PROFILE: &str = "fixtures/profiles/contoso-mail.mobileconfig";

#[test]
fn the_language_is_that_of_the_option_or_of_handset_lang_and_of_nothing_else() {
    let english = run(&["try", PROFILE], &[]);
    assert_eq!(english, run(&["try", PROFILE], &[("LANG", "fr_FR.UTF-8"), ("LC_ALL", "nl_NL.UTF-8")]));
    assert_eq!(english, run(&["try", PROFILE, "--lang", "en"], &[("HANDSET_LANG", "fr")]));
    let (code, french) = run(&["try", PROFILE], &[("HANDSET_LANG", "fr")]);
    assert_eq!(code, Some(0));
    assert!(french.contains("conforme au profil (code de sortie 0)"), "{french}");
    assert!(french.contains("Saisissez le mot de passe Exchange de"), "{french}");
    assert_eq!((code, french), run(&["--lang", "fr", "try", PROFILE], &[]));
    let (_, dutch) = run(&["try", PROFILE, "--lang", "nl"], &[]);
    assert!(dutch.contains("zoals het profiel zegt (afsluitcode 0)"), "{dutch}");
    assert_eq!(run(&["try", PROFILE, "--lang", "de"], &[]).0, Some(2));
    // As with LANG, what is empty is not set; what is unknown is named.
    assert_eq!(english, run(&["try", PROFILE], &[("HANDSET_LANG", "")]));
    let output = Command::new(handset())
        .args(["try", PROFILE])
        .env("HANDSET_LANG", "klingon")
        .current_dir(root())
        .output()
        .expect("the program starts");
    let error = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    assert!(error.contains("klingon") && error.contains("the languages are en, fr and nl"), "{error}");
}

#[test]
fn what_programs_read_is_never_translated() {
    let scratch = Scratch::new("language-programs");
    let seen = scratch.file("seen").display().to_string();
    assert_eq!(
        run(&["evidence", "import", "fixtures/evidence/profile-list.plist", "-o", &seen], &[]).0,
        Some(0)
    );
    for arguments in [
        &["try", PROFILE, "--format", "json", "--intent", "fixtures/graph/contacts-only.json"][..],
        &["lint", PROFILE, "--format", "json"],
        &["lint", PROFILE, "--format", "sarif"],
        &["lint", PROFILE, "--format", "github"],
        &["lint", "--rules", "--format", "json"],
        &["explain", "eas-scope-open", "--format", "json"],
        &["verify", "--intent", PROFILE, "--evidence", &seen, "--format", "json"],
    ] {
        let (code, english) = run(arguments, &[]);
        for language in ["fr", "nl"] {
            assert_eq!(
                (code, english.clone()),
                run(arguments, &[("HANDSET_LANG", language)]),
                "{arguments:?}"
            );
        }
    }
}

#[test]
fn titles_and_verdicts_are_spoken() {
    let (_, rules) = run(&["lint", "--rules", "--lang", "fr"], &[]);
    assert!(rules.contains("erreur") && rules.contains("Une clé obligatoire manque"), "{rules}");
    let (_, linted) = run(&["lint", PROFILE, "--lang", "nl"], &[]);
    assert!(linted.contains("Het wachtwoord van een privésleutel staat ernaast"), "{linted}");
    assert!(linted.contains("1 waarschuwing, 2 opmerkingen in 1 bestand"), "{linted}");
    let (_, explained) = run(&["explain", "missing-key", "--lang", "fr"], &[]);
    assert!(explained.contains("missing-key (erreur)\nUne clé obligatoire manque\n"), "{explained}");
    let scratch = Scratch::new("language-verdicts");
    let seen = scratch.file("seen").display().to_string();
    assert_eq!(
        run(&["evidence", "import", "fixtures/evidence/profile-list.plist", "-o", &seen], &[]).0,
        Some(0)
    );
    let (_, judged) = run(&["verify", "--intent", PROFILE, "--evidence", &seen, "--lang", "fr"], &[]);
    assert!(judged.contains("Laissées en suspens par ces preuves"), "{judged}");
    assert!(judged.contains("rien dans les preuves ne l’indique"), "{judged}");
    let (code, tried) =
        run(&["try", PROFILE, "--intent", "fixtures/graph/contacts-only.json", "--lang", "nl"], &[]);
    assert_eq!(code, Some(1));
    assert!(tried.contains("mislukt EAS-043"), "{tried}");
    assert!(
        tried.contains("Stel ‘Exchange-gegevens om te synchroniseren’ (easServices, bij Apple EnableMail"),
        "{tried}"
    );
}

#[test]
fn every_rule_has_a_title_in_every_language_and_english_has_its_own() {
    let english = Catalogue::of(Language::En);
    let rules: Vec<_> = profile::lint::rules().iter().map(|rule| rule.description()).collect();
    for rule in &rules {
        assert_eq!(english.say(&format!("lint-{}", rule.id)), rule.title);
        for language in [Language::Fr, Language::Nl] {
            let title = Catalogue::of(language).rule_title(rule.id, "").into_owned();
            assert!(!title.is_empty() && title != rule.title, "{language}: {}", rule.id);
            assert!(!title.ends_with('.'), "{language}: {}", rule.id);
        }
    }
    let ids: BTreeSet<String> = rules.iter().map(|rule| format!("lint-{}", rule.id)).collect();
    let keys: BTreeSet<String> =
        keys().into_iter().filter(|key| key.starts_with("lint-") && key != "lint-summary").collect();
    assert_eq!(ids, keys);
}

/// The names that the French (02/2020) and the Dutch (08/2020) edition give the settings, by the property of Graph.
const EDITIONS: [(&str, &str, &str); 19] = [
    ("hostName", "Serveur de messagerie", "E-mailserver"),
    ("accountName", "Nom du compte", "Accountnaam"),
    ("usernameAADSource", "Attribut de nom d’utilisateur d’AAD", "Het kenmerk Gebruikersnaam van AAD"),
    ("emailAddressSource", "Attribut d’adresse e-mail d’AAD", "Kenmerk van het e-mailadres van AAD"),
    ("authenticationMethod", "Méthode d’authentification", "Verificatiemethode"),
    ("requireSsl", "SSL", "SSL"),
    ("useOAuth", "OAuth", "OAuth"),
    ("easServices", "Données Exchange à synchroniser", "Exchange-gegevens om te synchroniseren"),
    (
        "easServicesUserOverrideEnabled",
        "Autoriser les utilisateurs à modifier les paramètres de synchronisation",
        "Gebruikers toestaan om de synchronisatie-instellingen te wijzigen",
    ),
    // The French edition says a number of messages, which is a slip (LNG-004); the Dutch one says days (LNG-008).
    (
        "durationOfEmailToSync",
        "Quantité d’e-mails (en jours) à synchroniser",
        "Aantal dagen e-mail voor synchronisatie",
    ),
    (
        "blockMovingMessagesToOtherEmailAccounts",
        "Autoriser le déplacement des messages vers d’autres comptes e-mail",
        "Toestaan dat berichten worden verplaatst naar andere e-mailaccounts",
    ),
    (
        "blockSendingEmailFromThirdPartyApps",
        "Autoriser l’envoi d’e-mails à partir d’applications tierces",
        "Toestaan dat e-mail wordt verzonden vanuit toepassingen van derden",
    ),
    (
        "blockSyncingRecentlyUsedEmailAddresses",
        "Synchroniser les adresses e-mail récemment utilisées",
        "Recent gebruikte e-mailadressen synchroniseren",
    ),
    ("smimeSigningEnabled", "Signature S/MIME activée", "S/MIME-ondertekening ingeschakeld"),
    // One of two French wordings, everywhere (LNG-012).
    (
        "smimeSigningUserOverrideEnabled",
        "Signature S/MIME activée\u{a0}: Autoriser l’utilisateur à modifier le paramètre",
        "S/MIME-ondertekening ingeschakeld: Gebruiker toestaan de instelling te wijzigen",
    ),
    ("signingCertificateType", "Type de certificat de signature", "Certificaattype ondertekenen"),
    ("smimeEncryptByDefaultEnabled", "Chiffrer par défaut", "Standaard versleutelen"),
    (
        "smimeEnablePerMessageSwitch",
        "Forcer le chiffrement par message",
        "Versleuteling per bericht afdwingen",
    ),
    ("encryptionCertificateType", "Type de certificat de chiffrement", "Type versleutelingscertificaat"),
];

#[test]
fn settings_are_called_as_each_edition_calls_them() {
    let (french, dutch) = (Catalogue::of(Language::Fr), Catalogue::of(Language::Nl));
    for (graph, fr, nl) in EDITIONS {
        assert_eq!((french.setting(graph, "").as_ref(), dutch.setting(graph, "").as_ref()), (fr, nl));
    }
}

/// What an edition says by mistake, and the row that records it.
const SLIPS: [(Language, &str, &str); 9] = [
    (Language::Fr, "LNG-003", "se connecter et/ou"),
    (Language::Fr, "LNG-004", "Nombre d’e-mails"),
    (Language::Fr, "LNG-011", "Comptes iOS"),
    (Language::Fr, "LNG-012", "changer le paramètre"),
    (Language::Fr, "LNG-013", "refuser le chiffrement par message"),
    (Language::Fr, "LNG-014", "Office 365"),
    (Language::Nl, "LNG-007", "kunt u geen specifiek certificaat"),
    (Language::Nl, "LNG-009", "kalender"),
    (Language::Nl, "LNG-014", "Office 365"),
];

#[test]
fn slips_of_the_editions_are_not_repeated() {
    for (language, row, slip) in SLIPS {
        assert!(ROWS.iter().any(|r| r.id == row), "{row}");
        for file in files(&root().join("agent/report/data").join(language.code()), "ftl") {
            let text = std::fs::read_to_string(&file).expect("texts");
            let said = text.lines().filter(|line| !line.starts_with('#'));
            for line in said {
                let repeated = line.to_lowercase().contains(&slip.to_lowercase());
                assert!(!repeated, "{}: {row}: {line}", file.display());
            }
        }
    }
}

/// What stands before a sign in French: a narrow space that does not break before those of two parts, a wide one before a
/// colon and inside quotation marks (Lexique des règles typographiques en usage à l’Imprimerie nationale, 2002).
#[test]
fn french_signs_are_set_as_french_does() {
    let (narrow, wide) = ('\u{202f}', '\u{a0}');
    for file in files(&root().join("agent/report/data/fr"), "ftl") {
        let text = std::fs::read_to_string(&file).expect("texts");
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let characters: Vec<char> = line.chars().collect();
            for pair in characters.windows(2) {
                let right = match pair {
                    [before, ';' | '?' | '!'] => *before == narrow,
                    [before, ':' | '»'] => *before == wide,
                    ['«', after] => *after == wide,
                    [_, '\''] | ['\'', _] => false,
                    _ => true,
                };
                assert!(right, "{}: {pair:?}: {line}", file.display());
            }
        }
    }
}

/// The keys of the English files.
fn keys() -> Vec<String> {
    let mut keys = Vec::new();
    for file in files(&root().join("agent/report/data/en"), "ftl") {
        let text = std::fs::read_to_string(file).expect("texts");
        let key = |line: &str| {
            let (key, _) = line.split_once(" = ")?;
            key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-').then(|| key.to_owned())
        };
        keys.extend(text.lines().filter(|line| !line.starts_with([' ', '#'])).filter_map(key));
    }
    keys
}

#[test]
fn no_text_is_unused() {
    let mut sources = String::new();
    for folder in ["agent/report/src", "agent/src"] {
        for file in files(&root().join(folder), "rs") {
            sources.push_str(&std::fs::read_to_string(file).expect("source"));
        }
    }
    let actions = intent::ActionId::ALL.map(|id| format!("action-{}", id.to_string().replace('.', "-")));
    // Keys that are put together: of rules, remedies and settings other tests hold both sides; phrases are recognised.
    let made = |key: &str| {
        let beginnings = [
            "lint-",
            "remedy-",
            "setting-",
            "phrase-",
            "mail-step-",
            "action-service-",
            "service-",
            "compliance-",
            "prompt-kind-",
        ];
        beginnings.iter().any(|beginning| key.starts_with(beginning)) || actions.iter().any(|a| a == key)
    };
    let all = keys();
    assert!(all.len() > 400, "{}", all.len());
    let unused: Vec<&String> =
        all.iter().filter(|key| !made(key) && !sources.contains(&format!("\"{key}\""))).collect();
    assert_eq!(unused, Vec::<&String>::new());
}

#[test]
fn what_the_program_says_in_english_is_recognised() {
    let catalogues = [Language::Fr, Language::Nl].map(Catalogue::of);
    let mut unknown: BTreeMap<String, String> = BTreeMap::new();
    let mut check = |text: &str, from: &str| {
        for words in &catalogues {
            if words.phrase(text).is_none() {
                unknown.insert(text.to_owned(), from.to_owned());
            }
        }
    };
    for row in ROWS {
        if let Some(reason) = row.reason {
            check(reason, row.id);
        }
    }
    let policy = root().join("fixtures/graph/contacts-only.json").display().to_string();
    let mut sentences = 0;
    for file in files(&root().join("fixtures/profiles"), "mobileconfig") {
        for ios in ["12.5", "17.5"] {
            let (_, result) = try_json(&file, &["--ios", ios, "--intent", &policy]);
            let from = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let list = |name: &str| result[name].as_array().cloned().unwrap_or_default();
            for (members, name) in [("actions", "text"), ("mail", "text"), ("prompts", "text")] {
                for member in list(members) {
                    check(member[name].as_str().unwrap_or_default(), &from);
                    sentences += 1;
                }
            }
            for link in result["install"]["error_chain"].as_array().cloned().unwrap_or_default() {
                let shown = link["text"].as_str().unwrap_or_default();
                // What a library says of octets is told inside that sentence as it is.
                if !shown.starts_with("The certificate is malformed: ") {
                    check(shown, &from);
                }
            }
            for verdict in list("verdicts") {
                for name in ["reason", "remedy"] {
                    if let Some(text) = verdict[name].as_str() {
                        check(text, &from);
                        sentences += 1;
                    }
                }
            }
        }
    }
    assert!(sentences > 1_000, "{sentences}");
    assert_eq!(unknown, BTreeMap::new());
}
