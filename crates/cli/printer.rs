//! How answers reach standard output, in the format that was asked for.

use std::io;

use whocan_graph::Graph;
use whocan_query::ast::StatementKind;
use whocan_query::rows::Answer;
use whocan_render::json::{self, Document, Source};
use whocan_render::{Look, csv, table};

use crate::args::Format;
use crate::failure::Failure;
use crate::output;

/// Prints answers as they come, or all at once where the format is one document.
pub struct Printer {
    format: Format,
    look: Look,
    given: usize,
    kept: Vec<Answer>,
    // What would have been printed, for who shows it otherwise.
    page: Option<String>,
}

impl Printer {
    /// Begins to print one text's answers.
    pub fn new(format: Format, look: Look) -> Printer {
        Printer {
            format,
            look,
            given: 0,
            kept: Vec::new(),
            page: None,
        }
    }

    /// Keeps back what it would print.
    pub fn keep_back(&mut self) {
        self.page = Some(String::new());
    }

    /// Returns what was kept back.
    pub fn kept_back(&mut self) -> String {
        self.page.take().unwrap_or_default()
    }

    fn write(&mut self, text: String) -> io::Result<()> {
        match &mut self.page {
            Some(page) => {
                page.push_str(&text);
                Ok(())
            }
            None => output::write(text),
        }
    }

    /// Makes sure that the format can hold the answers to `text`.
    ///
    /// # Errors
    ///
    /// If there are several, which have different columns, and the format is CSV.
    pub fn check(&self, text: &str) -> Result<(), Failure> {
        let Ok(ast) = whocan_query::parse(text) else {
            // What is wrong with it is told by whoever answers it.
            return Ok(());
        };
        let asked = ast.statements.iter();
        let asked = asked.filter(|statement| !matches!(statement.kind, StatementKind::Let { .. }));
        match asked.count() {
            count if count > 1 && self.format == Format::Csv => Err(Failure::new(format_args!(
                "the text asks {count} questions, and CSV holds the rows of one"
            ))
            .hint("ask them one by one, or use --format jsonl")),
            _ => Ok(()),
        }
    }

    /// Takes the next answer.
    pub fn give(&mut self, answer: Answer, graph: &Graph) -> io::Result<()> {
        self.given += 1;
        match self.format {
            Format::Table => {
                let between = if self.given > 1 { "\n" } else { "" };
                let text = table::text(&answer, graph, self.look);
                self.write(format!("{between}{text}"))
            }
            Format::Jsonl => output::write(json::lines(&answer, self.given, graph)),
            Format::Csv => output::write(csv::text(&answer.rows, graph)),
            Format::Json => {
                self.kept.push(answer);
                Ok(())
            }
        }
    }

    /// Prints what was kept.
    pub fn finish(self, source: Source<'_>, graph: &Graph) -> io::Result<()> {
        match self.format {
            Format::Json => {
                output::write(json::to_document(&Document::of(&self.kept, source, graph)))
            }
            _ => Ok(()),
        }
    }
}
