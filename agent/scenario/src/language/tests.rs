//! The language as a whole: what is read, what is refused and where, and every bound.

use super::*;
use crate::case::*;
use crate::diagnostic::Diagnostic;
use crate::yaml;
use std::collections::BTreeMap;

struct Memory(BTreeMap<String, String>);

impl Files for Memory {
    fn read(&self, path: &str) -> Result<String, ReadFailure> {
        self.0.get(path).cloned().ok_or_else(|| ReadFailure::System { reason: "not there".into() })
    }
}

fn memory(files: &[(&str, &str)]) -> Memory {
    Memory(files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect())
}

fn knowledge() -> Knowledge {
    Knowledge {
        requirements: ["EAS-048", "EAS-051", "EAS-052"].map(str::to_owned).into(),
        rules: ["eas-scope-open".to_owned()].into(),
        view: Some(
            serde_json::json!({"properties": {"account": {"properties": {"name": {"type": "string"}}}}}),
        ),
    }
}

fn cases(text: &str) -> Vec<Case> {
    match expand(["s.yaml"], &memory(&[("s.yaml", text)]), knowledge()) {
        Ok(cases) => cases,
        Err(invalid) => panic!("{}", shown(&invalid.sources, &invalid.problems)),
    }
}

fn shown(sources: &Sources, problems: &[Diagnostic]) -> String {
    let line = |d: &Diagnostic| {
        let hint = d.hint.as_ref().map(|h| format!(" ({h})")).unwrap_or_default();
        format!("{}: {}{hint}", sources.place(d.span), d.problem)
    };
    problems.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn problems_of(files: &[(&str, &str)]) -> String {
    let suites = load(["s.yaml"], &memory(files), knowledge());
    let problems = suites.check();
    for problem in &problems {
        let source = suites.sources().of(problem.span).expect("a source");
        assert!(problem.span.end <= source.text.len() && problem.span.start <= problem.span.end);
        assert!(source.text.is_char_boundary(problem.span.start));
    }
    shown(suites.sources(), &problems)
}

fn problems(text: &str) -> String {
    problems_of(&[("s.yaml", text)])
}

const RUN: &str = "
    steps: [install]
    expect: {state: {account.name: x}}";

fn with_given(given: &str) -> String {
    format!("suite: s\nscenarios:\n  - name: a\n    given: {{policy: {{}}, {given}}}{RUN}\n")
}

fn with_step(step: &str) -> String {
    format!(
        "suite: s\ngiven: {{policy: {{}}}}\nscenarios:\n  - name: a\n    steps:\n      - {step}\n    expect: {{state: {{account.name: x}}}}\n"
    )
}

#[test]
fn the_starter_is_right_and_means_what_it_says() {
    let text = starter("first", "../scenario.schema.json");
    let known = Knowledge::default();
    let cases = expand(["s.yaml"], &memory(&[("s.yaml", &text)]), known).expect("the starter passes");
    let ids: Vec<&str> = cases.iter().map(|c| c.id.as_str()).collect();
    assert_eq!(ids, ["first/contacts-only-locked[ios=13.0]", "first/contacts-only-locked[ios=17.5]"]);
    assert_eq!(cases[0].given.phone.ios.to_string(), "13.0");
    let Some(Configuration::Policy(policy)) = &cases[0].given.configuration else { panic!("a policy") };
    assert!(!policy.eas_services_user_override_enabled && policy.eas_services.len() == 1);
    assert_eq!(cases[0].steps.len(), 3);
    assert!(matches!(
        &cases[0].steps[1].action,
        StepAction::Answer(Answer { prompt: PromptKind::Password, with: AnswerWith::Right })
    ));
    assert_eq!(cases[0].requirements.iter().collect::<Vec<_>>(), ["EAS-048", "EAS-052"]);
    assert_eq!(cases[0].expect.len(), 3);
    assert_eq!(cases[0].place.to_string(), "s.yaml:18:5");
}

#[test]
fn every_kind_of_step_and_expectation_is_read() {
    let text = r#"
suite: whole
tags: [all]
options: {jobs: 4, retries: 2, fail-fast: true, seed: 9, timeout: 90s, filter: "tag(all)"}
secrets: [exchange, p12]
given:
  device: {ios: 12.0, model: "iPhone10,3", supervised: true, language: fr, variants: {encrypt-default-toggle: needs-per-message-switch}}
  users:
    alice: {upn: alice@contoso.example, samAccountName: al}
    bob: bob@contoso.example
  user: bob
  policy: {id: 0a-1, accountName: 365, durationOfEmailToSync: twoWeeks, easServices: [email]}
  certificates:
    roots: pki/root.pem
    signing: {file: ../pki/s.p12, password: {secret: p12}}
    others: [{file: o.p12, password: test}]
  peers:
    exchange: {password: {secret: exchange}, oauth: unsupported}
    correspondents: {erin@partner.example: {certificate: revoked}}
    enrolment: refused
  clock: 2027-01-15T09:00:00Z
  seed: 5
scenarios:
  - name: all
    tags: slow
    steps:
      - {name: first, install: given, expect: {install: installed, asked: [password], error-chain: [], finds-not: eas-scope-open}}
      - install: {policy: {smimeSigningEnabled: true}, user: alice}
        timeout: 1m
        expect: [{install: refused, error-chain: [4001, {domain: MCEASErrorDomain, code: 21005}]}]
      - act: service.mail.off
        expect: {verdict: denied, by: K, why: because, requirements: EAS-052}
      - answer: consent
      - answer: {password: wrong}
      - answer: {password: {secret: exchange}}
      - answer: {email-address: {text: x@y.example}}
      - answer: {missing-recipient-certificates: cancel}
      - {name: out, send: {to: [bob, erin@partner.example], attachment: {name: a.pdf, octets: 10}, flip-encryption: true, from-app: false}, expect: {sent: 0, prompts: [missing-recipient-certificates]}}
      - receive: {from: bob, signed: true, encrypted: true, tampered: true, age: 2d}
        expect: {reading: {signature: invalid, problem: {contains: changed}}}
      - receive: {file: mail/x.eml}
      - {refresh: }
      - wait: 1d12h
      - until: 2027-03-01T00:00:00Z
      - upgrade: "18.1"
      - network: offline
      - network: {status: {code: 503, exchanges: 2}}
      - network: {delay: 5s}
      - network: restored
      - remove: com.example.mail
      - remove: profile
      - restart
      - set: {supervised: false, variants: {mail-signing-default: "on"}}
    expect:
      - state:
          account.name: {one-of: [a, {not: {matches: "^x"}}]}
      - actions: {service.mail.on: absent, profile.remove: {verdict: denied, by: P}}
        judged: {EAS-051: not-applicable}
        finds: [eas-scope-open]
      - wire: {of: out, signed: true, signed-by: Alice, encrypted-to: [b@x, a@x], micalg: sha-256, cipher: {one-of: [aes-256-cbc, aes-128-cbc]}, holds-not: secret}
      - reading: {of: out, by: bob, readable: true, attachment: true}
"#;
    let cases = cases(text);
    let case = &cases[0];
    assert_eq!(case.id.as_str(), "whole/all");
    assert_eq!(case.tags.iter().collect::<Vec<_>>(), ["all", "slow"]);
    assert_eq!(case.given.phone.ios.to_string(), "12.0");
    assert_eq!((case.given.owner.as_str(), case.given.seed), ("bob", 5));
    let Some(Configuration::Policy(policy)) = &case.given.configuration else { panic!("a policy") };
    assert_eq!(policy.id.as_deref(), Some("0a-1"));
    assert_eq!((policy.account_name.as_str(), policy.host_name.as_str()), ("365", "mail.contoso.example"));
    assert_eq!(case.given.certificates.roots[0].path, "pki/root.pem");
    assert_eq!(case.given.certificates.signing.as_ref().unwrap().file.path, "../pki/s.p12");
    assert_eq!(case.secrets.iter().collect::<Vec<_>>(), ["exchange", "p12"]);
    assert!(!format!("{case:?}").contains("Spelt(\"test"), "spelt passwords are not shown");
    let StepAction::Install(install) = &case.steps[1].action else { panic!("install") };
    let Configuration::Policy(changed) = &install.configuration else { panic!("a policy") };
    assert!(changed.smime_signing_enabled && changed.account_name == "365" && install.user == "alice");
    assert_eq!(case.steps[1].timeout_ms, Some(60_000));
    let Check::ErrorChain(links) = &case.steps[1].expect[1].check else { panic!("a chain") };
    assert_eq!(links[0], ErrorLink { domain: None, code: Some(4001) });
    assert_eq!(case.steps[12].action, StepAction::Wait(129_600_000));
    assert_eq!(case.steps.len(), 23);
    assert_eq!(case.options.timeout_ms, Some(90_000));
    assert_eq!(case.requirements.iter().collect::<Vec<_>>(), ["EAS-052"]);
    let json = serde_json::to_string(case).expect("cases are values");
    assert!(!json.contains("\"test\""), "spelt passwords are not written");
}

#[test]
fn matrices_are_products_with_exclusions_and_inclusions() {
    let text = format!(
        "suite: m\ngiven: {{policy: {{}}}}\nscenarios:\n  - name: a\n    matrix:\n      ios: [\"13.0\", 17.5]\n      scope: {{mail: {{services: [email]}}, both: {{services: [email, notes]}}}}\n      exclude: [{{ios: \"13.0\", scope: [mail]}}]\n      include: [{{ios: \"18.1\", scope: mail}}]\n    given:\n      device: {{ios: \"${{ios}}\"}}\n      policy: {{easServices: \"${{scope.services}}\", accountName: \"A ${{ios}} $${{x}}\"}}{RUN}\n"
    );
    let cases = cases(&text);
    let ids: Vec<&str> = cases.iter().map(|c| c.id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "m/a[ios=13.0,scope=both]",
            "m/a[ios=17.5,scope=mail]",
            "m/a[ios=17.5,scope=both]",
            "m/a[ios=18.1,scope=mail]"
        ]
    );
    let Some(Configuration::Policy(policy)) = &cases[0].given.configuration else { panic!("a policy") };
    assert_eq!(policy.eas_services.len(), 2);
    assert_eq!(policy.account_name, "A 13.0 ${x}");
    assert_eq!(cases[3].given.phone.ios.to_string(), "18.1");
}

