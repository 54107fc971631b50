//! The command lines, examples first.

use crate::tools::arguments::Form;
use clap::{Args, Parser, Subcommand, ValueEnum};
use intent::answer::{DecryptsWith, ImportedChoice, LookupSource};
use profile::{OsVersion, Timestamp};
use std::path::PathBuf;

const WHY: &str = "\
Examples:
  handset why 21005                                    an error number, of Apple or of Intune
  handset why 0x87D1FDE8                               the same in hexadecimal; -2016281112 and 2278686184 work too
  handset why MCEASErrorDomain 21005
  handset why prompts tenant.json --directory directory.json
  handset why open mail.mobileconfig                   who could still switch what back on
  handset why sign-in *.mobileconfig                   how each account signs in
  handset why certificate mail.mobileconfig --address alice@contoso.example
  handset why certificate --identity alice.p12 --passphrase-file alice.password
  handset why certificate --recipient bob@partner.example --source gal=bob.pem --source ldap=bob-new.pem
  handset why policy export.json                       what Graph does not know, and what was meant

Exit codes:
  0  nothing is wrong, or a number was explained
  1  something is wrong, and it is said what
  2  a file is not readable, or nothing is known of the number
  3  the environment: the answer cannot be printed";

/// Says why something is as it is: an error number, prompts without end, an open service, a certificate.
#[derive(Debug, Parser)]
#[command(before_help = WHY, args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct WhyArguments {
    #[command(subcommand)]
    pub question: Option<WhyQuestion>,

    /// An error number: Apple's, with or without its domain, or Intune's, in decimal or hexadecimal.
    #[arg(required = true, num_args = 1.., allow_negative_numbers = true, value_name = "CODE")]
    pub code: Vec<String>,

    /// How to print the answer.
    #[arg(long, env = "HANDSET_FORMAT", default_value = "human")]
    pub format: Form,
}

/// What is asked with `why`.
#[derive(Debug, Subcommand)]
pub enum WhyQuestion {
    /// Why phones ask for the password again and again: certificate profiles that do not reach the same users.
    Prompts(PolicyQuestion),
    /// Who could still switch a service back on, and what nobody can switch on.
    Open(PhoneQuestion),
    /// How each account signs in, and which still do so by basic authentication.
    SignIn(SignInQuestion),
    /// Which certificate Mail and Outlook take, and why not the others.
    Certificate(Box<CertificateQuestion>),
    /// What is wrong with a policy or profile as it was written, with what was probably meant.
    Policy(PolicyQuestion),
}

/// A policy, and what stands around it.
#[derive(Debug, Args)]
pub struct PolicyQuestion {
    /// The policy as Graph's JSON, or a profile; `-` for standard input.
    pub file: PathBuf,

    #[command(flatten)]
    pub tenant: TenantArguments,

    /// How to print the answer.
    #[arg(long, env = "HANDSET_FORMAT", default_value = "human")]
    pub format: Form,
}

/// Which policy, for whom, with what beside it.
#[derive(Debug, Clone, Default, Args)]
pub struct TenantArguments {
    /// Users, groups and devices (fixtures/schema/directory.schema.json).
    #[arg(long, env = "HANDSET_DIRECTORY", value_name = "FILE")]
    pub directory: Option<PathBuf>,

    /// Only these users: addresses, or any name of a user in the directory. Without it all users of the directory.
    #[arg(long, env = "HANDSET_USER", value_name = "USER")]
    pub user: Vec<String>,

    /// Which policy, by name or id, where the file holds several.
    #[arg(long = "policy", value_name = "NAME|ID")]
    pub name: Option<String>,

    /// What a link leads to: the id of a linked object or the name of the link, and a file with the object.
    #[arg(long, value_name = "ID=FILE")]
    pub link: Vec<String>,

    /// A secret from a file: the password of a PKCS#12 by the ID of its --link, or `certificate-password`.
    #[arg(long, value_name = "NAME=@FILE")]
    pub secret: Vec<String>,
}

/// The phone that is spoken of.
#[derive(Debug, Clone, Args)]
pub struct PhoneArguments {
    /// The iOS version of the phone.
    #[arg(long, env = "HANDSET_IOS", default_value = "17.5", value_name = "VERSION", value_parser = crate::cli::ios)]
    pub ios: OsVersion,

