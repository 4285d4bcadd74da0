//! Whatever happens to a file is found, and never read as something else.

use std::fs;
use std::path::{Path, PathBuf};

use whocan_snapshot::*;

use crate::sample::*;

/// A store with one file of each kind.
fn small_store() -> (tempfile::TempDir, Store, SnapshotId) {
    let (dir, store) = new_store();
    let mut writer = store.writer().unwrap();
    let account = account("111122223333", "a");
    let mut manifest = Manifest::new(time("2026-11-24T00:00:00Z"), "test");
    let hash = writer.put_account(&account).unwrap();
    manifest.accounts = vec![(account.id, hash.into())];
    manifest.organization = Some(
        writer
            .put_organization(&organization("one"))
            .unwrap()
            .into(),
    );
    let hash = writer.put_activity(&activity("111122223333")).unwrap();
    manifest.activity = vec![(account.id, hash.into())];
    let id = writer.commit(manifest).unwrap();
    drop(writer);
    (dir, store, id)
}

fn stored_files(store: &Store) -> Vec<PathBuf> {
    let kept = |name: &String| name.starts_with("objects") || name.starts_with("snapshots");
    let names = files(store.dir());
    let names = names.iter().filter(|name| kept(name));
    names.map(|name| store.dir().join(name)).collect()
}

/// Returns whether the damage of `path` is found, both by who verifies and by who loads.
fn is_found(store: &Store, id: &SnapshotId, path: &Path) -> bool {
    let findings = store.verify();
    let named = findings
        .iter()
        .any(|finding| finding.kind.is_damage() && finding.path == path);
    let load = store.load(id);
    assert_eq!(named, load.is_err(), "{}: {findings:?}", path.display());
    named
}

/// Returns what is found, apart from the modes of the files that a test wrote.
fn kinds(store: &Store) -> Vec<FindingKind> {
    let mut kinds: Vec<_> = store.verify().iter().map(|found| found.kind).collect();
    kinds.retain(|kind| *kind != FindingKind::NotPrivate);
    kinds.sort();
    kinds
}

#[test]
fn every_flipped_bit_is_found_or_changes_nothing() {
    let (_dir, store, id) = small_store();
    let before = store.load(&id).unwrap();
    let (mut flipped, mut harmless) = (0, 0);
    for path in stored_files(&store) {
        let bytes = fs::read(&path).unwrap();
        for place in 0..bytes.len() * 8 {
            let mut damaged = bytes.clone();
            damaged[place / 8] ^= 1 << (place % 8);
            fs::write(&path, damaged).unwrap();
            flipped += 1;
            if !is_found(&store, &id, &path) {
                // Some bits of a zstd frame bear on nothing; the content is proved by its hash.
                assert!(path.starts_with(store.dir().join("objects")));
                let after = store.load(&id).unwrap();
                assert_eq!(after.accounts, before.accounts);
                assert_eq!(after.organization, before.organization);
                assert_eq!(after.activity, before.activity);
                harmless += 1;
            }
        }
        fs::write(&path, bytes).unwrap();
    }
    assert!(
        flipped > 5000 && harmless < flipped / 100,
        "{harmless} of {flipped}"
    );
    assert_eq!(store.verify(), []);
}

#[test]
fn every_truncation_is_found() {
    let (_dir, store, id) = small_store();
    let paths = stored_files(&store);
    assert_eq!(paths.len(), 4);
    for path in paths {
        let bytes = fs::read(&path).unwrap();
        for length in 0..bytes.len() {
            fs::write(&path, &bytes[..length]).unwrap();
            assert!(
                is_found(&store, &id, &path),
                "{} at {length}",
                path.display()
            );
        }
        fs::write(&path, bytes).unwrap();
    }
}

#[test]
fn whatever_is_added_is_found() {
    let (_dir, store, id) = small_store();
    for path in stored_files(&store) {
        let bytes = fs::read(&path).unwrap();
        for more in [&b"\n"[..], b"\0", b"{}\n", &bytes] {
            fs::write(&path, [&bytes, more].concat()).unwrap();
            assert!(is_found(&store, &id, &path), "{}", path.display());
        }
        fs::write(&path, bytes).unwrap();
    }
}

#[test]
fn a_missing_object_is_found_with_the_snapshots_that_need_it() {
    let (_dir, store, id) = small_store();
    for path in stored_files(&store) {
        let bytes = fs::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        if path.starts_with(store.dir().join("objects")) {
            assert!(is_found(&store, &id, &path));
            let findings = store.verify();
            let missing = |found: &&Finding| found.kind == FindingKind::MissingObject;
            let missing = findings.iter().find(missing).unwrap();
            assert_eq!(missing.snapshots, std::slice::from_ref(&id));
            assert_eq!(store.verify_snapshot(&id).len(), 1);
        } else {
            // Nobody can miss what was the only mention of itself.
            let kinds = kinds(&store);
            assert_eq!(kinds, [FindingKind::UnreferencedObject; 3]);
            assert_eq!(
                store.verify_snapshot(&id)[0].kind,
                FindingKind::UnreadableManifest
            );
        }
        fs::write(&path, bytes).unwrap();
    }
}

