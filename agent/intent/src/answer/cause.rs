//! What is behind an error number: the chain from what a console shows to what went wrong on the phone, and the cure.

use serde::Serialize;

/// Holds one link of a chain of causes, the outermost first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Cause {
    /// What is the case.
    pub text: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
    /// The requirements behind it.
    pub requirements: &'static [&'static str],
    /// The document behind it.
    pub source: &'static str,
}

const fn cause(
    text: &'static str,
    remedy: &'static str,
    requirements: &'static [&'static str],
    source: &'static str,
) -> Cause {
    Cause { text, remedy, requirements, source }
}

const TROUBLE: &str = "Intune support, troubleshoot company resource access problems";
const EMAIL: &str = "Intune support, troubleshoot e-mail profiles";
const MDM: &str = "Apple MDM protocol reference, error codes";
const SCEP: &str = "Intune support, troubleshoot SCEP certificate delivery";
const SMIME: &str = "Intune, S/MIME overview";

/// How codes reach a console: the phone's innermost error, with Intune's offset added.
const OFFSET: Cause = cause(
    "Intune shows the innermost error of the phone, added to -2016336112 (0x87D12710)",
    "read Apple's domain and code above; the phone's own log has the whole chain",
    &[],
    TROUBLE,
);

/// Returns the chain of causes of an error, the outermost first; never empty.
///
/// `apple` is Apple's domain and code where the error is one of a phone's; else `intune` is Intune's own number.
#[must_use]
pub fn causes(apple: Option<(&str, u32)>, intune: i64) -> Vec<Cause> {
    match apple {
        Some((domain, code)) => vec![OFFSET, of_code(code).unwrap_or_else(|| of_domain(domain))],
        None => own(intune),
    }
}

fn own(intune: i64) -> Vec<Cause> {
    let remediation = cause(
        "Intune set the setting, looked, and found it otherwise; the number names no cause",
        "look at the per-setting states of the policy, and at the state of what it links: certificate profiles first",
        &["XTR-006", "XTR-020"],
        TROUBLE,
    );
    match intune {
        -2_016_281_112 => vec![
            remediation,
            cause(
                "with e-mail profiles it is most often an account that the user made by hand, or a certificate that \
                 never came",
                "handset why 21005; handset why prompts POLICY --directory FILE",
                &["XTR-005", "XTR-006"],
                EMAIL,
            ),
        ],
        -2_016_341_112 => vec![cause(
            "the phone answered that it is busy: it was locked, and what needs the passcode waits",
            "unlock the phone and sync in Company Portal; nothing is broken",
            &["XTR-009"],
            "Intune, app installation error codes",
        )],
        -2_016_341_111 => vec![cause(
            "the phone reported Idle where an answer to a command was due",
            "sync again",
            &["XTR-009"],
            TROUBLE,
        )],
        -2_016_341_110 => vec![cause(
            "the phone took the command for malformed",
            "compile the policy and lint the profile: handset compile, handset lint",
            &[],
            TROUBLE,
        )],
        -2_016_341_109 => vec![cause(
            "the phone reported an error that Intune does not pass on",
            "look at the phone's own log for the chain of errors",
            &[],
            TROUBLE,
        )],
        -2_016_281_106 => vec![cause(
            "another policy sets the same and won",
            "find the two policies and let one of them set it",
            &[],
            TROUBLE,
        )],
        -2_016_281_111 => {
            vec![cause(
                "the policy is not for this sort of device",
                "look at platform and filters",
                &["EAS-003"],
                TROUBLE,
            )]
        }
        _ => vec![cause(
            "a number of Intune's own, with no error of the phone behind it that is documented",
            "look at the per-setting states of the policy",
            &[],
            TROUBLE,
        )],
    }
}

