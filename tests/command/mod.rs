//! The binary as a shell sees it: arguments and input in, output and exit code out.

#![allow(dead_code, reason = "each test file uses a part")]

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A store of its own for one test, gone with it.
pub struct Place {
    dir: tempfile::TempDir,
}

/// How a command ended.
#[derive(Debug)]
pub struct Ended {
    /// The exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Place {
    /// An empty place.
    pub fn new() -> Place {
        Place {
            dir: tempfile::tempdir().unwrap(),
        }
    }

    /// A place whose store holds the example organization under the label `example`.
    pub fn with_example() -> Place {
        let place = Place::new();
        let example = concat!(env!("CARGO_MANIFEST_DIR"), "/example");
        let ended = place.run(["import", example, "--label", "example"]);
        assert_eq!(ended.code, 0, "{ended:?}");
        place
    }

    /// A path in here.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Writes a file and returns its path as text.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// The store.
    pub fn store(&self) -> PathBuf {
        self.path("store")
    }

    /// A command that touches nothing outside of here.
    pub fn command<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_whocan"));
        command
            .args(args)
            .env("WHOCAN_STORE", self.store())
            .env("HOME", self.dir.path())
            .env_remove("XDG_DATA_HOME")
            .env_remove("XDG_STATE_HOME")
            .env_remove("NO_COLOR")
            .stdin(Stdio::null());
        command
    }

    /// Runs a command without input.
    pub fn run<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Ended {
        ended(self.command(args))
    }

    /// Runs a command with `input` on its standard input.
    pub fn feed<A: AsRef<OsStr>>(
        &self,
        args: impl IntoIterator<Item = A>,
        input: impl AsRef<[u8]>,
    ) -> Ended {
        let mut command = self.command(args);
        command.stdin(Stdio::piped());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.as_ref().to_owned();
        // A command that reads nothing closes its input; that is its right.
        let feeder = std::thread::spawn(move || drop(stdin.write_all(&input)));
        let output = child.wait_with_output().unwrap();
        feeder.join().unwrap();
        Ended::of(&output)
    }

    /// What a text says with the paths in here replaced by `HERE`.
    pub fn neutral(&self, text: &str) -> String {
        text.replace(self.dir.path().to_str().unwrap(), "HERE")
    }
}

/// Runs a command as it is.
pub fn ended(mut command: Command) -> Ended {
    Ended::of(&command.output().unwrap())
}

impl Ended {
    /// What a command's output says.
    pub fn of(output: &std::process::Output) -> Ended {
        Ended {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout.clone()).unwrap(),
            err: String::from_utf8(output.stderr.clone()).unwrap(),
        }
    }

    /// Asserts that nothing went wrong and returns the output.
    #[track_caller]
    pub fn fine(self) -> String {
        assert_eq!((self.code, self.err.as_str()), (0, ""), "{}", self.out);
        self.out
    }

    /// Asserts an error that says `message`, without a bug being admitted.
    #[track_caller]
    pub fn error(&self, message: &str) {
        assert_eq!(self.code, 2, "{self:?}");
        assert!(self.err.contains(message), "{}", self.err);
        assert!(!self.err.contains("has a bug"), "{}", self.err);
    }
}

/// The names in a folder, sorted; none if it is not there.
pub fn names(dir: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(dir) else {
        return Vec::new();
    };
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}
