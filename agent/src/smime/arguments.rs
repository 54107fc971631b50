//! The command lines, examples first.

pub use super::identities::{DecryptingKeys, IdentityFiles, SigningKeys};
pub use super::inspect::InspectArguments;

use crate::cli::Format;
use clap::{Parser, Subcommand, ValueEnum};
use profile::Timestamp;
use std::path::PathBuf;

const SMIME: &str = "\
Examples:
  handset smime sign --signer alice.pem --key alice.key mail.eml -o signed.eml
  handset smime verify --ca-file roots.pem signed.eml -o content.eml
  handset smime encrypt --recipient bob.pem signed.eml -o sealed.eml
  handset smime decrypt --p12 bob.p12 --passphrase-file bob.pass sealed.eml -o signed.eml
  handset smime inspect message.eml

Messages are .eml files, bare CMS in DER or BER, or PEM; of any size, in constant memory. What is compressed \
is expanded to at most 64 MiB, of which a compressed layer in another may hold all in memory.";

/// Signs, verifies, encrypts, decrypts and shows S/MIME messages, and measures how fast.
#[derive(Debug, Parser)]
#[command(before_help = SMIME, arg_required_else_help = true)]
pub struct SmimeArguments {
    #[command(subcommand)]
    pub command: SmimeCommand,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum SmimeCommand {
    Sign(SignArguments),
    Verify(VerifyArguments),
    Encrypt(EncryptArguments),
    Decrypt(DecryptArguments),
    Inspect(InspectArguments),
    Bench(BenchArguments),
}

const SIGN: &str = "\
Examples:
  handset smime sign --signer alice.pem --key alice.key mail.eml -o signed.eml
  handset smime sign --p12 alice.p12 --passphrase-file alice.pass --opaque < mail.eml > signed.eml
  handset smime sign --signer a.pem --key a.key --signer b.pem --key b.key --digest sha512 mail.eml -o signed.eml

From, To, Subject and the other fields of the message stay outside; Content-* and the body go inside, byte for byte \
but for line ends, which become CRLF unless the transfer encoding is binary. Without Content-Type the content is \
text/plain. A byte order mark in front of the header goes. Input is all body if its first line is empty (that line \
goes) or neither a header field, that is \
a name without spaces and a colon, nor the line of a mailbox file (From and a space). If it begins as a header, every \
line up to the first empty one must be a field or continue one: put an empty line in front of text that begins like \
\"Note: ...\". A passphrase belongs to the --p12 or --key in front of it; it is the first line of its file, without \
a byte order mark. A message has at most 64 signatures. One input at most may be standard input (-).

Exit codes:
  0  signed
  2  a message, certificate or key cannot be read, or they do not belong together; nothing is written
  3  the environment: a file cannot be written
  130  interrupted; no file is left";

const SIGN_USAGE: &str = "\
handset smime sign --signer CERT --key KEY [--passphrase-file FILE] [OPTIONS] [IN]
       handset smime sign --p12 FILE [--passphrase-file FILE] [OPTIONS] [IN]";

/// Signs a message.
#[derive(Debug, Parser)]
#[command(before_help = SIGN, override_usage = SIGN_USAGE)]
pub struct SignArguments {
    /// The message; standard input if absent or `-`.
    #[arg(value_name = "IN")]
    pub input: Option<PathBuf>,

    #[command(flatten)]
    pub keys: SigningKeys,

    /// Further certificates to include, PEM or DER: those of issuers, without roots.
    #[arg(long, value_name = "FILE")]
    pub certificates: Vec<PathBuf>,

    /// The certificate to encrypt answers to, included and named in the signature; the signer's own if its key usage
    /// allows it.
    #[arg(long, value_name = "CERT")]
    pub encryption_certificate: Option<PathBuf>,

    /// Puts the content inside the signature (application/pkcs7-mime) instead of beside it (multipart/signed).
    #[arg(long)]
    pub opaque: bool,

    /// The digest algorithm; sha256 if absent, and sha512 for Ed25519 keys whatever is said (RFC 8419).
    #[arg(long, env = "HANDSET_SMIME_DIGEST", value_name = "D")]
    pub digest: Option<DigestName>,

