//! Messages between a device and its servers, as values: HTTP, WBXML, ActiveSync.
//!
//! Both sides use it, so every message encodes and decodes. The crate knows no socket, no TLS, not who is
//! client or server, and not what a profile means.
#![warn(missing_docs)]

pub mod authorization;
pub mod date_time;
pub mod eas;
pub mod http;
pub mod oauth;
pub mod secret;
pub mod shared;
pub mod url;
pub mod wbxml;

pub use authorization::Authorization;
pub use date_time::DateTime;
pub use http::{ExchangeId, Headers, HttpRequest, HttpResponse, IdentityRef, Method};
pub use secret::Secret;
pub use shared::Shared;
pub use url::Url;
