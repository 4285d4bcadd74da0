//! The ids of nodes.
//!
//! Dense and ordered: accounts by number, principals and resources by account,
//! kind and ARN, so that one account is one range.

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub struct $name(pub u32);

        impl $name {
            /// Returns the position in the graph's list.
            pub fn index(self) -> usize {
                self.0 as usize
            }

            #[allow(dead_code, reason = "some lists are numbered as they stand")]
            pub(crate) fn next(list: usize) -> $name {
                $name(u32::try_from(list).expect("a snapshot has fewer than 2^32 nodes of a kind"))
            }
        }
    )*};
}

ids! {
    /// An account that the snapshot collected, names or mentions.
    AccountIndex,
    /// A principal or an entry point.
    PrincipalId,
    /// A group of users.
    GroupId,
    /// A group of Identity Center's directory.
    DirectoryGroupId,
    /// A policy under the name by which people know it.
    PolicyId,
    /// A policy document; equal texts share one.
    DocumentId,
    /// A resource that was collected.
    ResourceId,
    /// A VPC endpoint.
    EndpointId,
    /// The root, a unit or an account of the organization, as a carrier of policies.
    LevelId,
}