    /// RSA keys sign with PSS instead of PKCS#1 v1.5.
    #[arg(long)]
    pub pss: bool,

    /// Copies the message's header inside, so that it is signed too (RFC 9788): `clear` for a message that stays readable,
    /// `cipher` for one that `handset smime encrypt` takes next; it withholds the subject outside.
    #[arg(long, value_enum, value_name = "FOR", num_args = 0..=1, require_equals = true, default_missing_value = "clear")]
    pub protect_headers: Option<HeaderProtectionName>,

    /// Signs as a known sender does: the ciphers that are advertised, how the certificate for answers is named.
    #[arg(long, env = "HANDSET_SMIME_PROFILE", value_name = "SENDER", default_value = "strict")]
    pub profile: SenderName,

    /// The time of signing; the system's if absent.
    #[arg(long, env = "HANDSET_CLOCK", value_name = "TIME", value_parser = time)]
    pub clock: Option<Timestamp>,

    /// Where to write; standard output if absent or `-`.
    #[arg(short, long, value_name = "OUT")]
    pub output: Option<PathBuf>,
}

const VERIFY: &str = "\
Examples:
  handset smime verify --ca-file roots.pem mail.eml
  handset smime verify --ca-file roots.pem --crl ca.crl --at 2026-11-02T08:00:00Z --format json mail.eml
  handset smime verify --ca-file roots.pem mail.eml -o content.eml
  handset smime verify --ca-file roots.pem smime.p7s --content document.pdf

Every signature must hold, and its certificate lead to one of the roots and be fit for mail. The sender (From) must \
be among the certificate's addresses if both have any: domains without case and with A-labels (xn--), and local parts \
without case too, which is then noted; \
a From that could be read in two ways is nobody's. \
Where several have signed, that goes for each: every signer's certificate must match the sender, and one of somebody else, \
such as a company's beside its employee's, fails the message unless --no-from-check is given. Of what --content names every octet counts if it is no text; line \
ends of text may be others than CRLF, which is then noted. \
The report goes to standard output, or to standard error when the content goes there (-o -). Of several layers the \
outermost is taken off, compressed ones around it and inside it too; the content is written only if the message is \
verified. Content of any type is verified; one that is no mail is told. With --merge-headers protected fields (RFC 9788) \
stand in the place of those outside, From too. A multipart without its last boundary is accepted and told. \
A message begins with a header field, the line of a mailbox file (From and a space), or CMS; a byte order mark and empty \
lines in front are passed over.

Exit codes:
  0  verified
  1  not verified: a signature, certificate or sender is not right, or the message is not signed: plain, encrypted,
     compressed alone, or CMS of another kind
  2  the message or a certificate cannot be read; of the message JSON tells that, too
  3  the environment: a file cannot be written
  130  interrupted; no file is left";

/// Verifies a signed message.
#[derive(Debug, Parser)]
#[command(before_help = VERIFY)]
pub struct VerifyArguments {
    /// The message; standard input if absent or `-`.
    #[arg(value_name = "IN")]
    pub input: Option<PathBuf>,

    /// Certificates of roots, PEM or DER; may be given several times.
    #[arg(long, value_name = "ROOTS", required = true)]
    pub ca_file: Vec<PathBuf>,

    /// Further certificates, PEM or DER: of issuers, and of signers that sent none.
    #[arg(long, value_name = "FILE")]
    pub intermediates: Vec<PathBuf>,

    /// Revocation lists, PEM or DER. What is revoked is refused, also when the list is out of date, unless it is a hold
    /// that may have ended; with --strict, so is what no list speaks of.
    #[arg(long, value_name = "FILE")]
    pub crl: Vec<PathBuf>,

    /// OCSP responses, DER.
    #[arg(long, value_name = "FILE")]
    pub ocsp: Vec<PathBuf>,

    /// The time at which certificates are judged; the system's if absent.
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub at: Option<Timestamp>,

    /// The sender, in place of the message's From.
    #[arg(long, value_name = "ADDRESS", value_parser = crate::cli::address)]
    pub from: Option<String>,

    /// Does not compare the sender with the signers, of whom otherwise every one must match.
    #[arg(long, conflicts_with = "from")]
    pub no_from_check: bool,

