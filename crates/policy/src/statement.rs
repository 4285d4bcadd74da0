//! Statements of a policy document.

use crate::document::read_label;
use crate::json::Json;
use crate::reading::{Place, Reading};
use crate::{
    ActionPattern, Condition, PrincipalClause, ProblemKind, ResourcePattern, Truth, condition,
    principal,
};

/// Whether a statement allows or denies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// `Allow`.
    Allow,
    /// `Deny`.
    Deny,
}

/// One statement, as its document writes it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Statement {
    /// The position in the document, from 0.
    pub index: u32,
    /// The label, if any.
    pub sid: Option<Box<str>>,
    /// The effect; `None` if it is missing or not exactly `Allow` or `Deny` (R10, R11).
    pub effect: Option<Effect>,
    /// `Principal` or `NotPrincipal`; `None` if both are missing, and in a
    /// doubtful statement if both are there or unreadable.
    pub principal: Option<PrincipalClause>,
    /// `Action` or `NotAction`; `None` only in a doubtful statement: if both
    /// are missing, both are there, or one is unreadable.
    pub actions: Option<ActionClause>,
    /// `Resource` or `NotResource`; `None` if both are missing, and in a
    /// doubtful statement if both are there or unreadable.
    pub resources: Option<ResourceClause>,
    /// All readable conditions, in document order; every one must hold.
    pub conditions: Vec<Condition>,
    /// Whether the statement breaks the grammar so that its meaning is open:
    /// where it would otherwise match, it counts as unknown (R12, R16). An
    /// element that is `None` here may mean anything.
    pub doubtful: bool,
}

/// `Action` or `NotAction`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActionClause {
    /// Whether it is `NotAction`.
    pub negated: bool,
    /// The patterns, in document order.
    pub patterns: Vec<ActionPattern>,
}

/// `Resource` or `NotResource`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceClause {
    /// Whether it is `NotResource`.
    pub negated: bool,
    /// The patterns, in document order.
    pub patterns: Vec<ResourcePattern>,
}

impl ActionClause {
    /// Returns whether the clause covers the action `name`.
    ///
    /// A clause without patterns covers none, negated or not (R14).
    pub fn covers(&self, name: &str) -> bool {
        !self.patterns.is_empty()
            && self.patterns.iter().any(|pattern| pattern.matches(name)) != self.negated
    }
}

impl Statement {
    /// Returns whether the statement can never have an effect: no valid
    /// effect (R11), or an empty list of actions or resources (R14).
    pub fn is_inert(&self) -> bool {
        let no_actions = self
            .actions
            .as_ref()
            .is_some_and(|clause| clause.patterns.is_empty());
        let no_resources = self
            .resources
            .as_ref()
            .is_some_and(|clause| clause.patterns.is_empty());
        self.effect.is_none() || no_actions || no_resources
    }

    /// Returns whether the statement covers the action `name`.
    ///
    /// Unknown if its actions are (R12); whether the rest of it is doubtful
    /// does not matter here.
    pub fn covers_action(&self, name: &str) -> Truth {
        match &self.actions {
            Some(clause) => clause.covers(name).into(),
            None => Truth::Unknown,
        }
    }

    pub(crate) fn read(
        index: u32,
        pairs: Vec<(String, Json)>,
        place: &Place<'_>,
        reading: &mut Reading,
    ) -> Statement {
        let elements = Elements::sort(pairs, place, reading);
        let mut doubtful = false;
        Statement {
            index,
            sid: read_label(elements.sid, &place.element("Sid"), reading),
            effect: read_effect(elements.effect, place, reading),
            principal: read_principal(elements.principal, place, reading, &mut doubtful),
            actions: read_actions(elements.action, place, reading, &mut doubtful),
            resources: read_resources(elements.resource, place, reading, &mut doubtful),
            conditions: condition::read(
                elements.condition,
                &place.element("Condition"),
                reading,
                &mut doubtful,
            ),
            doubtful,
        }
    }
}

/// The elements of a statement, told apart by name.
#[derive(Default)]
struct Elements {
    sid: Option<Json>,
    effect: Option<Json>,
    principal: Forms,
    action: Forms,
    resource: Forms,
    condition: Option<Json>,
}

/// The plain and the negated form of an element.
#[derive(Default)]
struct Forms {
    plain: Option<Json>,
    negated: Option<Json>,
}

