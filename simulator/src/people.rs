//! Everybody that mail is exchanged with: what they read, what they write, and their certificates in the directory.

use crate::keys::{ALICE, AUTHORITY, BOB, CAROL, WorldKey};
use crate::world::{ColleagueReading, World, WorldError, key, mailbox_address};
use peers::correspondent::{ComposeError, Correspondent, Draft};
use peers::{DirectoryError, User};
use serde::{Deserialize, Serialize};
use smime::{
    Certificate, Curve, Identity, IssueRequest, PublicKeyAlgorithm, Timestamp, generate_identity, issue,
};
use thiserror::Error;

const DAY_MS: i64 = 86_400_000;

/// The first serial number of certificates that are issued later, below those of the enrolment server.
const LATER_SERIAL: u64 = 0x100;

/// The most people whose certificates are made anew in one world.
pub const MAX_PEOPLE: usize = 256;

/// A certificate in the directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PublishedCertificate {
    /// One that is good.
    Valid,
    /// None.
    Absent,
    /// One whose time was over a day before the virtual time.
    Expired,
}

/// Why somebody cannot write.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum WritingError {
    /// Nobody has the address, or they have no mail program here.
    #[error("{address} is nobody whose mail program is simulated")]
    Nobody {
        /// The address.
        address: String,
    },
    /// The message cannot be made.
    #[error("{0}")]
    Compose(#[from] ComposeError),
}

/// A message that left the phone, once, whomever it went to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The recipients.
    pub to: Vec<String>,
    /// The octets.
    pub wire: Vec<u8>,
}

fn key_of(address: &str) -> Option<&'static WorldKey> {
    let local = address.strip_suffix("@contoso.example")?;
    [&ALICE, &BOB, &CAROL].into_iter().find(|key| key.holder == local)
}

impl World {
    /// The messages that left the phone since the last call, each once.
    pub fn take_sent(&mut self) -> Vec<Sent> {
        let (new, newest) = self.unseen_deliveries();
        let found = new
            .iter()
            .map(|d| Sent {
                to: d.delivered.iter().chain(&d.outside).chain(&d.unknown).cloned().collect(),
                wire: d.mime.clone(),
            })
            .collect();
        self.see_deliveries(newest);
        found
    }

    /// The addresses of everybody in the directory but the owner, in its order.
    pub fn people(&self) -> Vec<String> {
        let own = mailbox_address(&self.owner.email);
        let users = self.exchange.directory().users().map(|u| u.address.clone());
        users.filter(|a| !a.eq_ignore_ascii_case(&own)).collect()
    }

    /// The certificates that the directory publishes of everybody, with their addresses.
    pub fn published_certificates(&self) -> Vec<(String, Certificate)> {
        let users = self.exchange.directory().users();
        let of = |user: &User| {
            let parsed = user.certificates.iter().filter_map(|der| Certificate::from_der(der).ok());
            parsed.map(|c| (user.address.clone(), c)).collect::<Vec<_>>()
        };
        users.flat_map(of).collect()
    }

    /// Somebody with their mail program; nothing for addresses that have none here.
    pub fn person(&self, address: &str) -> Option<Correspondent> {
        if address.eq_ignore_ascii_case(&self.colleague.address) {
            return Some((*self.correspondent).clone());
        }
        if let Some(known) = self.others.iter().find(|c| c.address.eq_ignore_ascii_case(address)) {
            let mut person = known.clone();
            person.trust = self.correspondent.trust.clone();
            return Some(person);
        }
        let user = self.exchange.directory().user(address)?;
        let mut person = Correspondent::new(user.address.clone(), user.display_name.clone(), self.seed);
        person.trust = self.correspondent.trust.clone();
        if let Some(holder) = key_of(&user.address)
            && let Some(certificate) = user.certificates.first().and_then(|d| Certificate::from_der(d).ok())
            && let Ok(key) = key(holder)
        {
            person.identity = Some(Identity { certificate, key, chain: Vec::new() });
        }
        Some(person)
    }

    /// What somebody makes of a message; nothing for addresses without a mail program here.
    pub fn person_reads(&self, address: &str, wire: &[u8]) -> Option<ColleagueReading> {
        let person = self.person(address)?;
        Some(crate::colleague::reading(&person.read(&self.context(), wire)))
    }

