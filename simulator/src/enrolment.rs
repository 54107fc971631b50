//! The enrolment server of the embedded world: it answers for every SCEP and ACME address, whatever its host.
//!
//! One authority issues, certified by the public one that phones and peers trust; it is made when it is first asked, so that
//! worlds without enrolment do not pay for it. No challenge is checked, because nobody tells the server which one is right.

use crate::keys::{AUTHORITY, ENROLMENT};
use crate::world::{MAX_EXCHANGES, World, WorldError, key, plausible_host};
use device::{IdentityAnswer, IdentityRequest, Input, Reply};
use peers::{CertificateAuthority, EnrolmentAuthority};
use serde::{Deserialize, Serialize};
use smime::{Identity, IssueRequest};
use wire::Url;

/// The serial number of the issuing authority, above those that the public authority gives at the start.
const ISSUING_SERIAL: u64 = 16;
/// The first serial number of what is issued.
const FIRST_SERIAL: u64 = 0x1000;

/// How the enrolment server behaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EnrolmentServer {
    /// It certifies whoever asks properly.
    #[default]
    Answers,
    /// It refuses every request.
    Refused,
    /// It cannot be reached.
    Unreachable,
}

impl EnrolmentServer {
    /// Every behaviour.
    pub const ALL: [EnrolmentServer; 3] =
        [EnrolmentServer::Answers, EnrolmentServer::Refused, EnrolmentServer::Unreachable];

    /// Its name on command lines.
    pub fn as_str(self) -> &'static str {
        match self {
            EnrolmentServer::Answers => "answers",
            EnrolmentServer::Refused => "refused",
            EnrolmentServer::Unreachable => "unreachable",
        }
    }
}

/// The server and what it has issued.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Enrolment {
    server: EnrolmentServer,
    authority: Option<EnrolmentAuthority>,
}

impl World {
    /// How the enrolment server behaves.
    pub fn enrolment_server(&self) -> EnrolmentServer {
        self.enrolment.server
    }

    /// Lets the enrolment server behave otherwise from now on.
    pub fn set_enrolment_server(&mut self, server: EnrolmentServer) {
        self.enrolment.server = server;
    }

    /// Carries what the phone asks enrolment servers for, until it asks no more. `reply` is what the phone said before;
    /// where it waited for an identity, what it says now takes its place.
    pub(crate) fn enrol(&mut self, mut reply: Reply) -> Reply {
        for _ in 0..MAX_EXCHANGES {
            let Some(request) = self.device.poll_identity_request() else { break };
            let answer = self.certify(&request);
            let cx = self.context();
            let next = self.device.handle(&cx, Input::Identity { exchange: request.exchange, answer });
            if matches!(next, Reply::Installed(_)) {
                self.acquaint();
            }
            if reply == Reply::Enrolling(request.exchange) {
                reply = next;
            }
        }
        reply
    }

    fn certify(&mut self, request: &IdentityRequest) -> IdentityAnswer {
        let reached = Url::parse(&request.url).is_some_and(|url| plausible_host(url.host));
        match self.enrolment.server {
            EnrolmentServer::Unreachable => return IdentityAnswer::Unreachable,
            _ if !reached => return IdentityAnswer::Unreachable,
            EnrolmentServer::Refused => return IdentityAnswer::Refused,
            EnrolmentServer::Answers => {}
        }
        let cx = self.context();
        let mut authority = match self.enrolment.authority.take() {
            Some(authority) => authority,
            None => match self.enrolment_authority() {
                Ok(authority) => authority,
                // The clock is beyond what certificates can say.
                Err(_) => return IdentityAnswer::Refused,
            },
        };
        let issued = authority.enrol(&cx, &request.certification_request);
        self.enrolment.authority = Some(authority);
        match issued {
            Ok(issued) => IdentityAnswer::Issued { certificate: issued.certificate, chain: issued.chain },
            Err(_) => IdentityAnswer::Refused,
        }
    }

    /// The issuing authority, which holds as long as the public one.
    fn enrolment_authority(&self) -> Result<EnrolmentAuthority, WorldError> {
        let cx = self.context();
        let root = Identity { certificate: self.authority.clone(), key: key(&AUTHORITY)?, chain: Vec::new() };
        let validity = (self.authority.not_before(), self.authority.not_after());
        let request = IssueRequest {
            path_len: Some(0),
            ..IssueRequest::authority("Example Enrolment CA", ISSUING_SERIAL, validity)
        };
        let private = key(&ENROLMENT)?;
        let spki = private.load(&cx).map_err(smime::IssueError::from)?.public_key();
        let certificate = smime::issue(&cx, &root, &spki, &request)?;
        let issuing = Identity { certificate, key: private, chain: Vec::new() };
        let authority = CertificateAuthority::new(issuing, self.authority.clone(), FIRST_SERIAL);
        Ok(EnrolmentAuthority::new(authority))
    }
}
