//! IAM Identity Center: permission sets, their assignments, and the directory of users and groups.

use serde::Deserialize;
use whocan_policy::AccountId;
use whocan_snapshot::{
    Assignments, DirectoryGroup, DirectoryUser, GapCode, IdentityCenter, Memberships, PermissionSet,
};

use crate::draft::Draft;
use crate::json::{List, Text, Wrong};
use crate::table::{Answer, Page, Row};

const SETS: &str = "list-permission-sets";
const DESCRIBE: &str = "describe-permission-set";
const ASSIGNMENTS: &str = "list-account-assignments";
const MEMBERS: &str = "list-group-memberships";

/// Source: IAM Identity Center API Reference; Identity Store API Reference.
pub(crate) const ROWS: &[Row] = &[
    Row::account("sso-admin", "list-instances", instances)
        .regional()
        .optional(),
    Row::about("sso-admin", SETS, permission_sets),
    Row::about("sso-admin", DESCRIBE, permission_set),
    Row::about(
        "sso-admin",
        "list-accounts-for-provisioned-permission-set",
        provisioned,
    ),
    Row::about("sso-admin", ASSIGNMENTS, assignments),
    Row::about("identitystore", "list-users", users),
    Row::about("identitystore", "list-groups", groups),
    Row::about("identitystore", MEMBERS, memberships),
];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an object with `Instances`")]
struct Instances<'a> {
    #[serde(borrow)]
    instances: List<Instance<'a>>,
}

#[derive(Deserialize)]
#[serde(
    rename_all = "PascalCase",
    expecting = "an instance with `InstanceArn`"
)]
struct Instance<'a> {
    #[serde(borrow)]
    instance_arn: Text<'a>,
    #[serde(borrow, default)]
    owner_account_id: Option<Text<'a>>,
}

/// Reads whether there is an Identity Center here, whose permission sets are to be expected.
///
/// Members see the instance of their organization too; only its owner tells about it.
/// Source: IAM Identity Center API Reference, ListInstances.
fn instances(draft: &mut Draft, page: &Page<'_>) -> Result<(), Wrong> {
    let Some(answer) = page.answer.read::<Instances<'_>>()? else {
        return Ok(());
    };
    let own = draft.object.id.to_string();
    for instance in answer.instances.0 {
        let owner = instance.owner_account_id.map(|owner| owner.0.into_owned());
        if owner.is_none_or(|owner| owner == own) {
            let arn = instance.instance_arn.0.into_owned();
            draft.awaited.insert((SETS, arn));
        }
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(
    rename_all = "PascalCase",
    expecting = "an object with `PermissionSets`"
)]
struct PermissionSets {
    permission_sets: List<String>,
}

fn permission_sets(draft: &mut Draft, instance: &str, answer: &Answer<'_>) -> Result<(), Wrong> {
    let Some(answer) = answer.read::<PermissionSets>()? else {
        return Ok(());
    };
    draft.awaited.remove(&(SETS, instance.to_owned()));
    let center = add(draft);
    center.all_permission_sets = true;
    let sets = &mut center.permission_sets;
    for arn in answer.permission_sets.0 {
        if !sets.iter().any(|known| known.arn == arn) {
            sets.push(PermissionSet { arn, name: None });
        }
    }
    sets.sort();
    Ok(())
}

#[derive(Deserialize)]
#[serde(
    rename_all = "PascalCase",
    expecting = "an object with `PermissionSet`"
)]
struct Described<'a> {
    #[serde(borrow)]
    permission_set: Description<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "a permission set with `Name`")]
struct Description<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    permission_set_arn: Text<'a>,
}

// A description of a set that no list has says that it exists all the same.
fn permission_set(draft: &mut Draft, _arn: &str, answer: &Answer<'_>) -> Result<(), Wrong> {
    let Some(answer) = answer.read::<Described<'_>>()? else {
        return Ok(());
    };
    let described = answer.permission_set;
    let arn = described.permission_set_arn.0.into_owned();
    let name = Some(described.name.0.into_owned());
    let sets = &mut add(draft).permission_sets;
    match sets.iter_mut().find(|known| known.arn == arn) {
        Some(known) => known.name = name,
        None => sets.push(PermissionSet { arn, name }),
    }
    sets.sort();
    Ok(())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an object with `AccountIds`")]
struct Provisioned<'a> {
    #[serde(borrow)]
    account_ids: List<Text<'a>>,
}

