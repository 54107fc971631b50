//! The command line of `handset device`.

use crate::cli::{Format, address, clock, ios};
use crate::hardware::model;
use crate::variant::{Variant, variant};
use clap::{Args, Parser, Subcommand};
use profile::{OsVersion, Timestamp};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  handset device create phone --ios 17.5 --supervised
  handset device install phone mail.mobileconfig --consent --secret password=@password.txt
  handset device show phone --format json
  handset device act phone service.mail.off
  handset device clock phone +30d
  handset device snapshot phone -o phone.handset

Exit codes:
  0  done; a prompt that nobody answered waits on the phone, and the command says so
  1  the phone refused the profile, or the action is denied or absent
  2  a wrong command line or name, a file that cannot be read
  3  the environment: the store cannot be read, written or locked";

/// Keeps simulated iPhones under names: install, remove, act, move their clock, snapshot and restore them.
#[derive(Debug, Parser)]
#[command(before_help = EXAMPLES, arg_required_else_help = true)]
pub struct DeviceArguments {
    /// The folder of the store [default: $XDG_DATA_HOME/handset or ~/.local/share/handset].
    #[arg(long, env = "HANDSET_STORE", value_name = "DIR", global = true)]
    pub store: Option<PathBuf>,

    /// How long to wait for another command that changes the store, in seconds.
    #[arg(long, env = "HANDSET_STORE_WAIT", value_name = "SECONDS", default_value_t = 30, global = true)]
    pub store_wait: u32,

    #[command(subcommand)]
    pub command: DeviceCommand,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum DeviceCommand {
    /// Makes a fresh phone in a world of its own.
    #[command(
        before_help = "Examples:\n  handset device create phone\n  handset device create old --ios 12.5 --model iPhone10,3 --seed 7"
    )]
    Create(CreateArguments),

    /// Lists the phones.
    #[command(before_help = "Examples:\n  handset device list\n  handset device list --format json")]
    List {
        /// How to print the answer.
        #[arg(long, env = "HANDSET_FORMAT", default_value = "human")]
        format: Format,
    },

    /// Shows what is on a phone; secrets are not shown.
    #[command(
        before_help = "Examples:\n  handset device show phone\n  handset device show phone --format json"
    )]
    Show {
        /// The phone.
        name: String,
        /// How to print the answer; JSON is the contract of fixtures/schema/device-show.schema.json.
        #[arg(long, env = "HANDSET_FORMAT", default_value = "human")]
        format: Format,
    },

    /// Installs a profile by hand, as its owner would.
    ///
    /// What `handset lint` warns of in a profile that is installed, and what cannot be opened in one that is refused, goes
    /// to standard error; the answer itself goes to standard output.
    #[command(
        before_help = "Examples:\n  handset device install phone mail.mobileconfig\n  handset device install phone mail.mobileconfig --consent --secret password=@password.txt"
    )]
    Install {
        /// The phone.
        name: String,
        /// The profile; `-` for standard input.
        #[arg(value_name = "FILE")]
        profile: PathBuf,
        #[command(flatten)]
        answers: AnswerArguments,
        /// How to print the answer.
        #[arg(long, env = "HANDSET_FORMAT", default_value = "human")]
        format: Format,
    },

    /// Removes a profile, as its owner would.
    #[command(
        before_help = "Examples:\n  handset device remove phone com.example.mail\n  handset device remove phone com.example.mail --secret removal-passcode=@passcode.txt"
    )]
    Remove {
        /// The phone.
        name: String,
        /// The `PayloadIdentifier` of the profile.
        #[arg(value_name = "PAYLOAD-IDENTIFIER")]
        identifier: String,
        #[command(flatten)]
        answers: AnswerArguments,
        /// How to print the answer.
        #[arg(long, env = "HANDSET_FORMAT", default_value = "human")]
        format: Format,
    },

    /// Lets the owner do something; the actions are those of `handset try`.
    #[command(
        before_help = "Examples:\n  handset device act phone service.mail.off\n  handset device act phone smime.signing.on --format json"
    )]
    Act {
        /// The phone.
        name: String,
        /// The action.
        #[arg(value_name = "ACTION-ID")]
        action: String,
        #[command(flatten)]
        answers: AnswerArguments,
        /// How to print the answer.
        #[arg(long, env = "HANDSET_FORMAT", default_value = "human")]
        format: Format,
    },

    /// Changes what the phone is, and answers the prompts that wait on it.
    ///
    /// Settings: supervised=true|false, model=NAME, language=TAG, encrypt-default-toggle=free|needs-per-message-switch,
    /// supervised-payloads=refused|ignored, mail-signing-default=off|on, and of the world around the phone
    /// enrolment=answers|refused|unreachable: what SCEP and ACME servers say.
    #[command(
        before_help = "Examples:\n  handset device set phone --secret password=@password.txt\n  handset device set phone supervised=true\n  handset device set phone enrolment=unreachable"
    )]
    Set {
        /// The phone.
        name: String,
        /// What to change.
        #[arg(value_name = "KEY=VALUE")]
        settings: Vec<String>,
        #[command(flatten)]
        answers: AnswerArguments,
        /// How to print the answer.
        #[arg(long, env = "HANDSET_FORMAT", default_value = "human")]
        format: Format,
    },

    /// Writes everything that a phone and its world are into a file, private keys and passwords included; its mode is
    /// 0600.
    #[command(before_help = "Examples:\n  handset device snapshot phone -o phone.handset")]
    Snapshot {
        /// The phone.
        name: String,
        /// The file.
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
    },

    /// Makes a phone what a snapshot says, in place of what it was.
    #[command(before_help = "Examples:\n  handset device restore phone phone.handset")]
    Restore {
        /// The phone; it need not exist.
        name: String,
        /// The snapshot; `-` for standard input.
        file: PathBuf,
    },

    /// Brings a phone to a newer iOS.
    #[command(before_help = "Examples:\n  handset device upgrade-os phone 18.1")]
    UpgradeOs {
        /// The phone.
        name: String,
        /// The iOS version.
        #[arg(value_parser = ios)]
        version: OsVersion,
        #[command(flatten)]
        answers: AnswerArguments,
        /// How to print the answer.
        #[arg(long, env = "HANDSET_FORMAT", default_value = "human")]
        format: Format,
    },

    /// Shows the virtual time of a phone, or moves it forward; what falls due on the way happens.
    #[command(
        before_help = "Examples:\n  handset device clock phone\n  handset device clock phone +30d\n  handset device clock phone 2027-01-15T09:00:00Z"
    )]
    Clock {
        /// The phone.
        name: String,
        /// How far, such as +30d, +12h or +1d12h30m; or until when.
        #[arg(value_name = "+DURATION|TIME")]
        moment: Option<String>,
        /// How to print the answer.
        #[arg(long, env = "HANDSET_FORMAT", default_value = "human")]
        format: Format,
    },

    /// Removes a phone from the store.
    #[command(before_help = "Examples:\n  handset device delete phone")]
    Delete {
        /// The phone.
        name: String,
    },
}

