//! Rules about Exchange accounts: services, sign-in, server, addresses.

use super::Rule;
use super::places::Places;
use super::rule::rule;
use super::scope::{MAIL, Scope, name, public_part};
use crate::{OsVersion, Payload};
use std::collections::BTreeSet;

pub(super) static RULES: &[&dyn Rule] = &[
    &NoService,
    &ScopeOpen,
    &MixedLocks,
    &DeadMailSettings,
    &OauthPassword,
    &OauthHost,
    &SignInWithoutHost,
    &OauthUrlWithoutOauth,
    &OauthUrlPlain,
    &HostMissing,
    &HostForm,
    &DaysNotListed,
    &EmailMissing,
    &EmailForm,
    &UserMissing,
    &SslUnwritten,
    &SslOff,
    &PasswordStored,
    &OverridePasswordAlone,
    &InlineCertificateIgnored,
    &InlineCertificateLocked,
    &DuplicateAccount,
    &VpnReference,
];

const SERVICES: [&str; 5] =
    ["EnableMail", "EnableContacts", "EnableCalendars", "EnableReminders", "EnableNotes"];
const LOCKS: [&str; 5] = [
    "EnableMailUserOverridable",
    "EnableContactsUserOverridable",
    "EnableCalendarsUserOverridable",
    "EnableRemindersUserOverridable",
    "EnableNotesUserOverridable",
];
/// The first iOS with services that can be switched.
const SERVICES_SINCE: OsVersion = OsVersion::new(13, 0, 0);

/// Which of the keys are on, in order.
fn flags(scope: &Scope<'_>, payload: &Payload, keys: [&str; 5]) -> [bool; 5] {
    keys.map(|key| scope.flag(payload, key))
}

fn text<'a>(payload: &'a Payload, key: &str) -> Option<&'a str> {
    payload.string(key).ok().flatten().filter(|text| !text.trim().is_empty())
}

rule! {
    NoService Error "eas-no-service" "All five services of the account are off"
    checks "That mail, contacts, calendars, reminders or notes is on. Services not mentioned are on."
    why "Apple requires one; an account without any is rejected when it is installed."
    example "<key>EnableMail</key><false/> and the same for the other four"
    reference "apple/device-management, com.apple.eas.account.yaml; XTR-016" ["XTR-016"]
    |scope, found| {
        for payload in scope.eas().filter(|_| scope.os >= SERVICES_SINCE) {
            if flags(scope, payload, SERVICES) == [false; 5] {
                let message = format_args!("{} has all five services off", name(payload));
                found.add(payload.span_of("EnableMail"), message, "turn on at least one of them");
            }
        }
    }
}

rule! {
    ScopeOpen Warning "eas-scope-open" "Some services are off, and users can turn them on"
    checks "Services that are off while their UserOverridable key is true or absent."
    why "Intune advises against it: with a partial scope, choose No for user change. Otherwise contacts-only becomes everything with one tap."
    example "<key>EnableMail</key><false/> without EnableMailUserOverridable"
    reference "EAS-053; apple/device-management, com.apple.eas.account.yaml" ["EAS-053", "EAS-054"]
    |scope, found| {
        for payload in scope.eas().filter(|_| scope.os >= SERVICES_SINCE) {
            let on = flags(scope, payload, SERVICES);
            let open: Vec<&str> = SERVICES
                .iter()
                .zip(LOCKS)
                .zip(on)
                .filter(|((_, lock), on)| !on && scope.flag(payload, lock))
                .map(|((service, _), _)| service.trim_start_matches("Enable"))
                .collect();
            if let Some(first) = open.first().filter(|_| on != [false; 5]) {
                let message = format_args!("{}: users can turn on {}", name(payload), open.join(", "));
                let help = format!("set {} to false", open.iter().map(|s| format!("Enable{s}UserOverridable")).collect::<Vec<_>>().join(", "));
                found.add(payload.span_of(&format!("Enable{first}")), message, help);
            }
        }
    }
}

rule! {
    MixedLocks Info "eas-mixed-locks" "Some services are locked and others are not"
    checks "That the five UserOverridable keys agree."
    why "Intune sets all five or none; a mixed set was made elsewhere, or half of it was forgotten."
    example "<key>EnableMailUserOverridable</key><false/> alone"
    reference "EAS-051" ["EAS-051"]
    |scope, found| {
        for payload in scope.eas().filter(|_| scope.os >= SERVICES_SINCE) {
            let locks = flags(scope, payload, LOCKS);
            if locks.contains(&true) && locks.contains(&false) {
                let open: Vec<&str> = LOCKS.iter().zip(locks).filter(|(_, on)| *on).map(|(key, _)| *key).collect();
                let message = format_args!("{}: some services are locked, but not those of {}", name(payload), open.join(", "));
                found.add(payload.span, message, "set all five to the same value");
            }
        }
    }
}

