//! A case as people read it: accounts with what stands in them, then the questions.

use std::fmt::{self, Display, Formatter, Write as _};

use whocan_snapshot::{
    AccountObject, AttachedPolicy, Collected, Detail, Group, InlinePolicy, OrganizationObject,
    Resource, Role, Tag, User,
};

use super::case::Case;
use super::question::Question;

impl Display for Case {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some(organization) = &self.world.organization {
            show_organization(f, organization)?;
        }
        for account in &self.world.accounts {
            show_account(f, account)?;
        }
        for question in &self.questions {
            writeln!(f, "{question}")?;
        }
        Ok(())
    }
}

fn show_organization(f: &mut Formatter<'_>, organization: &OrganizationObject) -> fmt::Result {
    let management = organization.management_account;
    writeln!(f, "organization {} of {management}", organization.id)?;
    let root = &organization.root;
    let level = |f: &mut Formatter<'_>, name: &str, parent: &str, scps: &_, rcps: &_| {
        let (scps, rcps) = (List(scps), List(rcps));
        writeln!(f, "  {name}{parent}: scps {scps}, rcps {rcps}")
    };
    level(f, &root.id, "", &root.scps, &root.rcps)?;
    for unit in &organization.units {
        let parent = format!(" in {}", unit.parent);
        level(f, &unit.id, &parent, &unit.scps, &unit.rcps)?;
    }
    for member in &organization.accounts {
        let parent = member.parent.as_deref().unwrap_or("somewhere");
        let parent = format!(" in {parent}");
        level(
            f,
            &member.id.to_string(),
            &parent,
            &member.scps,
            &member.rcps,
        )?;
    }
    for policy in &organization.policies {
        match &policy.document {
            Collected::Yes(text) => writeln!(f, "  {}: {text}", policy.id)?,
            Collected::Not if policy.aws_managed => {}
            Collected::Not => writeln!(f, "  {}: not collected", policy.id)?,
        }
    }
    writeln!(
        f,
        "  delegated {:?}, public access block {:?}",
        organization.delegated_administrators, organization.public_access_block
    )
}

fn show_account(f: &mut Formatter<'_>, account: &AccountObject) -> fmt::Result {
    write!(f, "account {} ({})", account.id, account.partition)?;
    f.write_str(if account.complete { ", complete" } else { "" })?;
    f.write_str(if account.identities {
        ""
    } else {
        ", identities not collected"
    })?;
    if let Some(id) = &account.canonical_id {
        write!(f, ", canonical id {id}")?;
    }
    writeln!(f)?;
    for list in &account.lists {
        writeln!(f, "  lists {} {} {}", list.service, list.kind, list.region)?;
    }
    for policy in &account.policies {
        for version in &policy.versions {
            let current = if version.id == policy.default_version {
                " (in force)"
            } else {
                ""
            };
            let (arn, id) = (&policy.arn, &version.id);
            writeln!(f, "  policy {arn} {id}{current}: {}", version.document)?;
        }
    }
    account
        .groups
        .iter()
        .try_for_each(|group| show_group(f, group))?;
    account
        .users
        .iter()
        .try_for_each(|user| show_user(f, user))?;
    account
        .roles
        .iter()
        .try_for_each(|role| show_role(f, role))?;
    writeln!(
        f,
        "  saml {:?}, oidc {:?}, public access block {:?}",
        account.saml_providers, account.oidc_providers, account.public_access_block
    )?;
    for resource in &account.resources {
        show_resource(f, resource)?;
    }
    for endpoint in &account.endpoints {
        let policy = endpoint.policy.as_deref().unwrap_or("default");
        let (id, kind, vpc) = (&endpoint.id, endpoint.kind, &endpoint.vpc);
        writeln!(f, "  endpoint {id} {kind:?} in {vpc}: {policy}")?;
    }
    Ok(())
}

fn show_group(f: &mut Formatter<'_>, group: &Group) -> fmt::Result {
    writeln!(f, "  group {}", group.name)?;
    show_policies(f, &group.inline, &group.attached)
}

