//! The account's identities, out of `get-account-authorization-details`.

use std::collections::{BTreeMap, BTreeSet};

use whocan_policy::Arn;
use whocan_snapshot::{Collected, Gap, GapCode, RoleActivity};

use super::shapes::{Details, RoleDetail};
use super::{Profiles, add_profile};
use crate::draft::Draft;
use crate::json::{self, List, Wrong};
use crate::note::NoteKind;
use crate::table::Page;

const CALL: &str = "get-account-authorization-details";

/// Reads the users, groups, roles and policies of an account.
pub(super) fn read(draft: &mut Draft, page: &Page<'_>) -> Result<(), Wrong> {
    let crate::table::Answer::Text(text) = page.answer else {
        return Ok(());
    };
    let details: Details<'_> = json::read(text)?;
    let whole = check_whole(draft, &details);
    let mut take = Taking {
        draft,
        text,
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
    let mut profiles = Profiles::new();
    let mut activity = Vec::new();
    let roles = take.all(
        "role",
        details.role_detail_list,
        |role| &role.arn.0,
        |mut role| {
            take_profiles(&mut role, &mut profiles);
            let last_used = role.role_last_used;
            let role = role.convert();
            if let Some(last_used) = last_used {
                activity.push(RoleActivity {
                    name: role.name.clone(),
                    last_used: Collected::Yes(last_used.last_used_date.0),
                });
            }
            role
        },
    )?;
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
    object.instance_profiles = profiles.into_values().collect();
    draft.roles = activity
        .into_iter()
        .map(|role| (role.name.clone(), role))
        .collect();
    check_links(draft);
    Ok(())
}

fn take_profiles(role: &mut RoleDetail<'_>, profiles: &mut Profiles) {
    let list = std::mem::take(&mut role.instance_profile_list);
    for profile in list.0 {
        add_profile(profiles, profile.convert(Some(role.arn.as_str())));
    }
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
    text: &'a str,
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
            match self.check(what, arn(&entry)) {
                Ok(true) => {}
                Ok(false) => continue,
                Err(wrong) => {
                    self.refuse(&key, wrong)?;
                    continue;
                }
            }
            let problem = format!("{what} `{key}` stands twice, with different content");
            let twice = Wrong::at(self.text, arn(&entry), problem);
            let entry = convert(entry);
            match taken.get(&key) {
                Some(known) if *known == entry => {}
                Some(_) => self.refuse(&key, twice)?,
                None => {
                    taken.insert(key, entry);
                }
            }
        }
        Ok(taken.into_values().collect())
    }

    fn refuse(&mut self, arn: &str, wrong: Wrong) -> Result<(), Wrong> {
        if !self.draft.keep_going {
            return Err(wrong);
        }
        self.refused = true;
        let place = wrong.place.map_or_else(String::new, |place| {
            format!("line {} column {}: ", place.line, place.column)
        });
        let code = GapCode::Unreadable(format!("{place}{}", wrong.problem));
        self.draft.gap("iam", None, CALL, Some(arn), code);
        Ok(())
    }

    /// Returns whether an entry belongs to the account.
    ///
    /// # Errors
    ///
    /// If its ARN is none, or names another account in a file of one account.
    fn check(&mut self, what: &str, arn: &str) -> Result<bool, Wrong> {
        let wrong = |problem: String| Wrong::at(self.text, arn, problem);
        let parsed: Arn = arn.parse().map_err(|error| wrong(format!("{error}")))?;
        let own = self.draft.object.id;
        match (parsed.account(), parsed.account_text()) {
            (Some(account), _) if account == own => {
                parsed
                    .partition()
                    .clone_into(&mut self.draft.object.partition);
                Ok(true)
            }
            (Some(_), _) if self.draft.mixed => Ok(false),
            (Some(account), _) => Err(wrong(format!(
                "{what} `{arn}` is of account {account}, expected account {own}"
            ))),
            (None, "aws") if what == "policy" => Ok(true),
            (None, "aws") => {
                let text = format!("a {what} whose ARN names no account: taken as {own}'s");
                self.draft.note(arn, NoteKind::Odd(text));
                Ok(true)
            }
            (None, text) => Err(wrong(format!(
                "{what} `{arn}`: `{text}` is not an account id, expected twelve digits"
            ))),
        }
    }
}

/// Finds what is named and not there: documents of attached policies, trust policies, groups.
fn check_links(draft: &mut Draft) {
    let object = &draft.object;
    let default = |policy: &whocan_snapshot::ManagedPolicy| {
        let default = &policy.default_version;
        policy.versions.iter().any(|version| version.id == *default)
    };
    let policies: BTreeSet<&str> = object
        .policies
        .iter()
        .filter(|policy| default(policy))
        .map(|policy| policy.arn.as_str())
        .collect();
    let groups: BTreeSet<&str> = object
        .groups
        .iter()
        .map(|group| group.name.as_str())
        .collect();
    let attached = (object.users.iter().flat_map(|user| &user.attached))
        .chain(object.groups.iter().flat_map(|group| &group.attached))
        .chain(object.roles.iter().flat_map(|role| &role.attached))
        .map(|policy| policy.arn.as_str());
    let boundaries = (object
        .users
        .iter()
        .filter_map(|user| user.boundary.as_deref()))
    .chain(
        object
            .roles
            .iter()
            .filter_map(|role| role.boundary.as_deref()),
    );
    let no_policy = attached
        .chain(boundaries)
        .filter(|arn| !policies.contains(arn))
        .map(|arn| ("get-policy-version", arn));
    let no_group = (object.users.iter().flat_map(|user| &user.groups))
        .filter(|name| !groups.contains(name.as_str()))
        .map(|name| ("get-group", name.as_str()));
    let no_trust = (object.roles.iter())
        .filter(|role| role.trust.is_not())
        .map(|role| ("get-role", role.name.as_str()));
    let gaps: BTreeSet<Gap> = no_policy
        .chain(no_group)
        .chain(no_trust)
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
