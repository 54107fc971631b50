//! Who signs and who reads: test keys of the embedded world with certificates made now.

use super::BenchError;
use simulator::world_keys;
use smime::{
    Certificate, Context, Curve, Identity, IssueRequest, PrivateKey, PublicKeyAlgorithm, Timestamp,
    TrustStore, generate_identity, issue, issue_self_signed,
};

/// The identities of every measurement. Keys are kept loaded.
pub(super) struct Stage<'c> {
    pub cx: &'c Context<'c>,
    /// RSA-2048, signs and decrypts.
    pub rsa: Identity,
    /// P-256, signs and agrees keys.
    pub p256: Identity,
    /// Who certified both.
    pub root: Certificate,
    /// The root.
    pub trust: TrustStore,
    /// The key of `rsa` as PEM: public like all keys of the embedded world.
    pub rsa_pem: &'static str,
}

const DAY_MS: i64 = 86_400_000;

impl<'c> Stage<'c> {
    /// Takes the keys and makes the certificates.
    ///
    /// # Errors
    /// [`BenchError`] when a key or certificate cannot be used.
    pub fn new(cx: &'c Context<'c>) -> Result<Self, BenchError> {
        let validity = (Timestamp(cx.now.0 - DAY_MS), Timestamp(cx.now.0 + 30 * DAY_MS));
        let (authority, _) = key("public-ca")?;
        let root = issue_self_signed(cx, &authority, &IssueRequest::authority("Bench", 1, validity))?;
        let issuer = Identity { certificate: root.clone(), key: authority, chain: Vec::new() };
        let request = |serial| IssueRequest::mail("Alice", &["alice@contoso.example"], serial, validity);
        let (mut rsa_key, rsa_pem) = key("alice")?;
        rsa_key.keep_loaded(cx)?;
        let certificate = issue(cx, &issuer, &rsa_key.load(cx)?.public_key(), &request(2))?;
        let rsa = Identity { certificate, key: rsa_key, chain: Vec::new() };
        let curve = PublicKeyAlgorithm::Ec(Curve::P256);
        let mut p256 = generate_identity(cx, Some(&issuer), curve, &request(3))?;
        p256.key.keep_loaded(cx)?;
        let mut trust = TrustStore::new();
        trust.add(root.clone());
        Ok(Stage { cx, rsa, p256, root, trust, rsa_pem })
    }
}

fn key(holder: &'static str) -> Result<(PrivateKey, &'static str), BenchError> {
    let [known] = world_keys().into_iter().filter(|key| key.holder == holder).collect::<Vec<_>>()[..] else {
        return Err(BenchError::NoKey { holder });
    };
    Ok((known.key()?, known.pem()))
}

/// A MIME entity of `size` octets in lines of 72 characters; `end` ends them.
pub(super) fn text(size: usize, end: &str) -> Vec<u8> {
    let mut out = format!("Content-Type: text/plain; charset=us-ascii{end}{end}").into_bytes();
    out.reserve(size);
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    while out.len() < size {
        for _ in 0..72 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            out.push(b' ' + (state % 95) as u8);
        }
        out.extend_from_slice(end.as_bytes());
    }
    out.truncate(size.saturating_sub(end.len()));
    // A CR that the cut left alone would be content.
    if let Some(last @ b'\r') = out.last_mut() {
        *last = b' ';
    }
    out.extend_from_slice(end.as_bytes());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_have_their_size_and_line_ends() {
        for size in [4096, 4097, 4096 + 73, 4096 + 74] {
            for end in ["\n", "\r\n"] {
                let made = text(size, end);
                assert!(made.len() == size && made.ends_with(end.as_bytes()));
                assert_eq!(smime::mime::canonicalise(&made).len() == size, end == "\r\n");
            }
        }
    }
}
