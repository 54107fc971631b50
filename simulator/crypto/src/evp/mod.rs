//! The part of aws-lc that its safe interface does not reach, in as few unsafe blocks as it takes.
//!
//! Every pointer that is passed to C comes from a live Rust slice with its own length, or from an owner type here
//! that frees it once in `Drop`. No function keeps a pointer to Rust memory after it returns, except the OAEP
//! label, whose copy is made with the C allocator.
#![allow(unsafe_code)]

mod cipher;
#[cfg(target_arch = "x86_64")]
mod curve;
mod key;
mod keywrap;
mod known;
mod md5;
mod prefetch;
mod private;
mod public;
mod residue;
mod sha;

pub(crate) use cipher::{Cipher, Direction};
#[cfg(target_arch = "x86_64")]
pub(crate) use curve::{P256Point, generate_p256, p256_generator_x, random_seeded};
pub(crate) use key::{Key, RsaPadding, RsaParts, check_length};
pub(crate) use keywrap::{unwrap, wrap};
pub(crate) use known::public_key;
pub(crate) use md5::md5;
pub(crate) use prefetch::prefetch;
pub(crate) use private::PrivateKey;
pub(crate) use residue::power_of_two;
pub(crate) use sha::{Sha1, Sha256};
