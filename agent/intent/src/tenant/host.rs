//! Host names as the server of an account has them: RFC 952 and RFC 1123, section 2.1, or an address.

// Addresses as values; `core` has no sockets.
use core::net::{Ipv4Addr, Ipv6Addr};

/// The most characters of a name without its last dot (RFC 1035, section 2.3.4: 255 octets on the wire).
pub const NAME_MAX: usize = 253;

/// The most characters of a label (RFC 1035, section 2.3.4).
pub const LABEL_MAX: usize = 63;

/// Why a text is no host, with a port behind it or without. A name may end with a dot; names in other scripts are
/// written as A-labels (RFC 5890, section 2.3.2.1).
pub fn defect(text: &str) -> Option<&'static str> {
    if let Some(rest) = text.strip_prefix('[') {
        let Some((address, port)) = rest.split_once(']') else {
            return Some("the bracket of an IPv6 address is not closed");
        };
        if address.parse::<Ipv6Addr>().is_err() {
            return Some("there is no IPv6 address in the brackets");
        }
        return match port.strip_prefix(':') {
            Some(port) => port_defect(port),
            None if port.is_empty() => None,
            None => Some("only a port may stand behind the brackets"),
        };
    }
    if text.parse::<Ipv6Addr>().is_ok() {
        return None;
    }
    match text.split_once(':') {
        Some((name, port)) => name_defect(name).or_else(|| port_defect(port)),
        None => name_defect(text),
    }
}

fn port_defect(port: &str) -> Option<&'static str> {
    let is_number = !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
    match port.parse::<u16>() {
        Ok(1..) if is_number => None,
        _ => Some("a port is a number from 1 to 65535"),
    }
}

fn name_defect(name: &str) -> Option<&'static str> {
    let name = name.strip_suffix('.').unwrap_or(name);
    if name.len() > NAME_MAX {
        return Some("a name has at most 253 characters");
    }
    for label in name.split('.') {
        if label.is_empty() {
            return Some("a label is empty");
        }
        if !label.is_ascii() {
            return Some("letters of other scripts are written as an A-label (xn--)");
        }
        if label.len() > LABEL_MAX {
            return Some("a label has at most 63 characters");
        }
        if label.starts_with('-') || label.ends_with('-') {
            return Some("a label neither begins nor ends with a hyphen");
        }
        if !label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
            return Some("a label has letters, digits and hyphens only");
        }
    }
    // RFC 1123, section 2.1: what is written like an address is one.
    let last = name.rsplit('.').next().unwrap_or_default();
    if last.bytes().all(|b| b.is_ascii_digit()) && name.parse::<Ipv4Addr>().is_err() {
        return Some("a name does not end with a number, and this is no IPv4 address");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses_are_told_from_the_rest() {
        for host in [
            "mail.contoso.example",
            "mail.contoso.example.",
            "mail",
            "3com.com",
            "xn--bcher-kva.example",
            "192.0.2.1",
            "192.0.2.1:8443",
            "2001:db8::1",
            "[2001:db8::1]",
            "[2001:db8::1]:443",
            "mail.contoso.example:1",
            "mail.contoso.example:65535",
        ] {
            assert_eq!(defect(host), None, "{host}");
        }
        for (host, reason) in [
            ("-bad.example", "hyphen"),
            ("bad-.example", "hyphen"),
            ("mail.-", "hyphen"),
            ("mail_1.example", "letters, digits"),
            ("bücher.example", "A-label"),
            ("a..b", "empty"),
            ("", "empty"),
            (".", "empty"),
            (":443", "empty"),
            ("999.0.2.1", "IPv4"),
            ("192.0.2", "IPv4"),
            ("mail.example:0", "port"),
            ("mail.example:65536", "port"),
            ("mail.example:+1", "port"),
            ("mail.example:", "port"),
            ("mail.example:1:2", "port"),
            ("[2001:db8::1", "not closed"),
            ("[mail]", "no IPv6"),
            ("[::1]x", "only a port"),
            ("mail example", "letters, digits"),
        ] {
            assert!(defect(host).is_some_and(|told| told.contains(reason)), "{host}: {:?}", defect(host));
        }
    }

    #[test]
    fn the_bounds_hold() {
        let label = |length: usize| format!("{}.example", "a".repeat(length));
        assert_eq!(defect(&label(LABEL_MAX)), None);
        assert!(defect(&label(LABEL_MAX + 1)).is_some());
        let name = |length: usize| {
            let mut name = "a.".repeat(length / 2);
            name.truncate(length - 1);
            name + "b"
        };
        assert_eq!((name(NAME_MAX).len(), defect(&name(NAME_MAX))), (NAME_MAX, None));
        assert!(defect(&name(NAME_MAX + 2)).is_some_and(|told| told.contains("253")));
        assert_eq!(defect(&(name(NAME_MAX) + ".")), None, "the last dot does not count");
    }
}
