//! The passcode rules in force: those of com.apple.mobiledevice.passwordpolicy of all profiles, merged. The phone's
//! passcode itself is not simulated.

use crate::Device;
use serde::Serialize;

/// The effective passcode policy. What no profile says has the default of Apple's schema.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PasscodePolicy {
    /// A passcode must be set (`forcePIN`).
    pub required: bool,
    /// Repeating and ascending characters will do (`allowSimple`).
    pub simple_allowed: bool,
    /// Letters are demanded as well (`requireAlphanumeric`).
    pub alphanumeric: bool,
    /// `minLength`.
    pub min_length: i64,
    /// `minComplexChars`.
    pub min_complex_characters: i64,
    /// `maxFailedAttempts`; 11 sets no limit.
    pub max_failed_attempts: i64,
    /// `maxInactivity`, if limited.
    pub max_inactivity_minutes: Option<i64>,
    /// `maxPINAgeInDays`, if limited.
    pub max_age_days: Option<i64>,
    /// `pinHistory`, if any.
    pub history: Option<i64>,
    /// `maxGracePeriod`, if said.
    pub max_grace_period_minutes: Option<i64>,
}

impl Device {
    /// The passcode rules in force.
    pub fn passcode_policy(&self) -> PasscodePolicy {
        let merged = self.restrictions();
        let limit = |key| merged.integer(key).filter(|n| *n > 0);
        PasscodePolicy {
            required: merged.is_true("forcePIN"),
            simple_allowed: !merged.is_false("allowSimple"),
            alphanumeric: merged.is_true("requireAlphanumeric"),
            min_length: merged.integer("minLength").unwrap_or(0),
            min_complex_characters: merged.integer("minComplexChars").unwrap_or(0),
            max_failed_attempts: merged.integer("maxFailedAttempts").unwrap_or(11),
            max_inactivity_minutes: limit("maxInactivity"),
            max_age_days: limit("maxPINAgeInDays"),
            history: limit("pinHistory"),
            max_grace_period_minutes: merged.integer("maxGracePeriod"),
        }
    }
}
