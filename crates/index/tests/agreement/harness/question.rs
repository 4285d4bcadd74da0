//! Random questions, in a form that can be written down.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use whocan_eval::{Caller, Request};
use whocan_index::Ask;
use whocan_policy::{
    AccountId, Assume, Document, Given, Ignoring, KeyName, KeyState, Precedence, Session,
};

use super::dice::Dice;
use super::key::{self, Key, Shape};
use super::policy::{Purpose, Writer};
use super::scenery::{self, Kind, Scenery};
use super::world::account_id;

/// A question about one action on one resource, or on all that a pattern covers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// The action.
    pub action: String,
    /// An ARN, `*`, or, in a question about a region, a pattern.
    pub resource: String,
    /// Another resource that the same call touches (R55).
    #[serde(default)]
    pub also: Option<String>,
    /// Whether `resource` is a pattern.
    #[serde(default)]
    pub region: bool,
    /// How chains are followed; `None` asks about direct calls.
    #[serde(default)]
    pub chain: Option<Chain>,
    /// The resource's account, where its ARN does not say so.
    #[serde(default)]
    pub resource_account: Option<AccountId>,
    /// What is said about context keys.
    #[serde(default)]
    pub given: BTreeMap<String, State>,
    /// Whether what is said wins over facts.
    #[serde(default)]
    pub overriding: bool,
    /// Whether every other key is absent.
    #[serde(default)]
    pub complete: bool,
    /// The state of the calling session.
    #[serde(default)]
    pub session: Calling,
    /// The parameters of an `AssumeRole` call.
    #[serde(default)]
    pub assume: Option<Parameters>,
    /// The VPC endpoint.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// The S3 access point.
    #[serde(default)]
    pub access_point: Option<String>,
    /// The kinds of policy that are left out.
    #[serde(default)]
    pub ignored: Vec<Ignored>,
}

/// A kind of policy that a question leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ignored {
    Scps,
    Rcps,
    Boundaries,
    Identity,
    Resource,
    Acls,
    Grants,
    Blocks,
    Endpoints,
}

/// How chains are followed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Chain {
    /// The actions that are followed; none means all.
    pub via: Vec<String>,
    /// The most hops.
    pub within: Option<u32>,
    /// The ARNs of roles of which a path must pass one.
    pub through: Option<Vec<String>>,
    /// Whether a path must pass each of them.
    #[serde(default)]
    pub through_each: bool,
    /// The ARNs of roles that a path must not pass.
    pub avoiding: Vec<String>,
}

impl Chain {
    /// Returns the sets of which a path must pass one each.
    pub fn through(&self) -> Vec<Vec<String>> {
        match &self.through {
            None => Vec::new(),
            Some(arns) if self.through_each => arns.iter().map(|arn| vec![arn.clone()]).collect(),
            Some(arns) => vec![arns.clone()],
        }
    }
}

/// What is said about a key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    Known(Vec<String>),
    Absent,
    Present,
    Prefix(String),
    OneOf(Vec<State>),
    Unknown,
}

/// The state of the calling session.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Calling {
    /// The texts of its session policies.
    pub policies: Vec<String>,
    /// Its tags.
    pub tags: Option<Vec<(String, String)>>,
    /// The keys of its transitive tags.
    pub transitive: Vec<String>,
    /// Its source identity.
    pub source_identity: Option<String>,
    /// The user behind a federated session.
    pub user: Option<String>,
}

/// The parameters of an `AssumeRole` call.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Parameters {
    /// The tags that it passes.
    pub tags: Vec<(String, String)>,
    /// The source identity that it sets.
    pub source_identity: Option<String>,
    /// The session's name.
    pub name: Option<String>,
}

/// The three ways of asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Way {
    /// One call.
    Can,
    /// Over chains of assumed roles.
    Reach,
    /// One call, on all resources that a pattern covers.
    Region,
}

/// Draws a question.
pub fn draw(dice: &mut Dice, scenery: &Scenery, keys: &[Key], way: Way) -> Question {
    let (action, kind) = scenery.call(dice);
    let mut question = Question {
        action: action.to_owned(),
        resource: scenery.resource(dice, kind),
        region: way == Way::Region,
        chain: (way == Way::Reach).then(|| chain(dice, scenery)),
        ..Question::default()
    };
    if way == Way::Region {
        question.resource = pattern(dice, &question.resource);
    }
    if kind == Kind::Object && dice.chance(25) {
        question.access_point = Some(scenery.resource(dice, Kind::AccessPoint));
    }
    if dice.chance(if kind == Kind::Object { 15 } else { 6 }) {
        question.endpoint = Some(dice.pick(&["vpce-1", "vpce-2", "vpce-9"]).to_owned());
    }
    if way == Way::Can && dice.chance(6) {
        question.also = Some(scenery.resource(dice, kind));
    }
    // Only where the ARN does not say it.
    if matches!(kind, Kind::Bucket | Kind::Object | Kind::Nothing) && dice.chance(12) {
        question.resource_account = Some(account_id(scenery.place(dice).id));
    }
    if dice.chance(15) {
        let all = [
            Ignored::Scps,
            Ignored::Rcps,
            Ignored::Boundaries,
            Ignored::Identity,
            Ignored::Resource,
            Ignored::Acls,
            Ignored::Grants,
            Ignored::Blocks,
            Ignored::Endpoints,
        ];
        question.ignored = dice.subset(&all, 30);
    }
    add_context(dice, scenery, keys, &mut question);
    question
}

