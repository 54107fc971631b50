//! `handset diff`: what the user of a phone will notice when one profile replaces another, and which keys changed.
//!
//! What each profile asks of the phone comes from `intent`, which knows no device; whether the phone takes the new
//! profile at all is tried on a simulated one. What the difference between two expectations means for the user is said
//! here. The words of severity: `info`, the user can see it and loses nothing; `warning`, the user is asked for
//! something, or something is taken away or leaves the phone; `error`, the update does not take effect, or mail can no
//! longer be read.

mod account;
mod human;
mod identity;
mod keys;
mod notice;
mod pairing;
mod restriction;
mod side;
mod update;
mod whole;

use super::arguments::{DiffArguments, Form};
use super::output;
use crate::exit::Failure;
use keys::ChangedKey;
use notice::{Notice, Notices};
use serde::Serialize;
use side::Side;

/// The version of the JSON contract (fixtures/schema/diff.schema.json). It grows by addition only.
const SCHEMA_VERSION: u32 = 1;

/// The answer.
#[derive(Debug, Serialize)]
struct Difference {
    schema_version: u32,
    old: Named,
    new: Named,
    device: DeviceKind,
    /// `in-place` when the new profile replaces the old one, `side-by-side` when both stay.
    update: Update,
    notices: Vec<Notice>,
    changed_keys: Vec<ChangedKey>,
    exit: u8,
}

/// A profile.
#[derive(Debug, Serialize)]
struct Named {
    file: String,
    identifier: Option<String>,
    uuid: Option<String>,
    display_name: Option<String>,
}

/// The kind of phone that is spoken of.
#[derive(Debug, Serialize)]
struct DeviceKind {
    ios: String,
    supervised: bool,
}

/// What becomes of the old profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Update {
    InPlace,
    SideBySide,
}

/// Runs the command.
///
/// # Errors
/// A file that is no readable profile; a simulated phone that cannot be made.
pub(super) fn run(arguments: &DiffArguments) -> Result<u8, Failure> {
    let cx = super::credentials::context(Some(arguments.clock));
    let old = Side::read(&arguments.old, arguments, &cx)?;
    let new = Side::read(&arguments.new, arguments, &cx)?;
    let changed_keys = keys::changed(&cx, &old, &new);
    let update = if old.profile.identifier() == new.profile.identifier() {
        Update::InPlace
    } else {
        Update::SideBySide
    };
    let mut notices = Notices::default();
    if !changed_keys.is_empty() || old.signer != new.signer || old.holds != new.holds {
        let fate = update::try_on_a_phone(&old, &new, arguments)?;
        update::notices(&mut notices, &old, &new, update, &fate);
        if fate.settles() {
            whole::notices(&mut notices, &cx, &old, &new, arguments);
            let (before, after) = fate.restrictions();
            restriction::notices(&mut notices, before, after);
            identity::notices(&mut notices, &old, &new);
            account::notices(&mut notices, &cx, &old, &new, update, arguments);
        }
    }
    let notices = notices.sorted();
    let difference = Difference {
        schema_version: SCHEMA_VERSION,
        old: old.named(),
        new: new.named(),
        device: DeviceKind { ios: arguments.ios.to_string(), supervised: arguments.supervised },
        update,
        exit: u8::from(!notices.is_empty()),
        notices,
        changed_keys,
    };
    let text = match arguments.format {
        Form::Json => serde_json::to_string_pretty(&difference)? + "\n",
        Form::Human => human::page(&difference),
    };
    output::print(text.as_bytes())?;
    Ok(difference.exit)
}
