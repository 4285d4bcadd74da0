//! Lists the example organization's files and the shipped queries and reports, so that the binary carries them.

#![allow(
    clippy::print_stdout,
    reason = "this is how a build script talks to Cargo"
)]

use std::env;
use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=example");
    println!("cargo::rerun-if-changed=queries");
    println!("cargo::rerun-if-changed=reports");
    println!("cargo::rerun-if-changed=crates/cli/build.rs");
    texts("queries", "wq")?;
    texts("reports", "toml")?;
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("example");
    let mut files = Vec::new();
    collect(&root, &mut files)?;
    files.sort();
    let mut source = String::from("&[\n");
    for file in &files {
        let name: Vec<_> = file
            .strip_prefix(&root)?
            .iter()
            .map(|part| part.to_string_lossy())
            .collect();
        writeln!(
            source,
            "    ({:?}, include_bytes!({:?})),",
            name.join("/"),
            file
        )?;
    }
    source.push_str("]\n");
    fs::write(
        PathBuf::from(env::var("OUT_DIR")?).join("example_files.rs"),
        source,
    )?;
    Ok(())
}

/// Lists the files of a folder as pairs of name and text.
fn texts(folder: &str, end: &str) -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join(folder);
    let mut files = Vec::new();
    collect(&root, &mut files)?;
    files.retain(|file| file.extension().is_some_and(|own| own == end));
    files.sort();
    let mut source = String::from("&[\n");
    for file in &files {
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        writeln!(source, "    ({name:?}, include_str!({file:?})),")?;
    }
    source.push_str("]\n");
    fs::write(
        PathBuf::from(env::var("OUT_DIR")?).join(format!("{folder}.rs")),
        source,
    )?;
    Ok(())
}

fn collect(dir: &Path, files: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), files)?;
        } else {
            files.push(entry.path());
        }
    }
    Ok(())
}