#[test]
fn a_space_is_a_matrix() {
    let text = |space: &str| {
        format!(
            "suite: m\ngiven: {{policy: {{}}}}\nscenarios:\n  - name: a\n    about: iOS ${{ios}}\n    matrix: {{{space}}}{RUN}\n"
        )
    };
    let whole = cases(&text("space: sync-scope"));
    assert_eq!(whole.len(), 90);
    assert_eq!(whole[0].id.as_str(), "m/a[sync-scope=default]");
    assert_eq!(whole[1].about.as_deref(), Some("iOS 11.0"));
    let last = whole.last().unwrap();
    assert_eq!(last.given.phone.ios.to_string(), "18.1");
    let Some(Configuration::Policy(policy)) = &last.given.configuration else { panic!("a policy") };
    assert!(policy.eas_services.len() == 1 && !policy.eas_services_user_override_enabled);
    let pairs = cases(&text("space: eas-policy, ways: 2"));
    assert!(pairs.len() < 100, "{}", pairs.len());
    assert!(problems(&text("space: eas-policy, ways: all")).contains("too large: ways: 2, 3 or 4"));
    assert!(problems(&text("space: sync-scop")).contains("did you mean “sync-scope”?"));
}

#[test]
fn what_files_share_is_included_and_laid_over() {
    let files = [
        (
            "s.yaml",
            "suite: s\ninclude: [lib/base.yaml]\nvariables: {host: own.example}\nscenarios:\n  - name: a\n    given: {device: {supervised: true}}\n    steps: [{use: sign-in}]\n    expect: {prompts: []}\n  - name: b\n    given: {profile: p.mobileconfig}\n    steps: [install]\n    expect: {prompts: []}\n",
        ),
        (
            "lib/base.yaml",
            "fragment: base\ninclude: ../deep.yaml\nvariables: {host: base.example, name: N}\ngiven: {policy: {hostName: \"${host}\", accountName: \"${name}\"}, device: {ios: 16.0}}\nprocedures: {sign-in: [install, {answer: password, expect: {prompts: []}}]}\n",
        ),
        (
            "deep.yaml",
            "fragment: deep\nvariables: {name: D, host: deep.example}\ngiven: {device: {model: \"iPhone9,1\"}}\n",
        ),
    ];
    let cases = expand(["s.yaml", "lib/base.yaml"], &memory(&files), knowledge()).expect("right");
    let phone = &cases[0].given.phone;
    assert_eq!((phone.ios.major, phone.model.as_str(), phone.supervised), (16, "iPhone9,1", true));
    let Some(Configuration::Policy(policy)) = &cases[0].given.configuration else { panic!("a policy") };
    assert_eq!((policy.host_name.as_str(), policy.account_name.as_str()), ("own.example", "N"));
    assert_eq!(cases[0].steps.len(), 2);
    assert_eq!(cases[0].steps[1].place.file, "lib/base.yaml");
    // A profile takes the place of the policy that it would otherwise be laid over.
    let Some(Configuration::Profile(file)) = &cases[1].given.configuration else { panic!("a profile") };
    assert_eq!(file.path, "p.mobileconfig");
}

