//! Rules about the signature around a profile. Whoever unwraps it applies them, for this crate reads no CMS; they are
//! listed so that their findings can be explained.

use super::Rule;
use super::rule::rule;

pub(super) static RULES: &[&dyn Rule] = &[&Unreadable, &Broken, &Weak];

rule! {
    Unreadable Error "signature-unreadable" "The signature around the profile cannot be read"
    checks "That bytes that begin like CMS are signed-data, in DER or BER, with the profile inside, and that they are not its text form (PEM), which is read here all the same."
    why "A device cannot find the profile (1000 or 4000). Encrypted mail and PKCS#12 files begin like signed profiles. Apple describes the binary form only."
    example "a signed profile of which only the first half arrived"
    reference "RFC 5652, 5; Apple, Configuration Profile Reference: Signing a Profile" []
    |_scope, _found| {}
}

rule! {
    Broken Error "signature-broken" "The signature does not verify"
    checks "Each signature around a profile against its content, and that there is one. Whether anyone vouches for the signer is not asked: devices install such profiles as not verified."
    why "The profile was changed after it was signed; a device refuses it (1004)."
    example "a signed profile in which one letter was changed"
    reference "Apple, Configuration Profile Reference: Signing a Profile" []
    |_scope, _found| {}
}

rule! {
    Weak Warning "signature-weak" "The signature uses SHA-1"
    checks "The digest algorithm of each signature around a profile."
    why "Two documents of the same SHA-1 digest can be made; newer systems stop accepting it."
    example "openssl smime -sign -md sha1"
    reference "Apple, Configuration Profile Reference: Signing a Profile" []
    |_scope, _found| {}
}
