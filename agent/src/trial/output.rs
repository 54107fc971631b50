//! `--out DIR`: everything that another program needs to check what was found. What an earlier run left there under
//! the same kinds of names goes first.

use super::{Session, rfc3339};
use crate::exit::Failure;
use device::IdentityHandle;
use smime::Certificate;
use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Writes the folder. Files of an earlier run under the same names are replaced.
pub(super) fn write(folder: &Path, session: &Session, reveal_keys: bool) -> Result<(), Failure> {
    for (name, extension) in [("mail", "eml"), ("certs", "pem"), ("keys", "pem")] {
        clear(&folder.join(name), extension)?;
    }
    for name in ["mail", "certs"] {
        let path = folder.join(name);
        fs::create_dir_all(&path).map_err(|source| Failure::Write { path, source })?;
    }
    for message in &session.messages {
        put(&folder.join(&message.file), &message.bytes)?;
    }
    certificates(folder, session)?;
    let device = serde_json::to_string_pretty(&session.world.device().view())? + "\n";
    put(&folder.join("device.json"), device.as_bytes())?;
    put(&folder.join("events.ndjson"), events(session)?.as_bytes())?;
    put(&folder.join("result.json"), report::json(&session.trial)?.as_bytes())?;
    if reveal_keys {
        keys(folder, session)?;
    }
    Ok(())
}

/// Removes what an earlier run left, so that the folder shows one run. Only files of the kind that is written there go.
fn clear(folder: &Path, extension: &str) -> Result<(), Failure> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    for path in entries.flatten().map(|e| e.path()) {
        if path.extension().is_some_and(|e| e == extension) && !path.is_dir() {
            fs::remove_file(&path).map_err(|source| Failure::Write { path, source })?;
        }
    }
    Ok(())
}

fn put(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    fs::write(path, bytes).map_err(|source| Failure::Write { path: path.to_path_buf(), source })
}

/// One event a line, each with its virtual time.
fn events(session: &Session) -> Result<String, Failure> {
    let mut out = String::new();
    for (at, event) in &session.events {
        let mut value = serde_json::to_value(event)?;
        if let Some(object) = value.as_object_mut() {
            object.insert("at".to_owned(), rfc3339(*at).into());
        }
        out.push_str(&serde_json::to_string(&value)?);
        out.push('\n');
    }
    Ok(out)
}

/// The part of an address before the at-sign, made safe as a file name.
fn local_part(address: &str) -> String {
    let local = address.split(['@', '\\']).next().unwrap_or(address);
    let safe: String = local
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' })
        .collect();
    let safe: String = safe.chars().take(64).collect();
    if safe.trim_matches('.').is_empty() { "user".to_owned() } else { safe }
}

fn certificates(folder: &Path, session: &Session) -> Result<(), Failure> {
    let pem =
        |certificates: &[Certificate]| -> String { certificates.iter().map(Certificate::to_pem).collect() };
    let certs = folder.join("certs");
    put(&certs.join("roots.pem"), pem(&session.world.roots()).as_bytes())?;
    let user = local_part(&session.world.owner().email);
    let device = session.world.device();
    if let Some(smime) = session.world.managed_account().and_then(|a| device.effective(a)).map(|a| a.smime) {
        let identity = |handle: Option<IdentityHandle>| {
            handle.and_then(|h| device.keychain().identity(&h)).map(|i| &i.identity)
        };
        for (name, setting) in
            [("signing", smime.signing_identity), ("encryption", smime.encryption_identity)]
        {
            if let Some(identity) = identity(setting.map(|s| s.value)) {
                let path = certs.join(format!("{user}-{name}.pem"));
                put(&path, identity.certificate.to_pem().as_bytes())?;
            }
        }
    }
    for peer in session.world.peers() {
        let user = local_part(&peer.address);
        for name in ["signing", "encryption"] {
            put(&certs.join(format!("{user}-{name}.pem")), peer.certificate.to_pem().as_bytes())?;
        }
    }
    Ok(())
}

/// The embedded peers' keys, which are fixed test keys; the phone's are never written.
fn keys(folder: &Path, session: &Session) -> Result<(), Failure> {
    crate::print::standard_error(format_args!(
        "handset: warning: writing the private test keys of the embedded peers to {}",
        folder.join("keys").display()
    ));
    let keys = folder.join("keys");
    fs::create_dir_all(&keys).map_err(|source| Failure::Write { path: keys.clone(), source })?;
    for peer in session.world.peers() {
        let user = local_part(&peer.address);
        for name in ["signing", "encryption"] {
            let path = keys.join(format!("{user}-{name}.pem"));
            let failed = |source| Failure::Write { path: path.clone(), source };
            // A file that is there may be readable to others; it is made anew with its mode.
            let _ = fs::remove_file(&path);
            let mut file = fs::OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&path)
                .map_err(failed)?;
            file.write_all(peer.key_pem.as_bytes()).map_err(failed)?;
        }
    }
    Ok(())
}
