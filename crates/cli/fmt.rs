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
            true => output::write(format!(
                "{}\n",
                whocan_render::Plain(&file.display().to_string())
            ))?,
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
        let whole = &text[statement.span.start..statement.span.end];
        // A span runs on over what the parser skips.
        let end = statement.span.start + code_length(whole);
        let written = &text[statement.span.start..end];
        // The canonical form knows no comments, so one inside keeps its statement.
        match has_comment(written) {
            true => out.push_str(written),
            false => out.push_str(&pretty(statement)),
        }
        out.push(';');
        at = end;
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
    let lines: Vec<&str> = text.split('\n').collect();
    for (number, line) in lines.iter().enumerate() {
        let said = line.trim_start_matches([';', ' ', '\t', '\r']).trim_end();
        let comment = said.starts_with('#');
        if number == 0 {
            // What is left of the line on which the statement before ends.
            if comment {
                out.push_str(if out.is_empty() { "" } else { " " });
                out.push_str(said);
            }
            if !out.is_empty() {
                out.push('\n');
            }
        } else if comment {
            out.push_str(said);
            out.push('\n');
        } else if line.trim().is_empty()
            // The last one goes on with the next statement.
            && number + 1 < lines.len()
            && !out.is_empty()
            && !out.ends_with("\n\n")
        {
            out.push('\n');
        }
    }
}

fn has_comment(text: &str) -> bool {
    let mut any = false;
    scan(text, |_, _, in_comment| any |= in_comment);
    any
}

/// Returns how long a text is without the blanks and comments at its end.
fn code_length(text: &str) -> usize {
    let mut length = 0;
    scan(text, |at, character, in_comment| {
        if !in_comment && !character.is_whitespace() {
            length = at + character.len_utf8();
        }
    });
    length
}

/// Gives each character with its place, and whether it is part of a comment.
fn scan(text: &str, mut give: impl FnMut(usize, char, bool)) {
    let (mut quoted, mut escaped, mut comment) = (false, false, false);
    for (at, character) in text.char_indices() {
        match character {
            '\n' if comment => comment = false,
            _ if comment => {}
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '#' if !quoted => comment = true,
            _ => {}
        }
        give(at, character, comment);
    }
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
