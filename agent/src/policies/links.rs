//! What the command line hands in for links, and the secrets that open it.

use super::PolicyError;
use super::parties;
use crate::exit::Failure;
use crate::suggestion::nearest;
use intent::{Supplied, Supply};
use profile::graph::DOCUMENT_BYTES_MAX;
use simulator::PROVIDER;
use smime::{Certificate, Context, Pkcs12Error, Timestamp, pkcs12};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The largest file of a secret, in octets.
const MAX_SECRET: u64 = 64 * 1024;

/// The password of every PKCS#12 that has none of its own.
const CERTIFICATE_PASSWORD: &str = "certificate-password";
/// What proves SCEP requests allowed.
const SCEP_CHALLENGE: &str = "scep-challenge";

/// The secrets of the command line; never shown.
#[derive(Default)]
pub struct Secrets(BTreeMap<String, String>);

impl Secrets {
    /// Reads `NAME=@FILE`s. `ids` are those of the links, which may have passwords.
    ///
    /// # Errors
    /// [`PolicyError`] when a secret is not written so, is for nothing, or cannot be read.
    pub fn read(arguments: &[String], links: &[String]) -> Result<Self, PolicyError> {
        let ids: Vec<&str> = links.iter().filter_map(|link| link.split_once('=')).map(|(id, _)| id).collect();
        let mut secrets = BTreeMap::new();
        for text in arguments {
            let (name, file) = text.split_once("=@").ok_or(PolicyError::SecretForm)?;
            let known = || ids.iter().copied().chain([CERTIFICATE_PASSWORD, SCEP_CHALLENGE]);
            if !known().any(|id| id.eq_ignore_ascii_case(name)) {
                // A value may have slipped in front of the sign, so only what looks like a name is shown.
                if name.len() > 64 || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
                    return Err(PolicyError::SecretForm);
                }
                let near = nearest(name, known()).map(str::to_owned);
                return Err(PolicyError::NoSuchSecret { name: name.to_owned(), near });
            }
            secrets.insert(name.to_lowercase(), secret(name, Path::new(file))?);
        }
        Ok(Self(secrets))
    }

    /// What proves SCEP requests allowed.
    pub fn challenge(&self) -> Option<&str> {
        self.0.get(SCEP_CHALLENGE).map(String::as_str)
    }

    fn password(&self, id: &str) -> Option<&str> {
        self.0.get(&id.to_lowercase()).or_else(|| self.0.get(CERTIFICATE_PASSWORD)).map(String::as_str)
    }
}

/// Reads `ID=FILE`s. A file that is not there, or holds nothing that could serve, is kept as that: the policy compiles
/// without it, and says so.
///
/// # Errors
/// [`PolicyError::LinkForm`] when a link is not written so.
pub fn supplies(arguments: &[String], secrets: &Secrets) -> Result<Vec<Supply>, Failure> {
    let mut supplies = Vec::new();
    for text in arguments {
        let (id, file) = text.split_once('=').ok_or(PolicyError::LinkForm)?;
        if id.trim().is_empty() || file.is_empty() {
            return Err(PolicyError::LinkForm.into());
        }
        let content = content(Path::new(file), id.trim(), secrets.password(id.trim()));
        supplies.push(Supply { id: id.trim().to_owned(), file: file.to_owned(), content });
    }
    Ok(supplies)
}

fn content(path: &Path, id: &str, password: Option<&str>) -> Supplied {
    let nothing = |reason: String| Supplied::Nothing { reason, help: None };
    let bytes = match crate::file::read_up_to(path, DOCUMENT_BYTES_MAX as u64) {
        Ok(bytes) => bytes,
        Err(Failure::Read { source, .. }) => return nothing(format!("cannot be read: {source}")),
        Err(_) => return nothing("is too large".to_owned()),
    };
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    match first {
        Some(0x30) => der(bytes, id, password),
        Some(b'{' | b'[' | 0xEF | 0xFE | 0xFF) => {
            match parties::export_of(&path.display().to_string(), &bytes) {
                Ok(export) => Supplied::Objects(export),
                Err(error) => nothing(format!("is no JSON: {error}")),
            }
        }
        Some(b'-') => match Certificate::from_pem(&bytes) {
            Ok(all) if all.len() == 1 => Supplied::Certificate { der: all[0].der().to_vec() },
            Ok(all) => nothing(format!("holds {} certificates, one is needed", all.len())),
            Err(error) => nothing(format!("holds no certificate: {error}")),
        },
        _ => nothing("is neither an object of Graph nor a certificate nor a PKCS#12".to_owned()),
    }
}

fn der(bytes: Vec<u8>, id: &str, password: Option<&str>) -> Supplied {
    if Certificate::from_der(&bytes).is_ok() {
        return Supplied::Certificate { der: bytes };
    }
    let cx = Context { now: Timestamp(0), crypto: &PROVIDER };
    let file = |bytes| Supplied::Pkcs12 { bytes, password: password.map(str::to_owned) };
    match pkcs12::open(&cx, &bytes, password) {
        Ok(opened) if opened.identities.len() == 1 => file(bytes),
        Ok(opened) => {
            let reason =
                format!("holds {} identities, a phone takes a file with one", opened.identities.len());
            let help = Some("export one identity with its key into a file of its own".to_owned());
            Supplied::Nothing { reason, help }
        }
        // The phone asks for it.
        Err(Pkcs12Error::WrongPassword) if password.is_none() => file(bytes),
        Err(Pkcs12Error::WrongPassword) => {
            let help = format!("give the right one with --secret {id}=@FILE, a file with the password alone");
            Supplied::Nothing { reason: "does not open with the password given".to_owned(), help: Some(help) }
        }
        Err(error) => Supplied::Nothing {
            reason: format!("is no PKCS#12 that could be used: {error}"),
            help: Some("export it anew: openssl pkcs12 -export -legacy".to_owned()),
        },
    }
}

/// The text of a file without the line's end; never shown.
fn secret(name: &str, path: &Path) -> Result<String, PolicyError> {
    let path: PathBuf = path.to_path_buf();
    let failed = |source| PolicyError::ReadSecret { name: name.to_owned(), path: path.clone(), source };
    let bad = |reason| PolicyError::BadSecret { name: name.to_owned(), path: path.clone(), reason };
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        std::io::stdin().take(MAX_SECRET + 1).read_to_end(&mut bytes).map_err(failed)?;
    } else {
        File::open(&path).map_err(failed)?.take(MAX_SECRET + 1).read_to_end(&mut bytes).map_err(failed)?;
    }
    if bytes.len() as u64 > MAX_SECRET {
        return Err(bad("is longer than 65536 octets"));
    }
    let text = String::from_utf8(bytes).map_err(|_| bad("is no UTF-8 text"))?;
    let text = text.strip_suffix('\n').map_or(text.as_str(), |line| line.strip_suffix('\r').unwrap_or(line));
    if text.is_empty() { Err(bad("is empty")) } else { Ok(text.to_owned()) }
}
