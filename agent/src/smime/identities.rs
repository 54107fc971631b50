//! Which files make an identity: options that may be given many times, and belong to each other by their order.

use clap::error::ErrorKind;
use clap::{Arg, ArgAction, ArgGroup, ArgMatches, Args, Command, Error, FromArgMatches, value_parser};
use std::path::PathBuf;

/// The files of one identity, or of the several in a PKCS#12.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IdentityFiles {
    /// A certificate and its key, which is in the same file if it is not named.
    Pair { certificate: PathBuf, key: Option<PathBuf>, passphrase: Option<PathBuf> },
    /// A PKCS#12.
    Pkcs12 { file: PathBuf, passphrase: Option<PathBuf> },
}

/// Who signs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningKeys(pub Vec<IdentityFiles>);

/// Who decrypts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecryptingKeys(pub Vec<IdentityFiles>);

const SIGNER: &str = "signer";
const RECIPIENT: &str = "recipient";

impl Args for SigningKeys {
    fn augment_args(command: Command) -> Command {
        let help = "The certificate that signs, PEM or DER; further ones in a PEM file count as its chain. Several may sign";
        augment(command, SIGNER, help)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for SigningKeys {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        read(matches, SIGNER).map(SigningKeys)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for DecryptingKeys {
    fn augment_args(command: Command) -> Command {
        augment(command, RECIPIENT, "A certificate that the message may be encrypted to, PEM or DER")
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for DecryptingKeys {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        read(matches, RECIPIENT).map(DecryptingKeys)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

fn augment(command: Command, certificate: &'static str, help: &'static str) -> Command {
    let many = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name)
            .long(name)
            .value_name(value)
            .action(ArgAction::Append)
            .value_parser(value_parser!(PathBuf))
            .help(help)
    };
    command
        .arg(many(certificate, "CERT", help))
        .arg(many("key", "KEY", "The private key of the certificate: PKCS#8, PKCS#1 or SEC 1, PEM or DER"))
        .arg(many("p12", "FILE", "A PKCS#12 with certificate and key, instead of the two files"))
        .arg(many(
            "passphrase-file",
            "FILE",
            "The passphrase of the --p12 or --key in front of it: the first line of this file, without a byte order mark",
        ))
        .group(ArgGroup::new("identity").args([certificate, "p12"]).required(true).multiple(true))
}

/// Puts the options together: each key belongs to the first certificate without one, each passphrase to the PKCS#12 or
/// key in front of it.
fn read(matches: &ArgMatches, certificate: &str) -> Result<Vec<IdentityFiles>, Error> {
    let usage = |text: String| Error::raw(ErrorKind::ArgumentConflict, format!("{text}\n"));
    let mut given: Vec<(usize, &str, PathBuf)> = Vec::new();
    for name in [certificate, "key", "p12", "passphrase-file"] {
        let files = matches.get_many::<PathBuf>(name).into_iter().flatten().cloned();
        let places = matches.indices_of(name).into_iter().flatten();
        given.extend(places.zip(files).map(|(place, file)| (place, name, file)));
    }
    given.sort_by_key(|(place, ..)| *place);
    let mut found: Vec<IdentityFiles> = Vec::new();
    // Keys that came before their certificates, and which identity a passphrase would belong to.
    let mut keys: Vec<PathBuf> = Vec::new();
    let mut last: Option<usize> = None;
    for (_, name, file) in given {
        match name {
            "p12" => {
                last = Some(found.len());
                found.push(IdentityFiles::Pkcs12 { file, passphrase: None });
            }
            "key" => {
                let open = found.iter().position(|i| matches!(i, IdentityFiles::Pair { key: None, .. }));
                match (open, open.and_then(|at| found.get_mut(at))) {
                    (Some(at), Some(IdentityFiles::Pair { key, .. })) => {
                        *key = Some(file);
                        last = Some(at);
                    }
                    _ => keys.push(file),
                }
            }
            "passphrase-file" => match last.and_then(|at| found.get_mut(at)) {
                Some(
                    IdentityFiles::Pair { passphrase: passphrase @ None, .. }
                    | IdentityFiles::Pkcs12 { passphrase: passphrase @ None, .. },
                ) => *passphrase = Some(file),
                _ => {
                    return Err(usage(format!(
                        "--passphrase-file {} follows no --p12 or --key that it could belong to",
                        file.display()
                    )));
                }
            },
            _ => {
                if !keys.is_empty() {
                    last = Some(found.len());
                }
                let key = (!keys.is_empty()).then(|| keys.remove(0));
                found.push(IdentityFiles::Pair { certificate: file, key, passphrase: None });
            }
        }
    }
    match keys.first() {
        Some(key) => Err(usage(format!("--key {} belongs to no --{certificate}", key.display()))),
        None => Ok(found),
    }
}
