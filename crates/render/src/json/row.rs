//! Rows as JSON.

use serde::Serialize;
use serde_json::{Map, Value as Json, json};
use whocan_eval::{Decision, Logic, OpenKind, PolicyType, Reason};
use whocan_graph::Graph;
use whocan_policy::Truth;
use whocan_query::attribute::Value;
use whocan_query::rows;
use whocan_query::thing::Thing;

use super::Evidence;
use crate::chain;

/// One row of an answer.
#[derive(Debug, Serialize)]
pub struct Row<'a> {
    /// The values of the columns, by column.
    cells: Map<String, Json>,
    /// `yes`, `no` or `if`; `null` for facts.
    verdict: Option<&'static str>,
    /// The same with gaps taken as a fresh account's defaults.
    as_collected: Option<&'static str>,
    /// Who acts.
    principal: Option<Named>,
    /// On what; an ARN alone if the snapshot does not know it.
    resource: Option<Named>,
    /// What the row lists.
    thing: Option<Named>,
    /// The action, if the row is about one.
    action: Option<&'a str>,
    /// The parts of what was asked that the row is about.
    parts: Vec<Part<'a>>,
    /// How many roles are assumed on the way.
    hops: Option<u32>,
    /// The roles that are assumed, in order.
    path: Option<Vec<Hop<'a>>>,
    /// The calls, in order, with the decision on each.
    evidence: Vec<Call<'a>>,
    /// Under which conditions an *if* holds, all of them.
    conditions: &'a [String],
    /// Whether these conditions contradict each other or always hold.
    logic: Option<Logic>,
    /// What an *if* depends on.
    open: Vec<Open<'a>>,
    /// What encrypted data needs besides, on its key.
    needs: Vec<Need<'a>>,
    /// What of `open` was not collected.
    gaps: Vec<&'a str>,
    /// How many rows a row counts.
    count: Option<i64>,
}

/// A thing and its names.
#[derive(Debug, Serialize)]
pub struct Named {
    arn: String,
    kind: Option<&'static str>,
    name: Option<String>,
    /// Twelve digits.
    account: Option<String>,
    account_name: Option<String>,
}

#[derive(Debug, Serialize)]
struct Part<'a> {
    actions: &'a [String],
    /// Whether it is all that was asked.
    whole: bool,
    resources: Patterns<'a>,
    /// The access point that the request passes.
    route: Option<&'a str>,
    verdict: &'static str,
    as_collected: &'static str,
}

/// ARNs that match one of `within` and none of `except`.
#[derive(Debug, Serialize)]
struct Patterns<'a> {
    within: &'a [String],
    except: &'a [String],
}

#[derive(Debug, Serialize)]
struct Hop<'a> {
    action: &'static str,
    role: Named,
    verdict: &'static str,
    /// The session's source identity and transitive tags, where anything looks at them.
    state: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct Call<'a> {
    from: Named,
    action: &'a str,
    resource: &'a str,
    decision: &'static str,
    explicit: bool,
    denied_by: &'a [PolicyType],
    conditions: &'a [String],
    evidence: Vec<Evidence<'a>>,
    remedy: Option<Remedy<'a>>,
}

/// What would have to change for a denied call to be allowed.
#[derive(Debug, Serialize)]
struct Remedy<'a> {
    /// Ways, each enough by itself.
    ways: &'a [Vec<whocan_eval::Change>],
    /// Whether nothing smaller would do.
    smallest: bool,
    /// What the call would be then.
    then: &'static str,
}

/// What encrypted data needs besides.
#[derive(Debug, Serialize)]
struct Need<'a> {
    action: &'a str,
    key: &'a str,
    verdict: &'static str,
    as_collected: &'static str,
}

#[derive(Debug, Serialize)]
struct Open<'a> {
    subject: &'a str,
    kind: OpenKind,
}

