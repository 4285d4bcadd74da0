//! What a chain of assumed roles fixes: source identity and transitive tags.

/// The state of the calling session as a chain has fixed it (R233).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct State {
    /// The source identity.
    pub source_identity: Fixed,
    /// Transitive tags: key as some policy writes it, and value.
    pub tags: Vec<(String, Fixed)>,
}

/// The value of something that is set once.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Fixed {
    /// Not set.
    #[default]
    Unset,
    /// Set to this text, which some condition names.
    Literal(String),
    /// Set to a text that no condition names.
    Other,
}
