//! Other public sources: the rows XTR.

use super::reason::{NO_COMPLIANCE, NO_CONNECTOR, NO_DERIVED, NO_MDM, NO_OUTLOOK, PORTAL_FORM};
use super::row::{Row, expected, hidden, pending};

/// The rows, sorted by id.
pub(super) const ROWS: [Row; 20] = [
    hidden(
        "XTR-001",
        PORTAL_FORM,
        "Linter: e-mail settings present with scope without mail and override off are dead configuration.",
    ),
    hidden("XTR-002", PORTAL_FORM, "Default policy object equals this set."),
    hidden("XTR-003", PORTAL_FORM, "Round trip label to Graph to label is stable."),
    hidden("XTR-004", PORTAL_FORM, "Imported PFX as identityCertificate is rejected."),
    expected(
        "XTR-005",
        "The phone refuses the profile with MCEASErrorDomain 21005 where the user has made the same account by hand.",
    ),
    expected(
        "XTR-006",
        "The profile is not installed again and again: at most four times in two days. Where assignments are known, the certificate profile that does not reach the user is named.",
    ),
    expected("XTR-007", "Sending from another app, pictures among it, is refused."),
    expected(
        "XTR-008",
        "Once the profile is removed, neither its account nor an identity that it brought is left.",
    ),
    pending("XTR-009", NO_MDM, "Virtual clock drives check-ins on that schedule."),
    expected(
        "XTR-010",
        "The phone holds a certificate of its own for each profile that enrols for one; more of the same user are no drift.",
    ),
    pending(
        "XTR-011",
        NO_CONNECTOR,
        "Newest becomes the payload reference, all are delivered; flagged as an interpretation.",
    ),
    pending("XTR-012", NO_OUTLOOK, "Mismatch gives not-available."),
    pending("XTR-013", NO_OUTLOOK, "Virtual clock at minus 30 days triggers the warning, minus 31 does not."),
    pending("XTR-014", NO_OUTLOOK, "Flag flips for all accounts."),
    pending("XTR-015", NO_OUTLOOK, "Content type of signed mail is multipart/signed."),
    expected("XTR-016", "From iOS 13 the phone refuses a profile in which all five services are off."),
    expected(
        "XTR-017",
        "After an update the services and the mail window are those of the policy again; until then the user may change the window.",
    ),
    expected(
        "XTR-018",
        "With OAuth and no sign-in address the phone takes a profile without host, and the host is not compared.",
    ),
    pending(
        "XTR-019",
        NO_DERIVED,
        "Clock at 80 percent raises a notification; new credential causes redeploy.",
    ),
    pending("XTR-020", NO_COMPLIANCE, "Compliance verdict follows."),
];
