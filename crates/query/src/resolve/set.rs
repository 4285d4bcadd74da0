//! Resolves sets.

use std::ops::Range;
use std::sync::Arc;

use roaring::RoaringBitmap;
use whocan_graph::{AccountIndex, Graph, GroupId, PrincipalId};
use whocan_policy::catalogue::facts::ANONYMOUS_ACTIONS;
use whocan_policy::{Arn, Pattern, Truth};

use super::{Answered, Resolver};
use crate::ast::{Filter, FilterKind, Question, Set, SetKind, SetOperator, Span, StatementKind};
use crate::context::Names;
use crate::error::{Fault, Problem};
use crate::kind::{Kind, kind_named, kind_of_shorthand, kinds};
use crate::members::Members;
use crate::nearest::{did_you_mean, nearest};
use crate::plan::Asked;
use crate::run::barren;
use crate::thing::Thing;

impl Resolver<'_> {
    pub(super) fn set(&mut self, set: &Set) -> Result<Members, Fault> {
        match &set.kind {
            SetKind::Name(name) => self.name(name, set.span),
            SetKind::Thing(text) => self.thing(text, set.span),
            SetKind::Question(question) => self.answered(question),
            SetKind::Chain { first, rest } => {
                let mut members = self.set(first)?;
                for (operator, operand) in rest {
                    let operand = self.set(operand)?;
                    members = match operator {
                        SetOperator::Or => members.or(operand),
                        SetOperator::Minus => members.minus(&operand, self.context.graph),
                    };
                }
                Ok(members)
            }
            SetKind::And(sets) => {
                let mut operands = sets.iter();
                let mut members = match operands.next() {
                    Some(first) => self.set(first)?,
                    None => Members::default(),
                };
                for operand in operands {
                    members = members.and(&self.set(operand)?, self.context.graph);
                }
                Ok(members)
            }
            SetKind::Filtered {
                set: inner,
                filters,
            } => {
                let before = self.notes.len();
                let mut members = self.set(inner)?;
                let (count, noted) = (members.count(), self.notes.len());
                for filter in filters {
                    members = self.filtered(members, filter)?;
                }
                // What was narrowed is no longer what its notes count.
                if members.count() != count {
                    self.notes.drain(before..noted);
                }
                Ok(members)
            }
        }
    }

    /// Returns the answer to a question in parentheses, which is asked once.
    fn answered(&mut self, question: &Question) -> Result<Members, Fault> {
        let place = (question.span.start, question.span.end);
        let known = self.inner.answers.borrow().get(&place).cloned();
        if let Some(Answered { members, notes }) = known {
            notes.into_iter().for_each(|note| self.note(note));
            return Ok(members);
        }
        let before = self.notes.len();
        let members = self.asked(question)?;
        let answer = Answered {
            members: members.clone(),
            notes: self.notes[before..].to_vec(),
        };
        self.inner.answers.borrow_mut().insert(place, answer);
        Ok(members)
    }

    /// Asks a question in parentheses, of another snapshot if it says so.
    fn asked(&mut self, question: &Question) -> Result<Members, Fault> {
        let here = self.context;
        let clause = question.clauses.as_of.as_ref();
        let name = clause.and_then(|clause| clause.value.text());
        let asked = name.filter(|_| name != here.as_of);
        let Some((name, there)) = asked.and_then(|name| Some((name, here.of_other(name)?))) else {
            let (members, notes) = crate::run::members_of(question, here, self.names)?;
            notes.into_iter().for_each(|note| self.note(note));
            return Ok(members);
        };
        let names = self.names.carried(here.graph, there.graph);
        let (members, notes) = crate::run::members_of(question, there, &names)?;
        notes.into_iter().for_each(|note| self.note(note));
        let (members, lost) = members.carried(there.graph, here.graph);
        if !lost.is_empty() {
            self.note(not_here(&lost, name, there.graph));
        }
        Ok(members)
    }

    /// Narrows a set by one filter.
    pub(super) fn filtered(&mut self, members: Members, filter: &Filter) -> Result<Members, Fault> {
        match &filter.kind {
            FilterKind::With(predicate) => {
                let check = self.set_predicate(predicate)?;
                let mut members = self.known(members, filter.span)?;
                let graph = self.context.graph;
                let before = members.clone();
                let mut open = 0;
                members.retain(|thing| {
                    let truth = check.of_thing(graph, thing);
                    open += usize::from(truth == Truth::Unknown);
                    truth == Truth::True
                });
                if members.is_empty() && open == 0 && !before.is_empty() {
                    let before: Vec<Thing> = before.things().collect();
                    let what = format!("`with {predicate}` leaves none of {}", before.len());
                    let instead = barren::of_members(&check, &before, graph);
                    self.note(match instead {
                        Some(instead) => format!("{what}: {instead}"),
                        None => what,
                    });
                }
                if open > 0 {
                    self.note(format!(
                        "{open} left out: whether `{predicate}` holds for them was not collected"
                    ));
                }
                Ok(members)
            }
            FilterKind::In(place) => {
                let accounts = self.place(place)?;
                Ok(self.inside(members, &accounts))
            }
            FilterKind::Outside(place) => {
                let accounts = self.place(place)?;
                self.outside(members, &accounts, filter.span)
            }
        }
    }

    /// Turns regions into the known things that they hold, which is all that has attributes.
    pub(super) fn known(&mut self, members: Members, span: Span) -> Result<Members, Fault> {
        if members.regions.is_empty() {
            return Ok(members);
        }
        let graph = self.context.graph;
        let mut all = self.kind(Kind::Principal);
        for kind in [Kind::Group, Kind::Policy, Kind::Resource] {
            all = all.or(self.kind(kind));
        }
        all.retain(|thing| members.regions_hold(&thing.arn(graph)));
        if all.is_empty() && members.count() == 0 {
            return Err(self.not_collected(&members, span));
        }
        let mut known = members;
        known.regions.clear();
        Ok(known.or(all))
    }

    fn name(&mut self, name: &str, span: Span) -> Result<Members, Fault> {
        if let Some(members) = self.names.get(name) {
            return Ok(members.clone());
        }
        if let Some(kind) = kind_named(name) {
            return Ok(self.kind(kind));
        }
        if name.eq_ignore_ascii_case("public") {
            return self.public();
        }
        if name.eq_ignore_ascii_case("org") {
            let accounts = self.organization(span)?;
            return Ok(Members {
                accounts,
                ..Members::default()
            });
        }
        Err(self.unknown_name(name, span))
    }

    /// Returns the known resources on which callers without credentials can do
    /// something, and those on which they could if a gap allowed it.
    pub(super) fn asked_public(&mut self) -> Result<Arc<Asked>, Fault> {
        if let Some(known) = self.inner.asked_public.get() {
            return Ok(known.clone());
        }
        let named = self.public()?;
        let open = self.able_anyone("possibly")?;
        let asked = Arc::new(Asked { named, open });
        Ok(self.inner.asked_public.get_or_init(|| asked).clone())
    }

    fn public(&mut self) -> Result<Members, Fault> {
        if let Some(known) = self.inner.public.get() {
            return Ok(known.clone());
        }
        let public = self.able_anyone("")?;
        Ok(self.inner.public.get_or_init(|| public).clone())
    }

    fn able_anyone(&mut self, certainty: &str) -> Result<Members, Fault> {
        let text = format!(
            "which resources can anyone {} {certainty}",
            ANONYMOUS_ACTIONS.rows.join(", ")
        );
        let ast = crate::parse(&text).expect("the catalogue's patterns are actions");
        let question = ast
            .statements
            .into_iter()
            .find_map(|statement| match statement.kind {
                StatementKind::Ask(question) => Some(question),
                _ => None,
            });
        let question = question.expect("the text is one question");
        let (members, _) = crate::run::members_of(&question, self.context, &Names::default())?;
        Ok(members)
    }

    fn unknown_name(&self, name: &str, span: Span) -> Fault {
        let fault = Fault::new(Problem::UnknownSet(name.to_owned()), span);
        if let Some(hint) = self.kinds_hint(name) {
            return fault.with_hint(hint);
        }
        if crate::attribute::named(name).is_some() {
            return fault.with_hint(format!(
                "`{name}` is an attribute; several conditions stand in parentheses: `with (... and {name})`"
            ));
        }
        if name.ends_with(".amazonaws.com") {
            return fault.with_hint(format!("things carry their kind: `service/{name}`"));
        }
        let words = kinds().flat_map(|row| [row.plural, row.singular]);
        match nearest(name, self.names.names().chain(words)) {
            Some(near) => fault.with_hint(format!("did you mean `{near}`?")),
            None => fault.with_hint("a bare word is a kind such as `roles` or a `let` name"),
        }
    }

    /// Says under which kinds there is something of this name.
    fn kinds_hint(&self, name: &str) -> Option<String> {
        let called = self.called(name);
        let quoted: Vec<String> = called.iter().map(|one| format!("`{one}`")).collect();
        let all = match quoted.as_slice() {
            [] => return None,
            [one] => one.clone(),
            [first @ .., last] => format!("{} or {last}", first.join(", ")),
        };
        Some(format!("things carry their kind: {all}"))
    }

    fn thing(&mut self, text: &str, span: Span) -> Result<Members, Fault> {
        if text == "*" {
            return Ok(Members::region(Pattern::glob("*")));
        }
        if text.starts_with("arn:") {
            return arn(text, span);
        }
        if let Some(id) = self.context.graph.principal_of(text) {
            return Ok(Members::of(Thing::Principal(id)));
        }
        match text.split_once('/') {
            Some((word, name)) => match kind_of_shorthand(word) {
                Some(kind) => self.shorthand(kind, word, name, span),
                None => self.bucket_path(text, span),
            },
            None if text.contains(['*', '?']) => self.glob(text, span),
            None => match self.kinds_hint(text) {
                Some(hint) => {
                    Err(Fault::new(Problem::UnknownSet(text.to_owned()), span).with_hint(hint))
                }
                None => Err(Fault::new(Problem::NoSuchThing(text.to_owned()), span)),
            },
        }
    }

    /// Resolves `kind/name`: all things of that name.
    fn shorthand(
        &mut self,
        kind: Kind,
        word: &str,
        name: &str,
        span: Span,
    ) -> Result<Members, Fault> {
        let members = self.lookup(kind, name);
        if !members.is_empty() {
            self.note_several(word, name, &members);
            return Ok(members);
        }
        if let Kind::ResourceOf(resource) = kind
            && resource.service == "s3"
            && name.contains('/')
        {
            return self.bucket_path(name, span);
        }
        if name.contains(['*', '?']) {
            self.note(format!("`{word}/{name}` matches nothing in this snapshot"));
            return Ok(Members::default());
        }
        let fault = Fault::new(Problem::NoSuchThing(format!("{word}/{name}")), span);
        Err(self.hint_for_name(fault, kind, word, name))
    }

    fn hint_for_name(&self, fault: Fault, kind: Kind, word: &str, name: &str) -> Fault {
        let graph = self.context.graph;
        let known: Vec<String> = self
            .kind(kind)
            .things()
            .map(|one| one.name(graph))
            .collect();
        if let Some(near) = nearest(name, known.iter().map(String::as_str)) {
            return fault.with_hint(format!("did you mean `{word}/{near}`?"));
        }
        let (short, lower) = (name.len() >= 3, name.to_lowercase());
        let begins = known.iter().find(|known| {
            let known = known.to_lowercase();
            short && known.len() >= 3 && (known.starts_with(&lower) || lower.starts_with(&known))
        });
        if let Some(begins) = begins {
            return fault.with_hint(format!("did you mean `{word}/{begins}`?"));
        }
        if let Some(first) = self.called(name).first() {
            return fault.with_hint(format!("did you mean `{first}`?"));
        }
        match kind {
            Kind::ResourceOf(_) => {
                fault.with_hint("to ask about something outside the snapshot write its ARN")
            }
            Kind::Service => fault.with_hint("no policy in the snapshot names this service"),
            _ => fault,
        }
    }

    fn note_several(&mut self, word: &str, name: &str, members: &Members) {
        let count = members.count();
        if count < 2 {
            return;
        }
        let graph = self.context.graph;
        let places = members
            .things()
            .take(4)
            .map(|thing| match thing.account(graph) {
                Some(account) => crate::thing::account_name(graph, account),
                None => thing.arn(graph).to_string(),
            });
        let mut places: Vec<String> = places.collect();
        places.dedup();
        if count > 4 {
            places.push("...".to_owned());
        }
        self.note(format!(
            "`{word}/{name}` is {count} things ({})",
            places.join(", ")
        ));
    }

    /// Resolves `payroll/2026/*`, the key of an object behind its bucket's name.
    fn bucket_path(&mut self, text: &str, span: Span) -> Result<Members, Fault> {
        let bucket = text.split('/').next().unwrap_or(text);
        let found = self.lookup(bucket_kind(), bucket);
        let Some(Thing::Resource(id)) = found.things().next() else {
            return Err(self.unknown_kind(text, bucket, span));
        };
        let arn = &self.context.graph.resource(id).arn;
        let partition = arn.split(':').nth(1).unwrap_or("aws");
        let written = format!("arn:{partition}:s3:::{text}");
        self.note(format!("`{text}` is read as `{written}`"));
        Ok(Members::region(pattern(&written)))
    }

    fn unknown_kind(&self, text: &str, word: &str, span: Span) -> Fault {
        if let Some(path) = text.strip_prefix("s3://") {
            let fault = Fault::new(Problem::NoSuchThing(text.to_owned()), span);
            return fault.with_hint(format!("write `{path}` or `arn:aws:s3:::{path}`"));
        }
        let problem = Problem::UnknownKind {
            kind: word.to_owned(),
            written: text.to_owned(),
        };
        let fault = Fault::new(problem, span);
        match did_you_mean(word, kinds().map(|row| row.singular)) {
            Some(hint) => fault.with_hint(hint),
            None => {
                let graph = self.context.graph;
                let buckets = self.kind(bucket_kind());
                let names: Vec<String> = buckets.things().map(|one| one.name(graph)).collect();
                match did_you_mean(word, names.iter().map(String::as_str)) {
                    Some(hint) => fault.with_hint(hint),
                    None => fault.with_hint(
                        "a shorthand is `role/ci`, `bucket/logs` or a bucket's name and a key",
                    ),
                }
            }
        }
    }

    /// Resolves a glob over names and ARNs of everything.
    fn glob(&mut self, text: &str, span: Span) -> Result<Members, Fault> {
        let glob = Pattern::glob(text);
        let graph = self.context.graph;
        let mut members = self.kind(Kind::Principal);
        for kind in [Kind::Group, Kind::Policy, Kind::Resource] {
            members = members.or(self.kind(kind));
        }
        members.retain(|thing| glob.matches(&thing.name(graph)));
        if members.is_empty() {
            return Err(Fault::new(Problem::NoSuchThing(text.to_owned()), span));
        }
        self.note(format!("`{text}` is {} things", members.count()));
        Ok(members)
    }

    /// Returns the principals of a set: groups are their users, accounts their principals.
    pub(super) fn principals(
        &mut self,
        members: &Members,
        span: Span,
    ) -> Result<RoaringBitmap, Fault> {
        let graph = self.context.graph;
        let mut principals = members.principals.clone();
        for group in members.groups.iter().map(GroupId) {
            principals.extend(graph.group(group).members.iter().map(|id| id.0));
        }
        let accounts = members.accounts_with_those_of_units(self.context.graph);
        for account in accounts.iter().map(AccountIndex) {
            principals.insert_range(graph.principals_of(account));
        }
        if !members.regions.is_empty() {
            principals |= self.principals_in(members);
        }
        if principals.is_empty() && !members.is_empty() {
            return Err(self.no_principal(members, span));
        }
        Ok(principals)
    }

    // The principals whose ARNs the regions of a set hold.
    fn principals_in(&self, members: &Members) -> RoaringBitmap {
        let graph = self.context.graph;
        let mut found = RoaringBitmap::new();
        for pattern in members.regions.iter().flat_map(|region| &region.within) {
            let named = pattern.literal().map(|arn| graph.principal_of(arn));
            let ids: RoaringBitmap = match named {
                Some(id) => id.map(|id| id.0).into_iter().collect(),
                None => principals_beginning(graph, pattern.prefix()).collect(),
            };
            let held = ids.iter();
            let held =
                held.filter(|&id| members.regions_hold(&graph.principal(PrincipalId(id)).arn));
            found.extend(held);
        }
        found
    }

    /// Says that no collected thing has these ARNs, and which has one like it.
    fn not_collected(&self, members: &Members, span: Span) -> Fault {
        let graph = self.context.graph;
        let written = written(members);
        let fault = Fault::new(Problem::NoSuchThing(written.clone()), span);
        let mut all = self.kind(Kind::Principal);
        for kind in [Kind::Group, Kind::Policy, Kind::Resource] {
            all = all.or(self.kind(kind));
        }
        let arns: Vec<_> = all.things().map(|thing| thing.arn(graph)).collect();
        if let Some(hint) = like_arn(&written, arns.iter().map(|arn| &**arn)) {
            return fault.with_hint(hint);
        }
        let text = "facts are known of what the snapshot has collected; `who can ... on ARN` asks about anything";
        fault.with_hint(text)
    }

    fn no_principal(&self, members: &Members, span: Span) -> Fault {
        let graph = self.context.graph;
        if let Some(thing) = members.things().next() {
            let what = format!("`{}` is no principal", thing.shorthand(graph));
            return Fault::senseless(what, span);
        }
        let written = written(members);
        let fault = Fault::new(Problem::NoSuchThing(written.clone()), span);
        let arns = graph.principals().iter().map(|one| &*one.arn);
        match like_arn(&written, arns) {
            Some(hint) => fault.with_hint(hint),
            None => fault,
        }
    }

    /// Returns the one principal that a set is, where one is needed.
    pub(super) fn one_principal(&mut self, set: &Set) -> Result<PrincipalId, Fault> {
        let members = self.set(set)?;
        let principals = self.principals(&members, set.span)?;
        match (principals.len(), principals.min()) {
            (1, Some(id)) => Ok(PrincipalId(id)),
            (0, _) | (_, None) => Err(Fault::senseless("nobody is in this set", set.span)),
            (count, _) => {
                let things = principals
                    .iter()
                    .map(|id| Thing::Principal(PrincipalId(id)));
                let shorthand = matches!(&set.kind, SetKind::Thing(text) if !text.contains('*'));
                let fault = self.ambiguous(set, count, things);
                Err(match shorthand {
                    true => fault,
                    false => {
                        fault.with_hint(format!("`which ({set}) can ...` asks about each of them"))
                    }
                })
            }
        }
    }

    /// Says that several things are meant where one is needed, and lists them.
    pub(super) fn ambiguous(
        &self,
        set: &Set,
        count: u64,
        things: impl Iterator<Item = Thing>,
    ) -> Fault {
        let graph = self.context.graph;
        let problem = Problem::Ambiguous {
            written: set.to_string(),
            count: usize::try_from(count).unwrap_or(usize::MAX),
        };
        let mut candidates: Vec<String> = things
            .take(8)
            .map(|thing| format!("`{}`", thing.arn(graph)))
            .collect();
        if count > 8 {
            candidates.push("...".to_owned());
        }
        Fault::new(problem, set.span).with_hint(format!(
            "one of {}; narrow it with `in account/NAME`",
            candidates.join(", ")
        ))
    }
}