impl<'a> Row<'a> {
    /// Returns `row` in the form that is written.
    pub fn of(row: &'a rows::Row, columns: &[rows::Column], graph: &Graph) -> Row<'a> {
        let named = |thing: Option<Thing>| thing.map(|thing| Named::of(thing, graph));
        let resource = named(row.resource);
        Row {
            cells: cells(row, columns, graph),
            verdict: row.verdict.map(|verdict| verdict.strict.word()),
            as_collected: row.verdict.map(|verdict| verdict.as_collected.word()),
            principal: named(row.principal.map(Thing::Principal)),
            resource: resource.or_else(|| row.resource_text.as_deref().map(Named::text)),
            thing: named(row.thing),
            action: row.action.as_deref(),
            parts: row.parts.iter().map(Part::of).collect(),
            hops: row.hops,
            path: row.path.as_ref().map(|path| hops(path, graph)),
            evidence: row
                .evidence
                .iter()
                .map(|call| Call::of(call, graph))
                .collect(),
            conditions: &row.conditions,
            logic: row.logic,
            open: row
                .open
                .iter()
                .map(|point| Open {
                    subject: &point.subject,
                    kind: point.kind,
                })
                .collect(),
            needs: row
                .needs
                .iter()
                .map(|need| Need {
                    action: &need.action,
                    key: &need.key,
                    verdict: need.verdict.strict.word(),
                    as_collected: need.verdict.as_collected.word(),
                })
                .collect(),
            gaps: gaps(row),
            count: row.count,
        }
    }
}

fn hops<'a>(path: &'a [whocan_index::Hop], graph: &Graph) -> Vec<Hop<'a>> {
    let hops = path.iter().map(|hop| Hop {
        action: hop.action,
        role: Named::of(Thing::Principal(hop.role), graph),
        verdict: rows::Outcome::from(hop.truth).word(),
        state: hop.state.as_deref(),
    });
    hops.collect()
}

fn gaps(row: &rows::Row) -> Vec<&str> {
    let open = row.open.iter();
    open.filter(|point| point.kind == OpenKind::NotCollected)
        .map(|point| point.subject.as_str())
        .collect()
}

fn cells(row: &rows::Row, columns: &[rows::Column], graph: &Graph) -> Map<String, Json> {
    let pairs = columns.iter().zip(&row.cells);
    pairs
        .map(|(column, value)| {
            let json = match column.name.as_str() {
                // Shorthands need not be unique.
                "via" => json!(chain::arns(row, graph)),
                "members" => {
                    let arns = row.members.iter().map(|thing| thing.arn(graph).to_string());
                    json!(arns.collect::<Vec<String>>())
                }
                _ => cell(value, graph),
            };
            (column.name.clone(), json)
        })
        .collect()
}

/// Returns a value: `null` if there is none, `{"not_collected": true}` if it is not known.
fn cell(value: &Value, graph: &Graph) -> Json {
    match value {
        Value::Unknown => json!({"not_collected": true}),
        Value::Missing => Json::Null,
        Value::Flag(flag) => json!(flag),
        Value::Number(number) => json!(number),
        Value::Text(text) => json!(text.as_ref()),
        Value::Names(names) => json!(names.first().map(AsRef::as_ref)),
        Value::Time(time) => json!(time.to_string()),
        Value::List(list) => json!(list.iter().map(AsRef::as_ref).collect::<Vec<&str>>()),
        Value::Thing(thing) => json!(thing.arn(graph).as_ref()),
    }
}

impl Named {
    fn of(thing: Thing, graph: &Graph) -> Named {
        let account = thing.account(graph).map(|account| graph.account(account));
        Named {
            arn: thing.arn(graph).to_string(),
            kind: Some(thing.kind(graph)),
            name: Some(thing.name(graph)),
            account: account.map(|account| account.id.to_string()),
            account_name: account
                .map(|account| account.name.to_string())
                .filter(|name| !name.is_empty()),
        }
    }

    fn text(arn: &str) -> Named {
        Named {
            arn: arn.to_owned(),
            kind: None,
            name: None,
            account: None,
            account_name: None,
        }
    }
}

impl<'a> Part<'a> {
    fn of(part: &'a rows::Part) -> Part<'a> {
        Part {
            actions: &part.actions,
            whole: part.whole,
            resources: Patterns {
                within: &part.within,
                except: &part.except,
            },
            route: part.route.as_deref(),
            verdict: part.verdict.strict.word(),
            as_collected: part.verdict.as_collected.word(),
        }
    }
}

impl<'a> Call<'a> {
    fn of(call: &'a rows::Call, graph: &Graph) -> Call<'a> {
        let (decision, reason): (_, &Reason) = match &call.decision {
            Decision::Allow(reason) => ("allow", reason),
            Decision::Deny(reason) => ("deny", reason),
            Decision::If(reason, _) => ("if", reason),
        };
        Call {
            from: Named::of(Thing::Principal(call.from), graph),
            action: &call.action,
            resource: &call.resource,
            decision,
            explicit: reason.explicit,
            denied_by: &reason.denied_by,
            conditions: &reason.conditions,
            evidence: reason.evidence.iter().map(Evidence::of).collect(),
            remedy: call.remedy.as_ref().map(|remedy| Remedy {
                ways: &remedy.ways,
                smallest: remedy.smallest,
                then: match remedy.then {
                    Truth::True => "allow",
                    Truth::Unknown => "if",
                    Truth::False => "deny",
                },
            }),
        }
    }
}
