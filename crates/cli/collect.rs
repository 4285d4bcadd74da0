//! `whocan collect`: live accounts into a new snapshot.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use jiff::Timestamp;
use whocan_collect::{CollectError, Collected, Collection, Manners, Options};
use whocan_policy::AccountId;
use whocan_snapshot::Store;

use crate::args::Collect;
use crate::exit::Outcome;
use crate::failure::Failure;
use crate::import::{self, Exports};
use crate::terminal::Terminal;
use crate::{output, store_location};

mod changes;
mod progress;

/// Collects, or tells what collecting would do and need.
pub fn run(args: &Collect, store: Option<&Path>, terminal: &Terminal) -> Result<Outcome, Failure> {
    if args.print_policy {
        output::write(whocan_collect::policy(args.role_name.as_deref()))?;
        return Ok(Outcome::Yes);
    }
    if let (true, Some(role)) = (args.print_template, &args.role_name) {
        output::write(whocan_collect::template(role))?;
        return Ok(Outcome::Yes);
    }
    let options = options(args)?;
    if args.dry_run {
        output::write(dry_run(&options))?;
        return Ok(Outcome::Yes);
    }
    if let Some(label) = &args.label {
        import::check_label(label)?;
    }
    let store = store_location::open(store)?;
    let collection = collection(args, &options, &store)?;
    let collected = ask(&collection, args, terminal)?;
    let text = keep(&collection, args, &store, &collected, terminal)?;
    output::write(text)?;
    Ok(Outcome::Yes)
}

fn options(args: &Collect) -> Result<Options, Failure> {
    let account = |text: &String| {
        let id = text.trim().parse::<AccountId>();
        id.map_err(|_| {
            Failure::new(format_args!(
                "`{text}` is no account: expected twelve digits"
            ))
        })
    };
    let tag = |text: &String| {
        let pair = text.split_once('=');
        let pair = pair.map(|(key, value)| (key.to_owned(), value.to_owned()));
        pair.ok_or_else(|| Failure::new(format_args!("`{text}` is no tag: expected KEY=VALUE")))
    };
    Ok(Options {
        profile: args.profile.clone(),
        endpoint_url: args.endpoint_url.clone(),
        role_name: args.role_name.clone(),
        external_id: args.external_id.clone(),
        session_name: args.session_name.clone(),
        accounts: args
            .accounts
            .iter()
            .map(account)
            .collect::<Result<_, _>>()?,
        units: args.ou.clone(),
        tags: args.account_tag.iter().map(tag).collect::<Result<_, _>>()?,
        regions: args.regions.clone(),
        skip_organization: args.skip_organization,
    })
}

fn manners(args: &Collect) -> Manners {
    Manners {
        at_once: usize::from(args.calls),
        rate: args.rate,
        timeout: Duration::from_secs(args.timeout),
        attempts: args.attempts,
        again: args.again,
        ..Manners::default()
    }
}

/// Lists the calls, one a line.
fn dry_run(options: &Options) -> String {
    let mut text = String::new();
    for call in whocan_collect::planned() {
        if call.service == "organizations" && options.skip_organization {
            continue;
        }
        let name = format!("{} {}", call.service, call.command);
        text.push_str(&format!("{name:60} {}\n", call.often));
    }
    let list = |names: Vec<String>, all: &str| match names.is_empty() {
        true => all.to_owned(),
        false => names.join(", "),
    };
    let accounts = match &options.role_name {
        None => "the account of the credentials".to_owned(),
        Some(_) => list(
            options.accounts.iter().map(ToString::to_string).collect(),
            "those of the organization that are in use",
        ),
    };
    let regions = list(
        options.regions.clone(),
        "those that are enabled in each account",
    );
    text.push_str(&format!("accounts: {accounts}\nregions: {regions}\n"));
    text
}

