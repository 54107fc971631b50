//! Rules about how an Exchange account signs in: names with a domain, OAuth with a certificate, basic authentication.

use super::Rule;
use super::rule::rule;
use super::scope::{Scope, name, public_part};
use crate::{Payload, Severity};

pub(super) static RULES: &[&dyn Rule] = &[
    &UserNameWithoutDomain,
    &UserNameDomainTwice,
    &BasicAuthentication,
    &OauthSupport,
    &OauthCertificate,
    &SignInByMailIdentity,
];

/// The names under which Exchange Online serves ActiveSync.
const EXCHANGE_ONLINE: [&str; 4] =
    ["outlook.office365.com", "outlook.office.com", "m.outlook.com", "eas.outlook.com"];

fn text<'a>(payload: &'a Payload, key: &str) -> Option<&'a str> {
    payload.string(key).ok().flatten().filter(|text| !text.trim().is_empty())
}

/// True for a host of Exchange Online, with or without a port.
fn is_exchange_online(host: &str) -> bool {
    let name = host.split(':').next().unwrap_or(host).trim_end_matches('.');
    EXCHANGE_ONLINE.iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// True if users sign in with a certificate: one named, or one inside the payload.
fn has_certificate(payload: &Payload) -> bool {
    text(payload, "PayloadCertificateUUID").is_some() || payload.node("Certificate").is_some()
}

/// Domain and name of a user name of the form `DOMAIN\name`.
fn with_domain(user: &str) -> Option<(&str, &str)> {
    user.split_once('\\')
}

rule! {
    UserNameWithoutDomain Info "user-name-without-domain" "The user name has no domain"
    checks "UserName of Exchange accounts for a domain: DOMAIN\\name, or name@domain. It weighs more where the domain is there but empty. Variables that a server fills in are left alone."
    why "A sAM account name needs its domain before a backslash. A bare name works only where the server has a default domain, and an empty domain nowhere."
    example "<key>UserName</key><string>\\anna</string>"
    reference "EAS-015; EAS-013" ["EAS-015", "EAS-013"]
    |scope, found| {
        for payload in scope.eas() {
            let Some(user) = text(payload, "UserName") else { continue };
            if ["{{", "%", "$"].iter().any(|mark| user.contains(mark)) {
                continue;
            }
            let span = payload.span_of("UserName");
            match with_domain(user) {
                Some(("", _) | (_, "")) => {
                    let message = format_args!("{}: half of {user:?} is missing", name(payload));
                    found.weighing(Severity::Warning, span, message, "write DOMAIN\\name");
                }
                None if !user.contains('@') => {
                    let message = format_args!("{}: {user:?} has no domain", name(payload));
                    found.add(span, message, "write DOMAIN\\name or name@domain, unless the server has a default domain");
                }
                _ => {}
            }
        }
    }
}

rule! {
    UserNameDomainTwice Warning "user-name-domain-twice" "The user name has a domain twice"
    checks "UserName of Exchange accounts for a backslash and an at-sign at once."
    why "The domain before the backslash belongs to sAM account names only; before a principal name or an address it makes a user that no directory has."
    example "<key>UserName</key><string>CONTOSO\\anna@contoso.com</string>"
    reference "EAS-016" ["EAS-016"]
    |scope, found| {
        for payload in scope.eas() {
            let Some(user) = text(payload, "UserName") else { continue };
            if with_domain(user).is_some_and(|(domain, rest)| !domain.is_empty() && rest.contains('@')) {
                let message = format_args!("{}: {user:?} has a domain on both sides", name(payload));
                found.add(payload.span_of("UserName"), message, "leave out the part before the backslash, or the one after the at-sign");
            }
        }
    }
}

rule! {
    BasicAuthentication Warning "eas-basic-authentication" "Exchange Online takes no passwords"
    checks "Exchange accounts on a host of Exchange Online that neither use OAuth nor name a certificate."
    why "Basic authentication ended there in 2022. Such accounts ask for a password again and again; they come from profiles and phones that were carried over."
    example "<key>Host</key><string>outlook.office365.com</string> without OAuth"
    reference "Exchange team blog, June 2022; EAS-026" ["EAS-026", "EAS-030"]
    |scope, found| {
        for payload in scope.eas().filter(|payload| !scope.flag(payload, "OAuth") && !has_certificate(payload)) {
            if text(payload, "Host").is_some_and(is_exchange_online) {
                let message = format_args!("{}: Exchange Online takes no passwords any more", name(payload));
                found.add(payload.span_of("Host"), message, "set OAuth to true; everybody signs in again");
            }
        }
    }
}

rule! {
    OauthSupport Warning "eas-oauth-support-unknown" "Whether the server supports OAuth is not known"
    checks "Accounts with OAuth on a host that is not Exchange Online. It weighs less where the server is found by autodiscovery, or where OAuthSignInURL names who signs users in."
    why "Servers on premises and of others may not support it; Re-Enter Password then does nothing, without an error. Support should be confirmed before the profile is sent."
    example "<key>OAuth</key><true/><key>Host</key><string>mail.contoso.com</string>"
    reference "EAS-033; EAS-034" ["EAS-033", "EAS-034"]
    |scope, found| {
        for payload in scope.eas().filter(|payload| scope.flag(payload, "OAuth")) {
            let known = payload.node("OAuthSignInURL").is_some();
            match text(payload, "Host") {
                Some(host) if is_exchange_online(host) => {}
                Some(host) => {
                    let severity = if known { Severity::Info } else { Severity::Warning };
                    let message = format_args!("{}: nothing says that {} supports OAuth", name(payload), public_part(host));
                    found.weighing(severity, payload.span_of("Host"), message, "confirm it before the profile is sent");
                }
                None => {
                    let message = format_args!("{}: OAuth, and the server is found by autodiscovery", name(payload));
                    found.weighing(Severity::Info, payload.span_of("OAuth"), message, "confirm that it is Exchange Online, or supports OAuth");
                }
            }
        }
    }
}

rule! {
    OauthCertificate Info "eas-oauth-with-certificate" "OAuth and a certificate for signing in"
    checks "Accounts with OAuth that also name a certificate, or bring one. That the certificate is there, and is an identity, others check as errors."
    why "A certificate belongs to OAuth only where the OAuth server asks for one; in every other case, derived credentials included, it has no use."
    example "<key>OAuth</key><true/><key>PayloadCertificateUUID</key><string>...</string>"
    reference "EAS-031; EAS-032" ["EAS-031", "EAS-032"]
    |scope, found| {
        for payload in scope.eas().filter(|payload| scope.flag(payload, "OAuth")) {
            if has_certificate(payload) {
                let key = if payload.node("PayloadCertificateUUID").is_some() { "PayloadCertificateUUID" } else { "Certificate" };
                let message = format_args!("{}: OAuth with a certificate", name(payload));
                found.add(payload.span_of(key), message, "leave the certificate out unless the OAuth server asks for it");
            }
        }
    }
}

/// The key of S/MIME that names the identity the account signs in with, if one does.
fn shared_identity(scope: &Scope<'_>, payload: &Payload) -> Option<&'static str> {
    let own = scope.payload(text(payload, "PayloadCertificateUUID")?)?;
    let pkcs12 = own.is(super::scope::PKCS12);
    ["SMIMEEncryptionCertificateUUID", "SMIMESigningCertificateUUID"].into_iter().filter(|_| pkcs12).find(
        |key| {
            text(payload, key)
                .and_then(|uuid| scope.payload(uuid))
                .is_some_and(|other| other.index == own.index)
        },
    )
}

rule! {
    SignInByMailIdentity Warning "eas-sign-in-by-mail-identity" "The imported identity for mail signs in as well"
    checks "PayloadCertificateUUID that names the same PKCS#12 payload as S/MIME does."
    why "Intune signs in with certificates of SCEP and PKCS profiles only; an imported one is for S/MIME, shared by all devices of a user, and tells the server nothing about the device."
    example "the same UUID in PayloadCertificateUUID and SMIMEEncryptionCertificateUUID"
    reference "XTR-004; EAS-023" ["XTR-004", "EAS-023"]
    |scope, found| {
        for payload in scope.eas() {
            if let Some(key) = shared_identity(scope, payload) {
                let message = format_args!("{}: signs in with the identity of {key}", name(payload));
                found.add(payload.span_of("PayloadCertificateUUID"), message, "name a certificate made for signing in");
            }
        }
    }
}
