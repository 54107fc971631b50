//! The object identifiers of CMS (RFC 3274, 5035, 5083, 5084, 5652, 5753, 5754, 8551).

use const_oid::ObjectIdentifier;

const fn id(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

pub(crate) const DATA: ObjectIdentifier = id("1.2.840.113549.1.7.1");
pub(crate) const SIGNED_DATA: ObjectIdentifier = id("1.2.840.113549.1.7.2");
pub(crate) const ENVELOPED_DATA: ObjectIdentifier = id("1.2.840.113549.1.7.3");
pub(crate) const AUTH_ENVELOPED_DATA: ObjectIdentifier = id("1.2.840.113549.1.9.16.1.23");
/// id-ct-compressedData (RFC 3274, 1.1).
pub const COMPRESSED_DATA: ObjectIdentifier = id("1.2.840.113549.1.9.16.1.9");

/// The arcs under which content types stand: PKCS#7 and the S/MIME content types.
pub(super) const CONTENT_TYPE_ARCS: [&[u8]; 2] = [
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07],
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01],
];

pub(super) const CONTENT_TYPE: ObjectIdentifier = id("1.2.840.113549.1.9.3");
pub(super) const MESSAGE_DIGEST: ObjectIdentifier = id("1.2.840.113549.1.9.4");
pub(super) const SIGNING_TIME: ObjectIdentifier = id("1.2.840.113549.1.9.5");
pub(super) const SMIME_CAPABILITIES: ObjectIdentifier = id("1.2.840.113549.1.9.15");
pub(super) const ENCRYPTION_KEY_PREFERENCE: ObjectIdentifier = id("1.2.840.113549.1.9.16.2.11");
/// signingCertificate, which hashes with SHA-1 (RFC 2634, 5.4).
pub(super) const SIGNING_CERTIFICATE: ObjectIdentifier = id("1.2.840.113549.1.9.16.2.12");
/// signingCertificateV2 (RFC 5035, 3).
pub(super) const SIGNING_CERTIFICATE_V2: ObjectIdentifier = id("1.2.840.113549.1.9.16.2.47");
pub(super) const COUNTERSIGNATURE: ObjectIdentifier = id("1.2.840.113549.1.9.6");
/// The older form of the preference: a bare IssuerAndSerialNumber (\[MS-OXOSMIME\]).
pub(super) const MICROSOFT_ENCRYPTION_KEY_PREFERENCE: ObjectIdentifier = id("1.3.6.1.4.1.311.16.4");

pub(super) const AES128_CBC: ObjectIdentifier = id("2.16.840.1.101.3.4.1.2");
pub(super) const AES192_CBC: ObjectIdentifier = id("2.16.840.1.101.3.4.1.22");
pub(super) const AES256_CBC: ObjectIdentifier = id("2.16.840.1.101.3.4.1.42");
pub(super) const AES128_GCM: ObjectIdentifier = id("2.16.840.1.101.3.4.1.6");
pub(super) const AES256_GCM: ObjectIdentifier = id("2.16.840.1.101.3.4.1.46");
pub(super) const TRIPLE_DES_CBC: ObjectIdentifier = id("1.2.840.113549.3.7");
pub(super) const RC2_CBC: ObjectIdentifier = id("1.2.840.113549.3.2");
pub(super) const DES_CBC: ObjectIdentifier = id("1.3.14.3.2.7");

pub(super) const AES128_WRAP: ObjectIdentifier = id("2.16.840.1.101.3.4.1.5");
pub(super) const AES192_WRAP: ObjectIdentifier = id("2.16.840.1.101.3.4.1.25");
pub(super) const AES256_WRAP: ObjectIdentifier = id("2.16.840.1.101.3.4.1.45");

/// Triple DES key wrap (RFC 3217, 3).
pub(super) const TRIPLE_DES_WRAP: ObjectIdentifier = id("1.2.840.113549.1.9.16.3.6");

/// zlib (RFC 3274, 2).
pub(crate) const ZLIB: ObjectIdentifier = id("1.2.840.113549.1.9.16.3.8");

/// dhSinglePass-stdDH-sha256kdf-scheme.
pub(super) const STD_DH_SHA256_KDF: ObjectIdentifier = id("1.3.132.1.11.1");
pub(super) const STD_DH_SHA1_KDF: ObjectIdentifier = id("1.3.133.16.840.63.0.2");
pub(super) const STD_DH_SHA224_KDF: ObjectIdentifier = id("1.3.132.1.11.0");
pub(super) const STD_DH_SHA384_KDF: ObjectIdentifier = id("1.3.132.1.11.2");
pub(super) const STD_DH_SHA512_KDF: ObjectIdentifier = id("1.3.132.1.11.3");
// The cofactor of the supported curves is one, so that these agree on the same secret.
pub(super) const COFACTOR_DH_SHA1_KDF: ObjectIdentifier = id("1.3.133.16.840.63.0.3");
pub(super) const COFACTOR_DH_SHA224_KDF: ObjectIdentifier = id("1.3.132.1.14.0");
pub(super) const COFACTOR_DH_SHA256_KDF: ObjectIdentifier = id("1.3.132.1.14.1");
pub(super) const COFACTOR_DH_SHA384_KDF: ObjectIdentifier = id("1.3.132.1.14.2");
pub(super) const COFACTOR_DH_SHA512_KDF: ObjectIdentifier = id("1.3.132.1.14.3");
