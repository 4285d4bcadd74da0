//! What `whocan collect` takes.

use std::path::PathBuf;

use clap::{Args, Parser};

/// Read live accounts into a new snapshot
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  whocan collect                                       the account of the AWS credentials at hand
  whocan collect --profile audit --role-name audit     every account of the organization
  whocan collect --role-name audit --accounts 111122223333,444455556666 --regions eu-west-1
  whocan collect --resume                              go on after Ctrl-C, a crash, or with new credentials
  whocan collect --print-policy                        what the credentials must be allowed to do

Only reads. Credentials are found as the AWS SDKs find them: environment, profiles, SSO,
web identity, containers, instances. What was refused is a gap, and answers say so.")]
pub struct Collect {
    /// The profile of the AWS configuration files
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Assume this role in each account of the organization
    #[arg(long, value_name = "NAME")]
    pub role_name: Option<String>,
    /// The external id that the role's trust policy asks for
    #[arg(long, value_name = "ID", requires = "role_name")]
    pub external_id: Option<String>,
    /// The name of the role's sessions, as CloudTrail shows it
    #[arg(long, value_name = "NAME", default_value = "whocan")]
    pub session_name: String,
    /// Only these accounts, separated by commas
    #[arg(
        long,
        value_name = "LIST",
        value_delimiter = ',',
        requires = "role_name"
    )]
    pub accounts: Vec<String>,
    /// Only accounts below this organizational unit or root; may be repeated
    #[arg(long, value_name = "ID", requires = "role_name")]
    pub ou: Vec<String>,
    /// Only accounts with this tag in the organization; may be repeated
    #[arg(long, value_name = "KEY=VALUE", requires = "role_name")]
    pub account_tag: Vec<String>,
    /// Only these regions, separated by commas [default: those enabled in each account]
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub regions: Vec<String>,
    /// Leave the organization out
    #[arg(long)]
    pub skip_organization: bool,
    /// Where all services are, if not at AWS
    #[arg(long, value_name = "URL")]
    pub endpoint_url: Option<String>,
    /// A name for the snapshot, to be used instead of its id
    #[arg(long, value_name = "NAME")]
    pub label: Option<String>,
    /// Go on with the collection that was stopped last
    #[arg(long, conflicts_with_all = ["profile", "role_name", "regions", "skip_organization", "endpoint_url"])]
    pub resume: bool,
    /// When going on, also ask again what was refused
    #[arg(long, requires = "resume")]
    pub again: bool,
    /// Keep what AWS said in this folder, as a bundle that `whocan import` reads
    #[arg(long, value_name = "DIR")]
    pub bundle: Option<PathBuf>,
    /// How many calls run at once
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub calls: u16,
    /// How many calls a second to one service in one account and region [default: 3 to 20, by service]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub rate: Option<u32>,
    /// How many seconds one attempt of a call may take
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub timeout: u64,
    /// How often a call is attempted that is throttled or finds no answer
    #[arg(long, value_name = "N", default_value_t = 6, value_parser = clap::value_parser!(u32).range(1..=20))]
    pub attempts: u32,
    /// List the calls that would be made, and make none
    #[arg(long, conflicts_with_all = ["print_policy", "print_template"])]
    pub dry_run: bool,
    /// Print the policy that the credentials need
    #[arg(long, conflicts_with = "print_template")]
    pub print_policy: bool,
    /// Print a CloudFormation template with the role, for a stack set
    #[arg(long, requires = "role_name")]
    pub print_template: bool,
}

/// The options alone, as a report's schedule is given them.
#[derive(Debug, Parser)]
#[command(name = "whocan collect", disable_help_flag = true)]
struct Alone {
    #[command(flatten)]
    collect: Collect,
}

impl Collect {
    /// Reads options that are written as one text, parted by blanks.
    ///
    /// # Errors
    ///
    /// What is no option of `whocan collect`, or lacks its value.
    pub fn of_text(text: &str) -> Result<Collect, clap::Error> {
        let words = ["collect"].into_iter().chain(text.split_whitespace());
        Alone::try_parse_from(words).map(|alone| alone.collect)
    }
}
