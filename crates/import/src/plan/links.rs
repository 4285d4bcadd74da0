//! What a plan attaches to users, groups and roles.

use whocan_snapshot::{AttachedPolicy, InlinePolicy};

use super::Laying;
use super::change::{Change, Planned};
use super::identities::{OPEN, attach, put_inline};

/// What an identity is permitted.
struct Permitted<'a> {
    inline: &'a mut Vec<InlinePolicy>,
    attached: &'a mut Vec<AttachedPolicy>,
}

/// The kinds of identities, by the attribute that names one and the one that names several.
const KINDS: [(&str, &str); 3] = [("user", "users"), ("group", "groups"), ("role", "roles")];

impl Laying<'_> {
    pub(super) fn remove_link(&mut self, change: &Change) {
        match change.kind.as_str() {
            "aws_iam_user_group_membership" => {
                let groups = change.texts("groups", false);
                let user = change.before("user").unwrap_or_default().to_owned();
                self.leave(&[user], &groups);
            }
            "aws_iam_group_membership" => {
                let users = change.texts("users", false);
                let group = change.before("group").unwrap_or_default().to_owned();
                self.leave(&users, &[group]);
            }
            "aws_iam_policy_attachment" => {
                let Some(arn) = change.before("policy_arn") else {
                    return;
                };
                for (kind, several) in KINDS {
                    for name in change.texts(several, false) {
                        if let Some(permitted) = self.permitted(kind, &name) {
                            permitted.attached.retain(|policy| policy.arn != arn);
                        }
                    }
                }
            }
            _ => {
                let (arn, own) = (change.before("policy_arn"), change.before("name"));
                for (kind, _) in KINDS {
                    let Some(name) = change.before(kind) else {
                        continue;
                    };
                    let Some(permitted) = self.permitted(kind, name) else {
                        continue;
                    };
                    permitted
                        .attached
                        .retain(|policy| Some(policy.arn.as_str()) != arn);
                    permitted
                        .inline
                        .retain(|policy| Some(policy.name.as_str()) != own);
                }
            }
        }
    }

    pub(super) fn put_link(&mut self, change: &Change) {
        match change.kind.as_str() {
            "aws_iam_user_group_membership" => {
                let groups = change.texts("groups", true);
                if let Some(user) = self.needed(change, "user") {
                    self.join(change, &[user], &groups);
                }
                self.open_list(change, "groups");
            }
            "aws_iam_group_membership" => {
                let users = change.texts("users", true);
                if let Some(group) = self.needed(change, "group") {
                    self.join(change, &users, &[group]);
                }
                self.open_list(change, "users");
            }
            "aws_iam_policy_attachment" => {
                for (kind, several) in KINDS {
                    for name in change.texts(several, true) {
                        self.put_attachment(change, kind, &name);
                    }
                    self.open_list(change, several);
                }
            }
            _ => {
                let kinds = KINDS.map(|(kind, _)| kind);
                let kind = kinds
                    .into_iter()
                    .find(|kind| change.planned(kind) != Planned::Absent);
                let Some(kind) = kind else { return };
                let Some(name) = self.needed(change, kind) else {
                    return;
                };
                match change.kind.ends_with("_attachment") {
                    true => self.put_attachment(change, kind, &name),
                    false => self.put_own(change, kind, &name),
                }
            }
        }
    }

    fn open_list(&mut self, change: &Change, attribute: &str) {
        if change.is_open(attribute) {
            self.open(change, attribute);
        }
    }

    fn put_attachment(&mut self, change: &Change, kind: &str, name: &str) {
        let arn = self.needed(change, "policy_arn");
        let open = arn.is_none();
        let Some(permitted) = self.permitted(kind, name) else {
            self.miss(change, kind, name);
            return;
        };
        match arn {
            Some(arn) => attach(permitted.attached, &arn),
            None if open => put_inline(permitted.inline, OPEN, OPEN),
            None => {}
        }
    }

    fn put_own(&mut self, change: &Change, kind: &str, name: &str) {
        let policy = self
            .needed(change, "name")
            .unwrap_or_else(|| OPEN.to_owned());
        let document = self
            .needed(change, "policy")
            .unwrap_or_else(|| OPEN.to_owned());
        match self.permitted(kind, name) {
            Some(permitted) => put_inline(permitted.inline, &policy, &document),
            None => self.miss(change, kind, name),
        }
    }

    fn miss(&mut self, change: &Change, kind: &str, name: &str) {
        let text = format!("there is no {kind} `{name}` in the account, so it is not laid over");
        self.leave_out(change, text);
    }

    /// Returns the policies of a user, group or role by its name.
    fn permitted(&mut self, kind: &str, name: &str) -> Option<Permitted<'_>> {
        let account = &mut *self.account;
        Some(match kind {
            "user" => {
                let user = account.users.iter_mut().find(|user| user.name == name)?;
                Permitted {
                    inline: &mut user.inline,
                    attached: &mut user.attached,
                }
            }
            "group" => {
                let group = account.groups.iter_mut().find(|group| group.name == name)?;
                Permitted {
                    inline: &mut group.inline,
                    attached: &mut group.attached,
                }
            }
            _ => {
                let role = account.roles.iter_mut().find(|role| role.name == name)?;
                Permitted {
                    inline: &mut role.inline,
                    attached: &mut role.attached,
                }
            }
        })
    }

    fn leave(&mut self, users: &[String], groups: &[String]) {
        for user in self
            .account
            .users
            .iter_mut()
            .filter(|user| users.contains(&user.name))
        {
            user.groups.retain(|group| !groups.contains(group));
        }
    }

    fn join(&mut self, change: &Change, users: &[String], groups: &[String]) {
        for name in users {
            match self
                .account
                .users
                .iter_mut()
                .find(|user| user.name == *name)
            {
                Some(user) => {
                    user.groups.extend(groups.iter().cloned());
                    user.groups.sort();
                    user.groups.dedup();
                }
                None => self.miss(change, "user", name),
            }
        }
    }
}
