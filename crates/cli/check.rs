//! `whocan check`: assertions in files, run as tests.

use std::fs;
use std::path::Path;

use whocan_query::QueryError;
use whocan_query::ast::{Span, Spanned, Statement, StatementKind};
use whocan_query::saved::SavedQuery;
use whocan_render::checks::{self, Check as Checked, CheckResult};
use whocan_render::{Look, table};

use crate::args::{Check, CheckFormat, Format};
use crate::exit::Outcome;
use crate::failure::Failure;
use crate::loaded::Loaded;
use crate::session::Session;
use crate::{input, output};

/// Of a violated assertion so many rows are shown with their evidence.
const SHOWN: u64 = 10;

/// Runs the assertions of all files.
pub fn run(args: &Check, store: Option<&Path>) -> Result<Outcome, Failure> {
    let mut texts = Vec::new();
    for file in &args.files {
        texts.push((file.display().to_string(), input::text(file)?));
    }
    let loaded = match &args.plan {
        Some(plan) => Loaded::planned(store, &args.asked, plan, args.account.as_deref())?,
        None => Loaded::asked(store, &args.asked)?,
    };
    let mut session = Session::new(loaded, Format::Table, store);
    let mut all = Vec::new();
    for (name, text) in &texts {
        session.forget();
        judge_file(name, text, &mut session, &mut all);
    }
    output::write(match args.format {
        CheckFormat::Text => checks::text(&all),
        CheckFormat::Json => checks::json(&all),
        CheckFormat::Junit => checks::junit(&all),
        CheckFormat::Sarif => checks::sarif(&all),
    })?;
    let files = [
        (&args.junit, checks::junit as fn(&[Checked]) -> String),
        (&args.sarif, checks::sarif),
    ];
    for (path, render) in files {
        if let Some(path) = path {
            fs::write(path, render(&all)).map_err(|error| Failure::writing(path, &error))?;
        }
    }
    Ok(outcome(&all))
}

fn outcome(all: &[Checked]) -> Outcome {
    let any = |result| all.iter().any(|check| check.result == result);
    match (any(CheckResult::Error), any(CheckResult::Fails)) {
        (true, _) => Outcome::Errors,
        (false, true) => Outcome::Failed,
        (false, false) => Outcome::Yes,
    }
}

/// Judges one file; a statement that cannot be judged does not stop the next.
fn judge_file(name: &str, text: &str, session: &mut Session, all: &mut Vec<Checked>) {
    let saved = SavedQuery::read(text).map_err(|error| error.to_string());
    let filled = saved.and_then(|saved| {
        let filled = saved.filled(&std::collections::BTreeMap::new());
        filled.map_err(|error| error.to_string())
    });
    let text = match filled {
        Ok(text) => text,
        Err(error) => return all.push(broken(name, 1, "", error, String::new())),
    };
    let ast = match whocan_query::parse(&text) {
        Ok(ast) => ast,
        Err(error) => {
            let line = line_of(&text, error.span().start);
            return all.push(broken(name, line, "", error.to_string(), error.pointed()));
        }
    };
    if let Err(failure) = session.load_others(&ast) {
        return all.push(broken(name, 1, "", failure.to_string(), String::new()));
    }
    for statement in &ast.statements {
        if let Some(check) = judge(name, &text, statement, session) {
            all.push(check);
        }
    }
}

fn judge(name: &str, text: &str, statement: &Statement, session: &mut Session) -> Option<Checked> {
    let line = line_of(text, statement.span.start);
    let said = statement.to_string();
    let error = |error: QueryError| broken(name, line, &said, error.to_string(), error.pointed());
    match &statement.kind {
        StatementKind::Ask(_) | StatementKind::Plan(_) => return None,
        StatementKind::Let { .. } => return session.answer(statement, text).err().map(error),
        StatementKind::Assert { .. } => {}
    }
    let answer = match session.answer(&with_evidence(statement), text) {
        Ok(answer) => answer?,
        Err(problem) => return Some(error(problem)),
    };
    let assertion = answer.assertion.as_ref()?;
    let result = match assertion.holds {
        true => CheckResult::Holds,
        false => CheckResult::Fails,
    };
    let look = Look {
        width: None,
        colors: false,
    };
    let evidence = match result {
        CheckResult::Holds => String::new(),
        _ => table::rows_text(&answer, session.graph_of(statement), look),
    };
    Some(Checked {
        file: name.to_owned(),
        line,
        assertion: said,
        result,
        reason: assertion.reason.clone(),
        evidence,
    })
}

/// Returns the same assertion, whose rows carry their evidence.
fn with_evidence(statement: &Statement) -> Statement {
    let mut statement = statement.clone();
    if let StatementKind::Assert { question, .. } = &mut statement.kind {
        question.clauses.explain.get_or_insert(Span::default());
        question.clauses.limit.get_or_insert(Spanned {
            value: SHOWN,
            span: Span::default(),
        });
    }
    statement
}

fn broken(name: &str, line: usize, said: &str, reason: String, evidence: String) -> Checked {
    Checked {
        file: name.to_owned(),
        line,
        assertion: said.to_owned(),
        result: CheckResult::Error,
        reason,
        evidence,
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text[..offset.min(text.len())].matches('\n').count() + 1
}
