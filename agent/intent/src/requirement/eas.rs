//! Native mail: the rows EAS.

use super::reason::{
    NO_DERIVED, NO_MDM, NO_SECOND_FACTOR, NO_TENANT, NO_TLS_SEEN, NO_VPN, PORTAL_FORM, SERVER_SIDE,
};
use super::row::{Row, expected, hidden, pending};

/// The rows, sorted by id.
pub(super) const ROWS: [Row; 82] = [
    expected(
        "EAS-001",
        "The phone takes a profile with one Exchange account and then shows that one account.",
    ),
    expected(
        "EAS-002",
        "The phone takes the profile, and shows the same account, whether it is supervised or not.",
    ),
    expected("EAS-003", "The phone has the account exactly if the policy is assigned to its user or to it."),
    expected("EAS-010", "Account host equals the configured string."),
    expected("EAS-011", "Settings and Mail list the account under exactly this name."),
    expected(
        "EAS-012",
        "The account's user name is the one that the profile compiled for this user carries.",
    ),
    expected("EAS-013", "The user name is the UPN as stored, with or without a domain part."),
    expected("EAS-014", "UserName equals the primary SMTP address and contains one at-sign."),
    expected(
        "EAS-015",
        "The user name is the domain, a backslash and the sAM account name; without a domain source nothing is compiled.",
    ),
    expected("EAS-016", "The domain source changes the user name of a sAM account name alone."),
    expected("EAS-017", "The full domain name or the NetBIOS name stands before the backslash."),
    expected("EAS-018", "The custom domain stands unchanged before the backslash."),
    expected("EAS-019", "The account's address is the one that the profile compiled for this user carries."),
    expected("EAS-020", "The address is the UPN as stored, even where that is no address."),
    expected("EAS-021", "The address is the primary SMTP address."),
    expected(
        "EAS-022",
        "The phone asks for a password, asks for a web sign-in, or asks nothing, as the way of signing in says.",
    ),
    expected(
        "EAS-023",
        "The identity of the named payload signs in: the phone asks nothing, and refuses a profile that lacks it.",
    ),
    expected(
        "EAS-024",
        "The phone asks for the password after the installation, and the account works only from then on.",
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
    expected("EAS-030", "From iOS 12 the phone asks for a web sign-in instead of a password."),
    expected("EAS-031", "With OAuth and a certificate in the profile the phone asks nothing."),
    expected("EAS-032", "With OAuth and without a certificate the phone asks for a web sign-in."),
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
    expected("EAS-035", "The prompt is the web sign-in, in which a second factor has its place."),
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
        "After the profile with OAuth is installed the phone asks for a sign-in, even if the account worked before.",
    ),
    pending(
        "EAS-040",
        NO_MDM,
        "Any change of easServices or easServicesUserOverrideEnabled results in a fresh InstallProfile, not in a silent patch.",
    ),
    expected(
        "EAS-041",
        "The installation is followed by a prompt for the password or the sign-in, but not where a certificate signs in.",
    ),
    expected(
        "EAS-042",
        "Until the user has signed in the old settings hold, then the new ones; with a certificate they hold at once.",
    ),
    expected(
        "EAS-043",
        "Each of the five services is on exactly if the policy chooses it; by default all five are.",
    ),
    expected("EAS-044", "Mail, contacts, calendars, reminders and notes are on."),
    expected("EAS-045", "Mail is on and the other four services are off."),
    expected(
        "EAS-046",
        "Calendars are on, the other four services are off, and there is no mailbox to act in.",
    ),
    expected(
        "EAS-047",
        "Calendars and contacts are on, the other three services are off, and there is no mailbox to act in.",
    ),
    expected(
        "EAS-048",
        "Contacts are on, the other four services are off, and there is no mailbox to act in.",
    ),
    expected("EAS-049", "Before iOS 13 all five services are on and free, whatever the profile says."),
    expected("EAS-050", "By default the user can switch each of the five services."),
    expected("EAS-051", "The user can switch each of the five services on and off."),
    expected("EAS-052", "Every switch of a service is refused, on or off."),
    expected("EAS-053", "The user can switch a service that the policy left out back on."),
    expected("EAS-054", "The services stay as chosen, for every switch is refused."),
    expected("EAS-060", "No S/MIME control is shown, neither for the account nor in a message."),
    expected("EAS-061", "S/MIME is shown for the account; each switch below follows its own setting."),
    expected(
        "EAS-062",
        "A signature is valid for its receiver, and a changed message is not taken for genuine.",
    ),
    expected("EAS-063", "Signing is off."),
    expected("EAS-064", "Signing is on, and messages go out with a valid signature."),
    expected("EAS-065", "The signing switch moves exactly if the user may change it."),
    expected("EAS-066", "The account has no signing identity."),
    expected(
        "EAS-067",
        "The account has no signing identity; the user can pick one exactly if he may change it.",
    ),
    pending("EAS-068", NO_DERIVED, "Signatures verify against the derived certificate of this device."),
    expected("EAS-069", "The identity of the named payload signs."),
    expected(
        "EAS-070",
        "Another signing identity can be picked exactly if signing is on, there is another, and the user may change it.",
    ),
    expected("EAS-071", "A new message starts encrypted, or clear."),
    expected("EAS-072", "The switch for encryption by default moves exactly if the user may change it."),
    expected("EAS-073", "A message being written has a lock."),
    expected("EAS-074", "A new message starts encrypted and its lock can be opened."),
    expected("EAS-075", "A new message starts clear and its lock can be closed."),
    expected(
        "EAS-076",
        "A message being written has no lock: every message starts and stays as the default says.",
    ),
    expected(
        "EAS-077",
        "Disabled shows no lock; what the sentence of the page says under Disable is never done.",
    ),
    expected("EAS-078", "The account has no encryption identity."),
    expected(
        "EAS-079",
        "The account has no encryption identity; the user can pick one exactly if he may change it.",
    ),
    pending("EAS-080", NO_DERIVED, "Incoming mail encrypted to it is readable on this device."),
    expected(
        "EAS-081",
        "The identity of the named payload reads what is encrypted to it, the sent copy included.",
    ),
    expected("EAS-082", "The named certificate encrypts, although the page says that it signs."),
    expected(
        "EAS-083",
        "Another encryption identity can be picked exactly if encryption is on, there is another, and the user may change it.",
    ),
    expected(
        "EAS-084",
        "Before iOS 12 the user can change neither the identities nor encryption by default.",
    ),
    expected(
        "EAS-090",
        "The account keeps as many days of mail as the policy says, 7 where it says nothing, 0 for everything.",
    ),
    expected("EAS-091", "A message can be moved to another account, and forwarded from one."),
    expected("EAS-092", "Moving to another account, and forwarding from one, is refused."),
    expected("EAS-093", "Another app can send with the account."),
    expected("EAS-094", "Sending from another app is refused."),
    expected("EAS-095", "Recent addresses are synchronised, or not."),
    expected("EAS-100", "The account names no VPN."),
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
    expected("EAS-104", "Before iOS 14 the account names no VPN, whatever the profile says."),
];
