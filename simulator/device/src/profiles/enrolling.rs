//! Installations that wait for an enrolment server: one identity after the other, in the order of the payloads. Nothing of
//! the profile is on the phone until every one is there, and nothing is left when one does not come.

use super::chain::{ErrorChain, ErrorDomain, ErrorLink, failed_payload, failed_profile, link};
use super::install::Request;
use super::validate::{Valid, payload_name};
use super::{Source, pending};
use crate::identity_request::Wish;
use crate::{Defect, Device, Event, IdentityAnswer, IdentityRequest, Reply};
use profile::Payload;
use serde::{Deserialize, Serialize};
use smime::{Context, PrivateKey};
use wire::ExchangeId;

/// The most identities that a profile may ask enrolment servers for; another one is refused with 22004.
pub const MAX_ENROLMENTS: usize = 16;

/// An installation that waits for an identity. The file is kept whole, as with installations that wait for the owner.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct EnrollingInstall {
    /// `PayloadIdentifier` of the profile.
    pub(crate) identifier: String,
    /// How the profile is called.
    name: String,
    /// How the payload is called.
    payload: String,
    request: Request,
    /// What is under way. It is not part of a snapshot: a restored phone asks anew, with another key.
    #[serde(skip)]
    flight: Option<Flight>,
}

#[derive(Clone)]
struct Flight {
    request: IdentityRequest,
    key: PrivateKey,
    /// Whether it was handed out.
    polled: bool,
}

/// Makes the key and the request for the identity of a payload.
///
/// # Errors
/// The payload's settings; too many installations that wait (4003).
pub(super) fn enrol(
    device: &Device,
    cx: &Context<'_>,
    valid: &Valid,
    payload: &Payload,
    request: &Request,
) -> Result<Box<EnrollingInstall>, ErrorChain> {
    let failed = |cause: ErrorLink| failed_payload(&valid.name, &payload_name(payload), cause);
    if device.pending.len() + device.enrolling.len() >= pending::MAX_PENDING {
        let text = "Too many profiles wait to be installed.";
        return Err(failed_profile(&valid.name, link(ErrorDomain::MCInstallationErrorDomain, 4003, text)));
    }
    let mut wish = Wish::read(payload).map_err(failed)?;
    if device.facts.has(Defect::EnrolsWithoutAddress) {
        wish.requested.emails.clear();
    }
    if request.identities.len() >= MAX_ENROLMENTS {
        let text = format!("The profile asks for more than {MAX_ENROLMENTS} identities.");
        return Err(failed(link(ErrorDomain::MCSCEPErrorDomain, 22004, text)));
    }
    let exchange = ExchangeId(device.next_exchange);
    let uuid = payload.uuid().unwrap_or_default();
    let (asked, key) = wish.ask(cx, exchange, uuid).map_err(failed)?;
    Ok(Box::new(EnrollingInstall {
        identifier: valid.profile.identifier().unwrap_or_default().to_owned(),
        name: valid.name.clone(),
        payload: payload_name(payload),
        request: request.clone(),
        flight: Some(Flight { request: asked, key, polled: false }),
    }))
}

impl Device {
    /// Puts the installation aside until the server has answered.
    pub(crate) fn hold_for_identity(&mut self, waiting: EnrollingInstall) -> Reply {
        pending::forget(self, &waiting.identifier);
        self.next_exchange += 1;
        let Some(flight) = &waiting.flight else { return Reply::Done };
        let exchange = flight.request.exchange;
        self.events.push_back(Event::IdentityRequested {
            profile: waiting.identifier.clone(),
            payload_uuid: flight.request.payload_uuid.clone(),
            protocol: flight.request.protocol,
        });
        self.enrolling.push(waiting);
        Reply::Enrolling(exchange)
    }

    /// The next identity that an enrolment server is asked for. The answer is an `Input::Identity`.
    pub fn poll_identity_request(&mut self) -> Option<IdentityRequest> {
        let mut flights = self.enrolling.iter_mut().filter_map(|e| e.flight.as_mut());
        let next = flights.find(|flight| !flight.polled)?;
        next.polled = true;
        Some(next.request.clone())
    }

    /// Takes the answer of an enrolment server and goes on with the installation. An answer that nobody waits for is
    /// dropped.
    pub(crate) fn identity_answer(
        &mut self,
        cx: &Context<'_>,
        exchange: ExchangeId,
        answer: IdentityAnswer,
    ) -> Reply {
        let at = self
            .enrolling
            .iter()
            .position(|e| e.flight.as_ref().is_some_and(|flight| flight.request.exchange == exchange));
        let Some(EnrollingInstall { identifier, name, payload, mut request, flight: Some(flight) }) =
            at.map(|at| self.enrolling.remove(at))
        else {
            return Reply::Done;
        };
        // Nothing else was asked since, so the number is free again: a refusal leaves no trace, not even that.
        if self.next_exchange == exchange.0 + 1 {
            self.next_exchange = exchange.0;
        }
        match answer.complete(cx, flight.key) {
            Ok(identity) => {
                request.identities.insert(flight.request.payload_uuid, identity);
                self.install(cx, request)
            }
            Err(_) if self.facts.has(Defect::EnrolmentRefusalIgnored) => Reply::Installed(identifier),
            Err(mut cause) => {
                if cause.code == 22005 && self.facts.has(Defect::UnreachableReportedAsRefused) {
                    cause.code = 22013;
                }
                let chain = failed_payload(&name, &payload, cause);
                self.refuse(match request.source {
                    Source::Owner => chain,
                    Source::Mdm => chain.told_to_mdm(),
                })
            }
        }
    }

    /// Asks anew for what a restored phone was waiting for.
    pub(crate) fn ask_for_identities_again(&mut self, cx: &Context<'_>) {
        let (lost, kept) = std::mem::take(&mut self.enrolling).into_iter().partition(|e| e.flight.is_none());
        self.enrolling = kept;
        let lost: Vec<EnrollingInstall> = lost;
        for waiting in lost {
            self.install(cx, waiting.request);
        }
    }
}
