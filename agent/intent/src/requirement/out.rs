//! Outlook: the rows OUT.

use super::reason::{
    AUTHORITY, ENROLS_FOR_MAIL, NO_CONNECTOR, NO_DERIVED, NO_MDM, NO_OUTLOOK, NO_PORTAL, NO_SECOND_PHONE,
    OWN_OUTPUT,
};
use super::row::{Row, hidden, pending};

/// The rows, sorted by id.
pub(super) const ROWS: [Row; 37] = [
    pending("OUT-001", NO_OUTLOOK, "Adding a non-Office-365 account offers no S/MIME."),
    pending(
        "OUT-002",
        NO_OUTLOOK,
        "Decrypting restores body and every attachment byte for byte; neither is visible in the cipher text.",
    ),
    pending("OUT-003", NO_OUTLOOK, "Both kinds of recipient succeed with a certificate and fail without."),
    pending("OUT-004", NO_OUTLOOK, "Wrong or missing key leaves the message unreadable with a clear status."),
    pending(
        "OUT-005",
        NO_OUTLOOK,
        "The send action returns a prompt listing exactly those recipients; nothing leaves the device until resolved; never a silent clear-text fall-back.",
    ),
    pending("OUT-006", NO_OUTLOOK, "Verify gives valid for the original and invalid after any change."),
    pending(
        "OUT-007",
        NO_OUTLOOK,
        "Environment model has smime_configured; false gives an unavailable state, not a crash.",
    ),
    hidden("OUT-008", AUTHORITY, "The lab CA issues both kinds with matching key usage."),
    pending(
        "OUT-009",
        NO_OUTLOOK,
        "Without the root the chain check fails and signing/encrypting is refused.",
    ),
    pending(
        "OUT-010",
        NO_CONNECTOR,
        "No import: no imported encryption certificate on the device; the list holds only derived or user-installed ones, and is empty without those.",
    ),
    pending(
        "OUT-011",
        NO_CONNECTOR,
        "Connector model below that version delivers no encryption certificates and reports why.",
    ),
    pending("OUT-012", NO_MDM, "Unenrolled device receives none."),
    pending("OUT-013", NO_OUTLOOK, "Both layouts work end to end."),
    pending(
        "OUT-014",
        NO_SECOND_PHONE,
        "Two simulated devices of one user: different signing serials with SCEP (imported signing certificates are shared, OUT-025), same encryption serial.",
    ),
    pending(
        "OUT-015",
        NO_OUTLOOK,
        "A message encrypted to each historical certificate opens on every device of the user.",
    ),
    pending(
        "OUT-016",
        NO_OUTLOOK,
        "Opening a PFX attachment in Outlook starts an install that asks for the PFX password.",
    ),
    pending("OUT-017", NO_SECOND_PHONE, "Enrolling a second device later delivers the complete history."),
    pending(
        "OUT-018",
        ENROLS_FOR_MAIL,
        "Key never appears in any message to the server; two devices, two certificates.",
    ),
    pending("OUT-019", NO_DERIVED, "Selectable for signing and for encryption."),
    pending(
        "OUT-020",
        NO_PORTAL,
        "Certificates reach Outlook only after a Company Portal retrieval, not by InstallProfile alone.",
    ),
    pending("OUT-021", NO_OUTLOOK, "Policy applies only to a managed Outlook on an enrolled device."),
    pending("OUT-022", NO_OUTLOOK, "S/MIME controls on in Outlook."),
    pending("OUT-023", NO_PORTAL, "Yes starts the notification and retrieval flow; No leaves only OUT-016."),
    pending("OUT-024", ENROLS_FOR_MAIL, "See OUT-018."),
    pending(
        "OUT-025",
        NO_CONNECTOR,
        "With one signing and one encryption import only the signing one becomes signing identity.",
    ),
    pending("OUT-026", NO_DERIVED, "Absent credential gives not-available, not an error loop."),
    pending("OUT-027", NO_CONNECTOR, "Delivered set equals the imports whose key usage allows encryption."),
    pending("OUT-028", NO_OUTLOOK, "Treated as encryption; defect recorded."),
    pending(
        "OUT-029",
        NO_OUTLOOK,
        "A configuration that asks for SCEP encryption in Outlook is rejected or linted.",
    ),
    pending("OUT-030", NO_PORTAL, "Exactly the chosen channels fire."),
    pending("OUT-031", NO_PORTAL, "Notification state pending until Company Portal has retrieved."),
    pending("OUT-032", NO_PORTAL, "States: notified, opened, retrieving, retrieved or failed."),
    pending(
        "OUT-033",
        NO_OUTLOOK,
        "With certificates from Intune, sign and encrypt fail before and work after retrieval; certificates installed from an e-mail attachment (OUT-016) work independently of it.",
    ),
    pending("OUT-034", NO_PORTAL, "Push event logged for the device."),
    pending(
        "OUT-035",
        NO_PORTAL,
        "Link opened on the enrolled device goes to the landing page; opened elsewhere it does not retrieve.",
    ),
    pending("OUT-036", NO_OUTLOOK, "Users outside the groups get nothing."),
    hidden(
        "OUT-037",
        OWN_OUTPUT,
        "No API, log, report, snapshot or export of the device reveals a delivered private key or its password.",
    ),
];
