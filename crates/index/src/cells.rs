//! Sets of resources, cut into cells on which every answer is the same.
//!
//! The cuts are all that a decision can look at: the patterns of the statements
//! that bear on the action, the resources with policies, tags or settings of
//! their own, the accounts and the regions. Each cell is decided on one
//! witness, a resource that no cut tells from the others of its cell.

mod by_type;
mod few;
mod folders;
mod pieces;
mod together;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use roaring::RoaringBitmap;
use whocan_graph::{Account, AccountIndex, Collected, PolicyKind, PrincipalId, ResourceId};
use whocan_policy::catalogue::catalogue;
use whocan_policy::catalogue::facts::takes_resource_policies;
use whocan_policy::{
    Document, Filling, KeyName, Pattern, Region, ResourcePattern, Statement, Token, Truth,
};

use crate::scene::{Scene, trust};
use crate::{Ask, Cell, Index, Verdicts};
use by_type::KeysByType;
use few::Few;
use pieces::leaves_partition_open;
use together::Together;

pub(crate) use pieces::Pieces;

/// How many principals' own values of a variable are told apart.
const FILLINGS: usize = 20_000;

/// For more principals than this all accounts are told apart.
const FEW: u64 = 256;

impl Index {
    /// Cuts `asked` into cells and decides each of them.
    ///
    /// `ask.resource` is not looked at. With `focus`, only what bears on that
    /// principal cuts, and only its verdict is to be read.
    pub fn cells(&self, ask: &Ask, asked: &Pattern, focus: Option<PrincipalId>) -> Vec<Cell> {
        let alone: Option<RoaringBitmap> = focus.map(|focus| [focus.0].into_iter().collect());
        self.cells_among(ask, &Region::of(asked.clone()), alone.as_ref())
    }

    /// Cuts `asked` as [`Index::cells`] does, for the principals of `focus` only.
    ///
    /// The cells are parts of `asked`, which must have a pattern that it lies within.
    pub fn cells_among(
        &self,
        ask: &Ask,
        asked: &Region,
        focus: Option<&RoaringBitmap>,
    ) -> Vec<Cell> {
        let few = focus.and_then(|focus| Few::of(self, ask, asked, focus));
        if let Some(few) = &few {
            let cuts = Cuts::gather(self, ask, asked, focus, Some(few));
            if let Some(cells) = few.settled(cuts.cells(), &cuts.left_out) {
                return cells;
            }
        }
        Cuts::gather(self, ask, asked, focus, None).cells()
    }

    /// Decides a question as [`Index::can`] does, for the principals of `focus` only.
    pub fn can_among(&self, ask: &Ask, focus: Option<&RoaringBitmap>) -> Verdicts {
        let mut scene = Scene::new(self, ask, None);
        if let Some(focus) = focus {
            scene.look_only_at(focus.clone());
        }
        scene.verdicts()
    }
}

/// Returns whether a statement looks at tags of the resource, itself or through a variable.
fn looks_at_tags(statement: &Statement) -> bool {
    let of_resource = |key: &KeyName| key.as_lower().contains(":resourcetag/");
    let conditions = statement.conditions.iter();
    let values = conditions.clone().flat_map(|condition| &condition.values);
    let in_values = values.flat_map(|value| value.template.variables());
    let patterns = statement
        .resources
        .iter()
        .flat_map(|clause| &clause.patterns);
    let in_patterns = patterns.flat_map(|pattern| pattern.template().variables());
    conditions.map(|condition| &condition.key).any(of_resource)
        || in_values
            .chain(in_patterns)
            .any(|variable| of_resource(&variable.key))
}

/// Returns the service that every ARN of a pattern names, `None` if it leaves that open.
fn service_of(pattern: &Pattern) -> Option<String> {
    let mut colons = 0;
    let mut service = String::new();
    for token in pattern.tokens() {
        match token {
            Token::Literal(':') if colons == 2 => return Some(service),
            Token::Literal(':') => colons += 1,
            Token::Literal(letter) if colons == 2 => service.push(*letter),
            Token::Literal(_) => {}
            _ if colons == 2 => return None,
            Token::One { colons: true } | Token::Many { colons: true } => return None,
            _ => {}
        }
    }
    None
}

