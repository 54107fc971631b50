//! The tags that the commands use, as constants; a name that the code pages lack does not compile.

macro_rules! pages {
    ($($(#[$doc:meta])* $module:ident = $page:ident { $($constant:ident $name:literal,)* })*) => { $(
        $(#[$doc])*
        pub mod $module {
            use crate::wbxml::{Page, Tag};
            $(
                #[doc = concat!("`", stringify!($page), ":", $name, "`.")]
                pub const $constant: Tag = Tag::known(Page::$page, $name);
            )*
        }
    )* };
}

pages! {
    /// Page 0.
    airsync = AirSync {
        SYNC "Sync",
        RESPONSES "Responses",
        ADD "Add",
        CHANGE "Change",
        DELETE "Delete",
        FETCH "Fetch",
        SYNC_KEY "SyncKey",
        CLIENT_ID "ClientId",
        SERVER_ID "ServerId",
        STATUS "Status",
        COLLECTION "Collection",
        CLASS "Class",
        COLLECTION_ID "CollectionId",
        GET_CHANGES "GetChanges",
        MORE_AVAILABLE "MoreAvailable",
        WINDOW_SIZE "WindowSize",
        COMMANDS "Commands",
        OPTIONS "Options",
        FILTER_TYPE "FilterType",
        CONFLICT "Conflict",
        COLLECTIONS "Collections",
        APPLICATION_DATA "ApplicationData",
        DELETES_AS_MOVES "DeletesAsMoves",
        SOFT_DELETE "SoftDelete",
        MIME_SUPPORT "MIMESupport",
        MIME_TRUNCATION "MIMETruncation",
        WAIT "Wait",
        LIMIT "Limit",
        PARTIAL "Partial",
        MAX_ITEMS "MaxItems",
        HEARTBEAT_INTERVAL "HeartbeatInterval",
    }
    /// Page 1.
    contacts = Contacts {
        EMAIL1_ADDRESS "Email1Address",
        FILE_AS "FileAs",
        FIRST_NAME "FirstName",
        LAST_NAME "LastName",
    }
    /// Page 2.
    email = Email {
        DATE_RECEIVED "DateReceived",
        DISPLAY_TO "DisplayTo",
        IMPORTANCE "Importance",
        MESSAGE_CLASS "MessageClass",
        SUBJECT "Subject",
        READ "Read",
        TO "To",
        CC "Cc",
        FROM "From",
        REPLY_TO "ReplyTo",
        THREAD_TOPIC "ThreadTopic",
        INTERNET_CPID "InternetCPID",
        CONTENT_CLASS "ContentClass",
    }
    /// Page 4.
    calendar = Calendar {
        START_TIME "StartTime",
        END_TIME "EndTime",
        SUBJECT "Subject",
        UID "UID",
        DT_STAMP "DtStamp",
        ALL_DAY_EVENT "AllDayEvent",
    }
    /// Page 5.
    moving = Move {
        MOVE_ITEMS "MoveItems",
        MOVE "Move",
        SRC_MSG_ID "SrcMsgId",
        SRC_FLD_ID "SrcFldId",
        DST_FLD_ID "DstFldId",
        RESPONSE "Response",
        STATUS "Status",
        DST_MSG_ID "DstMsgId",
    }
    /// Page 7.
    folder_hierarchy = FolderHierarchy {
        DISPLAY_NAME "DisplayName",
        SERVER_ID "ServerId",
        PARENT_ID "ParentId",
        TYPE "Type",
        STATUS "Status",
        CHANGES "Changes",
        ADD "Add",
        DELETE "Delete",
        UPDATE "Update",
        SYNC_KEY "SyncKey",
        FOLDER_SYNC "FolderSync",
        COUNT "Count",
    }
    /// Page 9.
    tasks = Tasks {
        SUBJECT "Subject",
        COMPLETE "Complete",
        IMPORTANCE "Importance",
        DUE_DATE "DueDate",
        UTC_DUE_DATE "UtcDueDate",
        START_DATE "StartDate",
        UTC_START_DATE "UtcStartDate",
    }
    /// Page 10.
    resolving = ResolveRecipients {
        RESOLVE_RECIPIENTS "ResolveRecipients",
        RESPONSE "Response",
        STATUS "Status",
        TYPE "Type",
        RECIPIENT "Recipient",
        DISPLAY_NAME "DisplayName",
        EMAIL_ADDRESS "EmailAddress",
        CERTIFICATES "Certificates",
        CERTIFICATE "Certificate",
        MINI_CERTIFICATE "MiniCertificate",
        OPTIONS "Options",
        TO "To",
        CERTIFICATE_RETRIEVAL "CertificateRetrieval",
        RECIPIENT_COUNT "RecipientCount",
        MAX_CERTIFICATES "MaxCertificates",
        MAX_AMBIGUOUS_RECIPIENTS "MaxAmbiguousRecipients",
        CERTIFICATE_COUNT "CertificateCount",
    }
    /// Page 14.
    provisioning = Provision {
        PROVISION "Provision",
        POLICIES "Policies",
        POLICY "Policy",
        POLICY_TYPE "PolicyType",
        POLICY_KEY "PolicyKey",
        DATA "Data",
        STATUS "Status",
        REMOTE_WIPE "RemoteWipe",
        ACCOUNT_ONLY_REMOTE_WIPE "AccountOnlyRemoteWipe",
        EAS_PROVISION_DOC "EASProvisionDoc",
        DEVICE_PASSWORD_ENABLED "DevicePasswordEnabled",
        ALPHANUMERIC_DEVICE_PASSWORD_REQUIRED "AlphanumericDevicePasswordRequired",
        PASSWORD_RECOVERY_ENABLED "PasswordRecoveryEnabled",
        ATTACHMENTS_ENABLED "AttachmentsEnabled",
        MIN_DEVICE_PASSWORD_LENGTH "MinDevicePasswordLength",
        MAX_INACTIVITY_TIME_DEVICE_LOCK "MaxInactivityTimeDeviceLock",
        MAX_DEVICE_PASSWORD_FAILED_ATTEMPTS "MaxDevicePasswordFailedAttempts",
        ALLOW_SIMPLE_DEVICE_PASSWORD "AllowSimpleDevicePassword",
        DEVICE_PASSWORD_EXPIRATION "DevicePasswordExpiration",
        DEVICE_PASSWORD_HISTORY "DevicePasswordHistory",
        ALLOW_CAMERA "AllowCamera",
        MIN_DEVICE_PASSWORD_COMPLEX_CHARACTERS "MinDevicePasswordComplexCharacters",
        REQUIRE_MANUAL_SYNC_WHEN_ROAMING "RequireManualSyncWhenRoaming",
        MAX_CALENDAR_AGE_FILTER "MaxCalendarAgeFilter",
        MAX_EMAIL_AGE_FILTER "MaxEmailAgeFilter",
        REQUIRE_SIGNED_SMIME_MESSAGES "RequireSignedSMIMEMessages",
        REQUIRE_ENCRYPTED_SMIME_MESSAGES "RequireEncryptedSMIMEMessages",
        REQUIRE_SIGNED_SMIME_ALGORITHM "RequireSignedSMIMEAlgorithm",
        REQUIRE_ENCRYPTION_SMIME_ALGORITHM "RequireEncryptionSMIMEAlgorithm",
        ALLOW_SMIME_ENCRYPTION_ALGORITHM_NEGOTIATION "AllowSMIMEEncryptionAlgorithmNegotiation",
        ALLOW_SMIME_SOFT_CERTS "AllowSMIMESoftCerts",
        ALLOW_BROWSER "AllowBrowser",
    }
    /// Page 17.
    base = AirSyncBase {
        BODY_PREFERENCE "BodyPreference",
        TYPE "Type",
        TRUNCATION_SIZE "TruncationSize",
        ALL_OR_NONE "AllOrNone",
        BODY "Body",
        DATA "Data",
        ESTIMATED_DATA_SIZE "EstimatedDataSize",
        TRUNCATED "Truncated",
        ATTACHMENTS "Attachments",
        ATTACHMENT "Attachment",
        DISPLAY_NAME "DisplayName",
        FILE_REFERENCE "FileReference",
        METHOD "Method",
        NATIVE_BODY_TYPE "NativeBodyType",
        CONTENT_TYPE "ContentType",
        PREVIEW "Preview",
    }
    /// Page 18.
    setting = Settings {
        SETTINGS "Settings",
        STATUS "Status",
        GET "Get",
        SET "Set",
        DEVICE_INFORMATION "DeviceInformation",
        MODEL "Model",
        IMEI "IMEI",
        FRIENDLY_NAME "FriendlyName",
        OS "OS",
        OS_LANGUAGE "OSLanguage",
        PHONE_NUMBER "PhoneNumber",
        USER_AGENT "UserAgent",
        ENABLE_OUTBOUND_SMS "EnableOutboundSMS",
        MOBILE_OPERATOR "MobileOperator",
        USER_INFORMATION "UserInformation",
        EMAIL_ADDRESSES "EmailAddresses",
        SMTP_ADDRESS "SMTPAddress",
        PRIMARY_SMTP_ADDRESS "PrimarySmtpAddress",
        ACCOUNTS "Accounts",
        ACCOUNT "Account",
        ACCOUNT_ID "AccountId",
        ACCOUNT_NAME "AccountName",
        USER_DISPLAY_NAME "UserDisplayName",
        SEND_DISABLED "SendDisabled",
    }
    /// Page 21.
    compose = ComposeMail {
        SEND_MAIL "SendMail",
        SAVE_IN_SENT_ITEMS "SaveInSentItems",
        MIME "Mime",
        CLIENT_ID "ClientId",
        STATUS "Status",
        ACCOUNT_ID "AccountId",
    }
    /// Page 23.
    notes = Notes {
        SUBJECT "Subject",
        MESSAGE_CLASS "MessageClass",
        LAST_MODIFIED_DATE "LastModifiedDate",
    }
}
