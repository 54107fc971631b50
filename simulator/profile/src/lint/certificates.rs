//! Rules about what is in the certificates, from the facts the caller brings.

use super::certificate::{CertificateKind, KeyUsage, OpenError};
use super::rule::rule;
use super::scope::{EAS, Scope, name};
use super::{CertificateFacts, Found, Rule};
use crate::{Payload, Severity};

pub(super) static RULES: &[&dyn Rule] = &[
    &CannotOpen,
    &Expired,
    &NotYetValid,
    &ExpiresSoon,
    &SigningUsage,
    &EncryptionUsage,
    &EmailDiffers,
    &EmailPurpose,
    &ClientPurpose,
    &NonRepudiation,
    &CaAsIdentity,
    &RootNotCa,
    &Weak,
    &ModernProtection,
    &NoIntegrity,
    &NotNewest,
];

const SIGNING: &str = "SMIMESigningCertificateUUID";
const ENCRYPTION: &str = "SMIMEEncryptionCertificateUUID";
/// How long before the end of validity Outlook warns its users (XTR-013).
const EXPIRY_NOTICE_DAYS: i64 = 30;

/// Every certificate that could be opened, with its payload.
fn opened<'a, 's>(
    scope: &'s Scope<'a>,
) -> impl Iterator<Item = (&'a CertificateFacts, &'a Payload)> + use<'a, 's> {
    scope
        .certificates
        .iter()
        .filter(|facts| facts.open_error.is_none())
        .filter_map(|facts| Some((facts, scope.payload_of(facts)?)))
}

/// Every S/MIME use of an opened certificate: account, key, facts.
fn uses<'a>(scope: &Scope<'a>) -> Vec<(&'a Payload, &'static str, &'a CertificateFacts)> {
    let mut uses = Vec::new();
    for account in scope.mail_accounts() {
        for key in [SIGNING, ENCRYPTION] {
            if let Some(facts) = scope.facts_by_key(account, key).filter(|facts| facts.open_error.is_none()) {
                uses.push((account, key, facts));
            }
        }
    }
    uses
}

/// What a certificate is called in a message.
fn subject(facts: &CertificateFacts, payload: &Payload) -> String {
    if facts.subject.is_empty() {
        name(payload).to_string()
    } else {
        format!("{}: {}", name(payload), facts.subject)
    }
}

rule! {
    CannotOpen Error "certificate-cannot-open" "A certificate payload cannot be opened"
    checks "Whether the payload's password fits, whether it holds what its type says, and exactly one identity if it is a PKCS#12 file; and whether all PKCS#12 files of the profile together take no more iterations of key derivation than a phone should spend on them."
    why "The device cannot open it either and refuses the profile: 9000 wrong password, 9001 too many, 9005 malformed, 9006 no identity; 21006 for the certificate that an Exchange account carries itself."
    example "a com.apple.security.pkcs12 payload with another file's Password"
    reference "Apple MDM Protocol Reference, errors 9000 to 9006 and 21006" ["EAS-023"]
    |scope, found| {
        for facts in scope.certificates {
            let (Some(error), Some(payload)) = (&facts.open_error, scope.payload_of(facts)) else { continue };
            let account = payload.is(EAS);
            let (password, content) =
                if account { ("CertificatePassword", "Certificate") } else { ("Password", "PayloadContent") };
            let (key, message, help) = match error {
                OpenError::WrongPassword => (password, "the password does not fit".to_owned(), "write the password the file was made with"),
                OpenError::PasswordNeeded if account => (content, "a password is needed and missing".to_owned(), "add CertificatePassword"),
                OpenError::PasswordNeeded => (content, "a password is needed and missing".to_owned(), "add Password"),
                OpenError::TooManyIterations { limit } => (content, format!("the key derivations of the profile's files take more than {limit} iterations"), "export the files with fewer iterations; a long random password needs no more than some thousands"),
                OpenError::Malformed => (content, "the content is not what the payload type says".to_owned(), "export the file again, as PKCS#12 or as a certificate"),
                OpenError::NoIdentity => (content, "there is no private key that belongs to a certificate".to_owned(), "export the certificate with its private key"),
                OpenError::TooManyIdentities { count } => (content, format!("there are {count} identities, and a payload holds one"), "make a payload of each"),
                OpenError::UnsupportedAlgorithm { name } => (content, format!("the algorithm {name} is not supported"), "export the file with 3DES or AES"),
            };
            found.add(payload.span_of(key), format_args!("{}: {message}", name(payload)), help);
        }
    }
}

