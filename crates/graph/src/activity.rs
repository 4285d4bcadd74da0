//! How principals sign in, and when they last did.

use jiff::Timestamp;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use whocan_snapshot::{ActivityObject, Collected, Numbers, Section, Table, UserActivity};

use crate::{AccountIndex, Graph, PrincipalId, PrincipalKind};

/// What is known of the use of a user or role. Nothing here bears on access.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    /// When it was last used; `Yes(None)` if never, or not in the time that AWS tracks.
    #[serde(with = "crate::field::collected")]
    pub last_used: Collected<Option<Timestamp>>,
    /// How many access keys of a user are active.
    #[serde(with = "crate::field::collected")]
    pub access_keys: Collected<u32>,
    /// Whether a user has an MFA device.
    #[serde(with = "crate::field::collected")]
    pub mfa: Collected<bool>,
    /// Whether a user has a console password.
    #[serde(with = "crate::field::collected")]
    pub console: Collected<bool>,
}

/// What is known of principals; most processes look at few of them, or none.
#[derive(Debug, Default)]
pub(crate) struct Activities {
    // INVARIANT: ascending and unique, as many as there are activities.
    of: Numbers,
    known: Table<Activity>,
}

/// How many sections the activities take in a file.
pub(crate) const SECTIONS: usize = 2;

/// So many activities are read from a file at once.
const PER_CHUNK: usize = 256;

impl Activities {
    fn new(all: FxHashMap<PrincipalId, Activity>) -> Activities {
        let mut all: Vec<(PrincipalId, Activity)> = all.into_iter().collect();
        all.sort_unstable_by_key(|(id, _)| *id);
        let of = Numbers::of(all.iter().map(|(id, _)| id.0));
        let known: Vec<Activity> = all.into_iter().map(|(_, activity)| activity).collect();
        Activities {
            of,
            known: known.into(),
        }
    }

    /// Returns what is known of one principal.
    pub fn get(&self, principal: PrincipalId) -> Option<&Activity> {
        let at = self.of.partition_point(|id| id < principal.0);
        let found = self.of.get(at) == Some(principal.0);
        found.then(|| self.known.get(at)).flatten()
    }

    /// Returns them as sections of a file.
    pub fn sections(&self) -> [Vec<u8>; SECTIONS] {
        [self.of.as_bytes().to_vec(), self.known.to_bytes(PER_CHUNK)]
    }

    /// Takes sections of a file, `None` if they are no activities of so many principals.
    pub fn from_sections(
        principals: usize,
        [of, known]: [Section; SECTIONS],
    ) -> Option<Activities> {
        let activities = Activities {
            of: Numbers::below(of, principals)?,
            known: Table::from_section(known)?,
        };
        (activities.of.len() == activities.known.len()).then_some(activities)
    }
}

/// Finds the principals that activity is about.
pub(crate) fn read<'a>(
    graph: &Graph,
    objects: impl Iterator<Item = &'a ActivityObject>,
) -> Activities {
    let mut all = FxHashMap::default();
    for object in objects {
        let Some(account) = graph.account_of(object.id) else {
            continue;
        };
        let users = users_by_name(graph, account);
        for user in &object.users {
            if let Some(id) = users.get(user.name.as_str()) {
                all.insert(*id, of_user(user));
            }
        }
        for role in &object.roles {
            if let Some(id) = graph.role_named(account, &role.name) {
                let activity = Activity {
                    last_used: role.last_used.clone(),
                    ..Activity::default()
                };
                all.insert(id, activity);
            }
        }
    }
    Activities::new(all)
}

/// What the credential report calls the root user.
const ROOT: &str = "<root_account>";

fn users_by_name(graph: &Graph, account: AccountIndex) -> FxHashMap<&str, PrincipalId> {
    let ids = graph.principals_of(account).map(PrincipalId);
    let named = ids.filter_map(|id| match &graph.principal(id).kind {
        PrincipalKind::User(identity) => Some((&*identity.name, id)),
        PrincipalKind::Root => Some((ROOT, id)),
        _ => None,
    });
    named.collect()
}

fn of_user(user: &UserActivity) -> Activity {
    let keys = user.access_keys.known();
    let active = keys.map(|keys| keys.iter().filter(|key| key.active).count());
    let of_keys = keys.into_iter().flatten().map(|key| key.last_used.clone());
    let uses = of_keys.chain([user.password_last_used.clone()]);
    Activity {
        last_used: latest(uses),
        access_keys: active.map_or(Collected::Not, |count| Collected::Yes(count as u32)),
        mfa: user.mfa_active.clone(),
        console: user.password_enabled.clone(),
    }
}

/// Returns the latest use; of uses that were not all collected, the latest
/// known is the least that can be said, and never used is not.
fn latest(
    uses: impl Iterator<Item = Collected<Option<Timestamp>>>,
) -> Collected<Option<Timestamp>> {
    let mut latest = None;
    let mut open = false;
    for one in uses {
        match one {
            Collected::Not => open = true,
            Collected::Yes(at) => latest = latest.max(at),
        }
    }
    match (latest, open) {
        (None, true) => Collected::Not,
        (latest, _) => Collected::Yes(latest),
    }
}
