//! What readers of one layer have in common: what carries it, what is held, compressed layers around it.

use super::carrier::{Carrier, Receiver};
use super::expand::EXPANDING;
use super::feed::Feed;
use crate::cms::{self, Decompressor};
use crate::message::{LAYERS_MAX, SmimeError};

/// A layer that is read, behind its carrier.
pub(super) trait Layer: Receiver {
    /// The caller's buffer, while octets are fed.
    fn held(&mut self) -> &mut Vec<u8>;
    /// What the octets of the CMS message pass.
    fn feed(&mut self) -> &mut Feed;
    /// Chooses the engine by the first octets of the CMS message, and passes them on.
    ///
    /// # Errors
    ///
    /// Those of the engine, and too many layers.
    fn choose(&mut self, first: &[u8]) -> Result<(), SmimeError>;
    /// Passes octets to the engine that was chosen.
    ///
    /// # Errors
    ///
    /// Those of the engine.
    fn pass(&mut self, octets: &[u8]) -> Result<(), SmimeError>;
    /// How many octets of the message to read next, as [`Expander::piece_max`](super::expand::Expander::piece_max) has it.
    fn piece_max(&self) -> usize;
    /// Whether an engine is wanted for a message of no octets.
    fn wants_nothing(&self) -> bool {
        false
    }

    /// Takes octets of the CMS message.
    fn take(&mut self, octets: &[u8]) -> Result<(), SmimeError> {
        if !self.feed().waits() {
            return self.pass(octets);
        }
        match self.feed().begin(octets, false) {
            Some(first) => self.choose(&first),
            None => Ok(()),
        }
    }
}

/// A layer in what carries it.
pub(super) struct Carried<L> {
    pub(super) carrier: Carrier,
    pub(super) layer: L,
}

impl<L: Layer> Carried<L> {
    pub(super) fn new(layer: L) -> Carried<L> {
        Carried { carrier: Carrier::new(), layer }
    }

    /// Feeds octets and appends content, to be held.
    pub(super) fn update(&mut self, input: &[u8], held: &mut Vec<u8>) -> Result<(), SmimeError> {
        std::mem::swap(self.layer.held(), held);
        let result = self.carrier.update(input, &mut self.layer);
        std::mem::swap(self.layer.held(), held);
        result
    }

    /// Ends what carries the layer and appends what that still gave.
    pub(super) fn end(&mut self, held: &mut Vec<u8>) -> Result<(), SmimeError> {
        std::mem::swap(self.layer.held(), held);
        let result = self.carrier.finish(&mut self.layer).and_then(|()| {
            let first = self.layer.feed().begin(&[], true);
            match first.filter(|first| !first.is_empty() || self.layer.wants_nothing()) {
                Some(first) => self.layer.choose(&first),
                None => Ok(()),
            }
        });
        std::mem::swap(self.layer.held(), held);
        result
    }
}

/// A compressed layer around another.
pub(super) struct Compressed<L> {
    decompressor: Box<Decompressor>,
    inner: Box<Carried<L>>,
}

impl<L: Layer> Compressed<L> {
    /// Starts a layer with so many compressed layers around; `inner` makes what is inside, at its depth.
    ///
    /// # Errors
    ///
    /// [`SmimeError::TooManyLayers`].
    pub(super) fn new(around: usize, inner: impl FnOnce(usize) -> L) -> Result<Compressed<L>, SmimeError> {
        let depth = around + 1;
        if depth > LAYERS_MAX {
            return Err(SmimeError::TooManyLayers { limit: LAYERS_MAX });
        }
        let decompressor = Box::new(Decompressor::new(cms::DECOMPRESSED_MAX));
        Ok(Compressed { decompressor, inner: Box::new(Carried::new(inner(depth))) })
    }

    pub(super) fn update(
        &mut self,
        feed: &mut Feed,
        octets: &[u8],
        held: &mut Vec<u8>,
    ) -> Result<(), SmimeError> {
        let mut content = Vec::new();
        for octets in octets.chunks(EXPANDING) {
            content.clear();
            let result = feed.feed(octets, |octets| self.decompressor.update(octets, &mut content));
            self.inner.update(&content, held).map_err(SmimeError::inside_compressed)?;
            result?;
        }
        Ok(())
    }

    /// Ends the layer; `end` ends what was inside.
    pub(super) fn finish<T>(
        self,
        end: impl FnOnce(Carried<L>) -> Result<T, SmimeError>,
    ) -> Result<T, SmimeError> {
        self.decompressor.finish()?;
        end(*self.inner).map_err(SmimeError::inside_compressed)
    }
}