fn of_code(code: u32) -> Option<Cause> {
    Some(match code {
        21005 => cause(
            "the user has made an account with the same host and address by hand, and it blocks the managed one",
            "the user deletes that account in Settings, Mail, Accounts, and syncs in Company Portal; the next check-in \
             installs the profile",
            &["XTR-005", "XTR-020"],
            EMAIL,
        ),
        21003 => cause("the policy has no e-mail server", "fill in the server", &["EAS-010"], EMAIL),
        21004 => cause(
            "the phone could not make the account; the error behind it is in its log",
            "compile the policy for this user and try it: handset compile … | handset try -",
            &[],
            MDM,
        ),
        21006 => cause(
            "the account's own certificate does not open: wrong password, or a PKCS#12 protected with AES",
            "export it with Triple DES and with a password; handset why certificate --identity FILE",
            &["EAS-023"],
            MDM,
        ),
        21007 => cause(
            "the server did not let the account in, or was not reached",
            "check user name, server and the way to sign in; handset why sign-in FILE",
            &["EAS-022", "EAS-033"],
            MDM,
        ),
        21000..=21002 => cause(
            "the server demands an ActiveSync policy that the phone did not get or cannot follow",
            "look at the mobile device mailbox policy of the server",
            &[],
            MDM,
        ),
        7003 => cause(
            "the profile names an S/MIME certificate that is not on the phone",
            "assign the certificate profile to the same users: handset why prompts POLICY --directory FILE",
            &["XTR-006", "EAS-069"],
            SMIME,
        ),
        7004 => cause(
            "the S/MIME certificate cannot be used: no key, or not for this purpose",
            "handset why certificate PROFILE",
            &["EAS-069"],
            SMIME,
        ),
        7000..=7002 => cause(
            "the mail server refused or was not reached",
            "check host, port, name and password",
            &[],
            MDM,
        ),
        9000 => cause(
            "the password of the PKCS#12 is wrong, or the file is protected with AES and the phone says so in these words",
            "export it with Triple DES: openssl pkcs12 -export -legacy; handset why certificate --identity FILE",
            &[],
            "gunnarhaslinger/SMIME-OpenSSL-CA, issue 1",
        ),
        9001 => cause("the PKCS#12 holds more than one identity", "one identity a payload", &[], MDM),
        9005 | 9006 => cause(
            "what is called an identity is no certificate with a key",
            "handset lint names the payload",
            &[],
            MDM,
        ),
        22000 => cause(
            "the key usage of the SCEP profile is none that phones know",
            "signing, encipherment or both",
            &["OUT-024"],
            SCEP,
        ),
        22005 | 23001 => cause(
            "the SCEP server was not reached or answered badly",
            "look at NDES and the proxy in front of it",
            &[],
            SCEP,
        ),
        23000 | 23002 => cause(
            "one side of the connection has a certificate that the other does not trust",
            "assign the trusted root to the same groups",
            &["XTR-006"],
            SCEP,
        ),
        22001..=22013 => cause(
            "the SCEP exchange failed between phone and authority; a comma in a subject is one way to it",
            "compare subject, key size and usage with the template; look at the log of NDES",
            &["OUT-024"],
            SCEP,
        ),
        12021 => cause("the phone does not know this command", "a newer iOS may", &[], MDM),
        4009 => cause("the phone is locked", "unlock it and sync", &["XTR-009"], MDM),
        4025 => cause(
            "the profile is for supervised phones",
            "supervise the phone, or leave the payload out",
            &[],
            MDM,
        ),
        4008 => cause(
            "an update is signed by somebody else than the profile it replaces",
            "sign with the same certificate",
            &[],
            MDM,
        ),
        _ => return None,
    })
}

fn of_domain(domain: &str) -> Cause {
    let (text, remedy) = match domain {
        "MCProfileErrorDomain" | "MCPayloadErrorDomain" => {
            ("the profile as a file is wrong, before anything is installed", "handset lint names the place")
        }
        "MCInstallationErrorDomain" => (
            "the profile is readable, and the phone refused to install it",
            "try it on a simulated phone in the same state: handset try, handset device install",
        ),
        "MCPasscodeErrorDomain" | "MCKeychainErrorDomain" => {
            ("passcode or keychain of the phone refused", "unlock the phone, set a passcode, and sync")
        }
        "MCCertificateErrorDomain" => {
            ("a certificate payload is wrong", "handset lint; handset why certificate PROFILE")
        }
        "MCSCEPErrorDomain" | "MCHTTPTransactionErrorDomain" => {
            ("the certificate could not be fetched", "look at the SCEP server and at the trusted roots")
        }
        "MCMDMErrorDomain" | "DeviceManagement.error" => (
            "the phone refused a command of device management",
            "look at the command in the log of the server",
        ),
        "MCEmailErrorDomain" | "MCDAErrorDomain" | "MCEASErrorDomain" => {
            ("an account could not be set up", "check host, names and the way to sign in")
        }
        _ => ("a payload of another kind than mail failed", "look at the policy that brings it"),
    };
    cause(text, remedy, &[], MDM)
}
