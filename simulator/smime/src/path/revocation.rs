//! Whether certificates were revoked: RFC 5280, 6.3 for lists, RFC 6960 for OCSP.
//!
//! Nothing is fetched. Certificates are judged from the anchor down, so that a key is trusted to sign lists only
//! once its own certificate was judged. A list may be signed by another certificate of its issuer, or of another
//! issuer when it is indirect; that certificate then needs a path of its own to the same anchor. Delta lists are
//! applied to the complete list that they belong to, also when that one is out of date (RFC 5280, 6.3.3 (a)). Of
//! complete lists of one scope the newest speaks, by `thisUpdate` and in whatever order they are offered; of lists equally
//! new, and of OCSP responses, the one that says "revoked".
//!
//! Information that is out of date no longer says that a certificate is good, but that it was revoked: only a hold ends
//! (RFC 5280, 5.3.1; [`RevocationReason::is_lasting`]). Only current information of the same kind that is newer speaks
//! against it.
//! For the same reason a delta list revokes without the complete list that it changes: what it names was revoked since,
//! whatever stands in the other (RFC 5280, 5.2.4; 6.3.3 (i) looks there first, and asks the complete list only about
//! what the delta list does not name).
//!
//! A complete list of version 2 without `cRLNumber` is used: RFC 5280 demands the number of issuers only.

use super::error::{PathError, RevocationProblem, Weakness};
use super::options::RevocationMode;
use super::{Search, check_alone, is_sha1};
use crate::certificate::GeneralName;
use crate::certificate::distribution::{DistributionPoint, Reasons};
use crate::ocsp::OcspStatus;
use crate::{
    Certificate, Context, Crl, CryptoError, KeyUsage, ObjectIdentifier, OcspResponse, RevocationReason,
    RevokedEntry, Timestamp, name,
};
use std::cmp::Reverse;

/// How many revocation lists, and how many OCSP responses, may be offered.
pub const MAX_REVOCATION_INPUTS: usize = 512;
/// How many signatures on revocation information are verified.
pub const MAX_REVOCATION_CHECKS: usize = 256;
/// How many signers of lists may stand behind each other, each certified by the help of the next.
pub const MAX_SIGNER_NESTING: usize = 3;
/// How old an OCSP answer may be that does not say when the next one comes, in days.
pub const OCSP_AGE_DAYS: i64 = 7;

/// `id-kp-OCSPSigning` (RFC 6960, 4.2.2.2).
const OCSP_SIGNING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.9");
const DAY_MS: i64 = 86_400_000;

/// Where a status comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RevocationSource {
    /// A revocation list.
    Crl,
    /// An OCSP response.
    Ocsp,
}

/// What is known of the revocation of a certificate in a valid path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RevocationStatus {
    /// Nobody looked.
    NotChecked,
    /// It was not revoked.
    Good {
        /// Who says so.
        source: RevocationSource,
        /// Until when that is current, as far as it says.
        next_update: Option<Timestamp>,
    },
    /// It is not known.
    Unknown(RevocationProblem),
}

/// What one source says.
enum Finding {
    Good { next_update: Option<Timestamp> },
    Revoked { at: Timestamp, reason: RevocationReason },
    Unknown(RevocationProblem),
}

impl From<RevokedEntry> for Finding {
    fn from(entry: RevokedEntry) -> Self {
        Finding::Revoked { at: entry.at, reason: entry.reason }
    }
}

/// What an OCSP response says.
struct OcspFinding {
    finding: Finding,
    this_update: Timestamp,
    /// Whether it is not out of date.
    current: bool,
}

/// Keeps the problem that says more.
fn note(problem: &mut RevocationProblem, new: RevocationProblem) {
    if matches!(problem, RevocationProblem::NoInformation | RevocationProblem::OutOfScope) {
        *problem = new;
    }
}