/// Returns the collection that goes on, or a new one.
fn collection(args: &Collect, options: &Options, store: &Store) -> Result<Collection, Failure> {
    if args.resume {
        let dir = match &args.bundle {
            Some(dir) => dir.clone(),
            None => unfinished(store).pop().ok_or_else(|| {
                Failure::new("there is no collection to go on with")
                    .hint("one that was kept elsewhere is named with --bundle DIR")
            })?,
        };
        return Collection::resume(&dir).map_err(Failure::from);
    }
    let dir = match &args.bundle {
        Some(dir) => {
            let taken = fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some());
            if taken {
                let failure = Failure::new(format_args!("`{}` is not empty", dir.display()));
                return Err(failure.hint("--resume goes on with a collection that was stopped"));
            }
            dir.clone()
        }
        None => new_dir(store)?,
    };
    Collection::begin(&dir, options).map_err(Failure::from)
}

/// Returns the folders of collections that were stopped, the oldest first.
fn unfinished(store: &Store) -> Vec<PathBuf> {
    let entries = fs::read_dir(store.collections_dir());
    let entries = entries.into_iter().flatten().flatten();
    let mut dirs: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    dirs.retain(|dir| Collection::is_in(dir));
    dirs.sort();
    dirs
}

fn new_dir(store: &Store) -> Result<PathBuf, Failure> {
    let room = store.create_collections_dir()?;
    let now = Timestamp::now().strftime("%Y-%m-%dT%H%M%S%6fZ");
    Ok(room.join(format!("{now}-{}", std::process::id())))
}

/// Asks AWS, until everything is answered or Ctrl-C is pressed.
fn ask(collection: &Collection, args: &Collect, terminal: &Terminal) -> Result<Collected, Failure> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&stop))
            .map_err(|error| Failure::new(format_args!("cannot watch for Ctrl-C: {error}")))?;
    }
    let observer = Arc::new(progress::Bar::new(terminal));
    let collected = collection.run(&manners(args), observer, &stop);
    collected.map_err(|error| {
        let failure = Failure::from(error);
        match failure.has_hint() {
            true => failure,
            false => failure.hint(format_args!(
                "what was read is in `{}`; `whocan collect --resume{}` goes on, `whocan import` takes it as it is",
                collection.dir().display(),
                match &args.bundle {
                    Some(dir) => format!(" --bundle {}", dir.display()),
                    None => String::new(),
                },
            )),
        }
    })
}

/// Makes a snapshot of what was read, and says what it holds and what changed.
fn keep(
    collection: &Collection,
    args: &Collect,
    store: &Store,
    collected: &Collected,
    terminal: &Terminal,
) -> Result<String, Failure> {
    let before = changes::latest(store)?;
    let exports = Exports {
        paths: vec![collection.dir().to_owned()],
        label: args.label.clone(),
        source: source(collection.options(), collected),
        taken: None,
    };
    // An answer in a form that we do not know is a gap, and the rest counts.
    let options = whocan_import::Options {
        keep_going: true,
        ..whocan_import::Options::default()
    };
    let (id, mut text) = import::store_exports(store, &exports, &options, terminal)?;
    text.push_str(&changes::text(store, before, &id)?);
    if args.bundle.is_none() {
        // Whoever cannot remove it has it still; the snapshot is there.
        let _ = fs::remove_dir_all(collection.dir());
    }
    Ok(text)
}

/// Says where a snapshot came from.
fn source(options: &Options, collected: &Collected) -> String {
    let accounts = match collected.accounts.as_slice() {
        [one] => format!("account {one}"),
        more => format!("{} accounts", more.len()),
    };
    match &options.role_name {
        Some(role) => format!("collection of {accounts} with role {role}"),
        None => format!("collection of {accounts}"),
    }
}

impl From<CollectError> for Failure {
    fn from(error: CollectError) -> Failure {
        let failure = Failure::new(&error);
        match error {
            CollectError::Credentials(_) => failure.hint(
                "the AWS SDKs look in the environment, in profiles (--profile), SSO, containers and instances",
            ),
            CollectError::NothingChosen(_) => {
                failure.hint("--role-name NAME is assumed in other accounts; --accounts, --ou and --account-tag choose")
            }
            CollectError::Organization(_) => failure.hint(
                "these credentials must be of the management account or of a delegated administrator; else name accounts with --accounts",
            ),
            CollectError::Running(_) => failure.hint("wait for it, or stop it and go on with --resume"),
            _ => failure,
        }
    }
}
