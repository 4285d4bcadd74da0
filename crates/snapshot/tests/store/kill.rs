//! A writer that is killed at any moment loses nothing that it finished.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use whocan_snapshot::*;

use crate::sample::*;

const KILLS: u64 = 50;

/// The names of the variables that tell the child where and what to write.
const STORE: &str = "WHOCAN_TEST_KILL_STORE";
const SEED: &str = "WHOCAN_TEST_KILL_SEED";

/// A small generator of numbers that are the same in every run (xorshift64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

/// What the children have reported, which must be there whatever happened since.
#[derive(Default)]
struct Promised {
    objects: Vec<ObjectHash>,
    snapshots: Vec<SnapshotId>,
}

impl Promised {
    /// Takes one line of a child's report; the last line may be cut off.
    fn note(&mut self, line: &str) {
        match line.trim_end().split_once(' ') {
            Some(("put", hash)) => self.objects.push(hash.parse().unwrap()),
            Some(("committed", id)) => self.snapshots.push(SnapshotId(id.to_owned())),
            // From here on it may be gone, or not.
            Some(("removing", id)) => self.snapshots.retain(|known| known.0 != id),
            Some(("dropping", hash)) => self.objects.retain(|known| known.as_str() != hash),
            _ => {}
        }
    }
}

#[test]
fn fifty_kills_lose_nothing_that_was_finished() {
    // The same test, started again by itself, is the process that is killed.
    if let Some(dir) = std::env::var_os(STORE) {
        return write_until_killed(Path::new(&dir));
    }
    let (_dir, store) = new_store();
    let mut numbers = Numbers(0x5eed);
    let mut promised = Promised::default();
    for round in 0..KILLS {
        let mut child = start(store.dir(), round + 1);
        let output = child.stdout.take().unwrap();
        let reading = thread::spawn(move || {
            let lines = BufReader::new(output).split(b'\n');
            lines.map_while(Result::ok).collect::<Vec<_>>()
        });
        thread::sleep(Duration::from_millis(5 + numbers.next() % 120));
        child.kill().unwrap();
        child.wait().unwrap();
        for line in reading.join().unwrap() {
            promised.note(&String::from_utf8_lossy(&line));
        }

        let findings = store.verify();
        let damage = findings.iter().find(|finding| finding.kind.is_damage());
        assert_eq!(damage, None, "kill {round}");
        for hash in &promised.objects {
            store.load_account(hash).unwrap();
        }
        for id in &promised.snapshots {
            store.load(id).unwrap();
        }
    }
    assert!(promised.objects.len() > 50, "{}", promised.objects.len());
    assert!(promised.snapshots.len() > 5, "{}", promised.snapshots.len());

    // The next writer works, and can tidy up.
    let mut writer = store.writer().unwrap();
    let last = import(
        &mut writer,
        "2027-01-01T00:00:00Z",
        &[account("111122223333", "last")],
    );
    writer.prune().unwrap();
    drop(writer);
    assert_eq!(store.latest().unwrap(), last);
    assert_eq!(store.verify(), []);
    for id in &promised.snapshots {
        store.load(id).unwrap();
    }
}

fn start(store: &Path, seed: u64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "kill::fifty_kills_lose_nothing_that_was_finished",
            "--nocapture",
        ])
        .env(STORE, store)
        .env(SEED, seed.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

fn write_until_killed(dir: &Path) {
    let seed: u64 = std::env::var(SEED).unwrap().parse().unwrap();
    let store = Store::open(dir).unwrap();
    // The lock of the one who was killed before is gone with it.
    let mut writer = store.writer().unwrap();
    let mut numbers = Numbers(seed);
    let mut report = std::io::stdout();
    for round in 0..1000 {
        let accounts = [large_account(&mut numbers), large_account(&mut numbers)];
        let mut manifest = Manifest::new(time("2026-11-24T00:00:00Z"), format!("{seed} {round}"));
        for account in &accounts {
            let hash = writer.put_account(account).unwrap();
            writeln!(report, "put {hash}").unwrap();
            manifest.accounts.push((account.id, hash.into()));
        }
        let hashes: Vec<String> = manifest
            .accounts
            .iter()
            .map(|named| named.1.clone())
            .collect();
        let id = writer.commit(manifest).unwrap();
        writeln!(report, "committed {id}").unwrap();
        if round % 4 == 3 {
            remove(&mut writer, &mut report, &id, &hashes);
        }
    }
}

fn remove(writer: &mut Writer, report: &mut impl Write, id: &SnapshotId, hashes: &[String]) {
    for hash in hashes {
        writeln!(report, "dropping {hash}").unwrap();
    }
    writeln!(report, "removing {id}").unwrap();
    writer.remove(id).unwrap();
}

/// An account that no compression makes small, so that kills strike while it is written.
fn large_account(numbers: &mut Numbers) -> AccountObject {
    let number = format!("{:012}", numbers.next() % 1_000_000_000_000);
    let mut large = account(&number, "large");
    let text: String = (0..4000)
        .map(|_| format!("{:016x}", numbers.next()))
        .collect();
    large.roles[0].trust = Collected::Yes(text);
    large
}