#[test]
fn mistakes_are_found_with_place_and_hint() {
    let mut lacking = Vec::new();
    let mut expect = |text: &str, wanted: &str| {
        let found = problems(text);
        if !found.contains(wanted) {
            lacking.push(format!("{text}\n--- says\n{found}\n--- lacks\n{wanted}"));
        }
    };
    expect("suite: s\nscenarios: [\n", "this is no YAML");
    expect("suite: s\nsuite: t\n", "s.yaml:2:1: “suite” is already given in line 1");
    expect("suite: s\nscenaros: []\n", "s.yaml:2:1: a suite has no “scenaros” (did you mean “scenarios”?)");
    expect("scenarios: []\n", "s.yaml:1:1: a suite needs “suite”");
    expect("--- {}\n--- {}\n", "a second document begins here");
    expect("suite: !x s\n", "tags have no meaning");
    expect("suite: a b\nscenarios: []\n", "s.yaml:1:8: “a b” cannot be a name");
    expect("suite: s\nscenarios: [{name: a}]\n", "expects nothing, so it could never fail");
    expect("suite: s\nscenarios: [{name: a, steps: [restart], expect: []}]\n", "expects nothing");
    expect(
        &with_given("device: {ios: twelve}"),
        "s.yaml:4:39: an iOS version, such as 17.5, is needed here, not “twelve”",
    );
    expect(&with_given("device: {ois: 12.0}"), "device has no “ois” (did you mean “ios”?)");
    expect(&with_given("clock: 2026"), "a time from 1970 to 9980");
    expect(&with_given("policy2: x"), "given has no “policy2” (did you mean “policy”?)");
    expect(&with_given("user: carol"), "“carol” is no user of this scenario (known are alice)");
    expect(&with_given("device: {variants: {encrypt-default-toggle: open}}"), "“open” is no reading");
    expect(
        "suite: s\nscenarios:\n  - name: a\n    given: {policy: {easServices: [mail]}}\n    steps: [install]\n    expect: {prompts: []}\n",
        "s.yaml:4:35: the policy's easServices cannot be this: unknown variant `mail`",
    );
    expect(
        "suite: s\nscenarios:\n  - name: a\n    given: {policy: {requireSmime: yes}}\n    steps: [install]\n    expect: {prompts: []}\n",
        "the policy's requireSmime cannot be this",
    );
    expect(
        "suite: s\nscenarios:\n  - name: a\n    given: {policy: {smimeSigningEnable: true}}\n    steps: [install]\n    expect: {prompts: []}\n",
        "a policy has no “smimeSigningEnable” (did you mean “smimeSigningEnabled”?)",
    );
    expect(
        &with_step("act: service.mial.off"),
        "s.yaml:6:14: “service.mial.off” is no action (did you mean “service.mail.off”?)",
    );
    expect(&with_step("fly: away"), "a step has no “fly”");
    expect(&with_step("{act: service.mail.off, restart: }"), "write a step for each");
    expect(&with_step("{name: x}"), "a step needs “something that happens”");
    expect(
        &with_step("wait: soon"),
        "a span of time up to a hundred years, such as 30s, 12h or 1d12h, is needed here, not “soon”",
    );
    expect(&with_step("upgrade: 12.0"), "a version that is not older than the phone's");
    expect(&with_step("answer: pasword"), "“pasword” is no prompt (did you mean “password”?)");
    expect(
        &with_step("answer: {password: {secret: x}}"),
        "the secret “x” is not declared (declare it: secrets: [x])",
    );
    expect(&with_step("{act: service.mail.off, expect: {by: K}}"), "“by” needs “verdict”");
    expect(
        &with_step("{act: service.mail.off, expect: {judged: {EAS-053: pass}}}"),
        "the catalogue has no requirement EAS-053 (did you mean “EAS-05",
    );
    expect(
        &with_step("{act: service.mail.off, expect: {state: {account.nmae: x}}}"),
        "a phone shows no “account.nmae”: there is no “account.nmae” (did you mean “name”?)",
    );
    expect(
        &with_step("{act: service.mail.off, expect: {state: {account..x: x}}}"),
        "is no path: a member has no name",
    );
    expect(
        &with_step("{act: service.mail.off, expect: {state: {account.name: {matches: \"(\"}}}}"),
        "this is no regular expression",
    );
    expect(
        &with_step("{act: service.mail.off, expect: {wire: {of: nobody, signed: true}}}"),
        "“nobody” is no step before this",
    );
    expect(&with_step("{act: service.mail.off, expect: {wire: {}}}"), "expects nothing");
    expect(
        &with_step("{act: service.mail.off, expect: {}}"),
        "an expectation needs “something that must hold”",
    );
    expect(
        &with_step("{act: service.mail.off, expect: {finds: eas-scop-open}}"),
        "did you mean “eas-scope-open”?",
    );
    expect(&with_step("install: {policy: /abs.json}"), "“/abs.json” is no relative path");
    expect(&with_step("use: nothing"), "“nothing” is no procedure");
    expect(&with_step("act: \"${waht}\""), "no variable is called “waht”");
    expect(&with_step("act: \"x${\""), "“${” is not closed by “}”");
    expect(
        "suite: s\nscenarios:\n  - {name: a, steps: [install], expect: {verdict: denied}}\n",
        "it is about a step",
    );
    expect(
        "suite: s\nscenarios:\n  - {name: a, steps: [install], expect: {prompts: []}}\n",
        "given.policy or given.profile",
    );
    expect("suite: s\noptions: {filter: \"tga(x)\"}\nscenarios: []\n", "did you mean “tag”?");
    let twice = format!("{}  - name: a\n    pending: x\n", with_step("restart"));
    expect(&twice, "the scenario “a” already exists in the suite “s”");
    assert!(lacking.is_empty(), "{}", lacking.join("\n======\n"));
    // What is wrong in every case is said once.
    let matrix = with_step("act: nothing").replace("    steps:", "    matrix: {x: [1, 2, 3]}\n    steps:");
    assert_eq!(problems(&matrix).lines().count(), 1);
}