    /// Refuses what is weak: SHA-1, short RSA keys; and with --crl or --ocsp what is not known to be good.
    #[arg(long)]
    pub strict: bool,

    /// What a signature that stands alone signs; nothing is written then, so not with --output.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["output", "merge_headers"])]
    pub content: Option<PathBuf>,

    /// Where to write what was signed; `-` is standard output.
    #[arg(short, long, value_name = "CONTENT")]
    pub output: Option<PathBuf>,

    /// Puts the message's header back in front of what was signed.
    #[arg(long, requires = "output")]
    pub merge_headers: bool,

    /// How to print the report; json is the contract of fixtures/schema/smime-verify.schema.json.
    #[arg(long, env = "HANDSET_FORMAT", default_value = "human")]
    pub format: Format,
}

const ENCRYPT: &str = "\
Examples:
  handset smime encrypt --recipient bob.pem mail.eml -o sealed.eml
  handset smime encrypt --recipient bob.pem --recipient alice.pem --cipher aes-256-gcm < mail.eml > sealed.eml
  handset smime encrypt --recipient bob.pem --key-encryption rsa-oaep-sha256 mail.eml -o sealed.eml

What goes inside and what stays outside is as with `handset smime sign`. Encrypt to yourself too, or you cannot read \
what you sent. Sign first, encrypt last.

Exit codes:
  0  encrypted
  2  a message or certificate cannot be read, its key or key usage is not for encrypting (--force passes over the
     usage), or the recipients have no cipher in common; nothing is written
  3  the environment: a file cannot be written
  130  interrupted; no file is left";

/// Encrypts a message.
#[derive(Debug, Parser)]
#[command(before_help = ENCRYPT)]
pub struct EncryptArguments {
    /// The message; standard input if absent or `-`.
    #[arg(value_name = "IN")]
    pub input: Option<PathBuf>,

    /// Certificates to encrypt to, PEM or DER; may be given several times.
    #[arg(long, value_name = "CERT", required = true)]
    pub recipient: Vec<PathBuf>,

    /// Encrypts to certificates whose key usage does not allow it, too.
    #[arg(long)]
    pub force: bool,

    /// The content cipher; by default the sender profile's choice from what the recipients' certificates say that their
    /// owners can read (RFC 4262), and where they say nothing, what it uses then.
    #[arg(long, env = "HANDSET_SMIME_CIPHER", value_name = "CIPHER")]
    pub cipher: Option<CipherName>,

    /// How the content key is encrypted; by default PKCS#1 v1.5 to RSA keys and ECDH to elliptic curve keys. To elliptic
    /// curve keys it is ECDH beside RSA-OAEP, too.
    #[arg(long, env = "HANDSET_SMIME_KEY_ENCRYPTION", value_name = "METHOD", default_value = "auto")]
    pub key_encryption: KeyEncryptionName,

    /// Copies the message's header inside and withholds the subject outside (RFC 9788). For a message that is signed
    /// first, sign with `--protect-headers=cipher` instead.
    #[arg(long)]
    pub protect_headers: bool,

    /// Chooses the cipher as a known sender does.
    #[arg(long, env = "HANDSET_SMIME_PROFILE", value_name = "SENDER", default_value = "strict")]
    pub profile: SenderName,

