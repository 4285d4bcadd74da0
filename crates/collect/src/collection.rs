//! One collection: a folder that can be resumed until it is whole.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::sleep;
use whocan_policy::AccountId;

use crate::account::{self, finish};
use crate::answer;
use crate::asker::{Asker, Question, Shared};
use crate::error::CollectError;
use crate::folder::{Folder, Key, Known};
use crate::observer::{Event, Observer};
use crate::options::{Manners, Options};
use crate::organization;
use crate::pace::Pace;
use crate::services::ec2;
use crate::session::{self, Session};
use crate::targets;

/// How many accounts are read at once.
const ACCOUNTS_AT_ONCE: usize = 8;
/// The code by which AWS says that an account is in no organization.
const NOT_IN_USE: &str = "AWSOrganizationsNotInUseException";
/// How soon a wish to stop is heard.
const LISTENING: Duration = Duration::from_millis(50);

/// A folder in which a collection is under way.
///
/// ```text
/// accounts/ organizations/   what was read, as the AWS command line prints it
/// collection/options.json    what is collected
/// collection/regions/        the regions of each account
/// collection/lock            held while it runs
/// ```
///
/// The folder is a bundle, to be imported at any moment.
#[derive(Clone, Debug)]
pub struct Collection {
    dir: PathBuf,
    options: Options,
}

/// What a whole collection has to tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Collected {
    /// The accounts that were read.
    pub accounts: Vec<AccountId>,
    /// The codes of the calls that left no answer, and how often each came;
    /// those by which AWS says that there is none are among them.
    pub codes: BTreeMap<String, usize>,
}

impl Collection {
    /// Begins a collection in a folder that is new or empty.
    ///
    /// # Errors
    ///
    /// If the disk refuses.
    pub fn begin(dir: &Path, options: &Options) -> Result<Collection, CollectError> {
        let path = options_path(dir);
        let text =
            serde_json::to_string_pretty(options).expect("texts and numbers are always JSON");
        keep(&path, &text)?;
        Ok(Collection {
            dir: dir.to_owned(),
            options: options.clone(),
        })
    }

    /// Returns the collection in a folder, as it was left.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn resume(dir: &Path) -> Result<Collection, CollectError> {
        let path = options_path(dir);
        let text = fs::read_to_string(&path).map_err(|error| CollectError::disk(&path, error))?;
        let options =
            serde_json::from_str(&text).map_err(|error| CollectError::disk(&path, error.into()))?;
        Ok(Collection {
            dir: dir.to_owned(),
            options,
        })
    }

    /// Returns what is collected.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Returns whether a folder holds a collection.
    pub fn is_in(dir: &Path) -> bool {
        options_path(dir).is_file()
    }

    /// Returns the folder, which is a bundle to be imported.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Asks for everything that is not there yet, until it is, or `stop` is set.
    ///
    /// # Errors
    ///
    /// [`CollectError`]; then what was read is there, and running again goes on.
    pub fn run(
        &self,
        manners: &Manners,
        observer: Arc<dyn Observer>,
        stop: &AtomicBool,
    ) -> Result<Collected, CollectError> {
        let _lock = lock(&self.dir)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(CollectError::Runtime)?;
        let ended = runtime.block_on(async {
            tokio::select! {
                ended = self.collect(manners, observer) => ended,
                () = stopped(stop) => Err(CollectError::Stopped),
            }
        });
        // Calls under way are given up; what they would have said is asked again.
        runtime.shutdown_background();
        ended
    }

    async fn collect(
        &self,
        manners: &Manners,
        observer: Arc<dyn Observer>,
    ) -> Result<Collected, CollectError> {
        let session = session::open(&self.options, manners).await?;
        let shared = Arc::new(Shared {
            own: session.account,
            pace: Pace::new(manners.at_once),
            manners: manners.clone(),
            observer,
        });
        let run = Arc::new(Run {
            dir: self.dir.clone(),
            options: self.options.clone(),
            session,
            shared,
        });
        let organization = run.organization().await?;
        let chosen = organization.as_ref();
        let chosen = chosen.map(|(asker, tree)| (&**asker, &**tree));
        let accounts = targets::choose(&run.session, &run.options, chosen).await?;
        run.shared.observer.event(Event::Accounts(accounts.len()));
        let mut tasks = JoinSet::new();
        if let Some((asker, tree)) = organization.clone() {
            tasks.spawn(organization::collect(asker, tree));
        }
        let places = Arc::new(Semaphore::new(ACCOUNTS_AT_ONCE));
        for account in &accounts {
            let (run, places, account) = (Arc::clone(&run), Arc::clone(&places), *account);
            tasks.spawn(async move {
                let _place = places.acquire().await;
                run.account(account).await
            });
        }
        finish(tasks).await?;
        run.collected(accounts)
    }
}

async fn stopped(stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        sleep(LISTENING).await;
    }
}

/// A collection while it runs.
struct Run {
    dir: PathBuf,
    options: Options,
    session: Session,
    shared: Arc<Shared>,
}

/// The organization's asker and its tree.
type Organization = (Arc<Asker>, Arc<organization::Tree>);

