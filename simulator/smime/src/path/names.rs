//! Name constraints (RFC 5280, 4.2.1.10).
//!
//! A name that cannot be understood as its form demands lies outside of every permitted subtree and inside of every
//! excluded one.

use super::error::PathError;
use crate::certificate::{GeneralName, NameConstraints};
use crate::{Certificate, domain, name};
use core::net::IpAddr; // values, no sockets

/// Checks the names of a certificate against the constraints of a CA above it.
pub(super) fn check(c: &Certificate, ca: &Certificate, rules: &NameConstraints) -> Result<(), PathError> {
    let unsupported = || PathError::UnsupportedNameConstraint { ca: ca.subject() };
    if rules.unevaluated {
        return Err(unsupported());
    }
    // directoryName constraints hold for the subject as well, rfc822Name constraints for the legacy attribute
    let subject = Some(c.subject_der()).filter(|dn| !name::is_empty(dn));
    let subject = subject.map(|dn| GeneralName::Directory(dn.to_vec()));
    let mailboxes = c.email_addresses().into_iter().map(GeneralName::Mailbox);
    let permitted_mailboxes: Vec<_> = rules.permitted.iter().filter_map(MailboxBase::read).collect();
    let excluded_mailboxes: Vec<_> = rules.excluded.iter().filter_map(MailboxBase::read).collect();
    for name in c.alternative_names().iter().cloned().chain(subject).chain(mailboxes) {
        let form = name.form();
        if matches!(form, 0 | 3 | 5 | 8..) {
            if rules.permitted.iter().chain(&rules.excluded).any(|base| base.form() == form) {
                return Err(unsupported());
            }
            if form != 0 {
                continue;
            }
        }
        let judge = |bases: &[GeneralName], mailboxes: &[MailboxBase<'_>]| -> Vec<Option<bool>> {
            match Mailbox::read(&name) {
                Some(mailbox) => mailboxes.iter().map(|base| base.holds(&mailbox)).collect(),
                None => bases.iter().filter(|b| b.form() == form).map(|b| within(&name, b)).collect(),
            }
        };
        let permitted = judge(&rules.permitted, &permitted_mailboxes);
        let excluded = judge(&rules.excluded, &excluded_mailboxes);
        let allowed = permitted.is_empty() || permitted.contains(&Some(true));
        if !allowed || excluded.iter().any(|within| *within != Some(false)) {
            return Err(PathError::NameConstraint { ca: ca.subject(), name: text(&name) });
        }
    }
    Ok(())
}

fn text(name: &GeneralName) -> String {
    match name {
        GeneralName::Mailbox(s) | GeneralName::Utf8Mailbox(s) => s.clone(),
        GeneralName::Host(s) | GeneralName::Uri(s) => s.clone(),
        GeneralName::Directory(dn) => name::to_text(dn),
        GeneralName::Address(octets) => {
            match (<[u8; 4]>::try_from(&**octets), <[u8; 16]>::try_from(&**octets)) {
                (Ok(v4), _) => IpAddr::from(v4).to_string(),
                (_, Ok(v6)) => IpAddr::from(v6).to_string(),
                _ => name::hex(octets),
            }
        }
        GeneralName::Other(form) => format!("a name of form {form}"),
    }
}

/// Whether a name lies within a subtree; `None` for what is no such name.
fn within(name: &GeneralName, base: &GeneralName) -> Option<bool> {
    match (name, base) {
        (GeneralName::Directory(dn), GeneralName::Directory(base)) => Some(name::within(dn, base)),
        (GeneralName::Host(host), GeneralName::Host(base)) => host_within(host, base),
        (GeneralName::Uri(uri), GeneralName::Uri(base)) => {
            let (host, base) = (uri_host(uri)?.to_lowercase(), base.to_lowercase());
            Some(if base.starts_with('.') { is_below(&host, &base) } else { host == base })
        }
        (GeneralName::Address(address), GeneralName::Address(base)) => address_within(address, base),
        _ => None,
    }
}

/// The parts of a mailbox of either form; `None` in place of them for what is none.
struct Mailbox<'a>(Option<(&'a str, String)>);

impl<'a> Mailbox<'a> {
    fn read(name: &'a GeneralName) -> Option<Self> {
        let (GeneralName::Mailbox(text) | GeneralName::Utf8Mailbox(text)) = name else { return None };
        let parts = text.rsplit_once('@').filter(|(local, _)| {
            // a local part that holds the sign must be quoted (RFC 5321, 4.1.2)
            !local.contains('@') || (local.starts_with('"') && local.ends_with('"'))
        });
        Some(Mailbox(parts.and_then(|(local, host)| Some((local, domain::comparable(host)?)))))
    }
}

/// An rfc822Name constraint, which holds for SmtpUTF8Mailbox too: domains are compared with A-labels, local parts octet
/// by octet (RFC 9598, 6). Domains that cannot be understood are `None`.
enum MailboxBase<'a> {
    All,
    One {
        local: &'a str,
        host: Option<String>,
    },
    Host(Option<String>),
    /// The domain with its leading dot.
    Below(Option<String>),
}

