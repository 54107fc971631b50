//! The x509-limbo cases, run whole through path validation.
//!
//! The cases are written for TLS; what they ask of a path is asked here: purposes, depth and revocation lists as the
//! case has them, and a strict judgement, which refuses weak keys. Host names are not compared. Those that this
//! validator decides otherwise stand in [`EXCEPTIONS`] with the reason; one that stands there and comes out as
//! limbo says fails the test too. The file is looked for as the Wycheproof vectors are.

#[path = "limbo/cases.rs"]
mod cases;

use cases::{accepted, cases};

/// The cases that come out otherwise, by reason.
const EXCEPTIONS: &[(&str, &[&str])] = &[
    (
        "the number is demanded of issuers (RFC 5280, 5.2.3); lists without it, and of version 1, are in use",
        &["crl::crlnumber-missing"],
    ),
    (
        "host names are not compared here: the names of mail are mailboxes",
        &[
            "rfc5280::ca-as-leaf-wrong-san",
            "webpki::san::mismatch-domain-san",
            "webpki::san::mismatch-subdomain-san",
            "webpki::san::mismatch-subdomain-apex-san",
            "webpki::san::mismatch-apex-subdomain-san",
            "webpki::san::wildcard-embedded-leftmost-san",
            "webpki::san::wildcard-not-in-leftmost-san",
            "webpki::san::wildcard-match-across-labels-san",
            "webpki::san::wildcard-embedded-ulabel-san",
            "webpki::san::unicode-emoji-san",
            "webpki::san::no-san",
        ],
    ),
    (
        "a rule of the CA/Browser Forum for the names in certificates of TLS servers",
        &[
            "webpki::cn::ipv4-hex-mismatch",
            "webpki::cn::ipv4-leading-zeros-mismatch",
            "webpki::cn::ipv6-uppercase-mismatch",
            "webpki::cn::ipv6-uncompressed-mismatch",
            "webpki::cn::ipv6-non-rfc5952-mismatch",
            "webpki::cn::punycode-not-in-san",
            "webpki::cn::utf8-vs-punycode-mismatch",
            "webpki::cn::not-in-san",
            "webpki::cn::case-mismatch",
            "webpki::san::public-suffix-wildcard-san",
            "webpki::san::public-suffix-multi-label-wildcard-san",
            "webpki::san::public-suffix-private-namespace-wildcard-san",
            "webpki::san::san-critical-with-nonempty-subject",
            "webpki::san::san-wildcard-only",
            "webpki::san::san-wildcard-only-tld",
        ],
    ),
    (
        "a rule of the CA/Browser Forum for the extensions and versions of certificates of TLS servers and their roots",
        &[
            "webpki::eku::ee-anyeku",
            "webpki::eku::ee-critical-eku",
            "webpki::eku::ee-without-eku",
            "webpki::eku::root-has-eku",
            "webpki::v1-cert",
            "webpki::ee-basicconstraints-ca",
            "webpki::ca-as-leaf",
            "webpki::aki::root-with-aki-missing-keyidentifier",
            "webpki::aki::root-with-aki-authoritycertissuer",
            "webpki::aki::root-with-aki-authoritycertserialnumber",
            "webpki::aki::root-with-aki-all-fields",
            "webpki::aki::root-with-aki-ski-mismatch",
        ],
    ),
    (
        "a rule of the CA/Browser Forum for keys: 2052 bits are not fewer than 2048",
        &[
            "webpki::forbidden-rsa-not-divisible-by-8-in-root",
            "webpki::forbidden-rsa-key-not-divisible-by-8-in-leaf",
        ],
    ),
    (
        "RFC 5280 demands it of issuers only (\"conforming CAs MUST\"): that an extension be critical or not, which is understood either way",
        &[
            "rfc5280::aki::critical-aki",
            "rfc5280::ski::critical-ski",
            "rfc5280::pc::ica-noncritical-pc",
            "rfc5280::nc::permitted-dns-match-noncritical",
            "rfc5280::root-non-critical-basic-constraints",
            "rfc5280::san::noncritical-with-empty-subject",
        ],
    ),
    (
        "RFC 5280 demands it of issuers only: key identifiers help to find a path and are no part of its validity",
        &[
            "rfc5280::aki::leaf-missing-aki",
            "rfc5280::aki::intermediate-missing-aki",
            "rfc5280::aki::cross-signed-root-missing-aki",
            "rfc5280::ski::root-missing-ski",
            "rfc5280::ski::intermediate-missing-ski",
        ],
    ),
    (
        "serial numbers that do not conform are to be handled gracefully (RFC 5280, 4.1.2.2), and PKITS 4.4.14 to 4.4.16 hold some valid",
        &["rfc5280::serial::too-long", "rfc5280::serial::zero", "rfc5280::serial::negative"],
    ),
    (
        "what only a CA may have is without effect on a leaf (RFC 5280, 6.1.4 is not applied to it)",
        &[
            "rfc5280::nc::not-allowed-in-ee-noncritical",
            "rfc5280::nc::not-allowed-in-ee-critical",
            "rfc5280::leaf-ku-keycertsign",
        ],
    ),
    (
        "a dNSName that is no host name is judged only where a constraint is on that form",
        &["rfc5280::san::underscore-dns", "rfc5280::san::ip-in-dns"],
    ),
];

#[test]
fn every_case_comes_out_as_it_says_or_has_a_reason() {
    let Some(all) = cases() else { return };
    let mut faults = Vec::new();
    let mut exceptions: Vec<&str> = EXCEPTIONS.iter().flat_map(|(_, ids)| ids.iter().copied()).collect();
    for case in all["testcases"].as_array().unwrap() {
        let id = case["id"].as_str().unwrap();
        let found = accepted(case);
        let right = found.is_ok() == (case["expected_result"] == "SUCCESS");
        let excepted = exceptions.iter().position(|e| *e == id).map(|i| exceptions.remove(i)).is_some();
        if right == excepted {
            faults.push(format!("{id}: {found:?}, excepted: {excepted}"));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
    assert!(exceptions.is_empty(), "no such cases: {exceptions:?}");
}
