//! The account's identities, out of `get-account-authorization-details`.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;

use whocan_policy::Arn;
use whocan_snapshot::{AccountObject, Collected, Gap, GapCode, ManagedPolicy, Role, RoleActivity};

use super::shapes::{Details, RoleDetail};
use super::{Profiles, add_profile};
use crate::draft::Draft;
use crate::json::{self, List, Places, Wrong};
use crate::note::NoteKind;
use crate::table::{Page, PageSource};

const CALL: &str = "get-account-authorization-details";

/// Reads the users, groups, roles and policies of an account.
pub(super) fn read(draft: &mut Draft, page: &Page<'_>) -> Result<(), Wrong> {
    let crate::table::Answer::Text(text) = page.answer else {
        return Ok(());
    };
    let details: Details<'_> = json::read(text)?;
    if page.source.is_part() && !draft.absent_means_none {
        draft.gap("iam", None, CALL, None, GapCode::NotExported);
    }
    let whole = check_whole(draft, &details);
    let mut take = Taking {
        draft,
        places: (page.source == PageSource::Printed).then(|| Places::new(text)),
        refused: false,
    };
    let users = take.all(
        "user",
        details.user_detail_list,
        |user| &user.arn.0,
        |user| user.convert(),
    )?;
    let groups = take.all(
        "group",
        details.group_detail_list,
        |group| &group.arn.0,
        |group| group.convert(),
    )?;
    let roles = take.roles(details.role_detail_list)?;
    let policies = take.all(
        "policy",
        details.policies,
        |policy| &policy.arn.0,
        |policy| policy.convert(),
    )?;
    let whole = whole && !take.refused;
    let object = &mut draft.object;
    object.identities = whole;
    object.users = users;
    object.groups = groups;
    object.roles = roles;
    object.policies = policies;
    check_links(draft);
    Ok(())
}

/// Returns whether the export has all identities; a gap says what it lacks.
fn check_whole(draft: &mut Draft, details: &Details<'_>) -> bool {
    let more = details.more();
    if let Some(mark) = more {
        let code = GapCode::Unreadable(crate::reading::cut_off(mark));
        draft.gap("iam", None, CALL, None, code);
    }
    let lists = [
        ("UserDetailList", details.user_detail_list.is_none()),
        ("GroupDetailList", details.group_detail_list.is_none()),
        ("RoleDetailList", details.role_detail_list.is_none()),
    ];
    let mut whole = more.is_none();
    for (list, missing) in lists {
        if missing && !draft.absent_means_none {
            draft.gap("iam", None, CALL, Some(list), GapCode::NotExported);
            whole = false;
        }
    }
    whole
}

/// Takes the entries of one list after the other.
struct Taking<'a> {
    draft: &'a mut Draft,
    /// None for a text that we made, where a place would mislead.
    places: Option<Places<'a>>,
    /// Whether an entry was left out.
    refused: bool,
}