#[test]
fn matrices_that_are_wrong_say_where() {
    let text = |matrix: &str| {
        with_step("restart").replace("    steps:", &format!("    matrix: {matrix}\n    steps:"))
    };
    let expect = |matrix: &str, wanted: &str| {
        let found = problems(&text(matrix));
        assert!(found.contains(wanted), "{matrix}\n---\n{found}");
    };
    expect("{}", "no combination of the matrix is left (an axis is written NAME: [value, …])");
    expect("{a: []}", "a list of values is needed here");
    expect("{a: [x, x]}", "the value “x” already exists in this axis");
    expect("{a: [[x]]}", "values that are no texts need labels");
    expect("{a: [x], exclude: {a: x}}", "no combination of the matrix is left");
    expect("{a: [x], exclude: {b: x}}", "an exclusion has no “b”");
    expect("{a: [x], exclude: {a: y}}", "“y” is no value of this axis");
    expect("{a: [x], b: [y], include: {a: z}}", "the combination lacks “b”");
    expect("{a: [x], include: {a: x}}", "already exists in this matrix");
    expect("{a: [x], ways: 2}", "“ways” needs “space”");
    expect("{a b: [x]}", "“a b” cannot be a name");
}

#[test]
fn matrices_have_a_bound() {
    let axis = |name: &str, n: usize| {
        let values: Vec<String> = (0..n).map(|i| i.to_string()).collect();
        format!("{name}: [{}]", values.join(","))
    };
    let text = |axes: &[String]| {
        let matrix = format!("    matrix: {{{}}}\n    steps:", axes.join(", "));
        with_step("restart").replace("    steps:", &matrix)
    };
    let count =
        |axes: &[String]| load(["s.yaml"], &memory(&[("s.yaml", &text(axes))]), knowledge()).case_count();
    // 1000 * 100 is the bound.
    let at = [axis("a", 1_000), axis("b", 100)];
    assert_eq!(count(&at), MAX_COMBINATIONS);
    let over = [axis("a", 1_000), axis("b", 101)];
    assert!(problems(&text(&over)).contains("there are more than 100000 combinations in a matrix"));
    let axes = |n: usize| (0..n).map(|i| axis(&format!("x{i}"), 1)).collect::<Vec<_>>();
    assert_eq!(count(&axes(MAX_AXES)), 1);
    assert!(problems(&text(&axes(MAX_AXES + 1))).contains("more than 32 axes"));
}

