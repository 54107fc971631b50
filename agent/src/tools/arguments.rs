//! The command lines of the tools, examples first.

use clap::{Args, Parser, Subcommand, ValueEnum};
use profile::{OsVersion, Timestamp};
use std::path::PathBuf;

/// The tools.
#[derive(Debug, Subcommand)]
pub enum ToolCommand {
    Fmt(FmtArguments),
    Convert(ConvertArguments),
    Sign(SignArguments),
    Unsign(UnsignArguments),
    Encrypt(EncryptArguments),
    Decrypt(DecryptArguments),
    Diff(DiffArguments),
    Matrix(MatrixArguments),
}

/// How to print what was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// For people.
    Human,
    /// For programs: the contracts of fixtures/schema.
    Json,
}

const FMT: &str = "\
Examples:
  handset fmt mail.mobileconfig                 rewrites the file in place
  handset fmt --check profiles/*.mobileconfig   names the files that would change
  handset fmt - < mail.mobileconfig             standard input to standard output

Canonical is: UTF-8, Apple's document type, one tab a level, one element a line, base64 in lines, keys in the order \
they had. Values never change. Comments stay, each before, behind or inside the element where it stood.

Exit codes:
  0  every file is canonical, or was made so
  1  --check: a file would change
  2  a file is no XML property list; it is left as it was
  3  the environment: a file cannot be written";

/// Rewrites XML property lists in one canonical form.
#[derive(Debug, Parser)]
#[command(before_help = FMT)]
pub struct FmtArguments {
    /// The files, rewritten in place; `-` reads standard input and writes standard output.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// Changes nothing; prints the files that would change and ends with 1 if there are any.
    #[arg(long)]
    pub check: bool,

    /// Writes here instead of in place; only with one file. `-` is standard output.
    #[arg(short, long, value_name = "OUT", conflicts_with = "check")]
    pub output: Option<PathBuf>,
}

const CONVERT: &str = "\
Examples:
  handset convert mail.mobileconfig --to binary -o mail.bin.mobileconfig
  handset convert mail.bin.mobileconfig > mail.mobileconfig        the other form than it has

Values are the same in both forms; comments have no place in the binary one. A file that is in the wanted form already \
is copied as it is. A value that the wanted form cannot hold is named, and nothing is written.

Exit codes:
  0  converted
  2  no readable property list, or one that the wanted form cannot hold
  3  the environment: a file cannot be written";

/// Converts a property list between XML and binary.
#[derive(Debug, Parser)]
#[command(before_help = CONVERT)]
pub struct ConvertArguments {
    /// The property list; `-` for standard input.
    pub file: PathBuf,

    /// The wanted form.
    #[arg(long, default_value = "auto", value_name = "FORM")]
    pub to: Target,

    /// Where to write; standard output if absent or `-`.
    #[arg(short, long, value_name = "OUT")]
    pub output: Option<PathBuf>,

    /// Converts even where the wanted form cannot hold a value, which is then brought to the nearest that it can.
    #[arg(long)]
    pub force: bool,
}

/// The form to convert to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Target {
    /// The other one than the file has.
    Auto,
    /// XML.
    Xml,
    /// Binary.
    Binary,
}

/// A certificate with its private key, as PEM or DER files or as a PKCS#12.
#[derive(Debug, Args)]
pub struct KeyArguments {
    /// The private key of the certificate: PKCS#8, PKCS#1 or SEC 1 as PEM, or PKCS#8 as DER; not encrypted.
    #[arg(long, value_name = "KEY")]
    pub key: Option<PathBuf>,

    /// A PKCS#12 with certificate and key, instead of the two files.
    #[arg(long, value_name = "FILE", conflicts_with = "key")]
    pub p12: Option<PathBuf>,

    /// The passphrase of the PKCS#12: the first line of this file. Passphrases are never taken from the command line.
    #[arg(long, value_name = "FILE", requires = "p12", conflicts_with = "key")]
    pub passphrase_file: Option<PathBuf>,
}

const SIGN: &str = "\
Examples:
  handset sign mail.mobileconfig --signer signer.pem --key signer.key --chain issuing.pem -o signed.mobileconfig
  handset sign mail.mobileconfig --p12 signer.p12 --passphrase-file passphrase -o signed.mobileconfig

The result is DER CMS SignedData around the profile's own bytes, with the chain but no root, as phones expect it. \
Encrypt first and sign last: the signature goes outside.

Exit codes:
  0  signed
  2  no readable profile, certificate or key, or they do not belong together; nothing is written
  3  the environment: a file cannot be written";

/// Signs a profile.
#[derive(Debug, Parser)]
#[command(before_help = SIGN)]
pub struct SignArguments {
    /// The profile; `-` for standard input.
    pub profile: PathBuf,

    /// The certificate that signs, PEM or DER; further ones in a PEM file count as its chain.
    #[arg(
        long,
        value_name = "CERT",
        conflicts_with = "p12",
        requires = "key",
        required_unless_present = "p12"
    )]
    pub signer: Option<PathBuf>,

    #[command(flatten)]
    pub key: KeyArguments,

    /// The issuers' certificates to include, PEM or DER; roots are left out.
    #[arg(long, value_name = "FILE")]
    pub chain: Option<PathBuf>,

    /// Where to write; `-` is standard output.
    #[arg(short, long, value_name = "OUT")]
    pub output: PathBuf,

    /// The time of signing; the system's if absent.
    #[arg(long, env = "HANDSET_CLOCK", value_name = "TIME", value_parser = time)]
    pub clock: Option<Timestamp>,
}

const UNSIGN: &str = "\
Examples:
  handset unsign signed.mobileconfig -o mail.mobileconfig
  handset unsign signed.mobileconfig --ca-file roots.pem > mail.mobileconfig

Says who signed and whether it holds: on standard output with -o, else on standard error. Takes BER and DER.

Exit codes:
  0  the signature holds; with --ca-file, its certificate leads to one of the roots too
  1  it does not; nothing is written but with --force
  2  not a signed file, or not a readable one
  3  the environment: a file cannot be written";

/// Takes the signature off a profile and says who made it.
#[derive(Debug, Parser)]
#[command(before_help = UNSIGN)]
pub struct UnsignArguments {
    /// The signed profile; `-` for standard input.
    pub file: PathBuf,

    /// Where to write the bytes inside; standard output if absent or `-`.
    #[arg(short, long, value_name = "OUT")]
    pub output: Option<PathBuf>,

    /// Certificates of roots, PEM or DER, to one of which the signer must lead.
    #[arg(long, value_name = "ROOTS")]
    pub ca_file: Option<PathBuf>,

    /// Writes what is inside even if the signature does not hold. The exit code stays 1.
    #[arg(long)]
    pub force: bool,

    /// The time at which certificates are judged; the system's if absent.
    #[arg(long, env = "HANDSET_CLOCK", value_name = "TIME", value_parser = time)]
    pub clock: Option<Timestamp>,
}

const ENCRYPT: &str = "\
Examples:
  handset encrypt mail.mobileconfig --recipient phone.pem -o sealed.mobileconfig
  handset encrypt mail.mobileconfig --recipient phone-1.pem --recipient phone-2.pem -o sealed.mobileconfig

PayloadContent becomes EncryptedPayloadContent, a CMS EnvelopedData for the identity of each recipient, and IsEncrypted \
becomes true. The other keys stay readable. A phone opens it with any identity that it has installed.

Exit codes:
  0  encrypted
  2  no readable profile or certificate, or nothing to encrypt; nothing is written
  3  the environment: a file cannot be written";

/// Encrypts the payloads of a profile to certificates.
#[derive(Debug, Parser)]
#[command(before_help = ENCRYPT)]
pub struct EncryptArguments {
    /// The profile; `-` for standard input.
    pub profile: PathBuf,

    /// The certificates, PEM or DER; a PEM file may hold several.
    #[arg(long, value_name = "CERT", required = true, num_args = 1..)]
    pub recipient: Vec<PathBuf>,

    /// Where to write; `-` is standard output.
    #[arg(short, long, value_name = "OUT")]
    pub output: PathBuf,
}

const DECRYPT: &str = "\
Examples:
  handset decrypt sealed.mobileconfig --recipient phone.pem --key phone.key -o mail.mobileconfig
  handset decrypt sealed.mobileconfig --p12 phone.p12 --passphrase-file passphrase -o mail.mobileconfig

The inverse of encrypt: PayloadContent is back in its place with the same values. The file is written for its owner \
alone (mode 0600), for what was worth encrypting may hold passwords and keys.

Exit codes:
  0  decrypted
  2  no readable encrypted profile, or no key for it; nothing is written
  3  the environment: a file cannot be written";

/// Decrypts the payloads of a profile.
#[derive(Debug, Parser)]
#[command(before_help = DECRYPT)]
pub struct DecryptArguments {
    /// The encrypted profile; `-` for standard input.
    pub profile: PathBuf,

    /// The certificate that it is encrypted to, PEM or DER.
    #[arg(
        long,
        value_name = "CERT",
        conflicts_with = "p12",
        requires = "key",
        required_unless_present = "p12"
    )]
    pub recipient: Option<PathBuf>,

    #[command(flatten)]
    pub key: KeyArguments,

    /// Where to write; `-` is standard output.
    #[arg(short, long, value_name = "OUT")]
    pub output: PathBuf,
}

const DIFF: &str = "\
Examples:
  handset diff mail-1.mobileconfig mail-2.mobileconfig
  handset diff mail-1.mobileconfig mail-2.mobileconfig --ios 12.5 --supervised --format json

Says what the user of a phone that has OLD will notice when NEW arrives: prompts, services, locks, mail that leaves, \
mail that can no longer be read; then which keys changed. Secrets are masked. Signed files are read through the \
signature; encrypted ones must be decrypted first.

Exit codes:
  0  nothing that the user would notice
  1  something
  2  a file is no readable profile, or the command line is wrong";

/// Says what the user will notice when one profile replaces another.
#[derive(Debug, Parser)]
#[command(before_help = DIFF)]
pub struct DiffArguments {
    /// The profile that phones have.
    pub old: PathBuf,

    /// The profile that they get.
    pub new: PathBuf,

    /// The iOS version of the phone.
    #[arg(long, env = "HANDSET_IOS", default_value = "17.5", value_name = "VERSION")]
    pub ios: OsVersion,

    /// The phone is supervised.
    #[arg(long, env = "HANDSET_SUPERVISED")]
    pub supervised: bool,

    /// How to print the answer.
    #[arg(long, env = "HANDSET_FORMAT", default_value = "human")]
    pub format: Form,

    /// The virtual time of the update.
    #[arg(long, env = "HANDSET_CLOCK", default_value = "2026-11-02T08:00:00Z", value_name = "TIME", value_parser = time)]
    pub clock: Timestamp,
}

const MATRIX: &str = "\
Examples:
  handset matrix mail.mobileconfig
  handset matrix mail.mobileconfig --from 12 --to 14 --supervised --format json

Installs the profile on a fresh simulated phone of each version and tries every action there. Neighbouring versions \
that behave alike share a column.

Exit codes:
  0  every version takes the profile
  1  some version refuses it
  2  the file is no readable profile, or the command line is wrong";

/// Shows how a profile behaves over the versions of iOS.
#[derive(Debug, Parser)]
#[command(before_help = MATRIX)]
pub struct MatrixArguments {
    /// The profile; `-` for standard input.
    pub profile: PathBuf,

    /// The first iOS version.
    #[arg(long, env = "HANDSET_FROM", default_value = "11", value_name = "VERSION")]
    pub from: OsVersion,

    /// The last iOS version; between the two every first release of a major version is looked at.
    #[arg(long, env = "HANDSET_TO", default_value = "18", value_name = "VERSION")]
    pub to: OsVersion,

    /// The model of the phones, as in ProductName.
    #[arg(long, env = "HANDSET_MODEL", default_value = "iPhone15,2")]
    pub model: String,

    /// The phones are supervised.
    #[arg(long, env = "HANDSET_SUPERVISED")]
    pub supervised: bool,

    /// Who the user is, where the profile leaves address or user name open.
    #[arg(long, env = "HANDSET_USER", value_name = "ADDRESS", value_parser = crate::cli::address)]
    pub user: Option<String>,

    /// The virtual time at which the phones start.
    #[arg(long, env = "HANDSET_CLOCK", default_value = "2026-11-02T08:00:00Z", value_name = "TIME", value_parser = time)]
    pub clock: Timestamp,

    /// Decides everything random but real cryptography.
    #[arg(long, env = "HANDSET_SEED", default_value_t = 1, value_name = "N")]
    pub seed: u64,

    /// How to print the answer.
    #[arg(long, env = "HANDSET_FORMAT", default_value = "human")]
    pub format: Form,
}

fn time(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse_rfc3339(text).map_err(|e| format!("{e}; write it like 2026-11-02T08:00:00Z"))
}

#[cfg(test)]
mod tests {
    use crate::cli::Cli;
    use clap::{CommandFactory, Parser};

    fn accepts(line: &str) -> bool {
        Cli::try_parse_from(line.split(' ')).is_ok()
    }

    #[test]
    fn help_begins_with_examples_and_names_the_exit_codes() {
        for name in ["fmt", "convert", "sign", "unsign", "encrypt", "decrypt", "diff", "matrix"] {
            let mut cli = Cli::command();
            let command = cli.find_subcommand_mut(name).unwrap_or_else(|| panic!("no {name}"));
            let help = command.render_help().to_string();
            assert!(help.starts_with("Examples:") && help.contains("Exit codes:"), "{name}: {help}");
        }
    }

    #[test]
    fn an_identity_is_two_files_or_one() {
        assert!(accepts("handset sign p --signer c --key k -o o"));
        assert!(accepts("handset sign p --p12 f --passphrase-file w -o o"));
        assert!(accepts("handset decrypt p --recipient c --key k -o o"));
        for line in [
            "handset sign p -o o",
            "handset sign p --signer c -o o",
            "handset sign p --key k -o o",
            "handset sign p --signer c --key k --p12 f -o o",
            "handset sign p --signer c --key k",
            "handset sign p --signer c --key k --passphrase-file w -o o",
            "handset decrypt p --recipient c -o o",
            "handset encrypt p -o o",
            "handset fmt",
            "handset fmt --check -o o p",
        ] {
            assert!(!accepts(line), "{line}");
        }
    }
}
