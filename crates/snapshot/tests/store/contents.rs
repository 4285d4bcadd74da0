//! What goes into a store comes out of it, once, under the name asked for.

use std::fs;
use std::time::SystemTime;

use whocan_snapshot::*;

use crate::sample::*;

#[test]
fn a_snapshot_comes_back_as_it_was() {
    let (_dir, store) = new_store();
    let accounts = [
        account("444455556666", "prod"),
        account("111122223333", "root"),
    ];
    let mut writer = store.writer().unwrap();
    let mut manifest = Manifest::new(time("2026-11-24T23:15:00.5Z"), "`export/`");
    manifest.assumptions = vec!["b".to_owned(), "absent-means-none".to_owned()];
    for account in &accounts {
        let hash = writer.put_account(account).unwrap();
        manifest.accounts.push((account.id, hash.into()));
    }
    let organization = organization("one");
    manifest.organization = Some(writer.put_organization(&organization).unwrap().into());
    let activity = activity("111122223333");
    let hash = writer.put_activity(&activity).unwrap();
    manifest.activity = vec![(activity.id, hash.into())];
    let id = writer.commit(manifest).unwrap();

    let snapshot = store.load(&id).unwrap();
    assert_eq!(snapshot.taken, time("2026-11-24T23:15:00.5Z"));
    assert_eq!(snapshot.assumptions, ["absent-means-none", "b"]);
    assert_eq!(snapshot.organization.as_deref(), Some(&organization));
    assert_eq!(*snapshot.accounts[0], accounts[1]);
    assert_eq!(*snapshot.accounts[1], accounts[0]);
    assert_eq!(*snapshot.activity[0], activity);
    assert_eq!(store.verify_snapshot(&id), []);
}

#[test]
fn an_id_begins_with_the_time_and_ends_with_the_content() {
    let (_dir, store) = new_store();
    let mut writer = store.writer().unwrap();
    let accounts = [account("111122223333", "a")];
    let first = import(&mut writer, "2026-11-24T23:15:00Z", &accounts);
    let content = store.manifest(&first).unwrap().content_hash();
    assert_eq!(
        first.0,
        format!("2026-11-24T231500Z-{}", &content.as_str()[..8])
    );
    let second = import(&mut writer, "2026-11-24T23:15:00Z", &accounts);
    assert_eq!(second.0, format!("{first}-2"));
    assert_eq!(store.load(&second).unwrap().accounts[0].aliases, ["a"]);
    assert_eq!(store.latest().unwrap(), second);
}