impl Run {
    fn again(&self) -> bool {
        self.shared.manners.again
    }

    /// Reads the organization's tree, where these credentials may see it.
    async fn organization(&self) -> Result<Option<Organization>, CollectError> {
        if self.options.skip_organization {
            return Ok(None);
        }
        let root = self.dir.join("organizations");
        let folder = Folder::open(&root, true, self.again())?;
        let asker = Arc::new(Asker::new(
            Arc::clone(&self.shared),
            self.session.config.clone(),
            self.session.partition.clone(),
            self.session.account,
            folder,
        ));
        let tree = organization::tree(&asker).await?;
        if tree.is_none() {
            self.note_that_there_is_none(&asker.folder)?;
        }
        Ok(tree.map(|tree| (asker, Arc::new(tree))))
    }

    /// Keeps among the calls of the person's own account that it is in no
    /// organization: in the organization's folder it would not be known whose word it is.
    fn note_that_there_is_none(&self, organizations: &Folder) -> Result<(), CollectError> {
        let key = Key::new("organizations", "describe-organization", None, None);
        let Some(code) = organizations.code(&key).filter(|code| code == NOT_IN_USE) else {
            return Ok(());
        };
        let root = self.account_root(self.session.account);
        let own = Folder::open(&root, false, self.again())?;
        match own.code(&key) {
            Some(_) => Ok(()),
            None => own.fail(&key, &code),
        }
    }

    async fn account(&self, account: AccountId) -> Result<(), CollectError> {
        let root = self.account_root(account);
        let folder = Folder::open(&root, false, self.again())?;
        let role = self.options.role_name.as_deref();
        let entry = Key::new("sts", "assume-role", None, role);
        if matches!(folder.known(&entry), Known::Failed) {
            return Ok(());
        }
        let config = match self.session.enter(account, &self.options).await {
            Ok(config) => config,
            Err(fault) if fault.is_expired() => {
                return Err(CollectError::Expired(fault.to_string()));
            }
            Err(fault) => {
                self.shared.observer.event(Event::Finished(account));
                return folder.fail(&entry, &fault.code);
            }
        };
        let asker = Arc::new(Asker::new(
            Arc::clone(&self.shared),
            config,
            self.session.partition.clone(),
            account,
            folder,
        ));
        let regions = self.regions(&asker).await?;
        account::collect(asker, regions.into()).await
    }

    fn account_root(&self, account: AccountId) -> PathBuf {
        self.dir.join("accounts").join(account.to_string())
    }

    /// Returns the regions of an account: those that were asked for, else those
    /// that are enabled in it.
    async fn regions(&self, asker: &Asker) -> Result<Vec<String>, CollectError> {
        if !self.options.regions.is_empty() {
            return Ok(self.options.regions.clone());
        }
        let path = self
            .dir
            .join("regions")
            .join(format!("{}.json", asker.account));
        let known = fs::read_to_string(&path).ok();
        if let Some(regions) = known.and_then(|text| serde_json::from_str(&text).ok()) {
            return Ok(regions);
        }
        let service = &ec2::SERVICE;
        let Some(call) = service.call(ec2::REGIONS) else {
            return Ok(Vec::new());
        };
        let question = Question {
            service,
            call,
            region: None,
            item: "",
        };
        match asker.fetch(&question).await {
            Ok(answer) => {
                let regions = answer::names(&answer, "Regions[].RegionName");
                keep(&path, &Value::from(regions.clone()).to_string())?;
                Ok(regions)
            }
            Err(fault) if fault.is_expired() => Err(CollectError::Expired(fault.to_string())),
            Err(fault) => {
                asker.folder.fail(&asker.key(&question), &fault.code)?;
                Ok(Vec::new())
            }
        }
    }

    /// Counts the calls without an answer.
    fn collected(&self, accounts: Vec<AccountId>) -> Result<Collected, CollectError> {
        let mut codes = BTreeMap::new();
        let mut add = |root: &Path| -> Result<(), CollectError> {
            for (code, count) in Folder::peek(root)? {
                *codes.entry(code).or_insert(0) += count;
            }
            Ok(())
        };
        for account in &accounts {
            add(&self.account_root(*account))?;
        }
        if !self.options.skip_organization {
            add(&self.dir.join("organizations"))?;
        }
        Ok(Collected { accounts, codes })
    }
}

fn options_path(dir: &Path) -> PathBuf {
    dir.join("collection/options.json")
}

/// Holds a folder, so that no two collections write into it.
fn lock(dir: &Path) -> Result<File, CollectError> {
    let path = dir.join("collection/lock");
    let file = File::create(&path).map_err(|error| CollectError::disk(&path, error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(CollectError::Running(dir.to_owned())),
        // Some network file systems know no locks.
        Err(TryLockError::Error(_)) => Ok(file),
    }
}

fn keep(path: &Path, text: &str) -> Result<(), CollectError> {
    let wrong = |error| CollectError::disk(path, error);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(wrong)?;
    }
    let part = path.with_extension("part");
    fs::write(&part, text).map_err(wrong)?;
    fs::rename(&part, path).map_err(wrong)
}
