//! What documents have that is not known, counted.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter, Write};

use whocan_policy::catalogue::catalogue;
use whocan_policy::{Document, KeyName, Statement, Test, Version};

use crate::documents::Documents;

type Counts = BTreeMap<String, usize>;

/// What was counted over all files.
#[derive(Debug, Default)]
pub struct Findings {
    files: usize,
    with_policies: usize,
    broken: usize,
    documents: usize,
    statements: usize,
    malformed: usize,
    doubtful: usize,
    without_effect: usize,
    versions: Counts,
    problems: Counts,
    actions: Counts,
    services: Counts,
    keys: Counts,
    operators: Counts,
}

impl Findings {
    /// Adds a file.
    pub fn file(&mut self, found: &Documents) {
        self.files += 1;
        self.broken += found.broken;
        self.with_policies += usize::from(!found.texts.is_empty());
        for text in &found.texts {
            self.document(&Document::parse(text));
        }
    }

    fn document(&mut self, document: &Document) {
        self.documents += 1;
        self.malformed += usize::from(document.malformed);
        let version = match document.version {
            Version::V2012 => "2012-10-17",
            _ => "2008-10-17 or none",
        };
        add(&mut self.versions, version);
        for problem in &document.problems {
            add(&mut self.problems, &general(&problem.kind.to_string()));
        }
        document
            .statements
            .iter()
            .for_each(|one| self.statement(one));
    }

    fn statement(&mut self, statement: &Statement) {
        self.statements += 1;
        self.doubtful += usize::from(statement.doubtful);
        self.without_effect += usize::from(statement.is_inert());
        let clause = statement.actions.iter();
        for pattern in clause.flat_map(|clause| &clause.patterns) {
            self.action(pattern.as_str());
        }
        for condition in &statement.conditions {
            self.key(&condition.key);
            if condition.operator.test == Test::Undocumented {
                add(&mut self.operators, &condition.operator.text);
            }
        }
    }

    fn action(&mut self, pattern: &str) {
        if !catalogue().matching(pattern).is_empty() {
            return;
        }
        let service = pattern.split(':').next().unwrap_or_default();
        match catalogue().service(&service.to_ascii_lowercase()) {
            Some(_) => add(&mut self.actions, pattern),
            None => add(&mut self.services, service),
        }
    }

    fn key(&mut self, key: &KeyName) {
        if catalogue().condition_key(key.as_written()).is_none() {
            add(&mut self.keys, key.as_written());
        }
    }

    /// Returns every unknown name, with how often it stands there.
    pub fn list(&self) -> String {
        let mut text = String::new();
        let lists = [
            ("services", &self.services),
            ("actions", &self.actions),
            ("condition keys", &self.keys),
            ("operators", &self.operators),
        ];
        for (what, counts) in lists {
            let _ = writeln!(text, "\nunknown {what}:");
            for (name, count) in counts {
                let _ = writeln!(text, "  {name} {count}");
            }
        }
        text
    }
}

// The problem without the names of the document.
fn general(problem: &str) -> String {
    let parts = problem.split('`').enumerate();
    let parts = parts.map(|(at, part)| if at % 2 == 0 { part } else { "..." });
    let text: Vec<&str> = parts.collect();
    let text = text.join("`");
    match text.strip_prefix("not JSON:") {
        Some(_) => "not JSON".to_owned(),
        None => text,
    }
}

fn add(counts: &mut Counts, name: &str) {
    *counts.entry(name.to_owned()).or_default() += 1;
}

fn total(counts: &Counts) -> String {
    let times: usize = counts.values().sum();
    format!("{} ({times} times)", counts.len())
}

impl Display for Findings {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "files                    {}", self.files)?;
        writeln!(f, "  with policies          {}", self.with_policies)?;
        writeln!(f, "values that are no JSON  {}", self.broken)?;
        writeln!(f, "documents                {}", self.documents)?;
        for (version, count) in &self.versions {
            writeln!(f, "  {version:<22} {count}")?;
        }
        writeln!(f, "  malformed (R16)        {}", self.malformed)?;
        writeln!(f, "statements               {}", self.statements)?;
        writeln!(f, "  open (R12)             {}", self.doubtful)?;
        writeln!(f, "  without effect         {}", self.without_effect)?;
        writeln!(f, "unknown services         {}", total(&self.services))?;
        writeln!(f, "unknown actions          {}", total(&self.actions))?;
        writeln!(f, "unknown condition keys   {}", total(&self.keys))?;
        writeln!(f, "unknown operators        {}", total(&self.operators))?;
        writeln!(f, "problems")?;
        for (problem, count) in &self.problems {
            writeln!(f, "  {problem:<60} {count}")?;
        }
        Ok(())
    }
}