rule! {
    Expired Error "certificate-expired" "A certificate has expired"
    checks "The end of validity against the time of the check."
    why "Others refuse signatures made with it, and servers refuse the sign-in. iOS Mail has signed with expired certificates without a warning. An encryption identity may still be needed to read old mail, so one that no account names weighs less."
    example "a PKCS#12 whose certificate ended last year"
    reference "RFC 5280, section 4.1.2.5; openradar 12169021" ["EAS-062"]
    |scope, found| {
        for (facts, payload) in opened(scope) {
            let Some(end) = facts.not_after.filter(|end| *end < scope.now) else { continue };
            let severity = if scope.is_named(&facts.payload_uuid) || !facts.is_identity { Severity::Error } else { Severity::Info };
            let message = format_args!("{} expired on {end}, it is {}", subject(facts, payload), scope.now);
            found.weighing(severity, payload.span_of("PayloadContent"), message, "renew it; `--clock` sets the time of the check");
        }
    }
}

rule! {
    NotYetValid Error "certificate-not-yet-valid" "A certificate is not valid yet"
    checks "The beginning of validity against the time of the check."
    why "Until then nobody trusts it; a wrong clock at the CA or here looks the same."
    example "a PKCS#12 whose certificate begins tomorrow"
    reference "RFC 5280, section 4.1.2.5" ["EAS-062"]
    |scope, found| {
        for (facts, payload) in opened(scope) {
            if let Some(start) = facts.not_before.filter(|start| *start > scope.now) {
                let message = format_args!("{} is valid from {start}, it is {}", subject(facts, payload), scope.now);
                found.add(payload.span_of("PayloadContent"), message, "wait, or get another; `--clock` sets the time of the check");
            }
        }
    }
}

rule! {
    ExpiresSoon Warning "certificate-expires-soon" "A certificate expires within 30 days"
    checks "The end of validity against the time of the check and 30 days more."
    why "Imported certificates are not renewed by anyone; Outlook begins to warn its users at 30 days."
    example "a PKCS#12 whose certificate ends next week"
    reference "XTR-013" ["XTR-013"]
    |scope, found| {
        for (facts, payload) in opened(scope) {
            let soon = scope.now.plus_days(EXPIRY_NOTICE_DAYS);
            if let Some(end) = facts.not_after.filter(|end| *end >= scope.now && *end <= soon) {
                let message = format_args!("{} expires on {end}", subject(facts, payload));
                found.add(payload.span_of("PayloadContent"), message, "renew it; `--clock` sets the time of the check");
            }
        }
    }
}

/// True if a certificate may be used for e-mail by its extended key usages.
fn mail_purpose(facts: &CertificateFacts) -> bool {
    let fits = |oid: &String| oid == "1.3.6.1.5.5.7.3.4" || oid == "2.5.29.37.0";
    facts.extended_key_usage.as_ref().is_none_or(|purposes| purposes.iter().any(fits))
}

/// Reports S/MIME uses of a kind that the key usage extension does not allow.
fn unfit(
    scope: &Scope<'_>,
    key: &str,
    allows: fn(KeyUsage) -> bool,
    what: &str,
    help: &str,
    found: &mut Found,
) {
    for (account, _, facts) in uses(scope).into_iter().filter(|(_, used, _)| *used == key) {
        if facts.key_usage.is_some_and(|usage| !allows(usage)) {
            let message =
                format_args!("{}: the key usage of its certificate does not allow {what}", name(account));
            found.add(account.span_of(key), message, help);
        }
    }
}

