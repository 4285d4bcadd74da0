//! What a role's trust policy says about its sessions.

use std::sync::OnceLock;

use whocan_graph::{Graph, PrincipalId};
use whocan_policy::{Document, Effect, NamedPrincipal, Statement, Truth};

/// What trust policies make possible: read once for each distinct one, when somebody asks.
#[derive(Debug)]
pub(crate) struct TrustTable {
    // By document.
    known: Box<[OnceLock<Box<TrustFacts>>]>,
    of_no_role: TrustFacts,
    unknown: TrustFacts,
}

impl TrustTable {
    /// Returns the table for the trust policies of `graph`, still empty.
    pub fn of_none(graph: &Graph) -> TrustTable {
        TrustTable {
            known: (0..graph.documents().len())
                .map(|_| OnceLock::new())
                .collect(),
            of_no_role: TrustFacts::default(),
            unknown: TrustFacts::unknown(),
        }
    }

    /// Returns what the trust policy of `role` makes possible; nothing for what is no role.
    pub fn get(&self, graph: &Graph, role: PrincipalId) -> &TrustFacts {
        let Some(facts) = graph.principal(role).role() else {
            return &self.of_no_role;
        };
        let Some(id) = graph.policy(facts.trust).document else {
            return &self.unknown;
        };
        self.known[id.index()].get_or_init(|| {
            let document = graph.document(id);
            Box::new(match document.malformed {
                true => TrustFacts::unknown(),
                false => TrustFacts::read(document),
            })
        })
    }
}

/// What a role's trust policy makes possible.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct TrustFacts {
    /// Sessions may carry tags: some statement permits `sts:TagSession` (R106).
    pub tags_sessions: bool,
    /// Sessions may carry a source identity (R119).
    pub sets_source_identity: bool,
    /// Some statement trusts a federation provider.
    pub federated: bool,
    /// The services it trusts.
    pub services: Vec<Box<str>>,
    /// Whether it may trust any service.
    pub any_service: bool,
    // The providers it trusts, as written.
    providers: Vec<Box<str>>,
    // Whether it may trust any issuer, or any SAML provider: it was not
    // collected, or whom a statement means is open.
    open: bool,
    open_to_saml: bool,
}

impl TrustFacts {
    // Of a policy that was not collected, or is no proper document.
    fn unknown() -> TrustFacts {
        TrustFacts {
            tags_sessions: true,
            sets_source_identity: true,
            federated: true,
            any_service: true,
            open: true,
            open_to_saml: true,
            ..TrustFacts::default()
        }
    }

    fn read(document: &Document) -> TrustFacts {
        let mut facts = TrustFacts::default();
        let live = document
            .statements
            .iter()
            .filter(|statement| !statement.is_inert());
        for statement in live.filter(|statement| statement.effect == Some(Effect::Allow)) {
            facts.add(statement);
        }
        facts
    }

    fn add(&mut self, statement: &Statement) {
        let covers = |action: &str| statement.covers_action(action) != Truth::False;
        self.tags_sessions |= covers("sts:TagSession");
        self.sets_source_identity |= covers("sts:SetSourceIdentity");
        let clause = statement.principal.as_ref();
        let unsaid = clause.is_none_or(|clause| clause.negated);
        let anybody = unsaid
            || clause.is_some_and(|clause| clause.entries.contains(&NamedPrincipal::Everyone));
        if unsaid && covers("sts:AssumeRoleWithWebIdentity") {
            // Whom it means is open (R12).
            self.federated = true;
            self.open = true;
        }
        self.open_to_saml |= unsaid && covers("sts:AssumeRoleWithSAML");
        self.any_service |= anybody && covers("sts:AssumeRole");
        for entry in statement
            .principal
            .iter()
            .flat_map(|clause| &clause.entries)
        {
            match entry {
                NamedPrincipal::Service(name) if covers("sts:AssumeRole") => {
                    self.services.push(name.clone());
                }
                NamedPrincipal::Federated(provider) => {
                    let saml = provider.contains(":saml-provider/");
                    let call = if saml {
                        "sts:AssumeRoleWithSAML"
                    } else {
                        "sts:AssumeRoleWithWebIdentity"
                    };
                    if covers(call) {
                        self.federated |= !saml;
                        self.providers.push(provider.clone());
                    }
                }
                _ => {}
            }
        }
    }

    /// Returns whether it trusts the issuer, or a SAML provider for `None`.
    pub fn trusts_provider(&self, issuer: Option<&str>) -> bool {
        let fits = |provider: &str| match issuer {
            None => provider.contains(":saml-provider/"),
            Some(issuer) => {
                let own = provider
                    .split_once(":oidc-provider/")
                    .map_or(provider, |(_, own)| own);
                own.eq_ignore_ascii_case(issuer)
            }
        };
        let open = match issuer {
            None => self.open_to_saml,
            Some(_) => self.open,
        };
        open || self.providers.iter().any(|provider| fits(provider))
    }
}