#[test]
fn includes_have_a_bound_and_no_circle() {
    let chain = |levels: usize| {
        let mut files = vec![("s.yaml".to_owned(), "suite: s\ninclude: f1.yaml\nscenarios: []\n".to_owned())];
        for n in 1..=levels {
            let next = if n < levels { format!("include: f{}.yaml\n", n + 1) } else { String::new() };
            files.push((format!("f{n}.yaml"), format!("fragment: f{n}\n{next}")));
        }
        let files: Vec<(&str, &str)> = files.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        problems_of(&files)
    };
    assert_eq!(chain(MAX_INCLUDE_DEPTH), "");
    assert!(chain(MAX_INCLUDE_DEPTH + 1).contains("more than 8 levels of files that include files"));
    let circle = [
        ("s.yaml", "suite: s\ninclude: a.yaml\nscenarios: []\n"),
        ("a.yaml", "fragment: a\ninclude: b.yaml\n"),
        ("b.yaml", "fragment: b\ninclude: a.yaml\n"),
    ];
    assert_eq!(problems_of(&circle), "b.yaml:2:10: this file includes itself");
    let suite =
        [("s.yaml", "suite: s\ninclude: t.yaml\nscenarios: []\n"), ("t.yaml", "suite: t\nscenarios: []\n")];
    assert!(problems_of(&suite).contains("a file that is included needs “fragment”"));
    let nobody = [("s.yaml", "suite: s\ninclude: gone.yaml\nscenarios: []\n")];
    assert_eq!(problems_of(&nobody), "s.yaml:2:10: the file cannot be read: not there");
}

