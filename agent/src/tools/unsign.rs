//! `handset unsign`: who signed, whether it holds, and the bytes inside.

use super::arguments::UnsignArguments;
use super::document::{is_signed, unarmoured};
use super::output::{self, Readers, is_standard};
use super::{ToolError, credentials};
use crate::exit::Failure;
use crate::trial::file_bytes;
use profile::Timestamp;
use smime::cms::{self, CmsError, SignedContent, SignerReport};
use smime::{Certificate, TrustStore};
use std::fmt::Write;

/// Runs the command.
///
/// # Errors
/// A file that is not signed or cannot be read, a file that cannot be written.
pub(super) fn run(arguments: &UnsignArguments) -> Result<u8, Failure> {
    let cx = credentials::context(arguments.clock);
    let file = arguments.file.display().to_string();
    let bytes = unarmoured(file_bytes(&arguments.file)?);
    let trust: Option<TrustStore> = match &arguments.ca_file {
        Some(roots) => Some(credentials::certificates(roots)?.into_iter().collect()),
        None => None,
    };
    if !is_signed(&bytes) {
        return Err(match cms::content_type(&bytes).filter(|_| cms::is_cms(&bytes)) {
            Some(content_type) => ToolError::OtherCms { file, content_type: content_type.to_string() },
            None => ToolError::NotSigned { file },
        }
        .into());
    }
    let content =
        cms::open_signed(&cx, &bytes, trust.as_ref().unwrap_or(&TrustStore::new())).map_err(|error| {
            match error {
                CmsError::NoContent => ToolError::Detached { file: file.clone() },
                error => ToolError::SignedData { file: file.clone(), error },
            }
        })?;
    let holds = holds(&content, trust.is_some());
    let report = report(&file, &content, trust.is_some());
    let to_file = arguments.output.as_deref().filter(|out| !is_standard(out));
    if holds || arguments.force {
        output::write(to_file, &content.content, Readers::Same(&arguments.file))?;
    }
    if to_file.is_some() {
        output::print(report.as_bytes())?;
    } else {
        output::note(report.trim_end());
    }
    if !holds {
        let written = if arguments.force { "written all the same (--force)" } else { "nothing is written" };
        output::note(&format!("handset: {file}: the signature does not hold; {written}"));
    }
    Ok(u8::from(!holds))
}

/// Whether somebody signed and every signature holds; where roots were given, each signer leads to one too.
fn holds(content: &SignedContent, with_roots: bool) -> bool {
    let good = |s: &SignerReport| s.signature.is_ok() && (s.path.is_ok() || !with_roots);
    !content.signers.is_empty() && content.signers.iter().all(good)
}

fn report(file: &str, content: &SignedContent, with_roots: bool) -> String {
    let mut out = String::new();
    if content.signers.is_empty() {
        let _ = writeln!(out, "{file}: nobody signed it");
    }
    for signer in &content.signers {
        let name = signer
            .certificate
            .as_ref()
            .map_or("somebody without certificate".to_owned(), Certificate::subject);
        let _ = writeln!(out, "{file}: signed by {name}");
        if let Some(certificate) = &signer.certificate {
            let _ = writeln!(
                out,
                "  issued by {}, serial {}, valid {} to {}",
                certificate.issuer(),
                certificate.serial_hex(),
                Timestamp(certificate.not_before().0).to_rfc3339(),
                Timestamp(certificate.not_after().0).to_rfc3339(),
            );
        }
        let at = signer
            .signing_time
            .map_or(String::new(), |t| format!(", made at {}", Timestamp(t.0).to_rfc3339()));
        let weak = if signer.weak { "; it is weak: SHA-1 or a short key" } else { "" };
        let _ = match &signer.signature {
            Ok(()) => writeln!(out, "  signature: holds{at}{weak}"),
            Err(error) => writeln!(out, "  signature: BROKEN, {error}"),
        };
        let _ = match &signer.path {
            _ if !with_roots => writeln!(out, "  certificate: not checked, no --ca-file was given"),
            Ok(path) => {
                let root = path.certificates.last().map(Certificate::subject).unwrap_or_default();
                writeln!(out, "  certificate: leads to {root}")
            }
            Err(error) => writeln!(out, "  certificate: NOT TRUSTED, {error}"),
        };
    }
    out
}
