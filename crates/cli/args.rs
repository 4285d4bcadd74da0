//! The command line: what may be typed, and what `--help` says about it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use jiff::Timestamp;
use whocan_report::Form;

#[cfg(feature = "collect")]
mod collect;

#[cfg(feature = "collect")]
pub use collect::Collect;

/// What `whocan collect` was given where the collector is not built in.
#[cfg(not(feature = "collect"))]
#[derive(Debug, Args)]
#[command(disable_help_flag = true)]
pub struct LeftOut {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub options: Vec<String>,
}

#[cfg(not(feature = "collect"))]
const OVERVIEW: &str = "\
Answers who can reach what in AWS, how, and under which conditions.

An exported account or organization goes in, exact answers come out: yes, no,
or if, with the statements that decide. Nothing leaves this machine.";

#[cfg(feature = "collect")]
const OVERVIEW: &str = "\
Answers who can reach what in AWS, how, and under which conditions.

An account or organization goes in, exported or read live, exact answers come
out: yes, no, or if, with the statements that decide. Nothing leaves this
machine; only `whocan collect` uses the network, and it only reads.";

/// Where to start; live accounts are read only where that is built in.
macro_rules! start {
    ($live:literal) => {
        concat!(
            "Start here:
  whocan demo                      the example organization, one question answered
",
            $live,
            "  whocan import export/            read what the AWS command line exported
  whocan query 'who can reach s3:GetObject on bucket/payroll via AssumeRole'

Exit codes: 0 yes or some rows, 1 no or none, 3 only if, 2 error."
        )
    };
}

#[cfg(not(feature = "collect"))]
const START: &str = start!("");

#[cfg(feature = "collect")]
const START: &str = start!(
    "  whocan collect                   read the account of the AWS credentials at hand
"
);

/// Answers who can reach what in AWS, how, and under which conditions
#[derive(Debug, Parser)]
#[command(name = "whocan", version, long_about = OVERVIEW, after_help = START)]
#[command(propagate_version = false, disable_help_subcommand = true)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// What every command takes.
#[derive(Debug, Args)]
pub struct Global {
    /// Where snapshots are kept [default: the platform's data directory]
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "WHOCAN_STORE",
        hide_env_values = true
    )]
    pub store: Option<PathBuf>,
    /// When to use colours; NO_COLOR is honoured
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On terminals, unless NO_COLOR is set
    Auto,
    /// Also into pipes and files
    Always,
    /// Nowhere
    Never,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    #[cfg(feature = "collect")]
    Collect(Collect),
    #[cfg(not(feature = "collect"))]
    #[command(hide = true)]
    Collect(LeftOut),
    Import(Import),
    Query(Query),
    Check(Check),
    Diff(Diff),
    /// Findings for people and systems: run, list and accept
    #[command(subcommand)]
    Report(Report),
    Fmt(Fmt),
    /// The queries that whocan comes with
    #[command(subcommand)]
    Queries(Queries),
    Repl(Repl),
    Demo(Demo),
    Simulate(Simulate),
    /// List, show, check, remove and prune what was imported
    #[command(subcommand)]
    Snapshots(Snapshots),
    ExportScript(ExportScript),
    Completions(Completions),
    Man(Man),
}

