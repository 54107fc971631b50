//! Messages between a device and its servers, as values: HTTP, WBXML, ActiveSync.
#![warn(missing_docs)]
