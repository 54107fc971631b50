//! Status codes and their names.

use super::Command;
use serde::{Deserialize, Serialize};

/// A status code of any command; codes from 101 mean the same in all (MS-ASCMD section 2.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Status(pub u16);

macro_rules! constants {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
        impl Status { $($(#[$doc])* pub const $name: Status = Status($code);)* }
    };
}

constants! {
    /// Done; only MoveItems says 3 instead.
    SUCCESS = 1,
    /// The device id is missing or malformed.
    DEVICE_ID_MISSING_OR_INVALID = 108,
    /// The server failed; do not repeat.
    SERVER_ERROR = 110,
    /// The server failed; repeat later.
    SERVER_ERROR_RETRY_LATER = 111,
    /// The body is not well-formed WBXML.
    INVALID_WBXML = 102,
    /// The document lacks what its schema requires.
    INVALID_XML = 103,
    /// The MIME content cannot be read.
    INVALID_MIME = 107,
    /// A message with this ClientId was sent before.
    MESSAGE_PREVIOUSLY_SENT = 118,
    /// The message names no recipient.
    MESSAGE_HAS_NO_RECIPIENT = 119,
    /// The message could not be handed over.
    MAIL_SUBMISSION_FAILED = 120,
    /// The user is not allowed to use the protocol.
    USER_DISABLED_FOR_SYNC = 126,
    /// The device is blocked for the user.
    DEVICE_IS_BLOCKED_FOR_THIS_USER = 129,
    /// Wipe the device.
    REMOTE_WIPE_REQUESTED = 140,
    /// The device sent no policy key and is not provisioned.
    DEVICE_NOT_PROVISIONED = 142,
    /// The policy changed; provision again.
    POLICY_REFRESH = 143,
    /// The policy key is not the current one.
    INVALID_POLICY_KEY = 144,
}

impl Status {
    /// Says whether the code means success for a command.
    pub fn is_success(self, command: Command) -> bool {
        match command {
            Command::MoveItems => self.0 == 3,
            _ => self.0 == 1,
        }
    }

    /// Says whether the code asks for provisioning (MS-ASPROV section 3.1.5.2).
    pub fn needs_provisioning(self) -> bool {
        matches!(self.0, 142..=144)
    }

    /// Names a code from 101, in the words of MS-ASCMD section 2.2.2.
    pub fn common_name(self) -> Option<&'static str> {
        COMMON.iter().find(|(code, _)| *code == self.0).map(|(_, name)| *name)
    }

    /// Names a code as the command means it (MS-ASCMD section 2.2.3.177, MS-ASPROV for Provision).
    pub fn name(self, command: Command) -> Option<&'static str> {
        let own: &[(u16, &'static str)] = match command {
            Command::FolderSync => FOLDER_SYNC,
            Command::Sync => SYNC,
            Command::MoveItems => MOVE_ITEMS,
            Command::Provision => PROVISION,
            Command::ResolveRecipients => RESOLVE_RECIPIENTS,
            Command::Settings => SETTINGS,
            _ => &[(1, "Success")],
        };
        own.iter().find(|(code, _)| *code == self.0).map(|(_, name)| *name).or_else(|| self.common_name())
    }
}

const FOLDER_SYNC: &[(u16, &str)] = &[
    (1, "Success"),
    (6, "ServerError"),
    (9, "SyncKeyMismatch"),
    (10, "IncorrectFormat"),
    (11, "UnknownError"),
    (12, "UnknownCode"),
];

const SYNC: &[(u16, &str)] = &[
    (1, "Success"),
    (3, "InvalidSyncKey"),
    (4, "ProtocolError"),
    (5, "ServerError"),
    (6, "ConversionError"),
    (7, "Conflict"),
    (8, "ObjectNotFound"),
    (9, "MailboxFull"),
    (12, "FolderHierarchyChanged"),
    (13, "IncompleteRequest"),
    (14, "InvalidWaitTime"),
    (15, "TooManyCollections"),
    (16, "Retry"),
];

const MOVE_ITEMS: &[(u16, &str)] = &[
    (1, "InvalidSource"),
    (2, "InvalidDestination"),
    (3, "Success"),
    (4, "SameSourceAndDestination"),
    (5, "ServerFailure"),
    (7, "Locked"),
];

const PROVISION: &[(u16, &str)] = &[
    (1, "Success"),
    (2, "ProtocolError"),
    (3, "ServerError"),
    (4, "PolicyCorrupted"),
    (5, "WrongPolicyKey"),
];

const RESOLVE_RECIPIENTS: &[(u16, &str)] = &[
    (1, "Success"),
    (2, "AmbiguousNamesSuggested"),
    (3, "AmbiguousNamesPartlySuggested"),
    (4, "NotResolved"),
    (5, "ProtocolError"),
    (6, "ServerError"),
    (7, "NoValidCertificate"),
    (8, "CertificateLimitReached"),
];

const SETTINGS: &[(u16, &str)] = &[
    (1, "Success"),
    (2, "ProtocolError"),
    (3, "AccessDenied"),
    (4, "ServerUnavailable"),
    (5, "InvalidArguments"),
    (6, "ConflictingArguments"),
    (7, "DeniedByPolicy"),
];

const COMMON: &[(u16, &str)] = &[
    (101, "InvalidContent"),
    (102, "InvalidWBXML"),
    (103, "InvalidXML"),
    (104, "InvalidDateTime"),
    (105, "InvalidCombinationOfIDs"),
    (106, "InvalidIDs"),
    (107, "InvalidMIME"),
    (108, "DeviceIdMissingOrInvalid"),
    (109, "DeviceTypeMissingOrInvalid"),
    (110, "ServerError"),
    (111, "ServerErrorRetryLater"),
    (112, "ActiveDirectoryAccessDenied"),
    (113, "MailboxQuotaExceeded"),
    (114, "MailboxServerOffline"),
    (115, "SendQuotaExceeded"),
    (116, "MessageRecipientUnresolved"),
    (117, "MessageReplyNotAllowed"),
    (118, "MessagePreviouslySent"),
    (119, "MessageHasNoRecipient"),
    (120, "MailSubmissionFailed"),
    (121, "MessageReplyFailed"),
    (122, "AttachmentIsTooLarge"),
    (123, "UserHasNoMailbox"),
    (124, "UserCannotBeAnonymous"),
    (125, "UserPrincipalCouldNotBeFound"),
    (126, "UserDisabledForSync"),
    (127, "UserOnNewMailboxCannotSync"),
    (128, "UserOnLegacyMailboxCannotSync"),
    (129, "DeviceIsBlockedForThisUser"),
    (130, "AccessDenied"),
    (131, "AccountDisabled"),
    (132, "SyncStateNotFound"),
    (133, "SyncStateLocked"),
    (134, "SyncStateCorrupt"),
    (135, "SyncStateAlreadyExists"),
    (136, "SyncStateVersionInvalid"),
    (137, "CommandNotSupported"),
    (138, "VersionNotSupported"),
    (139, "DeviceNotFullyProvisionable"),
    (140, "RemoteWipeRequested"),
    (141, "LegacyDeviceOnStrictPolicy"),
    (142, "DeviceNotProvisioned"),
    (143, "PolicyRefresh"),
    (144, "InvalidPolicyKey"),
    (145, "ExternallyManagedDevicesNotAllowed"),
    (146, "NoRecurrenceInCalendar"),
    (147, "UnexpectedItemClass"),
    (148, "RemoteServerHasNoSSL"),
    (149, "InvalidStoredRequest"),
    (150, "ItemNotFound"),
    (151, "TooManyFolders"),
    (152, "NoFoldersFound"),
    (153, "ItemsLostAfterMove"),
    (154, "FailureInMoveOperation"),
    (155, "MoveCommandDisallowedForNonPersistentMoveAction"),
    (156, "MoveCommandInvalidDestinationFolder"),
    (160, "AvailabilityTooManyRecipients"),
    (161, "AvailabilityDLLimitReached"),
    (162, "AvailabilityTransientFailure"),
    (163, "AvailabilityFailure"),
    (164, "BodyPartPreferenceTypeNotSupported"),
    (165, "DeviceInformationRequired"),
    (166, "InvalidAccountId"),
    (167, "AccountSendDisabled"),
    (168, "IRM_FeatureDisabled"),
    (169, "IRM_TransientError"),
    (170, "IRM_PermanentError"),
    (171, "IRM_InvalidTemplateID"),
    (172, "IRM_OperationNotPermitted"),
    (173, "NoPicture"),
    (174, "PictureTooLarge"),
    (175, "PictureLimitReached"),
    (176, "BodyPart_ConversationTooLarge"),
    (177, "MaximumDevicesReached"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_named_by_its_command_first() {
        assert_eq!(Status(3).name(Command::MoveItems), Some("Success"));
        assert!(Status(3).is_success(Command::MoveItems) && !Status(1).is_success(Command::MoveItems));
        assert_eq!(Status(3).name(Command::Sync), Some("InvalidSyncKey"));
        assert_eq!(Status::MESSAGE_PREVIOUSLY_SENT.name(Command::SendMail), Some("MessagePreviouslySent"));
        assert_eq!(Status(9999).name(Command::Sync), None);
        assert!(COMMON.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
