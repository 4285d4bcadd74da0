//! `whocan fmt`: questions in their canonical form, comments kept.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use tempfile::NamedTempFile;
use whocan_grammar::{Stretch, stretches};
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
    replace(file, text).map_err(|error| Failure::writing(file, &error))
}

fn replace(file: &Path, text: &str) -> io::Result<()> {
    // A link stays one: what it leads to is written.
    let file = fs::canonicalize(file)?;
    let folder = file.parent().unwrap_or(Path::new("."));
    let mut new = NamedTempFile::new_in(folder)?;
    new.write_all(text.as_bytes())?;
    new.as_file()
        .set_permissions(fs::metadata(&file)?.permissions())?;
    new.as_file().sync_all()?;
    new.persist(&file).map_err(|error| error.error)?;
    Ok(())
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
    stretches(text).any(|(stretch, _)| stretch == Stretch::Comment)
}

/// Returns how long a text is without the blanks and comments at its end.
fn code_length(text: &str) -> usize {
    let (mut at, mut length) = (0, 0);
    for (stretch, piece) in stretches(text) {
        let code = piece.trim_end();
        if stretch != Stretch::Comment && !code.is_empty() {
            length = at + code.len();
        }
        at += piece.len();
    }
    length
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

    #[cfg(unix)]
    #[test]
    fn a_file_keeps_its_mode_and_a_link_stays_one() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("a.wq"), folder.path().join("b.wq"));
        fs::write(&file, "LIST roles").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&file, &link).unwrap();
        replace(&link, "list roles;\n").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&file).unwrap(), "list roles;\n");
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
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
