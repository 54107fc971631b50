//! ResolveRecipients: recipients' certificates from the directory (MS-ASCMD 2.2.1.15; eas.md B.6).

use super::Job;
use crate::compose::PendingDraft;
use crate::{AccountId, Device};
use smime::{Certificate, Context};
use wire::HttpResponse;
use wire::eas::resolve_recipients::{
    CertificateRetrieval, ResolveOptions, ResolveRecipientsRequest, ResolveRecipientsResponse,
};
use wire::eas::{Message, Status};

/// The most certificates asked for one recipient.
const MAX_CERTIFICATES: u16 = 50;

impl Device {
    /// Asks the directory before a message is encrypted.
    pub(crate) fn look_up_certificates(&mut self, pending: PendingDraft) {
        let account = pending.draft.account;
        self.enqueue(account, Job::Resolve { pending });
    }

    pub(super) fn resolve_request(&self, to: &[String]) -> Option<Vec<u8>> {
        let options = ResolveOptions {
            certificate_retrieval: Some(CertificateRetrieval::Full),
            max_certificates: Some(MAX_CERTIFICATES),
            max_ambiguous_recipients: None,
        };
        ResolveRecipientsRequest { to: to.to_vec(), options: Some(options) }.to_wbxml().ok()
    }

    pub(super) fn resolve_response(
        &mut self,
        cx: &Context<'_>,
        id: AccountId,
        pending: PendingDraft,
        response: &HttpResponse,
    ) {
        // An empty or unreadable answer finds nobody (eas.md A.3: a server without the command answers 200 and nothing).
        let answer = ResolveRecipientsResponse::from_wbxml(&response.body)
            .unwrap_or_else(|_| ResolveRecipientsResponse::failure(Status(5)));
        if answer.status.needs_provisioning() {
            self.provision(id);
            return;
        }
        let found: Vec<(String, Vec<Certificate>)> = pending
            .draft
            .to
            .iter()
            .map(|address| {
                let usable = answer.certificates_of(address).filter_map(|der| Certificate::from_der(der).ok());
                (address.clone(), usable.collect())
            })
            .collect();
        if let Some(account) = self.account_mut(id) {
            account.session.queue.pop_front();
        }
        self.certificates_found(cx, pending, &found);
        self.drive(id);
    }
}