fn add_context(dice: &mut Dice, scenery: &Scenery, keys: &[Key], question: &mut Question) {
    if dice.chance(40) {
        for _ in 0..=dice.below(3) {
            let key = if dice.chance(80) {
                dice.pick(keys)
            } else {
                key::draw(dice)
            };
            let state = state(dice, scenery, key, true);
            question.given.insert(key.name.to_owned(), state);
        }
    }
    // As in a simulation.
    question.overriding = dice.chance(10);
    question.complete = question.overriding && dice.chance(60);
    if dice.chance(25) {
        question.session = calling(dice, scenery, keys);
    }
    let assumes = question.action.starts_with("sts:");
    if dice.chance(if assumes { 40 } else { 4 }) {
        let all = tags(dice);
        question.assume = Some(Parameters {
            tags: dice.subset(&all, 40),
            source_identity: word(dice, 30),
            name: dice
                .chance(30)
                .then(|| dice.pick(&scenery::SESSIONS).to_owned()),
        });
    }
}

fn tags(dice: &mut Dice) -> Vec<(String, String)> {
    let all = scenery::TAGS.iter();
    all.map(|key| {
        (
            (*key).to_owned(),
            dice.pick(&scenery::WORDS[..3]).to_owned(),
        )
    })
    .collect()
}

fn word(dice: &mut Dice, percent: usize) -> Option<String> {
    let drawn = dice.pick(&scenery::WORDS[..3]).to_owned();
    dice.chance(percent).then_some(drawn)
}

fn calling(dice: &mut Dice, scenery: &Scenery, keys: &[Key]) -> Calling {
    let mut policies = Vec::new();
    while policies.len() < 2 && dice.chance(45) {
        let mut writer = Writer {
            dice,
            scenery,
            keys,
        };
        policies.push(writer.document(&Purpose::Session));
    }
    let tagged = dice.chance(40);
    let carried = tags(dice);
    let tags = tagged.then(|| dice.subset(&carried, 60));
    let known: Vec<String> = tags.iter().flatten().map(|tag| tag.0.clone()).collect();
    Calling {
        policies,
        tags,
        transitive: dice.subset(&known, 50),
        source_identity: word(dice, 25),
        user: dice
            .chance(50)
            .then(|| dice.pick(&["ana", "bo"]).to_owned()),
    }
}

fn state(dice: &mut Dice, scenery: &Scenery, key: Key, whole: bool) -> State {
    match dice.weighted(&[62, 22, 8, 3, if whole { 3 } else { 0 }, 2]) {
        0 => {
            let count = match dice.below(10) {
                0 if key.several => 0,
                1..=4 if key.several => 2,
                _ => 1,
            };
            State::Known((0..count).map(|_| key.shape.value(dice, scenery)).collect())
        }
        1 => State::Absent,
        2 => State::Present,
        3 if matches!(key.shape, Shape::Word | Shape::UserId) => {
            State::Prefix(dice.pick(&["r", "AROA", "an"]).to_owned())
        }
        4 => State::OneOf((0..2).map(|_| state(dice, scenery, key, false)).collect()),
        _ => State::Unknown,
    }
}

fn chain(dice: &mut Dice, scenery: &Scenery) -> Chain {
    let all = [
        "sts:AssumeRole",
        "sts:AssumeRoleWithWebIdentity",
        "sts:AssumeRoleWithSAML",
    ];
    let some = |dice: &mut Dice, count: usize| -> Vec<String> {
        let place = |dice: &mut Dice| scenery.place(dice);
        (0..count)
            .map(|_| scenery::role(&place(dice), scenery::ordinary_role(dice)))
            .collect()
    };
    let avoided = dice.below(3);
    let mut via = if dice.chance(30) {
        dice.subset(&all.map(str::to_owned), 60)
    } else {
        Vec::new()
    };
    if avoided == 1 && !via.is_empty() {
        via.push(whocan_index::IDENTITY_CENTER.to_owned());
    }
    Chain {
        via,
        within: dice
            .chance(30)
            .then(|| u32::try_from(dice.below(4)).unwrap_or_default()),
        through: dice.chance(20).then(|| some(dice, 2)),
        through_each: avoided == 2,
        avoiding: if dice.chance(20) {
            some(dice, avoided)
        } else {
            Vec::new()
        },
    }
}

