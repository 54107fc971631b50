//! What an administrator's documents say, object by object, and what an e-mail policy needs of them.
//!
//! A [`Tenant`] is read from Graph documents ([`profile::graph`]); [`Tenant::resolve`] finds what one e-mail policy
//! links, for one user, and [`assignments`] says who gets a policy.

mod app;
mod assignment;
mod certificate;
mod email;
mod host;
mod objects;
mod outlook;
mod reach;
mod resolve;
mod supply;
#[cfg(test)]
mod tests;

pub use app::{APP_SETTINGS_MAX, AppConfiguration, AppSetting, AppValue, OUTLOOK_KEYS, OutlookKey};
pub use assignment::{
    AssignedUser, Assignment, AssignmentFilter, AssignmentTarget, Targeting, assignments, targeting,
};
pub use certificate::{CertificateProfile, CertificateProfileKind};
pub use email::EmailProfile;
pub(crate) use email::policy;
pub use objects::Tenant;
pub use resolve::{Addressee, Resolved};
pub use supply::{Supplied, Supply};
