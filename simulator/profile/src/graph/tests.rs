use super::*;
use crate::Severity;

fn export(text: &str) -> Export {
    parse(text.as_bytes()).expect("JSON")
}

fn email(members: &str) -> Resource {
    let text =
        format!("{{\"@odata.type\": \"#microsoft.graph.iosEasEmailProfileConfiguration\",\n{members}}}");
    export(&text).resources.remove(0)
}

/// The findings about an e-mail profile: id, severity, path, help.
fn found(members: &str) -> Vec<(&'static str, Severity, String, Option<String>)> {
    check(&email(members)).into_iter().map(|f| (f.rule, f.severity, f.path, f.help)).collect()
}

#[test]
fn objects_are_found_in_every_envelope() {
    let one = r##"{"@odata.type": "#microsoft.graph.iosEasEmailProfileConfiguration", "id": "A"}"##;
    for (text, path) in [
        (one.to_owned(), "$"),
        (format!("[{one}]"), "$[0]"),
        (format!("{{\"@odata.context\": \"x\", \"@odata.count\": 1, \"value\": [{one}]}}"), "$.value[0]"),
        (
            format!(
                "{{\"responses\": [{{\"id\": \"1\", \"status\": 200, \"body\": {{\"value\": [{one}]}}}}]}}"
            ),
            "$.responses[0].body.value[0]",
        ),
        (format!("{{\"deviceConfigurations\": [{one}], \"other\": []}}"), "$.deviceConfigurations[0]"),
    ] {
        let export = export(&text);
        assert_eq!(export.findings, [], "{text}");
        let [resource] = export.resources.as_slice() else { panic!("{text}") };
        assert_eq!((resource.kind, resource.path.as_str()), (ResourceKind::Email, path));
        assert_eq!(resource.id(), Some("A"));
    }
}

