//! What is known of the calling session, and of the parameters of an `AssumeRole` call.

use std::sync::Arc;

use whocan_policy::{Assume, Document, Session};

/// A value that was set, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SetValue {
    /// This one.
    Known(String),
    /// None of these; any if there are none.
    Other(Arc<[String]>),
}

/// A tag's key as written, and its value.
pub(crate) type OpenTag = (String, SetValue);

/// The state of the calling session (R210, R211, R233).
#[derive(Clone, Debug, Default)]
pub(crate) struct SessionState {
    /// Its session policies.
    pub policies: Vec<Arc<Document>>,
    /// All its session tags; `None` leaves them open.
    pub tags: Option<Vec<(String, String)>>,
    /// The tags that it carries on to the next session for sure.
    pub transitive: Vec<OpenTag>,
    /// Its source identity.
    pub source_identity: SourceIdentity,
}

/// What is known of a source identity.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SourceIdentity {
    /// Nothing.
    #[default]
    Open,
    /// None is set.
    Unset,
    /// This one is set.
    Set(SetValue),
}

/// The parameters of an `AssumeRole` call.
#[derive(Clone, Debug, Default)]
pub(crate) struct AssumeState {
    /// All tags that it passes; `None` leaves them open.
    pub tags: Option<Vec<(String, String)>>,
    /// The tags that it passes as transitive; `None` leaves them open.
    pub transitive: Option<Vec<OpenTag>>,
    /// The source identity that it sets.
    pub source_identity: SourceIdentity,
    /// The session's name; `None` leaves it open.
    pub name: Option<SetValue>,
}

impl SessionState {
    /// Returns the state that a request describes; nothing is open if the
    /// request says that it is complete.
    pub fn of(session: &Session, complete: bool) -> SessionState {
        let tags = session.tags.clone();
        let value = |key: &String| {
            let tags = tags.iter().flatten();
            let mut found = tags.filter(|(name, _)| same_key(name, key));
            let value = found.next().map(|(_, value)| value.clone());
            value.map_or_else(SetValue::any, SetValue::Known)
        };
        let transitive = session.transitive.iter();
        SessionState {
            policies: session.policies.clone(),
            transitive: transitive.map(|key| (key.clone(), value(key))).collect(),
            tags: tags.clone().or_else(|| complete.then(Vec::new)),
            source_identity: match (&session.source_identity, complete) {
                (Some(identity), _) => SourceIdentity::Set(SetValue::Known(identity.clone())),
                (None, true) => SourceIdentity::Unset,
                (None, false) => SourceIdentity::Open,
            },
        }
    }

    /// Returns the state as far as a caller that is no session can have one: none.
    pub fn held_by(self, session: bool) -> SessionState {
        if session {
            return self;
        }
        SessionState {
            source_identity: SourceIdentity::Unset,
            ..SessionState::default()
        }
    }

    /// Returns the tag that the session carries on under `key`, if it does.
    pub fn transitive_tag(&self, key: &str) -> Option<&OpenTag> {
        self.transitive.iter().find(|(name, _)| same_key(name, key))
    }
}

impl SetValue {
    /// Returns a value of which nothing is known.
    pub fn any() -> SetValue {
        SetValue::Other(Arc::default())
    }

    /// Returns the value, if it is known.
    pub fn known(&self) -> Option<&str> {
        match self {
            SetValue::Known(value) => Some(value),
            SetValue::Other(_) => None,
        }
    }
}

impl SourceIdentity {
    /// Returns whether one is set for sure.
    pub fn is_set(&self) -> bool {
        matches!(self, SourceIdentity::Set(_))
    }
}

impl AssumeState {
    /// Returns the parameters that a request describes; nothing is open if
    /// the request says that it is complete.
    pub fn of(assume: Option<&Assume>, complete: bool) -> AssumeState {
        let Some(assume) = assume else {
            // Tags are keys of their own, which may be given in a complete context.
            return AssumeState {
                source_identity: match complete {
                    true => SourceIdentity::Unset,
                    false => SourceIdentity::Open,
                },
                ..AssumeState::default()
            };
        };
        AssumeState {
            tags: Some(assume.tags.clone()),
            transitive: assume.tags.is_empty().then(Vec::new),
            source_identity: match &assume.source_identity {
                Some(identity) => SourceIdentity::Set(SetValue::Known(identity.clone())),
                None => SourceIdentity::Unset,
            },
            name: assume.name.clone().map(SetValue::Known),
        }
    }

    /// Returns whether the call passes tags for sure.
    pub fn passes_tags(&self) -> bool {
        let plain = self.tags.as_ref().is_some_and(|tags| !tags.is_empty());
        plain
            || self
                .transitive
                .as_ref()
                .is_some_and(|tags| !tags.is_empty())
    }
}

/// Returns whether two tag keys are the same to AWS, which ignores their case (R66).
pub(crate) fn same_key(one: &str, other: &str) -> bool {
    let lower = |text: &str| {
        text.chars()
            .flat_map(char::to_lowercase)
            .collect::<String>()
    };
    one == other || lower(one) == lower(other)
}