/// Returns `did you mean ...?` for the ARN that is nearest, if its name is near too:
/// what stands before the name is alike in many.
fn like_arn<'a>(written: &str, arns: impl Iterator<Item = &'a str>) -> Option<String> {
    let near = nearest(written, arns)?;
    let name = |arn: &str| arn.rsplit([':', '/']).next().unwrap_or_default().to_owned();
    nearest(&name(written), [&*name(near)])?;
    Some(format!("did you mean `{near}`?"))
}

/// Returns the ARNs and globs of a set as people wrote them.
fn written(members: &Members) -> String {
    let written = members.regions.iter().flat_map(|region| &region.within);
    let written: Vec<String> = written.map(|pattern| pattern.to_string()).collect();
    written.join(", ")
}

/// Says what another snapshot has and the one that is asked does not.
fn not_here(lost: &[Thing], name: &str, there: &Graph) -> String {
    const NAMED: usize = 5;
    let named = lost.iter().take(NAMED);
    let mut named: Vec<String> = named.map(|thing| thing.arn(there).to_string()).collect();
    if lost.len() > NAMED {
        named.push(format!("{} more", lost.len() - NAMED));
    }
    let verb = if lost.len() == 1 { "is" } else { "are" };
    let named = named.join(", ");
    format!("{named} {verb} only in `{name}`, and left out")
}

