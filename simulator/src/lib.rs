//! The shell around device and peers: the embedded world of one phone, with virtual time and a direct transport.

mod keys;
mod transport;
mod world;

pub use keys::{WorldKey, world_keys};
pub use world::{Colleague, Delivery, Owner, World, WorldError, WorldOptions};
