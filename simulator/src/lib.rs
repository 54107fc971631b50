//! The shell around device and peers: virtual clock, transports, the embedded world.
