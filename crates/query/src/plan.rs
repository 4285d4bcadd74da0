//! A question with every name resolved: ids, patterns and actions only.

use std::sync::Arc;

use roaring::RoaringBitmap;
use whocan_graph::PrincipalId;
use whocan_index::{Ask, Walk};
use whocan_policy::Region;
use whocan_policy::catalogue::ActionId;

use crate::ast::{Certainty, PathKind};
use crate::attribute::Attribute;
use crate::check::Check;
use crate::members::Members;
use crate::thing::Thing;

/// A resolved question.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What is asked.
    pub shape: Shape,
    /// Only the number of rows is asked for.
    pub count: bool,
    /// What holds for every call: given keys, session policy, access point, ignored policies.
    pub base: Ask,
    /// How chains are followed, where they are.
    pub walk: Walk,
    /// What rows must satisfy.
    pub(crate) filter: Vec<Condition>,
    /// What is taken away from the rows' own column.
    pub except: Members,
    /// Which plane is shown.
    pub certainty: Option<Certainty>,
    /// Whether gaps count as a fresh account's defaults.
    pub as_collected: bool,
    /// Whether the keys behind encrypted data are part of the verdict.
    pub dependencies: bool,
    /// How rows are grouped.
    pub group_by: Vec<Column>,
    /// How rows are ordered.
    pub order_by: Vec<(Column, bool)>,
    /// How many rows are shown at most.
    pub limit: Option<u64>,
    /// Which columns are shown; empty for the shape's own.
    pub columns: Vec<Column>,
    /// Whether rows that stand for others are listed with those.
    pub expand: bool,
    /// Whether every row gets its evidence.
    pub explain: bool,
    /// What was widened or narrowed to resolve the names.
    pub notes: Vec<String>,
}

/// A condition on rows.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    pub check: Check,
    /// The condition as people wrote it.
    pub written: String,
}

/// A resolved shape.
#[derive(Clone, Debug)]
pub enum Shape {
    /// Which of these principals have the access.
    Who {
        /// The principals.
        principals: RoaringBitmap,
        /// The access.
        access: Access,
    },
    /// On which of these resources somebody has an access.
    Which {
        /// Who acts: any of these.
        subjects: RoaringBitmap,
        /// Over chains.
        reach: bool,
        /// The resources and what is done to them.
        resources: Items,
    },
    /// Which of these roles somebody comes to.
    WhichRoles {
        /// Who acts: any of these.
        subjects: RoaringBitmap,
        /// The roles.
        roles: RoaringBitmap,
    },
    /// What one principal may do.
    What {
        /// The principal.
        subject: PrincipalId,
        /// Over chains.
        reach: bool,
        /// The actions and their resources; none for every action on anything,
        /// which are thousands: those that the principal may have are found first.
        deeds: Option<Vec<Deed>>,
    },
    /// Which roles one principal comes to.
    Reachable {
        /// The principal.
        subject: PrincipalId,
    },
    /// Whether and why one principal has the access.
    Can {
        /// The principal.
        subject: PrincipalId,
        /// The access.
        access: Access,
    },
    /// The chains from these principals to an access.
    Paths {
        /// Which of them.
        kind: PathKind,
        /// Where they start.
        from: RoaringBitmap,
        /// Where they lead; always over chains.
        access: Access,
    },
    /// The groups of roles that lead to each other.
    Cycles,
    /// Two sets, crossed.
    Matrix {
        /// Where access starts: each thing with its principals.
        rows: Vec<(Thing, RoaringBitmap)>,
        /// Where it ends: each thing with the access to it, always over chains.
        columns: Vec<(Thing, Aim)>,
    },
    /// The things.
    List(Members),
    /// One thing in full.
    Show(Thing),
}

/// What is done, or whom one becomes.
#[derive(Clone, Debug)]
pub struct Access {
    /// Over chains.
    pub reach: bool,
    /// Where it leads.
    pub aim: Aim,
}

/// Where access leads.
#[derive(Clone, Debug)]
pub enum Aim {
    /// To one of these deeds, or to all of them.
    Deeds {
        /// The deeds.
        deeds: Vec<Deed>,
        /// Every action is asked for, not some.
        all_actions: bool,
        /// Every resource is asked for, not some.
        all_resources: bool,
    },
    /// To being one of these.
    Become(RoaringBitmap),
}

/// An action and the resources on which it is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Deed {
    /// The action, in AWS's spelling.
    pub action: &'static str,
    /// The resources.
    pub targets: Vec<Target>,
}

/// A resource or a set of resources.
#[derive(Clone, Debug, PartialEq, PartialOrd, Eq, Ord)]
pub enum Target {
    /// The text `*`, for actions without resource types (R53).
    Star,
    /// One ARN.
    Exact(String),
    /// All ARNs of a region.
    Region(Region),
}

/// The resources of `which`, each asked about on its own.
///
/// What each action takes of each is found when the question runs.
#[derive(Clone, Debug)]
pub struct Items {
    /// The resources.
    pub members: Members,
    /// The actions, in the catalogue's order.
    pub actions: Vec<ActionId>,
    /// The resources as people wrote them, for notes.
    pub(crate) written: String,
    /// The actions as people wrote them, for notes.
    pub(crate) written_actions: String,
}

/// What a row of `which` is about.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// A thing of the graph.
    Thing(Thing),
    /// A region that was asked about at its word.
    Region(Region),
}

/// A column that is shown, grouped or ordered by.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name as written, in lower case.
    pub name: String,
    pub(crate) source: Source,
}

impl Column {
    /// Returns whether both show the same.
    pub(crate) fn is(&self, other: &Column) -> bool {
        let (own, other) = (&self.source, &other.source);
        own.attribute.name == other.attribute.name && own.key == other.key && own.side == other.side
    }
}

/// Where a value comes from.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub attribute: &'static Attribute,
    pub key: Option<String>,
    pub side: Side,
    /// What has the attribute, if the snapshot must be asked for it.
    pub asked: Option<Arc<Asked>>,
}

/// Things that a question was asked about, for an attribute that is its answer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    /// Those that the answer names.
    pub named: Members,
    /// Those that it would name if what was not collected allowed it.
    pub open: Members,
}

/// Whose attribute is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// The row's own.
    Row,
    /// The principal's.
    Principal,
    /// The resource's.
    Resource,
    /// That of the thing itself: a set's member, a listed thing.
    Own,
}
