//! A report as its file defines it.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use toml::Spanned;
use whocan_query::saved::SavedQuery;

use crate::Severity;

mod file;

use file::{AssertionTable, File, QueryTable};

/// So many snapshots are looked back, unless the file says otherwise.
const HISTORY: usize = 12;

/// A report: what it asks, for whom, and in which forms it comes.
#[derive(Clone, Debug)]
pub struct Definition {
    /// Its name in ids and file names, in kebab case.
    pub code: String,
    /// What it is called.
    pub title: String,
    /// Why it matters, in a sentence or two.
    pub why: String,
    /// Who reads it.
    pub audience: Option<String>,
    /// How bad its findings are, where a question does not say.
    pub severity: Severity,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The forms it is written in.
    pub formats: Vec<Form>,
    /// The file of accepted findings, beside the report's file.
    pub baseline: Option<String>,
    /// When it runs: a cron expression, and the line it stands on.
    pub schedule: Option<(String, usize)>,
    /// How many snapshots are looked back for trend and first sight.
    pub history: usize,
    /// What it asks, in order.
    pub questions: Vec<Asked>,
    /// Whether it tells what changed since an earlier snapshot.
    pub changes: Option<Changes>,
    /// Where finished reports go.
    pub deliver: Vec<Delivery>,
}

/// One question or assertion of a report.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The code of its findings, in kebab case.
    pub code: String,
    /// What its findings are.
    pub title: String,
    /// What to do about one.
    pub advice: Option<String>,
    /// How bad they are.
    pub severity: Severity,
    /// The statements, parameters filled in.
    pub text: String,
    /// Where they stand: the file's name and the line, from 1.
    pub place: (String, usize),
    /// Whether it is an assertion: its findings are what breaks it.
    pub assertion: bool,
    /// Whether each pair of a principal and a role it becomes is a finding.
    pub pairs: bool,
}

/// Tells what changed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Changes {
    /// The code of its findings.
    pub code: String,
    /// What its findings are.
    pub title: String,
    /// What to do about one.
    pub advice: Option<String>,
    /// How bad they are.
    pub severity: Option<Severity>,
}

/// Where a finished report goes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", tag = "to")]
pub enum Delivery {
    /// Into a directory, one file for each format.
    Directory {
        /// The directory.
        path: String,
    },
    /// To a web address, as JSON.
    Webhook {
        /// The address; `$NAME` in it is an environment variable.
        url: String,
        /// What the receiver understands.
        #[serde(default)]
        style: Style,
        /// Whether it is told only of new findings.
        #[serde(default)]
        only_new: bool,
    },
}

/// What the receiver of a webhook understands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Style {
    /// The report as JSON.
    #[default]
    Json,
    /// A short text, as chat systems take it: `{"text": ...}`.
    Text,
}

/// A form of finished reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// A page that needs nothing but itself.
    Html,
    /// Markdown.
    Markdown,
    /// One JSON document.
    Json,
    /// One JSON object a finding.
    Jsonl,
    /// Comma-separated values, a line for each finding.
    Csv,
    /// SARIF 2.1.0.
    Sarif,
    /// OCSF detection findings, one a line.
    Ocsf,
    /// JUnit XML, a case for each finding.
    Junit,
}

impl Form {
    /// All of them.
    pub const ALL: [Form; 8] = [
        Form::Html,
        Form::Markdown,
        Form::Json,
        Form::Jsonl,
        Form::Csv,
        Form::Sarif,
        Form::Ocsf,
        Form::Junit,
    ];

    /// Returns how names of files in this form end.
    pub fn extension(self) -> &'static str {
        match self {
            Form::Html => "html",
            Form::Markdown => "md",
            Form::Json => "json",
            Form::Jsonl => "jsonl",
            Form::Csv => "csv",
            Form::Sarif => "sarif",
            Form::Ocsf => "ocsf.jsonl",
            Form::Junit => "junit.xml",
        }
    }
}

/// Why the file of a report cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct DefinitionError {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong and what was expected.
    pub message: String,
}

impl fmt::Display for DefinitionError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: {}", self.file, self.line, self.message)
    }
}

/// What a report's file leans on.
pub struct Surroundings<'a> {
    /// Returns the text of a saved query by name or path.
    pub query: &'a dyn Fn(&str) -> Option<String>,
    /// Values for the report's parameters, instead of its defaults.
    pub values: &'a BTreeMap<String, String>,
}

impl Definition {
    /// Reads a report from the text of the file `name`.
    ///
    /// # Errors
    ///
    /// The first key that is unknown, missing or of another type, and what was
    /// expected; a question that cannot be read.
    pub fn read(
        name: &str,
        text: &str,
        around: &Surroundings<'_>,
    ) -> Result<Definition, DefinitionError> {
        let reading = Reading { name, text, around };
        let file: File = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            reading.error(at, error.message())
        })?;
        reading.definition(file)
    }
}

