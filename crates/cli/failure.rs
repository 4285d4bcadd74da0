//! Why a command could not do what it was asked to: message, place, hint.

use std::fmt;
use std::io;
use std::path::Path;

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};
use whocan_render::Plain;

/// What a command tells when it gives up.
#[derive(Debug)]
pub struct Failure {
    message: String,
    hint: Option<String>,
    // Boxed, so that every result is not as large as the rarest failure.
    source: Option<Box<NamedSource<String>>>,
    labels: Vec<LabeledSpan>,
    /// Whether whoever read our output has gone, so that nobody is left to tell.
    pub unheard: bool,
}

impl Failure {
    /// Returns a failure that says `message`.
    pub fn new(message: impl fmt::Display) -> Failure {
        Failure {
            message: lines(&message.to_string()),
            hint: None,
            source: None,
            labels: Vec::new(),
            unheard: false,
        }
    }

    /// Adds what the person may do about it.
    pub fn hint(mut self, hint: impl fmt::Display) -> Failure {
        self.hint = Some(lines(&hint.to_string()));
        self
    }

    /// Returns whether it says already what the person may do.
    #[cfg(feature = "collect")]
    pub fn has_hint(&self) -> bool {
        self.hint.is_some()
    }

    /// Returns the failure to read a file.
    pub fn reading(path: &Path, error: &io::Error) -> Failure {
        Failure::new(format_args!("cannot read `{}`: {error}", path.display()))
    }

    /// Returns the failure to write a file or folder.
    pub fn writing(path: &Path, error: &io::Error) -> Failure {
        Failure::new(format_args!("cannot write `{}`: {error}", path.display()))
    }

    /// Returns the text that the failure points into.
    pub fn text(&self) -> Option<&str> {
        self.source.as_ref().map(|source| source.inner().as_str())
    }

    /// Returns what `diagnostic` says, pointing into the file `name`.
    pub fn pointing(diagnostic: &dyn Diagnostic, name: &str, text: &str) -> Failure {
        let mut failure = Failure::new(diagnostic);
        failure.hint = diagnostic.help().map(|help| lines(&help.to_string()));
        failure.labels = diagnostic.labels().into_iter().flatten().collect();
        failure.source = Some(Box::new(NamedSource::new(
            Plain(name).to_string(),
            of_the_same_length(text),
        )));
        failure
    }
}

// Whoever closes our output has read enough: `whocan query ... | head`.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        Failure {
            unheard: error.kind() == io::ErrorKind::BrokenPipe,
            ..Failure::new(format_args!("cannot write the answer: {error}"))
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl Diagnostic for Failure {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let hint = self.hint.as_ref()?;
        Some(Box::new(hint))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        let source = self.source.as_deref()?;
        Some(source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let labels = self.labels.iter().cloned();
        Some(Box::new(labels))
    }
}

/// Makes each line of a message safe to show.
fn lines(text: &str) -> String {
    let safe: Vec<String> = text.lines().map(|line| Plain(line).to_string()).collect();
    safe.join("\n")
}

/// Blanks what a terminal might obey, so that spans keep their places.
fn of_the_same_length(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '\n' | '\t') || Plain::shows(character) {
            safe.push(character);
        } else {
            safe.extend(std::iter::repeat_n('?', character.len_utf8()));
        }
    }
    safe
}
