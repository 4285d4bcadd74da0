//! Identity-based policies, boundaries and session policies.

use roaring::RoaringBitmap;
use whocan_graph::{AccountIndex, Boundary, DocumentId, PrincipalId, PrincipalKind};
use whocan_policy::{Document, Effect, Truth};

use super::statement::Resources;
use super::{Limits, Scene};
use crate::Planes;
use crate::actions::{Covering, StatementRef};
use crate::facts::Line;
use crate::planes::Gathering;

/// How the statements are found that may bear on a request.
enum LookedUp<'a> {
    /// By the few documents of those whom the question is about.
    Documents(&'a [DocumentId]),
    /// By their few accounts.
    Accounts(&'a [AccountIndex]),
    /// By the resource.
    Resource,
}

impl Scene<'_> {
    /// Decides whom an identity-based policy allows (R17).
    pub fn identity_allows(&self) -> Planes {
        self.identity(Effect::Allow)
    }

    /// Decides whom an identity-based policy denies.
    pub fn identity_denies(&self) -> Planes {
        self.identity(Effect::Deny)
    }

    fn identity(&self, effect: Effect) -> Planes {
        if self.ask.ignoring.identity_policies {
            return self.without_identity_policies(effect);
        }
        let callers = self.callers();
        let federated = self.federated_holders();
        let covering = self.index.permissions.covering(&self.ask.action);
        let permissions = &self.index.permissions;
        let beginnings = permissions.beginnings_of(&self.target.text);
        let mut gathering = Gathering::default();
        let mut look_at = |one: &StatementRef| {
            if permissions.has_effect(one, effect) && permissions.may_concern(one, &beginnings) {
                let document = one.document;
                if permissions.is_plain(one) && federated.is_none() {
                    let holders = self.among(&callers.identity[document.index()]);
                    return gathering.add(&Planes::certain(holders));
                }
                if federated.is_none() && !self.concerns_any(&callers.identity[document.index()]) {
                    return;
                }
                let line = self.index.facts.line(self.graph(), document, one.at);
                let covered = match line.statement.actions {
                    Some(_) => Truth::True,
                    None => Truth::Unknown,
                };
                let holders = &callers.identity[document.index()];
                gathering.add(&self.applies_to_holders(covered, line, holders));
                if let Some(federated) = federated.as_ref().and_then(|all| all.holders(document)) {
                    gathering.add(&self.applies_to_holders(covered, line, federated));
                }
            }
        };
        let identity = &callers.identity;
        match (&federated, self.looked_up(&covering)) {
            (Some(_), _) => covering.iter().for_each(&mut look_at),
            (None, LookedUp::Documents(documents)) => {
                let documents = documents.iter();
                documents
                    .flat_map(|&document| covering.of_document(document))
                    .for_each(&mut look_at);
            }
            (None, LookedUp::Accounts(accounts)) => {
                for &account in accounts {
                    let members = self.graph().principals_of(account);
                    let place = (account, self.graph().accounts().len());
                    let own = permissions.of_account(&covering, place, &members, identity);
                    own.iter().for_each(&mut look_at);
                }
                if let Some(plain) = permissions.holders_of_plain(&covering, effect, identity) {
                    gathering.add(&Planes::certain(self.among(plain)));
                }
            }
            (None, LookedUp::Resource) => {
                let (plain, others) =
                    permissions.concerning(&covering, effect, &beginnings, identity);
                others.iter().for_each(&mut look_at);
                gathering.add(&Planes::certain(self.among(&plain)));
            }
        }
        self.with_open_identities(gathering, federated.as_ref())
    }

    // Once statements are sorted, that is faster than a look at many documents.
    fn looked_up(&self, covering: &Covering) -> LookedUp<'_> {
        if self.is_about_few() || !covering.is_asked_often() {
            let documents = self.identity_documents();
            return documents.map_or(LookedUp::Resource, LookedUp::Documents);
        }
        let accounts = self.accounts_in_focus();
        accounts.map_or(LookedUp::Resource, LookedUp::Accounts)
    }

    fn with_open_identities(&self, gathering: Gathering, federated: Option<&Federated>) -> Planes {
        let mut planes = gathering.planes();
        planes.or(&Planes::open(self.open_identities(federated)));
        planes
    }

    // Only root users need none, and an account that was not collected has one
    // among its members (R134).
    fn without_identity_policies(&self, effect: Effect) -> Planes {
        if effect == Effect::Deny {
            return Planes::default();
        }
        let callers = self.callers();
        let named = &(&callers.users | &callers.sessions) | &callers.federated_users;
        Planes::open(self.among(&(&callers.foreign - &named)))
    }

    // Those whose identity-based policies may say anything: malformed (R16), or not known.
    fn open_identities(&self, federated: Option<&Federated>) -> RoaringBitmap {
        let callers = self.callers();
        let mut open =
            self.among(&callers.foreign) | self.among(&self.index.base.malformed_identity);
        if !callers.identity_unread.is_empty() {
            self.gap_seen.set(true);
            open |= self.among(&callers.identity_unread);
        }
        match federated {
            Some(federated) => open |= &federated.open,
            None => open |= self.among(&callers.federated_users),
        }
        open
    }

    // A federated session has its user's policies (R131), if the question says whose it is.
    fn federated_holders(&self) -> Option<Federated> {
        let name = self.ask.session.user.as_deref()?;
        let mut all = Federated::default();
        for session in &self.callers().federated_users {
            match self.user_behind(PrincipalId(session), name) {
                Some(user) => all.add(self, session, user),
                None if self.callers().foreign.contains(session) => {
                    all.open.insert(session);
                }
                // There is no such user, so it has no policy.
                None => {}
            }
        }
        Some(all)
    }

    /// Returns the user behind a federated session of the same account.
    pub fn user_behind(&self, session: PrincipalId, name: &str) -> Option<PrincipalId> {
        let graph = self.graph();
        if let Some(user) = graph.principal_of(name) {
            return Some(user);
        }
        let account = graph.principal(session).account?;
        let mut own = graph.principals_of(account).map(PrincipalId);
        own.find(|&id| match &graph.principal(id).kind {
            PrincipalKind::User(identity) => &*identity.name == name,
            _ => false,
        })
    }

    /// Decides what limits an identity-based grant.
    pub fn limits(&self) -> Limits {
        Limits {
            boundary: self.boundary_allows(),
            session: self.session_allows(),
        }
    }

    // True for those without boundary (R124).
    fn boundary_allows(&self) -> Planes {
        let callers = self.callers();
        if self.ask.ignoring.boundaries {
            return Planes::certain(self.among(&callers.all));
        }
        let mut planes = self.boundary(Effect::Allow);
        // What boundary others have is looked up, or not known.
        let others = &callers.federated_users | &callers.foreign;
        planes.or(&Planes::certain(self.among(&callers.unbounded) - &others));
        planes.or(&self.boundaries_of_federated(Effect::Allow));
        planes
    }

    /// Decides whom a boundary denies (R133).
    pub fn boundary_denies(&self) -> Planes {
        if self.ask.ignoring.boundaries {
            return Planes::default();
        }
        let mut planes = self.boundary(Effect::Deny);
        planes.or(&self.boundaries_of_federated(Effect::Deny));
        planes
    }

    fn boundary(&self, effect: Effect) -> Planes {
        let callers = self.callers();
        let mut planes = Planes::default();
        for (document, holders) in &callers.boundary {
            if !self.bounds_anyone(*document, holders) {
                continue;
            }
            planes.or(&self.of_document(*document, effect, holders));
        }
        if !callers.boundary_unread.is_empty() {
            self.gap_seen.set(true);
            planes.or(&Planes::open(self.among(&callers.boundary_unread)));
        }
        // Whoever was not collected may have one (R143).
        planes.or(&Planes::open(self.among(&callers.foreign)));
        planes
    }

    // What the boundaries of the users behind federated sessions say; where
    // there is none, it lets pass.
    fn boundaries_of_federated(&self, effect: Effect) -> Planes {
        let mut planes = Planes::default();
        let sessions = self.among(&self.callers().federated_users);
        for session in &(&sessions - &self.callers().foreign) {
            let one: RoaringBitmap = [session].into_iter().collect();
            planes.or(&match self.boundary_behind(PrincipalId(session)) {
                Behind::Open => Planes::open(one),
                Behind::This(Boundary::None) if effect == Effect::Allow => Planes::certain(one),
                Behind::This(Boundary::None) => Planes::default(),
                Behind::This(Boundary::Policy(policy)) => {
                    match self.graph().policy(policy).document {
                        Some(document) => self.of_document(document, effect, &one),
                        None => {
                            self.gap_seen.set(true);
                            Planes::open(one)
                        }
                    }
                }
            });
        }
        planes
    }

    // The boundary of the user behind a federated session of a collected account.
    fn boundary_behind(&self, session: PrincipalId) -> Behind {
        let Some(name) = self.ask.session.user.as_deref() else {
            return Behind::Open;
        };
        let user = self.user_behind(session, name);
        let identity = user.and_then(|user| self.graph().principal(user).identity());
        Behind::This(identity.map_or(Boundary::None, |identity| identity.boundary))
    }

    /// Returns who has a boundary (R35).
    pub fn bounded(&self) -> Planes {
        let callers = self.callers();
        if self.ask.ignoring.boundaries {
            return Planes::default();
        }
        let mut bounded = callers.boundary_unread.clone();
        for (_, holders) in &callers.boundary {
            bounded |= holders;
        }
        let mut planes = Planes::certain(bounded);
        planes.or(&Planes::open(callers.foreign.clone()));
        for session in &(&callers.federated_users - &callers.foreign) {
            let truth = match self.boundary_behind(PrincipalId(session)) {
                Behind::Open => Truth::Unknown,
                Behind::This(boundary) => (boundary != Boundary::None).into(),
            };
            planes.or(&Planes::uniform(truth, &[session].into_iter().collect()));
        }
        planes
    }

    /// Decides what the statements of one document with this effect say about `set`.
    pub fn of_document(&self, document: DocumentId, effect: Effect, set: &RoaringBitmap) -> Planes {
        if self.document(document).malformed {
            return Planes::open(set.clone());
        }
        let lines = self.index.facts.lines(self.graph(), document);
        self.of_lines(lines, effect, set)
    }

    fn of_lines<'b>(
        &self,
        lines: impl Iterator<Item = Line<'b>>,
        effect: Effect,
        set: &RoaringBitmap,
    ) -> Planes {
        let mut planes = Planes::default();
        for line in lines.filter(|line| line.statement.effect == Some(effect)) {
            let covered = line.statement.covers_action(&self.ask.action);
            planes.or(&self.applies_to_holders(covered, line, set));
        }
        planes
    }

    fn of_session_policy(
        &self,
        document: &Document,
        effect: Effect,
        set: &RoaringBitmap,
    ) -> Planes {
        if document.malformed {
            return Planes::open(set.clone());
        }
        let statements = document.statements.iter();
        let live = statements.filter(|statement| !statement.is_inert());
        self.of_lines(live.map(Line::asked), effect, set)
    }

    // A principal has no place in these policies; what one means is open (R12, R13).
    fn applies_to_holders(&self, covered: Truth, line: Line<'_>, set: &RoaringBitmap) -> Planes {
        let applies = self.applies_if(covered, line, set, Resources::Needed);
        match line.statement.principal {
            Some(_) => applies.doubted(),
            None => applies,
        }
    }

    // Everyone who can carry a session policy: sessions of roles and federated users.
    fn session_holders(&self) -> RoaringBitmap {
        let callers = self.callers();
        self.among(&callers.sessions) | self.among(&callers.federated_users)
    }

    // True without session policy, but a federated user then has nothing (R130, R131).
    fn session_allows(&self) -> Planes {
        let callers = self.callers();
        let holders = self.session_holders();
        let others = self.among(&callers.all) - &holders;
        if self.ask.session.policies.is_empty() {
            return Planes::certain(others | self.among(&callers.sessions));
        }
        let accounts = self.whole_accounts();
        let mut planes = Planes::certain(others - &accounts);
        planes.or(&Planes::open(accounts.clone()));
        let holders = holders | accounts;
        let mut allowed = Planes::certain(holders.clone());
        for policy in &self.ask.session.policies {
            allowed = allowed.and(&self.of_session_policy(policy, Effect::Allow, &holders));
        }
        planes.or(&allowed);
        planes
    }

    /// Decides whom a session policy denies.
    pub fn session_denies(&self) -> Planes {
        let holders = self.session_holders();
        let mut planes = Planes::default();
        for policy in &self.ask.session.policies {
            planes.or(&self.of_session_policy(policy, Effect::Deny, &holders));
            let accounts = self.of_session_policy(policy, Effect::Deny, &self.whole_accounts());
            planes.or(&accounts.doubted());
        }
        planes
    }

    // Accounts that were not collected stand for everybody in them, those included
    // who carry session policies.
    pub(super) fn whole_accounts(&self) -> RoaringBitmap {
        let callers = self.callers();
        let named = &callers.sessions | &callers.federated_users | &callers.users;
        self.among(&callers.foreign) - named
    }
}

/// The boundary behind a federated session.
enum Behind {
    /// Whose session it is was not said.
    Open,
    This(Boundary),
}

/// Federated sessions by the documents of the user behind them.
#[derive(Default)]
struct Federated {
    by_document: Vec<(DocumentId, RoaringBitmap)>,
    open: RoaringBitmap,
}

impl Federated {
    fn add(&mut self, scene: &Scene<'_>, session: u32, user: PrincipalId) {
        let graph = scene.graph();
        let identity = graph.principal(user).identity();
        for attachment in identity.iter().flat_map(|identity| &identity.policies) {
            match graph.policy(attachment.policy).document {
                Some(document) if !graph.document(document).malformed => {
                    match self
                        .by_document
                        .iter_mut()
                        .find(|(known, _)| *known == document)
                    {
                        Some((_, sessions)) => drop(sessions.insert(session)),
                        None => self
                            .by_document
                            .push((document, [session].into_iter().collect())),
                    }
                }
                _ => drop(self.open.insert(session)),
            }
        }
    }

    fn holders(&self, document: DocumentId) -> Option<&RoaringBitmap> {
        let found = self
            .by_document
            .iter()
            .find(|(known, _)| *known == document);
        found.map(|(_, sessions)| sessions)
    }
}