struct Cuts<'a> {
    index: &'a Index,
    ask: &'a Ask,
    // Its action, and those that must be allowed besides.
    actions: Vec<&'a str>,
    // What is asked, and the first of the patterns that it lies within.
    region: &'a Region,
    asked: Pattern,
    // The service that all ARNs of the asked set name, if it is one.
    service: Option<String>,
    focus: Option<&'a RoaringBitmap>,
    // Whether some statement that bears on the question looks at the tags of resources.
    by_tags: bool,
    // What bears on the principals, if not all that could is cut out.
    few: Option<&'a Few<'a>>,
    // The known resources that are not cut out.
    left_out: Vec<ResourceId>,
    // Each with the principals whose answers it can tell apart.
    patterns: BTreeMap<Pattern, Whose>,
    // The keys that those statements look at and that types of resources can list.
    keys: KeysByType,
    // The forms of types that carry other keys; they cut last, and only where
    // that tells answers apart.
    types: Vec<(Pattern, Whose)>,
    too_many: bool,
}

/// Whose answers a cut can tell apart.
#[derive(Clone)]
enum Whose {
    Everybody,
    /// The holders of the policies that it comes from.
    Holders(RoaringBitmap),
}

impl Whose {
    fn of(holders: Option<&RoaringBitmap>) -> Whose {
        holders.map_or(Whose::Everybody, |holders| Whose::Holders(holders.clone()))
    }

    fn join_holders(&mut self, holders: Option<&RoaringBitmap>) {
        match (&mut *self, holders) {
            (Whose::Holders(own), Some(more)) => *own |= more,
            (Whose::Everybody, _) => {}
            (whose, None) => *whose = Whose::Everybody,
        }
    }

    fn joined(mut self, other: Whose) -> Whose {
        self.join(other);
        self
    }

    fn join(&mut self, other: Whose) {
        match (&mut *self, other) {
            (Whose::Holders(holders), Whose::Holders(more)) => *holders |= more,
            (Whose::Everybody, _) => {}
            (whose, Whose::Everybody) => *whose = Whose::Everybody,
        }
    }
}

