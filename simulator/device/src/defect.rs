//! Seeded defects: small, plain deviations from what a phone does, so that it can be seen whether a suite notices them.
//!
//! A phone has at most one, chosen in [`crate::Variants::defect`]; one without differs in nothing from a phone of which
//! nothing is said here. Each is a condition at the place where the right behaviour stands, so that what a suite notices
//! is what an administrator would notice on a phone with that mistake.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

macro_rules! defects {
    ($($group:literal: $($variant:ident $id:literal [$($requirement:literal),*] $what:literal;)+)+) => {
        /// A mistake that a phone makes on purpose.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum Defect {
            $($(#[doc = $what] #[serde(rename = $id)] $variant,)+)+
        }

        impl Defect {
            /// Every defect, by topic.
            pub const ALL: &'static [Defect] = &[$($(Defect::$variant,)+)+];

            /// The stable id, such as `default-sign-on`.
            pub const fn id(self) -> &'static str {
                match self { $($(Defect::$variant => $id,)+)+ }
            }

            /// What the phone does wrong.
            pub const fn what(self) -> &'static str {
                match self { $($(Defect::$variant => $what,)+)+ }
            }

            /// The topic: the suite that is about it.
            pub const fn topic(self) -> &'static str {
                match self { $($(Defect::$variant => $group,)+)+ }
            }

            /// The requirements that it breaks; none where only Apple's documents ask for the behaviour.
            pub const fn requirements(self) -> &'static [&'static str] {
                match self { $($(Defect::$variant => &[$($requirement),*],)+)+ }
            }
        }
    };
}