rule! {
    SigningUsage Error "signing-key-usage" "The signing certificate must not sign"
    checks "That a certificate named by SMIMESigningCertificateUUID allows digital signature or non-repudiation, if it has the key usage extension."
    why "Receivers refuse the signature; a device may not offer the identity at all (7004)."
    example "SMIMESigningCertificateUUID naming a certificate for key encipherment only"
    reference "RFC 8550, section 4.4.2; EAS-069; OUT-025" ["EAS-069", "OUT-025"]
    |scope, found| {
        unfit(scope, SIGNING, KeyUsage::allows_signing, "signing", "name a certificate with digitalSignature", found);
    }
}

rule! {
    EncryptionUsage Error "encryption-key-usage" "The encryption certificate must not be encrypted to"
    checks "That a certificate named by SMIMEEncryptionCertificateUUID allows key encipherment or key agreement, if it has the key usage extension."
    why "Senders refuse to encrypt to it, so no mail arrives encrypted and the Sent copy cannot be made."
    example "SMIMEEncryptionCertificateUUID naming a certificate for digital signature only"
    reference "RFC 8550, section 4.4.2; EAS-081; OUT-027" ["EAS-081", "OUT-027"]
    |scope, found| {
        unfit(scope, ENCRYPTION, KeyUsage::allows_encryption, "encryption", "name a certificate with keyEncipherment (RSA) or keyAgreement (EC)", found);
    }
}

rule! {
    EmailDiffers Error "certificate-email-differs" "The certificate is for another address"
    checks "That a certificate named for S/MIME has the account's EmailAddress, domain and name compared without regard to case. A certificate without any address weighs less."
    why "Receivers compare the sender with the certificate and report a mismatch; Outlook finds no certificate at all."
    example "EmailAddress anna@example.com and a certificate for ben@example.com"
    reference "RFC 8550, section 3; XTR-012" ["XTR-012", "EAS-062"]
    |scope, found| {
        for (account, key, facts) in uses(scope) {
            let Ok(Some(address)) = account.string("EmailAddress") else { continue };
            // An empty address is asked for, as an absent one is.
            if address.is_empty() {
                continue;
            }
            if facts.emails.iter().any(|email| email.eq_ignore_ascii_case(address)) {
                continue;
            }
            let span = account.span_of(key);
            if facts.emails.is_empty() {
                let message = format_args!("{}: the certificate has no e-mail address", name(account));
                found.weighing(Severity::Warning, span, message, "issue it with the address as rfc822Name");
            } else {
                let message = format_args!("{}: the certificate is for {}, not {address}", name(account), facts.emails.join(", "));
                found.add(span, message, "name the certificate of this user");
            }
        }
    }
}

rule! {
    EmailPurpose Warning "certificate-not-for-email" "The certificate is not for e-mail"
    checks "That a certificate named for S/MIME has e-mail protection (or any purpose) among its extended key usages, if it has that extension."
    why "Receivers that check the purpose refuse it. Certificates for signing in to servers are often taken by mistake."
    example "a certificate for client authentication only, named by SMIMESigningCertificateUUID"
    reference "RFC 8550, section 4.4.4" ["OUT-025"]
    |scope, found| {
        for (account, key, facts) in uses(scope) {
            if !mail_purpose(facts) {
                let message = format_args!("{}: the certificate of {key} is not for e-mail protection", name(account));
                found.add(account.span_of(key), message, "name a certificate with the purpose emailProtection");
            }
        }
    }
}