/// What a fresh phone is.
#[derive(Debug, Args)]
pub struct CreateArguments {
    /// Its name: letters, digits, `.`, `-` and `_`.
    pub name: String,

    /// The iOS version.
    #[arg(long, env = "HANDSET_IOS", default_value = "17.5", value_name = "VERSION", value_parser = ios)]
    pub ios: OsVersion,

    /// The model, as in ProductName.
    #[arg(long, env = "HANDSET_MODEL", default_value = "iPhone15,2", value_parser = model)]
    pub model: String,

    /// The phone is supervised.
    #[arg(long, env = "HANDSET_SUPERVISED")]
    pub supervised: bool,

    /// Decides everything random but real cryptography.
    #[arg(long, env = "HANDSET_SEED", default_value_t = 1, value_name = "N")]
    pub seed: u64,

    /// The virtual time at the start.
    #[arg(long, env = "HANDSET_CLOCK", default_value = "2026-11-02T08:00:00Z", value_name = "TIME", value_parser = clock)]
    pub clock: Timestamp,

    /// Who the owner is.
    #[arg(long, env = "HANDSET_USER", default_value = "alice@contoso.example", value_name = "ADDRESS", value_parser = address)]
    pub user: String,

    /// A reading of disputed sources: encrypt-default-toggle=free|needs-per-message-switch,
    /// supervised-payloads=refused|ignored, mail-signing-default=off|on; `handset explain` says what they mean.
    #[arg(long, env = "HANDSET_VARIANT", value_name = "NAME=READING", value_parser = variant)]
    pub variant: Vec<Variant>,

    /// `password=@FILE` is the only password that the server then takes from the owner; without it, the first one typed
    /// for a mailbox becomes its password.
    #[arg(long, env = "HANDSET_SECRET", hide_env_values = true, value_name = "NAME=@FILE")]
    pub secret: Vec<String>,

    /// How to print the answer.
    #[arg(long, env = "HANDSET_FORMAT", default_value = "human")]
    pub format: Format,
}

/// What the owner answers. On a terminal a person is asked for the rest; else a prompt stays on the phone.
#[derive(Debug, Default, Args)]
pub struct AnswerArguments {
    /// The owner agrees to what the phone asks consent for.
    #[arg(long, env = "HANDSET_CONSENT")]
    pub consent: bool,

    /// The owner types what is in the file: `password=@FILE`, `certificate-password=@FILE` or
    /// `removal-passcode=@FILE`; `@-` is standard input.
    #[arg(long, env = "HANDSET_SECRET", hide_env_values = true, value_name = "NAME=@FILE")]
    pub secret: Vec<String>,

    /// The owner types what is no secret: `email-address=ADDRESS`, `user-name=NAME`, or
    /// `missing-recipient-certificates=cancel`.
    #[arg(long, env = "HANDSET_ANSWER", value_name = "KIND=TEXT")]
    pub answer: Vec<String>,

    /// Answers this prompt only.
    #[arg(long, value_name = "ID")]
    pub prompt: Option<u64>,
}
