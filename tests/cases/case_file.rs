//! A file of cases: rules in prose, each with worlds, questions and what is expected.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

/// One Markdown file.
pub struct CaseFile {
    pub path: PathBuf,
    pub lines: Vec<String>,
    pub rules: Vec<Rule>,
}

/// One rule: its heading, its prose and its cases.
pub struct Rule {
    pub number: u16,
    pub title: String,
    pub prose: String,
    pub cases: Vec<Written>,
}

/// One case as it is written.
pub struct Written {
    pub id: String,
    /// The world and the question, one JSON object.
    pub json: String,
    /// The line of the file that says what is expected, counted from 0.
    pub expected_at: usize,
    pub expected: Expected,
    /// An answer that is known to be wrong.
    pub known: Option<Known>,
}

/// A wrong answer that we know about.
pub struct Known {
    pub judge: bool,
    pub index: bool,
    pub says: Expected,
}

/// What a case expects, or what was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// `allow`, `deny` or `conditional`.
    pub verdict: String,
    /// Whether a deny is explicit, where that is said.
    pub explicit: Option<bool>,
    /// The fewest hops, for a chain that is not denied.
    pub hops: Option<u32>,
}

const EXPECTED: &str = "Expected: ";
const KNOWN: &str = "Known: ";

impl CaseFile {
    /// Reads all files of a folder, in the order of their names.
    pub fn all(folder: &Path) -> Vec<CaseFile> {
        let entries = fs::read_dir(folder).expect("the folder of cases is there");
        let paths = entries.map(|entry| entry.expect("the folder can be read").path());
        let mut paths: Vec<PathBuf> = paths
            .filter(|path| path.extension().is_some_and(|end| end == "md"))
            .filter(|path| path.file_name().is_some_and(|name| name != "README.md"))
            .collect();
        paths.sort();
        paths.into_iter().map(CaseFile::read).collect()
    }

    fn read(path: PathBuf) -> CaseFile {
        let text = fs::read_to_string(&path).expect("a file of cases is text");
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let rules = rules(&path, &lines);
        CaseFile { path, lines, rules }
    }

    /// Returns the file's name.
    pub fn name(&self) -> String {
        let name = self.path.file_name().expect("a file has a name");
        name.to_string_lossy().into_owned()
    }

    /// Writes the file back.
    pub fn save(&self) {
        let text = format!("{}\n", self.lines.join("\n"));
        fs::write(&self.path, text).expect("a file of cases can be written");
    }
}

fn rules(path: &Path, lines: &[String]) -> Vec<Rule> {
    let mut rules: Vec<Rule> = Vec::new();
    let mut id = String::new();
    let mut json = String::new();
    let mut fenced = false;
    let mut in_case = false;
    for (at, line) in lines.iter().enumerate() {
        let place = || format!("{}:{}", path.display(), at + 1);
        if line.starts_with("```") {
            fenced = !fenced;
        } else if fenced {
            json.push_str(line);
            json.push('\n');
        } else if let Some((number, title)) = heading(line, 'R') {
            in_case = false;
            rules.push(Rule {
                number: number
                    .parse()
                    .unwrap_or_else(|_| panic!("{}: no rule", place())),
                title,
                prose: String::new(),
                cases: Vec::new(),
            });
        } else if let Some(name) = case_name(line) {
            in_case = true;
            id = name;
        } else if let Some(written) = line.strip_prefix(EXPECTED) {
            let rule = rules
                .last_mut()
                .unwrap_or_else(|| panic!("{}: no rule", place()));
            rule.cases.push(Written {
                id: std::mem::take(&mut id),
                json: std::mem::take(&mut json),
                expected_at: at,
                expected: Expected::parse(written)
                    .unwrap_or_else(|| panic!("{}: cannot read `{line}`", place())),
                known: None,
            });
        } else if let Some(written) = line.strip_prefix(KNOWN) {
            let case = rules.last_mut().and_then(|rule| rule.cases.last_mut());
            let case = case.unwrap_or_else(|| panic!("{}: no case", place()));
            let known = Known::parse(written);
            case.known = Some(known.unwrap_or_else(|| panic!("{}: cannot read `{line}`", place())));
        } else if let Some(rule) = rules.last_mut().filter(|_| !in_case) {
            add_prose(rule, line);
        }
    }
    rules
}

// `## R19 Everyone` is rule 19 with its title; a range of rules is a title of the file only.
fn heading(line: &str, letter: char) -> Option<(String, String)> {
    let words = line.trim_start_matches('#').strip_prefix(' ')?;
    let (first, title) = words.split_once(' ')?;
    let number = first.strip_prefix(letter)?;
    let is_heading = line.starts_with('#') && number.starts_with(|one: char| one.is_ascii_digit());
    (is_heading && !title.starts_with("to R")).then(|| (number.to_owned(), title.to_owned()))
}

fn case_name(line: &str) -> Option<String> {
    let name = |letter| heading(line, letter).map(|(number, _)| format!("{letter}{number}"));
    name('C').or_else(|| name('N'))
}

// The first paragraph under a rule's heading says the rule.
fn add_prose(rule: &mut Rule, line: &str) {
    if !line.is_empty() {
        if !rule.prose.is_empty() {
            rule.prose.push(' ');
        }
        rule.prose.push_str(line);
    }
}

impl Rule {
    /// Returns the rule and its source: the prose ends where the source begins.
    pub fn says(&self) -> (&str, &str) {
        self.prose
            .split_once(" Source: ")
            .unwrap_or((self.prose.as_str(), ""))
    }
}

impl Known {
    /// Reads ``the index says `conditional, 2 hops`: why``.
    fn parse(written: &str) -> Option<Known> {
        let (who, said) = written.split_once(" says `")?;
        let (says, why) = said.split_once("`: ")?;
        let known = Known {
            judge: ["the judge", "either"].contains(&who),
            index: ["the index", "either"].contains(&who),
            says: Expected::parse(says)?,
        };
        let proper = (known.judge || known.index) && !why.is_empty();
        proper.then_some(known)
    }
}

impl Expected {
    /// Reads `deny, explicit` or `allow, 2 hops`.
    pub fn parse(written: &str) -> Option<Expected> {
        let mut words = written.split(", ");
        let mut expected = Expected {
            verdict: words.next()?.to_owned(),
            explicit: None,
            hops: None,
        };
        for word in words {
            match word.split_once(' ') {
                None if word == "explicit" => expected.explicit = Some(true),
                None if word == "implicit" => expected.explicit = Some(false),
                Some((hops, "hop" | "hops")) => expected.hops = Some(hops.parse().ok()?),
                _ => return None,
            }
        }
        let known = ["allow", "deny", "conditional"].contains(&expected.verdict.as_str());
        known.then_some(expected)
    }

    /// Returns whether an answer is what was expected; an unsaid reason fits any.
    pub fn fits(&self, answered: &Expected) -> bool {
        self.verdict == answered.verdict
            && self.hops == answered.hops
            && (self.explicit.is_none() || self.explicit == answered.explicit)
    }

    /// Returns the line of the file that says this.
    pub fn line(&self) -> String {
        format!("{EXPECTED}{self}")
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.verdict)?;
        match self.explicit {
            Some(true) => out.write_str(", explicit")?,
            Some(false) => out.write_str(", implicit")?,
            None => {}
        }
        match self.hops {
            Some(1) => out.write_str(", 1 hop"),
            Some(hops) => write!(out, ", {hops} hops"),
            None => Ok(()),
        }
    }
}
