//! What people write out of habit, from SQL, the AWS CLI or plain speech, and how the language says it.

use whocan_grammar::Rule;

/// A word where it does not belong, and what stands before it.
pub(super) struct Habit<'t> {
    /// The word as people wrote it.
    pub written: &'t str,
    /// The word, in lower case.
    pub word: &'t str,
    /// The statement up to here.
    pub before: &'t str,
    /// What could have stood there.
    pub rules: &'t [Rule],
}

impl Habit<'_> {
    /// Says how the language says it, if this is a habit that it knows.
    pub(super) fn hint(&self) -> Option<String> {
        self.of_deeds()
            .or_else(|| self.of_filters())
            .or_else(|| self.of_second_condition())
            .or_else(|| self.of_values())
            .or_else(|| self.of_openings())
    }

    fn expects(&self, rule: Rule) -> bool {
        self.rules.contains(&rule)
    }

    fn is(&self, words: &[&str]) -> bool {
        words.contains(&self.word)
    }

    /// Returns the nth word before this one, in lower case.
    fn word_before(&self, nth: usize) -> String {
        let mut words = self.before.split_whitespace().rev();
        words.nth(nth).unwrap_or_default().to_lowercase()
    }

    fn opening(&self) -> &str {
        self.before.split_whitespace().next().unwrap_or_default()
    }

    /// Where an action or a principal is expected.
    fn of_deeds(&self) -> Option<String> {
        if self.expects(Rule::access) && self.is(&["assume", "become", "impersonate", "enter"]) {
            return said(
                "say `reach`: `who can reach role/x` asks who comes to be it; `within 1 hop` leaves out chains",
            );
        }
        let after_be = self.word_before(0) == "be";
        if after_be && self.is(&["assumed", "entered", "reached", "accessed", "read", "used"]) {
            return said("ask by who acts: `which roles can account/dev reach`");
        }
        let kind = crate::kind::kind_of_shorthand(&self.word_before(0));
        if self.expects(Rule::access)
            && kind.is_some()
            && !self.word.is_empty()
            && !whocan_grammar::is_reserved(self.word)
            && !self.word.contains([':', '/'])
        {
            let (kind, name) = (self.word_before(0), self.word);
            return Some(format!(
                "a name follows its kind behind a slash: `{kind}/{name}`"
            ));
        }
        if self.word == "do" && self.expects(Rule::access) && self.opening() == "can" {
            return said("leave out `do` and say with which actions: `s3:GetObject`, `s3:*`, `*`");
        }
        let vague = [
            "access", "use", "read", "write", "do", "see", "delete", "list",
        ];
        if self.expects(Rule::access) && self.is(&vague) {
            return said("say with which actions: `s3:GetObject`, `s3:*`, `*`");
        }
        if self.word == "of" && self.word_before(0) == "any" {
            return said(
                "leave `any of` out: some of the actions, on some of the resources, is what is asked",
            );
        }
        if self.word == "(" && self.word_before(0) == "of" && self.word_before(1) == "all" {
            return said("leave the parentheses out: `all of s3:GetObject, kms:Decrypt on ...`");
        }
        let is_action = whocan_grammar::is_action(self.word);
        let opened =
            self.word_before(0) == "(" && ["can", "reach"].contains(&&*self.word_before(1));
        if is_action && opened {
            return said("leave the parentheses out: actions are joined by `,`");
        }
        if is_action && self.word_before(0) == "and" && self.before.contains(':') {
            return said(
                "actions on the same set are joined by `,`; `list (who can ...) and (who can ...)` asks for who can both",
            );
        }
        None
    }

    /// Where a clause, a filter or the end is expected.
    fn of_filters(&self) -> Option<String> {
        if self.word == ","
            && self
                .before
                .rsplit_once(" through ")
                .is_some_and(|(_, set)| !set.contains(' '))
        {
            return said("`through A or B` passes one of them, `through A through B` one of each");
        }
        let clause = self.expects(Rule::clause) || self.expects(Rule::EOI);
        if self.word == "in" && ["reach", "do"].contains(&&*self.word_before(0)) {
            return said("rows are narrowed by `where`: `where account = prod`");
        }
        if clause && self.is(&["max", "maximum", "depth", "hops"]) {
            return said("chains are limited by `within 3 hops`");
        }
        if clause && self.is(&["from", "for", "to", "by", "of"]) && self.expects(Rule::inside) {
            return said("a place is said by `in`: `in account/prod`");
        }
        if clause && self.is(&["having", "whose", "filter", "when", "if"]) {
            return said("rows are filtered by `where`, sets by `with`");
        }
        if clause && self.is(&["sort", "sorted", "orderby"]) {
            return said("say `order by`");
        }
        if self.expects(Rule::HOPS) && self.word.is_empty() {
            return said("say `within 3 hops`");
        }
        let facts = [
            "trust", "trusts", "have", "has", "are", "is", "with", "where", "were", "that", "do",
        ];
        if self.expects(Rule::CAN)
            && self.opening().eq_ignore_ascii_case("which")
            && self.is(&facts)
        {
            let rest = &self.before[self.opening().len()..];
            return Some(format!(
                "`which` asks what a set can do; facts are listed: `list{rest} where trust.external`"
            ));
        }
        if self.expects(Rule::CAN) && self.is(&["has", "have", "is", "owns"]) {
            return said("ask `who can ACTIONS on SET`; `list SET where ...` gives facts");
        }
        None
    }

    /// Says that `with` takes one comparison, where a second one follows it.
    fn of_second_condition(&self) -> Option<String> {
        let joined = |word: String| ["and", "or"].contains(&&*word);
        let second = self.word == "not" && joined(self.word_before(0))
            || self.is(&[
                "=", "!=", "<", ">", "<=", ">=", "like", "has", "exists", "matches",
            ]) && joined(self.word_before(1));
        let (_, condition) = self.before.rsplit_once(" with ")?;
        let second = second && !condition.contains('(');
        second.then(|| {
            "several conditions stand in parentheses: `users with (access_keys > 0 and not mfa)`".to_owned()
        })
    }

    /// Where an attribute is compared.
    fn of_values(&self) -> Option<String> {
        let attribute = self.word_before(0);
        if self.word == "exists" && self.word_before(0) == "not" {
            return said("`exists` stands behind the attribute: `not last_used exists`");
        }
        if !self.expects(Rule::comparator) && !self.expects(Rule::word_operator) {
            let ago = self.is(&["day", "days", "week", "weeks", "hour", "hours"]);
            return ago.then(|| "times are relative to the snapshot: `snapshot - 90d`".to_owned());
        }
        match self.word {
            "is" => Some(format!(
                "write `{attribute} = ...`, `{attribute} exists` or `not {attribute} exists`"
            )),
            "contains" | "includes" | "containing" => Some(format!(
                "a text is `like *part*`, a list `has` an element: `{attribute} like *part*`"
            )),
            "equals" | "eq" => Some(format!("write `{attribute} = ...`")),
            "starts" | "startswith" | "begins" => Some(format!("write `{attribute} like start*`")),
            "ends" | "endswith" => Some(format!("write `{attribute} like *end`")),
            "older" | "before" => Some(format!("write `{attribute} < snapshot - 90d`")),
            "newer" | "after" | "since" => Some(format!("write `{attribute} > snapshot - 90d`")),
            "between" => Some(format!("write `{attribute} >= A and {attribute} <= B`")),
            word if attribute == "tag" && word.starts_with(':') => {
                Some(format!("a tag is `tag.{}`", &word[1..]))
            }
            _ => None,
        }
    }

    /// Where a question is expected.
    fn of_openings(&self) -> Option<String> {
        let opens = [Rule::statement, Rule::text, Rule::binding];
        if !opens.iter().any(|rule| self.expects(*rule)) {
            return None;
        }
        if whocan_grammar::is_action(self.word) {
            return Some(format!("ask `who can {} on SET`", self.written));
        }
        match self.word {
            "show" | "list" => None,
            "select" | "find" | "get" | "search" => {
                said("`list SET where ...` gives facts, `who can ...` access")
            }
            "describe" => said("`show user/ana` gives one thing in full"),
            "aws" | "iam" | "s3" | "sts" => said(
                "this is no shell: `list users` gives facts, `who can s3:GetObject on bucket/logs` access",
            ),
            "help" => said("`whocan manual` or, in a session, `\\help`"),
            "is" | "does" | "may" => said("ask `can SUBJECT ACTIONS on SET`"),
            "how" | "path" => said("ask `paths from SET to SET`"),
            "where" | "on" | "in" | "from" => {
                said("the question comes first: `who can ACTIONS on SET where ...`")
            }
            word if word.starts_with("list-") || word.starts_with("get-") => {
                said("`list users`, `list roles where ...` gives facts")
            }
            _ => None,
        }
    }
}

fn said(hint: &str) -> Option<String> {
    Some(hint.to_owned())
}
