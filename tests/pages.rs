//! The README and the pages say what the program says.
//!
//! A fenced `console` block holds commands behind `$ ` and what they print;
//! with `WHOCAN_REFILL=1` the test writes that anew instead of comparing it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The README, and every page in `docs/`.
fn pages() -> Vec<PathBuf> {
    let listed = fs::read_dir(root().join("docs")).expect("docs/ is there");
    let mut pages: Vec<PathBuf> = listed.map(|entry| entry.expect("a file").path()).collect();
    pages.retain(|path| path.extension().is_some_and(|end| end == "md"));
    pages.push(root().join("README.md"));
    pages.sort();
    pages
}

/// Runs one command line as a reader would type it, in the project's folder.
fn output(line: &str) -> String {
    let binary = Path::new(env!("CARGO_BIN_EXE_whocan"));
    let folder = binary.parent().expect("the binary lies in a folder");
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new("sh")
        .args(["-c", &format!("{line} 2>&1")])
        .current_dir(root())
        .env("PATH", format!("{}:{path}", folder.display()))
        .env_remove("WHOCAN_STORE")
        .output()
        .expect("there is a shell");
    String::from_utf8(output.stdout).expect("the program prints UTF-8")
}

/// Returns the page with what its commands print now.
fn refilled(text: &str) -> String {
    let mut page = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        page += line;
        page.push('\n');
        if line != "```console" {
            continue;
        }
        while let Some(inside) = lines.next_if(|line| *line != "```") {
            if let Some(command) = inside.strip_prefix("$ ") {
                page += inside;
                page.push('\n');
                page += &output(command);
            }
        }
    }
    page
}

#[test]
fn commands_on_the_pages_print_what_the_pages_say() {
    for path in pages() {
        let text = fs::read_to_string(&path).expect("a page is text");
        let now = refilled(&text);
        if std::env::var_os("WHOCAN_REFILL").is_some() {
            fs::write(&path, now).expect("a page can be written");
        } else {
            assert_eq!(
                text,
                now,
                "{} differs; WHOCAN_REFILL=1 writes it anew",
                path.display()
            );
        }
    }
}

#[test]
fn the_map_names_every_crate_in_data_order() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("the manifest");
    let members = manifest.split("members = [").nth(1).expect("members");
    let members = members.split(']').next().expect("the end of the list");
    let members: Vec<&str> = members.split('"').skip(1).step_by(2).collect();
    let readme = fs::read_to_string(root().join("README.md")).expect("the README");
    let rows = readme
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let mapped: Vec<&str> = rows.filter(|folder| *folder != "crates/cli").collect();
    assert_eq!(mapped, members);
}

#[test]
fn every_page_that_is_linked_is_there() {
    for path in pages() {
        let text = fs::read_to_string(&path).expect("a page is text");
        for link in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            let file = link.split('#').next().unwrap_or_default();
            if file.is_empty() || file.contains("://") {
                continue;
            }
            let folder = path.parent().expect("a page lies in a folder");
            assert!(
                folder.join(file).exists(),
                "{} links to {link}",
                path.display()
            );
        }
    }
}

#[test]
fn the_page_of_attributes_is_made_from_the_table() {
    let path = root().join("docs/attributes.md");
    let head = "# Attributes\n\nEverything that predicates, orders and columns of [the query language](language.md) can look at. This page is made from the\n\
                program's own table. `list` has elements, `names` are several names of one thing, any of which is equal.\n\n";
    let page = format!("{head}{}", whocan_query::attribute::reference());
    let page = format!("{}\n", page.trim_end());
    if std::env::var_os("WHOCAN_REFILL").is_some() {
        fs::write(&path, &page).expect("the page can be written");
    }
    let written = fs::read_to_string(&path).expect("docs/attributes.md is there");
    assert_eq!(written, page, "WHOCAN_REFILL=1 writes it anew");
}