/// Read exported accounts into a new snapshot
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  whocan import export/                      an organization: accounts/, organizations/
  whocan import details.json                 one account's get-account-authorization-details
  whocan import audit/*/ --label 2026-Q3     several folders, one snapshot
  whocan import --recognize collected/       say what it is and store nothing
  whocan import --plan plan.json --over 2026-Q3 --label after-plan

A broken file is an error, and then nothing is stored.")]
pub struct Import {
    /// Exports: AWS CLI bundles, files of account details, or what other tools collected
    #[arg(required_unless_present = "plan", value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Lay a Terraform plan (`terraform show -json`) over a snapshot, as a what-if snapshot
    #[arg(long, value_name = "PLAN.json", requires = "label", conflicts_with_all = ["paths", "absent_means_none", "keep_going", "recognize"])]
    pub plan: Option<PathBuf>,
    /// The snapshot that the plan is laid over
    #[arg(long, value_name = "ID", requires = "plan", default_value = "latest")]
    pub over: String,
    /// The account that the plan is about, where its ARNs do not tell
    #[arg(long, value_name = "ACCOUNT", requires = "plan")]
    pub account: Option<String>,
    /// A name for the snapshot, to be used instead of its id
    #[arg(long, value_name = "NAME")]
    pub label: Option<String>,
    /// When the export was made, such as 2026-11-24T23:15:00Z [default: now]
    #[arg(long, value_name = "TIME", conflicts_with_all = ["plan", "recognize"])]
    pub taken: Option<Timestamp>,
    /// Take what the export lacks as not existing, instead of as a gap
    #[arg(long)]
    pub absent_means_none: bool,
    /// Turn broken files into gaps and go on
    #[arg(long)]
    pub keep_going: bool,
    /// Say what each path is recognised as, and store nothing
    #[arg(long, conflicts_with_all = ["label", "absent_means_none", "keep_going"])]
    pub recognize: bool,
}

/// Ask one question, or those in a file
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  whocan query 'who can reach s3:GetObject on bucket/payroll via AssumeRole'
  whocan query 'why can user/ana s3:GetObject on arn:aws:s3:::payroll/2026.csv'
  whocan query -f checks.wq --format jsonl --snapshot 2026-Q3
  whocan query --param crown=bucket/payroll 'who can s3:GetObject on crown'
  whocan query -f who-reads-bucket --param bucket=bucket/logs      one of `whocan queries list`
  echo 'list roles where trust.external' | whocan query -f -

Exit codes: 0 yes or some rows, 1 no or none, 3 only if, 2 error.")]
pub struct Query {
    /// The question
    #[arg(
        value_name = "TEXT",
        required_unless_present = "file",
        conflicts_with = "file"
    )]
    pub text: Option<String>,
    /// Read the questions from a file; `-` is standard input, a name one of `whocan queries list`
    #[arg(short, long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    #[command(flatten)]
    pub shown: Shown,
    #[command(flatten)]
    pub asked: Asked,
    /// Give a parameter of the file its value; else name a set, as `let NAME = SET` would
    #[arg(long = "param", value_name = "NAME=VALUE")]
    pub params: Vec<String>,
}

/// Which snapshot is asked.
#[derive(Debug, Args)]
pub struct Asked {
    /// The snapshot: an id, the beginning of one, or a label
    #[arg(long, value_name = "ID", default_value = "latest")]
    pub snapshot: String,
    /// Ask the example organization
    #[arg(long, conflicts_with = "snapshot")]
    pub demo: bool,
    /// Say whose accounts are: a CSV file with the columns account and vendor
    #[arg(long, value_name = "FILE")]
    pub vendors: Option<PathBuf>,
}

/// Run the assertions in files, as a test does
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  whocan check checks/*.wq
  whocan check checks/*.wq --junit report.xml --sarif report.sarif
  whocan check checks/prod.wq --format json --snapshot 2026-Q3
  whocan check checks/*.wq --plan plan.json      before a Terraform plan is applied

Only `assert` is judged; `let` names sets for what follows, other questions are passed over.
A failure prints the rows that break it with their evidence.

Exit codes: 0 all hold, 1 some fail, 2 some could not be judged.")]
pub struct Check {
    /// Files of statements; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// How to print the results
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: CheckFormat,
    /// Also write the results as JUnit XML
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// Also write the results as SARIF
    #[arg(long, value_name = "FILE")]
    pub sarif: Option<PathBuf>,
    /// Judge what a Terraform plan (`terraform show -json`) would make of the snapshot
    #[arg(long, value_name = "PLAN.json", conflicts_with = "demo")]
    pub plan: Option<PathBuf>,
    /// The account that the plan is about, where its ARNs do not tell
    #[arg(long, value_name = "ACCOUNT", requires = "plan")]
    pub account: Option<String>,
    #[command(flatten)]
    pub asked: Asked,
}

/// How results of assertions are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// For people
    Text,
    /// One JSON document
    Json,
    /// JUnit XML
    Junit,
    /// SARIF 2.1.0
    Sarif,
}

/// Say what changed between two snapshots, and whose access
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  whocan diff 2026-Q2 2026-Q3
  whocan diff 2026-Q2 latest 'who outside org can reach s3:GetObject on buckets'
  whocan diff latest --plan plan.json          what a Terraform plan would change
  whocan diff latest --plan plan.json 'who can reach s3:GetObject on bucket/payroll'

Each change of a policy, an attachment or a setting stands with the access that it
brought or took. Accounts that did not change cost nothing.

Exit codes: 0 nothing differs, 1 something does, 2 error.")]
pub struct Diff {
    /// The snapshot before: an id, a label, or the beginning of an id
    #[arg(value_name = "BEFORE")]
    pub before: String,
    /// The snapshot after; with --plan the question stands here
    #[arg(value_name = "AFTER", required_unless_present = "plan")]
    pub after: Option<String>,
    /// Compare the answers to this question only
    #[arg(value_name = "QUESTION", conflicts_with = "plan")]
    pub question: Option<String>,
    /// Compare with what a Terraform plan (`terraform show -json`) would make of it
    #[arg(long, value_name = "PLAN.json")]
    pub plan: Option<PathBuf>,
    /// The account that the plan is about, where its ARNs do not tell
    #[arg(long, value_name = "ACCOUNT", requires = "plan")]
    pub account: Option<String>,
    /// How to print the differences
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: DiffFormat,
}

/// How differences are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    /// For people
    Text,
    /// One JSON document
    Json,
}

#[derive(Debug, Subcommand)]
pub enum Report {
    Run(ReportRun),
    /// List the reports that come with the program, or those in files
    List {
        /// Files of reports
        #[arg(value_name = "FILE")]
        files: Vec<PathBuf>,
        #[command(flatten)]
        shown: Listed,
    },
    Accept(ReportAccept),
    Schedule(ReportSchedule),
}

/// Make reports from a snapshot
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  whocan report run what-changed --since 7d
  whocan report run external-access public-access --out site/
  whocan report run crown-jewels --param crown=bucket/payroll --format html > crown.html
  whocan report run reports/own.toml --baseline accepted.toml --format sarif

Without --out the report is printed; the names are those of `whocan report list`.

Exit codes: 0 nothing new, 1 new findings, 2 something could not be answered.")]
pub struct ReportRun {
    /// Files of reports, or names of those that come with the program
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The snapshot: an id, the beginning of one, or a label
    #[arg(long, value_name = "ID", default_value = "latest")]
    pub snapshot: String,
    /// Compare with an earlier snapshot, or the latest that is so old: 7d, 12h
    #[arg(long, value_name = "ID|AGE")]
    pub since: Option<String>,
    /// Write the reports into this folder
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// The form, several with --out [default: the file's, on standard output text]
    #[arg(long, value_name = "FORMAT", value_delimiter = ',')]
    pub format: Vec<ReportFormat>,
    /// The file of accepted findings [default: the report's]
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Give a parameter of the report its value
    #[arg(long = "param", value_name = "NAME=VALUE")]
    pub params: Vec<String>,
    /// How many earlier snapshots are looked at [default: the file's, else 12]
    #[arg(long, value_name = "COUNT")]
    pub history: Option<usize>,
    /// How many changed snapshots may be tried to see what breaks findings
    #[arg(long, value_name = "COUNT", default_value_t = 24)]
    pub what_if: usize,
}

/// Accept findings in the report's baseline
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  whocan report accept own.toml 1f0c96ab --reason 'the auditor' --owner ana@example.com
  whocan report accept own.toml --all --reason 'known on day one' --owner ana@example.com --expires 2027-03-31

Entries are added to a TOML file that people review. An accepted finding counts as known until its
last day, as long as it gains no action, no resource and loses no condition.")]
pub struct ReportAccept {
    /// The report's file, or the name of one that comes with the program
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The ids of new findings, or beginnings of them
    #[arg(value_name = "ID", required_unless_present = "all")]
    pub ids: Vec<String>,
    /// Accept all new findings
    #[arg(long, conflicts_with = "ids")]
    pub all: bool,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// Who answers for it
    #[arg(long, value_name = "TEXT")]
    pub owner: String,
    /// The last day on which it counts [default: in 90 days]
    #[arg(long, value_name = "DAY")]
    pub expires: Option<String>,
    /// The file of accepted findings [default: the report's]
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// The snapshot: an id, the beginning of one, or a label
    #[arg(long, value_name = "ID", default_value = "latest")]
    pub snapshot: String,
    /// The earlier snapshot of a report of changes
    #[arg(long, value_name = "ID|AGE")]
    pub since: Option<String>,
    /// Give a parameter of the report its value
    #[arg(long = "param", value_name = "NAME=VALUE")]
    pub params: Vec<String>,
}

/// Run reports when they are due, as a small long-lived process
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  whocan report schedule reports/*.toml --import /srv/export --out /srv/reports
  whocan report schedule what-changed --print systemd
  whocan report schedule reports/own.toml --once

Each report runs at the times of its key `schedule`, in UTC. What was missed while
nobody ran is made up for by one run; nothing runs twice. One process a store.")]
pub struct ReportSchedule {
    /// Files of reports, or names of those that come with the program
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Import these exports before the reports are made
    #[arg(long, value_name = "PATH")]
    pub import: Vec<PathBuf>,
    /// Collect live accounts before the reports are made, with these options of `whocan collect`
    #[cfg(feature = "collect")]
    #[arg(
        long,
        value_name = "OPTIONS",
        allow_hyphen_values = true,
        conflicts_with = "import"
    )]
    pub collect: Option<String>,
    /// Also write the reports into this folder
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Run what is due now, and end
    #[arg(long)]
    pub once: bool,
    /// Print the files that let another scheduler run the reports, and end
    #[arg(long, value_name = "SCHEDULER", conflicts_with = "once")]
    pub print: Option<Scheduler>,
    /// Give a parameter of the reports its value
    #[arg(long = "param", value_name = "NAME=VALUE")]
    pub params: Vec<String>,
    /// How many changed snapshots may be tried to see what breaks findings
    #[arg(long, value_name = "COUNT", default_value_t = 24)]
    pub what_if: usize,
}

/// Who else may run reports on time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Scheduler {
    /// A service and a timer of systemd
    Systemd,
    /// A CronJob of Kubernetes
    Cronjob,
    /// A workflow of GitHub Actions
    Github,
}

/// The forms of reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// A page that needs nothing but itself
    Html,
    /// Markdown
    Markdown,
    /// One JSON document
    Json,
    /// One JSON object a finding
    Jsonl,
    /// Comma-separated values
    Csv,
    /// SARIF 2.1.0
    Sarif,
    /// OCSF detection findings, one a line
    Ocsf,
    /// JUnit XML
    Junit,
}

impl ReportFormat {
    /// Returns the form it means.
    pub fn form(self) -> Form {
        match self {
            ReportFormat::Html => Form::Html,
            ReportFormat::Markdown => Form::Markdown,
            ReportFormat::Json => Form::Json,
            ReportFormat::Jsonl => Form::Jsonl,
            ReportFormat::Csv => Form::Csv,
            ReportFormat::Sarif => Form::Sarif,
            ReportFormat::Ocsf => Form::Ocsf,
            ReportFormat::Junit => Form::Junit,
        }
    }
}

/// Rewrite questions in their canonical form
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  whocan fmt checks/*.wq
  whocan fmt --check checks/*.wq     changes nothing; exits with 1 if something would change
  echo 'WHO can s3:*' | whocan fmt -

Comments stay where they are; a statement with a comment inside stays as it is written.")]
pub struct Fmt {
    /// Files of statements; `-` is standard input, written to standard output
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Change nothing, only tell which files would change
    #[arg(long)]
    pub check: bool,
}

#[derive(Debug, Subcommand)]
pub enum Queries {
    /// List the queries, each with its question
    List {
        #[command(flatten)]
        shown: Listed,
    },
    /// Print one query: what it asks, why, its parameters and its text
    Show {
        /// Its name
        #[arg(value_name = "NAME")]
        name: String,
    },
}

/// How answers are shown.
#[derive(Debug, Args)]
pub struct Shown {
    /// How to print the answer
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: Format,
}

/// How answers are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Table,
    /// One JSON document
    Json,
    /// One JSON object a row
    Jsonl,
    /// Comma-separated values
    Csv,
}

/// Ask questions one after the other
#[derive(Debug, Args)]
pub struct Repl {
    #[command(flatten)]
    pub shown: Shown,
    #[command(flatten)]
    pub asked: Asked,
}

/// Try whocan on the example organization
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  whocan demo
  whocan demo 'paths from user/ana to role/Admin'
  whocan repl --demo")]
pub struct Demo {
    /// The question [default: who can reach s3:GetObject on bucket/payroll via AssumeRole]
    #[arg(value_name = "QUESTION")]
    pub question: Option<String>,
    #[command(flatten)]
    pub shown: Shown,
    /// Write the example organization's files into this folder instead of asking
    #[arg(long, value_name = "DIR", conflicts_with = "question")]
    pub write: Option<PathBuf>,
}

/// Judge concrete requests in bulk
#[derive(Debug, Args)]
#[command(after_help = SIMULATE)]
pub struct Simulate {
    /// One request a line; `-` is standard input
    #[arg(long, value_name = "FILE.jsonl")]
    pub requests: PathBuf,
    /// Let the policies of this snapshot apply: an id, a label, or `latest`
    #[arg(long, value_name = "ID")]
    pub snapshot: Option<String>,
    /// Take what the snapshot lacks as in a fresh account
    #[arg(long, requires = "snapshot")]
    pub as_collected: bool,
}

const SIMULATE: &str = r#"One JSON object a line:
  {"id": 1, "principal": "arn:aws:iam::111122223333:user/ana", "action": "s3:GetObject",
   "resource": "arn:aws:s3:::payroll/2026.csv", "context": {"aws:SourceIp": ["203.0.113.9"]},
   "identity_policies": [{"Version": "2012-10-17", "Statement": [...]}]}

Required:  principal, action, resource (a list: all must be allowed)
Context:   context {key: [values] | value | null}, context_complete, resource_account,
           session {policy, tags, transitive, source_identity, user},
           assume {tags, source_identity, name}, vpce, via_access_point
Policies:  identity_policies [DOC], boundary DOC, session_policies [DOC], resource_policy DOC,
           scps [[DOC]], rcps [[DOC]] (root first), endpoint_policy DOC
           They replace the snapshot's; without --snapshot they are all there is.
DOC:       an object, a list of statements, or a string that holds JSON

One answer a line, in the same order:
  {"id": 1, "decision": "allow|deny|if", "explicit": false, "denied_by": [], "conditions": [], "reasons": []}
A request that cannot be judged answers {"id", "error"} and the rest go on.

Exit codes: 0 all were judged, 2 some could not be, or the file could not be read."#;

#[derive(Debug, Subcommand)]
pub enum Snapshots {
    /// List all snapshots, the oldest first
    List {
        #[command(flatten)]
        shown: Listed,
    },
    /// Show what a snapshot holds, its gaps included
    Show {
        /// An id, the beginning of one, a label, or `latest`
        #[arg(value_name = "ID", default_value = "latest")]
        id: String,
        /// Also list its documents with something odd, or with actions and keys that no list has
        #[arg(long)]
        documents: bool,
        #[command(flatten)]
        shown: Listed,
    },
    /// Check that all that was stored is whole; exits with 1 if something is damaged
    Verify {
        /// Only this snapshot [default: the whole store]
        #[arg(value_name = "ID")]
        id: Option<String>,
        #[command(flatten)]
        shown: Listed,
    },
    /// Remove a snapshot and what only it needs
    Remove {
        /// An id, the beginning of one, or a label
        #[arg(value_name = "ID", required = true)]
        ids: Vec<String>,
    },
    Prune(Prune),
}

/// Remove old snapshots, so many of each period left, and what no snapshot needs
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  whocan snapshots prune --keep-daily 30 --keep-monthly 12
  whocan snapshots prune --keep-last 10 --dry-run

Of each period the newest snapshot stays, and the newest of all. Only periods with a snapshot count,
in UTC; weeks begin on Monday. A snapshot stays if one of the rules keeps it, or if it has a label.
Each organization is counted apart, and so are what-if snapshots. Objects that a snapshot still names stay.

Exit codes: 0 done, 2 the store cannot be read whole, and then nothing was removed.")]
pub struct Prune {
    #[command(flatten)]
    pub keep: Keep,
    /// Treat snapshots with a label like any other
    #[arg(long)]
    pub labelled_too: bool,
    /// Say what would be removed, and remove nothing
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub shown: Listed,
}

/// How many snapshots stay.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub struct Keep {
    /// Keep the newest N
    #[arg(long = "keep-last", value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub last: Option<u32>,
    /// Keep the newest of each of the last N hours
    #[arg(long = "keep-hourly", value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub hourly: Option<u32>,
    /// Keep the newest of each of the last N days
    #[arg(long = "keep-daily", value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub daily: Option<u32>,
    /// Keep the newest of each of the last N weeks
    #[arg(long = "keep-weekly", value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub weekly: Option<u32>,
    /// Keep the newest of each of the last N months
    #[arg(long = "keep-monthly", value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub monthly: Option<u32>,
    /// Keep the newest of each of the last N years
    #[arg(long = "keep-yearly", value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub yearly: Option<u32>,
}

/// How lists are printed.
#[derive(Debug, Args)]
pub struct Listed {
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: ListFormat,
}

/// How lists are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// For people
    Table,
    /// One JSON document
    Json,
}

/// Print a shell script that exports an account with the AWS CLI alone
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  whocan export-script > export.sh
  AWS_PROFILE=audit sh export.sh -o export -r 'eu-west-1 us-east-1'
  whocan import export

For places where no other program may run with credentials: the script needs a
POSIX shell and the AWS CLI, only reads, and goes on where it was stopped.")]
pub struct ExportScript {}

/// Print the completions of a shell
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  whocan completions bash > ~/.local/share/bash-completion/completions/whocan
  whocan completions zsh > \"${fpath[1]}/_whocan\"
  whocan completions fish > ~/.config/fish/completions/whocan.fish")]
pub struct Completions {
    /// The shell
    pub shell: Shell,
}

/// Write the manual pages into a folder
#[derive(Debug, Args)]
pub struct Man {
    /// The folder, which is made if there is none
    pub dir: PathBuf,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