#[test]
fn an_e_mail_profile_is_known_without_its_type() {
    let export = export(r#"{"hostName": "mail", "easServices": "email"}"#);
    assert_eq!(export.resources[0].kind, ResourceKind::Email);
    assert_eq!(export.findings[0].rule, "graph-type-missing");
    assert!(self::export(r#"{"hostName": "mail"}"#).resources.is_empty());
}

#[test]
fn types_pages_and_items_that_are_odd_are_named() {
    let rules = |text: &str| -> Vec<_> {
        export(text).findings.into_iter().map(|f| (f.rule, f.path, f.help)).collect()
    };
    let typo = r##"{"@odata.type": "#microsoft.graph.iosEasEmailProfileConfig"}"##;
    assert_eq!(rules(typo), [], "too far");
    let typo = r##"{"@odata.type": "#microsoft.graph.iosEasEmailProfileConfigurations"}"##;
    let help = "did you mean #microsoft.graph.iosEasEmailProfileConfiguration?".to_owned();
    assert_eq!(rules(typo), [("graph-unknown-type", "$['@odata.type']".to_owned(), Some(help))]);
    assert_eq!(rules(r#"{"value": [1]}"#), [("graph-not-an-object", "$.value[0]".to_owned(), None)]);
    let pages = rules(r#"{"@odata.nextLink": "https://x", "value": []}"#);
    assert_eq!(pages[0].0, "graph-more-pages");
    assert_eq!(rules("7")[0].0, "graph-not-an-object");
}

#[test]
fn the_noise_of_an_export_is_no_finding() {
    let noise = r##""@odata.context": "x", "@odata.id": "y", "@odata.editLink": "z", "id@odata.type": "w",
        "@microsoft.graph.tips": "Use $select", "assignments@odata.context": "v", "assignments": [
        {"id": "p_g", "source": "direct", "sourceId": "p", "intent": "apply",
         "target": {"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": "g",
         "deviceAndAppManagementAssignmentFilterId": null, "deviceAndAppManagementAssignmentFilterType": "none"}}],
        "identityCertificate@odata.navigationLink": "u", "#CustomRef_identityCertificate": "t|:|s",
        "#microsoft.graph.assign": {"target": "r"}, "roleScopeTagIds": ["0"], "version": 3, "hostName": null"##;
    assert_eq!(found(noise), []);
}

#[test]
fn flags_come_in_any_order_with_and_without_spaces() {
    for text in ["email,calendars", "calendars, email", " email ,calendars "] {
        let members = format!("\"easServices\": \"{text}\"");
        assert_eq!(found(&members), []);
        let words = email(&members).flags("easServices").map(|words| words.len());
        assert_eq!(words, Some(2));
    }
}

#[test]
fn mistakes_are_named_with_what_was_meant() {
    let meant = |word: &str| Some(format!("did you mean {word}?"));
    let error = Severity::Error;
    assert_eq!(
        found("\"easServices\": \"mail\""),
        [("graph-unknown-flag", error, "$.easServices".into(), meant("email"))]
    );
    assert_eq!(
        found("\"easServices\": \"calendar, contacts\""),
        [("graph-unknown-flag", error, "$.easServices".into(), meant("calendars"))]
    );
    assert_eq!(
        found("\"authenticationMethod\": \"Certificate\""),
        [("graph-unknown-value", error, "$.authenticationMethod".into(), meant("certificate"))]
    );
    assert_eq!(
        found("\"hostname\": \"mail\""),
        [("graph-unknown-member", error, "$.hostname".into(), meant("hostName"))]
    );
    assert_eq!(
        found("\"somethingQuiteNew\": 1"),
        [("graph-unknown-member", Severity::Warning, "$.somethingQuiteNew".into(), None)]
    );
    assert_eq!(
        found("\"useOAuth\": \"True\""),
        [("graph-wrong-type", error, "$.useOAuth".into(), Some("write true without quotation marks".into()))]
    );
    assert_eq!(
        found("\"easServices\": [\"email\", \"notes\"]"),
        [("graph-wrong-type", error, "$.easServices".into(), Some("write \"email,notes\"".into()))]
    );
    assert_eq!(
        found("\"identityCertificat@odata.bind\": \"x\""),
        [(
            "graph-unknown-member",
            error,
            "$['identityCertificat@odata.bind']".into(),
            meant("identityCertificate@odata.bind")
        )]
    );
    let twice = found("\"hostName\": \"a\", \"hostName\": \"b\"");
    assert_eq!(twice[0].0, "graph-duplicate-member");
}

#[test]
fn findings_know_their_line_and_column() {
    let finding = check(&email("  \"easServices\": \"mail\"")).remove(0);
    assert_eq!((finding.line, finding.column), (Some(2), Some(18)));
    assert!(finding.message.contains("“mail”"), "{}", finding.message);
}

#[test]
fn what_lies_inside_is_checked_too() {
    let members = r##""smimeSigningCertificate": {"@odata.type": "#microsoft.graph.iosScepCertificateProfile",
        "keySize": "2048", "scepServerUrls": "https://x", "extendedKeyUsages": [{"nam": "x"}]}"##;
    let found = found(members);
    let paths: Vec<&str> = found.iter().map(|f| f.2.as_str()).collect();
    assert_eq!(
        paths,
        [
            "$.smimeSigningCertificate.keySize",
            "$.smimeSigningCertificate.scepServerUrls",
            "$.smimeSigningCertificate.extendedKeyUsages[0].nam"
        ]
    );
}

#[test]
fn links_are_ids_or_objects() {
    let bound = email("\"identityCertificate@odata.bind\": \"https://x/deviceConfigurations('G')\"");
    assert!(matches!(bound.link("identityCertificate"), Some(Link::Id(id)) if id == "G"));
    let inline = email("\"identityCertificate\": {\"id\": \"G\"}");
    assert!(
        matches!(inline.link("identityCertificate"), Some(Link::Inline(r)) if r.path == "$.identityCertificate")
    );
    let null = email("\"identityCertificate\": null");
    assert!(null.link("identityCertificate").is_none());
}

#[test]
fn envelopes_have_a_bound() {
    let one = r##"{"@odata.type": "#microsoft.graph.iosTrustedRootCertificate"}"##;
    let nested = |depth: usize| format!("{}{one}{}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(export(&nested(ENVELOPES_MAX)).resources.len(), 1);
    assert_eq!(export(&nested(ENVELOPES_MAX + 1)).resources.len(), 0);
    assert_eq!(export(&nested(ENVELOPES_MAX + 1)).findings[0].rule, "graph-nesting");
}

#[test]
fn the_number_of_objects_has_a_bound() {
    let one = r##"{"@odata.type":"x"},"##;
    let many = |count: usize| format!("[{}{}]", one.repeat(count - 1), one.trim_end_matches(','));
    let most = export(&many(RESOURCES_MAX));
    assert_eq!((most.resources.len(), most.findings.len()), (RESOURCES_MAX, 0));
    let over = export(&many(RESOURCES_MAX + 1));
    assert_eq!((over.resources.len(), over.findings[0].rule), (RESOURCES_MAX, "graph-too-many-objects"));
}

#[test]
fn the_number_of_findings_has_a_bound() {
    let wrong = |count: usize| {
        let members: Vec<String> = (0..count).map(|n| format!("\"somethingNew{n}\": 1")).collect();
        found(&members.join(","))
    };
    let most = wrong(RESOURCE_FINDINGS_MAX - 1);
    assert!(most.len() == RESOURCE_FINDINGS_MAX - 1 && most.iter().all(|f| f.0 == "graph-unknown-member"));
    let over = wrong(RESOURCE_FINDINGS_MAX + 1);
    assert_eq!(
        (over.len(), over.last().map(|f| f.0)),
        (RESOURCE_FINDINGS_MAX, Some("graph-too-many-findings"))
    );
    let items = |count: usize| format!("[{}0]", "0,".repeat(count - 1));
    assert_eq!(export(&items(ENVELOPE_FINDINGS_MAX + 1)).findings.len(), ENVELOPE_FINDINGS_MAX);
}
