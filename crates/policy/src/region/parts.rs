//! Regions in words, as the part of a question: `only public/*`, `all but secret/*`.

use super::Region;
use crate::Pattern;

impl Region {
    /// Says which part of `asked` the region is.
    ///
    /// `all`, `only public/*`, `all but secret/*`, `only public/* but public/x/*`.
    /// Patterns are shown without the folder that all of `asked` lies in.
    pub fn describe(&self, asked: &Pattern) -> String {
        let base = folder(asked.prefix());
        let show = |patterns: Vec<&Pattern>, joint: &str| {
            let texts: Vec<String> = patterns
                .into_iter()
                .map(|pattern| behind(base, pattern))
                .collect();
            texts.join(joint)
        };
        let only: Vec<&Pattern> = self
            .within
            .iter()
            .filter(|within| within.contains(asked) != Some(true))
            .collect();
        let but: Vec<&Pattern> = self
            .except
            .iter()
            .filter(|except| except.overlaps(asked))
            .collect();
        match (only.is_empty(), but.is_empty()) {
            (true, true) => "all".to_owned(),
            (true, false) => format!("all but {}", show(but, ", ")),
            (false, true) => format!("only {}", show(only, " and ")),
            (false, false) => format!("only {} but {}", show(only, " and "), show(but, ", ")),
        }
    }
}

/// Returns `prefix` up to its last slash or colon.
fn folder(prefix: &str) -> &str {
    let end = prefix.rfind(['/', ':']).map_or(0, |at| at + 1);
    &prefix[..end]
}

/// Returns the text of `pattern`, without `base` if it starts with it.
fn behind(base: &str, pattern: &Pattern) -> String {
    let text = pattern.to_string();
    let shown = pattern.prefix().starts_with(base).then(|| {
        // Escapes make the written text longer than the literal one.
        text.get(Pattern::exact(base).to_string().len()..)
    });
    match shown.flatten() {
        Some(rest) if !rest.is_empty() => rest.to_owned(),
        _ => text,
    }
}
