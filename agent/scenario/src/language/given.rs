//! What is there at the start.

use super::fields::{Decoder, Fields};
use super::keys;
use crate::case::{
    Certificates, Configuration, Correspondent, CorrespondentCertificate, Enrolment, Exchange, Given,
    OAuthSupport, Peers, Phone, PhoneVariant, Pkcs12File,
};
use crate::diagnostic::Problem;
use crate::yaml::{Node, Value};
use intent::{EmailPolicy, OsVersion, User};
use profile::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// 2026-11-02T08:00:00Z, the virtual time at which every phone starts.
pub(crate) const CLOCK: Timestamp = Timestamp(1_793_606_400_000);

const ALICE: &str = "alice";
const ADDRESS: &str = "alice@contoso.example";

/// The policy of a scenario that says no more: the untouched form with the names that it cannot be compiled without.
pub(crate) fn default_policy() -> EmailPolicy {
    EmailPolicy {
        display_name: "Contoso mail".to_owned(),
        account_name: "Contoso Mail".to_owned(),
        host_name: "mail.contoso.example".to_owned(),
        ..EmailPolicy::default()
    }
}

impl Decoder<'_> {
    pub(super) fn given(&mut self, node: Option<&Node>) -> Given {
        let empty = Node { span: crate::yaml::Span::default(), value: Value::Mapping(Vec::new()) };
        let node = node.unwrap_or(&empty);
        let fields = self.fields(node, "given", keys::GIVEN);
        let users = self.users(fields.of("users"));
        let owner = self.owner(&fields, &users);
        Given {
            phone: self.phone(fields.of("device")),
            configuration: self.configuration(&fields, None),
            certificates: fields.of("certificates").map(|n| self.certificates(n)).unwrap_or_default(),
            peers: fields.of("peers").map(|n| self.peers(n)).unwrap_or_default(),
            clock: fields.of("clock").and_then(|n| self.time(n)).unwrap_or(CLOCK),
            seed: fields.of("seed").and_then(|n| self.number(n, "a number from 0")).unwrap_or(1),
            users,
            owner,
        }
    }

    fn phone(&mut self, node: Option<&Node>) -> Phone {
        let mut phone = Phone {
            ios: OsVersion { major: 17, minor: 5, patch: 0 },
            model: "iPhone15,2".to_owned(),
            supervised: false,
            language: None,
            variants: BTreeSet::new(),
        };
        let Some(node) = node else { return phone };
        let fields = self.fields(node, "device", keys::DEVICE);
        if let Some(ios) = fields.of("ios").and_then(|n| self.version(n)) {
            phone.ios = ios;
        }
        if let Some(model) = fields.of("model").and_then(|n| self.text(n)) {
            phone.model = model;
        }
        phone.supervised = fields.of("supervised").and_then(|n| self.boolean(n)).unwrap_or(false);
        phone.language = fields.of("language").and_then(|n| self.text(n));
        phone.variants = fields.of("variants").map(|n| self.variants(n)).unwrap_or_default();
        phone
    }

    /// `{name: reading}`.
    pub(super) fn variants(&mut self, node: &Node) -> BTreeSet<PhoneVariant> {
        let mut names: Vec<&str> = PhoneVariant::ALL.iter().map(|v| v.name).collect();
        names.dedup();
        let fields = self.fields(node, "variants", &names);
        let mut variants = BTreeSet::new();
        for name in names {
            let readings: Vec<(&'static str, PhoneVariant)> =
                PhoneVariant::ALL.into_iter().filter(|v| v.name == name).map(|v| (v.reading, v)).collect();
            variants.extend(fields.of(name).and_then(|n| self.word(n, "reading", &readings)));
        }
        variants
    }

    fn users(&mut self, node: Option<&Node>) -> BTreeMap<String, User> {
        let mut users = BTreeMap::new();
        let Some(node) = node else {
            users.insert(ALICE.to_owned(), mailbox(ADDRESS));
            return users;
        };
        if !matches!(node.value, Value::Mapping(_)) {
            self.wrong(node, "a mapping of names to users");
        }
        for entry in node.entries() {
            if let Some(scalar) = entry.value.scalar() {
                users.insert(entry.key.clone(), mailbox(&scalar.text));
                continue;
            }
            let fields = self.fields(&entry.value, "a user", keys::USER);
            let text = |decoder: &mut Self, key: &str| fields.of(key).and_then(|n| decoder.text(n));
            let upn = self.needed(&fields, "upn").and_then(|n| self.text(n)).unwrap_or_default();
            let user = User {
                upn,
                primary_smtp_address: text(self, "primarySmtpAddress"),
                sam_account_name: text(self, "samAccountName"),
                full_domain_name: text(self, "fullDomainName"),
                netbios_domain_name: text(self, "netbiosDomainName"),
            };
            users.insert(entry.key.clone(), user);
        }
        users
    }

    /// `user`, or the only one, or alice.
    fn owner(&mut self, fields: &Fields<'_>, users: &BTreeMap<String, User>) -> String {
        let Some(node) = fields.of("user") else {
            let first = users.keys().next().cloned().unwrap_or_default();
            return if users.contains_key(ALICE) { ALICE.to_owned() } else { first };
        };
        self.known_user(node, users).unwrap_or_default()
    }

    pub(super) fn known_user(&mut self, node: &Node, users: &BTreeMap<String, User>) -> Option<String> {
        let name = self.text(node)?;
        if !users.contains_key(&name) {
            let problem = Problem::UnknownWord { word: name.clone(), what: "user of this scenario" };
            self.problem(problem.at(node.span).near(&name, users.keys().map(String::as_str)));
        }
        Some(name)
    }

    /// `policy` or `profile`; a policy that is spelt out is laid over `base`.
    pub(super) fn configuration(
        &mut self,
        fields: &Fields<'_>,
        base: Option<&EmailPolicy>,
    ) -> Option<Configuration> {
        match (fields.of("policy"), fields.of("profile")) {
            (Some(_), Some(profile)) => {
                let problem = Problem::Conflict { what: "“policy”", other: "“profile”" };
                self.problem(problem.at(profile.span));
                None
            }
            (Some(policy), None) => match &policy.value {
                Value::Scalar(_) => self.file(policy).map(Configuration::PolicyFile),
                _ => self.policy(policy, base).map(|p| Configuration::Policy(Box::new(p))),
            },
            (None, Some(profile)) => self.file(profile).map(Configuration::Profile),
            (None, None) => None,
        }
    }

    fn policy(&mut self, node: &Node, base: Option<&EmailPolicy>) -> Option<EmailPolicy> {
        let base = base.cloned().unwrap_or_else(default_policy);
        let mut form = serde_json::to_value(&base).ok()?;
        // Members that are left out of a form that does not have them.
        const OPTIONAL: [&str; 2] = ["id", "description"];
        let names: Vec<String> = form.as_object()?.keys().cloned().collect();
        let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
        names.extend(OPTIONAL.into_iter().filter(|name| form.get(*name).is_none()));
        self.fields(node, "a policy", &names);
        let before = self.problems.len();
        for entry in node.entries() {
            if !names.contains(&entry.key.as_str()) {
                continue;
            }
            let place = form.get(&entry.key).unwrap_or(&serde_json::Value::Null);
            // What a form holds as text may look like a number: a name such as 365.
            let value = match (place, entry.value.scalar()) {
                (serde_json::Value::String(_), Some(s)) if !s.is_null() => s.text.clone().into(),
                _ => entry.value.json(),
            };
            form.as_object_mut()?.insert(entry.key.clone(), value);
        }
        if let Ok(policy) = serde_json::from_value(form.clone()) {
            return (self.problems.len() == before).then_some(policy);
        }
        // Something has a value that it cannot have: each alone says which.
        let untouched = serde_json::to_value(&base).ok()?;
        for entry in node.entries() {
            let Some(value) = form.get(&entry.key) else { continue };
            let mut alone = untouched.clone();
            alone.as_object_mut()?.insert(entry.key.clone(), value.clone());
            if let Err(error) = serde_json::from_value::<EmailPolicy>(alone) {
                let problem = Problem::PolicyValue { key: entry.key.clone(), reason: error.to_string() };
                let written = entry.value.scalar().map(|s| s.text.clone()).unwrap_or_default();
                let reason = error.to_string();
                // The reader names the values that it knows in back quotes, the wrong one first.
                let known: Vec<&str> = reason.split('`').skip(3).step_by(2).collect();
                self.problem(problem.at(entry.value.span).near(&written, known));
            }
        }
        None
    }

    fn certificates(&mut self, node: &Node) -> Certificates {
        let fields = self.fields(node, "certificates", keys::CERTIFICATES);
        let list = |key: &str| {
            fields.of(key).map(|n| match &n.value {
                Value::Sequence(items) => items.as_slice(),
                _ => std::slice::from_ref(n),
            })
        };
        Certificates {
            roots: list("roots").unwrap_or_default().iter().filter_map(|n| self.file(n)).collect(),
            authentication: fields.of("authentication").and_then(|n| self.pkcs12(n)),
            signing: fields.of("signing").and_then(|n| self.pkcs12(n)),
            encryption: fields.of("encryption").and_then(|n| self.pkcs12(n)),
            others: list("others").unwrap_or_default().iter().filter_map(|n| self.pkcs12(n)).collect(),
        }
    }

    fn pkcs12(&mut self, node: &Node) -> Option<Pkcs12File> {
        let fields = self.fields(node, "a PKCS#12", keys::PKCS12);
        let file = self.needed(&fields, "file").and_then(|n| self.file(n));
        let password = self.needed(&fields, "password").and_then(|n| self.sensitive(n));
        Some(Pkcs12File { file: file?, password: password? })
    }

    fn peers(&mut self, node: &Node) -> Peers {
        const OAUTH: &[(&str, OAuthSupport)] =
            &[("supported", OAuthSupport::Supported), ("unsupported", OAuthSupport::Unsupported)];
        const CERTIFICATE: &[(&str, CorrespondentCertificate)] = &[
            ("valid", CorrespondentCertificate::Valid),
            ("absent", CorrespondentCertificate::Absent),
            ("expired", CorrespondentCertificate::Expired),
            ("revoked", CorrespondentCertificate::Revoked),
        ];
        let fields = self.fields(node, "peers", keys::PEERS);
        let mut peers = Peers::default();
        if let Some(exchange) = fields.of("exchange") {
            let fields = self.fields(exchange, "exchange", keys::EXCHANGE);
            peers.exchange = Exchange {
                password: fields.of("password").and_then(|n| self.sensitive(n)),
                oauth: fields
                    .of("oauth")
                    .and_then(|n| self.word(n, "support of OAuth", OAUTH))
                    .unwrap_or_default(),
            };
        }
        if let Some(correspondents) = fields.of("correspondents") {
            if !matches!(correspondents.value, Value::Mapping(_)) {
                self.wrong(correspondents, "a mapping of addresses");
            }
            for entry in correspondents.entries() {
                let fields = self.fields(&entry.value, "a correspondent", keys::CORRESPONDENT);
                let certificate = fields.of("certificate");
                let certificate =
                    certificate.and_then(|n| self.word(n, "state of a certificate", CERTIFICATE));
                let correspondent = Correspondent { certificate: certificate.unwrap_or_default() };
                peers.correspondents.insert(entry.key.clone(), correspondent);
            }
        }
        peers.enrolment = fields.of("enrolment").and_then(|n| self.enrolment(n)).unwrap_or_default();
        peers
    }

    pub(super) fn enrolment(&mut self, node: &Node) -> Option<Enrolment> {
        const WORDS: &[(&str, Enrolment)] = &[
            ("answers", Enrolment::Answers),
            ("refused", Enrolment::Refused),
            ("unreachable", Enrolment::Unreachable),
        ];
        self.word(node, "behaviour of enrolment", WORDS)
    }
}

fn mailbox(address: &str) -> User {
    User {
        upn: address.to_owned(),
        primary_smtp_address: Some(address.to_owned()),
        sam_account_name: None,
        full_domain_name: None,
        netbios_domain_name: None,
    }
}