    /// Where to write; standard output if absent or `-`.
    #[arg(short, long, value_name = "OUT")]
    pub output: Option<PathBuf>,
}

const DECRYPT: &str = "\
Examples:
  handset smime decrypt --recipient bob.pem --key bob.key sealed.eml -o mail.eml
  handset smime decrypt --p12 new.p12 --passphrase-file new.pass --p12 old.p12 --passphrase-file old.pass sealed.eml
  handset smime decrypt --p12 bob.p12 --passphrase-file bob.pass --merge-headers < sealed.eml > mail.eml

Many identities may be given, new and old; the first that opens the message is used. A passphrase belongs to the \
--p12 or --key in front of it; a PKCS#12 without one has the empty one. Nothing is written, to standard output neither, \
before padding or tag were checked. Of several layers the outermost is taken off, compressed ones around it and inside \
it too. With --merge-headers protected fields (RFC 9788) stand in the place of those outside, but for a From with other \
addresses: nobody has signed it. A change to what AES-GCM encrypted is always seen; CBC has nothing to see it by and may \
give another text, and JSON says \"authenticated\": false. A passphrase is the first line of its file, without a byte \
order mark. One input at most may be standard input (-).

Exit codes:
  0  decrypted
  1  not decryptable: no identity opens it, it was changed and that is seen, or it is not encrypted: plain, signed,
     compressed alone, or CMS of another kind
  2  the message, a certificate or a key cannot be read
  3  the environment: a file cannot be written
  130  interrupted; no file is left";

const DECRYPT_USAGE: &str = "\
handset smime decrypt (--recipient CERT --key KEY [--passphrase-file FILE])... [OPTIONS] [IN]
       handset smime decrypt (--p12 FILE [--passphrase-file FILE])... [OPTIONS] [IN]";

/// Decrypts a message.
#[derive(Debug, Parser)]
#[command(before_help = DECRYPT, override_usage = DECRYPT_USAGE)]
pub struct DecryptArguments {
    /// The message; standard input if absent or `-`.
    #[arg(value_name = "IN")]
    pub input: Option<PathBuf>,

    #[command(flatten)]
    pub keys: DecryptingKeys,

    /// Puts the message's header back in front of what was encrypted.
    #[arg(long)]
    pub merge_headers: bool,

    /// Where to write; standard output if absent or `-`.
    #[arg(short, long, value_name = "OUT")]
    pub output: Option<PathBuf>,

    /// How to print the report: on standard output with -o, else on standard error; json is the contract of
    /// fixtures/schema/smime-decrypt.schema.json.
    #[arg(long, env = "HANDSET_FORMAT", default_value = "human")]
    pub format: Format,
}

const BENCH: &str = "\
Examples:
  handset smime bench
  handset smime bench --quick
  handset smime bench --format json > bench.json

In one process: each operation at several sizes, and which share of its time the cryptographic primitives alone take, \
measured in turns. As whole commands: from start to end on files, against the openssl on PATH if there is one, with \
the most memory each had. Keys are test keys; nothing is kept.

Sizes are 4 KiB, 100 KiB and 10 MiB, of whole commands 100 MiB too. With --quick it takes about 5 seconds instead of \
minutes: 4 KiB and 10 MiB, of whole commands 4 KiB and 1 MiB, and as few rounds as tell the order of magnitude; what is \
to be quoted is measured without.

Exit codes:
  0  measured
  3  the environment: files cannot be written, a command fails";

/// Measures how fast signing, verifying, encrypting and decrypting are on this machine.
#[derive(Debug, Parser)]
#[command(before_help = BENCH)]
pub struct BenchArguments {
    /// Leaves out 100 KiB, whole commands on more than 1 MiB, and most rounds: about 5 seconds.
    #[arg(long)]
    pub quick: bool,

    /// How to print the report; json is the contract of fixtures/schema/smime-bench.schema.json.
    #[arg(long, env = "HANDSET_FORMAT", default_value = "human")]
    pub format: Format,
}

/// A digest algorithm that is signed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DigestName {
    Sha256,
    Sha384,
    Sha512,
}

/// What a signed message with a protected header is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum HeaderProtectionName {
    /// it is sent as it is
    Clear,
    /// it is encrypted next
    Cipher,
}

/// A content cipher that is encrypted with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CipherName {
    #[value(name = "aes-128-cbc")]
    Aes128Cbc,
    #[value(name = "aes-192-cbc")]
    Aes192Cbc,
    #[value(name = "aes-256-cbc")]
    Aes256Cbc,
    #[value(name = "aes-128-gcm")]
    Aes128Gcm,
    #[value(name = "aes-256-gcm")]
    Aes256Gcm,
}

/// How a content key is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum KeyEncryptionName {
    /// PKCS#1 v1.5 to RSA keys, ECDH to elliptic curve keys.
    Auto,
    /// RSA with PKCS#1 v1.5.
    #[value(name = "rsa-v15")]
    RsaV15,
    /// RSA-OAEP with SHA-1.
    #[value(name = "rsa-oaep-sha1")]
    RsaOaepSha1,
    /// RSA-OAEP with SHA-256.
    #[value(name = "rsa-oaep-sha256")]
    RsaOaepSha256,
    /// RSA-OAEP with SHA-384.
    #[value(name = "rsa-oaep-sha384")]
    RsaOaepSha384,
    /// RSA-OAEP with SHA-512.
    #[value(name = "rsa-oaep-sha512")]
    RsaOaepSha512,
    /// ECDH with SHA-256 and AES-256 key wrap.
    Ecdh,
}

