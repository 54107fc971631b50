//! The rows against the catalogue of the program.

use super::*;

#[test]
fn the_rows_are_those_of_the_catalogue_in_order() {
    let catalogue: serde_json::Value =
        serde_json::from_str(include_str!("../../../data/requirements.json")).expect("JSON");
    let mut ids: Vec<&str> =
        catalogue["rows"].as_array().expect("rows").iter().filter_map(|row| row["id"].as_str()).collect();
    ids.sort_unstable();
    assert_eq!(ROWS.iter().map(|row| row.id).collect::<Vec<_>>(), ids);
    assert_eq!(ROWS.len(), 173);
    for id in ids {
        assert_eq!(row(id).map(|row| row.id), Some(id));
    }
    assert_eq!(row("EAS-999"), None);
    assert_eq!(row("eas-001"), None);
}

#[test]
fn a_row_that_cannot_be_judged_says_why() {
    for row in ROWS {
        assert_eq!(row.reason.is_some(), row.status != Status::Expected, "{}", row.id);
        assert!(row.expectation.is_some_and(|sentence| !sentence.is_empty()), "{}", row.id);
        assert!(row.reason.is_none_or(|reason| !reason.is_empty()), "{}", row.id);
    }
}

#[test]
fn statuses_are_written_as_in_json() {
    for status in Status::ALL {
        assert_eq!(serde_json::to_value(status).expect("JSON"), status.as_str());
    }
}
