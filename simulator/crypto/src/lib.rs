//! [`smime::CryptoProvider`] on aws-lc: the only crate that links C.
//!
//! What the safe interface of aws-lc-rs covers goes through it; the rest (streaming ciphers, signatures over
//! digests, RSA encryption with any hash, keys under 2048 bits) goes through the small unsafe module `evp`. What newer
//! processors do faster than aws-lc has it is in other unsafe modules: CBC and decrypting GCM in `vaes`, SHA-384 and
//! SHA-512 in `sha512`, RSA in `rsa`, agreeing and signing over P-256 in `p256`.
//! Large results ask for large pages in `pages`.
#![warn(missing_docs)]

mod cipher;
mod digest;
mod evp;
mod ghash;
mod key;
mod oaep;
#[cfg(target_arch = "x86_64")]
mod p256;
mod padding;
mod pages;
mod provider;
mod rc4;
#[cfg_attr(not(target_arch = "x86_64"), path = "rsa/absent.rs")]
mod rsa;
#[cfg(target_arch = "x86_64")]
mod sha512;
#[cfg(target_arch = "x86_64")]
mod vaes;

pub use provider::AwsLc;
