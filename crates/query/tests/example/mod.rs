//! The example organization as a place to ask questions, and answers as text.

mod bundle;

use std::fmt::Write;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use roaring::RoaringBitmap;
use whocan_eval::{Decision, Remedy};
use whocan_graph::PrincipalId;
use whocan_index::{Ask, Cell, Hop, Index, Reached, Verdicts, Walk};
use whocan_policy::catalogue::ActionId;
use whocan_policy::{Region, Truth};
use whocan_query::ast::Question;
use whocan_query::attribute::Value;
use whocan_query::engine::{Engine, Goal, Indexed};
use whocan_query::rows::{Answer, Row};
use whocan_query::{Context, Names, Other, QueryError, answer};

static INDEX: LazyLock<Index> = LazyLock::new(|| index_without(""));

/// The same as it was before a role was there.
static EARLIER: LazyLock<Index> = LazyLock::new(|| index_without("reporting"));

/// Returns the example's index without the roles of a name.
fn index_without(role: &str) -> Index {
    bundle::index(&folder().join("example"), |account| {
        account
            .roles
            .retain(|one| role.is_empty() || !one.arn.ends_with(&format!("/{role}")));
    })
}

/// Returns the folder of the workspace, whichever package this is built for.
fn folder() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let above = here.ancestors();
    let found = above.into_iter().find(|one| one.join("example").is_dir());
    found.expect("the example is in the workspace")
}

/// Returns the index of the example, for questions past the language.
#[allow(dead_code, reason = "some tests use the rest")]
pub fn index() -> &'static Index {
    &INDEX
}

/// Answers a text; the last answer, or the error, as text.
#[allow(dead_code, reason = "some tests use the rest")]
pub fn ask(text: &str) -> String {
    ask_with(text, &Indexed::new(&INDEX))
}

/// Answers a text with an engine that is asked for every action and everybody.
#[allow(dead_code, reason = "some tests use the rest")]
pub fn ask_plainly(text: &str) -> String {
    ask_with(text, &Plain(Indexed::new(&INDEX)))
}

/// Plans a question of `text`; the plan as it is written out.
#[allow(dead_code, reason = "some tests use the rest")]
pub fn planned(text: &str, question: &Question) -> Result<String, QueryError> {
    let engine = Indexed::new(&INDEX);
    let context = Context {
        graph: INDEX.graph(),
        engine: &engine,
        as_of: None,
        others: &[],
        read_policy: &|file| Err(format!("no file `{file}` in tests")),
        rows_with_evidence: 200,
    };
    whocan_query::plan(text, question, context, &Names::default()).map(|plan| format!("{plan:?}"))
}

fn ask_with(text: &str, engine: &dyn Engine) -> String {
    let mut names = Names::default();
    let earlier = text.contains("as of earlier");
    let earlier = earlier.then(|| Indexed::new(&EARLIER));
    let others = earlier.iter().map(|engine| Other {
        name: "earlier",
        graph: EARLIER.graph(),
        engine,
    });
    let others: Vec<Other<'_>> = others.collect();
    let context = Context {
        graph: INDEX.graph(),
        engine,
        as_of: None,
        others: &others,
        read_policy: &|file| Err(format!("no file `{file}` in tests")),
        rows_with_evidence: 200,
    };
    let mut last = String::new();
    let mut give = |answer: Answer| last = shown(&answer);
    match answer(text, context, &mut names, &mut give) {
        Ok(()) => last,
        Err(error) => error.pointed(),
    }
}

/// An engine that shares nothing and looks at everybody.
struct Plain<'a>(Indexed<'a>);

impl Engine for Plain<'_> {
    fn can(&self, ask: &Ask, _: Option<&RoaringBitmap>) -> Verdicts {
        self.0.can(ask, None)
    }

    fn parts(&self, ask: &Ask, region: &Region, _: Option<&RoaringBitmap>) -> Vec<Cell> {
        self.0.parts(ask, region, None)
    }

    fn alike(&self, all: &[ActionId], _: &Ask, _: Option<&RoaringBitmap>) -> Vec<Vec<ActionId>> {
        all.iter().map(|action| vec![*action]).collect()
    }

    fn reach(&self, goal: &Goal, walk: &Walk, _: Option<&RoaringBitmap>) -> Reached {
        self.0.reach(goal, walk, None)
    }

    fn paths(
        &self,
        from: &[PrincipalId],
        goal: &Goal,
        walk: &Walk,
        _: Option<&RoaringBitmap>,
    ) -> Vec<Option<whocan_index::Path>> {
        self.0.paths(from, goal, walk, None)
    }

    fn candidates(&self, from: PrincipalId, walk: &Walk) -> RoaringBitmap {
        self.0.candidates(from, walk)
    }

    fn next_roles(
        &self,
        from: PrincipalId,
        walk: &Walk,
        among: &RoaringBitmap,
    ) -> Vec<(Hop, Truth)> {
        self.0.next_roles(from, walk, among)
    }

    fn callers(&self, role: PrincipalId, walk: &Walk) -> Arc<Verdicts> {
        self.0.callers(role, walk)
    }

    fn tells_sessions_apart(&self, walk: &Walk) -> bool {
        self.0.tells_sessions_apart(walk)
    }

    fn candidate_actions(&self, principal: PrincipalId) -> Vec<ActionId> {
        self.0.candidate_actions(principal)
    }

    fn explain(&self, caller: PrincipalId, ask: &Ask, strict: bool) -> Option<Decision> {
        self.0.explain(caller, ask, strict)
    }

    fn remedy(&self, caller: PrincipalId, ask: &Ask, strict: bool) -> Option<Remedy> {
        self.0.remedy(caller, ask, strict)
    }
}

fn shown(answer: &Answer) -> String {
    let mut out = String::new();
    let rows = &answer.rows;
    if let Some(assertion) = &answer.assertion {
        let verb = if assertion.holds { "holds" } else { "fails" };
        let _ = writeln!(out, "{verb}: {}", assertion.reason);
    }
    let _ = writeln!(out, "{}, {} rows", answer.outcome.word(), rows.total);
    for row in &rows.rows {
        let cells: Vec<String> = row.cells.iter().map(value).collect();
        let _ = writeln!(out, "{}", cells.join(" | ").trim_end_matches([' ', '|']));
        if answer.explain {
            evidence(&mut out, row);
        }
    }
    if rows.hidden_because_of_gaps > 0 {
        let _ = writeln!(out, "{} hidden by gaps", rows.hidden_because_of_gaps);
    }
    for gap in &rows.gaps {
        let _ = writeln!(out, "gap: {gap}");
    }
    for note in &rows.notes {
        let _ = writeln!(out, "note: {note}");
    }
    out
}

fn evidence(out: &mut String, row: &Row) {
    for call in &row.evidence {
        let _ = writeln!(
            out,
            "  {} {} {}",
            call.decision.label(),
            call.action,
            call.resource
        );
        for one in &call.decision.reason().evidence {
            let _ = writeln!(out, "    {:?} {} {}", one.side, one.source, one.statement);
        }
    }
}

fn value(value: &Value) -> String {
    match value {
        Value::Missing => String::new(),
        Value::Unknown => "?".to_owned(),
        Value::Flag(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Text(text) => text.to_string(),
        Value::Names(names) => names.last().map_or(String::new(), |name| name.to_string()),
        Value::Time(time) => time.to_string(),
        Value::List(list) => list.join(", "),
        Value::Thing(thing) => thing.shorthand(INDEX.graph()),
    }
}