#[test]
fn an_object_on_disk_is_two_lines_of_json() {
    let (_dir, store) = new_store();
    let writer = store.writer().unwrap();
    let unread = AccountObject::unread(id("111122223333"));
    let hash = writer.put_account(&unread).unwrap();
    let (start, rest) = hash.as_str().split_at(2);
    let path = store.dir().join("objects").join(start).join(rest);
    let bytes = zstd::stream::decode_all(fs::File::open(path).unwrap()).unwrap();
    insta::assert_snapshot!(String::from_utf8(bytes).unwrap(), @r#"
    {"format":1,"kind":"account"}
    {"id":"111122223333","partition":"aws","aliases":[],"complete":false,"lists":[],"identities":false,"users":[],"groups":[],"roles":[],"policies":[],"instance_profiles":[],"resources":[],"endpoints":[],"gaps":[]}
    "#);
}

#[test]
fn the_same_content_is_written_once() {
    let (_dir, store) = new_store();
    let mut writer = store.writer().unwrap();
    import(
        &mut writer,
        "2026-11-24T00:00:00Z",
        &[account("111122223333", "a"), account("444455556666", "b")],
    );
    let modified = |name: &String| -> SystemTime {
        let path = store.dir().join("objects").join(name);
        fs::metadata(path).unwrap().modified().unwrap()
    };
    let before = files(&store.dir().join("objects"));
    let times: Vec<SystemTime> = before.iter().map(modified).collect();
    import(
        &mut writer,
        "2026-11-25T00:00:00Z",
        &[account("111122223333", "a"), account("444455556666", "c")],
    );
    let after = files(&store.dir().join("objects"));
    assert_eq!((before.len(), after.len()), (2, 3));
    assert_eq!(times, before.iter().map(modified).collect::<Vec<_>>());
}

#[test]
fn a_damaged_object_is_healed_by_the_next_import() {
    let (_dir, store) = new_store();
    let mut writer = store.writer().unwrap();
    let accounts = [account("111122223333", "a")];
    let id = import(&mut writer, "2026-11-24T00:00:00Z", &accounts);
    let object = &files(&store.dir().join("objects"))[0];
    fs::write(store.dir().join("objects").join(object), "rubbish").unwrap();
    assert!(store.load(&id).is_err());
    import(&mut writer, "2026-11-25T00:00:00Z", &accounts);
    assert_eq!(store.load(&id).unwrap().accounts[0].aliases, ["a"]);
}

#[test]
fn time_label_source_and_activity_do_not_change_the_content_hash() {
    let mut manifest = Manifest::new(time("2026-11-24T00:00:00Z"), "one");
    let hash = "ab".repeat(32);
    manifest.accounts = vec![(id("111122223333"), hash.clone())];
    let before = manifest.content_hash();
    manifest.taken = time("2026-11-25T00:00:00Z");
    manifest.label = Some("nightly".to_owned());
    manifest.source = "two".to_owned();
    manifest.activity = vec![(id("111122223333"), hash.clone())];
    assert_eq!(manifest.content_hash(), before);
    manifest.assumptions = vec!["absent-means-none".to_owned()];
    let assumed = manifest.content_hash();
    assert_ne!(assumed, before);
    manifest.organization = Some(hash);
    assert_ne!(manifest.content_hash(), assumed);
}

#[test]
fn snapshots_are_found_by_id_label_beginning_and_latest() {
    let (_dir, store) = new_store();
    let error = store.find("latest").unwrap_err();
    assert!(matches!(error, StoreError::Empty { .. }), "{error}");

    let mut writer = store.writer().unwrap();
    let accounts = [account("111122223333", "a")];
    let taken = ["2026-11-25T00:00:00Z", "2026-11-24T00:00:00Z"];
    let late = import_as(&mut writer, taken[0], Some("nightly"), &accounts);
    let early = import_as(&mut writer, taken[1], Some("2026-11-25"), &accounts);

    let listed: Vec<SnapshotId> = store
        .snapshots()
        .unwrap()
        .into_iter()
        .map(|s| s.0)
        .collect();
    assert_eq!(listed, [early.clone(), late.clone()]);
    assert_eq!(store.find("latest").unwrap(), late);
    assert_eq!(store.find(&early.0).unwrap(), early);
    assert_eq!(store.find("nightly").unwrap(), late);
    assert_eq!(store.find("2026-11-24").unwrap(), early);
    // A label is what somebody chose; the beginning of an id is not.
    assert_eq!(store.find("2026-11-25").unwrap(), early);
    let error = store.find("2026-11").unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("`2026-11` may be each of `{early}`, `{late}`")
    );
    for text in ["", "yesterday", "../version", "2026-12"] {
        let error = store.find(text).unwrap_err();
        assert_eq!(error.to_string(), format!("no snapshot is called `{text}`"));
    }
}

#[test]
fn a_label_that_two_snapshots_bear_is_ambiguous() {
    let (_dir, store) = new_store();
    let mut writer = store.writer().unwrap();
    for taken in ["2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z"] {
        import_as(&mut writer, taken, Some("nightly"), &[]);
    }
    let error = store.find("nightly").unwrap_err();
    assert!(matches!(error, StoreError::Ambiguous { candidates, .. } if candidates.len() == 2));
}