#[test]
fn verification_does_not_stop_at_the_first_finding() {
    let (_dir, store, _) = small_store();
    let mut writer = store.writer().unwrap();
    writer
        .put_account(&account("444455556666", "lonely"))
        .unwrap();
    let second = import(&mut writer, "2026-11-25T00:00:00Z", &[]);
    drop(writer);
    for path in stored_files(&store) {
        if path.starts_with(store.dir().join("objects")) {
            fs::write(&path, "rubbish").unwrap();
        }
    }
    let manifest = store.dir().join(format!("snapshots/{second}.json"));
    fs::remove_file(&manifest).unwrap();
    fs::create_dir(&manifest).unwrap();
    fs::write(store.dir().join("temporary/.whocan-dead"), "").unwrap();
    fs::write(store.dir().join("objects/notes"), "").unwrap();
    fs::write(store.dir().join("todo"), "").unwrap();
    fs::create_dir(store.derived_dir()).unwrap();
    use FindingKind::*;
    let mut expected = vec![UnreadableManifest];
    expected.extend([UnreadableObject; 4]);
    expected.extend([Unfinished, Foreign, Foreign]);
    assert_eq!(kinds(&store), expected);
}

#[test]
fn a_store_that_lost_its_directories_is_reported_not_a_panic() {
    let (_dir, store, id) = small_store();
    fs::remove_dir_all(store.dir().join("objects")).unwrap();
    fs::write(store.dir().join("objects"), "").unwrap();
    assert!(store.verify().iter().any(|found| found.kind.is_damage()));
    let error = store.load(&id).unwrap_err();
    assert!(matches!(error, StoreError::Io { .. }), "{error}");
    fs::remove_dir_all(store.dir()).unwrap();
    assert_eq!(store.verify(), []);
    assert!(matches!(
        store.load(&id),
        Err(StoreError::NoSuchSnapshot { .. })
    ));
    assert!(store.writer().is_err());
}

/// Stores bytes under their hash, as somebody would who wants to harm the reader.
fn forge(store: &Store, content: &[u8]) -> ObjectHash {
    let hash = ObjectHash::of(content);
    let (start, rest) = hash.as_str().split_at(2);
    let dir = store.dir().join("objects").join(start);
    fs::create_dir_all(&dir).unwrap();
    fs::write(dir.join(rest), zstd::bulk::compress(content, 1).unwrap()).unwrap();
    hash
}

#[test]
fn a_hostile_object_is_an_error_like_any_other() {
    let (_dir, store, _) = small_store();
    let header = "{\"format\":1,\"kind\":\"account\"}\n";
    let deep = format!("{header}{}\n", "[".repeat(1_000_000));
    let deep_field = format!("{header}{{\"x\":{}\n", "{\"a\":".repeat(100_000));
    let other_kind = "{\"format\":1,\"kind\":\"organization\"}\n{}\n".to_owned();
    let no_header = "x".repeat(100_000);
    let twice = format!("{header}{{\"id\":\"111122223333\",\"id\":\"111122223333\"}}\n");
    let not_text = [header.as_bytes(), b"\"\xff\"\n"].concat();
    let texts = [
        deep,
        deep_field,
        other_kind,
        no_header,
        twice,
        String::new(),
        header.to_owned(),
    ];
    let contents = texts.into_iter().map(String::into_bytes).chain([not_text]);
    for content in contents {
        let hash = forge(&store, &content);
        let error = store.load_account(&hash).unwrap_err();
        assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
        assert!(error.to_string().contains(&hash.as_str()[2..]), "{error}");
    }
}

#[test]
fn a_newer_object_is_refused_with_a_hint() {
    let (_dir, store, _) = small_store();
    let hash = forge(
        &store,
        b"{\"format\":7,\"kind\":\"account\",\"new\":true}\n???\n",
    );
    let error = store.load_account(&hash).unwrap_err();
    assert!(
        matches!(error, StoreError::Newer { found: 7, .. }),
        "{error}"
    );
    assert_eq!(
        error.hint(),
        Some("use the version of whocan that wrote it, or a newer")
    );
}

#[test]
fn an_object_of_another_account_than_the_manifest_says_is_damage() {
    let (_dir, store) = new_store();
    let mut writer = store.writer().unwrap();
    let hash = writer.put_account(&account("111122223333", "a")).unwrap();
    let mut manifest = Manifest::new(time("2026-11-24T00:00:00Z"), "test");
    manifest.accounts = vec![(id("444455556666"), hash.into())];
    let id = writer.commit(manifest).unwrap();
    let message = store.load(&id).unwrap_err().to_string();
    let expected = "is damaged: expected the account `444455556666`, found `111122223333`";
    assert!(message.ends_with(expected), "{message}");
    assert_eq!(store.verify_snapshot(&id)[0].message, message);
}

#[test]
fn a_manifest_under_another_name_is_damage() {
    let (_dir, store, id) = small_store();
    let path = |name: &str| store.dir().join(format!("snapshots/{name}.json"));
    let later = "2027-11-24T000000Z-00000000";
    fs::rename(path(&id.0), path(later)).unwrap();
    let message = store.latest().unwrap_err().to_string();
    assert!(
        message.ends_with(&format!("expected the name `{id}.json`")),
        "{message}"
    );
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_is_damage() {
    let (_dir, store, id) = small_store();
    for path in stored_files(&store) {
        let bytes = fs::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink("nowhere", &path).unwrap();
        assert!(is_found(&store, &id, &path));
        fs::remove_file(&path).unwrap();
        fs::write(&path, bytes).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_in_place_of_a_file_does_not_block() {
    let (_dir, store, id) = small_store();
    for path in stored_files(&store) {
        let bytes = fs::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        let made = std::process::Command::new("mkfifo")
            .arg(&path)
            .status()
            .unwrap();
        assert!(made.success());
        assert!(is_found(&store, &id, &path));
        fs::remove_file(&path).unwrap();
        fs::write(&path, bytes).unwrap();
    }
}
