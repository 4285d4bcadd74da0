//! Columns for people: as wide as the terminal, or as wide as the text.

use comfy_table::{
    Attribute, Cell, Color, ColumnConstraint, ContentArrangement, LineStyle, Table, TableStyle,
    Width,
};

use crate::Plain;

/// How a text is to look on a screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// The most columns of a line; `None` for a pipe or a file, where each row is one line.
    pub width: Option<u16>,
    /// Whether there are colours.
    pub colors: bool,
}

/// What a text in a grid means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Nothing beyond what it says.
    #[default]
    Plain,
    /// Yes.
    Yes,
    /// No.
    No,
    /// Only if.
    If,
    /// Less important than the rest.
    Aside,
}

/// A table of texts.
#[derive(Clone, Debug, Default)]
pub struct Grid {
    header: Vec<String>,
    rows: Vec<Vec<(String, Tone)>>,
    // INVARIANT: as long as `rows`.
    below: Vec<Vec<String>>,
}

// Below this a column is a ladder of letters. Long words are broken before.
const NARROWEST: u16 = 8;

// Marks where a row of the table ends; no text has it.
const BOUNDARY: char = '\u{1}';

const INDENT: usize = 4;

impl Grid {
    /// Returns a grid without rows.
    pub fn new(header: &[&str]) -> Grid {
        Grid {
            header: header.iter().map(|name| Plain(name).to_string()).collect(),
            rows: Vec::new(),
            below: Vec::new(),
        }
    }

    /// Adds a row; each line of a text is made safe to show.
    pub fn row<T: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = (T, Tone)>) {
        let safe = |(text, tone): (T, Tone)| {
            let lines = text.as_ref().split('\n');
            let lines: Vec<String> = lines.map(|line| Plain(line).to_string()).collect();
            (lines.join("\n"), tone)
        };
        self.rows.push(cells.into_iter().map(safe).collect());
        self.below.push(Vec::new());
    }

    /// Adds a line below the last row, over all columns.
    pub fn below(&mut self, text: &str) {
        if let Some(lines) = self.below.last_mut() {
            lines.push(Plain(text).to_string());
        }
    }

    /// Returns how many columns of a screen the longest line takes, unbroken.
    pub fn natural_width(&self) -> usize {
        let lines = self.lines(Look::default());
        lines
            .lines()
            .map(|line| line.chars().count())
            .max()
            .unwrap_or(0)
    }

    /// Returns the grid as lines, without blanks at their ends; nothing if
    /// there are no rows.
    pub fn lines(&self, look: Look) -> String {
        if self.rows.is_empty() {
            return String::new();
        }
        let mut table = self.table(look);
        let last = self.header.len().saturating_sub(1);
        for (position, column) in table.column_iter_mut().enumerate() {
            column.set_padding((0, if position == last { 0 } else { 2 }));
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(NARROWEST)));
        }
        let width = look.width.map_or(usize::MAX, usize::from);
        let mut below = self.below.iter();
        let mut lines = String::new();
        // The header has no line below it that tells where it ends.
        let mut is_header = true;
        for line in table.lines().chain([BOUNDARY.to_string()]) {
            if !line.starts_with(BOUNDARY) {
                lines.push_str(line.trim_end());
                lines.push('\n');
            } else if !std::mem::take(&mut is_header) {
                for text in below.next().into_iter().flatten() {
                    add_wrapped(&mut lines, text, width);
                }
            }
        }
        lines
    }

    fn table(&self, look: Look) -> Table {
        let mut table = Table::new();
        let boundary = LineStyle::none().fill(BOUNDARY);
        let style = TableStyle::new();
        table.load_style(style.header_separator(boundary).row_separator(boundary));
        table.style_text_only();
        match look.width {
            Some(width) => table
                .set_content_arrangement(ContentArrangement::Dynamic)
                .set_width(width),
            None => table.set_content_arrangement(ContentArrangement::Disabled),
        };
        if look.colors {
            table.enforce_styling();
        } else {
            table.force_no_tty();
        }
        let header = self.header.iter();
        table.set_header(header.map(|name| Cell::new(name).add_attribute(Attribute::Bold)));
        for row in &self.rows {
            table.add_row(row.iter().map(|(text, tone)| painted(text, *tone)));
        }
        table
    }
}

