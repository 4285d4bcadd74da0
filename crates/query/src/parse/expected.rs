//! What was expected where a text stops making sense, in people's words.

use whocan_grammar::{Imbalance, Rule, SyntaxError};

use super::habit::Habit;
use crate::ast::Span;
use crate::error::{Fault, Problem};
use crate::nearest::nearest;

/// Something that could have stood at a place.
struct Expectation {
    /// How to call it.
    phrase: &'static str,
    /// The words it can start with, for suggestions.
    words: &'static [&'static str],
}

const CLAUSES: &[&str] = &[
    "where",
    "except",
    "via",
    "within",
    "through",
    "avoiding",
    "given",
    "under",
    "ignoring",
    "surely",
    "possibly",
    "as",
    "group",
    "order",
    "limit",
    "return",
    "explain",
    "expand",
    "including",
];
const QUESTIONS: &[&str] = &[
    "who", "which", "what", "can", "why", "paths", "shortest", "all", "list", "count", "show",
    "matrix", "cycles",
];
const STATEMENTS: &[&str] = &[
    "who", "which", "what", "can", "why", "paths", "shortest", "all", "list", "count", "let",
    "assert", "show", "explain", "plan", "matrix", "cycles",
];
const FILTERS: &[&str] = &["with", "in", "outside"];

/// Turns the place where parsing stopped, and what would have fitted, into an error.
pub(super) fn unexpected(text: &str, offset: usize, rules: &[Rule]) -> Fault {
    let found = found(text, offset);
    let expectations: Vec<Expectation> =
        rules.iter().filter_map(|rule| expectation(*rule)).collect();
    let expected = match whocan_grammar::is_reserved(found.word) {
        true if expectations.is_empty() => "a name or value".to_owned(),
        _ => join(phrases(&expectations)),
    };
    let problem = Problem::Expected {
        expected,
        found: match found.word {
            "" => "the end".to_owned(),
            word => format!("`{word}`"),
        },
    };
    let fault = Fault::new(problem, found.span);
    match hint(&found, &expectations, rules) {
        Some(hint) => fault.with_hint(hint),
        None => fault,
    }
}

/// What may follow a text that breaks off.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// Words of the language.
    pub words: Vec<&'static str>,
    /// Whether a set may: kinds, shorthands, `let` names.
    pub sets: bool,
    /// Whether an action may.
    pub actions: bool,
    /// Whether an attribute may.
    pub attributes: bool,
    /// Whether a context key may.
    pub keys: bool,
}

/// Returns what may follow `text`; nothing where it is wrong before its end.
pub fn expected_after(text: &str) -> Expected {
    // A question that could end here may also go on, and what the parser would
    // have taken it says only when it fails: so it meets a sign that nothing takes.
    let mut broken = format!("{text} \u{201c}");
    let (offset, expected) = loop {
        match whocan_grammar::parse(&broken) {
            Err(SyntaxError::Unexpected { offset, expected }) => break (offset, expected),
            // Inside of parentheses: what closes them stands behind the sign.
            Err(SyntaxError::Imbalance(Imbalance::Unclosed(_))) => broken.push(')'),
            _ => return Expected::default(),
        }
    };
    if !broken[offset..].trim_start().starts_with('\u{201c}') {
        return Expected::default();
    }
    let mut after = Expected::default();
    for rule in expected {
        after.sets |= is_set(rule) || rule == Rule::place || rule == Rule::choice;
        after.actions |= is_action_place(rule);
        after.attributes |= matches!(
            rule,
            Rule::attribute
                | Rule::comparison
                | Rule::negation
                | Rule::conjunction
                | Rule::predicate
                | Rule::order_key
        );
        after.keys |= matches!(rule, Rule::context_key | Rule::given_item);
        let words = expectation(rule).map_or(&[][..], |expected| expected.words);
        after.words.extend(words);
    }
    after.words.sort_unstable();
    after.words.dedup();
    after
}

/// What stands at the place: a word, a sign, or nothing.
struct Found<'t> {
    word: &'t str,
    span: Span,
    /// Whether a statement or question starts on the next line.
    starts_line: bool,
    /// The statement up to here.
    before: &'t str,
}

fn found(text: &str, offset: usize) -> Found<'_> {
    let rest = skip_blanks(&text[offset..]);
    let start = text.len() - rest.len();
    if rest.is_empty() {
        let end = text.trim_end().len();
        return Found {
            word: "",
            span: Span { start: end, end },
            starts_line: false,
            before: text.rsplit(';').next().unwrap_or_default().trim(),
        };
    }
    let special = |char: char| char.is_whitespace() || ",;()=\"#".contains(char);
    let end = rest.find(special).unwrap_or(rest.len());
    let end = match rest.chars().next() {
        Some('"') => rest[1..].find('"').map_or(rest.len(), |at| at + 2),
        Some(first) => end.max(first.len_utf8()),
        None => 0,
    };
    let before = text[..start].trim_end_matches([' ', '\t']);
    Found {
        word: &rest[..end],
        span: Span {
            start,
            end: start + end,
        },
        starts_line: before.ends_with('\n'),
        before: before.rsplit(';').next().unwrap_or_default().trim(),
    }
}

