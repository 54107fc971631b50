//! Element names as code page and token.

use super::codepages::{CODE_PAGES, CodePage};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The code pages by name; the discriminant is the page number.
#[allow(missing_docs, reason = "each variant is the namespace of its name in MS-ASWBXML section 2.1.2.1")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Page {
    AirSync = 0,
    Contacts = 1,
    Email = 2,
    AirNotify = 3,
    Calendar = 4,
    Move = 5,
    GetItemEstimate = 6,
    FolderHierarchy = 7,
    MeetingResponse = 8,
    Tasks = 9,
    ResolveRecipients = 10,
    ValidateCert = 11,
    Contacts2 = 12,
    Ping = 13,
    Provision = 14,
    Search = 15,
    Gal = 16,
    AirSyncBase = 17,
    Settings = 18,
    DocumentLibrary = 19,
    ItemOperations = 20,
    ComposeMail = 21,
    Email2 = 22,
    Notes = 23,
    RightsManagement = 24,
    Find = 25,
}

/// The name of an element: a token on a code page, known or not.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Tag {
    page: u8,
    token: u8,
}

impl Tag {
    /// The smallest token that names an element; those below are global.
    pub const FIRST_TOKEN: u8 = 0x05;
    /// The largest token that names an element.
    pub const LAST_TOKEN: u8 = 0x3f;

    /// Makes the tag of a token, known or not; `None` outside 0x05 to 0x3F.
    pub const fn new(page: u8, token: u8) -> Option<Self> {
        if token < Self::FIRST_TOKEN || token > Self::LAST_TOKEN {
            return None;
        }
        Some(Self { page, token })
    }

    /// Finds the tag of a name on a page; names are case-sensitive, retired ones are found too.
    pub const fn find(page: Page, name: &str) -> Option<Self> {
        // `while` and indexing because the function is const; both indexes stay below their lengths.
        let code_page = &CODE_PAGES[page as usize];
        let lists: [&[(u8, &str)]; 2] = [code_page.current, code_page.legacy];
        let mut list = 0;
        while list < lists.len() {
            let mut i = 0;
            while i < lists[list].len() {
                if same(lists[list][i].1, name) {
                    return Some(Self { page: page as u8, token: lists[list][i].0 });
                }
                i += 1;
            }
            list += 1;
        }
        None
    }

    /// The tag of a name that is in the table, for constants: a wrong name does not compile there.
    pub(crate) const fn known(page: Page, name: &str) -> Self {
        match Self::find(page, name) {
            Some(tag) => tag,
            None => panic!("the code page has no such tag"),
        }
    }

    /// Walks every tag of the tables, page by page; `true` for those of the current protocol.
    pub fn all() -> impl Iterator<Item = (Tag, bool)> {
        CODE_PAGES.iter().zip(0u8..).flat_map(|(page, number)| {
            let tags = |list: &'static [(u8, &'static str)], current: bool| {
                list.iter().map(move |(token, _)| (Tag { page: number, token: *token }, current))
            };
            tags(page.current, true).chain(tags(page.legacy, false))
        })
    }

    /// The number of the code page.
    pub const fn page(self) -> u8 {
        self.page
    }

    /// The token, without content and attribute bits.
    pub const fn token(self) -> u8 {
        self.token
    }

    /// The name of the element, if the tables know it.
    pub fn name(self) -> Option<&'static str> {
        let CodePage { current, legacy, .. } = CODE_PAGES.get(usize::from(self.page))?;
        current.iter().chain(*legacy).find(|(token, _)| *token == self.token).map(|(_, name)| *name)
    }

    /// The namespace of the page, if the tables know it.
    pub fn namespace(self) -> Option<&'static str> {
        CODE_PAGES.get(usize::from(self.page)).map(|page| page.namespace)
    }
}

const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.namespace(), self.name()) {
            (Some(namespace), Some(name)) => write!(f, "{namespace}:{name}"),
            (Some(namespace), None) => write!(f, "{namespace}:0x{:02X}", self.token),
            _ => write!(f, "page {}:0x{:02X}", self.page, self.token),
        }
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
