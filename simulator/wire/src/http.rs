//! HTTP requests and responses as values (RFC 9110); who carries them is not said here.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

/// Names one request of one device, so that the response finds its way back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ExchangeId(pub u64);

/// A keychain handle of the identity that the transport uses for TLS client authentication.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IdentityRef(pub String);

/// The request method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Method {
    /// GET.
    Get,
    /// HEAD.
    Head,
    /// POST.
    Post,
    /// PUT.
    Put,
    /// DELETE.
    Delete,
    /// OPTIONS.
    Options,
}

impl Method {
    /// Every method that is known.
    pub const ALL: [Method; 6] =
        [Method::Get, Method::Head, Method::Post, Method::Put, Method::Delete, Method::Options];

    /// Names the method as it stands in the request line.
    pub const fn name(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Head => "HEAD",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Delete => "DELETE",
            Method::Options => "OPTIONS",
        }
    }

    /// Finds the method by its name; methods are case-sensitive (RFC 9110 section 9.1).
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name() == name)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Header fields in the order they were written; names compare without case.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Headers(Vec<(Cow<'static, str>, String)>);

impl Headers {
    /// Makes an empty list.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the first value of a field.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// Returns every value of a field, in order.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// Adds a field at the end, beside others of the same name.
    pub fn append(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) {
        self.0.push((name.into(), value.into()));
    }

    /// Replaces every field of that name by one at the end.
    pub fn set(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) {
        let name = name.into();
        self.remove(&name);
        self.0.push((name, value.into()));
    }

    /// Adds a field at the end and returns the list, for building one in an expression.
    #[must_use]
    pub fn with(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.append(name, value);
        self
    }

    /// Removes every field of that name and says whether there was one.
    pub fn remove(&mut self, name: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
        self.0.len() != before
    }

    /// Walks the fields in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(n, v)| (&**n, v.as_str()))
    }

    /// Counts the fields.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Says whether there is no field.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(String, String)> for Headers {
    fn from_iter<T: IntoIterator<Item = (String, String)>>(fields: T) -> Self {
        Self(fields.into_iter().map(|(name, value)| (Cow::Owned(name), value)).collect())
    }
}

/// Fields whose values are credentials; `Location` carries authorization codes.
const SECRET_FIELDS: [&str; 6] = [
    "Authorization",
    "Proxy-Authorization",
    "Cookie",
    "Set-Cookie",
    "Location",
    "X-MS-Credential-Service-Url",
];

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(self.iter().map(|(name, value)| {
                (name, if SECRET_FIELDS.iter().any(|s| s.eq_ignore_ascii_case(name)) { "…" } else { value })
            }))
            .finish()
    }
}

/// A request that a device wants carried.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpRequest {
    /// The handle under which the response is handed back.
    pub exchange: ExchangeId,
    /// The identity to present if the server asks for a TLS client certificate.
    pub identity: Option<IdentityRef>,
    /// The method.
    pub method: Method,
    /// The absolute URL, query included.
    pub url: String,
    /// The header fields; the transport adds `Host` and `Content-Length`.
    pub headers: Headers,
    /// The body.
    pub body: Vec<u8>,
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpRequest")
            .field("exchange", &self.exchange)
            .field("identity", &self.identity)
            .field("method", &self.method)
            .field("url", &self.url)
            .field("headers", &self.headers)
            .field("body", &format_args!("[{} bytes]", self.body.len()))
            .finish()
    }
}

/// What a server answered.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpResponse {
    /// The status code.
    pub status: u16,
    /// The header fields.
    pub headers: Headers,
    /// The body.
    pub body: Vec<u8>,
}

impl HttpResponse {
    /// Makes a response without header fields or body.
    pub fn empty(status: u16) -> Self {
        Self { status, headers: Headers::new(), body: Vec::new() }
    }

    /// Makes a response with a body of the given media type.
    pub fn with_body(status: u16, content_type: &str, body: Vec<u8>) -> Self {
        Self { status, headers: Headers::new().with("Content-Type", content_type), body }
    }
}

impl fmt::Debug for HttpResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpResponse")
            .field("status", &self.status)
            .field("headers", &self.headers)
            .field("body", &format_args!("[{} bytes]", self.body.len()))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_keep_their_order_and_ignore_case() {
        let mut headers = Headers::new().with("A", "1").with("b", "2").with("a", "3");
        assert_eq!(headers.get("B"), Some("2"));
        assert_eq!(headers.all("A").collect::<Vec<_>>(), ["1", "3"]);
        headers.set("A", "4");
        assert_eq!(headers.iter().collect::<Vec<_>>(), [("b", "2"), ("A", "4")]);
        assert!(!headers.remove("c"));
    }

    #[test]
    fn debug_shows_neither_credentials_nor_body() {
        let request = HttpRequest {
            exchange: ExchangeId(7),
            identity: Some(IdentityRef("k1".into())),
            method: Method::Post,
            url: "https://mail.example.test/x".into(),
            headers: Headers::new().with("authorization", "Basic c2VjcmV0").with("X-Other", "seen"),
            body: b"plaintext".to_vec(),
        };
        let shown = format!("{request:?}");
        assert!(!shown.contains("c2VjcmV0") && !shown.contains("plaintext"), "{shown}");
        assert!(shown.contains("seen") && shown.contains("9 bytes"), "{shown}");
    }

    #[test]
    fn methods_are_found_by_their_exact_name() {
        for method in Method::ALL {
            assert_eq!(Method::named(method.name()), Some(method));
        }
        assert_eq!(Method::named("post"), None);
    }
}
