use super::*;
use crate::service::record::{AGENT_SCHEMA_VERSION, Counts, Source};

struct Place(PathBuf);

impl Place {
    fn new(test: &str) -> Place {
        let folder = std::env::temp_dir().join(format!("handset-history-{test}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        Place(folder)
    }

    fn file(&self) -> PathBuf {
        self.0.join("history.redb")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn record(device: &str, judged_at: &str) -> Record {
    Record {
        schema_version: AGENT_SCHEMA_VERSION,
        sequence: 0,
        agent: "a".to_owned(),
        device: device.to_owned(),
        source: Source::Posted,
        judged_at: judged_at.to_owned(),
        checkin: "c".to_owned(),
        intent: "i".to_owned(),
        seen_at: None,
        user: None,
        ios: "17.5".to_owned(),
        observations: 1,
        policies: Vec::new(),
        not_assigned: Vec::new(),
        exit: 0,
        summary: Counts::default(),
        verdicts: Default::default(),
        failed: Vec::new(),
        drift: Vec::new(),
        conflicts: Vec::new(),
        wrong: Default::default(),
        appeared: Default::default(),
        resolved: Default::default(),
    }
}

fn sequences(records: &[Record]) -> Vec<u64> {
    records.iter().map(|record| record.sequence).collect()
}

#[test]
fn what_is_appended_is_found_again_and_read_beside_the_writer() {
    let place = Place::new("append");
    let history = Embedded::open(&place.file()).unwrap();
    for device in ["a", "b", "a"] {
        history.append(record(device, "2026-11-02T08:00:00.000Z"), None).unwrap();
    }
    assert_eq!(sequences(&history.newest(None, 2).unwrap()), [2, 3]);
    assert_eq!(sequences(&history.newest(Some("a"), 10).unwrap()), [1, 3]);
    assert_eq!(sequences(&history.devices("", 10).unwrap()), [3, 2]);
    assert_eq!(sequences(&history.devices("a", 10).unwrap()), [2]);
    assert_eq!(sequences(&read(&place.file(), None, 10).unwrap()), [1, 2, 3], "beside the writer");
    assert!(matches!(Embedded::open(&place.file()), Err(HistoryError::InUse(_))));
    drop(history);
    assert_eq!(sequences(&read(&place.file(), Some("b"), 10).unwrap()), [2]);
    let again = Embedded::open(&place.file()).unwrap();
    assert_eq!(again.append(record("a", "t"), None).unwrap().record.sequence, 4);
    assert!(matches!(read(&place.0.join("other"), None, 1), Err(HistoryError::None(_))));
}

#[test]
fn the_queue_has_a_bound_and_the_oldest_makes_room() {
    let place = Place::new("queue");
    let history = Embedded::open(&place.file()).unwrap();
    for _ in 0..2 {
        assert_eq!(history.append(record("a", "t"), Some(2)).unwrap().dropped, 0);
    }
    assert_eq!(history.append(record("a", "t"), Some(2)).unwrap().dropped, 1);
    assert_eq!(history.waiting().unwrap(), 2);
    assert_eq!(history.delivery().unwrap().map(|r| r.sequence), Some(2));
    history.settle(2).unwrap();
    assert_eq!(history.delivery().unwrap().map(|r| r.sequence), Some(3));
    history.settle(3).unwrap();
    assert_eq!(history.delivery().unwrap(), None);
}

#[test]
fn old_judgements_are_forgotten_but_the_newest_of_a_device() {
    let place = Place::new("prune");
    let history = Embedded::open(&place.file()).unwrap();
    for (device, at) in
        [("a", "2026-01"), ("a", "2026-02"), ("b", "2026-03"), ("a", "2026-04"), ("a", "2026-05")]
    {
        history.append(record(device, at), Some(10)).unwrap();
    }
    assert_eq!(history.prune("2026-05").unwrap(), 3);
    assert_eq!(sequences(&history.newest(None, 10).unwrap()), [3, 5]);
    assert_eq!(sequences(&history.newest(Some("a"), 10).unwrap()), [5]);
    assert_eq!(history.waiting().unwrap(), 2);
    assert_eq!(history.prune("2026-05").unwrap(), 0);
}

#[test]
fn a_later_form_is_left_alone() {
    let place = Place::new("newer");
    let history = Embedded::open(&place.file()).unwrap();
    history
        .doing(|database| {
            let transaction = database.begin_write()?;
            transaction.open_table(NUMBERS)?.insert("version", u64::from(HISTORY_VERSION) + 1)?;
            Ok(transaction.commit()?)
        })
        .unwrap();
    drop(history);
    assert!(matches!(Embedded::open(&place.file()), Err(HistoryError::Newer { found: 2 })));
    assert!(matches!(read(&place.file(), None, 1), Err(HistoryError::Newer { found: 2 })));
}
