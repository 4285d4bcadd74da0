//! The difference between "none" and "could not be read".

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What the snapshot knows of one thing: its value, or that it was not collected.
///
/// In a stored object a missing field is [`Collected::Not`] and `null` is
/// `Yes(None)`: "no policy" and "could not read the policy" are never the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Collected<T> {
    /// Not collected, for whatever reason; a gap says why.
    #[default]
    Not,
    /// Collected.
    Yes(T),
}

impl<T> Collected<T> {
    /// Returns whether the value was not collected.
    pub fn is_not(&self) -> bool {
        matches!(self, Collected::Not)
    }

    /// Returns the value, if it was collected.
    pub fn known(&self) -> Option<&T> {
        match self {
            Collected::Not => None,
            Collected::Yes(value) => Some(value),
        }
    }
}

impl<T: Serialize> Serialize for Collected<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Collected::Not => serializer.serialize_unit(),
            Collected::Yes(value) => value.serialize(serializer),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Collected<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Collected<T>, D::Error> {
        T::deserialize(deserializer).map(Collected::Yes)
    }
}
