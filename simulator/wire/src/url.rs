//! The few parts of a URL that messages need, percent-encoding (RFC 3986) and form encoding
//! (`application/x-www-form-urlencoded`).

/// An absolute `http` or `https` URL cut into its parts, as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Url<'a> {
    /// `http` or `https`, as written.
    pub scheme: &'a str,
    /// Host name or address, without port; an IPv6 address keeps its brackets.
    pub host: &'a str,
    /// The port, given or implied by the scheme.
    pub port: u16,
    /// The path; `/` if the URL has none.
    pub path: &'a str,
    /// What follows `?`, still encoded.
    pub query: Option<&'a str>,
}

impl<'a> Url<'a> {
    /// Cuts a URL; `None` if it is not an absolute `http(s)` URL with a host. User information is refused.
    pub fn parse(text: &'a str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let implied = if scheme.eq_ignore_ascii_case("https") {
            443
        } else if scheme.eq_ignore_ascii_case("http") {
            80
        } else {
            return None;
        };
        let rest = rest.split('#').next().unwrap_or(rest);
        let cut = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, tail) = rest.split_at_checked(cut)?;
        if authority.contains('@') {
            return None;
        }
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, port.parse().ok()?),
            _ => (authority, implied),
        };
        if host.is_empty() {
            return None;
        }
        let (path, query) = match tail.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (tail, None),
        };
        Some(Self { scheme, host, port, path: if path.is_empty() { "/" } else { path }, query })
    }

    /// Decodes the query as a form, in order.
    pub fn parameters(&self) -> Vec<(String, String)> {
        self.query.map(decode_form).unwrap_or_default()
    }

    /// Returns the first parameter of that name.
    pub fn parameter(&self, name: &str) -> Option<String> {
        self.parameters().into_iter().find(|(n, _)| n == name).map(|(_, value)| value)
    }
}

/// Percent-encodes everything but the unreserved characters of RFC 3986 section 2.3.
pub fn percent_encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    encode_into(&mut out, text);
    out
}

fn encode_into(out: &mut String, text: &str) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for &byte in text.as_bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(byte as char);
        } else {
            out.push('%');
            out.push(DIGITS[usize::from(byte >> 4)] as char);
            out.push(DIGITS[usize::from(byte & 15)] as char);
        }
    }
}

/// Decodes percent escapes; a `%` that starts none stands for itself, bytes that are not UTF-8 are replaced.
pub fn percent_decode(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&byte, tail)) = rest.split_first() {
        let escaped = match (byte, tail) {
            (b'%', [high, low, ..]) => hex(*high).zip(hex(*low)).map(|(h, l)| h << 4 | l),
            _ => None,
        };
        match escaped {
            Some(value) => {
                out.push(value);
                rest = tail.get(2..).unwrap_or_default();
            }
            None => {
                out.push(byte);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Writes names and values as a form or query.
pub fn encode_form<N: AsRef<str>, V: AsRef<str>>(fields: impl IntoIterator<Item = (N, V)>) -> String {
    let mut out = String::new();
    for (name, value) in fields {
        if !out.is_empty() {
            out.push('&');
        }
        encode_into(&mut out, name.as_ref());
        out.push('=');
        encode_into(&mut out, value.as_ref());
    }
    out
}

/// The most fields that [`decode_form`] returns; what follows is dropped.
pub const FORM_FIELDS: usize = 64;

/// Reads a form or query, in order, at most [`FORM_FIELDS`] fields; `+` is a space, a field without `=` has
/// an empty value.
pub fn decode_form(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|field| !field.is_empty())
        .take(FORM_FIELDS)
        .map(|field| {
            let (name, value) = field.split_once('=').unwrap_or((field, ""));
            (form_decode(name), form_decode(value))
        })
        .collect()
}

/// A name or value of a form.
fn form_decode(text: &str) -> String {
    if text.contains('+') { percent_decode(&text.replace('+', " ")) } else { percent_decode(text) }
}

fn hex(digit: u8) -> Option<u8> {
    (digit as char).to_digit(16).map(|value| value as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_cut_into_its_parts() {
        let url = Url::parse("https://mail.example.test:8443/a/b?x=1&y=%C3%A9+z#f").unwrap();
        assert_eq!((url.host, url.port, url.path), ("mail.example.test", 8443, "/a/b"));
        assert_eq!(url.parameter("y").as_deref(), Some("é z"));
        let bare = Url::parse("http://h?q").unwrap();
        assert_eq!((bare.port, bare.path, bare.query), (80, "/", Some("q")));
        assert_eq!(Url::parse("https://[::1]/").map(|u| (u.host, u.port)), Some(("[::1]", 443)));
        for bad in ["ftp://h/", "https:///p", "https://u@h/", "https://h:port/", "h/p", "https://h:99999/"] {
            assert_eq!(Url::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn percent_coding_round_trips_and_survives_nonsense() {
        for text in ["", "a b&c=d%", "é€𝄞", "%zz", "100%"] {
            assert_eq!(percent_decode(&percent_encode(text)), text);
        }
        assert_eq!(percent_decode("%4"), "%4");
        assert_eq!(percent_decode("%zz%41"), "%zzA");
    }

    #[test]
    fn a_form_holds_64_fields_and_no_more() {
        let fields: Vec<_> = (0..FORM_FIELDS + 1).map(|i| (format!("k{i}"), "v")).collect();
        assert_eq!(decode_form(&encode_form(fields[..FORM_FIELDS].to_vec())).len(), FORM_FIELDS);
        assert_eq!(decode_form(&encode_form(fields)).len(), FORM_FIELDS);
    }
}
