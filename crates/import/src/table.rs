//! The table of commands that an import understands.
//!
//! One row a command, one file a service. A new service is a file in
//! `services/` and a line in [`SERVICES`].

use whocan_snapshot::{Collected, Resource};

use crate::draft::Draft;
use crate::export::{Left, Made};
use crate::json::{self, Wrong};
use crate::services::{
    dynamodb, ec2, ecr, events, glue, iam, identity_center, kms, lambda, membership, ram, s3api,
    s3control, secretsmanager, sns, sqs,
};

/// All services, those first on which others build: IAM's ARNs tell the partition.
pub(crate) const SERVICES: &[&[Row]] = &[
    iam::ROWS,
    s3api::ROWS,
    s3control::ROWS,
    kms::ROWS,
    sqs::ROWS,
    sns::ROWS,
    lambda::ROWS,
    secretsmanager::ROWS,
    ecr::ROWS,
    dynamodb::ROWS,
    events::ROWS,
    glue::ROWS,
    ec2::ROWS,
    ram::ROWS,
    identity_center::ROWS,
    membership::ROWS,
];

/// Returns all rows in order.
pub(crate) fn rows() -> impl Iterator<Item = &'static Row> {
    SERVICES.iter().flat_map(|rows| rows.iter())
}

/// Returns the commands of accounts on which answers rest, as service and command.
pub fn wanted_commands() -> impl Iterator<Item = (&'static str, &'static str)> {
    let wanted = rows().filter(|row| row.wanted);
    wanted.map(|row| (row.service, row.command))
}

/// One command.
pub(crate) struct Row {
    /// The service's name on the command line.
    pub(crate) service: &'static str,
    /// The command's name.
    pub(crate) command: &'static str,
    /// Whether there is one call for each region.
    pub(crate) regional: bool,
    /// The error codes by which AWS says that there is none.
    pub(crate) none: &'static [&'static str],
    /// Whether the command prints nothing at all where there is nothing to print.
    pub(crate) silent: bool,
    /// Whether answers rest on it, so that its absence is a gap.
    pub(crate) wanted: bool,
    /// What is asked, and who reads the answer.
    pub(crate) asks: Asks,
}