impl<'a> MailboxBase<'a> {
    fn read(base: &'a GeneralName) -> Option<Self> {
        let (GeneralName::Mailbox(base) | GeneralName::Utf8Mailbox(base)) = base else { return None };
        Some(match (base.rsplit_once('@'), base.strip_prefix('.')) {
            (Some((local, host)), _) => MailboxBase::One { local, host: domain::comparable(host) },
            (None, Some(below)) => MailboxBase::Below(domain::comparable(below).map(|d| format!(".{d}"))),
            (None, None) if base.is_empty() => MailboxBase::All,
            (None, None) => MailboxBase::Host(domain::comparable(base)),
        })
    }

    /// Whether a mailbox lies within; `None` where that cannot be told.
    fn holds(&self, mailbox: &Mailbox<'_>) -> Option<bool> {
        if matches!(self, MailboxBase::All) {
            return Some(true);
        }
        let (own, at) = mailbox.0.as_ref()?;
        Some(match self {
            MailboxBase::All => true,
            MailboxBase::One { local, host } => own == local && at == host.as_ref()?,
            MailboxBase::Host(host) => at == host.as_ref()?,
            MailboxBase::Below(domain) => is_below(at, domain.as_ref()?),
        })
    }
}

/// Whether a host is below a domain that is written with its leading dot.
fn is_below(host: &str, domain: &str) -> bool {
    host.ends_with(domain) && host.len() > domain.len()
}

/// Whether a dNSName lies within a constraint: labels may be added on the left. The labels that a wildcard stands
/// for are any: what is partly excluded counts as within for an exclusion, so that `None` is given for it.
fn host_within(host: &str, base: &str) -> Option<bool> {
    let (host, base) = (host.to_ascii_lowercase(), base.to_ascii_lowercase());
    if !base.is_empty() && !is_host(&base) {
        return None;
    }
    let (wildcard, rest) = match host.strip_prefix("*.") {
        Some(rest) => (true, rest),
        None => (false, host.as_str()),
    };
    if !is_host(rest) {
        return None;
    }
    if base.is_empty() || rest == base || is_below(rest, &format!(".{base}")) {
        return Some(true);
    }
    match base.split_once('.') {
        Some((_, parent)) if wildcard && parent == rest => None, // it may stand for just that label
        _ => Some(false),
    }
}

/// Whether a text is made of labels as host names have them, with underscores (RFC 1034, 3.5; RFC 8552).
fn is_host(text: &str) -> bool {
    text.len() <= 253
        && text.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
                && !label.starts_with('-')
                && !label.ends_with('-')
        })
}

/// The host of a URI's authority; `None` without one, or when it is an address (RFC 5280, 4.2.1.10).
fn uri_host(uri: &str) -> Option<&str> {
    let (_, rest) = uri.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = host.split_once(':').map_or(host, |(host, _)| host);
    (is_host(host) && host.parse::<IpAddr>().is_err()).then_some(host)
}

/// Whether an address lies within an address and mask.
fn address_within(address: &[u8], base: &[u8]) -> Option<bool> {
    if !matches!(address.len(), 4 | 16) {
        return None;
    }
    let (network, mask) = base.split_at(base.len() / 2);
    Some(
        network.len() == address.len()
            && address.iter().zip(network).zip(mask).all(|((a, n), m)| a & m == n & m),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        for (host, base, wanted) in [
            ("example.com", "example.com", Some(true)),
            ("a.B.example.com", "Example.com", Some(true)),
            ("badexample.com", "example.com", Some(false)),
            ("example.com", "", Some(true)),
            ("*.example.com", "example.com", Some(true)),
            ("*.example.com", "a.example.com", None),
            ("*.example.com", "b.a.example.com", Some(false)),
            ("*.example.com", "example.org", Some(false)),
            ("a..example.com", "example.com", None),
            ("a.*.example.com", "example.com", None),
            ("example.com", ".example.com", None),
            ("", "example.com", None),
        ] {
            assert_eq!(host_within(host, base), wanted, "{host} {base}");
        }
    }

    #[test]
    fn uris() {
        assert_eq!(uri_host("http://user@host.example:80/path?x#y"), Some("host.example"));
        assert_eq!(uri_host("ldap://h?x@y"), Some("h"));
        for bad in
            ["mailto:a@example.com", "http:///x", "http://192.0.2.1/", "http://[2001:db8::1]/", "urn:x"]
        {
            assert_eq!(uri_host(bad), None, "{bad}");
        }
    }

    #[test]
    fn addresses() {
        let net = [192, 0, 2, 0, 255, 255, 255, 0];
        assert_eq!(address_within(&[192, 0, 2, 7], &net), Some(true));
        assert_eq!(address_within(&[192, 0, 3, 7], &net), Some(false));
        assert_eq!(address_within(&[0; 16], &net), Some(false));
        assert_eq!(address_within(&[192, 0, 2], &net), None);
    }
}
