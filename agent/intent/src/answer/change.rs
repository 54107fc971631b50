//! Who is prompted by a change of the policy, and for what.

use serde::Serialize;

use super::statement::{Grounds, Statement, Weight};
use crate::expectation::{Circumstances, DeviceFacts, Install, OwnAccount, PromptKind, expectations_under};
use crate::intent::Intent;

/// Holds what a change of the policy does to one user.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// What the phone asks for, in its order.
    pub prompts: Vec<PredictedPrompt>,
    /// Whether all mail is downloaded again.
    pub mail_again: bool,
    /// What else is to be said.
    pub statements: Vec<Statement>,
}

/// Holds one prompt that a change leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PredictedPrompt {
    /// What is asked for.
    pub kind: PromptKind,
    /// What changed, as a sentence.
    pub why: String,
    /// The requirements behind it.
    pub requirements: &'static [&'static str],
    /// The document behind it.
    pub citation: &'static str,
}

const ARCHIVE: &str = "Intune, what's new archive (OAuth for iOS e-mail profiles)";
const EMAIL: &str = "Intune, e-mail settings for iOS";
const TROUBLE: &str = "Intune support, troubleshoot e-mail profiles";

const OAUTH_ON: Grounds = Grounds::new(&["EAS-038", "EAS-039"], &[ARCHIVE, EMAIL], &[3]);
const OAUTH_SERVER: Grounds = Grounds::new(&["EAS-033", "EAS-034"], &[EMAIL], &[3]);
const OAUTH_CONSENT: Grounds = Grounds::new(&["EAS-036", "EAS-037"], &[EMAIL], &[3]);
const OAUTH_OFF: Grounds = Grounds::new(&["EAS-030", "EAS-035"], &[EMAIL], &[3, 4]);
const ACCOUNT: Grounds = Grounds::new(&["EAS-010", "EAS-012", "EAS-019"], &[EMAIL], &[3]);
const TLS: Grounds = Grounds::new(&["EAS-027"], &[EMAIL], &[]);
const DUPLICATE: Grounds =
    Grounds::new(&["XTR-005", "XTR-020"], &[TROUBLE, "Apple MDM protocol reference, error codes"], &[1]);
const RESET: Grounds = Grounds::new(&["XTR-017"], &["Apple com.apple.eas.account"], &[3]);
const REDEPLOYED: Grounds = Grounds::new(&["EAS-040", "EAS-041"], &[EMAIL], &[3]);

/// Says what a user notices when one profile takes the place of another; `None` is no profile at all.
///
/// `in_place` says whether the new profile updates the old one (the same identifier) or both are profiles of their own,
/// so that the old account goes and another one comes. `own` are accounts that the user made by hand.
#[must_use]
pub fn change(
    old: Option<&Intent>,
    new: Option<&Intent>,
    in_place: bool,
    facts: &DeviceFacts,
    own: &[OwnAccount],
) -> Change {
    let mut change = Change::default();
    let Some(new) = new else {
        if let Some(old) = old {
            change.statements.extend(super::removal(old, facts));
        }
        return change;
    };
    let updates = old.is_some() && in_place;
    let circumstances = Circumstances { own_accounts: own.to_vec(), updates, managed: true, assigned: None };
    let expected = expectations_under(new, facts, &circumstances);
    if expected.refusal.as_ref().is_some_and(|refusal| refusal.value.code == 21005) {
        change.statements.push(duplicate(new));
        return change;
    }
    if expected.install.value == Install::Refused {
        let code =
            expected.refusal.map_or(String::new(), |r| format!(": {} {}", r.value.domain, r.value.code));
        let text = format!("the phone refuses the new profile{code}; the old one stays");
        change.statements.push(REDEPLOYED.say("change.refused", Weight::Error, text));
        return change;
    }
    let differences = match old {
        Some(old) if in_place => differences(old, new, facts),
        Some(_) => vec!["another policy brings the account"],
        None => vec!["the account is new on the phone"],
    };
    if differences.is_empty() && old == Some(new) {
        return change;
    }
    let oauth = |intent: &Intent| facts.obeys_oauth() && intent.oauth == Some(true);
    let was = old.is_some_and(oauth);
    let again = !updates || AGAIN.iter().any(|again| differences.contains(again)) || (!was && oauth(new));
    change.mail_again = old.is_some() && again;
    let why = match differences.as_slice() {
        [] => "the profile is sent anew".to_owned(),
        some => some.join(", "),
    };
    for prompt in &expected.prompts {
        change.prompts.push(PredictedPrompt {
            kind: prompt.value,
            why: why.clone(),
            requirements: prompt.requirements,
            citation: prompt.citation,
        });
    }
    change.statements = statements(old, new, facts, &differences, change.mail_again);
    if !change.prompts.is_empty() && change.statements.iter().all(|said| said.weight == Weight::Info) {
        let why = if differences.is_empty() { String::new() } else { format!(" ({why})") };
        let text = format!("the profile is sent anew{why}, and the phone asks again");
        change.statements.push(REDEPLOYED.say("change.prompt", Weight::Warning, text));
    }
    change
}