    /// The phone is supervised.
    #[arg(long, env = "HANDSET_SUPERVISED")]
    pub supervised: bool,
}

/// A policy or profile on a phone.
#[derive(Debug, Args)]
pub struct PhoneQuestion {
    #[command(flatten)]
    pub policy: PolicyQuestion,

    #[command(flatten)]
    pub phone: PhoneArguments,
}

/// Accounts of several files.
#[derive(Debug, Args)]
pub struct SignInQuestion {
    /// Policies or profiles.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,

    #[command(flatten)]
    pub tenant: TenantArguments,

    #[command(flatten)]
    pub phone: PhoneArguments,

    /// How to print the answer.
    #[arg(long, env = "HANDSET_FORMAT", default_value = "human")]
    pub format: Form,
}

/// Certificates, whose, and where they lie.
#[derive(Debug, Args)]
pub struct CertificateQuestion {
    /// A policy or profile: its identities lie in the system keychain.
    #[arg(required_unless_present_any = ["identity", "in_outlook", "recipient"])]
    pub file: Option<PathBuf>,

    #[command(flatten)]
    pub tenant: TenantArguments,

    /// The address mail is sent from; by default that of the account.
    #[arg(long, value_name = "ADDRESS", value_parser = crate::cli::address)]
    pub address: Option<String>,

    /// An identity in the system keychain: a PKCS#12, or its certificate alone.
    #[arg(long, value_name = "FILE")]
    pub identity: Vec<PathBuf>,

    /// An identity in the keychain that Company Portal writes and Outlook reads.
    #[arg(long, value_name = "FILE")]
    pub in_outlook: Vec<PathBuf>,

    /// Passwords of the PKCS#12 files: the first line of each file is tried.
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Vec<PathBuf>,

    /// The user has opened Company Portal since the certificates were delivered.
    #[arg(long)]
    pub portal_opened: bool,

    /// Whom mail is to be encrypted to.
    #[arg(long, value_name = "ADDRESS", value_parser = crate::cli::address)]
    pub recipient: Option<String>,

    /// Certificates of recipients, by where they are: gal, device, publisher, entra-id, ldap or signed-mail.
    #[arg(long, value_name = "PLACE=FILE", value_parser = source, requires = "recipient")]
    pub source: Vec<(LookupSource, PathBuf)>,

    /// The time on the phone; the system's if absent.
    #[arg(long, env = "HANDSET_CLOCK", value_name = "TIME", value_parser = time)]
    pub at: Option<Timestamp>,

    /// How to print the answer.
    #[arg(long, env = "HANDSET_FORMAT", default_value = "human")]
    pub format: Form,
}

