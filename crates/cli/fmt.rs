//! `whocan fmt`: questions in their canonical form, comments kept.

use std::fs;
use std::path::Path;

use whocan_query::{parse, pretty};

use crate::args::Fmt;
use crate::exit::Outcome;
use crate::failure::Failure;
use crate::{input, output};

/// Rewrites files, or tells which would change.
pub fn run(args: &Fmt) -> Result<Outcome, Failure> {
    let mut changed = false;
    for file in &args.files {
        let text = input::text(file)?;
        let formatted = formatted(&text)
            .map_err(|error| Failure::pointing(&error, &file.display().to_string(), &text))?;
        if file.as_os_str() == "-" && !args.check {
            output::write(formatted)?;
            continue;
        }
        if formatted == text {
            continue;
        }
        changed = true;
        match args.check {
            true => output::write(format!("{}\n", whocan_render::Plain(&file.display().to_string())))?,
            false => write(file, &formatted)?,
        }
    }
    Ok(match changed && args.check {
        true => Outcome::Failed,
        false => Outcome::Yes,
    })
}

/// Writes the file anew under its name, so that it is never half there.
fn write(file: &Path, text: &str) -> Result<(), Failure> {
    fs::write(file, text).map_err(|error| Failure::writing(file, &error))
}

/// Returns a text in canonical form.
///
/// A text with parameters that stand elsewhere than a set is left as it is:
/// only filled in would it be a sentence.
fn formatted(text: &str) -> Result<String, whocan_query::QueryError> {
    let ast = match parse(text) {
        Ok(ast) => ast,
        Err(_) if has_parameters(text) => return Ok(text.to_owned()),
        Err(error) => return Err(error),
    };
    let mut out = String::new();
    let mut at = 0;
    for statement in &ast.statements {
        between(&text[at..statement.span.start], &mut out);
        let written = text[statement.span.start..statement.span.end].trim_end();
        // The canonical form knows no comments, so one inside keeps its statement.
        match has_comment(written) {
            true => out.push_str(written),
            false => out.push_str(&pretty(statement)),
        }
        out.push(';');
        at = statement.span.end;
    }
    between(&text[at..], &mut out);
    let out = out.trim_end();
    Ok(if out.is_empty() {
        String::new()
    } else {
        format!("{out}\n")
    })
}

/// Writes what stands between statements: comments, and blank lines one at a time.
fn between(text: &str, out: &mut String) {
    let mut lines = text.split('\n');
    // What is left of the statement's own line.
    let rest = lines.next().unwrap_or_default();
    let comment = rest.trim_start_matches([';', ' ', '\t']).trim_end();
    if comment.starts_with('#') {
        out.push_str(if out.is_empty() { "" } else { " " });
        out.push_str(comment);
    }
    if !out.is_empty() {
        out.push('\n');
    }
    for line in lines {
        let line = line.trim_matches([';', ' ', '\t', '\r']);
        let comment = line.starts_with('#');
        let blank = line.is_empty() && !out.is_empty() && !out.ends_with("\n\n");
        if comment {
            out.push_str(line);
            out.push('\n');
        } else if blank && text.trim_start_matches(';').matches('\n').count() > 1 {
            out.push('\n');
        }
    }
}

fn has_comment(text: &str) -> bool {
    let (mut quoted, mut escaped) = (false, false);
    text.chars().any(|character| {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '#' if !quoted => return true,
            _ => {}
        }
        false
    })
}

fn has_parameters(text: &str) -> bool {
    whocan_query::saved::SavedQuery::read(text).is_ok_and(|saved| !saved.parameters.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
# readers


WHO can   s3:GetObject on bucket/a  where hops = 1 # not many
;
let x = ( roles );;
# the end
list x
# behind";

    #[test]
    fn comments_stay_and_statements_are_canonical() {
        let once = formatted(TEXT).unwrap();
        insta::assert_snapshot!(once, @"
        # readers

        who can s3:GetObject on bucket/a where hops = 1; # not many
        let x = roles;
        # the end
        list x;
        # behind
        ");
        assert_eq!(formatted(&once).unwrap(), once);
    }

    #[test]
    fn a_comment_inside_keeps_its_statement() {
        let text = "who # me\n can  s3:*;\n";
        assert_eq!(formatted(text).unwrap(), text);
    }

    #[test]
    fn long_statements_have_a_clause_a_line() {
        let text = "who can reach s3:GetObject on bucket/payroll given aws:MultiFactorAuthPresent = true within 3 hops where principal.account != resource.account limit 7";
        let once = formatted(text).unwrap();
        insta::assert_snapshot!(once, @"
        who can reach s3:GetObject on bucket/payroll
          within 3 hops
          given aws:MultiFactorAuthPresent = true
          where principal.account != resource.account
          limit 7;
        ");
        assert_eq!(formatted(&once).unwrap(), once);
    }
}
