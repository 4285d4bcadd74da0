//! Help, completions and manual pages.

#![allow(clippy::unwrap_used, reason = "what is missing fails the test")]

mod command;

use command::{Place, names};

#[test]
fn every_command_explains_itself() {
    let place = Place::new();
    let all = place.run(["--help"]).fine();
    for command in [
        "import",
        "query",
        "repl",
        "demo",
        "simulate",
        "snapshots",
        "export-script",
        "completions",
        "man",
    ] {
        assert!(all.contains(&format!("\n  {command} ")), "{all}");
        let help = place.run([command, "--help"]).fine();
        assert!(help.contains("Usage: whocan"), "{help}");
    }
    // What can reach the network is told only where it is built in.
    assert_eq!(all.contains("collect"), cfg!(feature = "collect"), "{all}");
    assert!(place.run(["--version"]).fine().starts_with("whocan "));
}

#[test]
fn what_is_mistyped_is_an_error_with_exit_code_2() {
    let place = Place::new();
    place.run(["qwery"]).error("unrecognized subcommand");
    place
        .run(["query", "--format", "xml", "list users"])
        .error("invalid value 'xml'");
    let none: [&str; 0] = [];
    assert_eq!(place.run(none).code, 2);
}

#[test]
fn every_shell_gets_completions() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(
            place
                .run(["completions", shell])
                .fine()
                .contains("snapshots")
        );
    }
}

#[test]
fn every_command_gets_a_manual_page() {
    let place = Place::new();
    let dir = place.path("man");
    place.run(["man", dir.to_str().unwrap()]).fine();
    let pages = names(&dir);
    for page in ["whocan.1", "whocan-query.1", "whocan-snapshots-verify.1"] {
        assert!(pages.contains(&page.to_owned()), "{pages:?}");
    }
    let file = place.file("file", "");
    place.run(["man", &file]).error("cannot write");
}
