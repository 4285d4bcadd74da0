//! A world with questions, and how it is drawn from a number.

use serde::{Deserialize, Serialize};
use whocan_policy::NamedPrincipal;

use super::dice::Dice;
use super::key::{self, Key};
use super::question::{self, Question, Way};
use super::scenery::Scenery;
use super::world::{self, World};

/// A world and what is asked about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// The world.
    pub world: World,
    /// The questions.
    pub questions: Vec<Question>,
}

/// How many questions of each way a case has.
#[derive(Clone, Copy, Debug)]
pub struct Counts {
    /// About one call.
    pub can: usize,
    /// Over chains.
    pub reach: usize,
    /// About all resources of a pattern.
    pub region: usize,
}

impl Case {
    /// Draws the case with this number of the row that `seed` starts.
    pub fn draw(seed: u64, number: u64, counts: Counts) -> Case {
        let mixed = seed.rotate_left(32) ^ number;
        let mut dice = Dice::new(mixed);
        let scenery = Scenery::draw(&mut dice);
        let mut keys: Vec<Key> = (0..5).map(|_| key::draw(&mut dice)).collect();
        if dice.chance(30) {
            keys[0] = dice.pick(&key::CHAIN);
            keys[1] = dice.pick(&key::CHAIN);
        }
        // A key of one of the services that the case is about.
        let of_services = key::of_services(&scenery.calls);
        if !of_services.is_empty() && dice.chance(30) {
            keys[2] = dice.pick(&of_services);
        }
        let world = world::draw(&mut dice, &scenery, &keys);
        let ways = [
            (Way::Can, counts.can),
            (Way::Reach, counts.reach),
            (Way::Region, counts.region),
        ];
        let questions = ways.iter().flat_map(|&(way, count)| vec![way; count]);
        let questions = questions.map(|way| question::draw(&mut dice, &scenery, &keys, way));
        let questions = questions.collect();
        Case { world, questions }
    }
}

/// Returns callers that every world has, though no policy need name them.
pub fn callers() -> Vec<NamedPrincipal> {
    let names = [
        ("AWS", "arn:aws:sts::111111111111:assumed-role/app/alice"),
        ("AWS", "arn:aws:sts::222222222222:assumed-role/app/i-1"),
        ("AWS", "arn:aws:sts::111111111111:federated-user/bob"),
        ("Service", "sns.amazonaws.com"),
        ("Federated", "cognito-identity.amazonaws.com"),
    ];
    let all = names.iter();
    all.filter_map(|(kind, text)| NamedPrincipal::parse(kind, text))
        .collect()
}
