//! smime::CryptoProvider on aws-lc-rs.