rule! {
    DeadMailSettings Warning "eas-dead-mail-settings" "Settings of mail, where mail is off for good"
    checks "S/MIME, the mail window, moving, sending from other apps and recent addresses in an account whose mail is off and locked."
    why "They can never have effect; Intune's form hides them. Either mail was to be on, or the settings are left over."
    example "<key>EnableMail</key><false/><key>EnableMailUserOverridable</key><false/><key>SMIMESigningEnabled</key><true/>"
    reference "XTR-001" ["XTR-001"]
    |scope, found| {
        let mail_only =
            ["MailNumberOfPastDaysToSync", "PreventMove", "PreventAppSheet", "disableMailRecentsSyncing", "allowMailDrop"];
        for payload in scope.eas().filter(|_| scope.os >= SERVICES_SINCE) {
            if scope.flag(payload, "EnableMail") || scope.flag(payload, "EnableMailUserOverridable") {
                continue;
            }
            let entries = payload.dictionary().effective();
            let dead: Vec<_> = entries
                .filter(|entry| entry.key.starts_with("SMIME") || mail_only.contains(&&*entry.key))
                .filter(|entry| entry.node.value.as_boolean() != Some(false))
                .collect();
            if let Some(first) = dead.first() {
                let keys: Vec<&str> = dead.iter().map(|entry| &*entry.key).collect();
                let message = format_args!("{}: mail is off and locked, so {} can have no effect", name(payload), keys.join(", "));
                found.add(first.key_span, message, "remove them, or turn mail on");
            }
        }
    }
}

rule! {
    OauthPassword Error "eas-oauth-password" "OAuth and a password exclude each other"
    checks "Password in an account with OAuth."
    why "OAuth accounts sign in on a web page. Apple says to leave the password out; a stored one is a secret kept for nothing."
    example "<key>OAuth</key><true/><key>Password</key><string>...</string>"
    reference "apple/device-management, com.apple.eas.account.yaml; EAS-030" ["EAS-030"]
    |scope, found| {
        for payload in scope.eas().filter(|payload| scope.flag(payload, "OAuth")) {
            if payload.node("Password").is_some() {
                found.add(payload.span_of("Password"), format_args!("{} has OAuth and a Password", name(payload)), "remove Password");
            }
        }
    }
}

rule! {
    OauthHost Warning "eas-oauth-host-ignored" "With OAuth the host is ignored"
    checks "Host in an account with OAuth and without OAuthSignInURL."
    why "The device finds the server by autodiscovery; a wrong host does no harm, a right one no good. Do not judge the account by it."
    example "<key>OAuth</key><true/><key>Host</key><string>outlook.office365.com</string>"
    reference "apple/device-management, com.apple.eas.account.yaml; XTR-018" ["XTR-018"]
    |scope, found| {
        for payload in scope.eas().filter(|payload| scope.flag(payload, "OAuth")) {
            if payload.node("OAuthSignInURL").is_none() && payload.node("Host").is_some() {
                let message = format_args!("{}: OAuth without OAuthSignInURL, so Host is ignored", name(payload));
                found.add(payload.span_of("Host"), message, "rely on autodiscovery, or add OAuthSignInURL");
            }
        }
    }
}

rule! {
    SignInWithoutHost Error "eas-sign-in-url-without-host" "OAuthSignInURL without a host"
    checks "Host in an account with OAuth and OAuthSignInURL."
    why "With a sign-in URL there is no autodiscovery, so the account has no server (21003)."
    example "<key>OAuth</key><true/><key>OAuthSignInURL</key><string>https://login.example.com</string>"
    reference "apple/device-management, com.apple.eas.account.yaml; Apple MDM Protocol Reference, error 21003" ["XTR-018"]
    |scope, found| {
        for payload in scope.eas().filter(|payload| scope.flag(payload, "OAuth")) {
            if payload.node("OAuthSignInURL").is_some() && text(payload, "Host").is_none() {
                let message = format_args!("{}: OAuthSignInURL turns autodiscovery off, and Host is missing", name(payload));
                found.add(payload.span_of("OAuthSignInURL"), message, "add Host");
            }
        }
    }
}