fn show_user(f: &mut Formatter<'_>, user: &User) -> fmt::Result {
    write!(f, "  user {} [{}]", user.arn, user.id)?;
    if !user.groups.is_empty() {
        write!(f, " in {}", user.groups.join(", "))?;
    }
    writeln!(f, ", tags {}", Tags(&user.tags))?;
    show_boundary(f, user.boundary.as_deref())?;
    show_policies(f, &user.inline, &user.attached)
}

fn show_role(f: &mut Formatter<'_>, role: &Role) -> fmt::Result {
    writeln!(
        f,
        "  role {} [{}], tags {}",
        role.arn,
        role.id,
        Tags(&role.tags)
    )?;
    match &role.trust {
        Collected::Yes(text) => writeln!(f, "    trust: {text}")?,
        Collected::Not => writeln!(f, "    trust: not collected")?,
    }
    show_boundary(f, role.boundary.as_deref())?;
    show_policies(f, &role.inline, &role.attached)
}

fn show_boundary(f: &mut Formatter<'_>, boundary: Option<&str>) -> fmt::Result {
    match boundary {
        Some(arn) => writeln!(f, "    boundary {arn}"),
        None => Ok(()),
    }
}

fn show_policies(
    f: &mut Formatter<'_>,
    inline: &[InlinePolicy],
    attached: &[AttachedPolicy],
) -> fmt::Result {
    for policy in inline {
        writeln!(f, "    inline {}: {}", policy.name, policy.document)?;
    }
    for policy in attached {
        writeln!(f, "    attached {}", policy.arn)?;
    }
    Ok(())
}

fn show_resource(f: &mut Formatter<'_>, resource: &Resource) -> fmt::Result {
    write!(
        f,
        "  resource {}, tags {}",
        resource.arn,
        Tags(&resource.tags)
    )?;
    if let Some(region) = &resource.region {
        write!(f, ", in {region}")?;
    }
    if let Some(owner) = resource.owner {
        write!(f, ", of {owner}")?;
    }
    if let Collected::Yes(Some(key)) = &resource.encryption_key {
        write!(f, ", under {key}")?;
    }
    writeln!(f)?;
    match &resource.policy {
        Collected::Yes(Some(text)) => writeln!(f, "    policy: {text}")?,
        Collected::Yes(None) => writeln!(f, "    policy: none")?,
        Collected::Not => writeln!(f, "    policy: not collected")?,
    }
    match &resource.detail {
        Detail::Plain => Ok(()),
        detail => writeln!(f, "    {detail:?}"),
    }
}

struct Tags<'a>(&'a Collected<Vec<Tag>>);

impl Display for Tags<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Collected::Not => f.write_str("not collected"),
            Collected::Yes(tags) if tags.is_empty() => f.write_str("none"),
            Collected::Yes(tags) => {
                let all = tags.iter().map(|tag| format!("{}={}", tag.key, tag.value));
                f.write_str(&all.collect::<Vec<String>>().join(" "))
            }
        }
    }
}

struct List<'a>(&'a Collected<Vec<String>>);

impl Display for List<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Collected::Not => f.write_str("not collected"),
            Collected::Yes(all) => write!(f, "[{}]", all.join(" ")),
        }
    }
}

impl Display for Question {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut text = format!(
            "who can {:?} {} on {}",
            self.way(),
            self.action,
            self.resource
        );
        if let Some(also) = &self.also {
            write!(text, " and on {also}")?;
        }
        if let Some(account) = self.resource_account {
            write!(text, " of {account}")?;
        }
        if let Some(chain) = &self.chain {
            write!(text, " {chain:?}")?;
        }
        for (key, state) in &self.given {
            write!(text, " given {key} = {state:?}")?;
        }
        if self.overriding {
            text.push_str(" whatever facts say");
        }
        if self.complete {
            text.push_str(" and no other key");
        }
        if self.session != super::question::Calling::default() {
            write!(text, " in {:?}", self.session)?;
        }
        if let Some(parameters) = &self.assume {
            write!(text, " passing {parameters:?}")?;
        }
        if let Some(endpoint) = &self.endpoint {
            write!(text, " through endpoint {endpoint}")?;
        }
        if !self.ignored.is_empty() {
            write!(text, " ignoring {:?}", self.ignored)?;
        }
        if let Some(access_point) = &self.access_point {
            write!(text, " through access point {access_point}")?;
        }
        f.write_str(&text)
    }
}