/// A file that is being read.
struct Reading<'a> {
    name: &'a str,
    text: &'a str,
    around: &'a Surroundings<'a>,
}

impl Reading<'_> {
    fn line(&self, at: usize) -> usize {
        let before = self.text.get(..at).unwrap_or(self.text);
        before.matches('\n').count() + 1
    }

    fn error(&self, at: usize, message: impl fmt::Display) -> DefinitionError {
        DefinitionError {
            file: self.name.to_owned(),
            line: self.line(at),
            message: message.to_string(),
        }
    }

    fn definition(&self, file: File) -> Result<Definition, DefinitionError> {
        if file.query.is_empty() && file.assertion.is_empty() && file.changes.is_none() {
            let message = "a report asks something: expected a table `[[query]]`, `[[assertion]]` or `[changes]`";
            return Err(self.error(0, message));
        }
        let code = self.code(&file)?;
        let known = self.values(&file)?;
        let mut questions = Vec::new();
        for table in &file.query {
            questions.push(self.question(table, &file, &known)?);
        }
        for table in &file.assertion {
            questions.push(self.assertion(table, &file, &known)?);
        }
        Ok(Definition {
            code,
            title: file.title,
            why: file.why,
            audience: file.audience,
            severity: file.severity,
            owner: file.owner,
            formats: file.formats,
            baseline: file.baseline,
            schedule: file.schedule.map(|spanned| {
                let line = self.line(spanned.span().start);
                (spanned.into_inner(), line)
            }),
            history: file.history.unwrap_or(HISTORY),
            questions,
            changes: file.changes,
            deliver: file.deliver,
        })
    }

    /// Returns the report's own code: its key, or the name of its file.
    fn code(&self, file: &File) -> Result<String, DefinitionError> {
        let Some(code) = &file.code else {
            let name = self.name.rsplit(['/', '\\']).next().unwrap_or(self.name);
            return Ok(name.strip_suffix(".toml").unwrap_or(name).to_owned());
        };
        self.kebab(code)
    }

    fn kebab(&self, code: &Spanned<String>) -> Result<String, DefinitionError> {
        let word = |word: &str| {
            let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
            !word.is_empty() && word.bytes().all(fits)
        };
        if code.as_ref().split('-').all(word) {
            return Ok(code.as_ref().clone());
        }
        let said = format!(
            "`{}` is no code: expected words of small letters and digits parted by dashes",
            code.as_ref()
        );
        Err(self.error(code.span().start, said))
    }

    /// Returns the values of the report's parameters.
    fn values(&self, file: &File) -> Result<BTreeMap<String, String>, DefinitionError> {
        let given = self.around.values;
        if let Some(unknown) = given
            .keys()
            .find(|name| !file.parameters.contains_key(*name))
        {
            return Err(self.error(0, format!("this report has no parameter `{unknown}`")));
        }
        let own = file.parameters.iter().map(|(name, parameter)| {
            let value = given.get(name).unwrap_or(&parameter.default);
            (name.clone(), value.clone())
        });
        Ok(own.collect())
    }

    fn question(
        &self,
        table: &QueryTable,
        file: &File,
        known: &BTreeMap<String, String>,
    ) -> Result<Asked, DefinitionError> {
        let (saved, at) = match (&table.text, &table.file) {
            (Some(text), None) => (self.inline(text, file)?, text.span().start),
            (None, Some(name)) => (self.saved(name)?, name.span().start),
            _ => {
                let message = "a query has either `text` or `file`";
                return Err(self.error(table.code.span().start, message));
            }
        };
        let values = match &table.text {
            Some(text) => used(text.as_ref(), known),
            None => table.parameters.clone(),
        };
        let text = saved
            .filled(&values)
            .map_err(|error| self.error(at, error))?;
        self.asked(&table.code, &table.title, text, at, false)
            .map(|asked| Asked {
                advice: table.advice.clone(),
                severity: table.severity.unwrap_or(file.severity),
                pairs: table.pairs,
                ..asked
            })
    }

    fn assertion(
        &self,
        table: &AssertionTable,
        file: &File,
        known: &BTreeMap<String, String>,
    ) -> Result<Asked, DefinitionError> {
        let at = table.text.span().start;
        let saved = self.inline(&table.text, file)?;
        let values = used(table.text.as_ref(), known);
        let text = saved
            .filled(&values)
            .map_err(|error| self.error(at, error))?;
        self.asked(&table.code, &table.title, text, at, true)
            .map(|asked| Asked {
                advice: table.advice.clone(),
                severity: table.severity.unwrap_or(file.severity),
                ..asked
            })
    }

    /// Returns an inline text with the header that declares the report's parameters.
    fn inline(&self, text: &Spanned<String>, file: &File) -> Result<SavedQuery, DefinitionError> {
        let mut whole = String::new();
        for (name, parameter) in &file.parameters {
            if text.as_ref().contains(&format!("${name}")) {
                whole.push_str(&format!("# param {name}: {}\n", parameter.kind));
            }
        }
        whole.push_str(text.as_ref());
        SavedQuery::read(&whole).map_err(|error| self.error(text.span().start, error))
    }

    fn saved(&self, name: &Spanned<String>) -> Result<SavedQuery, DefinitionError> {
        let at = name.span().start;
        let Some(text) = (self.around.query)(name.as_ref()) else {
            let message = format!(
                "there is no query `{}`: expected a file beside the report, or a name of `whocan queries list`",
                name.as_ref()
            );
            return Err(self.error(at, message));
        };
        SavedQuery::read(&text).map_err(|error| self.error(at, error))
    }

    fn asked(
        &self,
        code: &Spanned<String>,
        title: &str,
        text: String,
        at: usize,
        assertion: bool,
    ) -> Result<Asked, DefinitionError> {
        whocan_query::parse(&text).map_err(|error| {
            let line = text[..error.span().start.min(text.len())]
                .matches('\n')
                .count();
            DefinitionError {
                line: self.line(at)
                    + if assertion || text.contains('#') {
                        0
                    } else {
                        line
                    },
                ..self.error(at, format!("{error}\n{}", error.pointed()))
            }
        })?;
        Ok(Asked {
            code: self.kebab(code)?,
            title: title.to_owned(),
            advice: None,
            severity: Severity::default(),
            text,
            place: (self.name.to_owned(), self.line(at)),
            assertion,
            pairs: false,
        })
    }
}

