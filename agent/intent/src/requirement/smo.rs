//! S/MIME in general: the rows SMO.

use super::reason::{AUTHORITY, HISTORY, NO_CONNECTOR, NO_OTHER_CLIENT, NO_SECOND_PHONE, SCOPE};
use super::row::{Row, expected, hidden, pending};

/// The rows, sorted by id.
pub(super) const ROWS: [Row; 19] = [
    hidden(
        "SMO-001",
        HISTORY,
        "Historic (note added 21-08-2018, gone 10-12-2018): not needed for conformance.",
    ),
    hidden("SMO-002", SCOPE, "Only iOS is in scope."),
    expected("SMO-003", "Messages go out signed and encrypted, and what comes in is verified and decrypted."),
    pending(
        "SMO-004",
        NO_OTHER_CLIENT,
        "A non-native client finds certificates only if it can reach their store.",
    ),
    expected(
        "SMO-005",
        "The phone takes identities inside the profile and identities that it enrols for, and signs with either.",
    ),
    pending("SMO-006", NO_CONNECTOR, "A PKCS profile without its trusted root on the device ends in error."),
    pending("SMO-007", NO_CONNECTOR, "Each device gets its own certificate."),
    pending("SMO-008", NO_SECOND_PHONE, "Same serial on both devices."),
    pending(
        "SMO-009",
        NO_CONNECTOR,
        "User B never receives a certificate of user A although both are in the group.",
    ),
    expected(
        "SMO-010",
        "A message is encrypted to the certificate of its recipient, and does not leave the phone where there is none.",
    ),
    expected("SMO-011", "An answer that is encrypted to the phone's certificate is readable on it."),
    expected("SMO-012", "The phone holds every identity that the profile delivers."),
    pending(
        "SMO-013",
        NO_SECOND_PHONE,
        "Linter warns when an e-mail profile uses PKCS or SCEP for encryption; simulator shows device 2 cannot read mail encrypted to the certificate of device 1.",
    ),
    expected(
        "SMO-014",
        "The phone holds every identity that was imported, as many as there are in the profile.",
    ),
    expected("SMO-015", "Once the profile is removed no identity that it brought is left."),
    hidden("SMO-016", AUTHORITY, "CRL is unchanged after retire."),
    expected(
        "SMO-017",
        "The phone refuses an account that signs in with an identity the profile lacks, and takes one whose identities are there.",
    ),
    expected("SMO-018", "A signing certificate does not sign in: the phone still asks for the password."),
    pending(
        "SMO-019",
        NO_CONNECTOR,
        "Without that connector nothing imported is delivered, and the report says so.",
    ),
];
