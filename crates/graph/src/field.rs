//! How fields of nodes stand in a file whose format says nothing of itself.

/// What may not have been collected, as an option.
pub(crate) mod collected {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use whocan_snapshot::Collected;

    pub fn serialize<T: Serialize, S: Serializer>(
        value: &Collected<T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        value.known().serialize(serializer)
    }

    pub fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Collected<T>, D::Error> {
        let value = Option::<T>::deserialize(deserializer)?;
        Ok(value.map_or(Collected::Not, Collected::Yes))
    }
}

/// What objects of the store hold: as JSON, the form that it has there.
pub(crate) mod json {
    use serde::de::{DeserializeOwned, Error};
    use serde::{Deserialize, Deserializer, Serialize, Serializer, ser};

    pub fn serialize<T: Serialize, S: Serializer>(
        value: &T,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let text = serde_json::to_string(value).map_err(ser::Error::custom)?;
        text.serialize(serializer)
    }

    pub fn deserialize<'de, T: DeserializeOwned, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<T, D::Error> {
        let text = String::deserialize(deserializer)?;
        serde_json::from_str(&text).map_err(D::Error::custom)
    }
}
