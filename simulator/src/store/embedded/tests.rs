use super::*;
use crate::{Owner, WorldOptions};
use device::{DeviceFacts, Variants};
use smime::Timestamp;

/// A folder that is removed when it goes out of scope.
struct Scratch(PathBuf);

impl Scratch {
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("handset-store-{test}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        Scratch(path)
    }

    fn store(&self) -> EmbeddedStore {
        EmbeddedStore::new(self.0.join("store"))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn world(seed: u64) -> World {
    World::new(WorldOptions {
        facts: DeviceFacts {
            ios: "17.5".parse().unwrap(),
            model: "iPhone15,2".to_owned(),
            supervised: false,
            variants: Variants::default(),
        },
        clock: Timestamp(1_800_000_000_000),
        seed,
        owner: Owner {
            email: "alice@contoso.example".to_owned(),
            user_name: "alice@contoso.example".to_owned(),
            host: None,
            password: None,
        },
    })
    .unwrap()
}

fn name(text: &str) -> DeviceName {
    text.parse().unwrap()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

const NOW: Duration = Duration::ZERO;

#[test]
fn devices_come_back_and_go() {
    let scratch = Scratch::new("kept");
    let store = scratch.store();
    assert_eq!(store.names().unwrap(), []);
    assert!(matches!(store.load(&name("a")), Err(StoreError::NoDevice { .. })));
    let lock = store.lock(NOW).unwrap();
    store.put(&lock, &name("b"), &world(2)).unwrap();
    store.put(&lock, &name("a"), &world(1)).unwrap();
    store.put(&lock, &name("a"), &world(3)).unwrap();
    assert_eq!(store.names().unwrap(), [name("a"), name("b")]);
    assert_eq!(store.load(&name("a")).unwrap().seed(), 3);
    assert_eq!(decode(&store.snapshot(&name("b")).unwrap()).unwrap().seed(), 2);
    store.delete(&lock, &name("a")).unwrap();
    assert!(matches!(store.delete(&lock, &name("a")), Err(StoreError::NoDevice { .. })));
    assert_eq!(store.names().unwrap(), [name("b")]);
}

#[test]
fn nobody_else_may_look_into_the_files() {
    let scratch = Scratch::new("modes");
    let store = scratch.store();
    let lock = store.lock(NOW).unwrap();
    store.put(&lock, &name("a"), &world(1)).unwrap();
    assert_eq!(mode(store.folder()), 0o700);
    assert_eq!(mode(&store.devices), 0o700);
    assert_eq!(mode(&store.path(&name("a"))), 0o600);
    assert_eq!(mode(&store.folder().join("lock")), 0o600);
    // A file that somebody opened to others is closed by the next change.
    fs::set_permissions(store.path(&name("a")), fs::Permissions::from_mode(0o644)).unwrap();
    store.put(&lock, &name("a"), &world(1)).unwrap();
    assert_eq!(mode(&store.path(&name("a"))), 0o600);
}

#[test]
fn the_second_waits_and_then_says_so() {
    let scratch = Scratch::new("busy");
    let store = scratch.store();
    let lock = store.lock(NOW).unwrap();
    assert!(matches!(store.lock(NOW), Err(StoreError::Busy { .. })));
    let waiting = std::thread::spawn({
        let store = store.clone();
        move || store.lock(Duration::from_secs(20)).map(|_| ())
    });
    std::thread::sleep(Duration::from_millis(30));
    drop(lock);
    assert!(waiting.join().unwrap().is_ok());
}

#[test]
fn what_a_killed_writer_left_is_swept_and_never_read() {
    let scratch = Scratch::new("left");
    let store = scratch.store();
    let lock = store.lock(NOW).unwrap();
    store.put(&lock, &name("a"), &world(1)).unwrap();
    drop(lock);
    let left = store.devices.join(".a.device.1.new");
    let record = encode(&world(2)).unwrap();
    fs::write(&left, &record[..record.len() / 2]).unwrap();
    assert_eq!(store.names().unwrap(), [name("a")]);
    assert_eq!(store.load(&name("a")).unwrap().seed(), 1);
    let _lock = store.lock(NOW).unwrap();
    assert!(!left.exists());
}

#[test]
fn a_failed_write_leaves_the_device() {
    let scratch = Scratch::new("failed");
    let store = scratch.store();
    let lock = store.lock(NOW).unwrap();
    store.put(&lock, &name("a"), &world(1)).unwrap();
    // The place of the unfinished file is taken by a folder, which cannot be removed as a file.
    let taken = store.devices.join(format!(".a.device.{}.new", std::process::id()));
    fs::create_dir(&taken).unwrap();
    assert!(matches!(store.put(&lock, &name("a"), &world(2)), Err(StoreError::Write { .. })));
    assert_eq!(store.load(&name("a")).unwrap().seed(), 1);
}

#[test]
fn bad_places_are_errors() {
    let scratch = Scratch::new("places");
    fs::create_dir_all(&scratch.0).unwrap();
    let file = scratch.0.join("file");
    fs::write(&file, "").unwrap();
    let store = EmbeddedStore::new(&file);
    assert!(matches!(store.names(), Err(StoreError::Read { .. })));
    assert!(matches!(store.load(&name("a")), Err(StoreError::Read { .. })));
    assert!(matches!(store.lock(NOW), Err(StoreError::Folder { .. })));
    assert!(write_secret_file(Path::new("/dev/null"), b"x").is_err());
    assert!(write_secret_file(&scratch.0, b"x").is_err());
    assert!(write_secret_file(Path::new("/"), b"x").is_err());
}