/// What a command asks about.
pub(crate) enum Asks {
    /// About the account as a whole.
    Account(fn(&mut Draft, &Page<'_>) -> Result<(), Wrong>),
    /// For the list of all things of one kind.
    List {
        /// The service prefix in ARNs and the resource's kind, as in `ResourceList`.
        of: (&'static str, &'static str),
        read: fn(&mut Draft, &Page<'_>) -> Result<(), Wrong>,
    },
    /// About something of the account that is no resource, named by the argument.
    About(fn(&mut Draft, &str, &Answer<'_>) -> Result<(), Wrong>),
    /// About one resource, named by the argument.
    Each {
        kinds: &'static [Kind],
        /// Makes the ARN of a thing that no list named.
        find: fn(&Scope<'_>, &str) -> Option<(Kind, String)>,
        read: fn(&mut Resource, &Answer<'_>) -> Result<(), Wrong>,
    },
}

/// A kind of thing that commands ask about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Kind(pub(crate) &'static str);

/// Where a call was made.
pub(crate) struct Scope<'a> {
    pub(crate) partition: &'a str,
    pub(crate) account: String,
    pub(crate) region: Option<&'a str>,
}

impl Scope<'_> {
    /// Returns the ARN of a regional resource; `None` if the call's region is unknown.
    pub(crate) fn arn(&self, service: &str, resource: &str) -> Option<String> {
        let (partition, account) = (self.partition, &self.account);
        let region = self.region?;
        Some(format!(
            "arn:{partition}:{service}:{region}:{account}:{resource}"
        ))
    }
}

/// The answer to one call about the account.
pub(crate) struct Page<'a> {
    pub(crate) region: Option<&'a str>,
    pub(crate) answer: Answer<'a>,
    pub(crate) source: PageSource,
}

/// Who made the text of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PageSource {
    /// AWS: what is missing in it does not exist.
    Printed,
    /// We, of what another tool kept: a field that is missing was not kept.
    Made,
    /// As `Made`, and whole entries may be missing too.
    Part,
}

impl PageSource {
    pub(crate) fn of(left: &Left) -> PageSource {
        match left {
            Left::Made(Made { part: true, .. }) => PageSource::Part,
            Left::Made(_) => PageSource::Made,
            Left::File(_) | Left::Broken(_) | Left::Code(_) => PageSource::Printed,
        }
    }

    pub(crate) fn is_part(self) -> bool {
        self == PageSource::Part
    }
}

impl Page<'_> {
    /// Returns a field of an entry, which AWS leaves out where there is nothing
    /// to say, and another tool also where it did not ask.
    pub(crate) fn field<T>(&self, value: Option<T>) -> Collected<Option<T>> {
        match (value, self.source) {
            (None, PageSource::Made | PageSource::Part) => Collected::Not,
            (value, _) => Collected::Yes(value),
        }
    }
}

/// The answer to one call.
pub(crate) enum Answer<'a> {
    /// What AWS printed.
    Text(&'a str),
    /// AWS said that there is none.
    None,
    /// Nothing was exported, and the person says that there is none.
    Assumed,
}

impl<'a> Answer<'a> {
    /// Reads the answer; `None` if there is none.
    pub(crate) fn read<T: serde::Deserialize<'a>>(&self) -> Result<Option<T>, Wrong> {
        match self {
            Answer::Text(text) => json::read(text).map(Some),
            Answer::None | Answer::Assumed => Ok(None),
        }
    }
}

impl Row {
    /// Returns a row for a command about the account as a whole.
    pub(crate) const fn account(
        service: &'static str,
        command: &'static str,
        read: fn(&mut Draft, &Page<'_>) -> Result<(), Wrong>,
    ) -> Row {
        Row::new(service, command, Asks::Account(read))
    }

    /// Returns a row for a command that lists resources.
    pub(crate) const fn list(
        service: &'static str,
        command: &'static str,
        of: (&'static str, &'static str),
        read: fn(&mut Draft, &Page<'_>) -> Result<(), Wrong>,
    ) -> Row {
        Row::new(service, command, Asks::List { of, read })
    }

    /// Returns a row for a command that is called in one region, about
    /// something that few accounts have.
    pub(crate) const fn about(
        service: &'static str,
        command: &'static str,
        read: fn(&mut Draft, &str, &Answer<'_>) -> Result<(), Wrong>,
    ) -> Row {
        Row::new(service, command, Asks::About(read))
            .regional()
            .optional()
    }

    /// Returns a row for a command about one resource.
    pub(crate) const fn each(
        service: &'static str,
        command: &'static str,
        kinds: &'static [Kind],
        find: fn(&Scope<'_>, &str) -> Option<(Kind, String)>,
        read: fn(&mut Resource, &Answer<'_>) -> Result<(), Wrong>,
    ) -> Row {
        Row::new(service, command, Asks::Each { kinds, find, read })
    }

    const fn new(service: &'static str, command: &'static str, asks: Asks) -> Row {
        Row {
            service,
            command,
            regional: false,
            none: &[],
            silent: false,
            wanted: true,
            asks,
        }
    }

    /// Marks a command that is called once for each region.
    pub(crate) const fn regional(mut self) -> Row {
        self.regional = true;
        self
    }

    /// Names the error codes that mean "none".
    pub(crate) const fn none(mut self, codes: &'static [&'static str]) -> Row {
        self.none = codes;
        self
    }

    /// Marks a command that prints nothing where there is nothing to print.
    pub(crate) const fn silent(mut self) -> Row {
        self.silent = true;
        self
    }

    /// Marks a command on which no answer rests.
    pub(crate) const fn optional(mut self) -> Row {
        self.wanted = false;
        self
    }
}