#[test]
fn an_id_that_would_leave_the_store_names_no_snapshot() {
    let (_dir, store) = new_store();
    let outside = SnapshotId("../version".to_owned());
    let error = store.load(&outside).unwrap_err();
    assert!(
        matches!(error, StoreError::NoSuchSnapshot { .. }),
        "{error}"
    );
    let error = store.writer().unwrap().remove(&outside).unwrap_err();
    assert!(
        matches!(error, StoreError::NoSuchSnapshot { .. }),
        "{error}"
    );
}

#[test]
fn a_manifest_of_missing_or_doubled_objects_is_not_committed() {
    let (_dir, store) = new_store();
    let mut writer = store.writer().unwrap();
    let mut manifest = Manifest::new(time("2026-11-24T00:00:00Z"), "test");
    manifest.accounts = vec![(id("111122223333"), "ab".repeat(32))];
    let error = writer.commit(manifest.clone()).unwrap_err();
    assert!(matches!(error, StoreError::MissingObject { .. }), "{error}");

    let hash = writer.put_account(&account("111122223333", "a")).unwrap();
    manifest.accounts = vec![(id("111122223333"), hash.to_string()); 2];
    let error = writer.commit(manifest.clone()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the manifest names the account `111122223333` twice"
    );

    manifest.accounts = vec![(id("111122223333"), "../../version".to_owned())];
    let error = writer.commit(manifest).unwrap_err();
    assert!(matches!(error, StoreError::NotAHash { .. }), "{error}");
    assert_eq!(store.snapshots().unwrap(), []);
}

#[test]
fn an_existing_store_is_opened_again() {
    let (_dir, store) = new_store();
    let id = import(&mut store.writer().unwrap(), "2026-11-24T00:00:00Z", &[]);
    let again = Store::open(store.dir()).unwrap();
    assert_eq!(again.latest().unwrap(), id);
}

#[test]
fn a_directory_that_holds_something_else_is_not_a_store() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("thesis.txt"), "").unwrap();
    let error = Store::open(dir.path()).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "`{}` is not a store of snapshots: it has no file `version`, but holds `thesis.txt`",
            dir.path().display()
        )
    );
    assert_eq!(files(dir.path()), ["thesis.txt"]);
}

#[test]
fn a_file_is_not_a_store() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("file");
    fs::write(&path, "").unwrap();
    let error = Store::open(&path).unwrap_err();
    assert!(matches!(error, StoreError::Io { .. }), "{error}");
}

#[test]
fn a_store_whose_making_was_interrupted_is_made() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join(".whocan-dead"), "whoc").unwrap();
    Store::open(dir.path()).unwrap().writer().unwrap();
}

#[test]
fn a_newer_store_is_refused() {
    let (_dir, store) = new_store();
    let version = store.dir().join("version");
    fs::write(&version, "whocan store 2\n").unwrap();
    let error = Store::open(store.dir()).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "`{}` has format 2, and this version reads formats up to 1",
            version.display()
        )
    );
    assert!(error.hint().is_some());
}

#[test]
fn a_store_with_an_unreadable_version_is_damaged() {
    let (_dir, store) = new_store();
    for text in [
        "",
        "whocan store 1",
        "whocan store x\n",
        "whocan store 0\n",
        "\u{0}",
    ] {
        fs::write(store.dir().join("version"), text).unwrap();
        let error = Store::open(store.dir()).unwrap_err();
        assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
    }
}

#[test]
fn what_would_be_is_never_the_latest_snapshot() {
    let (_dir, store) = new_store();
    let mut writer = store.writer().unwrap();
    let is = import(&mut writer, "2026-11-24T23:15:00Z", &[]);
    for taken in ["2026-11-24T23:15:00Z", "2026-12-01T00:00:00Z"] {
        let mut manifest = Manifest::new(time(taken), "plan");
        manifest.assumptions = vec![format!("{PLAN}plan.json is applied")];
        writer.commit(manifest).unwrap();
    }
    assert_eq!(store.latest().unwrap(), is);
    assert_eq!(store.snapshots().unwrap().len(), 3);
}