fn skip_blanks(text: &str) -> &str {
    let mut rest = text.trim_start();
    while rest.starts_with('#') {
        rest = rest.find('\n').map_or("", |at| &rest[at..]).trim_start();
    }
    rest
}

fn hint(found: &Found<'_>, expectations: &[Expectation], rules: &[Rule]) -> Option<String> {
    let word = found.word;
    let expects = |rule: Rule| rules.contains(&rule);
    let is_action = whocan_grammar::is_action(word);
    if word.starts_with(['\u{201c}', '\u{201d}', '\u{2018}', '\u{2019}', '\'', '`']) {
        return Some("quotes are plain: `\"`".to_owned());
    }
    if STATEMENTS.contains(&word.to_lowercase().as_str()) && expects(Rule::EOI) {
        let place = if found.starts_line {
            "line"
        } else {
            "question"
        };
        return Some(format!("end the {place} before it with `;`"));
    }
    if expects(Rule::CAN) && (is_action || word.eq_ignore_ascii_case("reach")) {
        return Some(format!("put `can` before it: `can {word}`"));
    }
    let habit = Habit {
        written: word,
        word: &word.to_lowercase(),
        before: found.before,
        rules,
    };
    if let Some(hint) = habit.hint() {
        return Some(hint);
    }
    let words = expectations.iter().flat_map(|expected| expected.words);
    if let Some(near) = nearest(word, words.copied()) {
        return Some(format!("did you mean `{near}`?"));
    }
    let expects_set = rules.iter().any(|rule| is_set(*rule));
    let verb = ["reach", "can", "do"].contains(&word);
    if expects_set && verb {
        return Some(format!("say who: `role/ci {word} ...`"));
    }
    if expects(Rule::ON) && word.contains(['/', ':']) && !is_action {
        return Some(format!("put `on` before the resource: `on {word}`"));
    }
    let expects_action = rules.iter().any(|rule| is_action_place(*rule));
    if expects_action && !word.is_empty() {
        return action_hint(word);
    }
    if is_action && expects_set {
        return Some(format!("`{word}` is an action, and a set is needed here"));
    }
    if word == "," && expects(Rule::OR) {
        return Some("sets are joined by `or`".to_owned());
    }
    let expects_name = expects_set || expects(Rule::value) || expectations.is_empty();
    if whocan_grammar::is_reserved(word) && expects_name {
        return Some(format!(
            "`{word}` is a word of the language; quote it to mean a name"
        ));
    }
    None
}

fn is_set(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::set | Rule::both | Rule::filtered | Rule::primary | Rule::quoted | Rule::subject
    )
}

fn is_action_place(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::action | Rule::actions | Rule::deed | Rule::access | Rule::aim | Rule::which_target
    )
}

fn action_hint(word: &str) -> Option<String> {
    if word.contains('/') || word.starts_with("arn:") {
        return Some(
            "an action is `prefix:Name`; to ask who becomes a principal say `reach`".to_owned(),
        );
    }
    // Of three letters anything is near.
    let near = (word.len() >= 4).then(|| crate::resolve::nearest_action(word));
    if let Some(near) = near.flatten() {
        return Some(format!(
            "an action is `prefix:Name`: did you mean `{near}`?"
        ));
    }
    Some("an action is `prefix:Name`, such as `s3:GetObject` or `s3:Get*`".to_owned())
}

/// Returns the phrases in order, each once; a long list of clauses is one phrase.
fn phrases(expectations: &[Expectation]) -> Vec<&'static str> {
    let mut phrases = Vec::new();
    for expected in expectations {
        if !phrases.contains(&expected.phrase) {
            phrases.push(expected.phrase);
        }
    }
    phrases.sort_by_key(|phrase| match *phrase {
        END => 3,
        CLAUSE => 2,
        FILTER => 1,
        _ => 0,
    });
    phrases
}

const FILTER: &str = "a filter (`with`, `in`, `outside`)";
const CLAUSE: &str = "a clause such as `where` or `given`";
const END: &str = "the end";

