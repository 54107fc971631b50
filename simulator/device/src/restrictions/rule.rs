//! Which of two values is the more restrictive: a rule for each key.

use profile::schema::{KeySchema, KeyType};
use serde::Serialize;

/// How the values of a key are merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum RestrictionRule {
    /// What is forbidden once is forbidden: false wins.
    FalseWins,
    /// What is demanded once is demanded: true wins.
    TrueWins,
    /// The least number wins.
    LeastWins,
    /// The least number above zero wins; zero sets no limit.
    LeastAboveZeroWins,
    /// The greatest number wins.
    GreatestWins,
    /// Only what every list has.
    Intersection,
    /// Whatever any list has.
    Union,
    /// Values have no order: the profile installed last wins.
    LastWins,
}

impl RestrictionRule {
    /// The rule of a key.
    ///
    /// Booleans go by the name: `allow…` and `safariAllow…` are permissions, everything else (`force…`, `require…`,
    /// `safariForceFraudWarning`) demands. The default does not decide: two permissions are off by default. Numbers go by
    /// their meaning in the schema: ratings and cookies permit more the higher they are, an update delay and a passcode's
    /// length bind more. `maxInactivity` and `maxPINAgeInDays` of 0 set no limit, a grace period of 0 is the shortest. Of
    /// lists of allowed apps what all of them allow remains, lists of blocked ones add up.
    pub(super) fn of(key: &KeySchema) -> Self {
        use RestrictionRule::*;
        match key.name.as_str() {
            "enforcedSoftwareUpdateDelay" | "minComplexChars" | "minLength" | "pinHistory" => GreatestWins,
            "ratingApps"
            | "ratingMovies"
            | "ratingTVShows"
            | "safariAcceptCookies"
            | "maxFailedAttempts"
            | "maxGracePeriod" => LeastWins,
            "maxInactivity" | "maxPINAgeInDays" => LeastAboveZeroWins,
            "allowListedAppBundleIDs"
            | "whitelistedAppBundleIDs"
            | "autonomousSingleAppModePermittedAppIDs" => Intersection,
            name => match key.kind {
                KeyType::Boolean if name.starts_with("allow") || name.starts_with("safariAllow") => FalseWins,
                KeyType::Boolean => TrueWins,
                KeyType::Array => Union,
                KeyType::Integer | KeyType::Real if name.starts_with("max") => LeastWins,
                KeyType::Integer | KeyType::Real if name.starts_with("min") => GreatestWins,
                _ => LastWins,
            },
        }
    }
}