impl Elements {
    fn sort(pairs: Vec<(String, Json)>, place: &Place<'_>, reading: &mut Reading) -> Elements {
        let mut elements = Elements::default();
        for (name, value) in pairs {
            let slot = match name.as_str() {
                "Sid" => &mut elements.sid,
                "Effect" => &mut elements.effect,
                "Principal" => &mut elements.principal.plain,
                "NotPrincipal" => &mut elements.principal.negated,
                "Action" => &mut elements.action.plain,
                "NotAction" => &mut elements.action.negated,
                "Resource" => &mut elements.resource.plain,
                "NotResource" => &mut elements.resource.negated,
                "Condition" => &mut elements.condition,
                _ => {
                    let kind = ProblemKind::UnknownElement(name.clone());
                    reading.note_malformed(&place.element(&name), kind);
                    continue;
                }
            };
            *slot = Some(value);
        }
        elements
    }
}

fn read_effect(json: Option<Json>, place: &Place<'_>, reading: &mut Reading) -> Option<Effect> {
    let kind = match json {
        Some(Json::Text(text)) => match text.as_str() {
            "Allow" => return Some(Effect::Allow),
            "Deny" => return Some(Effect::Deny),
            _ => ProblemKind::Effect(text),
        },
        Some(_) => ProblemKind::WrongType("`Allow` or `Deny`"),
        None => {
            reading.note(place, ProblemKind::Missing("Effect"));
            return None;
        }
    };
    reading.note(&place.element("Effect"), kind);
    None
}

fn read_principal(
    forms: Forms,
    place: &Place<'_>,
    reading: &mut Reading,
    doubtful: &mut bool,
) -> Option<PrincipalClause> {
    let names = "`Principal` and `NotPrincipal`";
    let (negated, json) = forms.only(names, place, reading, doubtful)?;
    let place = place.element(if negated { "NotPrincipal" } else { "Principal" });
    let entries = principal::read(json, &place, reading, doubtful)?;
    Some(PrincipalClause { negated, entries })
}

fn read_actions(
    forms: Forms,
    place: &Place<'_>,
    reading: &mut Reading,
    doubtful: &mut bool,
) -> Option<ActionClause> {
    let names = "`Action` and `NotAction`";
    if forms.plain.is_none() && forms.negated.is_none() {
        reading.note(place, ProblemKind::Alternatives(names));
        *doubtful = true;
        return None;
    }
    let (negated, json) = forms.only(names, place, reading, doubtful)?;
    let name = if negated { "NotAction" } else { "Action" };
    let place = place.element(name);
    let texts = read_texts(name, json, &place, reading, doubtful)?;
    let patterns: Vec<_> = texts.iter().map(|text| ActionPattern::new(text)).collect();
    for pattern in patterns.iter().filter(|pattern| pattern.is_odd()) {
        reading.note(&place, ProblemKind::OddAction(pattern.as_str().to_owned()));
    }
    Some(ActionClause { negated, patterns })
}

fn read_resources(
    forms: Forms,
    place: &Place<'_>,
    reading: &mut Reading,
    doubtful: &mut bool,
) -> Option<ResourceClause> {
    let names = "`Resource` and `NotResource`";
    let (negated, json) = forms.only(names, place, reading, doubtful)?;
    let name = if negated { "NotResource" } else { "Resource" };
    let texts = read_texts(name, json, &place.element(name), reading, doubtful)?;
    let patterns = texts
        .iter()
        .map(|text| ResourcePattern::parse(text, reading.variables))
        .collect();
    Some(ResourceClause { negated, patterns })
}

impl Forms {
    /// Returns the form that is there, and whether it is the negated one.
    fn only(
        self,
        names: &'static str,
        place: &Place<'_>,
        reading: &mut Reading,
        doubtful: &mut bool,
    ) -> Option<(bool, Json)> {
        match (self.plain, self.negated) {
            (None, None) => None,
            (Some(json), None) => Some((false, json)),
            (None, Some(json)) => Some((true, json)),
            (Some(_), Some(_)) => {
                reading.note(place, ProblemKind::Alternatives(names));
                *doubtful = true;
                None
            }
        }
    }
}

/// Reads one text or a list of texts (R8).
pub(crate) fn read_texts(
    name: &'static str,
    json: Json,
    place: &Place<'_>,
    reading: &mut Reading,
    doubtful: &mut bool,
) -> Option<Vec<String>> {
    let texts = match json {
        Json::Text(text) => Some(vec![text]),
        Json::List(entries) => entries
            .into_iter()
            .map(|entry| match entry {
                Json::Text(text) => Some(text),
                _ => None,
            })
            .collect(),
        _ => None,
    };
    match &texts {
        None => {
            reading.note(place, ProblemKind::WrongType("text or a list of texts"));
            *doubtful = true;
        }
        Some(texts) if texts.is_empty() => reading.note(place, ProblemKind::EmptyList(name)),
        Some(_) => {}
    }
    texts
}