/// Reads in which accounts a permission set is, whose assignments are to be expected.
fn provisioned(draft: &mut Draft, set: &str, answer: &Answer<'_>) -> Result<(), Wrong> {
    let Some(answer) = answer.read::<Provisioned<'_>>()? else {
        return Ok(());
    };
    for account in answer.account_ids.0 {
        let argument = format!("{}/{set}", account.as_str());
        draft.awaited.insert((ASSIGNMENTS, argument));
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(
    rename_all = "PascalCase",
    expecting = "an object with `AccountAssignments`"
)]
struct Assigned<'a> {
    #[serde(borrow)]
    account_assignments: List<Assignment<'a>>,
}

#[derive(Deserialize)]
#[serde(
    rename_all = "PascalCase",
    expecting = "an assignment with `PrincipalType` and `PrincipalId`"
)]
struct Assignment<'a> {
    #[serde(borrow)]
    principal_type: Text<'a>,
    #[serde(borrow)]
    principal_id: Text<'a>,
}

// An empty answer names neither account nor permission set: the argument does.
fn assignments(draft: &mut Draft, argument: &str, answer: &Answer<'_>) -> Result<(), Wrong> {
    let expected = || Wrong::whole("expected `<account id>/<permission set ARN>` as the argument");
    let (account, permission_set) = argument.split_once('/').ok_or_else(expected)?;
    let account: AccountId = account.parse().map_err(|_| expected())?;
    let Some(answer) = answer.read::<Assigned<'_>>()? else {
        return Ok(());
    };
    let mut assigned = Assignments {
        account,
        permission_set: permission_set.to_owned(),
        users: Vec::new(),
        groups: Vec::new(),
    };
    for one in answer.account_assignments.0 {
        let ids = match one.principal_type.as_str() {
            "USER" => &mut assigned.users,
            "GROUP" => &mut assigned.groups,
            other => {
                return Err(Wrong::whole(format!(
                    "unknown `PrincipalType` {other:?}: expected USER or GROUP"
                )));
            }
        };
        ids.push(one.principal_id.0.into_owned());
    }
    assigned.users.sort();
    assigned.groups.sort();
    draft.awaited.remove(&(ASSIGNMENTS, argument.to_owned()));
    add(draft).assignments.push(assigned);
    Ok(())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an object with `Users`")]
struct Users<'a> {
    #[serde(borrow)]
    users: List<User<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "a user with `UserId`")]
struct User<'a> {
    #[serde(borrow)]
    user_id: Text<'a>,
    #[serde(borrow, default)]
    user_name: Option<Text<'a>>,
}

fn users(draft: &mut Draft, _store: &str, answer: &Answer<'_>) -> Result<(), Wrong> {
    let Some(answer) = answer.read::<Users<'_>>()? else {
        return Ok(());
    };
    let users = &mut add(draft).users;
    users.extend(answer.users.0.into_iter().map(|user| {
        let id = user.user_id.0.into_owned();
        let name = user.user_name.map(|name| name.0.into_owned());
        DirectoryUser {
            name: name.unwrap_or_else(|| id.clone()),
            id,
        }
    }));
    users.sort();
    users.dedup();
    Ok(())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an object with `Groups`")]
struct Groups<'a> {
    #[serde(borrow)]
    groups: List<Group<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "a group with `GroupId`")]
struct Group<'a> {
    #[serde(borrow)]
    group_id: Text<'a>,
    #[serde(borrow, default)]
    display_name: Option<Text<'a>>,
}

fn groups(draft: &mut Draft, _store: &str, answer: &Answer<'_>) -> Result<(), Wrong> {
    let Some(answer) = answer.read::<Groups<'_>>()? else {
        return Ok(());
    };
    let groups = &mut add(draft).groups;
    groups.extend(answer.groups.0.into_iter().map(|group| {
        let id = group.group_id.0.into_owned();
        let name = group.display_name.map(|name| name.0.into_owned());
        DirectoryGroup {
            name: name.unwrap_or_else(|| id.clone()),
            id,
        }
    }));
    groups.sort();
    groups.dedup();
    Ok(())
}

#[derive(Deserialize)]
#[serde(
    rename_all = "PascalCase",
    expecting = "an object with `GroupMemberships`"
)]
struct Members<'a> {
    #[serde(borrow)]
    group_memberships: List<Membership<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "a membership with `MemberId`")]
struct Membership<'a> {
    #[serde(borrow)]
    member_id: Member<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an object with `UserId`")]
struct Member<'a> {
    #[serde(borrow)]
    user_id: Text<'a>,
}

fn memberships(draft: &mut Draft, group: &str, answer: &Answer<'_>) -> Result<(), Wrong> {
    let Some(answer) = answer.read::<Members<'_>>()? else {
        return Ok(());
    };
    let members = answer.group_memberships.0.into_iter();
    let mut users: Vec<String> = members
        .map(|one| one.member_id.user_id.0.into_owned())
        .collect();
    users.sort();
    users.dedup();
    add(draft).memberships.push(Memberships {
        group: group.to_owned(),
        users,
    });
    Ok(())
}