#[test]
fn variables_have_bounds_and_no_circle() {
    let text = |variables: &str, use_of: &str| {
        format!(
            "suite: s\nvariables: {{{variables}}}\nscenarios:\n  - name: a\n    about: \"{use_of}\"\n    steps: [restart]\n    expect: {{prompts: []}}\n"
        )
    };
    assert!(problems(&text("a: \"${b}\", b: \"${a}\"", "${a}")).contains("stands for itself"));
    assert!(problems(&text("a: [x]", "is ${a}")).contains("“a” is a list and cannot stand inside a text"));
    let chain = |levels: usize| {
        let links: Vec<String> = (1..levels).map(|n| format!("v{n}: \"${{v{}}}\"", n + 1)).collect();
        problems(&text(
            &format!("{}v{levels}: end", links.join(", ") + if levels > 1 { ", " } else { "" }),
            "${v1}",
        ))
    };
    assert_eq!(chain(MAX_VARIABLE_DEPTH), "");
    assert!(chain(MAX_VARIABLE_DEPTH + 1).contains("more than 8 levels of variables"));
    // Ten to the sixth nodes out of seven lines.
    let ten = |n: usize| format!("w{n}: [{}]", vec![format!("\"${{w{}}}\"", n - 1); 10].join(","));
    let bomb: Vec<String> = (1..7).map(ten).collect();
    let found = problems(
        &text(&format!("w0: x, {}", bomb.join(", ")), "x").replace("about: \"x\"", "tags: \"${w6}\""),
    );
    assert!(found.contains("more than 100000 values in a case"), "{}", &found[..found.len().min(300)]);
    let long = |n: usize| problems(&text(&format!("a: {}", "x".repeat(n - 1)), "y${a}"));
    assert_eq!(long(MAX_TEXT_OCTETS), "");
    assert!(long(MAX_TEXT_OCTETS + 1).contains("octets made by variables"));
}

