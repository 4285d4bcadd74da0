//! Files of reports: those that people wrote, and those in the binary.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use whocan_report::{Baseline, Definition, Surroundings};

use crate::failure::Failure;
use crate::{input, library};

/// The reports that the binary carries, from `reports/`: name, text.
const REPORTS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/reports.rs"));

/// A report's file, read.
pub struct Read {
    pub definition: Definition,
    /// Where it stands; `None` for those in the binary.
    pub folder: Option<PathBuf>,
}

impl Read {
    /// Returns the accepted findings: of the file that was named, else of the
    /// one that the report names beside itself.
    pub fn baseline(&self, named: Option<&Path>) -> Result<Option<Baseline>, Failure> {
        let own = self.baseline_path();
        let path = match (named, own) {
            (Some(path), _) => path.to_owned(),
            // It is made by the first `whocan report accept`.
            (None, Some(path)) if path.exists() => path,
            _ => return Ok(None),
        };
        let text = input::text(&path)?;
        let name = path.display().to_string();
        let baseline = Baseline::read(&name, &text).map_err(Failure::new)?;
        Ok(Some(baseline))
    }

    /// Returns where the report says that its accepted findings are.
    pub fn baseline_path(&self) -> Option<PathBuf> {
        let name = self.definition.baseline.as_ref()?;
        let folder = self.folder.clone().unwrap_or_default();
        Some(folder.join(name))
    }
}

/// Reads the reports of these files; a name that is no file is one in the binary.
pub fn read(files: &[PathBuf], parameters: &[String]) -> Result<Vec<Read>, Failure> {
    let values = values(parameters)?;
    files.iter().map(|file| one(file, &values)).collect()
}

/// Returns the reports that the binary carries.
pub fn shipped() -> Result<Vec<Read>, Failure> {
    let files: Vec<PathBuf> = REPORTS
        .iter()
        .map(|(name, _)| PathBuf::from(name))
        .collect();
    let none = BTreeMap::new();
    files.iter().map(|file| embedded(file, &none)).collect()
}

fn one(file: &Path, values: &BTreeMap<String, String>) -> Result<Read, Failure> {
    if !file.exists() && text(file).is_some() {
        return embedded(file, values);
    }
    let text = input::text(file)?;
    let folder = file.parent().unwrap_or(Path::new("")).to_owned();
    let query = |name: &str| {
        let beside = folder.join(name);
        fs::read_to_string(beside)
            .ok()
            .or_else(|| library::text(name).map(str::to_owned))
    };
    let around = Surroundings {
        query: &query,
        values,
    };
    let name = file.display().to_string();
    let definition = Definition::read(&name, &text, &around).map_err(Failure::new)?;
    Ok(Read {
        definition,
        folder: Some(folder),
    })
}

fn embedded(file: &Path, values: &BTreeMap<String, String>) -> Result<Read, Failure> {
    let unknown = || {
        Failure::new(format_args!("there is no report `{}`", file.display()))
            .hint("`whocan report list` lists those that come with the program")
    };
    let text = text(file).ok_or_else(unknown)?;
    let around = Surroundings {
        query: &|name| library::text(name).map(str::to_owned),
        values,
    };
    let name = file.display().to_string();
    let definition = Definition::read(&name, text, &around).map_err(Failure::new)?;
    Ok(Read {
        definition,
        folder: None,
    })
}

fn text(file: &Path) -> Option<&'static str> {
    let name = file.to_str()?;
    let name = name.strip_suffix(".toml").unwrap_or(name);
    let found = REPORTS.iter().find(|(own, _)| *own == name);
    found.map(|(_, text)| *text)
}

fn values(parameters: &[String]) -> Result<BTreeMap<String, String>, Failure> {
    let each = parameters.iter().map(|parameter| {
        let (name, value) = parameter.split_once('=').ok_or_else(|| {
            Failure::new(format_args!("`{parameter}` is no parameter"))
                .hint("write --param NAME=VALUE, as in --param 'crown=bucket/payroll'")
        })?;
        Ok((name.trim().to_owned(), value.trim().to_owned()))
    });
    each.collect()
}