defects! {
    "account":
    AccountNameFromHost "account-name-from-host" ["EAS-011"]
        "The account is called after its server, whatever name the policy gives it.";
    HostFromAddress "host-from-address" ["EAS-010"]
        "The server is looked for under the domain of the address.";
    UserNameFromAddress "user-name-from-address" ["EAS-012", "EAS-013", "EAS-015"]
        "The user name is the address.";
    UserNameWithoutDomain "user-name-without-domain" ["EAS-015", "EAS-017", "EAS-018"]
        "What stands before a backslash in the user name is lost.";
    AddressFromUserName "address-from-user-name" ["EAS-019", "EAS-021"]
        "The address is the user name.";
    PasswordNotAsked "password-not-asked" ["EAS-022", "EAS-024"]
        "An account without a password is taken to work, and nobody is asked for one.";
    PasswordAskedTwice "password-asked-twice" ["EAS-024", "EAS-041"]
        "The password is asked for twice.";
    InForceBeforePassword "in-force-before-password" ["EAS-024", "EAS-042"]
        "Settings are in force as soon as they are installed, before the password.";
    WrongPasswordAccepted "wrong-password-accepted" ["EAS-024"]
        "The account is active although the server refused the password.";
    WrongPasswordNotAskedAgain "wrong-password-not-asked-again" ["EAS-024"]
        "After a wrong password nobody is asked again.";
    OAuthIgnored "oauth-ignored" ["EAS-030", "EAS-032", "EAS-035"]
        "OAuth is not heeded: the phone asks for a password.";
    OAuthBeforeIos12 "oauth-before-ios-12" ["EAS-030"]
        "OAuth is heeded before iOS 12.";
    OAuthKeepsPassword "oauth-keeps-password" ["EAS-039"]
        "An account that is changed to OAuth goes on with its password.";
    OAuthAsksDespiteCertificate "oauth-asks-despite-certificate" ["EAS-031"]
        "OAuth with a certificate asks for a web sign-in all the same.";
    CertificateAsksForPassword "certificate-asks-for-password" ["EAS-022", "EAS-023"]
        "An account that signs in with a certificate asks for a password.";
    MissingIdentityAccepted "missing-identity-accepted" ["EAS-023", "SMO-017"]
        "An account is installed although the identity that it signs in with is missing.";
    SigningCertificateSignsIn "signing-certificate-signs-in" ["SMO-018"]
        "The certificate for signing mail signs in to the server, and nobody is asked for a password.";
    HostNeededWithOAuth "host-needed-with-oauth" ["XTR-018"]
        "An account with OAuth that finds its server by itself is refused for want of a host.";
    DuplicateAccountAccepted "duplicate-account-accepted" ["XTR-005"]
        "A second account with the same server and address is installed.";
    AccountTwice "account-twice" ["EAS-001"]
        "One payload makes two accounts.";
    NoAccountWhenSupervised "no-account-when-supervised" ["EAS-002"]
        "A supervised phone installs the profile and makes no account.";
    InstalledWithoutInstalling "installed-without-installing" ["EAS-001"]
        "The phone answers that the profile is installed, and does not install it.";

    "sync-scope":
    DefaultNotesOff "default-notes-off" ["EAS-043", "EAS-049"]
        "Notes are off where nothing in force says otherwise.";
    DefaultContactsLocked "default-contacts-locked" ["EAS-049", "EAS-050"]
        "The switch of contacts is locked where nothing in force says otherwise.";
    MailSwitchIgnored "mail-switch-ignored" ["EAS-046", "EAS-047", "EAS-048"]
        "Mail is on, whatever the policy chooses.";
    CalendarsFollowContacts "calendars-follow-contacts" ["EAS-046", "EAS-048"]
        "The switch of calendars stands where that of contacts stands.";
    RemindersFollowCalendars "reminders-follow-calendars" ["EAS-046", "EAS-047"]
        "The switch of reminders stands where that of calendars stands.";
    ScopeBeforeIos13 "scope-before-ios-13" ["EAS-049"]
        "iOS 12 heeds the keys of iOS 13 for the scope.";
    ScopeFromIos14 "scope-from-ios-14" ["EAS-043", "EAS-045"]
        "iOS 13 does not heed the scope yet.";
    NotesLockIgnored "notes-lock-ignored" ["EAS-052"]
        "The lock is ignored for one service: notes.";
    OpenMailLocked "open-mail-locked" ["EAS-050", "EAS-051"]
        "The switch of mail is locked where the policy leaves it open.";
    LockHoldsOnlyWhatIsOn "lock-holds-only-what-is-on" ["EAS-052", "EAS-054"]
        "A locked switch that is off can be switched on.";
    LockedSwitchMoves "locked-switch-moves" ["EAS-052", "EAS-054"]
        "A locked switch is said to be refused, and moves.";
    OpenSwitchStays "open-switch-stays" ["EAS-051", "EAS-053"]
        "An open switch is said to move, and stays.";
    SwitchedOffMailStays "switched-off-mail-stays" ["EAS-051"]
        "The messages of an account stay on the phone when its mail is switched off.";
    AllServicesOffAccepted "all-services-off-accepted" ["XTR-016"]
        "A profile in which all five services are off is installed.";

    "smime":
    SmimeAlwaysPresent "smime-always-present" ["EAS-060"]
        "The controls of S/MIME are shown although S/MIME is off.";
    SmimeNeedsSigning "smime-needs-signing" ["EAS-061"]
        "S/MIME is off unless signing is on.";
    DefaultSignOn "default-sign-on" ["EAS-063"]
        "Messages are signed where the profile does not say whether.";
    SigningIgnored "signing-ignored" ["EAS-064"]
        "Messages are never signed.";
    SigningLockIgnored "signing-lock-ignored" ["EAS-065"]
        "The owner can switch signing although it is locked.";
    SigningAlwaysLocked "signing-always-locked" ["EAS-065"]
        "The owner cannot switch signing although it is open.";
    SigningIdentityInvented "signing-identity-invented" ["EAS-066", "EAS-067"]
        "Without a signing certificate the one for encryption signs.";
    SignsWithEncryptionIdentity "signs-with-encryption-identity" ["EAS-069"]
        "Messages are signed with the identity for encryption.";
    SigningIdentityLockIgnored "signing-identity-lock-ignored" ["EAS-070"]
        "The owner can pick another signing identity although it is locked.";
    SigningIdentityAlwaysLocked "signing-identity-always-locked" ["EAS-070"]
        "The owner cannot pick another signing identity although it is open.";
    EncryptDefaultIgnored "encrypt-default-ignored" ["EAS-071", "EAS-074"]
        "New messages start clear, whatever the policy says.";
    DefaultEncryptOn "default-encrypt-on" ["EAS-071"]
        "New messages start encrypted where the profile does not say whether.";
    EncryptDefaultLockIgnored "encrypt-default-lock-ignored" ["EAS-072"]
        "The owner can switch encryption by default although it is locked.";
    EncryptDefaultAlwaysLocked "encrypt-default-always-locked" ["EAS-072"]
        "The owner cannot switch encryption by default although it is open.";
    LockNeverShown "lock-never-shown" ["EAS-073", "EAS-074", "EAS-075"]
        "A new message has no lock to tap, whatever the policy says.";
    LockAlwaysShown "lock-always-shown" ["EAS-076", "EAS-077"]
        "A new message has a lock to tap, whatever the policy says.";
    OpenedLockEncrypts "opened-lock-encrypts" ["EAS-074"]
        "A message whose lock was opened is encrypted all the same.";
    ClosedLockSendsClear "closed-lock-sends-clear" ["EAS-075"]
        "A message whose lock was closed leaves in the clear.";
    EncryptionIdentityInvented "encryption-identity-invented" ["EAS-078", "EAS-079"]
        "Without an encryption certificate the one for signing is taken.";
    OwnCopyUnreadable "own-copy-unreadable" ["EAS-081"]
        "A message is not encrypted to its sender, who cannot read the sent copy.";
    EncryptsToWrongIdentity "encrypts-to-wrong-identity" ["EAS-081", "EAS-082"]
        "The sent copy is encrypted to the signing certificate.";
    EncryptionIdentityLockIgnored "encryption-identity-lock-ignored" ["EAS-083"]
        "The owner can pick another encryption identity although it is locked.";
    PickNeedsEncryptDefault "pick-needs-encrypt-default" ["EAS-083", "LNG-015"]
        "The encryption identity can be picked only where encryption is the default, not for the lock of single messages.";
    SilentClearText "silent-clear-text" ["SMO-010"]
        "A message leaves in the clear where a recipient has no certificate.";
    MissingRecipientsIgnored "missing-recipients-ignored" ["SMO-010"]
        "A message is encrypted to those recipients who have a certificate and leaves without asking.";
    CancelledMessageLeaves "cancelled-message-leaves" ["SMO-010"]
        "A message that was put aside for want of a certificate leaves in the clear.";
    ExpiredRecipientAccepted "expired-recipient-accepted" ["SMO-010"]
        "A message is encrypted to a certificate that has expired.";
    LastRecipientForgotten "last-recipient-forgotten" ["SMO-010"]
        "Of several recipients the last cannot decrypt.";
    ExpiredSignerAccepted "expired-signer-accepted" ["EAS-062", "SMO-003"]
        "A signature is shown as valid although the signer's certificate has expired.";
    UntrustedSignerAccepted "untrusted-signer-accepted" ["EAS-062", "SMO-003"]
        "A signature is shown as valid although nobody vouches for the signer.";
    TamperedAccepted "tampered-accepted" ["EAS-062"]
        "A message that was changed on the way is shown as genuine.";
    SenderMismatchAccepted "sender-mismatch-accepted" ["EAS-062"]
        "A signature is shown as valid although its certificate is another person's than the sender's.";
    SignatureNotShown "signature-not-shown" ["SMO-003"]
        "Signatures of incoming mail are not looked at.";
    EncryptedMailUnreadable "encrypted-mail-unreadable" ["SMO-011"]
        "Encrypted mail stays unreadable although its key is there.";
    DecryptsWithSmimeOff "decrypts-with-smime-off" ["EAS-060"]
        "Encrypted mail is readable although S/MIME is off.";
    SignsWithSha1 "signs-with-sha-1" ["EAS-064"]
        "Signatures are made with SHA-1.";
    OpaqueSignature "opaque-signature" ["SMO-003"]
        "Signed mail cannot be read by mail programs without S/MIME.";
    UnsignedWhenEncrypted "unsigned-when-encrypted" ["EAS-064", "SMO-003"]
        "Encrypted messages are not signed.";
    UnusualCipher "unusual-cipher" ["SMO-010"]
        "Messages are encrypted with AES-192, which their readers need not know (RFC 8551, 2.7).";
    TextInHeader "text-in-header" ["EAS-062"]
        "The text of an encrypted message can be read in one of its headers.";
    AttachmentLeftOut "attachment-left-out" ["SMO-003"]
        "Attachments do not leave the phone.";

    "mail-rules":
    MoveLockIgnored "move-lock-ignored" ["EAS-092"]
        "Messages can be moved to another account although that is prevented.";
    ForwardLockIgnored "forward-lock-ignored" ["EAS-092"]
        "Messages can be forwarded from another account although that is prevented.";
    RefusedMessageMoves "refused-message-moves" ["EAS-092"]
        "Moving a message is said to be refused, and the message moves.";
    MoveAlwaysRefused "move-always-refused" ["EAS-091"]
        "Messages cannot be moved to another account although that is allowed.";
    MovedMessageStays "moved-message-stays" ["EAS-091"]
        "Moving a message is said to be done, and the message stays.";
    AppSheetLockIgnored "app-sheet-lock-ignored" ["EAS-094", "XTR-007"]
        "Other apps can send with the account although that is prevented.";
    AppSheetAlwaysRefused "app-sheet-always-refused" ["EAS-093"]
        "Other apps cannot send with the account although that is allowed.";
    RecentsAlwaysSynchronised "recents-always-synchronised" ["EAS-095"]
        "Recent addresses are synchronised although that is prevented.";
    WindowIgnored "window-ignored" ["EAS-090"]
        "A week of mail is kept, whatever the policy says.";
    UnlimitedWindowIsAMonth "unlimited-window-is-a-month" ["EAS-090"]
        "Where everything is to be kept, a month of mail is.";
    DefaultWindowUnlimited "default-window-unlimited" ["EAS-090"]
        "Where the policy does not say how much mail is kept, everything is.";
    WindowNotEnforced "window-not-enforced" ["EAS-090"]
        "Messages that leave the window stay on the phone.";
    WindowFixed "window-fixed" ["XTR-017"]
        "The owner cannot choose how much mail is kept.";

    "certificates":
    ProfileRootNotTrusted "profile-root-not-trusted" ["EAS-062", "SMO-003"]
        "A root that the profile brings is not trusted.";
    ThirdIdentityLost "third-identity-lost" ["SMO-012"]
        "Of the identities that a profile delivers only two reach the keychain.";
    ForgetsHistoryKey "forgets-history-key" ["SMO-012"]
        "Mail can be read only with the newest encryption certificate, not with those before it.";
    CertificatePasswordNotAsked "certificate-password-not-asked" []
        "A certificate without its password is refused instead of asked about.";
    SupervisedPayloadAccepted "supervised-payload-accepted" []
        "A payload for supervised phones is installed on another.";
    SignatureNotChecked "signature-not-checked" []
        "A signed profile that was changed afterwards is installed.";
    ConsentSkipped "consent-skipped" []
        "The text that the owner has to agree to is not shown.";
    ConsentInFirstLanguage "consent-in-first-language" []
        "The text that the owner has to agree to is shown in the first language of the profile.";
    EnrolmentRefusalIgnored "enrolment-refusal-ignored" ["SMO-005"]
        "A profile is said to be installed although the enrolment server refused the certificate.";
    UnreachableReportedAsRefused "unreachable-reported-as-refused" ["SMO-005"]
        "An enrolment server that cannot be reached is reported as one that refuses.";
    AcmeBeforeIos16 "acme-before-ios-16" ["SMO-005"]
        "ACME is heeded before iOS 16.";
    EnrolledIdentityForgotten "enrolled-identity-forgotten" ["SMO-005"]
        "What an enrolment server issued does not reach the keychain.";
    EnrolsWithoutAddress "enrols-without-address" ["SMO-005"]
        "The certification request lacks the addresses that the profile asks for.";

    "updates":
    ServiceChangeSurvivesUpdate "service-change-survives-update" ["XTR-017"]
        "Switches that the owner moved stay as they are when the profile is deployed again.";
    WindowChangeSurvivesUpdate "window-change-survives-update" ["XTR-017"]
        "The mail window that the owner chose stays when the profile is deployed again.";
    UpdateAsksNothing "update-asks-nothing" ["EAS-041"]
        "An update holds at once, without the password.";
    UpdateNeverInForce "update-never-in-force" ["EAS-042"]
        "After an update the old settings hold even when the password is entered.";
    RenewedIdentityStaysOld "renewed-identity-stays-old" ["EAS-069"]
        "A certificate that an update renews stays the old one.";
    RefusedUpdateHalfDone "refused-update-half-done" []
        "An update that is refused leaves the account away.";
    KeepsIdentitiesAfterRemoval "keeps-identities-after-removal" ["XTR-008", "SMO-015"]
        "Identities stay in the keychain when their profile is removed.";
    KeepsRootsAfterRemoval "keeps-roots-after-removal" ["XTR-008"]
        "Certificates of authorities stay when their profile is removed.";
    KeepsAccountAfterRemoval "keeps-account-after-removal" ["XTR-008"]
        "The account stays, with its mail, when its profile is removed.";
    KeepsPromptAfterRemoval "keeps-prompt-after-removal" ["XTR-008"]
        "The phone goes on asking for the password of an account that is removed.";
    RemovalDisallowedIgnored "removal-disallowed-ignored" []
        "The owner can remove a profile whose removal is disallowed.";
    RemovalPasscodeIgnored "removal-passcode-ignored" []
        "A profile with a removal passcode is removed without it.";
    WrongRemovalPasscodeAccepted "wrong-removal-passcode-accepted" []
        "Any passcode removes a profile with a removal passcode.";
    RemovalDateIgnored "removal-date-ignored" []
        "A profile stays after the time at which it is to be removed.";
    CauseNotReported "cause-not-reported" ["XTR-005"]
        "The phone reports that a profile is refused, and not why.";
    InstallRestrictionIgnored "install-restriction-ignored" []
        "Profiles are installed by hand although that is restricted.";
    AccountRestrictionIgnored "account-restriction-ignored" []
        "The owner changes accounts although that is restricted.";
    LastRestrictionWins "last-restriction-wins" []
        "Of two profiles the later one lifts what the earlier one restricts.";
    SupervisedKeyWithoutSupervision "supervised-key-without-supervision" []
        "A restriction for supervised phones holds on another.";

    "versions":
    ControlsBeforeIos12 "controls-before-ios-12" ["EAS-084"]
        "The owner has the controls of S/MIME before iOS 12.";
    OldEncryptionKeysOnIos12 "old-encryption-keys-on-ios-12" ["EAS-084"]
        "The keys that iOS 12 replaced are heeded after it.";
    UpgradeNotReadAnew "upgrade-not-read-anew" ["EAS-049"]
        "What a newer iOS knows of an installed profile does not come in force with it.";
    UpgradeKeepsLockedChange "upgrade-keeps-locked-change" ["EAS-049", "EAS-054"]
        "A switch that the owner moved stays where it is when a newer iOS locks it.";
    UpgradeForgetsChanges "upgrade-forgets-changes" []
        "What the owner changed is lost with a newer iOS.";
    UpgradeAsksForPassword "upgrade-asks-for-password" ["EAS-041"]
        "A newer iOS asks for the password of an account that works.";
}

