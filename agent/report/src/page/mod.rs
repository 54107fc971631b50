//! Reports as one page for a browser.
//!
//! A page is one file: no script, no font, no picture comes from elsewhere, and its content security policy says so.
//! All languages stand in it; which one is read is a choice of buttons that the style sheet follows, so that a page reads
//! and switches without scripts. Everything that is not this crate's own text is escaped by the one function that writes
//! text ([`Sheet::text`]), with control and direction characters made visible.
//!
//! [`Sheet`] writes elements, [`framed`] puts the head, the choice of language and the style around them; tables and
//! tiles are in `tables`, verdicts and observations have their own, and `trial`, `verification`, `findings` and `run` make
//! whole pages. The page of a run has one script, for its filter, which the policy knows by its digest; without it the
//! page shows everything.

mod findings;
mod frame;
mod observations;
mod phone;
mod run;
mod sheet;
mod tables;
mod trial;
mod verdicts;
mod verification;

pub use findings::{Found, found, lint_page};
pub use frame::{Dress, Script, dressed, framed};
pub use observations::{cited, observations};
pub use run::{Durations, KnownRequirement, RunPage, run_page};
pub use sheet::{Sheet, Tongues};
pub use tables::{count_tile, fact, section, table, tile};
pub use trial::trial_page;
pub use verdicts::{outcome_key, outcome_tone, verdicts};
pub use verification::verification_page;
