//! A graph in a file, from which nodes are read when somebody looks at them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use whocan_snapshot::{Collected, DerivedFile, SharedWith, Table};

use crate::activity::{self, Activities};
use crate::directory::{self, Directory};
use crate::{
    Account, DirectoryGroup, Documents, Endpoint, Graph, Group, Level, LevelId, Organization,
    Policy, Principal, Resource, ResourceId,
};

/// So many nodes are read from a file at once.
const NODES_PER_CHUNK: usize = 64;

const OWN_SECTIONS: usize = 6;

/// How many sections a graph takes in a file.
pub(crate) const SECTIONS: usize = OWN_SECTIONS + directory::SECTIONS + activity::SECTIONS;

/// What every question looks at.
#[derive(Serialize, Deserialize)]
pub(crate) struct Base {
    pub assumptions: Vec<String>,
    pub accounts: Vec<Account>,
    pub endpoints: Vec<Endpoint>,
    pub directory_groups: Vec<DirectoryGroup>,
    pub shared: BTreeMap<ResourceId, Vec<SharedWith>>,
    pub levels: Vec<Level>,
    pub organization: Option<Organization>,
    // `None` where the position is not known.
    positions: Vec<Option<Vec<LevelId>>>,
}

/// What a graph is put together from.
pub(crate) struct Parts {
    pub taken: Timestamp,
    pub base: Base,
    pub positions: Vec<Collected<Vec<LevelId>>>,
    pub principals: Table<Principal>,
    pub groups: Table<Group>,
    pub policies: Table<Policy>,
    pub documents: Documents,
    pub resources: Table<Resource>,
    pub directory: Directory,
    pub activity: Activities,
}

impl Graph {
    /// How many sections a graph takes in a file.
    pub const SECTIONS: usize = SECTIONS;

    /// Returns the graph as sections of a file. When its snapshot was taken is not in them.
    pub fn to_sections(&self) -> Vec<Vec<u8>> {
        let positions = self.positions.iter().map(|one| one.known().cloned());
        let base = Base {
            assumptions: self.assumptions.clone(),
            accounts: self.accounts.clone(),
            endpoints: self.endpoints.clone(),
            directory_groups: self.directory_groups.clone(),
            shared: self.shared.clone(),
            levels: self.levels.clone(),
            organization: self.organization.clone(),
            positions: positions.collect(),
        };
        let mut sections = vec![
            postcard::to_stdvec(&base).expect("only lists of known length"),
            self.principals.to_bytes(NODES_PER_CHUNK),
            self.groups.to_bytes(NODES_PER_CHUNK),
            self.policies.to_bytes(NODES_PER_CHUNK),
            self.documents.to_bytes(),
            self.resources.to_bytes(NODES_PER_CHUNK),
        ];
        sections.extend(self.directory.sections());
        sections.extend(self.activity.sections());
        sections
    }

    /// Takes the first [`Graph::SECTIONS`] sections of a file, which begin with a
    /// graph; `None` if they do not.
    pub fn from_file(file: &DerivedFile, taken: Timestamp) -> Option<Graph> {
        let mut base: Base = postcard::from_bytes(&file.section(0)).ok()?;
        let positions = std::mem::take(&mut base.positions).into_iter();
        let positions = positions.map(|one| one.map_or(Collected::Not, Collected::Yes));
        let positions: Vec<Collected<Vec<LevelId>>> = positions.collect();
        if positions.len() != base.accounts.len() {
            return None;
        }
        let principals: Table<Principal> = Table::from_section(file.section(1))?;
        let policies: Table<Policy> = Table::from_section(file.section(3))?;
        let resources: Table<Resource> = Table::from_section(file.section(5))?;
        let directory = Directory::from_sections(
            std::array::from_fn(|at| file.section(OWN_SECTIONS + at)),
            [
                base.accounts.len(),
                principals.len(),
                policies.len(),
                resources.len(),
            ],
        )?;
        let activities_at = OWN_SECTIONS + directory::SECTIONS;
        let activity = Activities::from_sections(
            principals.len(),
            std::array::from_fn(|at| file.section(activities_at + at)),
        )?;
        Some(Graph::assemble(Parts {
            taken,
            base,
            positions,
            groups: Table::from_section(file.section(2))?,
            documents: Documents::of_texts(Table::from_section(file.section(4))?),
            principals,
            policies,
            resources,
            directory,
            activity,
        }))
    }
}
