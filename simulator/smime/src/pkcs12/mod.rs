//! PKCS#12 files (RFC 7292, RFC 9579): what carries identities in profiles and mail.
//!
//! The reader takes BER and DER, the password-based encryptions of PKCS#12 (triple DES, RC2 and RC4), PBES1 with MD5 or
//! SHA-1 and PBES2, and the integrity codes of RFC 7292 and RFC 9579; the writer makes DER. Public-key privacy and integrity modes are not
//! in use and refused.

mod fault;
mod kdf;
mod mac;
mod outline;
mod pbe;
mod protection;
mod read;
mod write;

pub use fault::fault;
pub use outline::{Pkcs12Outline, outline};
pub use protection::{LegacyCipher, Pbes1, ProtectedPart, Protection, ProtectionAlgorithm};
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use read::open_counted;
pub use read::{
    IterationBudget, MAX_BAGS, MAX_ITERATIONS, MAX_NESTED_BAGS, MAX_PKCS12_SIZE, MAX_TOTAL_ITERATIONS,
    Pkcs12, Pkcs12Error, open, open_any, open_key, open_within,
};
pub use write::{WriteOptions, WriteProtection, write};

#[cfg(test)]
mod tests;