// Widens an ARN to a pattern over resources of its service and kind.
fn pattern(dice: &mut Dice, arn: &str) -> String {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let [_, partition, service, region, account, rest] = parts[..] else {
        return arn.to_owned();
    };
    let folder = rest.rsplit_once('/').map_or("", |(folder, _)| folder);
    let kind = rest.find(['/', ':']).map_or("", |end| &rest[..=end]);
    let rest = match dice.below(5) {
        0 if !folder.is_empty() => format!("{folder}/*"),
        1 => format!("{rest}*"),
        2 => rest.to_owned(),
        3 => format!(
            "{kind}{}",
            super::condition::globbed(dice, &rest[kind.len()..])
        ),
        _ => format!("{kind}*"),
    };
    let account = match dice.below(8) {
        0 if !account.is_empty() => "*".to_owned(),
        1 if !account.is_empty() => super::condition::globbed(dice, account),
        _ => account.to_owned(),
    };
    let anywhere = !region.is_empty() && dice.chance(10);
    let region = if anywhere { "*" } else { region };
    format!("arn:{partition}:{service}:{region}:{account}:{rest}")
}

impl Question {
    /// Returns how the question is asked.
    pub fn way(&self) -> Way {
        if self.region {
            Way::Region
        } else if self.chain.is_some() {
            Way::Reach
        } else {
            Way::Can
        }
    }

    /// Returns the question about one resource for the index.
    pub fn ask(&self, resource: &str) -> Ask {
        Ask {
            action: self.action.clone(),
            resource: resource.to_owned(),
            resource_account: self.resource_account,
            given: self.given(),
            session: self.session(),
            assume: self.assume(),
            access_point: self.access_point.clone(),
            endpoint: self.endpoint.clone(),
            precedence: self.precedence(),
            ignoring: self.ignoring(),
        }
    }

    /// Returns the question about one caller and one resource for the judge.
    pub fn request(&self, caller: Caller, resource: &str) -> Request {
        let mut resources = vec![resource.to_owned()];
        resources.extend(self.also.clone());
        Request {
            resource_account: self.resource_account,
            given: self.given(),
            precedence: self.precedence(),
            session: self.session(),
            assume: self.assume(),
            access_point: self.access_point.clone(),
            endpoint: self.endpoint.clone(),
            ignoring: self.ignoring(),
            ..Request::new(caller, &self.action, resources)
        }
    }

    /// Returns what is said about context keys.
    pub fn given(&self) -> Given {
        let keys = self.given.iter();
        Given {
            keys: keys
                .map(|(key, state)| (KeyName::new(key), state.known()))
                .collect(),
            complete: self.complete,
        }
    }

    /// Returns what the question leaves out.
    pub fn ignoring(&self) -> Ignoring {
        let is = |one| self.ignored.contains(&one);
        Ignoring {
            scps: is(Ignored::Scps),
            rcps: is(Ignored::Rcps),
            boundaries: is(Ignored::Boundaries),
            identity_policies: is(Ignored::Identity),
            resource_policies: is(Ignored::Resource),
            acls: is(Ignored::Acls),
            grants: is(Ignored::Grants),
            public_access_blocks: is(Ignored::Blocks),
            endpoint_policies: is(Ignored::Endpoints),
        }
    }

    fn precedence(&self) -> Precedence {
        if self.overriding {
            Precedence::Given
        } else {
            Precedence::Facts
        }
    }

    fn session(&self) -> Session {
        let policies = self.session.policies.iter();
        Session {
            policies: policies
                .map(|text| Arc::new(Document::parse(text)))
                .collect(),
            tags: self.session.tags.clone(),
            transitive: self.session.transitive.clone(),
            source_identity: self.session.source_identity.clone(),
            user: self.session.user.clone(),
        }
    }

    fn assume(&self) -> Option<Assume> {
        self.assume.as_ref().map(|parameters| Assume {
            tags: parameters.tags.clone(),
            source_identity: parameters.source_identity.clone(),
            name: parameters.name.clone(),
        })
    }
}

impl State {
    fn known(&self) -> KeyState {
        match self {
            State::Known(values) => KeyState::Known(values.clone()),
            State::Absent => KeyState::Absent,
            State::Present => KeyState::Present,
            State::Prefix(text) => KeyState::Prefix(text.clone()),
            State::OneOf(states) => KeyState::OneOf(states.iter().map(State::known).collect()),
            State::Unknown => KeyState::Unknown,
        }
    }
}
