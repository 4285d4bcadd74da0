//! Where the facts of a catalogue come from.

/// The packages a catalogue was made from, and what it counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// The packages, the leading one first.
    pub packages: Vec<Package>,
    /// How many of what, such as (`actions`, 22108); checked on reading.
    pub counts: Vec<(&'static str, u32)>,
}

/// A package of a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// The registry, `npm` or `pypi`.
    pub registry: &'static str,
    /// Its name there.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// Its licence, as an SPDX identifier.
    pub licence: &'static str,
    /// When its data was taken from AWS: a day or a month.
    pub date: &'static str,
    /// SHA-256 of the archive as the registry serves it, in hexadecimal.
    pub sha256: &'static str,
}

impl Provenance {
    /// Returns the day of the leading package's data, such as `2026-09-26`.
    pub fn date(&self) -> &'static str {
        self.packages.first().map_or("", |package| package.date)
    }

    /// Returns the count of `what`, such as `services`.
    pub fn count(&self, what: &str) -> Option<u32> {
        let found = self.counts.iter().find(|(name, _)| *name == what);
        found.map(|(_, count)| *count)
    }
}