impl<'a> Cuts<'a> {
    fn gather(
        index: &'a Index,
        ask: &'a Ask,
        region: &'a Region,
        focus: Option<&'a RoaringBitmap>,
        few: Option<&'a Few<'a>>,
    ) -> Cuts<'a> {
        let first = region.within.first();
        let asked = first.map_or_else(|| Pattern::glob("*"), Pattern::clone);
        let mut cuts = Cuts {
            few,
            left_out: Vec::new(),
            index,
            ask,
            actions: trust::with_permissions_beside(&ask.action),
            service: service_of(&asked),
            asked,
            region,
            focus,
            by_tags: false,
            patterns: BTreeMap::new(),
            keys: KeysByType::new(&ask.action),
            types: Vec::new(),
            too_many: false,
        };
        cuts.by_partitions();
        cuts.by_places();
        cuts.by_identity_policies();
        cuts.by_other_policies();
        cuts.by_resources();
        cuts.by_types();
        cuts
    }

    fn cells(&self) -> Vec<Cell> {
        Together::new(
            self.index,
            self.ask,
            self.focus,
            &self.patterns,
            self.too_many,
        )
        .with_types(&self.types)
        .cells(self.region)
    }

    // A cut that concerns everybody.
    fn add(&mut self, pattern: &Pattern) {
        self.add_of(pattern, || Whose::Everybody);
    }

    fn add_of(&mut self, pattern: &Pattern, whose: impl FnOnce() -> Whose) {
        if *pattern == self.asked || !self.overlaps(pattern) {
            return;
        }
        match self.patterns.get_mut(pattern) {
            Some(known) => known.join(whose()),
            None => drop(self.patterns.insert(pattern.clone(), whose())),
        }
    }

    fn overlaps(&self, pattern: &Pattern) -> bool {
        let mut within = self.region.within.iter();
        let mut except = self.region.except.iter();
        within.all(|within| within.overlaps(pattern))
            && !except.any(|except| except.contains(pattern) == Some(true))
    }

    // The partitions of the graph, where the question leaves it open which it
    // means: nobody comes from one to another (R39).
    fn by_partitions(&mut self) {
        let partitions = &self.index.base.partitions;
        if partitions.len() < 2 || !leaves_partition_open(&self.asked) {
            return;
        }
        let all = partitions.iter();
        let all = all.filter_map(|(name, _)| Pattern::arn(&format!("arn:{name}:*:*:*:*")));
        let all: Vec<Pattern> = all.collect();
        all.iter().for_each(|pattern| self.add(pattern));
    }

    // Accounts and regions, where the question leaves them open.
    fn by_places(&mut self) {
        let prefix = self.asked.prefix();
        let open = prefix.matches(':').count() < 5;
        if !open || prefix.starts_with("arn:aws:s3:::") {
            return;
        }
        // Part by part, so that no ARN lies in two accounts or regions.
        let accounts = self.accounts_apart();
        let places = accounts
            .iter()
            .map(|account| format!("arn:*:*:*:{}:*", account.id));
        let regions = self.index.base.regions.iter();
        let regions = regions.map(|region| format!("arn:*:*:{region}:*:*"));
        // What was listed region by region.
        let may_list = |service: &str| self.service.as_deref().is_none_or(|own| own == service);
        let lists = accounts.iter().flat_map(|account| {
            let lists = account.lists.iter();
            let regional = lists.filter(|list| !list.region.is_empty() && may_list(&list.service));
            regional.map(|list| format!("arn:*:{}:{}:{}:*", list.service, list.region, account.id))
        });
        // Buckets and objects, whose ARNs name no account.
        let s3 = ["arn:*:s3:::*", "arn:*:s3:::*/*"].map(str::to_owned);
        let s3 = s3.into_iter().filter(|_| may_list("s3"));
        let places: Vec<String> = places.chain(regions).chain(lists).chain(s3).collect();
        for place in places.iter().filter_map(|place| Pattern::arn(place)) {
            self.add(&place);
        }
    }

    // The accounts to tell apart: nobody comes to a resource of another account
    // where no policy of its own can let him in (R137).
    fn accounts_apart(&self) -> Vec<&'a Account> {
        let graph = &self.index.graph;
        let all = || graph.accounts().iter().collect();
        if let Some(few) = self.few.filter(|few| few.allows_nothing) {
            let own = few.accounts().iter();
            return own.map(|account| graph.account(*account)).collect();
        }
        if !self.is_closed() {
            return all();
        }
        let Some(focus) = self.focus.filter(|focus| focus.len() <= FEW) else {
            return all();
        };
        // Who has no account has no identity-based policies either.
        let own = |id| graph.principal(PrincipalId(id)).account;
        let own: BTreeSet<AccountIndex> = focus.iter().filter_map(own).collect();
        own.iter().map(|account| graph.account(*account)).collect()
    }

    // Whether resources of the kind have no policy that lets others in. Roles
    // have one for the calls that start their sessions.
    fn is_closed(&self) -> bool {
        match self.service.as_deref() {
            Some("iam") => self.ask.action.starts_with("iam:"),
            Some(service) => !takes_resource_policies(service),
            None => false,
        }
    }

    // Resources with something of their own.
    fn by_resources(&mut self) {
        let index = self.index;
        let graph = &index.graph;
        // Without policies, resources differ by their tags only.
        let alike = self.is_closed() && !self.by_tags;
        for id in self.resources() {
            let resource = graph.resource(id);
            // Their accounts are told apart already, where their ARNs name one.
            if alike && resource.arn.split(':').nth(4) != Some("") {
                continue;
            }
            if self.few.is_some_and(|few| few.leaves_out(id)) {
                self.left_out.push(id);
                continue;
            }
            self.add_resource(&resource.arn);
            if let Collected::Yes(Some(policy)) = resource.policy
                && self.concerns(&resource.arn)
                && let Some(document) = graph.document_of(policy)
            {
                self.by_document(document, None);
            }
        }
        if matches!(self.ask.action.split(':').next(), Some("iam" | "sts")) && !alike {
            let asked = self.principals().map(|id| graph.principal(PrincipalId(id)));
            for principal in asked.filter(|one| one.identity().is_some()) {
                self.add_resource(&principal.arn);
            }
        }
        // Roles that only AWS changes and hands out (R145, R222).
        let may_be_iam = self
            .service
            .as_deref()
            .is_none_or(|service| service == "iam");
        let of_aws = [
            "arn:*:iam::*:role/aws-service-role/*",
            "arn:*:iam::*:role/aws-reserved/sso.amazonaws.com/*",
            "arn:*:iam::aws:policy/*",
        ];
        let of_aws = of_aws.iter().filter(|_| may_be_iam);
        for pattern in of_aws.filter_map(|text| Pattern::arn(text)) {
            self.add(&pattern);
        }
        // Root users are no resources of any other call.
        if self.ask.action.eq_ignore_ascii_case("sts:AssumeRoot")
            && let Some(roots) = Pattern::arn("arn:*:iam::*:root")
        {
            self.add(&roots);
        }
    }

    // Those whose ARN has the literal beginning that is asked about, or is part of it.
    fn resources(&self) -> Vec<ResourceId> {
        let graph = &self.index.graph;
        let asked = self.asked.prefix();
        // Where the partition is open, the service is the best beginning.
        if let Some(service) = self
            .service
            .as_deref()
            .filter(|_| asked.len() <= "arn:".len())
        {
            return self.index.places.of(graph, service).to_vec();
        }
        let ends = asked.char_indices().map(|(end, _)| end);
        let shorter = ends.filter_map(|end| graph.resource_of(&asked[..end]));
        let longer = graph.resources_beginning(asked);
        let mut ids: Vec<_> = shorter.chain(longer).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    // Those of the account that is asked about, if it is one.
    fn principals(&self) -> Range<u32> {
        let graph = &self.index.graph;
        let mut parts = self.asked.prefix().splitn(6, ':');
        let account = parts.nth(4).filter(|_| parts.next().is_some());
        let account = account.and_then(|text| graph.account_of(text.parse().ok()?));
        match account {
            Some(account) => graph.principals_of(account),
            None => 0..graph.principals().len() as u32,
        }
    }

    // A resource's own part: itself and what lies in it.
    fn add_resource(&mut self, arn: &str) {
        if !self.may_concern(arn) {
            return;
        }
        if self.asked.matches(arn) {
            self.add(&Pattern::exact(arn));
        }
        if let Some(inside) = inside(arn) {
            self.add(&inside);
        }
    }

    fn concerns(&self, arn: &str) -> bool {
        self.may_concern(arn)
            && (self.asked.matches(arn) || inside(arn).is_some_and(|inside| self.overlaps(&inside)))
    }

    // Whether the literal beginnings agree: most resources end here.
    fn may_concern(&self, arn: &str) -> bool {
        let asked = self.asked.prefix().as_bytes();
        let common = asked.len().min(arn.len());
        asked[..common] == arn.as_bytes()[..common]
    }

    fn by_identity_policies(&mut self) {
        let index = self.index;
        let beginnings = index.permissions.beginnings_within(&self.asked);
        for action in self.actions.clone() {
            let covering = index.permissions.covering(action);
            for one in index.permissions.with_beginnings(&covering, &beginnings) {
                let holders = &index.base.callers.identity[one.document.index()];
                if !self.bears(holders) {
                    continue;
                }
                let document = index.graph.document(one.document);
                let statement = &document.statements[one.at as usize];
                self.keys.note(statement, Some(holders));
                if index.permissions.tells_resources_apart(&one) {
                    self.by_statement(statement, Some(holders));
                } else {
                    // What is about every resource may still look at its tags.
                    self.by_tags = self.by_tags || looks_at_tags(statement);
                }
            }
        }
    }

    fn bears(&self, holders: &RoaringBitmap) -> bool {
        match self.focus {
            Some(focus) => !holders.is_disjoint(focus),
            None => !holders.is_empty(),
        }
    }

    // Boundaries, organization policies, endpoint and session policies.
    fn by_other_policies(&mut self) {
        let index = self.index;
        for (document, holders) in &index.base.callers.boundary {
            if self.bears(holders) {
                self.by_document(index.graph.document(*document), Some(holders));
            }
        }
        for policy in index.graph.guardrails() {
            let policy = index.graph.policy(policy);
            let everywhere = policy.kind != PolicyKind::Endpoint
                || self.ask.endpoint.as_deref() == Some(&*policy.at);
            if let Some(document) = policy.document.filter(|_| everywhere) {
                self.by_document(index.graph.document(document), None);
            }
        }
        for document in self.ask.session.policies.clone() {
            self.by_document(&document, None);
        }
    }

    fn by_document(&mut self, document: &Document, holders: Option<&RoaringBitmap>) {
        for statement in document
            .statements
            .iter()
            .filter(|statement| !statement.is_inert())
        {
            let covers = |action: &&str| statement.covers_action(action) != Truth::False;
            if self.actions.iter().any(covers) {
                self.keys.note(statement, holders);
                self.by_statement(statement, holders);
            }
        }
    }

    // Resources of different types, where a key that some statement looks at is
    // carried with one of the types and not with another (R100). A set that is
    // all that one type has is of that type: ARNs that only look like it are none.
    fn by_types(&mut self) {
        if self.keys.is_empty() || resources_of(&self.ask.action).contains(&self.asked) {
            return;
        }
        let mut of_types: Vec<(Pattern, Whose)> = Vec::new();
        for action in &self.actions {
            for (form, whose) in self.keys.forms(action, &self.asked) {
                match of_types.iter_mut().find(|(known, _)| *known == form) {
                    Some((_, known)) => known.join(whose),
                    None => of_types.push((form, whose)),
                }
            }
        }
        for (form, whose) in of_types {
            match self.patterns.get_mut(&form) {
                Some(known) => known.join(whose),
                None if form == self.asked => {}
                None => self.types.push((form, whose)),
            }
        }
    }

    // Of a policy that bears on its holders, or on everybody.
    fn by_statement(&mut self, statement: &Statement, holders: Option<&RoaringBitmap>) {
        self.by_tags = self.by_tags || looks_at_tags(statement);
        for pattern in statement
            .resources
            .iter()
            .flat_map(|clause| &clause.patterns)
        {
            match pattern.fixed() {
                Some(fixed) => self.add_of(fixed, || Whose::of(holders)),
                None => self.by_values(pattern, holders),
            }
        }
    }

    // A pattern with variables cuts once for each value that a holder has.
    fn by_values(&mut self, pattern: &ResourcePattern, holders: Option<&RoaringBitmap>) {
        let Some(outline) = pattern.outline() else {
            return;
        };
        if !self.overlaps(outline) {
            return;
        }
        self.add_of(outline, || Whose::of(holders));
        let all = holders.unwrap_or(&self.index.base.callers.all);
        let focused = self.focus.map(|focus| all & focus);
        let all: &RoaringBitmap = focused.as_ref().unwrap_or(all);
        let scene = Scene::new(self.index, self.ask, None);
        for holder in all.iter().map(PrincipalId) {
            if self.patterns.len() > FILLINGS {
                self.too_many = true;
                return;
            }
            let filling = pattern.fill(|variable| scene.value_of(variable, holder));
            if let Filling::Pattern(filled) | Filling::Open(filled) = filling {
                let own = [holder.0].into_iter().collect();
                self.add_of(&filled, || match holders {
                    Some(_) => Whose::Holders(own),
                    None => Whose::Everybody,
                });
            }
        }
    }
}