/// A text that is the id of no defect.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("no defect is called “{id}”")]
pub struct UnknownDefect {
    /// The text.
    pub id: String,
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl FromStr for Defect {
    type Err = UnknownDefect;

    fn from_str(text: &str) -> Result<Self, UnknownDefect> {
        let found = Defect::ALL.iter().find(|defect| defect.id() == text);
        found.copied().ok_or_else(|| UnknownDefect { id: text.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn ids_are_unique_words_and_are_read_back() {
        let ids: BTreeSet<&str> = Defect::ALL.iter().map(|d| d.id()).collect();
        assert_eq!(ids.len(), Defect::ALL.len());
        assert!(ids.len() >= 60);
        for defect in Defect::ALL {
            let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(defect.id().chars().all(word), "{defect}");
            assert_eq!(defect.id().parse(), Ok(*defect));
            assert_eq!(serde_json::to_string(defect).unwrap(), format!("\"{defect}\""));
        }
        assert!("default-sign-off".parse::<Defect>().is_err());
    }

    #[test]
    fn each_says_what_it_is_once() {
        let told: BTreeSet<&str> = Defect::ALL.iter().map(|d| d.what()).collect();
        assert_eq!(told.len(), Defect::ALL.len());
        assert!(told.iter().all(|what| what.ends_with('.')));
    }
}