#[test]
fn procedures_have_bounds_and_no_circle() {
    let text = |procedures: &str| {
        format!(
            "suite: s\nprocedures: {{{procedures}}}\nscenarios:\n  - name: a\n    steps: [{{use: p1}}]\n    expect: {{prompts: []}}\n"
        )
    };
    assert!(problems(&text("p1: [{use: p2}], p2: [{use: p1}]")).contains("the procedure “p1” uses itself"));
    let chain = |levels: usize| {
        let links: Vec<String> = (1..levels).map(|n| format!("p{n}: [{{use: p{}}}]", n + 1)).collect();
        let links = if links.is_empty() { String::new() } else { links.join(", ") + ", " };
        problems(&text(&format!("{links}p{levels}: [restart]")))
    };
    assert_eq!(chain(MAX_PROCEDURE_DEPTH), "");
    assert!(chain(MAX_PROCEDURE_DEPTH + 1).contains("more than 8 levels of procedures"));
    let steps = |n: usize| problems(&text(&format!("p1: [{}]", vec!["restart"; n].join(","))));
    assert_eq!(steps(MAX_STEPS), "");
    assert!(steps(MAX_STEPS + 1).contains("more than 1000 steps"));
}

#[test]
fn yaml_has_bounds() {
    let parse = |text: &str| yaml::parse(text, 0).map_err(|d| d.problem.to_string());
    let deep = |n: usize| "[".repeat(n) + &"]".repeat(n);
    assert!(parse(&deep(yaml::MAX_DEPTH)).is_ok());
    assert!(parse(&deep(yaml::MAX_DEPTH + 1)).unwrap_err().contains("levels of lists"));
    let nodes = |n: usize| format!("[{}]", vec!["x"; n - 1].join(","));
    assert!(parse(&nodes(yaml::MAX_NODES)).is_ok());
    assert!(parse(&nodes(yaml::MAX_NODES + 1)).unwrap_err().contains("values in a file"));
    let keys = |n: usize| (0..n).map(|i| format!("k{i}: 0\n")).collect::<String>();
    assert!(parse(&keys(yaml::MAX_KEYS)).is_ok());
    assert!(parse(&keys(yaml::MAX_KEYS + 1)).unwrap_err().contains("keys in a mapping"));
    let octets = |n: usize| format!("{}x", " ".repeat(n - 1));
    assert!(parse(&octets(yaml::MAX_FILE_OCTETS)).is_ok());
    assert!(parse(&octets(yaml::MAX_FILE_OCTETS + 1)).unwrap_err().contains("octets in a file"));
    // Aliases count as what they stand for.
    let ten = |n: usize| format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 10].join(","));
    let laughs: String = (1..7).map(ten).collect();
    assert!(parse(&format!("a0: &a0 x\n{laughs}")).unwrap_err().contains("values in a file"));
    assert!(parse("a: &a [*a]\n").is_err());
    assert!(parse("? [a]\n: b\n").unwrap_err().contains("a key must be a text"));
    let anchored = yaml::parse("a: &x {k: 1}\nb: *x\n", 0).unwrap();
    assert_eq!(anchored.member("a").unwrap().member("k"), anchored.member("b").unwrap().member("k"));
}

#[test]
fn the_schema_has_the_keys_that_are_read() {
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../../../../fixtures/schema/scenario.schema.json")).expect("JSON");
    for set in key_sets() {
        let definition = &schema["$defs"][set.of];
        let properties = definition["properties"].as_object();
        // The conditions are one alternative of what a value can be.
        let properties = properties.or(definition["anyOf"][1]["properties"].as_object());
        let properties = properties.unwrap_or_else(|| panic!("no definition of {}", set.of));
        let listed: std::collections::BTreeSet<&str> = properties.keys().map(String::as_str).collect();
        assert_eq!(listed, set.keys.iter().copied().collect(), "{}", set.of);
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 256, failure_persistence: None, ..Default::default() })]
    /// Whatever stands in a file: no panic, and every problem has a place in it.
    #[test]
    fn nothing_in_a_file_panics(text in "(suite|scenarios|name|given|policy|steps|expect|matrix|[:\\-\\[\\]{}&*!|>'\"#$\n ,a-z0-9é]){0,60}") {
        problems(&text);
    }

    /// A working file with one change somewhere.
    #[test]
    fn no_change_of_a_good_file_panics(at in 0_usize..1_500, letter in "[:\\-\\[\\]{}&*!|>'\"#$\n ,a-zé]") {
        let mut text = starter("first", "x");
        let at = (0..=at.min(text.len())).rev().find(|n| text.is_char_boundary(*n)).unwrap_or(0);
        text.insert_str(at, &letter);
        problems(&text);
    }
}