const HOST: &str = "the host changes";
const NAME: &str = "the user name changes";
const ADDRESS: &str = "the address changes";
const OAUTH: &str = "OAuth is switched on";
const BASIC: &str = "OAuth is switched off";
const PASSWORD: &str = "the password is no longer in the profile";
const CERTIFICATE: &str = "the way to sign in changes";
const SSL: &str = "TLS is switched off";
/// After these the phone has another mailbox, or another account for the same.
const AGAIN: [&str; 4] = [HOST, NAME, OAUTH, BASIC];

fn differences(old: &Intent, new: &Intent, facts: &DeviceFacts) -> Vec<&'static str> {
    let oauth = |intent: &Intent| facts.obeys_oauth() && intent.oauth == Some(true);
    // Without a sign-in address the host of an OAuth account is ignored (XTR-018).
    let host = |intent: &Intent| match oauth(intent) && intent.oauth_sign_in_url.is_none() {
        true => None,
        false => intent.host.as_ref().map(|host| host.to_lowercase()),
    };
    let by_certificate = |intent: &Intent| intent.identity.is_some() || intent.inline_identity;
    let rows = [
        (!oauth(old) && oauth(new), OAUTH),
        (oauth(old) && !oauth(new), BASIC),
        (oauth(old) == oauth(new) && host(old) != host(new), HOST),
        (old.user_name != new.user_name, NAME),
        (old.email_address != new.email_address, ADDRESS),
        (by_certificate(old) != by_certificate(new), CERTIFICATE),
        (old.password && !new.password, PASSWORD),
        (old.ssl != Some(false) && new.ssl == Some(false), SSL),
    ];
    rows.into_iter().filter(|(holds, _)| *holds).map(|(_, what)| what).collect()
}

fn statements(
    old: Option<&Intent>,
    new: &Intent,
    facts: &DeviceFacts,
    differences: &[&str],
    mail_again: bool,
) -> Vec<Statement> {
    let mut said = Vec::new();
    let oauth = facts.obeys_oauth() && new.oauth == Some(true);
    if differences.contains(&OAUTH) {
        let text = "OAuth is switched on: a new profile is sent, everybody signs in again, and all mail is downloaded again";
        said.push(OAUTH_ON.say("change.oauth-on", Weight::Warning, text).remedy("tell the users before"));
    }
    if oauth && old.is_none_or(|_| differences.contains(&OAUTH)) {
        let text =
            "a server that does not support OAuth leaves users with a Re-Enter Password that does nothing";
        let remedy = "make sure that the server supports modern authentication before the policy is assigned";
        said.push(OAUTH_SERVER.say("change.oauth-server", Weight::Info, text).remedy(remedy));
        let text = "where self-service application access is off, sign-in fails until the iOS Accounts app has consent";
        let remedy = "create the enterprise app iOS Accounts and grant users access to it";
        said.push(OAUTH_CONSENT.say("change.oauth-consent", Weight::Info, text).remedy(remedy));
    }
    if differences.contains(&BASIC) {
        let text =
            "OAuth is switched off: users are asked for a password, and no second factor can be asked for";
        let remedy = "keep OAuth on with Exchange Online, which takes no basic authentication any more";
        said.push(OAUTH_OFF.say("change.oauth-off", Weight::Warning, text).remedy(remedy));
    }
    for what in [HOST, NAME, ADDRESS] {
        if differences.contains(&what) {
            let again = if mail_again { "; all mail is downloaded again" } else { "" };
            let text = format!("{what}: the user signs in again{again}");
            let id = match what {
                HOST => "change.host",
                NAME => "change.user-name",
                _ => "change.address",
            };
            said.push(ACCOUNT.say(id, Weight::Warning, text));
        }
    }
    if differences.contains(&SSL) {
        let text = "TLS is switched off: passwords and mail go over the wire in clear";
        said.push(TLS.say("change.tls-off", Weight::Error, text).remedy("leave SSL on"));
    }
    if old.is_some() {
        let text = "what the user changed in the account, services and the mail window among it, is set back";
        said.push(RESET.say("change.reset", Weight::Info, text));
    }
    said
}

fn duplicate(new: &Intent) -> Statement {
    let (host, address) = (new.host.as_deref().unwrap_or("?"), new.email_address.as_deref().unwrap_or("?"));
    let text = format!(
        "the user has made an account for {address} on {host} by hand: the profile is refused (MCEASErrorDomain 21005, \
         Intune -2016315107 / 0x87D1791D), and Company Portal calls the phone not compliant"
    );
    let remedy = "the user deletes the account in Settings, Mail, Accounts, and syncs in Company Portal; the next \
                  check-in installs the profile";
    DUPLICATE.say("account.duplicate", Weight::Error, text).about(address).remedy(remedy)
}
