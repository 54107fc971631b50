//! `handset sign`: a profile inside CMS SignedData (Configuration Profile Reference, "Signing a Profile").

use super::arguments::SignArguments;
use super::document::Document;
use super::output::{self, Readers};
use super::{ToolError, credentials};
use crate::exit::Failure;
use smime::cms::{self, SignatureOptions};

/// Runs the command.
///
/// # Errors
/// A profile, certificate or key that cannot be used, a file that cannot be written.
pub(super) fn run(arguments: &SignArguments) -> Result<u8, Failure> {
    let cx = credentials::context(arguments.clock);
    let document = Document::read(&arguments.profile)?;
    document.dictionary()?;
    let mut identities = credentials::identities(&cx, arguments.signer.as_deref(), &arguments.key)?;
    if identities.len() > 1 {
        let file = arguments.key.p12.as_ref().map(|f| f.display().to_string()).unwrap_or_default();
        return Err(ToolError::SeveralIdentities { file, count: identities.len() }.into());
    }
    let mut signer = identities.remove(0);
    if let Some(chain) = &arguments.chain {
        signer.chain.extend(credentials::certificates(chain)?);
    }
    let fits = signer.certificate.key_usage().is_none_or(|u| u.digital_signature() || u.non_repudiation());
    credentials::warn(&cx, &signer.certificate, fits, "signing");
    let options = SignatureOptions {
        signing_time: Some(cx.now),
        // A profile is not mail: nobody answers it.
        capabilities: Vec::new(),
        ..SignatureOptions::default()
    };
    let signed = cms::sign_attached(&cx, &document.bytes, &signer, &options)
        .map_err(|error| ToolError::Cms { file: document.name.clone(), error })?;
    output::write(Some(&arguments.output), &signed, Readers::Same(&arguments.profile))?;
    Ok(0)
}
