//! The `WWW-Authenticate: Bearer` challenge.

use crate::Headers;
use crate::authorization::WWW_AUTHENTICATE;
use serde::{Deserialize, Serialize};

/// The most parameters that are read from a challenge; what follows is dropped.
pub const PARAMETERS: usize = 32;

/// What a server says when it wants a token: the parameters in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BearerChallenge {
    /// Names and values as written, values without their quotes.
    pub parameters: Vec<(String, String)>,
}

impl BearerChallenge {
    /// Returns a parameter; names compare without case.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Returns where users sign in (`authorization_uri`).
    pub fn authorization_uri(&self) -> Option<&str> {
        self.parameter("authorization_uri")
    }

    /// Adds a parameter and returns the challenge.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.parameters.push((name.into(), value.into()));
        self
    }

    /// Writes the header value; every value is quoted.
    pub fn to_header(&self) -> String {
        let mut out = String::from("Bearer");
        for (position, (name, value)) in self.parameters.iter().enumerate() {
            out.push_str(if position == 0 { " " } else { ", " });
            out.push_str(name);
            out.push_str("=\"");
            for character in value.chars() {
                if matches!(character, '"' | '\\') {
                    out.push('\\');
                }
                out.push(character);
            }
            out.push('"');
        }
        out
    }

    /// Reads a header value; `None` for another scheme.
    pub fn from_header(value: &str) -> Option<Self> {
        let value = value.trim();
        let (scheme, mut rest) = value.split_once(' ').unwrap_or((value, ""));
        if !scheme.eq_ignore_ascii_case("Bearer") {
            return None;
        }
        let mut challenge = Self::default();
        while challenge.parameters.len() < PARAMETERS {
            rest = rest.trim_start_matches([' ', ',', '\t']);
            let Some((name, tail)) = rest.split_once('=') else { break };
            let (text, tail) = match tail.trim_start().strip_prefix('"') {
                Some(quoted) => unquote(quoted),
                None => {
                    let (text, tail) = tail.split_once(',').unwrap_or((tail, ""));
                    (text.trim().to_owned(), tail)
                }
            };
            challenge.parameters.push((name.trim().to_owned(), text));
            rest = tail;
        }
        Some(challenge)
    }

    /// Finds the challenge among the fields of a response.
    pub fn of_response(headers: &Headers) -> Option<Self> {
        headers.all(WWW_AUTHENTICATE).find_map(Self::from_header)
    }
}

/// Reads up to the closing quote; without one, to the end.
fn unquote(text: &str) -> (String, &str) {
    let mut out = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (out, text.get(at + 1..).unwrap_or_default()),
            '\\' => out.extend(characters.next().map(|(_, escaped)| escaped)),
            _ => out.push(character),
        }
    }
    (out, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exchange_challenge_is_read() {
        let headers = Headers::new().with(WWW_AUTHENTICATE, "Basic realm=\"x\"").with(
            WWW_AUTHENTICATE,
            "Bearer client_id=\"00000002-0000-0ff1-ce00-000000000000\", trusted_issuers=\"a@*,b@c\", \
             token_types=app_asserted,authorization_uri=\"https://sts.example.test/authorize\"",
        );
        let challenge = BearerChallenge::of_response(&headers).unwrap();
        assert_eq!(challenge.authorization_uri(), Some("https://sts.example.test/authorize"));
        assert_eq!(challenge.parameter("Trusted_Issuers"), Some("a@*,b@c"));
        assert_eq!(challenge.parameter("token_types"), Some("app_asserted"));
        assert_eq!(BearerChallenge::from_header("Negotiate"), None);
        assert_eq!(BearerChallenge::from_header("bearer"), Some(BearerChallenge::default()));
    }

    #[test]
    fn quotes_and_open_ends_survive() {
        let challenge = BearerChallenge::default().with("a", "x\"y\\z, w=1").with("b", "");
        assert_eq!(BearerChallenge::from_header(&challenge.to_header()), Some(challenge));
        let open = BearerChallenge::from_header("Bearer a=\"x\\").unwrap();
        assert_eq!(open.parameter("a"), Some("x"));
    }

    #[test]
    fn the_number_of_parameters_is_bounded() {
        let many = (0..PARAMETERS + 1).fold(BearerChallenge::default(), |c, i| c.with(&format!("p{i}"), "v"));
        let read = BearerChallenge::from_header(&many.to_header()).unwrap();
        assert_eq!(read.parameters.len(), PARAMETERS);
        assert_eq!(read.parameters, many.parameters[..PARAMETERS]);
    }
}
