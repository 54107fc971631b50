//! Native mail: the rows EAS.

use super::reason::{
    NO_DERIVED, NO_MDM, NO_SECOND_FACTOR, NO_TENANT, NO_TLS_SEEN, NO_VPN, PORTAL_FORM, SERVER_SIDE,
};
use super::row::{Row, expected, hidden, pending};

/// The rows, sorted by id.
pub(super) const ROWS: [Row; 82] = [
    expected(
        "EAS-001",
        "An installed profile yields exactly one payload of type com.apple.eas.account and one Exchange account in the device state.",
    ),
    expected(
        "EAS-002",
        "The same profile installs with the same result on a device-enrolled, supervised (automated) and user-enrolled simulated device.",
    ),
    pending(
        "EAS-003",
        NO_MDM,
        "No account, no prompt and no report row exist before assignment; all three appear after assignment plus check-in.",
    ),
    expected("EAS-010", "Account host equals the configured string."),
    expected("EAS-011", "Settings and Mail list the account under exactly this name."),
    expected(
        "EAS-012",
        "Two users under one policy get two different UserName values, each derived from the chosen attribute.",
    ),
    expected("EAS-013", "UserName equals the UPN as stored, with or without a domain part."),
    expected("EAS-014", "UserName equals the primary SMTP address and contains one at-sign."),
    expected(
        "EAS-015",
        "UserName is DOMAIN backslash sam; a policy with samAccountName and no domain source is rejected or flagged.",
    ),
    expected("EAS-016", "The field is ignored (and linted) for UPN and SMTP sources."),
    expected(
        "EAS-017",
        "fullDomainName gives contoso.com backslash user; netBiosDomainName gives contoso backslash user.",
    ),
    expected("EAS-018", "The literal appears unchanged before the backslash."),
    expected("EAS-019", "EmailAddress equals the chosen attribute of that user."),
    expected(
        "EAS-020",
        "If the UPN has no at-sign the account gets an unusable address and the agent reports it.",
    ),
    expected("EAS-021", "EmailAddress equals the primary SMTP address."),
    expected(
        "EAS-022",
        "Account authentication kind has one of three values; no default is stated (the form forces a choice).",
    ),
    expected(
        "EAS-023",
        "The payload names an identity delivered by that profile; no password prompt is raised (EAS-041 speaks of password accounts; the two documents sentences are reconciled this way); a missing identity blocks the account.",
    ),
    expected(
        "EAS-024",
        "After install the account is in state waiting-for-password; the profile carries no password; sync starts only after a correct entry.",
    ),
    pending(
        "EAS-025",
        NO_DERIVED,
        "The identity in use is the derived credential of this device; without one the account does not activate and the user is sent to enrol for it.",
    ),
    pending(
        "EAS-026",
        NO_SECOND_FACTOR,
        "An MFA-demanding server plus a non-OAuth profile never reaches the synced state.",
    ),
    pending(
        "EAS-027",
        NO_TLS_SEEN,
        "Account uses TLS when enabled and plain HTTP when disabled; portal default (outside the document) is Enable.",
    ),
    expected("EAS-030", "Account uses the web sign-in flow instead of a password field."),
    expected(
        "EAS-031",
        "OAuth plus authenticationMethod=certificate without an identity is linted as an error.",
    ),
    expected(
        "EAS-032",
        "OAuth plus derivedCredential is linted; OAuth plus usernameAndPassword is accepted.",
    ),
    hidden(
        "EAS-033",
        SERVER_SIDE,
        "Server model has an oauth_supported flag; the linter warns when OAuth is on and the flag is false or unknown.",
    ),
    pending(
        "EAS-034",
        NO_SECOND_FACTOR,
        "With oauth_supported=false the action re_enter_password produces no prompt, no state change and no error.",
    ),
    expected("EAS-035", "An MFA challenge can be completed and the account reaches synced."),
    pending(
        "EAS-036",
        NO_TENANT,
        "With self_service=false and no iOS Accounts app the sign-in may end in consent-required (a world setting, default: it does); after the grant the same action succeeds.",
    ),
    pending(
        "EAS-037",
        NO_TENANT,
        "With self_service=true and no app present, the user adds it through the access panel (Add App) without business approval; the sign-in then succeeds.",
    ),
    pending(
        "EAS-038",
        NO_MDM,
        "Flipping useOAuth bumps the policy version and causes one InstallProfile on every already targeted device.",
    ),
    expected(
        "EAS-039",
        "After that install the account leaves synced and waits for sign-in, even if it was syncing before.",
    ),
    pending(
        "EAS-040",
        NO_MDM,
        "Any change of easServices or easServicesUserOverrideEnabled results in a fresh InstallProfile, not in a silent patch.",
    ),
    expected(
        "EAS-041",
        "A password prompt follows that install (accounts that sign in with a password or OAuth; none for certificate authentication, EAS-023).",
    ),
    expected(
        "EAS-042",
        "Until the password is entered the old sync scope and the old lock state stay in force; afterwards the new ones hold. An account that signs in by certificate has nothing to enter: there they hold at once.",
    ),
    expected("EAS-043", "Default policy leaves all five services on."),
    expected("EAS-044", "on = mail, contacts, calendars, reminders, notes."),
    expected("EAS-045", "on = mail only."),
    expected("EAS-046", "on = calendars only; Mail shows no mailbox for the account."),
    expected("EAS-047", "on = calendars, contacts."),
    expected("EAS-048", "on = contacts only."),
    expected(
        "EAS-049",
        "On a simulated iOS 12.x the five keys are ignored and all services stay on; the report says not applicable or warns.",
    ),
    expected("EAS-050", "Default policy leaves all five switches changeable."),
    expected(
        "EAS-051",
        "Each of the five switches toggles; a mixed set of locks is never produced by this policy.",
    ),
    expected("EAS-052", "All five toggles are refused, also for services that are on."),
    expected(
        "EAS-053",
        "Linter warns for partial scope with override on; simulator shows that the user can switch a disabled service back on.",
    ),
    expected("EAS-054", "Scope after any user action equals the scope in the policy."),
    expected("EAS-060", "No S/MIME switch in account or compose view; encrypted mail stays unreadable."),
    expected(
        "EAS-061",
        "S/MIME section present; each capability still follows its own setting below. The S/MIME settings below exist only under Enable.",
    ),
    expected(
        "EAS-062",
        "A flipped byte makes verification fail; a wrong sender certificate is reported; a third party cannot decrypt.",
    ),
    expected("EAS-063", "No signature on outgoing mail and, without override, no way to add one."),
    expected(
        "EAS-064",
        "With signing on (default state from this setting) outgoing mail of this account carries a valid signature; mail of other accounts does not; where the user may change it and switched it off, it does not.",
    ),
    expected("EAS-065", "Toggle in Settings refused when Disable, accepted when Enable."),
    expected(
        "EAS-066",
        "No signing-certificate key in the payload, so Intune sets nothing. Whether an earlier user choice survives an update is disputed: Apple says a payload update overrides user customisation (XTR-017); model that and expose survival as a named variant.",
    ),
    expected(
        "EAS-067",
        "No signing-certificate reference; picking needs the override of EAS-070 on, else the linter warns that nobody can choose.",
    ),
    pending("EAS-068", NO_DERIVED, "Signatures verify against the derived certificate of this device."),
    expected("EAS-069", "Signatures verify against the certificate that this profile delivered."),
    expected("EAS-070", "Choosing another identity refused / accepted."),
    expected("EAS-071", "Compose starts encrypted / clear."),
    expected(
        "EAS-072",
        "Toggle in Settings accepted / refused; portal default (outside the document) is Disable.",
    ),
    expected("EAS-073", "Compose view has the lock control."),
    expected(
        "EAS-074",
        "Compose starts encrypted and can be switched to clear for one message; next message starts encrypted again.",
    ),
    expected("EAS-075", "Compose starts clear and can be switched to encrypted for one message."),
    expected(
        "EAS-076",
        "Compose view has no lock control: with default on everything is encrypted, with default off nothing is.",
    ),
    expected(
        "EAS-077",
        "Conformance follows EAS-073 to EAS-076; the slip is recorded as a documentation defect, never as behaviour.",
    ),
    expected("EAS-078", "No encryption-certificate key in the payload."),
    expected("EAS-079", "As EAS-067, for encryption."),
    pending("EAS-080", NO_DERIVED, "Incoming mail encrypted to it is readable on this device."),
    expected(
        "EAS-081",
        "Incoming mail encrypted to the delivered certificate is readable; own sent copy is readable.",
    ),
    expected("EAS-082", "Treated as encryption (the 12/2018 page said for encrypting); defect recorded."),
    expected("EAS-083", "Choosing another identity refused / accepted."),
    expected(
        "EAS-084",
        "On simulated iOS 11 the override keys are ignored and the settings are not user-changeable; the report warns.",
    ),
    expected("EAS-090", "Mail store holds exactly the messages inside the window; Unlimited holds all."),
    expected("EAS-091", "Move out of the account accepted."),
    expected(
        "EAS-092",
        "Move to any other account refused, move inside the account accepted; Apple adds that forward and reply from another account are refused too.",
    ),
    expected("EAS-093", "Share-sheet send from another app uses the account; account selectable as default."),
    expected("EAS-094", "Share-sheet send refused; account not offered as default for sending."),
    expected("EAS-095", "Recent addresses of this account appear in / are missing from the synced list."),
    pending("EAS-100", NO_VPN, "No VPN reference in the payload; mail traffic is direct."),
    pending(
        "EAS-101",
        NO_VPN,
        "Every connection of this account goes through the referenced VPN; connections of other accounts do not.",
    ),
    pending(
        "EAS-102",
        NO_VPN,
        "First fetch or send of the account moves the VPN from down to up without a user action.",
    ),
    hidden(
        "EAS-103",
        PORTAL_FORM,
        "A reference to a missing or not per-app VPN profile is linted as an error.",
    ),
    pending(
        "EAS-104",
        NO_VPN,
        "On simulated iOS 13 the key is ignored and traffic is direct; the report warns.",
    ),
];
