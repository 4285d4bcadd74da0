//! The table of calls: one row a call, one file a service.
//!
//! The collector sends nothing that is not a row here, and the policy that it
//! needs is made of the same rows. A new service is a file in `services/` and
//! a line in [`SERVICES`].

use crate::services::{
    dynamodb, ec2, ecr, events, glue, iam, identitystore, kms, lambda, organizations, ram, s3api,
    s3control, secretsmanager, sns, sqs, sso_admin, sts,
};

/// All services, in the order in which they are asked.
pub(crate) const SERVICES: &[&Service] = &[
    &iam::SERVICE,
    &s3api::SERVICE,
    &s3control::SERVICE,
    &kms::SERVICE,
    &sqs::SERVICE,
    &sns::SERVICE,
    &lambda::SERVICE,
    &secretsmanager::SERVICE,
    &ecr::SERVICE,
    &dynamodb::SERVICE,
    &events::SERVICE,
    &glue::SERVICE,
    &ec2::SERVICE,
    &ram::SERVICE,
    &sso_admin::SERVICE,
    &identitystore::SERVICE,
    &organizations::SERVICE,
    &sts::SERVICE,
];

/// Returns every row with its service.
pub(crate) fn rows() -> impl Iterator<Item = (&'static Service, &'static Call)> {
    let services = SERVICES.iter();
    services.flat_map(|service| service.calls.iter().map(|call| (*service, call)))
}

/// One service.
#[derive(Debug)]
pub(crate) struct Service {
    /// Its name on the AWS command line, and in the bundle.
    pub(crate) name: &'static str,
    /// The first label of its host.
    pub(crate) host: &'static str,
    /// The name that requests are signed for.
    pub(crate) signs: &'static str,
    /// The prefix of its actions in policies.
    pub(crate) actions: &'static str,
    pub(crate) wire: Wire,
    /// Whether one endpoint of the partition serves all regions.
    pub(crate) one_endpoint: bool,
    /// How many calls a second in one account and region are polite: well
    /// below what the service allows, so that others are left room.
    pub(crate) rate: u32,
    pub(crate) calls: &'static [Call],
}

/// How a service is spoken to.
///
/// Sources: Smithy 2.0, "AWS Protocols": awsJson1_0 and 1_1, awsQuery, ec2Query,
/// restJson1, restXml.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wire {
    /// One path; a header names the target and the operation.
    Json {
        target: &'static str,
        version: &'static str,
    },
    /// A form with the operation in it, answered in XML.
    Query { version: &'static str },
    /// As `Query`, with lists numbered without `member` and other names.
    Ec2 { version: &'static str },
    /// A path for each call, answered in JSON.
    RestJson,
    /// A path for each call, answered in XML.
    RestXml,
}

/// One call.
#[derive(Debug)]
pub(crate) struct Call {
    /// The command's name on the AWS command line, and in the bundle.
    pub(crate) command: &'static str,
    /// The operation's name.
    pub(crate) operation: &'static str,
    /// The action that a policy must allow, where it is not the operation's name.
    pub(crate) action: Option<&'static str>,
    pub(crate) when: When,
    /// Where there is one, the call's argument in the bundle.
    pub(crate) argument: Option<&'static str>,
    /// `METHOD /path?query` of the REST protocols.
    pub(crate) route: &'static str,
    pub(crate) sends: &'static [Field],
    pub(crate) pages: Option<Pages>,
    pub(crate) shape: Shape,
}

/// When a call is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// Once an account.
    Account,
    /// Once in each region.
    Region,
    /// Once an account, for each thing that a list names.
    Each(Names),
    /// In each region, for each thing that a list of this region names.
    EachInRegion(Names),
    /// By code that follows the structure of what is asked.
    Led,
}

/// The names in a list: the command that lists, and the way to the names,
/// such as `Keys[].KeyId`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Names {
    pub(crate) list: &'static str,
    pub(crate) path: &'static str,
}

/// One member of a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) value: Sent,
}

/// What a member holds; texts have blanks, such as `{item}`.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Sent {
    Text(&'static str),
    /// A list with one text.
    List(&'static str),
    Number(u32),
}

/// How a list goes on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pages {
    /// The member of the request that takes the token.
    pub(crate) sent: &'static str,
    /// The member of the answer that holds it.
    pub(crate) token: &'static str,
    /// The members that are lists and are joined.
    pub(crate) lists: &'static [&'static str],
}

