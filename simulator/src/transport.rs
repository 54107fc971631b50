//! The direct transport: an exchange goes straight into the peer that answers for its host.

use crate::network::{Passage, cut};
use crate::world::{LOGIN_HOST, World, plausible_host};
use device::IdentityHandle;
use peers::autodiscover;
use wire::{HttpRequest, HttpResponse, Url};

impl World {
    /// Carries one exchange to whoever answers; `None` when nobody does.
    pub(crate) fn carry(&mut self, request: &HttpRequest) -> Option<HttpResponse> {
        match self.passage() {
            Passage::Through => self.answer_of_peer(request),
            Passage::Cut => self.answer_of_peer(request).map(cut),
            Passage::Lost => None,
            Passage::Answered(response) => Some(response),
        }
    }

    fn answer_of_peer(&mut self, request: &HttpRequest) -> Option<HttpResponse> {
        let url = Url::parse(&request.url)?;
        if !plausible_host(url.host) {
            return None;
        }
        if self.open {
            self.take_in(request, &url);
        }
        if url.path.starts_with(autodiscover::PATH) {
            return Some(autodiscover::answer(self.exchange.directory(), request));
        }
        let cx = smime::Context { now: self.now, crypto: &crate::PROVIDER };
        if url.host.eq_ignore_ascii_case(LOGIN_HOST) {
            return Some(self.issuer.handle(&cx, self.exchange.directory(), request));
        }
        // The transport proves that the phone holds the key; the server sees the certificate only.
        let certificate = request.identity.as_ref().and_then(|handle| {
            let handle = IdentityHandle(handle.0.clone());
            self.device.keychain().identity(&handle).map(|i| i.identity.certificate.der().to_vec())
        });
        Some(self.exchange.handle(&cx, request, certificate.as_deref()))
    }
}
