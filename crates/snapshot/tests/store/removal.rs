//! What a store drops, and what it keeps.

use std::fs;

use whocan_snapshot::*;

use crate::sample::*;

#[test]
fn removing_a_snapshot_keeps_what_others_share() {
    let (_dir, store) = new_store();
    let mut writer = store.writer().unwrap();
    let shared = account("111122223333", "shared");
    let old = import(
        &mut writer,
        "2026-11-24T00:00:00Z",
        &[shared.clone(), account("444455556666", "old")],
    );
    let new = import(
        &mut writer,
        "2026-11-25T00:00:00Z",
        &[shared, account("444455556666", "new")],
    );
    let loaded = store.load(&old).unwrap();
    drop(writer);

    let removed = store.writer().unwrap().remove(&old).unwrap();
    assert_eq!((removed.objects, removed.kept), (1, false));
    assert_eq!(store.snapshots().unwrap().len(), 1);
    assert_eq!(store.load(&new).unwrap().accounts[0].aliases, ["shared"]);
    assert_eq!(store.verify(), []);
    // Whoever loaded it before still has it.
    assert_eq!(loaded.accounts[1].aliases, ["old"]);
    let error = store.load(&old).unwrap_err();
    assert!(
        matches!(error, StoreError::NoSuchSnapshot { .. }),
        "{error}"
    );
}

#[test]
fn an_object_put_but_not_yet_committed_survives_a_removal() {
    let (_dir, store) = new_store();
    let mut writer = store.writer().unwrap();
    let both = account("111122223333", "both");
    let old = import(
        &mut writer,
        "2026-11-24T00:00:00Z",
        std::slice::from_ref(&both),
    );
    drop(writer);

    let mut writer = store.writer().unwrap();
    let hash = writer.put_account(&both).unwrap();
    assert_eq!(writer.remove(&old).unwrap().objects, 0);
    assert_eq!(writer.prune().unwrap().objects, 0);
    assert_eq!(store.load_account(&hash).unwrap(), both);
}

#[test]
fn pruning_drops_what_no_snapshot_needs() {
    let (_dir, store) = new_store();
    let mut writer = store.writer().unwrap();
    let kept = import(
        &mut writer,
        "2026-11-24T00:00:00Z",
        &[account("111122223333", "kept")],
    );
    writer
        .put_account(&account("111122223333", "unfinished"))
        .unwrap();
    drop(writer);
    let kinds: Vec<FindingKind> = store.verify().iter().map(|finding| finding.kind).collect();
    assert_eq!(kinds, [FindingKind::UnreferencedObject]);

    let removed = store.writer().unwrap().prune().unwrap();
    assert_eq!((removed.objects, removed.derived), (1, 0));
    assert_eq!(store.verify(), []);
    store.load(&kept).unwrap();
}

#[test]
fn derived_files_go_with_what_they_are_derived_from() {
    let (_dir, store) = new_store();
    let mut writer = store.writer().unwrap();
    let accounts = [account("111122223333", "a")];
    let old = import(&mut writer, "2026-11-24T00:00:00Z", &accounts);
    let new = import(
        &mut writer,
        "2026-11-25T00:00:00Z",
        &[account("111122223333", "b")],
    );
    let object = store.manifest(&old).unwrap().accounts[0].1.clone();
    let derived = store.derived_dir();
    fs::create_dir(&derived).unwrap();
    let name = |id: &SnapshotId| store.manifest(id).unwrap().content_hash().to_string();
    let (of_old, of_new) = (name(&old), name(&new));
    fs::write(derived.join(format!("{of_old}.index")), "").unwrap();
    fs::write(derived.join(format!("{of_new}.index")), "").unwrap();
    fs::write(derived.join(format!("{object}.segment")), "").unwrap();
    fs::create_dir(derived.join(&of_old)).unwrap();
    fs::write(derived.join("notes"), "").unwrap();

    // Another snapshot with the same content still needs them.
    let same = import(&mut writer, "2026-11-26T00:00:00Z", &accounts);
    drop(writer);
    assert_eq!(store.writer().unwrap().remove(&old).unwrap().derived, 0);
    assert_eq!(store.writer().unwrap().remove(&same).unwrap().derived, 3);
    assert_eq!(
        files(&derived),
        [format!("{of_new}.index"), "notes".to_owned()]
    );
}

#[test]
fn a_damaged_manifest_can_be_removed_and_costs_no_other_snapshot_its_objects() {
    let (_dir, store) = new_store();
    let mut writer = store.writer().unwrap();
    let shared = account("111122223333", "shared");
    let alone = account("444455556666", "alone");
    let damaged = import(
        &mut writer,
        "2026-11-24T00:00:00Z",
        &[shared.clone(), alone],
    );
    let sound = import(&mut writer, "2026-11-25T00:00:00Z", &[shared]);
    drop(writer);
    let path = store
        .dir()
        .join("snapshots")
        .join(format!("{damaged}.json"));
    fs::write(&path, "{").unwrap();

    // Who lists hears of it; who asks for the latest, or by id, is not held up.
    assert!(store.snapshots().is_err());
    assert_eq!(store.latest().unwrap(), sound);
    assert_eq!(store.find(&sound.0).unwrap(), sound);

    let mut writer = store.writer().unwrap();
    assert!(matches!(writer.prune(), Err(StoreError::Damaged { .. })));
    let removed = writer.remove(&sound).unwrap();
    assert!(removed.kept && removed.objects == 0);
    writer.remove(&damaged).unwrap();
    assert_eq!(writer.prune().unwrap().objects, 2);
    drop(writer);
    assert_eq!(store.verify(), []);
}

#[test]
fn a_manifest_of_a_newer_version_is_not_removed() {
    let (_dir, store) = new_store();
    let mut writer = store.writer().unwrap();
    let id = import(&mut writer, "2026-11-24T00:00:00Z", &[]);
    let path = store.dir().join("snapshots").join(format!("{id}.json"));
    fs::write(&path, "{\"format\":2,\"kind\":\"novel\"}\n{}\n").unwrap();
    let error = writer.remove(&id).unwrap_err();
    assert!(
        matches!(error, StoreError::Newer { found: 2, .. }),
        "{error}"
    );
    assert!(path.exists());
}

#[test]
fn a_writer_can_remove_what_it_has_committed_itself() {
    let (_dir, store) = new_store();
    let mut writer = store.writer().unwrap();
    let accounts = [account("111122223333", "a")];
    let id = import(&mut writer, "2026-11-24T00:00:00Z", &accounts);
    assert_eq!(writer.remove(&id).unwrap().objects, 1);
    drop(writer);
    assert_eq!(store.verify(), []);
}

#[test]
fn an_import_that_failed_leaves_nothing_but_what_was_there() {
    let (_dir, store) = new_store();
    let writer = store.writer().unwrap();
    let (killed, new) = (
        account("111122223333", "killed"),
        account("111122223333", "new"),
    );
    let left = writer.put_account(&killed).unwrap();
    drop(writer);

    let mut writer = store.writer().unwrap();
    let shared = account("444455556666", "shared");
    let id = import(
        &mut writer,
        "2026-11-24T00:00:00Z",
        std::slice::from_ref(&shared),
    );
    for account in [&killed, &new, &new, &shared] {
        writer.put_account(account).unwrap();
    }
    assert_eq!(writer.discard().unwrap().objects, 1);
    assert_eq!(store.load(&id).unwrap().accounts[0].aliases, ["shared"]);
    assert_eq!(store.load_account(&left).unwrap(), killed);
    assert_eq!(files(&store.dir().join("objects")).len(), 2);
}