fn add(draft: &mut Draft) -> &mut IdentityCenter {
    draft.object.identity_center.get_or_insert_default()
}

/// Sorts what was read, and records what is missing in it as gaps.
pub(crate) fn finish(draft: &mut Draft) {
    let awaited = std::mem::take(&mut draft.awaited);
    if !draft.absent_means_none {
        for (call, argument) in awaited {
            missing(draft, "sso-admin", call, &argument);
        }
    }
    let Some(mut center) = draft.object.identity_center.take() else {
        return;
    };
    center.assignments.sort();
    center.assignments.dedup();
    center.memberships.sort();
    center.memberships.dedup();
    let sets = center.permission_sets.iter();
    for set in sets.filter(|set| set.name.is_none()) {
        missing(draft, "sso-admin", DESCRIBE, &set.arn);
    }
    let assigned = center.assignments.iter().flat_map(|one| &one.groups);
    for group in assigned.filter(|group| center.members(group).is_none()) {
        missing(draft, "identitystore", MEMBERS, group);
    }
    draft.object.identity_center = Some(center);
}

fn missing(draft: &mut Draft, service: &str, call: &str, argument: &str) {
    let told = |gap: &whocan_snapshot::Gap| {
        gap.service == service && gap.call == call && gap.argument.as_deref() == Some(argument)
    };
    if !draft.gaps.iter().any(told) {
        draft.gap(service, None, call, Some(argument), GapCode::NotExported);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::PageSource;

    fn read(
        draft: &mut Draft,
        reader: fn(&mut Draft, &str, &Answer<'_>) -> Result<(), Wrong>,
        argument: &str,
        text: &str,
    ) -> Result<(), Wrong> {
        reader(draft, argument, &Answer::Text(text))
    }

    #[test]
    fn an_assignment_of_a_kind_that_nobody_knows_is_an_error() {
        let mut draft = Draft::new("111122223333".parse().unwrap(), "aws");
        let text = r#"{"AccountAssignments": [{"PrincipalType": "ROBOT", "PrincipalId": "r"}]}"#;
        let wrong = read(&mut draft, assignments, "111122223333/arn:x", text).unwrap_err();
        assert!(wrong.problem.contains("ROBOT"), "{}", wrong.problem);
        let wrong = read(&mut draft, assignments, "elsewhere", "{}").unwrap_err();
        assert!(wrong.problem.contains("account id"), "{}", wrong.problem);
    }

    #[test]
    fn what_an_own_instance_leads_to_is_missed_and_what_others_own_is_not() {
        let mut draft = Draft::new("111122223333".parse().unwrap(), "aws");
        let text = r#"{"Instances": [
            {"InstanceArn": "arn:aws:sso:::instance/ssoins-1", "OwnerAccountId": "111122223333"},
            {"InstanceArn": "arn:aws:sso:::instance/ssoins-2", "OwnerAccountId": "444455556666"}]}"#;
        let page = Page {
            region: Some("eu-west-1"),
            answer: Answer::Text(text),
            source: PageSource::Printed,
        };
        instances(&mut draft, &page).unwrap();
        let text = r#"{"AccountIds": ["222233334444", "333344445555"]}"#;
        read(&mut draft, provisioned, "arn:x", text).unwrap();
        let text = r#"{"AccountAssignments": []}"#;
        read(&mut draft, assignments, "222233334444/arn:x", text).unwrap();
        finish(&mut draft);
        let gaps = draft.gaps.iter().filter_map(|gap| gap.argument.as_deref());
        let gaps: Vec<&str> = gaps.collect();
        assert_eq!(
            gaps,
            ["333344445555/arn:x", "arn:aws:sso:::instance/ssoins-1"]
        );
    }

    #[test]
    fn a_group_without_its_list_of_members_is_a_gap() {
        let mut draft = Draft::new("111122223333".parse().unwrap(), "aws");
        let text = r#"{"AccountAssignments": [{"PrincipalType": "GROUP", "PrincipalId": "g-1"},
                                              {"PrincipalType": "GROUP", "PrincipalId": "g-2"}]}"#;
        read(&mut draft, assignments, "222233334444/arn:x", text).unwrap();
        let text = r#"{"GroupMemberships": [{"MemberId": {"UserId": "u-1"}}]}"#;
        read(&mut draft, memberships, "g-1", text).unwrap();
        finish(&mut draft);
        let gaps: Vec<&str> = draft
            .gaps
            .iter()
            .filter_map(|gap| gap.argument.as_deref())
            .collect();
        assert_eq!(gaps, ["g-2"]);
    }
}
