//! `whocan report schedule` from outside.

#![allow(clippy::unwrap_used, reason = "what is missing fails the test")]

mod command;

use std::fs;
use std::time::{Duration, Instant};

use command::{Place, names};
use serde_json::{Value, json};

/// A report that is due every minute and goes to a folder and a webhook.
fn report(place: &Place, deliver: &str) -> String {
    let text = format!(
        "title = \"Own\"\nwhy = \"For a test.\"\nseverity = \"low\"\nformats = [\"json\"]\nschedule = \"* * * * *\"\n\n\
         [[query]]\ncode = \"public\"\ntitle = \"Public\"\ntext = \"list public\"\n\n{deliver}"
    );
    place.file("own.toml", text)
}

const FOLDER: &str = "[[deliver]]\nto = \"directory\"\npath = \"delivered\"\n";

/// Lets the report be due since long ago.
fn long_ago(place: &Place) {
    let path = place.store().join("schedule/state.json");
    let mut state: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    state["runs"]["own"]["last"] = json!("2026-01-01T00:00:00Z");
    fs::write(&path, state.to_string()).unwrap();
}

/// Does not begin a test in the last seconds of a minute, in which a report may become due.
fn early_in_a_minute() {
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    let second = now.as_secs() % 60;
    if second > 45 {
        std::thread::sleep(Duration::from_secs(61 - second));
    }
}

#[test]
fn what_was_missed_runs_once_and_nothing_runs_twice() {
    early_in_a_minute();
    let place = Place::with_example();
    let own = report(&place, FOLDER);
    let once = || place.run(["report", "schedule", &own, "--once"]).fine();
    assert_eq!(once(), "", "it is scheduled from now on");
    assert_eq!(names(&place.path("delivered")), [""; 0]);
    long_ago(&place);
    let said = once();
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains(" own: 1 new low finding"), "{said}");
    assert_eq!(names(&place.path("delivered")), ["own.json"]);
    fs::remove_file(place.path("delivered/own.json")).unwrap();
    assert_eq!(once(), "");
    assert_eq!(names(&place.path("delivered")), [""; 0]);
    // What the schedule keeps belongs to the store.
    let told = place.run(["snapshots", "verify"]).fine();
    assert_eq!(told, "all that is stored can be read\n");
}

#[test]
fn a_run_that_was_cut_off_delivers_what_is_left() {
    early_in_a_minute();
    let place = Place::with_example();
    let two = format!("{FOLDER}{}", FOLDER.replace("delivered", "second"));
    let own = report(&place, &two);
    let once = || place.run(["report", "schedule", &own, "--once"]).fine();
    once();
    long_ago(&place);
    let path = place.store().join("schedule/state.json");
    let mut state: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    state["runs"]["own"]["delivered"] = json!([0]);
    fs::write(&path, state.to_string()).unwrap();
    once();
    assert_eq!(names(&place.path("delivered")), [""; 0]);
    assert_eq!(names(&place.path("second")), ["own.json"]);
}

#[test]
fn exports_are_imported_before_the_reports_are_made() {
    early_in_a_minute();
    let place = Place::new();
    let own = report(&place, FOLDER);
    let export = concat!(env!("CARGO_MANIFEST_DIR"), "/example");
    let run = ["report", "schedule", &own, "--once", "--import", export];
    place.run(run).fine();
    long_ago(&place);
    let said = place.run(run).fine();
    assert!(said.contains("an organization, 5 accounts"), "{said}");
    assert_eq!(names(&place.path("delivered")), ["own.json"]);
}

#[test]
fn one_process_schedules_a_store_and_ends_when_it_is_asked_to() {
    let place = Place::with_example();
    let own = report(&place, FOLDER);
    let mut first = place.command(["report", "schedule", &own]).spawn().unwrap();
    let start = Instant::now();
    let state = place.store().join("schedule/state.json");
    while !state.exists() && start.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(20));
    }
    let second = place.run(["report", "schedule", &own, "--once"]);
    second.error("another process schedules reports");
    let id = first.id().to_string();
    let killed = std::process::Command::new("kill")
        .arg(&id)
        .status()
        .unwrap();
    assert!(killed.success());
    assert!(first.wait().unwrap().success());
}

#[test]
fn a_report_without_a_schedule_or_with_a_broken_one_is_told() {
    let place = Place::with_example();
    let own = report(&place, "");
    let text = fs::read_to_string(&own).unwrap();
    fs::write(&own, text.replace("* * * * *", "every day")).unwrap();
    place
        .run(["report", "schedule", &own, "--once"])
        .error("line 5: `every day` is no schedule");
    fs::write(&own, text.replace("schedule = \"* * * * *\"\n", "")).unwrap();
    place
        .run(["report", "schedule", &own, "--once"])
        .error("report `own` has no schedule");
}

