//! What the phone asks, in words, and which answer of the command line fits.

use super::answers::Answers;
use device::{Account, AccountId, Answer, Device, MailQuestion, Prompt, PromptKind};
use serde::Serialize;

/// A prompt as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShownPrompt {
    /// Its number.
    pub id: u64,
    /// What is asked.
    pub kind: &'static str,
    /// As the phone puts it.
    pub text: String,
    /// The account that waits.
    pub account: Option<u32>,
    /// The `PayloadIdentifier` of the profile that waits.
    pub profile: Option<String>,
    /// The recipients that it names.
    pub recipients: Vec<String>,
    /// The option that answers it.
    pub answer_with: &'static str,
}

/// How a person types the answer on a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Typed {
    /// Unseen.
    Secret,
    /// Seen.
    Text,
    /// Yes or no; yes takes the message back.
    Cancel,
    /// Yes or no; yes agrees.
    Consent,
}

impl Typed {
    /// What was typed, as an answer.
    pub fn answer(self, text: &str) -> Option<Answer> {
        match self {
            _ if text.is_empty() => None,
            Typed::Secret => Some(Answer::Password(device::Secret::new(text))),
            Typed::Text => Some(Answer::Text(text.to_owned())),
            Typed::Cancel => yes(text).then_some(Answer::Cancel),
            Typed::Consent => yes(text).then_some(Answer::Agree),
        }
    }
}

fn yes(text: &str) -> bool {
    text.to_lowercase().starts_with('y')
}

/// How the prompt is answered by hand.
pub(super) fn typed(kind: &PromptKind) -> Typed {
    match kind {
        PromptKind::Password { .. }
        | PromptKind::SignIn { .. }
        | PromptKind::CertificatePassword { .. }
        | PromptKind::RemovalPasscode { .. } => Typed::Secret,
        PromptKind::MailAccount { asks, .. } if asks.is_secret() => Typed::Secret,
        PromptKind::MailAccount { .. } => Typed::Text,
        PromptKind::Consent { .. } => Typed::Consent,
        PromptKind::EmailAddress { .. } | PromptKind::UserName { .. } => Typed::Text,
        PromptKind::MissingRecipientCertificates { .. } => Typed::Cancel,
    }
}

/// The answer of the command line, if it has one.
pub(super) fn answer(kind: &PromptKind, answers: &Answers) -> Option<Answer> {
    match kind {
        PromptKind::Password { .. } | PromptKind::SignIn { .. } => {
            answers.password.clone().map(Answer::Password)
        }
        PromptKind::EmailAddress { .. } | PromptKind::MailAccount { asks: MailQuestion::Address, .. } => {
            answers.email_address.clone().map(Answer::Text)
        }
        PromptKind::MailAccount { asks, .. } if asks.is_secret() => {
            answers.password.clone().map(Answer::Password)
        }
        PromptKind::MailAccount { .. } => answers.user_name.clone().map(Answer::Text),
        PromptKind::UserName { .. } => answers.user_name.clone().map(Answer::Text),
        PromptKind::MissingRecipientCertificates { .. } => answers.take_back.then_some(Answer::Cancel),
        PromptKind::Consent { .. } => answers.consent.then_some(Answer::Agree),
        PromptKind::CertificatePassword { .. } => answers.certificate_password.clone().map(Answer::Password),
        PromptKind::RemovalPasscode { .. } => answers.removal_passcode.clone().map(Answer::Password),
    }
}

/// The account that waits for the answer.
pub(super) fn account(kind: &PromptKind) -> Option<AccountId> {
    kind.account()
}

/// A question about an IMAP or POP account: its kind, its text, and the option that answers it.
pub(crate) fn mail_question(
    device: &Device,
    account: AccountId,
    asks: MailQuestion,
) -> (&'static str, String, &'static str) {
    let settings =
        device.mail_accounts().iter().find(|a| a.id() == account).map(device::MailAccount::settings);
    let (incoming, outgoing) =
        settings.map_or(("", ""), |s| (s.incoming.host.as_str(), s.outgoing.host.as_str()));
    let name = settings.map_or("", |s| s.name.value.as_str());
    const PASSWORD: &str = "--secret password=@FILE";
    const USER_NAME: &str = "--answer user-name=NAME";
    match asks {
        MailQuestion::Address => (
            "mail-address",
            format!("Enter the e-mail address for the account “{name}”"),
            "--answer email-address=ADDRESS",
        ),
        MailQuestion::IncomingUserName => {
            ("incoming-user-name", format!("Enter the user name for “{incoming}”"), USER_NAME)
        }
        MailQuestion::IncomingPassword => {
            ("incoming-password", format!("Enter the password for the account “{name}”"), PASSWORD)
        }
        MailQuestion::OutgoingUserName => {
            ("outgoing-user-name", format!("Enter the user name for “{outgoing}”"), USER_NAME)
        }
        MailQuestion::OutgoingPassword => {
            ("outgoing-password", format!("Enter the password for “{outgoing}”"), PASSWORD)
        }
    }
}

/// The prompt as it is shown.
pub fn shown_prompt(device: &Device, prompt: &Prompt) -> ShownPrompt {
    let waiting = account(&prompt.kind).and_then(|id| device.account(id));
    let who = |value: Option<&str>| value.map(|v| format!("“{v}”")).unwrap_or("the account".to_owned());
    let email = || who(waiting.and_then(Account::email));
    let user_name = || who(waiting.and_then(Account::user_name));
    let (kind, text, recipients, answer_with): (_, _, &[String], _) = match &prompt.kind {
        PromptKind::Password { .. } => (
            "password",
            format!("Enter the Exchange password for {}", user_name()),
            &[],
            "--secret password=@FILE",
        ),
        PromptKind::SignIn { .. } => {
            ("sign-in", format!("Sign in as {}", email()), &[], "--secret password=@FILE")
        }
        PromptKind::EmailAddress { .. } => {
            ("email-address", "Enter the e-mail address".to_owned(), &[], "--answer email-address=ADDRESS")
        }
        PromptKind::UserName { .. } => {
            ("user-name", "Enter the user name".to_owned(), &[], "--answer user-name=NAME")
        }
        PromptKind::MailAccount { account, asks } => {
            let (kind, text, answer_with) = mail_question(device, *account, *asks);
            (kind, text, &[], answer_with)
        }
        PromptKind::MissingRecipientCertificates { recipients, .. } => (
            "missing-recipient-certificates",
            format!("The message cannot be encrypted for {}", recipients.join(", ")),
            recipients,
            "--answer missing-recipient-certificates=cancel",
        ),
        PromptKind::Consent { text, .. } => ("consent", text.clone(), &[], "--consent"),
        PromptKind::CertificatePassword { name, .. } => (
            "certificate-password",
            format!("Enter the password for the certificate “{name}”"),
            &[],
            "--secret certificate-password=@FILE",
        ),
        PromptKind::RemovalPasscode { profile } => (
            "removal-passcode",
            format!("Enter the passcode to remove {profile}"),
            &[],
            "--secret removal-passcode=@FILE",
        ),
    };
    ShownPrompt {
        id: prompt.id.0,
        kind,
        text,
        account: account(&prompt.kind).map(|id| id.0),
        profile: match &prompt.kind {
            PromptKind::Consent { profile, .. }
            | PromptKind::CertificatePassword { profile, .. }
            | PromptKind::RemovalPasscode { profile } => Some(profile.clone()),
            _ => None,
        },
        recipients: recipients.to_vec(),
        answer_with,
    }
}