impl Taking<'_> {
    /// Checks and converts the entries, sorted by ARN.
    ///
    /// # Errors
    ///
    /// For an entry that is wrong, unless the import goes on past it.
    fn all<D, T: PartialEq>(
        &mut self,
        what: &str,
        list: Option<List<D>>,
        arn: impl Fn(&D) -> &str,
        mut convert: impl FnMut(D) -> T,
    ) -> Result<Vec<T>, Wrong> {
        let mut taken: BTreeMap<String, T> = BTreeMap::new();
        for entry in list.map(|list| list.0).unwrap_or_default() {
            let key = arn(&entry).to_owned();
            let places = self.places.as_ref();
            let offset = places.and_then(|places| places.offset(arn(&entry)));
            match self.check(what, &key) {
                Ok(true) => {}
                Ok(false) => continue,
                Err(problem) => {
                    self.refuse(&key, offset, problem)?;
                    continue;
                }
            }
            let entry = convert(entry);
            match taken.get(&key) {
                Some(known) if *known == entry => {}
                Some(_) => {
                    let problem = format!("{what} `{key}` stands twice, with different content");
                    self.refuse(&key, offset, problem)?;
                }
                None => {
                    taken.insert(key, entry);
                }
            }
        }
        Ok(taken.into_values().collect())
    }

    /// Takes the roles, with their instance profiles and when they were last used.
    fn roles(&mut self, list: Option<List<RoleDetail<'_>>>) -> Result<Vec<Role>, Wrong> {
        let mut profiles = Profiles::new();
        let mut activity = BTreeMap::new();
        let convert = |mut role: RoleDetail<'_>| {
            for profile in mem::take(&mut role.instance_profile_list).0 {
                add_profile(&mut profiles, profile.convert(Some(role.arn.as_str())));
            }
            let last_used = role.role_last_used;
            let role = role.convert();
            if let Some(last_used) = last_used {
                let used = RoleActivity {
                    name: role.name.clone(),
                    last_used: Collected::Yes(last_used.last_used_date.0),
                };
                activity.insert(role.name.clone(), used);
            }
            role
        };
        let roles = self.all("role", list, |role| &role.arn.0, convert)?;
        self.draft.object.instance_profiles = profiles.into_values().collect();
        self.draft.roles = activity;
        Ok(roles)
    }

    /// Leaves an entry out, if the import goes on past what is wrong.
    fn refuse(&mut self, arn: &str, offset: Option<usize>, problem: String) -> Result<(), Wrong> {
        let places = self.places.as_mut();
        let place = places.zip(offset).map(|(places, offset)| places.at(offset));
        if !self.draft.keep_going {
            return Err(Wrong { place, problem });
        }
        self.refused = true;
        let place = place.map_or_else(String::new, |place| {
            format!("line {} column {}: ", place.line, place.column)
        });
        let code = GapCode::Unreadable(format!("{place}{problem}"));
        self.draft.gap("iam", None, CALL, Some(arn), code);
        Ok(())
    }

    /// Returns whether an entry belongs to the account.
    ///
    /// # Errors
    ///
    /// In words, if its ARN is none, or names another account in a file of one account.
    fn check(&mut self, what: &str, arn: &str) -> Result<bool, String> {
        let parsed: Arn = arn.parse().map_err(|error| format!("{error}"))?;
        let own = self.draft.object.id;
        match (parsed.account(), parsed.account_text()) {
            (Some(account), _) if account == own => {
                parsed
                    .partition()
                    .clone_into(&mut self.draft.object.partition);
                Ok(true)
            }
            (Some(_), _) if self.draft.mixed => Ok(false),
            (Some(account), _) => Err(format!(
                "{what} `{arn}` is of account {account}, expected account {own}"
            )),
            (None, "aws") if what == "policy" => Ok(true),
            (None, "aws") => {
                let text = format!("a {what} whose ARN names no account: taken as {own}'s");
                self.draft.note(arn, NoteKind::Odd(text));
                Ok(true)
            }
            (None, text) => Err(format!(
                "{what} `{arn}`: `{text}` is not an account id, expected twelve digits"
            )),
        }
    }
}

/// Finds what is named and not there: documents of attached policies, groups, trust policies.
fn check_links(draft: &mut Draft) {
    let object = &draft.object;
    let policies = missing_policies(object).map(|arn| ("get-policy-version", arn));
    let groups = missing_groups(object).map(|name| ("get-group", name));
    let trusts = object.roles.iter().filter(|role| role.trust.is_not());
    let trusts = trusts.map(|role| ("get-role", role.name.as_str()));
    let gaps: BTreeSet<Gap> = policies
        .chain(groups)
        .chain(trusts)
        .map(|(call, argument)| Gap {
            service: "iam".to_owned(),
            region: None,
            call: call.to_owned(),
            argument: Some(argument.to_owned()),
            code: GapCode::NotExported,
        })
        .collect();
    draft.gaps.extend(gaps);
}

/// Returns the attached policies and boundaries whose version in force has no document.
fn missing_policies(object: &AccountObject) -> impl Iterator<Item = &str> {
    let in_force = |policy: &&ManagedPolicy| {
        let default = &policy.default_version;
        policy.versions.iter().any(|version| version.id == *default)
    };
    let policies = object.policies.iter().filter(in_force);
    let known: BTreeSet<&str> = policies.map(|policy| policy.arn.as_str()).collect();
    let users = object.users.iter();
    let roles = object.roles.iter();
    let boundaries = (users.clone().filter_map(|user| user.boundary.as_deref()))
        .chain(roles.clone().filter_map(|role| role.boundary.as_deref()));
    let groups = object.groups.iter();
    (users.flat_map(|user| &user.attached))
        .chain(groups.flat_map(|group| &group.attached))
        .chain(roles.flat_map(|role| &role.attached))
        .map(|policy| policy.arn.as_str())
        .chain(boundaries)
        .filter(move |arn| !known.contains(arn))
}

/// Returns the groups of users that the export does not have.
fn missing_groups(object: &AccountObject) -> impl Iterator<Item = &str> {
    let groups = object.groups.iter();
    let known: BTreeSet<&str> = groups.map(|group| group.name.as_str()).collect();
    let named = object.users.iter().flat_map(|user| &user.groups);
    named
        .map(String::as_str)
        .filter(move |name| !known.contains(name))
}
