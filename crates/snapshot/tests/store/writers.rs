//! One writer, any number of readers, and nobody else.

use std::fs;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use whocan_snapshot::*;

use crate::sample::*;

#[test]
fn a_second_writer_is_refused_and_told_who_writes() {
    let (_dir, store) = new_store();
    let first = store.writer().unwrap();
    let error = store.writer().unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "the store `{}` is being written by process {}",
            store.dir().display(),
            std::process::id()
        )
    );
    drop(first);
    store.writer().unwrap();
}

#[test]
fn a_lock_without_a_number_still_locks() {
    let (_dir, store) = new_store();
    let _first = store.writer().unwrap();
    fs::write(store.dir().join("lock"), "nobody").unwrap();
    let error = store.writer().unwrap_err();
    assert!(
        matches!(error, StoreError::Locked { pid: None, .. }),
        "{error}"
    );
}

#[test]
fn readers_work_while_a_writer_does() {
    let (_dir, store) = new_store();
    let mut writer = store.writer().unwrap();
    let first = import(
        &mut writer,
        "2026-11-24T00:00:00Z",
        &[account("111122223333", "0")],
    );
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let readers: Vec<_> = (0..3)
            .map(|_| scope.spawn(|| read_until(&store, &done)))
            .collect();
        for round in 1..60 {
            let accounts = [
                account("111122223333", &round.to_string()),
                account("444455556666", "constant"),
            ];
            let taken = format!("2026-11-25T00:00:{round:02}Z");
            let id = import(&mut writer, &taken, &accounts);
            if round % 2 == 0 {
                writer.remove(&id).unwrap();
            }
        }
        done.store(true, Ordering::SeqCst);
        let loaded: usize = readers
            .into_iter()
            .map(|reader| reader.join().unwrap())
            .sum();
        assert!(loaded > 3, "the readers loaded {loaded} snapshots");
    });
    assert_eq!(store.load(&first).unwrap().accounts[0].aliases, ["0"]);
}

/// Loads the latest snapshot again and again; nothing that it sees is broken.
fn read_until(store: &Store, done: &AtomicBool) -> usize {
    let mut loaded = 0;
    while !done.load(Ordering::SeqCst) {
        match store.latest().and_then(|id| store.load(&id)) {
            Ok(snapshot) => {
                assert_eq!(snapshot.accounts[0].id, id("111122223333"));
                loaded += 1;
            }
            Err(StoreError::NoSuchSnapshot { .. } | StoreError::RemovedMeanwhile { .. }) => {}
            Err(error) => panic!("{error}"),
        }
        assert_eq!(store.verify(), []);
    }
    loaded
}

#[test]
fn several_threads_put_objects_at_once() {
    let (_dir, store) = new_store();
    let mut writer = store.writer().unwrap();
    let mut manifest = Manifest::new(time("2026-11-24T00:00:00Z"), "test");
    thread::scope(|scope| {
        let putting: Vec<_> = (0..40u64)
            .map(|number| {
                let writer = &writer;
                scope.spawn(move || {
                    // Two threads each write the same account.
                    let number = format!("{:012}", number / 2);
                    let hash = writer.put_account(&account(&number, "a")).unwrap();
                    (id(&number), hash.to_string())
                })
            })
            .collect();
        for thread in putting {
            manifest.accounts.push(thread.join().unwrap());
        }
    });
    manifest.accounts.sort();
    manifest.accounts.dedup();
    let id = writer.commit(manifest).unwrap();
    assert_eq!(store.load(&id).unwrap().accounts.len(), 20);
    drop(writer);
    assert_eq!(store.verify(), []);
}

#[test]
fn several_processes_may_make_the_same_store() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a/b/store");
    thread::scope(|scope| {
        let opening: Vec<_> = (0..8).map(|_| scope.spawn(|| Store::open(&path))).collect();
        for thread in opening {
            thread.join().unwrap().unwrap();
        }
    });
    assert_eq!(files(&path), ["version"]);
}

/// The name of the variable that tells `write_under_a_umask` where to write.
const UMASK_STORE: &str = "WHOCAN_TEST_UMASK_STORE";

#[cfg(unix)]
#[test]
fn everything_is_private_whatever_the_umask() {
    // The same test, started again by itself under another umask, writes.
    if let Some(path) = std::env::var_os(UMASK_STORE) {
        return write_under_a_umask(std::path::Path::new(&path));
    }
    use std::os::unix::fs::PermissionsExt;
    for umask in ["000", "022", "0777"] {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("store");
        let status = Command::new("sh")
            .arg("-c")
            .arg(format!(
                "umask {umask}; exec \"$0\" --exact writers::everything_is_private_whatever_the_umask"
            ))
            .arg(std::env::current_exe().unwrap())
            .env(UMASK_STORE, &path)
            .output()
            .unwrap();
        assert!(status.status.success(), "{status:?}");

        let store = Store::open(&path).unwrap();
        assert_eq!(store.verify(), [], "umask {umask}");
        let mut checked = 0;
        for name in files(&path) {
            let file = path.join(name);
            let mode =
                |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode(&file), 0o600, "{}", file.display());
            assert_eq!(mode(file.parent().unwrap()), 0o700, "{}", file.display());
            checked += 1;
        }
        assert_eq!(checked, 4, "version, lock, object, manifest");
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o700
        );
    }
}

fn write_under_a_umask(path: &std::path::Path) {
    let store = Store::open(path).unwrap();
    let mut writer = store.writer().unwrap();
    import(
        &mut writer,
        "2026-11-24T00:00:00Z",
        &[account("111122223333", "a")],
    );
}

#[cfg(unix)]
#[test]
fn what_is_open_to_others_is_found() {
    use std::os::unix::fs::PermissionsExt;
    let (_dir, store) = new_store();
    let mut writer = store.writer().unwrap();
    import(
        &mut writer,
        "2026-11-24T00:00:00Z",
        &[account("111122223333", "a")],
    );
    drop(writer);
    let object = store
        .dir()
        .join("objects")
        .join(&files(&store.dir().join("objects"))[0]);
    fs::set_permissions(&object, fs::Permissions::from_mode(0o644)).unwrap();
    let findings = store.verify();
    assert_eq!(
        findings[0].to_string(),
        format!("`{}` is open to others: its mode is 644", object.display())
    );
    assert_eq!(
        (findings.len(), findings[0].kind),
        (1, FindingKind::NotPrivate)
    );
}
