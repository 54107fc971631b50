//! ResolveRecipients: addresses and certificates from the directory (MS-ASCMD section 2.2.1.15).

use super::Exchange;
use crate::User;
use wire::eas::Status;
use wire::eas::resolve_recipients::{
    CertificateRetrieval, Certificates, Recipient, ResolveOptions, ResolveRecipientsRequest,
    ResolveRecipientsResponse, ResolveResponse,
};

/// The suggestions for an ambiguous name when the request sets no bound (MS-ASCMD, MaxAmbiguousRecipients).
const SUGGESTIONS: usize = 20;
/// The type of an entry of the directory, not of the user's contacts (MS-ASCMD section 2.2.3.186.5).
const DIRECTORY_ENTRY: u8 = 1;

impl Exchange {
    pub(super) fn resolve_recipients(&self, request: &ResolveRecipientsRequest) -> ResolveRecipientsResponse {
        let options = request.options.unwrap_or_default();
        let mut certificates_left = usize::from(options.max_certificates.unwrap_or(9_999));
        ResolveRecipientsResponse {
            status: Status::SUCCESS,
            responses: request
                .to
                .iter()
                .map(|name| self.resolve(name, &options, &mut certificates_left))
                .collect(),
        }
    }

    fn resolve(&self, name: &str, options: &ResolveOptions, left: &mut usize) -> ResolveResponse {
        let found = self.directory.search(name);
        let count = u32::try_from(found.len()).ok();
        let answer = |status, recipients| ResolveResponse {
            to: name.into(),
            status,
            recipient_count: count,
            recipients,
        };
        match found.as_slice() {
            [] => ResolveResponse {
                to: name.into(),
                status: Status(4),
                recipient_count: None,
                recipients: Vec::new(),
            },
            [user] => answer(Status::SUCCESS, vec![recipient(user, certificates(user, options, left))]),
            many => {
                // Suggestions carry no certificates: nobody has been chosen yet.
                let most = options.max_ambiguous_recipients.map_or(SUGGESTIONS, usize::from);
                let suggested: Vec<_> = many.iter().take(most).map(|user| recipient(user, None)).collect();
                let status = Status(if suggested.len() == many.len() { 2 } else { 3 });
                answer(status, suggested)
            }
        }
    }
}

fn recipient(user: &User, certificates: Option<Certificates>) -> Recipient {
    Recipient {
        recipient_type: DIRECTORY_ENTRY,
        display_name: user.display_name.clone(),
        email_address: user.address.clone(),
        certificates,
    }
}

fn certificates(user: &User, options: &ResolveOptions, left: &mut usize) -> Option<Certificates> {
    let asked = options.certificate_retrieval.filter(|asked| *asked != CertificateRetrieval::None)?;
    let published = &user.certificates;
    let count = u32::try_from(published.len()).ok();
    let status =
        |code| Certificates { status: Status(code), count, certificates: Vec::new(), mini_certificate: None };
    // Mini certificates are not kept; a client that asks for them is told that there is none.
    if published.is_empty() || asked == CertificateRetrieval::Mini {
        return Some(Certificates { count: Some(0), ..status(7) });
    }
    if published.len() > *left {
        return Some(status(8));
    }
    *left -= published.len();
    Some(Certificates { certificates: published.clone(), ..status(1) })
}
