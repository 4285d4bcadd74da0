//! The reference page of attributes, made from the table.

use std::fmt::Write;

use super::{ATTRIBUTES, On, Type};

/// Returns the tables of `docs/attributes.md`, in Markdown.
pub fn reference() -> String {
    let sections = [
        (
            On::Thing,
            "Of things",
            "In `with`, and in `where` of what the row is about; `principal.` or `resource.` before the name means the row's own principal or resource.",
        ),
        (
            On::Row,
            "Of rows about access",
            "In `where`, `order by`, `group by` and `return`.",
        ),
        (
            On::Fact,
            "Of rows of `list` and `show`",
            "Beside those of the thing that is listed.",
        ),
    ];
    let mut page = String::new();
    for (on, title, where_used) in sections {
        let _ = write!(
            page,
            "## {title}\n\n{where_used}\n\n| attribute | type | meaning |\n| --- | --- | --- |\n"
        );
        for attribute in ATTRIBUTES.iter().filter(|one| one.on == on) {
            let name = match attribute.name {
                "tag" => "tag.KEY",
                name => name,
            };
            let kind = word(attribute.kind);
            let _ = writeln!(page, "| `{name}` | {kind} | {} |", attribute.meaning);
        }
        page.push('\n');
    }
    page
}

fn word(kind: Type) -> &'static str {
    match kind {
        Type::Flag => "true or false",
        Type::Number => "number",
        Type::Text => "text",
        Type::Names => "names",
        Type::Time => "time",
        Type::List => "list",
        Type::Thing => "thing",
    }
}
