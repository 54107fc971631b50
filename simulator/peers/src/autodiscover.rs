//! Autodiscover v2: where the ActiveSync server of an address is (eas.md B.1).

use crate::Directory;
use crate::directory::domain;
use wire::url::percent_decode;
use wire::{HttpRequest, HttpResponse, Method, Url, eas};

/// The path under which v2 is asked, before the address.
pub const PATH: &str = "/autodiscover/autodiscover.json/v1.0/";

/// Answers for the domains of the directory: the server is `mail.` and the domain of the address.
pub fn answer(directory: &Directory, request: &HttpRequest) -> HttpResponse {
    let Some(url) = Url::parse(&request.url).filter(|_| request.method == Method::Get) else {
        return HttpResponse::empty(405);
    };
    let address = percent_decode(url.path.strip_prefix(PATH).unwrap_or_default());
    match domain(&address).filter(|domain| directory.serves(domain)) {
        Some(domain) if url.parameter("Protocol").is_some_and(|p| p.eq_ignore_ascii_case("ActiveSync")) => {
            let server = format!("https://mail.{domain}{}", eas::PATH);
            let body = serde_json::json!({ "Protocol": "ActiveSync", "Url": server });
            HttpResponse::with_body(200, "application/json", body.to_string().into_bytes())
        }
        _ => HttpResponse::empty(404),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::User;
    use wire::{ExchangeId, Headers};

    fn ask(address: &str) -> HttpResponse {
        let mut directory = Directory::new();
        directory.add(User::new("alice@contoso.example", "Alice", "x")).unwrap();
        let request = HttpRequest {
            exchange: ExchangeId(1),
            identity: None,
            method: Method::Get,
            url: format!("https://any.example{PATH}{address}?Protocol=ActiveSync"),
            headers: Headers::new(),
            body: Vec::new(),
        };
        answer(&directory, &request)
    }

    #[test]
    fn served_domains_are_found_and_others_not() {
        let found = ask("alice%40contoso.example");
        assert_eq!(found.status, 200);
        assert!(
            String::from_utf8_lossy(&found.body).contains("https://mail.contoso.example/Microsoft-Server")
        );
        assert_eq!(ask("alice%40elsewhere.example").status, 404);
        assert_eq!(ask("alice").status, 404);
    }
}