fn bucket_kind() -> Kind {
    Kind::ResourceOf(&crate::kind::RESOURCE_KINDS[0])
}

/// Reads an ARN or a glob over ARNs, at its word.
fn arn(text: &str, span: Span) -> Result<Members, Fault> {
    let parsed = text.parse::<Arn>();
    // A star that ends a segment may run over the following colons (R49).
    if parsed.is_err() && !text.contains('*') {
        let problem = Problem::BadArn {
            written: text.to_owned(),
            why: "expected `arn:partition:service:region:account:resource`".to_owned(),
        };
        return Err(Fault::new(problem, span));
    }
    Ok(Members::region(pattern(text)))
}

/// Reads an ARN with or without wildcards.
pub(super) fn pattern(text: &str) -> Pattern {
    if text.contains(['*', '?']) {
        Pattern::resource(text)
    } else {
        Pattern::exact(text)
    }
}

// Those that may have an ARN with this beginning: of one account, if it names one.
fn principals_beginning(graph: &Graph, prefix: &str) -> Range<u32> {
    let mut parts = prefix.splitn(6, ':');
    let account = parts.nth(4).filter(|_| parts.next().is_some());
    let account = account.and_then(|text| graph.account_of(text.parse().ok()?));
    match account {
        Some(account) => graph.principals_of(account),
        None => 0..graph.principals().len() as u32,
    }
}
