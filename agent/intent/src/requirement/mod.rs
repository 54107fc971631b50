//! Every row of the catalogue of requirements, with what can be judged of it today.
//!
//! The statements, their sources and their documents are data of the program; here stands only
//! whether a phone can show that a row holds. A row is [`Status::Expected`] exactly when
//! [`crate::expectations`] produces a value under its id for some policy and some phone, which a
//! test enumerates; otherwise it carries the reason.

mod eas;
mod lng;
mod out;
mod reason;
mod row;
mod smo;
#[cfg(test)]
mod tests;
mod xtr;

pub use row::{Row, Status, UnknownStatus};

/// Number of rows in the catalogue.
const COUNT: usize = eas::ROWS.len() + lng::ROWS.len() + out::ROWS.len() + smo::ROWS.len() + xtr::ROWS.len();

/// Every row of the catalogue, sorted by id.
pub const ROWS: &[Row] = &joined();

/// Returns the row of an id, written as in the catalogue.
#[must_use]
pub fn row(id: &str) -> Option<&'static Row> {
    ROWS.binary_search_by(|row| row.id.cmp(id)).ok().and_then(|at| ROWS.get(at))
}

const fn joined() -> [Row; COUNT] {
    let parts: [&[Row]; 5] = [&eas::ROWS, &lng::ROWS, &out::ROWS, &smo::ROWS, &xtr::ROWS];
    let mut rows = [eas::ROWS[0]; COUNT];
    let (mut part, mut at) = (0, 0);
    while part < parts.len() {
        let mut next = 0;
        while next < parts[part].len() {
            rows[at] = parts[part][next];
            at += 1;
            next += 1;
        }
        part += 1;
    }
    rows
}