#[test]
fn files_for_other_schedulers_name_the_report_and_its_time() {
    let place = Place::new();
    let print = |kind: &str| {
        let run = [
            "report",
            "schedule",
            "what-changed",
            "--print",
            kind,
            "--import",
            "/srv/export",
        ];
        place.run(run).fine()
    };
    let systemd = print("systemd");
    for line in [
        "ExecStartPre=whocan import /srv/export",
        "ExecStart=whocan report run what-changed --out /var/lib/whocan/reports",
        "OnCalendar=*-*-* 7:0:00 UTC",
        "SuccessExitStatus=1",
    ] {
        assert!(systemd.lines().any(|own| own == line), "{line}: {systemd}");
    }
    let cronjob = print("cronjob");
    assert!(cronjob.contains("schedule: \"0 7 * * *\"") && cronjob.contains("kind: CronJob"));
    let github = print("github");
    assert!(github.contains("- cron: \"0 7 * * *\"") && github.contains("upload-sarif"));
}

#[cfg(not(feature = "deliver"))]
#[test]
fn without_network_a_webhook_is_a_dead_letter() {
    early_in_a_minute();
    let place = Place::with_example();
    let own = report(
        &place,
        "[[deliver]]\nto = \"webhook\"\nurl = \"https://example.com/hook\"\n",
    );
    let once = || place.run(["report", "schedule", &own, "--once"]).fine();
    once();
    long_ago(&place);
    once();
    let dead = place.store().join("schedule/dead-letters");
    let letters = names(&dead);
    assert_eq!(letters.len(), 1);
    let letter: Value =
        serde_json::from_str(&fs::read_to_string(dead.join(&letters[0])).unwrap()).unwrap();
    assert!(
        letter["why"]
            .as_str()
            .unwrap()
            .contains("without the feature `deliver`")
    );
    assert_eq!(letter["body"]["report"]["code"], "own");
}

#[cfg(feature = "deliver")]
mod webhook {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    /// Answers one request after the other with these statuses, and returns the bodies.
    fn serve(statuses: &'static [u16]) -> (String, thread::JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let served = thread::spawn(move || {
            let each = statuses.iter().map(|status| {
                let (mut stream, _) = listener.accept().unwrap();
                let body = request(&mut stream);
                write!(
                    stream,
                    "HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                )
                .unwrap();
                body
            });
            each.collect()
        });
        (url, served)
    }

    fn request(stream: &mut std::net::TcpStream) -> String {
        let mut bytes = Vec::new();
        let mut buffer = [0; 4096];
        loop {
            let read = stream.read(&mut buffer).unwrap();
            bytes.extend_from_slice(&buffer[..read]);
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let Some((head, body)) = text.split_once("\r\n\r\n") else {
                continue;
            };
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length")
                    .then(|| value.trim().parse::<usize>().unwrap())
            });
            if body.len() >= length.unwrap_or(0) || read == 0 {
                return body.to_owned();
            }
        }
    }

    fn deliver(url: &str, more: &str) -> Place {
        early_in_a_minute();
        let place = Place::with_example();
        let own = report(
            &place,
            &format!("[[deliver]]\nto = \"webhook\"\nurl = \"{url}\"\n{more}"),
        );
        let once = || place.run(["report", "schedule", &own, "--once"]).fine();
        once();
        long_ago(&place);
        once();
        place
    }

    #[test]
    fn a_receiver_that_is_busy_is_asked_again() {
        let (url, served) = serve(&[503, 200]);
        let place = deliver(&url, "");
        let bodies = served.join().unwrap();
        assert_eq!(bodies.len(), 2);
        let body: Value = serde_json::from_str(&bodies[1]).unwrap();
        assert_eq!(body["report"]["code"], "own");
        assert_eq!(names(&place.store().join("schedule/dead-letters")), [""; 0]);
    }

    #[test]
    fn what_is_refused_is_a_dead_letter_at_once() {
        let (url, served) = serve(&[400]);
        let place = deliver(&url, "style = \"text\"\n");
        let bodies = served.join().unwrap();
        let body: Value = serde_json::from_str(&bodies[0]).unwrap();
        assert!(
            body["text"]
                .as_str()
                .unwrap()
                .starts_with("Own: 1 new low finding")
        );
        assert_eq!(names(&place.store().join("schedule/dead-letters")).len(), 1);
    }
}