    /// Somebody writes a message.
    ///
    /// # Errors
    /// [`WritingError`].
    pub fn person_writes(&mut self, address: &str, draft: &Draft) -> Result<Vec<u8>, WritingError> {
        let cx = self.context();
        if address.eq_ignore_ascii_case(&self.colleague.address) {
            return Ok(self.correspondent.compose(&cx, draft)?);
        }
        let nobody = || WritingError::Nobody { address: address.to_owned() };
        let mut person = self.person(address).ok_or_else(nobody)?;
        let wire = person.compose(&cx, draft)?;
        // Whoever has written once stays, so that no two messages have the same id.
        let before = self.others.len();
        self.others.retain(|c| !c.address.eq_ignore_ascii_case(address));
        if self.others.len() == before && before >= MAX_PEOPLE {
            return Err(nobody());
        }
        self.others.push(person);
        Ok(wire)
    }

    /// Puts a message into a mailbox of the server, as having come at that time.
    pub fn deliver(&mut self, at: Timestamp, from: &str, to: &str, wire: &[u8]) -> bool {
        self.exchange.deliver(at, from, &mailbox_address(to), wire).is_ok()
    }

    /// Whether the server takes OAuth.
    pub fn set_oauth(&mut self, supported: bool) {
        if !supported {
            let mut authentication = crate::world::authentication(self.issuer.key());
            authentication.bearer = None;
            self.exchange.set_authentication(authentication);
        }
    }

    /// Puts another certificate of somebody into the directory, or takes it out. Who is not in it comes into it, unless
    /// they are to have none.
    ///
    /// # Errors
    /// [`WorldError`] when no certificate can be issued, or the address does not fit into the directory.
    pub fn publish(&mut self, address: &str, certificate: PublishedCertificate) -> Result<(), WorldError> {
        let is_known = self.exchange.directory().user(address).is_some();
        match certificate {
            PublishedCertificate::Absent if !is_known => return Ok(()),
            PublishedCertificate::Valid if is_known && !self.certificates_of(address).is_empty() => {
                return Ok(());
            }
            _ => {}
        }
        for der in self.certificates_of(address) {
            self.exchange.directory_mut().withdraw(address, &der)?;
        }
        let last = match certificate {
            PublishedCertificate::Absent => return Ok(()),
            PublishedCertificate::Valid => self.authority.not_after(),
            PublishedCertificate::Expired => Timestamp(self.now.0 - DAY_MS),
        };
        if self.others.len() >= MAX_PEOPLE {
            return Err(DirectoryError::Unknown { address: address.to_owned() }.into());
        }
        let cx = self.context();
        let name = address.split('@').next().unwrap_or(address);
        let serial = LATER_SERIAL + self.others.len() as u64;
        let request = IssueRequest::mail(name, &[address], serial, (self.authority.not_before(), last));
        let issuing =
            Identity { certificate: self.authority.clone(), key: key(&AUTHORITY)?, chain: Vec::new() };
        let identity = match key_of(address) {
            Some(holder) => {
                let private = key(holder)?;
                let spki = private.load(&cx).map_err(smime::IssueError::from)?.public_key();
                Identity {
                    certificate: issue(&cx, &issuing, &spki, &request)?,
                    key: private,
                    chain: Vec::new(),
                }
            }
            None => generate_identity(&cx, Some(&issuing), PublicKeyAlgorithm::Ec(Curve::P256), &request)?,
        };
        if !is_known {
            let user = User::new(address, name, self.password.expose());
            self.exchange.add_user(user, self.now)?;
        }
        self.exchange.directory_mut().publish(address, identity.certificate.der().to_vec())?;
        if address.eq_ignore_ascii_case(&self.colleague.address) {
            self.certificate = identity.certificate.clone();
            let before = self.correspondent.identity.replace(identity);
            self.correspondent.older_identities.extend(before);
        } else {
            let person = Correspondent::new(address, name, self.seed).with_identity(identity);
            self.others.retain(|c| !c.address.eq_ignore_ascii_case(address));
            self.others.push(person);
        }
        Ok(())
    }

    fn certificates_of(&self, address: &str) -> Vec<Vec<u8>> {
        self.exchange.directory().user(address).map(|u| u.certificates.clone()).unwrap_or_default()
    }
}
