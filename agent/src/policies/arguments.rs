//! The command lines, examples first.

use crate::tools::arguments::Form;
use clap::{Args, Parser, Subcommand};
use profile::OsVersion;
use std::path::PathBuf;

/// Between policies and profiles.
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    Compile(CompileArguments),
    Import(ImportArguments),
}

/// Whom a profile is for.
#[derive(Debug, Args)]
pub struct UserArguments {
    /// Users, groups and devices (fixtures/schema/directory.schema.json). Without it the address of the user serves as
    /// user principal name and primary SMTP address.
    #[arg(long, env = "HANDSET_DIRECTORY", value_name = "FILE")]
    pub directory: Option<PathBuf>,
}

const COMPILE: &str = "\
Examples:
  handset compile policy.json --user alice@contoso.example -o mail.mobileconfig
  handset compile export.json --policy \"Mail for staff\" --user alice@contoso.example --directory directory.json
  handset compile policy.json --user alice@contoso.example --link smimeSigningCertificate=alice.p12 \\
      --secret smimeSigningCertificate=@alice.password -o mail.mobileconfig
  handset compile policy.json --user alice@contoso.example | handset try -

Takes Graph's JSON: one object, a list, or a whole export. Each key of the profile is shown with the setting it comes \
from, and whether that is certain or inferred. What the policy links and the file does not hold is given with --link.

Exit codes:
  0  compiled, and nothing is wrong with the policy
  1  compiled and written, but something is wrong: a linked certificate is not there, a value is unknown
  2  the policy is not readable, or the command line is wrong; nothing is written
  3  the environment: a file cannot be written";

/// Compiles an e-mail policy of Intune to the profile for one user.
#[derive(Debug, Parser)]
#[command(before_help = COMPILE)]
pub struct CompileArguments {
    /// The policy as Graph's JSON; `-` for standard input.
    pub policy: PathBuf,

    /// Whom the profile is for: an address, or any name of a user in the directory.
    #[arg(long, env = "HANDSET_USER", value_name = "USER", value_parser = user)]
    pub user: String,

    #[command(flatten)]
    pub directory: UserArguments,

    /// What a link leads to: the id of a linked object, or the name of the link (identityCertificate,
    /// smimeSigningCertificate, smimeEncryptionCertificate, derivedCredentialSettings, rootCertificate), and a file
    /// with the object as JSON, a PKCS#12, or a trusted certificate as PEM or DER.
    #[arg(long, value_name = "ID=FILE")]
    pub link: Vec<String>,

    /// A secret from a file: the password of a PKCS#12 by the ID of its --link or by `certificate-password`, or
    /// `scep-challenge`.
    #[arg(long, value_name = "NAME=@FILE")]
    pub secret: Vec<String>,

    /// Which e-mail policy, by name or id, where the file holds several.
    #[arg(long = "policy", value_name = "NAME|ID")]
    pub name: Option<String>,

    /// The iOS version of the phone: before 12 the older S/MIME keys are written beside the newer ones.
    #[arg(long, env = "HANDSET_IOS", value_name = "VERSION", value_parser = crate::cli::ios)]
    pub ios: Option<OsVersion>,

    /// Where to write the profile; standard output if absent or `-`.
    #[arg(short, long, value_name = "OUT")]
    pub output: Option<PathBuf>,

    /// How to print what was done; with `json` and without -o the profile is in the answer.
    #[arg(long, env = "HANDSET_FORMAT", default_value = "human")]
    pub format: Form,
}

const IMPORT: &str = "\
Examples:
  handset import mail.mobileconfig -o policy.json
  handset import mail.mobileconfig --user alice@contoso.example --directory directory.json
  handset import mail.mobileconfig --format json

Names what Intune cannot express. Certificates are policies of their own: a SCEP profile lies inside the link that \
names it, trusted certificates come along with --bundle, files with private keys never do.

Exit codes:
  0  all that the phone does by this profile can be said in a policy
  1  imported, but something is lost
  2  the file is no readable profile with one Exchange account; nothing is written
  3  the environment: a file cannot be written";

/// Turns a profile back into an e-mail policy of Intune.
#[derive(Debug, Parser)]
#[command(before_help = IMPORT)]
pub struct ImportArguments {
    /// The profile: XML or binary property list, or either CMS-signed; `-` for standard input.
    pub profile: PathBuf,

    /// Whom the profile was made for; names in it are then traced to this user's attributes.
    #[arg(long, env = "HANDSET_USER", value_name = "USER", value_parser = user)]
    pub user: Option<String>,

    #[command(flatten)]
    pub directory: UserArguments,

    /// Writes a list: the policy, and the trusted certificates beside it.
    #[arg(long)]
    pub bundle: bool,

    /// Where to write the policy; standard output if absent or `-`.
    #[arg(short, long, value_name = "POLICY.json")]
    pub output: Option<PathBuf>,

    /// How to print what was done; with `json` the policy is in the answer.
    #[arg(long, env = "HANDSET_FORMAT", default_value = "human")]
    pub format: Form,
}

fn user(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() {
        Err("a user is needed, such as alice@contoso.example".to_owned())
    } else {
        Ok(text.to_owned())
    }
}