rule! {
    OauthUrlWithoutOauth Warning "eas-oauth-url-ignored" "OAuth URLs without OAuth"
    checks "OAuthSignInURL and OAuthTokenRequestURL in an account without OAuth."
    why "They are ignored, and the account asks for a password."
    example "<key>OAuthSignInURL</key><string>https://login.example.com</string>"
    reference "apple/device-management, com.apple.eas.account.yaml" []
    |scope, found| {
        for payload in scope.eas().filter(|payload| !scope.flag(payload, "OAuth")) {
            for key in ["OAuthSignInURL", "OAuthTokenRequestURL"] {
                if payload.node(key).is_some() {
                    found.add(payload.span_of(key), format_args!("{}: {key} is ignored without OAuth", name(payload)), "set OAuth to true, or remove it");
                }
            }
        }
    }
}

rule! {
    OauthUrlPlain Error "eas-oauth-url-not-https" "An OAuth URL is not https"
    checks "OAuthSignInURL and OAuthTokenRequestURL for https."
    why "Sign-in and tokens over plain HTTP are open to everyone on the way; OAuth 2.0 requires TLS."
    example "<key>OAuthSignInURL</key><string>http://login.example.com</string>"
    reference "RFC 6749, sections 3.1 and 3.2" []
    |scope, found| {
        for payload in scope.eas() {
            for key in ["OAuthSignInURL", "OAuthTokenRequestURL"] {
                if text(payload, key).is_some_and(|url| !url.to_ascii_lowercase().starts_with("https://")) {
                    found.add(payload.span_of(key), format_args!("{}: {key} is not an https URL", name(payload)), "write https://");
                }
            }
        }
    }
}

rule! {
    HostMissing Error "eas-host-missing" "The account has no host"
    checks "Host in an account without OAuth."
    why "Without it the account cannot be created (21003)."
    example "a com.apple.eas.account payload without Host"
    reference "Apple MDM Protocol Reference, error 21003; EAS-010" ["EAS-010"]
    |scope, found| {
        for payload in scope.eas().filter(|payload| !scope.flag(payload, "OAuth")) {
            if text(payload, "Host").is_none() {
                found.add(payload.span_of("Host"), format_args!("{} has no Host", name(payload)), "add the name of the Exchange server");
            }
        }
    }
}

rule! {
    HostForm Error "eas-host-form" "The host is not a host name"
    checks "Host for a scheme, a path, an at-sign, white space and emptiness of labels. A port is allowed."
    why "The device puts the text into an address; with a URL in it there is no such server."
    example "<key>Host</key><string>https://mail.example.com/</string>"
    reference "EAS-010; RFC 952 and 1123" ["EAS-010"]
    |scope, found| {
        for payload in scope.eas() {
            let Some(host) = text(payload, "Host") else { continue };
            let odd = |c: char| c.is_whitespace() || matches!(c, '/' | '@' | '\\' | '?' | '#');
            if host.contains(odd) || host.contains("..") || host.starts_with('.') {
                let message = format_args!("{}: {:?} is not a host name", name(payload), public_part(host));
                found.add(payload.span_of("Host"), message, "write the bare name, such as mail.example.com");
            }
        }
    }
}

rule! {
    DaysNotListed Warning "eas-days-not-listed" "The mail window is not one of Apple's"
    checks "MailNumberOfPastDaysToSync for 0, 1, 3, 7, 14 and 31."
    why "Profiles with other numbers exist and install; what window the device then keeps is not documented."
    example "<key>MailNumberOfPastDaysToSync</key><integer>365</integer>"
    reference "apple/device-management, com.apple.eas.account.yaml; EAS-090" ["EAS-090"]
    |scope, found| {
        for payload in scope.eas() {
            if let Ok(Some(days)) = payload.integer("MailNumberOfPastDaysToSync")
                && ![0, 1, 3, 7, 14, 31].contains(&days)
            {
                let message = format_args!("{}: a window of {days} days is not among Apple's", name(payload));
                found.add(payload.span_of("MailNumberOfPastDaysToSync"), message, "write 0 (no limit), 1, 3, 7, 14 or 31");
            }
        }
    }
}

rule! {
    EmailMissing Warning "email-missing" "The account has no e-mail address"
    checks "EmailAddress of Exchange, IMAP and POP accounts."
    why "The device asks the user for it; over MDM there may be nobody to ask, and any address can be typed."
    example "a com.apple.eas.account payload without EmailAddress"
    reference "apple/device-management, com.apple.eas.account.yaml; EAS-019" ["EAS-019"]
    |scope, found| {
        for payload in scope.mail_accounts().filter(|payload| text(payload, "EmailAddress").is_none()) {
            found.add(payload.span_of("EmailAddress"), format_args!("{} has no EmailAddress", name(payload)), "add EmailAddress");
        }
    }
}