const PREDICT: &str = "\
Examples:
  handset predict change old.json new.json --directory directory.json
  handset predict change new.mobileconfig --own-account mail.contoso.example=alice@contoso.example
  handset predict renewal old.p12 new.p12 --passphrase-file word --mail archive/*.eml
  handset predict renewal mail.mobileconfig --at 2026-12-24T08:00:00Z
  handset predict removal tenant.json --policy \"Mail for staff\" --directory directory.json

Exit codes:
  0  nobody notices anything
  1  somebody is asked for something or loses something, and it is said who and what
  2  a file is not readable, or the command line is wrong
  3  the environment: the answer cannot be printed";

/// Says what will happen: who is prompted by a change, what a renewal makes unreadable, who loses what.
#[derive(Debug, Parser)]
#[command(before_help = PREDICT, arg_required_else_help = true)]
pub struct PredictArguments {
    #[command(subcommand)]
    pub question: PredictQuestion,
}

/// What is asked with `predict`.
#[derive(Debug, Subcommand)]
pub enum PredictQuestion {
    /// Who is prompted by a change, and for what.
    Change(ChangeQuestion),
    /// Which old mail becomes unreadable after a renewal, and what expires when.
    Renewal(RenewalQuestion),
    /// Which users lose what when a profile or policy goes.
    Removal(PhoneQuestion),
}

/// Two states of a policy or profile.
#[derive(Debug, Args)]
pub struct ChangeQuestion {
    /// The policy or profile before and after; one alone is new to everybody.
    #[arg(required = true, num_args = 1..=2, value_names = ["OLD", "NEW"])]
    pub files: Vec<PathBuf>,

    #[command(flatten)]
    pub tenant: TenantArguments,

    #[command(flatten)]
    pub phone: PhoneArguments,

    /// An account that the user made by hand.
    #[arg(long, value_name = "HOST=ADDRESS", value_parser = own_account)]
    pub own_account: Vec<(String, String)>,

    /// How to print the answer.
    #[arg(long, env = "HANDSET_FORMAT", default_value = "human")]
    pub format: Form,
}

/// Identities before and after.
#[derive(Debug, Args)]
pub struct RenewalQuestion {
    /// What is delivered before and after: profiles, PKCS#12 files, certificates, policies. One alone is only looked at
    /// for what expires.
    #[arg(num_args = 0..=2, value_names = ["OLD", "NEW"], required_unless_present_any = ["old", "new"])]
    pub files: Vec<PathBuf>,

    /// Further ones before.
    #[arg(long, value_name = "FILE")]
    pub old: Vec<PathBuf>,

    /// Further ones after.
    #[arg(long, value_name = "FILE")]
    pub new: Vec<PathBuf>,

    /// Encrypted messages that were received before.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub mail: Vec<PathBuf>,

    /// Passwords of the PKCS#12 files: the first line of each file is tried.
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Vec<PathBuf>,

    /// How certificates of files are delivered.
    #[arg(long, value_name = "HOW", default_value = "imported")]
    pub delivery: DeliveryWord,

    /// Which imported certificates reach the phone; documents dispute it.
    #[arg(long, value_name = "READING", default_value = "all")]
    pub imported: ImportedWord,

    /// Which identities Mail decrypts with; a report says that those not selected are not used.
    #[arg(long, value_name = "READING", default_value = "all")]
    pub decrypts_with: DecryptsWord,

    /// The time of the expiry report; the system's if absent.
    #[arg(long, env = "HANDSET_CLOCK", value_name = "TIME", value_parser = time)]
    pub at: Option<Timestamp>,

    /// How to print the answer.
    #[arg(long, env = "HANDSET_FORMAT", default_value = "human")]
    pub format: Form,
}

/// How a certificate is delivered, on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DeliveryWord {
    /// The key is made on each phone.
    Scep,
    /// The connector asks for one for each phone.
    Pkcs,
    /// Imported, the same on all phones.
    Imported,
}

/// Which imported certificates reach the phone, on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ImportedWord {
    /// All of them.
    All,
    /// The one with the newest start date.
    Newest,
}

/// Which identities decrypt, on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DecryptsWord {
    /// All of them.
    All,
    /// The selected one.
    Selected,
}

impl From<DeliveryWord> for intent::answer::Delivery {
    fn from(word: DeliveryWord) -> Self {
        match word {
            DeliveryWord::Scep => Self::Scep,
            DeliveryWord::Pkcs => Self::Pkcs,
            DeliveryWord::Imported => Self::Imported,
        }
    }
}

impl From<ImportedWord> for ImportedChoice {
    fn from(word: ImportedWord) -> Self {
        match word {
            ImportedWord::All => Self::All,
            ImportedWord::Newest => Self::Newest,
        }
    }
}

impl From<DecryptsWord> for DecryptsWith {
    fn from(word: DecryptsWord) -> Self {
        match word {
            DecryptsWord::All => Self::All,
            DecryptsWord::Selected => Self::Selected,
        }
    }
}

fn time(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse_rfc3339(text).map_err(|e| format!("{e}; write it like 2026-11-02T08:00:00Z"))
}

fn source(text: &str) -> Result<(LookupSource, PathBuf), String> {
    let (place, file) = text.split_once('=').ok_or("PLACE=FILE is needed, such as gal=bob.pem")?;
    let known = LookupSource::ALL.into_iter().find(|known| known.as_str() == place);
    let known = known.ok_or_else(|| {
        let names = LookupSource::ALL.map(LookupSource::as_str);
        let near = crate::suggestion::question(crate::suggestion::nearest(place, names));
        format!("there is no place {place:?}{near}; there are {}", names.join(", "))
    })?;
    Ok((known, PathBuf::from(file)))
}

fn own_account(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((host, address)) if !host.is_empty() && address.contains('@') => {
            Ok((host.to_owned(), address.to_owned()))
        }
        _ => Err("HOST=ADDRESS is needed, such as mail.contoso.example=alice@contoso.example".to_owned()),
    }
}
