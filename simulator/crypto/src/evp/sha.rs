//! SHA-1 and SHA-256 in values of our own: the general interface of aws-lc allocates twice for each hash, which for the
//! attributes of a signature takes as long as hashing them.

use aws_lc_sys as sys;
use std::mem::MaybeUninit;

macro_rules! hashes {
    ($($(#[$doc:meta])* $name:ident, $state:ident, $start:ident, $feed:ident, $end:ident, $length:literal;)*) => {$(
        $(#[$doc])*
        pub(crate) struct $name(sys::$state);

        impl $name {
            pub(crate) fn new() -> Self {
                let mut state = MaybeUninit::<sys::$state>::zeroed();
                // SAFETY: the state is made of integers, so that zeros are one; starting writes to it alone, and cannot
                // fail.
                let state = unsafe {
                    sys::$start(state.as_mut_ptr());
                    state.assume_init()
                };
                $name(state)
            }

            pub(crate) fn update(&mut self, octets: &[u8]) {
                // SAFETY: reads the live slice with its length; the state was started. It cannot fail.
                unsafe { sys::$feed(&mut self.0, octets.as_ptr().cast(), octets.len()) };
            }

            pub(crate) fn finish(mut self) -> [u8; $length] {
                let mut out = [0; $length];
                // SAFETY: writes as many octets as the hash has, which `out` has too; the state was started. It cannot
                // fail.
                unsafe { sys::$end(out.as_mut_ptr(), &mut self.0) };
                out
            }
        }

        impl Drop for $name {
            fn drop(&mut self) {
                // SAFETY: the state is owned, made of integers, and as long as is said.
                unsafe { sys::OPENSSL_cleanse((&raw mut self.0).cast(), size_of::<sys::$state>()) }
            }
        }
    )*};
}

hashes! {
    /// SHA-1 (FIPS 180-4, 6.1) in progress; wiped when dropped, for what is hashed may be secret.
    Sha1, SHA_CTX, SHA1_Init, SHA1_Update, SHA1_Final, 20;
    /// SHA-256 (FIPS 180-4, 6.2) in progress; wiped when dropped, for what is hashed may be secret.
    Sha256, SHA256_CTX, SHA256_Init, SHA256_Update, SHA256_Final, 32;
}
