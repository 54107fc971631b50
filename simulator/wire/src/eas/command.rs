//! Commands, protocol versions and content classes.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! commands {
    ($($name:ident = $code:literal,)*) => {
        /// An ActiveSync command; the discriminant is its code in the Base64 query (MS-ASHTTP section 2.2.1.1.1.1.2).
        #[allow(missing_docs, reason = "each variant is the command of its name in MS-ASCMD section 2.2.1")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Command { $($name = $code,)* }

        impl Command {
            /// Every command.
            pub const ALL: &[Command] = &[$(Command::$name,)*];

            /// Names the command as the `Cmd` parameter does.
            pub const fn name(self) -> &'static str {
                match self { $(Command::$name => stringify!($name),)* }
            }
        }
    };
}

commands! {
    Sync = 0,
    SendMail = 1,
    SmartForward = 2,
    SmartReply = 3,
    GetAttachment = 4,
    FolderSync = 9,
    FolderCreate = 10,
    FolderDelete = 11,
    FolderUpdate = 12,
    MoveItems = 13,
    GetItemEstimate = 14,
    MeetingResponse = 15,
    Search = 16,
    Settings = 17,
    Ping = 18,
    ItemOperations = 19,
    Provision = 20,
    ResolveRecipients = 21,
    ValidateCert = 22,
    Find = 23,
}

impl Command {
    /// Finds a command by its name, without case.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|command| command.name().eq_ignore_ascii_case(name))
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A protocol version, older ones first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ProtocolVersion {
    /// 12.1 (Exchange 2007 SP1).
    V12_1,
    /// 14.0 (Exchange 2010).
    V14_0,
    /// 14.1 (Exchange 2010 SP1).
    V14_1,
    /// 16.0 (Exchange 2016).
    V16_0,
    /// 16.1 (Exchange 2016, Exchange Online).
    V16_1,
}

impl ProtocolVersion {
    /// Every version that is known, oldest first.
    pub const ALL: [ProtocolVersion; 5] = [Self::V12_1, Self::V14_0, Self::V14_1, Self::V16_0, Self::V16_1];

    /// Names the version as headers do.
    pub const fn name(self) -> &'static str {
        match self {
            Self::V12_1 => "12.1",
            Self::V14_0 => "14.0",
            Self::V14_1 => "14.1",
            Self::V16_0 => "16.0",
            Self::V16_1 => "16.1",
        }
    }

    /// Finds a version by its name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|version| version.name() == name)
    }
}

impl fmt::Display for ProtocolVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The class of a collection's content (MS-ASCMD section 2.2.3.27.6).
#[allow(missing_docs, reason = "each variant is the class of its name")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Class {
    Email,
    Contacts,
    Calendar,
    Tasks,
    Notes,
    Sms,
}

impl Class {
    /// Every class.
    pub const ALL: [Class; 6] =
        [Self::Email, Self::Contacts, Self::Calendar, Self::Tasks, Self::Notes, Self::Sms];

    /// Names the class as the protocol does.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Email => "Email",
            Self::Contacts => "Contacts",
            Self::Calendar => "Calendar",
            Self::Tasks => "Tasks",
            Self::Notes => "Notes",
            Self::Sms => "SMS",
        }
    }

    /// Finds a class by its name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_to_their_values() {
        for command in Command::ALL {
            assert_eq!(Command::named(command.name()), Some(*command));
        }
        for version in ProtocolVersion::ALL {
            assert_eq!(ProtocolVersion::named(version.name()), Some(version));
        }
        for class in Class::ALL {
            assert_eq!(Class::named(class.name()), Some(class));
        }
        assert_eq!(Command::Find as u8, 23);
        assert!(ProtocolVersion::V16_1 > ProtocolVersion::V14_1);
    }
}
