//! An organization of five accounts in moto's server, from PyPI, on the loopback address.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

use crate::command::Place;

/// What is installed, into an environment of the tests' own.
const REQUIREMENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/moto/requirements.txt");
/// The folder of that environment.
const FOLDER: &str = "moto";

/// The server with what was built in it.
pub struct Moto {
    /// Where it listens.
    pub endpoint: String,
    /// The number of each account, by its name, and the id of the one key.
    seeded: Value,
    /// The server ends when its standard input does: with this process.
    _server: Child,
}

impl Moto {
    /// The one server of a test's process.
    pub fn running() -> &'static Moto {
        static MOTO: OnceLock<Moto> = OnceLock::new();
        MOTO.get_or_init(start)
    }

    /// The number of an account.
    pub fn account(&self, name: &str) -> &str {
        self.seeded["accounts"][name].as_str().unwrap()
    }

    /// The id of the one key.
    pub fn key(&self) -> &str {
        self.seeded["key"].as_str().unwrap()
    }

    /// `whocan collect` of the whole organization, with more arguments.
    pub fn collect(&self, place: &Place, more: &[&str]) -> Command {
        let role = ["--role-name", "OrganizationAccountAccessRole"];
        let where_and_what = ["--endpoint-url", &self.endpoint];
        let regions = ["--regions", "us-east-1,eu-west-1"];
        let args = ["collect"].into_iter();
        let args = args.chain(role).chain(where_and_what).chain(regions);
        let args = args.chain(["--rate", "1000"]).chain(more.iter().copied());
        credentials(place.command(args))
    }
}

/// Gives a command credentials that no server but a test's takes.
pub fn credentials(mut command: Command) -> Command {
    command
        .env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "example")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("NO_PROXY", "127.0.0.1")
        .env_remove("AWS_SESSION_TOKEN")
        .env_remove("AWS_PROFILE")
        .env_remove("AWS_REGION")
        .env_remove("AWS_DEFAULT_REGION")
        .env_remove("AWS_ENDPOINT_URL");
    command
}

fn start() -> Moto {
    let seed = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/moto/seed.py");
    let mut server = Command::new(environment().join("python"))
        .arg(seed)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the environment's Python starts");
    let mut line = String::new();
    let out = server.stdout.take().expect("piped");
    BufReader::new(out)
        .read_line(&mut line)
        .expect("the seed prints a line");
    let seeded: Value = serde_json::from_str(&line)
        .unwrap_or_else(|error| panic!("moto's server did not start ({error}); see above: {line}"));
    let endpoint = seeded["endpoint"].as_str().unwrap().to_owned();
    Moto {
        endpoint,
        seeded,
        _server: server,
    }
}

/// Returns the folder with moto and the AWS command line, which are installed
/// if they are not there yet.
///
/// Tests of several processes wait for each other; what was left half-way, or is
/// of other versions, is made anew.
fn environment() -> PathBuf {
    let room = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let folder = room.join(FOLDER);
    let lock = File::create(room.join(format!("{FOLDER}.lock"))).expect("the lock can be made");
    lock.lock().expect("the lock can be held");
    let ready = folder.join("ready");
    let wanted = fs::read_to_string(REQUIREMENTS).expect("the requirements are there");
    if fs::read_to_string(&ready).ok().as_ref() != Some(&wanted) {
        let _ = fs::remove_dir_all(&folder);
        install(Command::new("python3").args(["-m", "venv"]).arg(&folder));
        let pip = ["-m", "pip", "install", "--quiet", "--no-deps", "-r"];
        install(
            Command::new(folder.join("bin/python"))
                .args(pip)
                .arg(REQUIREMENTS),
        );
        fs::write(&ready, wanted).expect("the environment can be marked as ready");
    }
    folder.join("bin")
}

#[track_caller]
fn install(command: &mut Command) {
    let output = command.output();
    let output = output.unwrap_or_else(|error| {
        panic!("the tests against moto need Python 3 with `venv`: {command:?}: {error}")
    });
    assert!(
        output.status.success(),
        "moto's server, from PyPI, could not be installed: {command:?}\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
