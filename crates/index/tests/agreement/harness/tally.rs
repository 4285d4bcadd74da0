//! What was compared: requests, verdicts, and the rules they used.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

use whocan_eval::{Caller, Decision, PolicyType, Request};

use super::rules::{NOTED, UNSEEN};

/// Counts over many requests.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    /// The requests that were decided by the judge and compared with the index.
    pub requests: u64,
    /// Those allowed, open, denied by a statement, denied for lack of one.
    pub verdicts: [u64; 4],
    /// Those denied because neither identity nor resource allows.
    pub by_default: u64,
    /// By rule, the requests that used it, and their verdicts.
    pub rules: BTreeMap<u16, Uses>,
    /// By kind of caller and by action, their verdicts, as in [`Tally::verdicts`].
    pub asked: BTreeMap<String, [u64; 4]>,
    /// Requests that cannot be decided as written, by why.
    pub refused: BTreeMap<String, u64>,
}

/// How often a rule was used.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Uses {
    /// The requests that used it.
    pub used: u64,
    /// By verdict, as in [`Tally::verdicts`].
    pub verdicts: [u64; 4],
    /// Those that did not end as [`Tally::by_default`].
    pub decided: u64,
}

impl Tally {
    /// Counts one decision on a request.
    pub fn add(&mut self, request: &Request, decision: &Decision) {
        let (at, reason) = match decision {
            Decision::Allow(reason) => (0, reason),
            Decision::If(reason, _) => (1, reason),
            Decision::Deny(reason) if reason.explicit => (2, reason),
            Decision::Deny(reason) => (3, reason),
        };
        self.requests += 1;
        self.verdicts[at] += 1;
        let silent = [PolicyType::Identity, PolicyType::Resource];
        let default = at == 3 && reason.denied_by.iter().all(|one| silent.contains(one));
        self.by_default += u64::from(default);
        let caller = format!("caller {}", kind_of(&request.caller));
        for what in [caller, format!("action {}", request.action)] {
            self.asked.entry(what).or_default()[at] += 1;
        }
        for &rule in &reason.rules {
            let uses = self.rules.entry(rule).or_default();
            uses.used += 1;
            uses.verdicts[at] += 1;
            uses.decided += u64::from(!default);
        }
    }

    /// Adds what another tally counted.
    pub fn merge(&mut self, other: &Tally) {
        self.requests += other.requests;
        self.by_default += other.by_default;
        sum(&mut self.verdicts, &other.verdicts);
        for (why, count) in &other.refused {
            *self.refused.entry(why.clone()).or_default() += count;
        }
        for (what, verdicts) in &other.asked {
            sum(self.asked.entry(what.clone()).or_default(), verdicts);
        }
        for (rule, uses) in &other.rules {
            let own = self.rules.entry(*rule).or_default();
            own.used += uses.used;
            own.decided += uses.decided;
            sum(&mut own.verdicts, &uses.verdicts);
        }
    }
}

fn sum(own: &mut [u64; 4], other: &[u64; 4]) {
    for (own, other) in own.iter_mut().zip(other) {
        *own += other;
    }
}

impl Display for Tally {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let [allow, open, explicit, implicit] = self.verdicts;
        writeln!(f, "{} requests", self.requests)?;
        writeln!(
            f,
            "allow {allow}, if {open}, explicit deny {explicit}, implicit deny {implicit} (by default {})",
            self.by_default
        )?;
        writeln!(
            f,
            "{:>5} {:>10} {:>10} {:>10} {:>10} {:>10} {:>10}",
            "rule", "used", "decided", "allow", "if", "explicit", "implicit"
        )?;
        for (rule, uses) in &self.rules {
            let [allow, open, explicit, implicit] = uses.verdicts;
            writeln!(
                f,
                "{:>5} {:>10} {:>10} {allow:>10} {open:>10} {explicit:>10} {implicit:>10}",
                format!("R{rule}"),
                uses.used,
                uses.decided,
            )?;
        }
        for (what, [allow, open, explicit, implicit]) in &self.asked {
            writeln!(
                f,
                "{what}: allow {allow}, if {open}, explicit deny {explicit}, implicit deny {implicit}"
            )?;
        }
        for (why, count) in &self.refused {
            writeln!(f, "{count} refused: {why}")?;
        }
        let unused = NOTED.iter().filter(|rule| !self.rules.contains_key(rule));
        for rule in unused {
            writeln!(f, "R{rule} was not used")?;
        }
        for (why, rules) in UNSEEN {
            let rules: Vec<String> = rules.iter().map(|rule| format!("R{rule}")).collect();
            writeln!(f, "not counted: {} ({why})", rules.join(" "))?;
        }
        Ok(())
    }
}

/// Returns the kind of a caller.
pub fn kind_of(caller: &Caller) -> &'static str {
    match caller {
        Caller::User(_) => "user",
        Caller::Role(_) => "role",
        Caller::Session(_) => "session",
        Caller::FederatedUser(_) => "federated user",
        Caller::Root(_) => "root",
        Caller::Service(_) => "service",
        Caller::Oidc(_) => "web identity",
        Caller::Saml(_) => "SAML identity",
        Caller::IdentityCenter(_) => "user of Identity Center",
        Caller::Anonymous => "anonymous",
    }
}
