//! Gives the rules a fingerprint, so that a cached index of other rules is known as such.
//!
//! Everything that decides an answer is in the sources of these crates and in
//! the catalogue's data; a version number would have to be raised by hand.

#![allow(
    clippy::print_stdout,
    reason = "this is how a build script speaks to Cargo"
)]

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};

/// What an answer depends on, beside this crate's folder.
const FOLDERS: [&str; 5] = [
    "src",
    "../graph/src",
    "../policy/src",
    "../policy/data",
    "../snapshot/src",
];

fn main() -> io::Result<()> {
    let own = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut files = BTreeMap::new();
    for name in FOLDERS {
        let folder = own.join(name);
        println!("cargo::rerun-if-changed={}", folder.display());
        // Outside this repository the version must do.
        if folder.is_dir() {
            add(&folder, name, &mut files)?;
        }
    }
    let mut hasher = DefaultHasher::new();
    env::var("CARGO_PKG_VERSION").ok().hash(&mut hasher);
    files.hash(&mut hasher);
    println!("cargo::rustc-env=WHOCAN_RULES={:016x}", hasher.finish());
    Ok(())
}

fn add(folder: &Path, name: &str, files: &mut BTreeMap<String, Vec<u8>>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{name}/{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            add(&entry.path(), &name, files)?;
        } else {
            files.insert(name, fs::read(entry.path())?);
        }
    }
    Ok(())
}