/// How an answer in XML becomes what the AWS command line prints.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    pub(crate) root: Root,
    /// What an element of this name is, where it is not a text or a structure.
    pub(crate) members: &'static [(&'static str, Is)],
}

/// What the outermost element is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Root {
    /// It only holds the members.
    Members,
    /// It is a member of this name.
    Member(&'static str),
    /// It is a member of this name, and a text, or null where it is empty.
    Text(&'static str),
    /// The body is no XML but the text of a member of this name.
    Body(&'static str),
}

/// What an element is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Is {
    /// A list of elements of this name.
    List(&'static str),
    /// The same, printed under another name.
    ListAs(&'static str, &'static str),
    /// One entry of a list without an element of its own, printed under this name.
    Entry(&'static str),
    /// True or false.
    Flag,
    /// Entries of `key` and `value`.
    Map,
}

/// What JSON needs.
pub(crate) const PLAIN: Shape = Shape {
    root: Root::Members,
    members: &[],
};

impl Call {
    /// Returns a call that is made once an account.
    pub(crate) const fn account(command: &'static str, operation: &'static str) -> Call {
        Call {
            command,
            operation,
            action: None,
            when: When::Account,
            argument: None,
            route: "",
            sends: &[],
            pages: None,
            shape: PLAIN,
        }
    }

    /// Returns a call that is made once in each region.
    pub(crate) const fn region(command: &'static str, operation: &'static str) -> Call {
        Call::account(command, operation).when(When::Region)
    }

    /// Returns a call that is made for each name in a list.
    pub(crate) const fn each(
        command: &'static str,
        operation: &'static str,
        list: &'static str,
        path: &'static str,
    ) -> Call {
        Call::account(command, operation)
            .when(When::Each(Names { list, path }))
            .argument("{item}")
    }

    /// Returns a call that is made for each name in a list of the same region.
    pub(crate) const fn each_in_region(
        command: &'static str,
        operation: &'static str,
        list: &'static str,
        path: &'static str,
    ) -> Call {
        Call::account(command, operation)
            .when(When::EachInRegion(Names { list, path }))
            .argument("{item}")
    }

    /// Returns a call that code makes.
    pub(crate) const fn led(command: &'static str, operation: &'static str) -> Call {
        Call::account(command, operation).when(When::Led)
    }

    const fn when(mut self, when: When) -> Call {
        self.when = when;
        self
    }

    /// Names the action where it is not the operation's name.
    pub(crate) const fn action(mut self, action: &'static str) -> Call {
        self.action = Some(action);
        self
    }

    /// Names the argument in the bundle where it is not the name in the list.
    pub(crate) const fn argument(mut self, argument: &'static str) -> Call {
        self.argument = Some(argument);
        self
    }

    /// Sets what is sent.
    pub(crate) const fn sends(mut self, sends: &'static [Field]) -> Call {
        self.sends = sends;
        self
    }

    /// Sets the method and the path.
    pub(crate) const fn route(mut self, route: &'static str) -> Call {
        self.route = route;
        self
    }

    /// Says how the list goes on: the member that takes and the one that holds the token.
    pub(crate) const fn pages(
        mut self,
        sent: &'static str,
        token: &'static str,
        lists: &'static [&'static str],
    ) -> Call {
        self.pages = Some(Pages { sent, token, lists });
        self
    }

    /// Says what elements of an answer in XML are.
    pub(crate) const fn shape(
        mut self,
        root: Root,
        members: &'static [(&'static str, Is)],
    ) -> Call {
        self.shape = Shape { root, members };
        self
    }
}

/// Returns a member that holds a text.
pub(crate) const fn text(name: &'static str, value: &'static str) -> Field {
    Field {
        name,
        value: Sent::Text(value),
    }
}

/// Returns a member that holds a list of one text.
pub(crate) const fn list(name: &'static str, value: &'static str) -> Field {
    Field {
        name,
        value: Sent::List(value),
    }
}

/// Returns a member that holds a number.
pub(crate) const fn number(name: &'static str, value: u32) -> Field {
    Field {
        name,
        value: Sent::Number(value),
    }
}

impl Service {
    /// Returns the row of a command.
    pub(crate) fn call(&'static self, command: &str) -> Option<&'static Call> {
        self.calls.iter().find(|call| call.command == command)
    }

    /// Returns the action that a policy must allow for a call.
    pub(crate) fn action(&self, call: &Call) -> String {
        match call.action {
            Some(action) => action.to_owned(),
            None => format!("{}:{}", self.actions, call.operation),
        }
    }
}