// What lies in a resource and shares its policy: objects, indexes.
fn inside(arn: &str) -> Option<Pattern> {
    let container = arn.contains(":s3:::") || arn.contains(":dynamodb:");
    (container && !arn.contains(['*', '?'])).then(|| Pattern::resource(&format!("{arn}/*")))
}

/// Returns the patterns that cover every resource an action can be called on:
/// the ARN forms of its types, or the text `*` for actions without any (R53).
pub fn resources_of(action: &str) -> Vec<Pattern> {
    let Some(id) = catalogue().action(action) else {
        return vec![Pattern::glob("*")];
    };
    let types = catalogue().resource_types(id);
    if types.is_empty() {
        return vec![Pattern::exact("*")];
    }
    let forms = types
        .iter()
        .flat_map(|used| catalogue().resource_type(used.resource_type).arn_forms());
    let mut patterns: Vec<Pattern> = forms
        .map(|form| Pattern::resource(&wildcards(form.as_str())))
        .collect();
    patterns.sort();
    patterns.dedup();
    patterns
}

// `arn:${Partition}:s3:::${BucketName}` as `arn:*:s3:::*`.
fn wildcards(form: &str) -> String {
    let mut pattern = String::new();
    let mut rest = form;
    while let Some((before, behind)) = rest.split_once("${") {
        pattern.push_str(before);
        pattern.push('*');
        rest = behind.split_once('}').map_or("", |(_, behind)| behind);
    }
    pattern + rest
}
