//! Profiles made for one row each, and a phone that is given them.

use crate::program::{handset, try_json};
use conformance::{Scratch, root};
use intent::{
    DeliveredCertificates, EasAuthenticationMethod, EmailCertificateType, EmailPolicy, IdentityPayload,
    OsVersion, Pkcs12Blob, RootCertificate, User, compile,
};
use profile::plist::{Dictionary, Value as Plist};
use serde_json::Value;
use smime::Certificate;
use std::path::PathBuf;
use std::process::Command;

pub const ADDRESS: &str = "alice@contoso.example";

/// A policy with everything that an account needs and nothing else.
pub fn policy() -> EmailPolicy {
    EmailPolicy {
        display_name: "Contoso mail".to_owned(),
        account_name: "Contoso".to_owned(),
        host_name: "mail.contoso.example".to_owned(),
        ..EmailPolicy::default()
    }
}

/// The same with S/MIME, both certificates delivered.
pub fn smime_policy() -> EmailPolicy {
    EmailPolicy {
        require_smime: true,
        smime_signing_enabled: true,
        signing_certificate_type: Some(EmailCertificateType::Certificate),
        encryption_certificate_type: Some(EmailCertificateType::Certificate),
        ..policy()
    }
}

pub fn certificate_policy() -> EmailPolicy {
    EmailPolicy { authentication_method: EasAuthenticationMethod::Certificate, ..policy() }
}

pub fn alice() -> User {
    User {
        upn: ADDRESS.to_owned(),
        primary_smtp_address: Some(ADDRESS.to_owned()),
        sam_account_name: Some("alice".to_owned()),
        full_domain_name: Some("contoso.example".to_owned()),
        netbios_domain_name: Some("CONTOSO".to_owned()),
    }
}

fn certificates(policy: &EmailPolicy) -> DeliveredCertificates {
    let file = |name: &str| std::fs::read(root().join("fixtures/pki").join(name)).expect("a fixture");
    let blob = |name: &str| -> IdentityPayload {
        Pkcs12Blob {
            name: name.to_owned(),
            bytes: file(&format!("{name}.pbes2.p12")),
            password: format!("p12-{name}"),
        }
        .into()
    };
    let root = Certificate::from_pem(&file("contoso-root.cert.pem")).expect("PEM").remove(0);
    let signs_in = policy.authentication_method == EasAuthenticationMethod::Certificate;
    let named = Some(EmailCertificateType::Certificate);
    DeliveredCertificates {
        roots: vec![RootCertificate::named("Contoso Root CA", root.der().to_vec())],
        authentication: signs_in.then(|| blob("alice-signing")),
        signing: (policy.signing_certificate_type == named).then(|| blob("alice-signing")),
        encryption: (policy.encryption_certificate_type == named).then(|| blob("alice-encryption")),
        others: Vec::new(),
    }
}

/// The compiled profile of a policy.
pub fn compiled(policy: &EmailPolicy, user: &User) -> Dictionary {
    let os = OsVersion::new(17, 5, 0);
    let compiled = compile(policy, user, &certificates(policy), Some(os)).expect("it compiles");
    match compiled.configuration {
        Plist::Dictionary(profile) => profile,
        other => panic!("no profile: {other:?}"),
    }
}

/// A profile with changes to its account payload and payloads beside it.
pub fn changed(
    profile: Dictionary,
    change: impl Fn(Dictionary) -> Dictionary,
    beside: Vec<Dictionary>,
) -> Dictionary {
    let Some(Plist::Array(payloads)) = profile.get("PayloadContent").map(|node| &node.value) else {
        panic!("no payloads")
    };
    let account = Plist::from("com.apple.eas.account");
    let mut content: Vec<Dictionary> = Vec::new();
    for payload in payloads {
        let Plist::Dictionary(payload) = &payload.value else { panic!("no payload") };
        let is_account = payload.get("PayloadType").is_some_and(|kind| kind.value == account);
        content.push(if is_account { change(payload.clone()) } else { payload.clone() });
    }
    content.extend(beside);
    profile.with("PayloadContent", content)
}

/// A payload beside the account.
pub fn payload(kind: &str, number: u8) -> Dictionary {
    Dictionary::new()
        .with("PayloadType", kind)
        .with("PayloadVersion", 1)
        .with("PayloadIdentifier", format!("example.beside.{number}"))
        .with("PayloadUUID", format!("CCCCCCCC-0000-4000-8000-00000000000{number}"))
}

/// What `handset try` found of a profile.
pub struct Tried {
    pub code: i32,
    pub result: Value,
}