fn join(phrases: Vec<&'static str>) -> String {
    match phrases.as_slice() {
        [] => "something else".to_owned(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// Names a rule; `None` where another rule at the same place says it better.
fn expectation(rule: Rule) -> Option<Expectation> {
    let (phrase, words): (&'static str, &'static [&'static str]) = match rule {
        Rule::text | Rule::statement | Rule::binding | Rule::assertion | Rule::asked => {
            ("a question, `let` or `assert`", STATEMENTS)
        }
        Rule::question | Rule::shape => ("a question such as `who can ...`", QUESTIONS),
        Rule::clause => (CLAUSE, CLAUSES),
        Rule::filter | Rule::with | Rule::inside | Rule::outside => (FILTER, FILTERS),
        Rule::access => ("`reach` or an action such as `s3:GetObject`", &["reach"]),
        Rule::deed | Rule::actions | Rule::action => ("an action such as `s3:GetObject`", &[]),
        Rule::aim => (
            "an action such as `s3:GetObject` or a set of principals",
            &[],
        ),
        Rule::subject => ("a principal such as `role/ci` or a set of them", &[]),
        Rule::which_target => ("an action or a principal", &["reach"]),
        Rule::set | Rule::both | Rule::filtered | Rule::primary | Rule::counted => {
            ("a set such as `roles` or `bucket/logs`", &[])
        }
        Rule::thing | Rule::quoted => ("a name, ARN or glob", &[]),
        Rule::place => (
            "`org`, an account or a unit such as `account/prod`",
            &["org"],
        ),
        Rule::predicate | Rule::conjunction | Rule::negation => {
            ("a condition such as `hops > 1`", &["not"])
        }
        Rule::comparison | Rule::attribute => ("an attribute such as `principal.account`", &[]),
        Rule::comparator => ("`=`, `!=`, `<` or `>`", &[]),
        Rule::word_operator => ("`like`, `matches` or `has`", &["like", "matches", "has"]),
        Rule::choice | Rule::choices => ("`(` and values, or a set", &[]),
        Rule::value | Rule::moment | Rule::plain => ("a value", &[]),
        Rule::duration => ("a stretch of time such as `90d`", &[]),
        Rule::equals => ("`=`", &[]),
        Rule::number => ("a number", &[]),
        Rule::bound => (
            "`none`, `some`, `exactly N`, `at most N`, `at least N` or `only SET`",
            &["none", "some", "exactly", "at", "only", "no"],
        ),
        Rule::path_kind => (
            "`paths`, `shortest path` or `all paths`",
            &["paths", "shortest", "all"],
        ),
        Rule::edge_kind => ("a kind of edge such as `AssumeRole` or `any`", &[]),
        Rule::context_key | Rule::given_item => {
            ("a context key such as `aws:MultiFactorAuthPresent`", &[])
        }
        Rule::policy_type => (
            "what to leave out, such as `scps` or `resource policies`",
            &crate::resolve::IGNORED,
        ),
        Rule::order_key => ("an attribute to order by", &[]),
        Rule::new_name => ("a new name", &[]),
        Rule::on => ("`on`", &["on"]),
        Rule::ALL | Rule::all_of => ("`all of`", &["all"]),
        Rule::EOI => (END, &[]),
        keyword => return keyword_expectation(keyword),
    };
    Some(Expectation { phrase, words })
}

macro_rules! keywords {
    ($($rule:ident $word:literal),* $(,)?) => {
        fn keyword_expectation(rule: Rule) -> Option<Expectation> {
            match rule {
                $(Rule::$rule => Some(Expectation {
                    phrase: concat!("`", $word, "`"),
                    words: &[$word],
                }),)*
                _ => None,
            }
        }
    };
}

keywords! {
    ABSENT "absent", ACCESS "access", ALL "all", AND "and", AS "as", ASC "asc", ASSERT "assert",
    AT "at", AVOIDING "avoiding", BY "by", CAN "can", COLLECTED "collected", COUNT "count", CYCLES "cycles",
    DEPENDENCIES "dependencies", DESC "desc", DO "do", EXACTLY "exactly", EXCEPT "except",
    EXISTS "exists", EXPAND "expand", EXPLAIN "explain", FROM "from", GIVEN "given",
    GROUP "group", HAS "has", HOP "hop", HOPS "hops", IGNORING "ignoring", IN "in",
    INCLUDING "including", LEAST "least", LET "let", LIKE "like", LIMIT "limit", LIST "list",
    MATCHES "matches", MATRIX "matrix", MINUS "minus", MORE "more", MOST "most", NO "no",
    NONE "none", NOT "not", OF "of", ON "on", ONLY "only", OR "or", ORDER "order", ORG "org",
    OUTSIDE "outside", PATH "path", PATHS "paths", PLAN "plan", POINT "point", POLICY "policy",
    POSSIBLY "possibly", PRESENT "present", REACH "reach", RETURN "return", SESSION "session",
    SHORTEST "shortest", SHOW "show", SOME "some", SURELY "surely", THAN "than",
    THROUGH "through", TO "to", UNDER "under", VIA "via", WHAT "what", WHERE "where",
    WHICH "which", WHO "who", WHY "why", WITH "with", WITHIN "within",
}