/// A known sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SenderName {
    /// Apple's library.
    Ios,
    /// Outlook for Windows.
    Outlook,
    /// RFC 8551 without what is for old readers.
    Strict,
}

fn time(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse_rfc3339(text).map_err(|e| format!("{e}; write it like 2026-11-02T08:00:00Z"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command};
    use clap::{CommandFactory, Parser};

    fn accepts(line: &str) -> bool {
        Cli::try_parse_from(line.split(' ')).is_ok()
    }

    #[test]
    fn help_begins_with_examples_and_names_the_exit_codes() {
        for name in ["sign", "verify", "encrypt", "decrypt", "inspect", "bench"] {
            let mut cli = Cli::command();
            let smime = cli.find_subcommand_mut("smime").expect("smime");
            let command = smime.find_subcommand_mut(name).unwrap_or_else(|| panic!("no {name}"));
            let help = command.render_help().to_string();
            assert!(help.starts_with("Examples:") && help.contains("Exit codes:"), "{name}: {help}");
        }
    }

    #[test]
    fn the_lines_of_the_contract_are_accepted() {
        for line in [
            "handset smime sign --signer c --key k in -o out",
            "handset smime sign --p12 f --passphrase-file w --opaque --digest sha512 --pss in",
            "handset smime verify --ca-file r --crl c --crl d --at 2026-11-02T08:00:00Z --from a@b in -o out --format json",
            "handset smime encrypt --recipient a --recipient b --cipher aes-256-gcm --key-encryption rsa-oaep-sha256 in -o out",
            "handset smime decrypt --recipient c --key k --p12 f --passphrase-file w in -o out",
            "handset smime decrypt --p12 f",
            "handset smime bench --quick --format json",
        ] {
            assert!(accepts(line), "{line}");
        }
        for line in [
            "handset smime sign in",
            "handset smime verify in",
            "handset smime encrypt in",
            "handset smime decrypt in",
            "handset smime verify --ca-file r --from a@b --no-from-check in",
            "handset smime verify --ca-file r --content c in -o out",
            "handset smime decrypt --recipient c --p12 f --key k --key l in",
            "handset smime decrypt --p12 f --passphrase-file v --passphrase-file w in",
        ] {
            assert!(!accepts(line), "{line}");
        }
    }

    #[test]
    fn the_examples_are_accepted() {
        for help in [SMIME, SIGN, VERIFY, ENCRYPT, DECRYPT, BENCH] {
            let examples: Vec<_> = help.lines().filter(|line| line.starts_with("  handset ")).collect();
            assert!(!examples.is_empty());
            for line in examples {
                let words = line.split_whitespace().take_while(|word| !matches!(*word, "<" | ">"));
                assert!(Cli::try_parse_from(words).is_ok(), "{line}");
            }
        }
    }

    #[test]
    fn a_passphrase_belongs_to_what_it_follows() {
        let line = "handset smime decrypt --p12 a --passphrase-file 1 --p12 b --recipient c --key d \
                    --passphrase-file 2 --p12 e --passphrase-file 3 in";
        let cli = Cli::try_parse_from(line.split_whitespace()).unwrap();
        let Command::Smime(SmimeArguments { command: SmimeCommand::Decrypt(arguments) }) = cli.command else {
            panic!("another command");
        };
        let p12 = |file: &str, passphrase: Option<&str>| IdentityFiles::Pkcs12 {
            file: file.into(),
            passphrase: passphrase.map(PathBuf::from),
        };
        let pair = IdentityFiles::Pair {
            certificate: "c".into(),
            key: Some("d".into()),
            passphrase: Some("2".into()),
        };
        assert_eq!(arguments.keys.0, [p12("a", Some("1")), p12("b", None), pair, p12("e", Some("3"))]);
    }
}
