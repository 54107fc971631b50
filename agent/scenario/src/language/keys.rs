//! The keys of the language, in their canonical order. The schema and the formatter go by them.

use serde::Serialize;

/// The keys of one kind of mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct KeySet {
    /// What has them, as the schema's definitions are called.
    pub of: &'static str,
    /// The keys.
    pub keys: &'static [&'static str],
}

pub(super) const SUITE: &[&str] = &[
    "suite",
    "about",
    "tags",
    "options",
    "secrets",
    "include",
    "variables",
    "given",
    "procedures",
    "scenarios",
];
pub(super) const FRAGMENT: &[&str] =
    &["fragment", "about", "secrets", "include", "variables", "given", "procedures"];
pub(super) const SCENARIO: &[&str] =
    &["name", "about", "tags", "requirements", "pending", "variables", "matrix", "given", "steps", "expect"];
pub(super) const OPTIONS: &[&str] = &["jobs", "retries", "fail-fast", "seed", "timeout", "filter"];
pub(super) const GIVEN: &[&str] =
    &["device", "users", "user", "policy", "profile", "certificates", "peers", "clock", "seed"];
pub(super) const DEVICE: &[&str] = &["ios", "model", "supervised", "language", "variants"];
pub(super) const USER: &[&str] =
    &["upn", "primarySmtpAddress", "samAccountName", "fullDomainName", "netbiosDomainName"];
pub(super) const CERTIFICATES: &[&str] = &["roots", "authentication", "signing", "encryption", "others"];
pub(super) const PKCS12: &[&str] = &["file", "password"];
pub(super) const PEERS: &[&str] = &["exchange", "correspondents", "enrolment"];
pub(super) const EXCHANGE: &[&str] = &["password", "oauth"];
pub(super) const CORRESPONDENT: &[&str] = &["certificate"];
pub(super) const SECRET: &[&str] = &["secret"];
pub(super) const ACTIONS: &[&str] = &[
    "install", "act", "answer", "send", "receive", "refresh", "wait", "until", "upgrade", "network",
    "remove", "restart", "set", "use",
];
pub(super) const STEP: &[&str] = &[
    "name", "install", "act", "answer", "send", "receive", "refresh", "wait", "until", "upgrade", "network",
    "remove", "restart", "set", "use", "timeout", "expect",
];
pub(super) const INSTALL: &[&str] = &["policy", "profile", "user"];
pub(super) const SEND: &[&str] = &["to", "subject", "text", "attachment", "flip-encryption", "from-app"];
pub(super) const RECEIVE: &[&str] =
    &["from", "file", "subject", "text", "attachment", "signed", "encrypted", "tampered", "age"];
pub(super) const ATTACHMENT: &[&str] = &["name", "octets"];
pub(super) const NETWORK: &[&str] = &["delay", "drop", "status", "truncate"];
pub(super) const STATUS: &[&str] = &["code", "exchanges"];
pub(super) const SET: &[&str] = &["supervised", "language", "variants", "enrolment"];
pub(super) const ANSWER_TEXT: &[&str] = &["text", "secret"];
pub(super) const EXPECTATION: &[&str] = &[
    "state",
    "verdict",
    "by",
    "actions",
    "install",
    "error-chain",
    "prompts",
    "asked",
    "sent",
    "wire",
    "reading",
    "judged",
    "finds",
    "finds-not",
    "requirements",
    "why",
];
pub(super) const ACTION_VERDICT: &[&str] = &["verdict", "by"];
pub(super) const ERROR: &[&str] = &["domain", "code"];
pub(super) const WIRE: &[&str] = &[
    "of",
    "signed",
    "encrypted",
    "signed-by",
    "encrypted-to",
    "micalg",
    "cipher",
    "content-type",
    "holds",
    "holds-not",
];
pub(super) const READING: &[&str] =
    &["of", "by", "readable", "signature", "signed-by", "text", "attachment", "problem"];
pub(super) const MATCHER: &[&str] =
    &["equals", "not", "one-of", "contains", "matches", "at-least", "at-most", "length", "absent"];
/// The keys of a matrix that are no axis.
pub(super) const MATRIX: &[&str] = &["space", "ways", "include", "exclude"];

/// Every kind of mapping with its keys, in their canonical order.
pub fn key_sets() -> &'static [KeySet] {
    const SETS: &[KeySet] = &[
        KeySet { of: "suite", keys: SUITE },
        KeySet { of: "fragment", keys: FRAGMENT },
        KeySet { of: "scenario", keys: SCENARIO },
        KeySet { of: "options", keys: OPTIONS },
        KeySet { of: "given", keys: GIVEN },
        KeySet { of: "device", keys: DEVICE },
        KeySet { of: "user", keys: USER },
        KeySet { of: "certificates", keys: CERTIFICATES },
        KeySet { of: "pkcs12", keys: PKCS12 },
        KeySet { of: "peers", keys: PEERS },
        KeySet { of: "exchange", keys: EXCHANGE },
        KeySet { of: "correspondent", keys: CORRESPONDENT },
        KeySet { of: "secret", keys: SECRET },
        KeySet { of: "step", keys: STEP },
        KeySet { of: "install", keys: INSTALL },
        KeySet { of: "send", keys: SEND },
        KeySet { of: "receive", keys: RECEIVE },
        KeySet { of: "attachment", keys: ATTACHMENT },
        KeySet { of: "network", keys: NETWORK },
        KeySet { of: "status", keys: STATUS },
        KeySet { of: "set", keys: SET },
        KeySet { of: "answerText", keys: ANSWER_TEXT },
        KeySet { of: "expectation", keys: EXPECTATION },
        KeySet { of: "actionVerdict", keys: ACTION_VERDICT },
        KeySet { of: "error", keys: ERROR },
        KeySet { of: "wire", keys: WIRE },
        KeySet { of: "reading", keys: READING },
        KeySet { of: "condition", keys: MATCHER },
        KeySet { of: "matrix", keys: MATRIX },
    ];
    SETS
}