rule! {
    ClientPurpose Warning "certificate-not-for-sign-in" "The certificate for signing in is not for clients"
    checks "That a certificate named by PayloadCertificateUUID of an Exchange account has client authentication (or any purpose) among its extended key usages, if it has that extension."
    why "The server refuses the sign-in, or never asks for this certificate. Certificates for mail are often taken by mistake."
    example "a certificate for e-mail protection only, named by PayloadCertificateUUID"
    reference "RFC 5280, section 4.2.1.12; EAS-023" ["EAS-023"]
    |scope, found| {
        let fits = |oid: &String| oid == "1.3.6.1.5.5.7.3.2" || oid == "2.5.29.37.0";
        for account in scope.eas() {
            let Some(facts) = scope.facts_by_key(account, "PayloadCertificateUUID") else { continue };
            if facts.open_error.is_none() && facts.extended_key_usage.as_ref().is_some_and(|all| !all.iter().any(fits)) {
                let message = format_args!("{}: the certificate for signing in is not for client authentication", name(account));
                found.add(account.span_of("PayloadCertificateUUID"), message, "name a certificate with the purpose clientAuth");
            }
        }
    }
}

rule! {
    NonRepudiation Warning "certificate-non-repudiation" "The certificate has non-repudiation"
    checks "Certificates named for S/MIME for the non-repudiation bit beside others, or alone."
    why "Microsoft says that templates for iOS must not have it."
    example "a certificate with digitalSignature and nonRepudiation"
    reference "IntuneDocs, certficates-pfx-configure" []
    |scope, found| {
        for (account, key, facts) in uses(scope) {
            if facts.key_usage.is_some_and(|usage| usage.non_repudiation) {
                let message = format_args!("{}: the certificate of {key} has non-repudiation", name(account));
                found.add(account.span_of(key), message, "issue it from a template without that bit");
            }
        }
    }
}

rule! {
    CaAsIdentity Warning "ca-as-identity" "The identity for mail is a CA"
    checks "Certificates named for S/MIME for being a CA certificate."
    why "A CA key in a phone can issue certificates for everyone; receivers may refuse the signature."
    example "a self-made CA named by SMIMESigningCertificateUUID"
    reference "RFC 5280, section 4.2.1.9" []
    |scope, found| {
        for (account, key, facts) in uses(scope).into_iter().filter(|(_, _, facts)| facts.is_ca) {
            let message = format_args!("{}: the certificate of {key} is a CA's ({})", name(account), facts.subject);
            found.add(account.span_of(key), message, "issue a certificate for the user");
        }
    }
}

rule! {
    RootNotCa Warning "root-not-ca" "A root payload holds no CA certificate"
    checks "com.apple.security.root payloads for CA certificates."
    why "It cannot vouch for any other; the anchor that was meant is missing, and chains stay untrusted."
    example "a server's own certificate in a com.apple.security.root payload"
    reference "RFC 5280, section 4.2.1.9; OUT-009" ["OUT-009", "SMO-006"]
    |scope, found| {
        for (facts, payload) in opened(scope).filter(|(_, payload)| payload.is("com.apple.security.root")) {
            if !facts.is_ca {
                let message = format_args!("{} is no CA certificate", subject(facts, payload));
                found.add(payload.span_of("PayloadContent"), message, "add the CA's certificate, or use com.apple.security.pkcs1");
            }
        }
    }
}

rule! {
    Weak Warning "certificate-weak" "A certificate is weak"
    checks "RSA keys below 2048 bits, and signatures with MD5 or SHA-1 on certificates that are not CAs."
    why "Current systems refuse them: RFC 8550 asks for SHA-256 and 2048 bits."
    example "a certificate with a 1024-bit key, or signed with sha1WithRSAEncryption"
    reference "RFC 8550, section 4.3" []
    |scope, found| {
        for (facts, payload) in opened(scope) {
            let lower = |text: &Option<String>| text.as_deref().unwrap_or_default().to_ascii_lowercase();
            let span = payload.span_of("PayloadContent");
            let rsa = lower(&facts.key_algorithm).contains("rsa");
            if let Some(bits) = facts.key_bits.filter(|bits| rsa && *bits < 2048) {
                found.add(span, format_args!("{} has an RSA key of {bits} bits", subject(facts, payload)), "use 2048 bits or more");
            }
            let signature = lower(&facts.signature_algorithm);
            let old = signature.contains("md5") || signature.contains("sha1");
            if old && !facts.is_ca {
                found.add(span, format_args!("{} is signed with {signature}", subject(facts, payload)), "issue it with SHA-256");
            }
        }
    }
}