rule! {
    EmailForm Error "email-form" "The e-mail address is none"
    checks "EmailAddress for one at-sign with something on both sides. Variables that a server fills in are left alone."
    why "A user principal name without domain makes an account that cannot send; unfilled variables reach the device as they are."
    example "<key>EmailAddress</key><string>anna</string>"
    reference "EAS-020" ["EAS-020", "EAS-021"]
    |scope, found| {
        for payload in scope.mail_accounts() {
            let Some(address) = text(payload, "EmailAddress") else { continue };
            let variable = ["{{", "%", "$"].iter().any(|mark| address.contains(mark));
            let halves: Vec<&str> = address.split('@').collect();
            let whole = matches!(halves.as_slice(), [local, domain] if !local.is_empty() && !domain.is_empty());
            if !variable && (!whole || address.contains(char::is_whitespace)) {
                let message = format_args!("{}: {address:?} is not an e-mail address", name(payload));
                found.add(payload.span_of("EmailAddress"), message, "write name@domain");
            }
        }
    }
}

rule! {
    UserMissing Warning "user-name-missing" "The account has no user name"
    checks "UserName of Exchange accounts."
    why "Apple requires it for installation without a user, which is what MDM does."
    example "a com.apple.eas.account payload without UserName"
    reference "apple/device-management, com.apple.eas.account.yaml; EAS-012" ["EAS-012"]
    |scope, found| {
        for payload in scope.eas().filter(|payload| text(payload, "UserName").is_none()) {
            found.add(payload.span_of("UserName"), format_args!("{} has no UserName", name(payload)), "add UserName; MDM needs it");
        }
    }
}

rule! {
    SslUnwritten Warning "ssl-not-explicit" "SSL is not written out"
    checks "That Exchange accounts have the key SSL."
    why "Apple's sources contradict each other about the default: false in the schema, true in the reference of 2019."
    example "a com.apple.eas.account payload without SSL"
    reference "apple/device-management, com.apple.eas.account.yaml; Configuration Profile Reference (2019); EAS-027" ["EAS-027"]
    |scope, found| {
        for payload in scope.eas().filter(|payload| payload.node("SSL").is_none()) {
            found.add(payload.span, format_args!("{} does not say whether to use SSL", name(payload)), "add SSL with true");
        }
    }
}

rule! {
    SslOff Warning "ssl-off" "The account talks without TLS"
    checks "SSL of Exchange accounts, IncomingMailServerUseSSL and OutgoingMailServerUseSSL of others, when written as false."
    why "Mail and passwords are readable on the way."
    example "<key>SSL</key><false/>"
    reference "EAS-027" ["EAS-027"]
    |scope, found| {
        for payload in scope.mail_accounts() {
            for key in ["SSL", "IncomingMailServerUseSSL", "OutgoingMailServerUseSSL"] {
                if payload.boolean(key) == Ok(Some(false)) {
                    found.add(payload.span_of(key), format_args!("{}: {key} is false", name(payload)), "set it to true");
                }
            }
        }
    }
}

rule! {
    PasswordStored Warning "password-in-profile" "An account's password stands in the profile"
    checks "Password of Exchange accounts, IncomingPassword and OutgoingPassword of others."
    why "Whoever has the file has the password; it goes stale with the first change. Intune never writes one."
    example "<key>Password</key><string>...</string>"
    reference "EAS-024; Configuration Profile Reference, Exchange Payload" ["EAS-024"]
    |scope, found| {
        for payload in scope.mail_accounts() {
            for key in ["Password", "IncomingPassword", "OutgoingPassword"] {
                if payload.node(key).is_some() && (key != "Password" || !payload.is(MAIL)) {
                    let message = format_args!("{}: {key} is stored in the profile", name(payload));
                    found.add(payload.span_of(key), message, "remove it and let the user be asked, or encrypt the profile");
                }
            }
        }
    }
}

rule! {
    OverridePasswordAlone Info "override-password-alone" "OverridePreviousPassword without a password"
    checks "OverridePreviousPassword set to true without Password."
    why "There is nothing to override with."
    example "<key>OverridePreviousPassword</key><true/>"
    reference "apple/device-management, com.apple.eas.account.yaml" []
    |scope, found| {
        for payload in scope.eas() {
            if payload.boolean("OverridePreviousPassword") == Ok(Some(true)) && payload.node("Password").is_none() {
                let message = format_args!("{}: OverridePreviousPassword without Password has no effect", name(payload));
                found.add(payload.span_of("OverridePreviousPassword"), message, "remove it");
            }
        }
    }
}

