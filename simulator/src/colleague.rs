//! What the colleague does with mail, told in a few words.

use crate::world::ColleagueReading;
use device::Attachment;
use peers::correspondent::{
    AttachedFile, ComposeError, Correspondent, Draft, Reading, SignatureProblem, Signing,
};
use smime::message::{Layer, SmimeError};
use smime::{Certificate, Context};

/// Sums up what the colleague's mail program shows.
pub(crate) fn reading(read: &Result<Reading, SmimeError>) -> ColleagueReading {
    let read = match read {
        Ok(read) => read,
        Err(error) => return ColleagueReading { problem: Some(error.to_string()), ..Default::default() },
    };
    let signatures = read.signatures();
    let undecrypted = read.opened.layers.iter().find_map(|layer| match layer {
        Layer::Encrypted(layer) => layer.opened_by.as_ref().err().map(ToString::to_string),
        _ => None,
    });
    let broken = signatures.iter().flat_map(|s| &s.problems).next().map(|problem| match problem {
        SignatureProblem::Signature(error) => error.to_string(),
        SignatureProblem::Path(error) => error.to_string(),
        SignatureProblem::Address { from, certificate } => {
            format!("the message is from {from}, but the certificate is for {}", certificate.join(", "))
        }
    });
    ColleagueReading {
        signed: read.opened.is_signed(),
        encrypted: read.is_encrypted(),
        valid: read.opened.all_valid(),
        signed_by: signatures.first().filter(|s| s.valid()).and_then(|s| s.name.clone()),
        text: read.text.as_ref().map(|t| t.replace("\r\n", "\n").trim_end().to_owned()),
        attachment: read.files.first().map(|(_, bytes)| bytes.clone()),
        problem: undecrypted.or(broken),
    }
}

/// An answer, signed and encrypted to the owner's certificate.
pub(crate) fn answer(
    colleague: &mut Correspondent,
    cx: &Context<'_>,
    to: &str,
    certificate: &Certificate,
    text: &str,
    attachment: &Attachment,
) -> Result<Vec<u8>, ComposeError> {
    let draft = Draft {
        to: vec![to.to_owned()],
        subject: "Re: A signed and encrypted message".to_owned(),
        text: text.to_owned(),
        attachment: Some(AttachedFile {
            name: attachment.name.clone(),
            media_type: attachment.media_type.clone(),
            bytes: attachment.bytes.clone(),
        }),
        signing: Some(Signing::Detached),
        encrypt_to: vec![certificate.clone()],
    };
    colleague.compose(cx, &draft)
}