fn painted(text: &str, tone: Tone) -> Cell {
    let cell = Cell::new(text);
    match tone {
        Tone::Plain => cell,
        Tone::Yes => cell.fg(Color::Green),
        Tone::No => cell.fg(Color::Red),
        Tone::If => cell.fg(Color::Yellow),
        Tone::Aside => cell.add_attribute(Attribute::Dim),
    }
}

/// Adds a text, indented and broken at blanks; longer words stay whole, so
/// that they can be copied.
fn add_wrapped(lines: &mut String, text: &str, width: usize) {
    let mut used = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if used > 0 && used + 1 + length <= width {
            lines.push(' ');
            used += 1 + length;
            lines.push_str(word);
            continue;
        }
        let indent = if used == 0 { INDENT } else { 2 * INDENT };
        if used > 0 {
            lines.push('\n');
        }
        lines.extend(std::iter::repeat_n(' ', indent));
        lines.push_str(word);
        used = indent + length;
    }
    lines.push('\n');
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    fn grid() -> Grid {
        let mut grid = Grid::new(&["principal", "verdict", "conditions"]);
        let arn = format!("arn:aws:iam::111122223333:role/{}/app", "deep/".repeat(20));
        grid.row([
            (arn.as_str(), Tone::Plain),
            ("yes", Tone::Yes),
            ("", Tone::Plain),
        ]);
        let conditions = "aws:SourceIp is in 203.0.113.0/24\naws:MultiFactorAuthPresent is true";
        grid.row([
            ("user/\u{1b}[2Jana", Tone::Plain),
            ("if", Tone::If),
            (conditions, Tone::Aside),
        ]);
        grid
    }

    #[test]
    fn a_screen_of_80_columns_holds_long_names() {
        let text = grid().lines(Look {
            width: Some(80),
            colors: false,
        });
        assert!(text.lines().all(|line| line.chars().count() <= 80));
        assert_snapshot!(text, @r"
        principal                            verdict  conditions
        arn:aws:iam::111122223333:role/deep  yes
        /deep/deep/deep/deep/deep/deep/deep
        /deep/deep/deep/deep/deep/deep/deep
        /deep/deep/deep/deep/deep//app
        user/\u{1b}[2Jana                    if       aws:SourceIp is in 203.0.113.0/24
                                                      aws:MultiFactorAuthPresent is true
        ");
    }

    #[test]
    fn a_pipe_gets_names_unbroken_and_no_colours() {
        let text = grid().lines(Look::default());
        assert!(text.contains(&"deep/".repeat(20)));
        assert!(!text.contains('\u{1b}'));
        let second = text.lines().nth(1).expect("a row");
        assert_eq!(second.split_whitespace().nth(1), Some("yes"));
    }

    #[test]
    fn colours_come_when_asked_for() {
        let text = grid().lines(Look {
            width: Some(120),
            colors: true,
        });
        assert!(
            text.contains("\u{1b}[38;5;10myes") || text.contains("\u{1b}[32myes"),
            "{text:?}"
        );
        assert!(text.contains("\\u{1b}[2Jana"));
    }

    #[test]
    fn lines_below_a_row_use_the_whole_width_and_break_at_blanks() {
        let mut grid = Grid::new(&["principal", "verdict"]);
        grid.row([("user/ana", Tone::Plain), ("yes", Tone::Yes)]);
        grid.below("via role/ci (tooling) → role/deploy (prod) → role/reporting");
        grid.row([("user/ben", Tone::Plain), ("no", Tone::No)]);
        let look = Look {
            width: Some(40),
            colors: false,
        };
        assert_snapshot!(grid.lines(look), @r"
        principal  verdict
        user/ana   yes
            via role/ci (tooling) → role/deploy
                (prod) → role/reporting
        user/ben   no
        ");
        assert_eq!(grid.natural_width(), 63);
    }

    #[test]
    fn a_grid_without_rows_is_nothing() {
        assert_eq!(Grid::new(&["a"]).lines(Look::default()), "");
    }
}
