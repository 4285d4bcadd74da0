//! An organization of five accounts in moto's server, from PyPI, on the loopback address.

use std::fs::{self, File, Permissions};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
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
        self.collect_in("us-east-1,eu-west-1", place, more)
    }

    /// As [`Moto::collect`], in these regions.
    pub fn collect_in(&self, regions: &str, place: &Place, more: &[&str]) -> Command {
        let args = ["collect"].into_iter().chain(self.options(regions));
        credentials(place.command(args.chain(more.iter().copied())))
    }

    /// The options of a collection of the whole organization.
    pub fn options<'a>(&'a self, regions: &'a str) -> [&'a str; 8] {
        let (role, endpoint) = ("OrganizationAccountAccessRole", self.endpoint.as_str());
        [
            "--role-name",
            role,
            "--endpoint-url",
            endpoint,
            "--regions",
            regions,
            "--rate",
            "1000",
        ]
    }

    /// Exports every account with a script and version 1 of the AWS command
    /// line, all at once into one folder.
    pub fn export(&self, place: &Place, script: &str, regions: &str) -> PathBuf {
        let aws = Aws::start(place);
        let accounts = self.seeded["accounts"].as_object().unwrap();
        let mut running = Vec::new();
        for name in accounts.keys() {
            let mut command = credentials(Command::new("sh"));
            command.arg(script).args(["-r", regions, "-o"]);
            command.arg(place.path("export"));
            command.env("PATH", aws.path()).env("WAIT", "0");
            command.env("AWS_ENDPOINT_URL", &self.endpoint);
            command.env("AWS_DEFAULT_REGION", "eu-west-1");
            let keys = self.seeded["credentials"][name].as_object();
            for (name, key) in keys.into_iter().flatten() {
                command.env(name.to_uppercase(), key.as_str().unwrap());
            }
            if keys.is_some() {
                command.arg("-s");
            }
            running.push(command.stderr(Stdio::piped()).spawn().unwrap());
        }
        for script in running {
            let output = script.wait_with_output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{said}");
        }
        place.path("export")
    }
}

/// The AWS command line, started once for hundreds of calls.
struct Aws {
    folder: PathBuf,
    server: Child,
}

impl Aws {
    fn start(place: &Place) -> Aws {
        let python = environment().join("python");
        let cli = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/moto/cli.py");
        let socket = place.path("aws.socket");
        let aws = place.file(
            "bin/aws",
            format!(
                "#!/bin/sh\nexec '{}' -I -S '{}' '{}' \"$@\"\n",
                python.display(),
                cli.display(),
                socket.display()
            ),
        );
        fs::set_permissions(&aws, Permissions::from_mode(0o755)).unwrap();
        let mut server = Command::new(python)
            .arg(cli)
            .arg("--serve")
            .arg(socket)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the environment's Python starts");
        let mut line = String::new();
        let out = server.stdout.take().expect("piped");
        BufReader::new(out).read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        Aws {
            folder: place.path("bin"),
            server,
        }
    }

    fn path(&self) -> String {
        let path = std::env::var("PATH").unwrap();
        format!("{}:{path}", self.folder.display())
    }
}

impl Drop for Aws {
    fn drop(&mut self) {
        // It ends with its input.
        drop(self.server.stdin.take());
        let _ = self.server.wait();
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