/// Tries a profile under a name of its own.
pub fn tried(name: &str, profile: &Dictionary, arguments: &[&str]) -> Tried {
    let scratch = Scratch::new(&format!("requirements-{name}"));
    let file = scratch.file("profile.mobileconfig");
    std::fs::write(&file, profile::write_xml(&Plist::Dictionary(profile.clone()))).expect("a profile");
    let (code, result) = try_json(&file, arguments);
    Tried { code, result }
}

/// Compiles a policy for Alice and tries it; the phone must have done as the oracle says.
pub fn tried_policy(name: &str, policy: &EmailPolicy, arguments: &[&str]) -> Tried {
    tried(name, &compiled(policy, &alice()), arguments).checked(name)
}

impl Tried {
    /// The phone took the profile and did as the oracle says.
    pub fn checked(self, name: &str) -> Tried {
        assert_eq!(self.result["install"]["status"], "installed", "{name}: {:#}", self.result["install"]);
        assert_eq!(self.result["deviations"], Value::Array(Vec::new()), "{name}");
        self
    }

    pub fn account(&self) -> &Value {
        &self.result["account"]
    }

    pub fn verdict(&self, action: &str) -> (String, Option<String>) {
        let actions = self.result["actions"].as_array().expect("actions");
        let found =
            actions.iter().find(|a| a["id"] == action).unwrap_or_else(|| panic!("no action {action}"));
        (found["verdict"].as_str().expect("a verdict").to_owned(), found["by"].as_str().map(str::to_owned))
    }

    pub fn is(&self, action: &str, verdict: &str) -> bool {
        self.verdict(action).0 == verdict
    }

    /// The kinds of the prompts that ask the user to sign in.
    pub fn prompts(&self) -> Vec<&str> {
        let prompts = self.result["prompts"].as_array().expect("prompts");
        prompts
            .iter()
            .filter_map(|prompt| prompt["kind"].as_str())
            .filter(|kind| *kind != "missing-recipient-certificates")
            .collect()
    }

    /// Domain and code of the innermost error.
    pub fn cause(&self) -> (&str, i64) {
        assert_eq!((self.code, &self.result["install"]["status"]), (1, &"refused".into()));
        let last =
            self.result["install"]["error_chain"].as_array().and_then(|chain| chain.last()).expect("a cause");
        (last["domain"].as_str().expect("a domain"), last["code"].as_i64().expect("a code"))
    }
}

/// A store with one phone, which lasts over several commands.
pub struct Kept {
    scratch: Scratch,
}

impl Kept {
    pub fn new(name: &str, arguments: &[&str]) -> Kept {
        let kept = Kept { scratch: Scratch::new(&format!("requirements-{name}")) };
        let (code, text) = kept.device(&[&["create", "phone"], arguments].concat());
        assert_eq!(code, 0, "{text}");
        std::fs::write(kept.scratch.file("password"), "hunter2\n").expect("a secret");
        kept
    }

    fn device(&self, arguments: &[&str]) -> (i32, String) {
        let output = Command::new(handset())
            .arg("device")
            .args(arguments)
            .env("HANDSET_STORE", self.scratch.file("store"))
            .current_dir(root())
            .output()
            .expect("the program starts");
        let text = [output.stdout, output.stderr].concat();
        (output.status.code().expect("a code"), String::from_utf8_lossy(&text).into_owned())
    }

    fn file(&self, profile: &Dictionary) -> PathBuf {
        let file = self.scratch.file("profile.mobileconfig");
        std::fs::write(&file, profile::write_xml(&Plist::Dictionary(profile.clone()))).expect("a profile");
        file
    }

    /// Installs a profile; `answered` says whether the owner types the password.
    pub fn install(&self, profile: &Dictionary, answered: bool) -> (i32, String) {
        let file = self.file(profile);
        let secret = format!("password=@{}", self.scratch.file("password").display());
        let mut arguments = vec!["install", "phone", file.to_str().expect("a path"), "--consent"];
        if answered {
            arguments.extend(["--secret", &secret]);
        }
        self.device(&arguments)
    }

    pub fn answer(&self) {
        let secret = format!("password=@{}", self.scratch.file("password").display());
        let (code, text) = self.device(&["set", "phone", "--secret", &secret]);
        assert_eq!(code, 0, "{text}");
    }

    pub fn act(&self, action: &str) -> i32 {
        self.device(&["act", "phone", action]).0
    }

    pub fn show(&self) -> Value {
        let (code, text) = self.device(&["show", "phone", "--format", "json"]);
        assert_eq!(code, 0, "{text}");
        serde_json::from_str(&text).expect("JSON")
    }
}