impl<'a> Search<'a> {
    /// The status of every certificate of a path but the anchor, in its order.
    pub(super) fn statuses(&mut self, path: &[&'a Certificate]) -> Result<Vec<RevocationStatus>, PathError> {
        let mut out = Vec::new();
        for i in (0..path.len().saturating_sub(1)).rev() {
            let (Some(certificate), Some(above)) = (path.get(i), path.get(i + 1..)) else { break };
            out.push(self.status(certificate, above)?);
        }
        out.reverse();
        Ok(out)
    }

    fn status(
        &mut self,
        certificate: &'a Certificate,
        above: &[&'a Certificate],
    ) -> Result<RevocationStatus, PathError> {
        let mode = self.options.revocation;
        if mode == RevocationMode::Off {
            return Ok(RevocationStatus::NotChecked);
        }
        if self.judged.contains(&certificate) {
            return self.unknown(certificate, RevocationProblem::Circular);
        }
        self.judged.push(certificate);
        let by_ocsp = self.ocsp_status(certificate, above);
        let by_crl = self.crl_status(certificate, above);
        self.judged.pop();
        let sources = [(RevocationSource::Ocsp, by_ocsp), (RevocationSource::Crl, by_crl)];
        for (source, finding) in &sources {
            if let Finding::Revoked { at, reason } = finding {
                return Err(PathError::Revoked {
                    subject: certificate.subject(),
                    serial: certificate.serial_hex(),
                    at: *at,
                    reason: *reason,
                    told_by: *source,
                });
            }
        }
        let mut problem = RevocationProblem::NoInformation;
        for (source, finding) in sources {
            match finding {
                Finding::Good { next_update } => return Ok(RevocationStatus::Good { source, next_update }),
                Finding::Unknown(p) => note(&mut problem, p),
                Finding::Revoked { .. } => {}
            }
        }
        self.unknown(certificate, problem)
    }

    fn unknown(&self, c: &Certificate, problem: RevocationProblem) -> Result<RevocationStatus, PathError> {
        match self.options.revocation {
            RevocationMode::Required => Err(PathError::RevocationUnknown { subject: c.subject(), problem }),
            _ => Ok(RevocationStatus::Unknown(problem)),
        }
    }

    /// Counts a signature that is verified for revocation.
    fn spend(&mut self) -> Result<(), RevocationProblem> {
        if self.revocation_checks == MAX_REVOCATION_CHECKS {
            return Err(RevocationProblem::Exhausted { limit: MAX_REVOCATION_CHECKS });
        }
        self.revocation_checks += 1;
        Ok(())
    }

    /// Whether information from then until then is current.
    fn fresh(&self, this_update: Timestamp, next_update: Option<Timestamp>) -> Result<(), RevocationProblem> {
        let now = self.cx.now;
        match next_update {
            _ if this_update > now => Err(RevocationProblem::NotYetValid { this_update }),
            Some(next_update) if next_update < now => Err(RevocationProblem::Stale { next_update }),
            _ => Ok(()),
        }
    }

    /// Takes a signature over SHA-1 with a flag, or refuses it.
    fn weak(&mut self, about: &Certificate) -> Result<(), RevocationProblem> {
        if self.options.strict {
            return Err(RevocationProblem::WeakSignature);
        }
        let weakness = Weakness::Sha1Revocation { subject: about.subject() };
        if !self.weak.contains(&weakness) {
            self.weak.push(weakness);
        }
        Ok(())
    }

    fn ocsp_status(&mut self, certificate: &'a Certificate, above: &[&'a Certificate]) -> Finding {
        let mut problem = RevocationProblem::NoInformation;
        let mut good: Option<(Timestamp, Option<Timestamp>)> = None;
        let mut outdated: Option<(Timestamp, RevokedEntry)> = None;
        for response in self.options.ocsp {
            let Some(answer) = self.ocsp_answer(response, certificate, above) else { continue };
            let this_update = answer.this_update;
            match answer.finding {
                Finding::Unknown(p) => note(&mut problem, p),
                Finding::Good { next_update } => good = good.max(Some((this_update, next_update))),
                Finding::Revoked { at, reason } if !answer.current => {
                    if outdated.is_none_or(|(newest, _)| newest < this_update) {
                        outdated = Some((this_update, RevokedEntry { at, reason }));
                    }
                }
                revoked => return revoked,
            }
        }
        match (good, outdated) {
            (Some((newest, next_update)), Some((this_update, _))) if newest > this_update => {
                Finding::Good { next_update }
            }
            (_, Some((_, entry))) => entry.into(),
            (Some((_, next_update)), None) => Finding::Good { next_update },
            (None, None) => Finding::Unknown(problem),
        }
    }

    /// What a response says; `None` when it is not about the certificate.
    fn ocsp_answer(
        &mut self,
        response: &'a OcspResponse,
        certificate: &'a Certificate,
        above: &[&'a Certificate],
    ) -> Option<OcspFinding> {
        let issuer = *above.first()?;
        let answer = response.answer(self.cx.crypto, certificate, issuer)?;
        let age = answer.this_update.0.saturating_add(OCSP_AGE_DAYS * DAY_MS);
        let next_update = answer.next_update.unwrap_or(Timestamp(age));
        let fresh = self.fresh(answer.this_update, Some(next_update));
        let current = fresh.is_ok();
        let judged = (|| {
            let unknown = response.unknown_critical().or(answer.unknown_critical);
            if let Some(oid) = unknown {
                return Err(RevocationProblem::UnknownCriticalExtension { oid });
            }
            let lasting = match answer.status {
                OcspStatus::Revoked { reason, .. } => reason.is_none_or(RevocationReason::is_lasting),
                OcspStatus::Good | OcspStatus::Unknown => false,
            };
            // What a responder said while it might counts, though its own certificate may have ended since.
            let at = match fresh {
                Err(RevocationProblem::Stale { .. }) if lasting => answer.this_update,
                Err(p) => return Err(p),
                Ok(()) => self.cx.now,
            };
            self.responder(response, certificate, above, at)?;
            if is_sha1(response.scheme()) {
                self.weak(certificate)?;
            }
            Ok(match answer.status {
                OcspStatus::Good => Finding::Good { next_update: Some(next_update) },
                OcspStatus::Revoked { at, reason } => {
                    Finding::Revoked { at, reason: reason.unwrap_or(RevocationReason::Unspecified) }
                }
                OcspStatus::Unknown => Finding::Unknown(RevocationProblem::UnknownToResponder),
            })
        })();
        let finding = judged.unwrap_or_else(Finding::Unknown);
        Some(OcspFinding { finding, this_update: answer.this_update, current })
    }

    /// Verifies that the issuer signed a response, or someone whom it certified for that (RFC 6960, 4.2.2.2), whose
    /// certificate has to be valid at that time.
    fn responder(
        &mut self,
        response: &'a OcspResponse,
        certificate: &'a Certificate,
        above: &[&'a Certificate],
        at: Timestamp,
    ) -> Result<(), RevocationProblem> {
        let crypto = self.cx.crypto;
        let Some(&issuer) = above.first() else { return Err(RevocationProblem::ResponderNotAuthorized) };
        let mut problem = RevocationProblem::ResponderNotAuthorized;
        for candidate in std::iter::once(issuer).chain(response.certificates()) {
            if !response.names_responder(crypto, candidate) {
                continue;
            }
            self.spend()?;
            match response.verify_signed_by(crypto, candidate) {
                Ok(()) => {}
                Err(CryptoError::BadSignature) => {
                    problem = RevocationProblem::BadSignature;
                    continue;
                }
                Err(_) => {
                    problem = RevocationProblem::UnsupportedSignature;
                    continue;
                }
            }
            if candidate == issuer || candidate.spki_der() == issuer.spki_der() {
                return Ok(());
            }
            let usages = candidate.extended_key_usage().unwrap_or_default();
            let may_sign = candidate.key_usage().is_none_or(KeyUsage::digital_signature);
            if !name::same(candidate.issuer_der(), issuer.subject_der())
                || !usages.contains(&OCSP_SIGNING)
                || !may_sign
            {
                continue;
            }
            if let Err(e) = check_alone(&Context { now: at, ..*self.cx }, candidate) {
                problem = RevocationProblem::ResponderRefused(Box::new(e));
                continue;
            }
            self.spend()?;
            if candidate.verify_signed_by(crypto, issuer).is_err() {
                continue;
            }
            if candidate.ocsp_no_check() || candidate == certificate {
                return Ok(());
            }
            // a responder's certificate is checked with lists, not with what it signs
            match self.crl_status(candidate, above) {
                Finding::Good { .. } => return Ok(()),
                Finding::Unknown(_) if self.options.revocation != RevocationMode::Required => return Ok(()),
                Finding::Unknown(p) => {
                    let e = PathError::RevocationUnknown { subject: candidate.subject(), problem: p };
                    problem = RevocationProblem::ResponderRefused(Box::new(e));
                }
                Finding::Revoked { at, reason } => {
                    problem = RevocationProblem::ResponderRefused(Box::new(PathError::Revoked {
                        subject: candidate.subject(),
                        serial: candidate.serial_hex(),
                        at,
                        reason,
                        told_by: RevocationSource::Crl,
                    }));
                }
            }
        }
        Err(problem)
    }

    /// RFC 5280, 6.3.3.
    fn crl_status(&mut self, certificate: &'a Certificate, above: &[&'a Certificate]) -> Finding {
        let mut problem = RevocationProblem::NoInformation;
        let mut covered = Reasons::NONE;
        let mut until: Option<Timestamp> = None;
        // The newest list speaks, whatever the order they were given in; of lists equally new, the one that revokes.
        let mut lists: Vec<&'a Crl> = self.options.crls.iter().filter(|c| !c.is_delta()).collect();
        lists.sort_by_key(|crl| Reverse(crl.this_update()));
        let mut newest: Option<Timestamp> = None;
        let mut finding: Option<Finding> = None;
        // the newest complete list that does not name the certificate
        let mut silent: Option<&'a Crl> = None;
        // the distribution points, and then any list of the certificate's issuer
        for point in certificate.distribution_points().iter().map(Some).chain([None]) {
            for &crl in &lists {
                let reasons = match applies(certificate, point, crl) {
                    Ok(reasons) => reasons,
                    Err(Some(p)) => {
                        note(&mut problem, p);
                        continue;
                    }
                    Err(None) => continue,
                };
                if !reasons.adds_to(covered) && newest != Some(crl.this_update()) {
                    continue;
                }
                match self.list(crl, certificate, above) {
                    Ok((Some(entry), _)) => return entry.into(),
                    Ok((None, next_update)) => {
                        if silent.is_none_or(|other| other.this_update() < crl.this_update()) {
                            silent = Some(crl);
                        }
                        covered = covered.or(reasons);
                        newest = newest.max(Some(crl.this_update()));
                        until = until.min(next_update).or(until).or(next_update);
                    }
                    Err(p) => note(&mut problem, p),
                }
            }
            if !Reasons::ALL.adds_to(covered) {
                finding = Some(Finding::Good { next_update: until });
                break;
            }
        }
        match self.changed(certificate, above, silent) {
            Ok(Some(entry)) => return entry.into(),
            Ok(None) => {}
            Err(p) => note(&mut problem, p),
        }
        if covered != Reasons::NONE {
            note(&mut problem, RevocationProblem::ReasonsNotCovered);
        }
        finding.unwrap_or(Finding::Unknown(problem))
    }

    /// Whether a delta list revokes a certificate on its own, being newer than the complete list that is silent about it,
    /// or there being none. The newest delta list that names the certificate speaks.
    fn changed(
        &mut self,
        certificate: &'a Certificate,
        above: &[&'a Certificate],
        silent: Option<&Crl>,
    ) -> Result<Option<RevokedEntry>, RevocationProblem> {
        let points = certificate.distribution_points();
        let applies = |delta: &Crl| {
            points.iter().map(Some).chain([None]).any(|point| applies(certificate, point, delta).is_ok())
        };
        let mut deltas: Vec<&'a Crl> =
            self.options.crls.iter().filter(|c| c.is_delta() && applies(c)).collect();
        let missing = silent.is_none() && !deltas.is_empty();
        deltas.sort_by(|a, b| {
            b.this_update().cmp(&a.this_update()).then_with(|| compare(b.number(), a.number()))
        });
        let mut problem = None;
        for delta in deltas {
            let Some(entry) = delta.find(certificate) else { continue };
            if silent.is_some_and(|complete| age(delta, complete).is_le())
                || delta.unknown_critical().is_some()
            {
                continue;
            }
            match self.fresh(delta.this_update(), delta.next_update()) {
                Ok(()) => {}
                Err(RevocationProblem::Stale { .. }) if entry.reason.is_lasting() => {}
                Err(p) => {
                    problem.get_or_insert(p);
                    continue;
                }
            }
            let signed = self.signer(delta, above).and_then(|_| match is_sha1(delta.scheme()) {
                true => self.weak(certificate),
                false => Ok(()),
            });
            match signed {
                Ok(()) if entry.reason == RevocationReason::RemoveFromCrl => break,
                Ok(()) => return Ok(Some(entry)),
                Err(p) => {
                    problem.get_or_insert(p);
                }
            }
        }
        match problem {
            Some(problem) => Err(problem),
            None if missing => Err(RevocationProblem::BaseMissing),
            None => Ok(None),
        }
    }

    /// What a complete list, with its delta if there is one, says about a certificate in its scope, and until when.
    fn list(
        &mut self,
        crl: &'a Crl,
        certificate: &'a Certificate,
        above: &[&'a Certificate],
    ) -> Result<(Option<RevokedEntry>, Option<Timestamp>), RevocationProblem> {
        if let Some(oid) = crl.unknown_critical() {
            return Err(RevocationProblem::UnknownCriticalExtension { oid });
        }
        let fresh = self.fresh(crl.this_update(), crl.next_update());
        if let Err(p @ RevocationProblem::NotYetValid { .. }) = fresh {
            return Err(p);
        }
        let deltas = self.options.crls.iter().filter(|d| is_delta_of(d, crl));
        let deltas = deltas.filter(|d| self.fresh(d.this_update(), d.next_update()).is_ok());
        let delta = deltas.max_by(|a, b| compare(a.number(), b.number()));
        let listed = crl.find(certificate);
        let lasting = listed.filter(|entry| entry.reason.is_lasting());
        if let (None, Err(stale), None) = (delta, fresh, lasting) {
            return Err(stale);
        }
        let signer = self.signer(crl, above)?;
        if is_sha1(crl.scheme()) {
            self.weak(certificate)?;
        }
        let mut entry = None;
        let mut next_update = crl.next_update();
        if let Some(delta) = delta {
            self.spend()?;
            let unusable = match (delta.verify_signed_by(self.cx.crypto, signer), delta.unknown_critical()) {
                (Err(_), _) => Some(RevocationProblem::BadSignature),
                (Ok(()), Some(oid)) => Some(RevocationProblem::UnknownCriticalExtension { oid }),
                (Ok(()), None) => None,
            };
            match unusable {
                // what the complete list says stands by itself
                Some(_) if lasting.is_some() => return Ok((lasting, next_update)),
                Some(problem) => return Err(problem),
                None => {}
            }
            entry = delta.find(certificate);
            next_update = delta.next_update();
        }
        let entry = match entry {
            None => listed,
            Some(e) => Some(e),
        };
        Ok((entry.filter(|e| e.reason != RevocationReason::RemoveFromCrl), next_update))
    }

    /// Finds the certificate whose key signed a list, and validates it (RFC 5280, 6.3.3 (f) and (g)).
    fn signer(
        &mut self,
        crl: &'a Crl,
        above: &[&'a Certificate],
    ) -> Result<&'a Certificate, RevocationProblem> {
        let (trust, intermediates) = (self.trust, self.intermediates);
        let issuer = crl.issuer_der();
        let offered = intermediates.iter().filter(|c| name::same(c.subject_der(), issuer));
        let in_path = above.iter().copied().filter(|c| name::same(c.subject_der(), issuer));
        let candidates: Vec<&Certificate> = in_path.chain(trust.by_subject(issuer)).chain(offered).collect();
        let mut problem = RevocationProblem::NoSigner { issuer: crl.issuer() };
        let mut tried: Vec<&Certificate> = Vec::new();
        for candidate in candidates {
            let other_key = match (candidate.subject_key_id(), crl.authority_key_id()) {
                (Some(has), Some(asked)) => has != asked,
                _ => false,
            };
            if other_key || tried.contains(&candidate) {
                continue;
            }
            tried.push(candidate);
            self.spend()?;
            match crl.verify_signed_by(self.cx.crypto, candidate) {
                Ok(()) => {}
                Err(CryptoError::BadSignature) => {
                    if matches!(problem, RevocationProblem::NoSigner { .. }) {
                        problem = RevocationProblem::BadSignature;
                    }
                    continue;
                }
                Err(_) => {
                    problem = RevocationProblem::UnsupportedSignature;
                    continue;
                }
            }
            if candidate.key_usage().is_some_and(|usage| !usage.crl_sign()) {
                problem = RevocationProblem::MayNotSign { subject: candidate.subject() };
                continue;
            }
            if above.contains(&candidate) {
                return Ok(candidate);
            }
            // The issuer of an indirect list may have been certified with itself named as the issuer of the list
            // that tells its own status (PKITS 4.14.30): its path is the one that is being judged.
            let names_itself = crl.scope().is_some_and(|s| s.indirect);
            if names_itself && self.judged.last() == Some(&candidate) {
                return Ok(candidate);
            }
            match self.certified(candidate, above) {
                Ok(()) => return Ok(candidate),
                Err(p) => problem = p,
            }
        }
        Err(problem)
    }

    /// Finds a path for a signer of lists to the anchor of the path that is being judged.
    fn certified(
        &mut self,
        signer: &'a Certificate,
        above: &[&'a Certificate],
    ) -> Result<(), RevocationProblem> {
        let refused = |e| RevocationProblem::SignerRefused(Box::new(e));
        if self.judged.contains(&signer) {
            return Err(RevocationProblem::Circular);
        }
        if self.judged.len() > MAX_SIGNER_NESTING {
            return Err(RevocationProblem::TooManySigners { limit: MAX_SIGNER_NESTING });
        }
        let mut search = self.for_signer(above.last().copied());
        let found = search.find(signer);
        (self.checks, self.revocation_checks) = (search.checks, search.revocation_checks);
        let weak = search.weak;
        match found {
            Ok(_) => {
                self.weak.extend(weak);
                Ok(())
            }
            Err(PathError::RevocationUnknown { problem: RevocationProblem::Circular, .. }) => {
                Err(RevocationProblem::Circular)
            }
            Err(e) => Err(refused(e)),
        }
    }
}

/// Whether a list is one in which the certificate is to be looked for, and for which reasons of revocation it
/// speaks (RFC 5280, 6.3.3 (b) and (d)). Without a point it is looked at as one for the certificate's issuer.
fn applies(
    c: &Certificate,
    point: Option<&DistributionPoint>,
    crl: &Crl,
) -> Result<Reasons, Option<RevocationProblem>> {
    let scope = crl.scope();
    let crl_issuer = GeneralName::Directory(crl.issuer_der().to_vec());
    let named = point.map_or(&[][..], |p| &p.crl_issuer);
    if named.is_empty() {
        if !name::same(crl.issuer_der(), c.issuer_der()) {
            return Err(None);
        }
    } else if !named.iter().any(|n| n.same(&crl_issuer)) {
        return Err(None);
    } else if !scope.is_some_and(|s| s.indirect) {
        return Err(Some(RevocationProblem::OutOfScope));
    }
    let reasons = point.and_then(|p| p.reasons).unwrap_or(Reasons::ALL);
    let Some(scope) = scope else { return Ok(reasons) };
    if let Some(list_name) = &scope.name {
        let list_names = list_name.names(crl.issuer_der());
        let wanted = match point {
            Some(DistributionPoint { name: Some(name), .. }) => name.names(crl.issuer_der()),
            Some(_) => named.to_vec(),
            None => vec![GeneralName::Directory(c.issuer_der().to_vec())],
        };
        if !list_names.iter().any(|n| wanted.iter().any(|w| n.same(w))) {
            return Err(Some(RevocationProblem::OutOfScope));
        }
    }
    if scope.only_attributes || (scope.only_users && c.is_ca()) || (scope.only_authorities && !c.is_ca()) {
        return Err(Some(RevocationProblem::OutOfScope));
    }
    Ok(reasons.and(scope.only_reasons.unwrap_or(Reasons::ALL)))
}

/// Whether a delta list brings a complete list up to date (RFC 5280, 5.2.4 and 6.3.3 (c)).
fn is_delta_of(delta: &Crl, complete: &Crl) -> bool {
    use std::cmp::Ordering::Less;
    delta.is_delta()
        && delta.scope_der() == complete.scope_der()
        && delta.authority_key_id() == complete.authority_key_id()
        && name::same(delta.issuer_der(), complete.issuer_der())
        && complete.number().is_some()
        && compare(complete.number(), delta.base_number()) != Less
        && compare(delta.number(), complete.number()) != Less
}

/// Which of two lists of an issuer is older: by their numbers, which only grow (RFC 5280, 5.2.3), where both have one.
fn age(a: &Crl, b: &Crl) -> std::cmp::Ordering {
    match (a.number(), b.number()) {
        (Some(x), Some(y)) => compare(Some(x), Some(y)),
        _ => a.this_update().cmp(&b.this_update()),
    }
}

/// Compares magnitudes without leading zeros; an absent one is the least.
fn compare(a: Option<&[u8]>, b: Option<&[u8]>) -> std::cmp::Ordering {
    let key = |n: Option<&[u8]>| n.map(|n| (n.len(), n.to_vec()));
    key(a).cmp(&key(b))
}