rule! {
    ModernProtection Warning "pkcs12-modern-protection" "The PKCS#12 file is protected in a way older iOS cannot open"
    checks "PKCS#12 files protected with PBES2 (AES)."
    why "OpenSSL 3 writes such files, and iOS has refused them with a wrong-password error though the password is right. Which release began to read them is not documented."
    example "openssl pkcs12 -export without -legacy"
    reference "gunnarhaslinger/SMIME-OpenSSL-CA, issue 1" []
    |scope, found| {
        for (facts, payload) in opened(scope).filter(|(facts, _)| facts.kind == CertificateKind::Pkcs12) {
            let modern = |name: &&String| {
                let lower = name.to_ascii_lowercase();
                lower.contains("pbes2") || lower.contains("aes")
            };
            if let Some(algorithm) = facts.pbe_algorithms.iter().find(modern) {
                let message = format_args!("{} is protected with {algorithm}", name(payload));
                found.add(payload.span_of("PayloadContent"), message, "export it with pbeWithSHAAnd3-KeyTripleDES-CBC (openssl: -legacy or -certpbe and -keypbe)");
            }
        }
    }
}

rule! {
    NoIntegrity Info "pkcs12-without-mac" "The PKCS#12 file has no integrity check"
    checks "PKCS#12 files for a MAC."
    why "Without one nobody notices a changed file, and some readers refuse it."
    example "openssl pkcs12 -export -nomac"
    reference "RFC 7292, section 4" []
    |scope, found| {
        for (facts, payload) in opened(scope).filter(|(facts, _)| facts.kind == CertificateKind::Pkcs12) {
            if facts.is_identity && facts.mac_digest.is_none() {
                found.add(payload.span_of("PayloadContent"), format_args!("{} has no MAC", name(payload)), "export it with a MAC");
            }
        }
    }
}

rule! {
    NotNewest Info "smime-identity-not-newest" "A newer identity of the same purpose is in the profile"
    checks "Identities of PKCS#12 payloads for the account's address, valid now and of the same use, whose validity began later than that of the one named for S/MIME."
    why "Of several imports of one purpose the newest start date is selected, and the others stay to read old mail. With an older one named, mail is signed with, or encrypted to, what is about to be replaced."
    example "SMIMEEncryptionCertificateUUID naming last year's certificate beside this year's"
    reference "XTR-011; IntuneDocs, certificates-imported-pfx-configure" ["XTR-011"]
    |scope, found| {
        for (account, key, facts) in uses(scope) {
            let (Ok(Some(address)), Some(start)) = (account.string("EmailAddress"), facts.not_before) else { continue };
            let allows = if key == SIGNING { KeyUsage::allows_signing } else { KeyUsage::allows_encryption };
            let newer = scope.certificates.iter().filter(|other| {
                other.is_identity
                    && other.open_error.is_none()
                    && other.not_before.is_some_and(|from| from > start && from <= scope.now)
                    && other.not_after.is_none_or(|end| end >= scope.now)
                    && other.key_usage.is_none_or(allows)
                    && other.emails.iter().any(|email| email.eq_ignore_ascii_case(address))
                    && mail_purpose(other)
            });
            let newest = newer.max_by_key(|other| other.not_before);
            if let Some((other, payload)) = newest.and_then(|other| Some((other, scope.payload_of(other)?))) {
                let from = other.not_before.unwrap_or(start);
                let message = format_args!("{}: {key} names an identity from {start}, {} is from {from}", name(account), name(payload));
                found.add(account.span_of(key), message, "name the newest, and keep the older ones to read old mail");
            }
        }
    }
}