/// Returns the values that a text uses.
fn used(text: &str, known: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let used = known
        .iter()
        .filter(|(name, _)| text.contains(&format!("${name}")));
    used.map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Definition, String> {
        let around = Surroundings {
            query: &|name| (name == "known").then(|| "list roles".to_owned()),
            values: &BTreeMap::new(),
        };
        Definition::read("reports/own.toml", text, &around).map_err(|error| error.to_string())
    }

    const HEAD: &str = "title = \"T\"\nwhy = \"W\"\nseverity = \"high\"\n";

    #[test]
    fn a_mistake_names_file_line_and_what_was_expected() {
        let cases = [
            (
                "titel = \"x\"\n",
                "reports/own.toml:1: unknown field `titel`, expected one of",
            ),
            (
                "title = 3\n",
                "reports/own.toml:1: invalid type: integer `3`, expected a string",
            ),
            (
                "title = \"T\"\nwhy = \"W\"\nseverity = \"bad\"\n",
                "reports/own.toml:3: unknown variant `bad`, expected one of `informational`",
            ),
            (
                HEAD,
                "reports/own.toml:1: a report asks something: expected a table `[[query]]`",
            ),
        ];
        for (text, said) in cases {
            let error = read(text).map(|_| ()).unwrap_err();
            assert!(error.starts_with(said), "{error}");
        }
    }

    #[test]
    fn a_question_that_cannot_be_read_is_told_with_its_line() {
        let text = format!("{HEAD}[[query]]\ncode = \"a\"\ntitle = \"A\"\ntext = \"list rolls\"\n");
        let read_one = read(&text);
        assert!(read_one.is_ok(), "names are resolved against a snapshot");
        let broken = text.replace("list rolls", "who kan s3:*");
        let error = read(&broken).map(|_| ()).unwrap_err();
        assert!(error.starts_with("reports/own.toml:7: "), "{error}");
    }

    #[test]
    fn parameters_have_defaults_and_fill_inline_texts() {
        let text = format!(
            "{HEAD}[parameters.crown]\ntype = \"set\"\ndefault = \"bucket/payroll\"\nmeaning = \"m\"\n\
             [[query]]\ncode = \"a\"\ntitle = \"A\"\ntext = \"who can s3:GetObject on $crown\"\n"
        );
        let definition = read(&text).unwrap();
        let asked = &definition.questions[0].text;
        assert!(
            asked.ends_with("who can s3:GetObject on (bucket/payroll)"),
            "{asked}"
        );
    }

    #[test]
    fn a_code_is_in_kebab_case() {
        let text = format!("{HEAD}[[query]]\ncode = \"A b\"\ntitle = \"A\"\nfile = \"known\"\n");
        let error = read(&text).map(|_| ()).unwrap_err();
        assert!(
            error.starts_with("reports/own.toml:5: `A b` is no code"),
            "{error}"
        );
    }
}
