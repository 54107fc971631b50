//! Sync: the content of collections (MS-ASCMD section 2.2.1.21).

mod request;
mod response;
#[cfg(test)]
mod tests;

pub use request::{ClientCommand, FilterType, MimeSupport, SyncCollection, SyncOptions, SyncRequest};
pub use response::{CollectionResponse, ItemResponse, ServerCommand, SyncResponse};

/// The key of a first synchronisation.
pub const FIRST_KEY: &str = "0";
/// The most items in one direction and collection that a client may ask for (MS-ASCMD, WindowSize).
pub const WINDOW: u16 = 512;
/// The window of a request that names none.
pub const DEFAULT_WINDOW: u16 = 100;
