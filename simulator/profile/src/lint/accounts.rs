//! Rules about IMAP and POP accounts.

use super::Rule;
use super::rule::rule;
use super::scope::{MAIL, name};

pub(super) static RULES: &[&dyn Rule] =
    &[&NoAuthentication, &OutgoingSame, &MailUserMissing, &MailSslUnwritten];

rule! {
    NoAuthentication Warning "mail-no-authentication" "A mail server is used without signing in"
    checks "IncomingMailServerAuthentication and OutgoingMailServerAuthentication for EmailAuthNone."
    why "An incoming server that lets everyone read mail is a mistake; an outgoing one relays for everyone, or refuses."
    example "<key>OutgoingMailServerAuthentication</key><string>EmailAuthNone</string>"
    reference "apple/device-management, com.apple.mail.managed.yaml" []
    |scope, found| {
        for payload in scope.payloads_of(MAIL) {
            for key in ["IncomingMailServerAuthentication", "OutgoingMailServerAuthentication"] {
                if payload.string(key) == Ok(Some("EmailAuthNone")) {
                    found.add(payload.span_of(key), format_args!("{}: {key} is EmailAuthNone", name(payload)), "write EmailAuthPassword");
                }
            }
        }
    }
}

rule! {
    OutgoingSame Info "mail-outgoing-same-password" "OutgoingPasswordSameAsIncomingPassword does not work over MDM"
    checks "OutgoingPasswordSameAsIncomingPassword set to true."
    why "It saves users a question when they install by hand; over MDM it has no effect."
    example "<key>OutgoingPasswordSameAsIncomingPassword</key><true/>"
    reference "apple/device-management, com.apple.mail.managed.yaml" []
    |scope, found| {
        let key = "OutgoingPasswordSameAsIncomingPassword";
        for payload in scope.payloads_of(MAIL) {
            if payload.boolean(key) == Ok(Some(true)) {
                found.add(payload.span_of(key), format_args!("{}: {key} has no effect over MDM", name(payload)), "send the profile by hand, or let the user be asked twice");
            }
        }
    }
}

rule! {
    MailUserMissing Warning "mail-user-name-missing" "A server that asks for a user name has none"
    checks "IncomingMailServerUsername and OutgoingMailServerUsername where the server's authentication is not EmailAuthNone."
    why "The device asks the user; over MDM there may be nobody to ask."
    example "a com.apple.mail.managed payload without IncomingMailServerUsername"
    reference "apple/device-management, com.apple.mail.managed.yaml" []
    |scope, found| {
        let servers = [
            ("IncomingMailServerAuthentication", "IncomingMailServerUsername"),
            ("OutgoingMailServerAuthentication", "OutgoingMailServerUsername"),
        ];
        for payload in scope.payloads_of(MAIL) {
            for (authentication, user) in servers {
                let asks = payload.string(authentication).is_ok_and(|kind| kind.is_some_and(|kind| kind != "EmailAuthNone"));
                if asks && payload.node(user).is_none() {
                    found.add(payload.span_of(authentication), format_args!("{}: {user} is missing", name(payload)), format_args!("add {user}"));
                }
            }
        }
    }
}

rule! {
    MailSslUnwritten Warning "mail-ssl-missing" "A mail server is used without TLS by default"
    checks "That IMAP and POP accounts have IncomingMailServerUseSSL and OutgoingMailServerUseSSL."
    why "Both are false when absent: mail and passwords are readable on the way."
    example "a com.apple.mail.managed payload without IncomingMailServerUseSSL"
    reference "apple/device-management, com.apple.mail.managed.yaml" []
    |scope, found| {
        for payload in scope.payloads_of(MAIL) {
            for key in ["IncomingMailServerUseSSL", "OutgoingMailServerUseSSL"] {
                if payload.node(key).is_none() {
                    found.add(payload.span, format_args!("{}: {key} is missing, which means false", name(payload)), format_args!("add {key} with true"));
                }
            }
        }
    }
}