rule! {
    InlineCertificateIgnored Warning "eas-inline-certificate-ignored" "Two certificates for signing in, one is ignored"
    checks "Certificate beside PayloadCertificateUUID."
    why "The one named by UUID counts; the other is a private key in the profile for nothing."
    example "<key>Certificate</key><data>...</data><key>PayloadCertificateUUID</key><string>...</string>"
    reference "apple/device-management, com.apple.eas.account.yaml" ["EAS-023"]
    |scope, found| {
        for payload in scope.eas() {
            if payload.node("Certificate").is_some() && payload.node("PayloadCertificateUUID").is_some() {
                let message = format_args!("{}: Certificate is ignored beside PayloadCertificateUUID", name(payload));
                found.add(payload.span_of("Certificate"), message, "remove Certificate and CertificatePassword");
            }
        }
    }
}

rule! {
    InlineCertificateLocked Warning "eas-inline-certificate-password" "The certificate for signing in has no password beside it"
    checks "CertificatePassword where Certificate is there."
    why "The device must ask for it; over MDM it cannot, and the account fails (21006)."
    example "<key>Certificate</key><data>...</data>"
    reference "apple/device-management, com.apple.eas.account.yaml; Apple MDM Protocol Reference, error 21006" []
    |scope, found| {
        for payload in scope.eas() {
            if payload.node("Certificate").is_some() && payload.node("CertificatePassword").is_none() {
                let message = format_args!("{}: Certificate without CertificatePassword", name(payload));
                found.add(payload.span_of("Certificate"), message, "put the identity into a pkcs12 payload and name it");
            }
        }
    }
}

rule! {
    DuplicateAccount Error "eas-duplicate-account" "Two Exchange accounts are the same"
    checks "Host and EmailAddress of all Exchange accounts, without regard to case."
    why "A device takes one account for a mailbox; the second fails (21005), as one does that a user made before."
    example "two com.apple.eas.account payloads with the same Host and EmailAddress"
    reference "Apple MDM Protocol Reference, error 21005; XTR-005" ["XTR-005"]
    |scope, found| {
        let accounts: Vec<&Payload> = scope.eas().collect();
        let address = |at: usize| text(accounts.get(at)?, "EmailAddress");
        let host = |at: usize| accounts.get(at).and_then(|payload| text(payload, "Host")).unwrap_or_default();
        let all = (0..accounts.len()).filter_map(|at| Some((at, address(at)?)));
        for group in Places::new(all).groups() {
            let mut firsts: Vec<usize> = Vec::new();
            for at in group {
                let same = |text: &str, other: &str| text.eq_ignore_ascii_case(other);
                let first = firsts.iter().find(|first| {
                    same(host(**first), host(at)) && address(**first).zip(address(at)).is_some_and(|(a, b)| same(a, b))
                });
                match first.and_then(|first| accounts.get(*first)).zip(accounts.get(at)) {
                    Some((first, payload)) => {
                        let message = format_args!("{} is the same account as payload {}", name(payload), first.index);
                        found.add(payload.span_of("EmailAddress"), message, "keep one of them");
                    }
                    None => firsts.push(at),
                }
            }
        }
    }
}

rule! {
    VpnReference Error "vpn-reference" "The VPN an account names is not in the profile"
    checks "VPNUUID of accounts against the VPNUUID of the per-app VPN payloads."
    why "Mail goes through a VPN only if one of that VPNUUID is on the device. Where another profile brings it, nothing says that it comes first or at all; a PayloadUUID in its place never works."
    example "<key>VPNUUID</key><string>...</string> without a com.apple.vpn.managed.applayer payload"
    reference "apple/device-management, com.apple.eas.account.yaml; EAS-103" ["EAS-101", "EAS-103"]
    |scope, found| {
        let own = |vpn| text(vpn, "VPNUUID").map(str::to_ascii_lowercase);
        let vpns: BTreeSet<String> = scope.payloads_of("com.apple.vpn.managed.applayer").filter_map(own).collect();
        for payload in scope.mail_accounts() {
            let Some(uuid) = text(payload, "VPNUUID") else { continue };
            if vpns.contains(&uuid.to_ascii_lowercase()) {
                continue;
            }
            let span = payload.span_of("VPNUUID");
            match scope.payload(uuid) {
                Some(other) => {
                    let message = format_args!("{}: VPNUUID names {}, not a per-app VPN", name(payload), name(other));
                    found.add(span, message, "write the VPNUUID of the per-app VPN, not a PayloadUUID");
                }
                None => {
                    let message = format_args!("{}: no per-app VPN of VPNUUID {uuid} is in this profile", name(payload));
                    found.add(span, message, "put the per-app VPN payload into this profile, or make sure another brings it");
                }
            }
        }
    }
}
