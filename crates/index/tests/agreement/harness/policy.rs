//! Random policy documents, of each kind that AWS knows.

use serde_json::{Map, Value, json};

use super::condition;
use super::dice::Dice;
use super::key::Key;
use super::scenery::{self, Call, Kind, Scenery};

/// What a document is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    Identity,
    Boundary,
    Session,
    ServiceControl,
    ResourceControl,
    /// The policy of the resource with this ARN.
    Resource(String),
    /// The trust policy of a role, in the account with this number.
    Trust(usize),
    Endpoint,
}

/// Draws documents for one world.
pub struct Writer<'a> {
    /// What is drawn from.
    pub dice: &'a mut Dice,
    /// The names.
    pub scenery: &'a Scenery,
    /// The context keys that the world is about.
    pub keys: &'a [Key],
}

impl Writer<'_> {
    /// Draws the text of a document.
    pub fn document(&mut self, purpose: &Purpose) -> String {
        let mut statements = Vec::new();
        if self.dice.chance(broad(purpose)) {
            statements.push(full_access(purpose));
        }
        let more = match self.dice.weighted(&[6, 54, 28, 12]) {
            0 if statements.is_empty() => self.dice.below(2),
            count => count,
        };
        for _ in 0..more {
            statements.push(Value::Object(self.statement(purpose)));
        }
        let mut document = Map::new();
        match self.dice.weighted(&[88, 6, 6]) {
            0 => drop(document.insert("Version".into(), json!("2012-10-17"))),
            1 => drop(document.insert("Version".into(), json!("2008-10-17"))),
            _ => {}
        }
        if self.dice.chance(3) {
            document.insert("Id".into(), json!("an id"));
        }
        let single = statements.len() == 1 && self.dice.chance(20);
        let statement = match statements.pop() {
            Some(statement) if single => statement,
            last => {
                statements.extend(last);
                Value::Array(statements)
            }
        };
        document.insert("Statement".into(), statement);
        self.spoiled(&Value::Object(document).to_string())
    }

    // One document in fifty is not as AWS writes it (R16).
    fn spoiled(&mut self, text: &str) -> String {
        match self.dice.below(250) {
            0 => text.replacen("\"Statement\"", "\"Statment\"", 1),
            1 => text[..text.len() - 1].to_owned(),
            2 => text.replacen('{', "{\"Id\":\"a\",\"Id\":\"b\",", 1),
            3 => text.replacen("2012-10-17", "2020-01-01", 1),
            4 => text.replacen("\"Effect\"", "\"Efect\":1,\"Effect\"", 1),
            _ => text.to_owned(),
        }
    }

    fn statement(&mut self, purpose: &Purpose) -> Map<String, Value> {
        let mut statement = Map::new();
        if self.dice.chance(10) {
            statement.insert("Sid".into(), json!(self.dice.pick(&["One", "Deny"])));
        }
        if let Some(effect) = self.effect(purpose) {
            statement.insert("Effect".into(), json!(effect));
        }
        self.put_principal(purpose, &mut statement);
        let call = self.call(purpose);
        self.put_actions(purpose, call, &mut statement);
        self.put_resources(purpose, call, &mut statement);
        if self.dice.chance(38) {
            let condition = if self.dice.chance(5) {
                json!({})
            } else {
                condition::draw(self.dice, self.scenery, self.keys)
            };
            statement.insert("Condition".into(), condition);
        }
        statement
    }

    fn effect(&mut self, purpose: &Purpose) -> Option<&'static str> {
        if self.dice.chance(1) {
            return self.dice.pick(&[None, Some("allow"), Some("DENY")]);
        }
        let denies = match purpose {
            Purpose::ResourceControl => 95,
            Purpose::ServiceControl => 60,
            Purpose::Identity => 18,
            _ => 25,
        };
        Some(if self.dice.chance(denies) {
            "Deny"
        } else {
            "Allow"
        })
    }

    // A call that the document may be about.
    fn call(&mut self, purpose: &Purpose) -> Call {
        match purpose {
            Purpose::Trust(_) => {
                let all = [
                    ("sts:AssumeRole", Kind::Role),
                    ("sts:AssumeRole", Kind::Role),
                    ("sts:AssumeRole", Kind::Role),
                    ("sts:AssumeRole", Kind::Role),
                    ("sts:TagSession", Kind::Role),
                    ("sts:SetSourceIdentity", Kind::Role),
                    ("sts:AssumeRoleWithWebIdentity", Kind::Role),
                    ("sts:AssumeRoleWithSAML", Kind::Role),
                ];
                self.dice.pick(&all)
            }
            Purpose::Resource(arn) => {
                let service = arn.split(':').nth(2).unwrap_or_default();
                let fits = |call: &Call| call.0.split(':').next() == Some(service);
                let own = self.scenery.calls.iter().filter(|call| fits(call));
                let own: Vec<Call> = own.copied().collect();
                let of_service = scenery::CALLS.iter().filter(|call| fits(call));
                let of_service: Vec<Call> = of_service.copied().collect();
                if !own.is_empty() && self.dice.chance(90) {
                    self.dice.pick(&own)
                } else if of_service.is_empty() {
                    self.scenery.call(self.dice)
                } else {
                    self.dice.pick(&of_service)
                }
            }
            _ => self.scenery.call(self.dice),
        }
    }

    fn put_actions(&mut self, purpose: &Purpose, call: Call, statement: &mut Map<String, Value>) {
        let mut patterns = vec![self.action(call.0)];
        if matches!(purpose, Purpose::Trust(_)) && self.dice.chance(35) {
            let with = ["sts:TagSession", "sts:SetSourceIdentity"];
            patterns.extend(with.iter().map(|text| (*text).to_owned()));
        }
        while self.dice.chance(20) {
            let call = self.call(purpose);
            patterns.push(self.action(call.0));
        }
        let (plain, negated) = match self.dice.below(100) {
            0 => (true, true),
            1 => (false, false),
            2..=10 => (false, true),
            _ => (true, false),
        };
        if self.dice.chance(2) {
            patterns.clear();
        }
        let patterns = self.one_or_many(patterns);
        if plain {
            statement.insert("Action".into(), patterns.clone());
        }
        if negated {
            statement.insert("NotAction".into(), patterns);
        }
    }

    fn action(&mut self, name: &str) -> String {
        let (service, bare) = name.split_once(':').unwrap_or((name, ""));
        match self.dice.weighted(&[54, 20, 8, 5, 4, 7, 1, 1]) {
            0 => name.to_owned(),
            1 => format!("{service}:*"),
            2 => format!("{service}:{}*", &bare[..bare.len().min(3)]),
            3 => name.to_uppercase(),
            4 => format!("{service}:?{}", bare.get(1..).unwrap_or_default()),
            5 => "*".to_owned(),
            6 => format!("{}*:{bare}", &service[..1]),
            _ => format!("{service}: {bare}"),
        }
    }

    fn put_resources(&mut self, purpose: &Purpose, call: Call, statement: &mut Map<String, Value>) {
        let omitted = match purpose {
            Purpose::Trust(_) => 96,
            Purpose::Resource(arn) if arn.contains(":ecr:") => 90,
            _ => 1,
        };
        if self.dice.chance(omitted) {
            return;
        }
        let mut patterns = vec![self.resource(purpose, call.1)];
        while self.dice.chance(20) {
            patterns.push(self.resource(purpose, call.1));
        }
        if self.dice.chance(1) {
            patterns.clear();
        }
        let name = if self.dice.chance(12) {
            "NotResource"
        } else {
            "Resource"
        };
        if self.dice.chance(1) {
            statement.insert("NotResource".into(), json!("*"));
            statement.insert("Resource".into(), json!("*"));
            return;
        }
        let patterns = self.one_or_many(patterns);
        statement.insert(name.into(), patterns);
    }

    fn resource(&mut self, purpose: &Purpose, kind: Kind) -> String {
        if let Purpose::Resource(arn) = purpose {
            let bucket = kind == Kind::Object || kind == Kind::Bucket;
            match self.dice.below(10) {
                0..=1 => return "*".to_owned(),
                2..=3 => return arn.clone(),
                4..=7 if arn.contains("accesspoint") => return format!("{arn}/object/*"),
                4..=6 if bucket => return format!("{arn}/*"),
                4..=7 => return arn.clone(),
                _ => {}
            }
        }
        let plain = self.scenery.resource(self.dice, kind);
        match self.dice.weighted(&[22, 36, 20, 12, 10]) {
            0 => "*".to_owned(),
            1 => plain,
            2 => condition::globbed(self.dice, &plain),
            3 => self.with_variable(&plain),
            _ => self.odd_resource(&plain),
        }
    }

    // Puts a variable in place of the last part of `plain`.
    fn with_variable(&mut self, plain: &str) -> String {
        let variable = condition::variable(self.dice);
        let parts: Vec<&str> = plain.split('/').collect();
        let at = self.dice.below(parts.len());
        let mut changed: Vec<String> = parts.iter().map(|part| (*part).to_owned()).collect();
        if at == 0 {
            // Before the fifth colon a variable matches nothing (R91).
            let head = plain.rsplit_once(':').map_or("", |(head, _)| head);
            changed[0] = format!("{head}:{variable}");
        } else {
            changed[at] = variable;
        }
        changed.join("/")
    }

    fn odd_resource(&mut self, plain: &str) -> String {
        let parts: Vec<&str> = plain.splitn(6, ':').collect();
        let [_, partition, service, region, account, rest] = parts[..] else {
            return self.dice.pick(&["**", "", "no arn"]).to_owned();
        };
        match self.dice.below(8) {
            0 => format!("arn:{partition}:{service}:*"),
            1 => format!("arn:*:{service}:*:*:{rest}"),
            2 => format!("arn:{partition}:{service}:*:{rest}"),
            3 => format!("arn:aws-cn:{service}:{region}:{account}:{rest}"),
            4 => format!("arn:{partition}:{service}:us-east-?:{account}:*"),
            5 => format!("arn:{partition}:${{aws:username}}:{region}:{account}:{rest}"),
            6 => format!("arn:{partition}:{service}:{region}:111111111111:{rest}"),
            _ => plain.to_uppercase(),
        }
    }

    fn one_or_many(&mut self, mut texts: Vec<String>) -> Value {
        if texts.len() == 1 && self.dice.chance(60) {
            return Value::String(texts.remove(0));
        }
        json!(texts)
    }

    fn put_principal(&mut self, purpose: &Purpose, statement: &mut Map<String, Value>) {
        let everyone = match purpose {
            Purpose::Resource(_) | Purpose::Trust(_) => 0,
            Purpose::ResourceControl => 97,
            Purpose::Endpoint => 80,
            // A principal has no place in these.
            _ if self.dice.chance(99) => return,
            _ => 50,
        };
        if self.dice.chance(everyone) {
            statement.insert("Principal".into(), json!("*"));
            return;
        }
        if self.dice.chance(1) {
            return;
        }
        let not = match purpose {
            Purpose::Trust(_) => 2,
            _ => 9,
        };
        if self.dice.chance(not) {
            let listed = self.exempted();
            statement.insert("NotPrincipal".into(), json!({ "AWS": listed }));
            return;
        }
        let principal = self.principal(purpose);
        statement.insert("Principal".into(), principal);
    }

    // A user with its account, a session with its role and account, or parts of these (R33, R34).
    fn exempted(&mut self) -> Vec<String> {
        let place = self.scenery.place(self.dice);
        let mut all = if self.dice.chance(50) {
            vec![scenery::user(&place, 0)]
        } else {
            let number = scenery::ordinary_role(self.dice);
            vec![
                scenery::role(&place, number),
                scenery::session(&place, number, "alice"),
            ]
        };
        all.push(scenery::root(&place));
        if self.dice.chance(40) {
            all.remove(self.dice.below(all.len()));
        }
        all
    }

    fn principal(&mut self, purpose: &Purpose) -> Value {
        let trust = matches!(purpose, Purpose::Trust(_));
        let services = if trust { 8 } else { 6 };
        let federated = if trust { 14 } else { 1 };
        match self.dice.weighted(&[12, 70, services, federated, 3, 1]) {
            0 => json!("*"),
            1 => {
                let mut named = vec![self.named()];
                while self.dice.chance(30) {
                    named.push(self.named());
                }
                let mut types = Map::new();
                types.insert("AWS".into(), self.one_or_many(named));
                if self.dice.chance(8) {
                    types.insert("Service".into(), json!(self.dice.pick(&scenery::SERVICES)));
                }
                Value::Object(types)
            }
            2 => json!({ "Service": self.dice.pick(&scenery::SERVICES) }),
            3 => json!({ "Federated": self.provider(purpose) }),
            4 => {
                let place = self.scenery.place(self.dice);
                json!({ "CanonicalUser": scenery::canonical_id(&place) })
            }
            // Only `*` may stand alone.
            _ => json!(self.scenery.principal(self.dice)),
        }
    }

    fn provider(&mut self, purpose: &Purpose) -> String {
        let place = match purpose {
            Purpose::Trust(at) if self.dice.chance(85) => self.scenery.places[*at].clone(),
            _ => self.scenery.place(self.dice),
        };
        let all = [
            scenery::oidc_provider(&place),
            scenery::saml_provider(&place),
            scenery::BUILT_IN_ISSUER.to_owned(),
        ];
        self.dice.pick(&all)
    }

    // A value under `AWS`.
    fn named(&mut self) -> String {
        let place = self.scenery.place(self.dice);
        match self.dice.weighted(&[5, 22, 58, 8, 7]) {
            0 => "*".to_owned(),
            1 => {
                let root = scenery::root(&place);
                self.dice.pick(&[root, place.id.to_owned()])
            }
            2 => self.scenery.principal(self.dice),
            3 => {
                let live = [
                    scenery::unique_id("AIDA", &place, "ana"),
                    scenery::unique_id("AROA", &place, "app"),
                    "AROADEAD".to_owned(),
                    "AIDADEAD".to_owned(),
                ];
                self.dice.pick(&live)
            }
            _ => {
                let nobody = [
                    scenery::iam(&place, "group/g1"),
                    scenery::iam(&place, "user/*"),
                    "ana".to_owned(),
                ];
                self.dice.pick(&nobody)
            }
        }
    }
}

// How often a document starts with a statement that allows everything.
fn broad(purpose: &Purpose) -> usize {
    match purpose {
        Purpose::Identity => 36,
        Purpose::Boundary => 65,
        Purpose::Session => 60,
        Purpose::ServiceControl => 60,
        Purpose::Endpoint => 50,
        Purpose::ResourceControl => 0,
        Purpose::Resource(_) => 9,
        Purpose::Trust(_) => 6,
    }
}

fn full_access(purpose: &Purpose) -> Value {
    match purpose {
        Purpose::Trust(_) => json!({
            "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:*"
        }),
        Purpose::Resource(_) | Purpose::Endpoint => json!({
            "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"
        }),
        _ => json!({ "Effect": "Allow", "Action": "*", "Resource": "*" }),
    }
}
