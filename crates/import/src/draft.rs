//! An account while it is being read.

use std::collections::{BTreeMap, BTreeSet};

use whocan_policy::{AccountId, Arn};
use whocan_snapshot::{
    AccountObject, ActivityObject, Collected, Detail, Gap, GapCode, Resource, RoleActivity,
    UserActivity,
};

use crate::json::Wrong;
use crate::note::{Note, NoteKind};
use crate::table::{Kind, Scope};

/// An account while it is being read.
pub(crate) struct Draft {
    /// What is finished already; its resources and gaps are still empty.
    pub(crate) object: AccountObject,
    /// The resources by ARN.
    pub(crate) resources: BTreeMap<String, Resource>,
    /// What is known of the things that commands ask about, by kind and ARN.
    pub(crate) things: BTreeMap<(Kind, String), Thing>,
    /// The things by the names that arguments may give them.
    names: BTreeMap<(Kind, String), BTreeSet<String>>,
    pub(crate) users: BTreeMap<String, UserActivity>,
    pub(crate) roles: BTreeMap<String, RoleActivity>,
    /// The calls that an answer leads one to expect, by command and argument,
    /// until they are found; what is left at the end is missing.
    pub(crate) awaited: BTreeSet<(&'static str, String)>,
    pub(crate) gaps: BTreeSet<Gap>,
    pub(crate) notes: Vec<Note>,
    /// How many things have an ARN of another account.
    foreign: BTreeMap<(Kind, AccountId), usize>,
    /// Whether a broken thing becomes a gap instead of an error.
    pub(crate) keep_going: bool,
    pub(crate) absent_means_none: bool,
    /// Whether the export may hold identities of other accounts, to be passed over.
    pub(crate) mixed: bool,
}

/// A thing that commands ask about.
#[derive(Clone, Debug, Default)]
pub(crate) struct Thing {
    /// The region of the calls about it; `None` for global services.
    pub(crate) region: Option<String>,
    /// How arguments name it, the commonest way first.
    pub(crate) names: Vec<String>,
}

impl Draft {
    pub(crate) fn new(id: AccountId, partition: &str) -> Draft {
        let mut object = AccountObject::unread(id);
        partition.clone_into(&mut object.partition);
        Draft {
            object,
            resources: BTreeMap::new(),
            things: BTreeMap::new(),
            names: BTreeMap::new(),
            users: BTreeMap::new(),
            roles: BTreeMap::new(),
            awaited: BTreeSet::new(),
            gaps: BTreeSet::new(),
            notes: Vec::new(),
            foreign: BTreeMap::new(),
            keep_going: false,
            absent_means_none: false,
            mixed: false,
        }
    }

    /// Returns where a call was made, for making ARNs.
    pub(crate) fn scope<'a>(&'a self, region: Option<&'a str>) -> Scope<'a> {
        Scope {
            partition: &self.object.partition,
            account: self.object.id.to_string(),
            region,
        }
    }

    /// Returns the resource with this ARN, which is added if it is new.
    ///
    /// # Errors
    ///
    /// If `arn` is no ARN.
    pub(crate) fn add(
        &mut self,
        kind: Kind,
        arn: &str,
        region: Option<&str>,
        names: &[&str],
    ) -> Result<&mut Resource, Wrong> {
        let parsed: Arn = arn
            .parse()
            .map_err(|error| Wrong::whole(format!("{error}")))?;
        let key = (kind, arn.to_owned());
        if let Some(account) = parsed.account().filter(|id| *id != self.object.id)
            && !self.things.contains_key(&key)
        {
            *self.foreign.entry((kind, account)).or_insert(0) += 1;
        }
        let thing = self.things.entry(key).or_insert_with(|| Thing {
            region: region.map(str::to_owned),
            names: Vec::new(),
        });
        for name in names.iter().copied().chain([arn]) {
            if !thing.names.iter().any(|known| known == name) {
                thing.names.push(name.to_owned());
                let arns = self.names.entry((kind, name.to_owned())).or_default();
                arns.insert(arn.to_owned());
            }
        }
        let resources = &mut self.resources;
        Ok(resources
            .entry(arn.to_owned())
            .or_insert_with(|| empty(parsed.as_str())))
    }

    /// Adds names to a thing that is known already.
    pub(crate) fn add_name(&mut self, kind: Kind, arn: &str, name: &str) {
        if let Some(thing) = self.things.get_mut(&(kind, arn.to_owned())) {
            thing.names.push(name.to_owned());
            let arns = self.names.entry((kind, name.to_owned())).or_default();
            arns.insert(arn.to_owned());
        }
    }

    /// Returns the thing that an argument names in a region, if there is one only.
    pub(crate) fn named(
        &self,
        kinds: &[Kind],
        region: Option<&str>,
        argument: &str,
    ) -> Option<(Kind, String)> {
        let mut found = kinds.iter().flat_map(|kind| {
            let arns = self.names.get(&(*kind, argument.to_owned()));
            arns.into_iter().flatten().map(|arn| (*kind, arn.clone()))
        });
        let fits = |(kind, arn): &(Kind, String)| {
            let thing = self.things.get(&(*kind, arn.clone()));
            let own = thing.and_then(|thing| thing.region.as_deref());
            own.is_none() || region.is_none() || own == region
        };
        let first = found.find(fits)?;
        found.all(|other| !fits(&other)).then_some(first)
    }

    /// Records that something could not be read.
    pub(crate) fn gap(
        &mut self,
        service: &str,
        region: Option<&str>,
        call: &str,
        argument: Option<&str>,
        code: GapCode,
    ) {
        self.gaps.insert(Gap {
            service: service.to_owned(),
            region: region.map(str::to_owned),
            call: call.to_owned(),
            argument: argument.map(str::to_owned),
            code,
        });
    }

    /// Records an oddity.
    pub(crate) fn note(&mut self, place: impl Into<String>, kind: NoteKind) {
        self.notes.push(Note {
            account: Some(self.object.id),
            place: place.into(),
            kind,
        });
    }

    /// Returns the finished account, what changes in it daily, and the oddities.
    pub(crate) fn finish(mut self) -> (AccountObject, Option<ActivityObject>, Vec<Note>) {
        for ((kind, account), count) in std::mem::take(&mut self.foreign) {
            let text = format!("{count} with an ARN of account {account}");
            self.note(kind.0, NoteKind::Odd(text));
        }
        let mut object = self.object;
        object.resources = self.resources.into_values().collect();
        object.gaps = self.gaps.into_iter().collect();
        object.aliases.sort();
        object.endpoints.sort();
        let mut activity = ActivityObject::unread(object.id);
        activity.users = self.users.into_values().collect();
        activity.roles = self.roles.into_values().collect();
        let any = !activity.users.is_empty() || !activity.roles.is_empty();
        (object, any.then_some(activity), self.notes)
    }
}

fn empty(arn: &str) -> Resource {
    Resource {
        arn: arn.to_owned(),
        policy: Collected::Not,
        tags: Collected::Not,
        region: None,
        owner: None,
        encryption_key: Collected::Not,
        role: None,
        detail: Detail::Plain,
    }
}
