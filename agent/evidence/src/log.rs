//! The log of observations: append-only, numbered, bounded.

use crate::{Fact, Observation, ObservationId, RawReference};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The most observations in one log.
pub const MAX_OBSERVATIONS: usize = 1_000_000;

/// Why an observation was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum LogError {
    /// The log is at its bound.
    #[error("the log holds {MAX_OBSERVATIONS} observations and takes no more")]
    Full,
}

/// Observations in the order in which they were made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Log {
    observations: Vec<Observation>,
}

impl Log {
    /// Appends what was seen and gives its name.
    ///
    /// # Errors
    /// [`LogError::Full`].
    pub fn append(&mut self, at_ms: i64, source: &str, fact: Fact) -> Result<ObservationId, LogError> {
        self.append_from(at_ms, source, fact, None)
    }

    /// Appends what was read from kept bytes and gives its name.
    ///
    /// # Errors
    /// [`LogError::Full`].
    pub fn append_from(
        &mut self,
        at_ms: i64,
        source: &str,
        fact: Fact,
        raw: Option<RawReference>,
    ) -> Result<ObservationId, LogError> {
        if self.observations.len() >= MAX_OBSERVATIONS {
            return Err(LogError::Full);
        }
        let id = ObservationId(self.observations.len() as u64 + 1);
        self.observations.push(Observation { id, at_ms, source: source.to_owned(), raw, fact });
        Ok(id)
    }

    /// Every observation, oldest first.
    pub fn observations(&self) -> &[Observation] {
        &self.observations
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn observations_are_numbered_from_one() {
        let mut log = Log::default();
        let fact = || Fact::Installed { identifier: "a".into() };
        assert_eq!(log.append(0, "t", fact()), Ok(ObservationId(1)));
        assert_eq!(log.append(0, "t", fact()), Ok(ObservationId(2)));
    }

    #[test]
    fn the_bound_holds() {
        let one = Observation {
            id: ObservationId(1),
            at_ms: 0,
            source: String::new(),
            raw: None,
            fact: Fact::Installed { identifier: String::new() },
        };
        let mut log = Log { observations: vec![one; MAX_OBSERVATIONS - 1] };
        let fact = || Fact::Installed { identifier: String::new() };
        assert!(log.append(0, "t", fact()).is_ok());
        assert_eq!(log.append(0, "t", fact()), Err(LogError::Full));
    }
}
