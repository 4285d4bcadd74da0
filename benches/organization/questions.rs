//! Questions about whatever a graph holds.

use whocan_graph::{Graph, PrincipalId};
use whocan_index::{Ask, Ignoring};
use whocan_policy::{Given, Pattern, Precedence, Session};

use crate::dice::Dice;

/// Questions that are asked in turn.
pub struct Questions {
    /// One action on one resource.
    pub calls: Vec<Ask>,
    /// Whose path is looked for.
    pub callers: Vec<PrincipalId>,
    /// All objects of one bucket.
    pub objects: Vec<(Ask, Pattern)>,
}

impl Questions {
    /// Draws questions about buckets, keys and roles that `graph` knows, and some it does not know.
    pub fn draw(graph: &Graph, seed: u64, count: usize) -> Questions {
        let mut dice = Dice::new(seed ^ 0x7175_6573);
        let arns = |like: &str| -> Vec<&str> {
            let all = graph.resources().iter().map(|one| &*one.arn);
            all.filter(|arn| arn.starts_with(like) && !arn.contains('/'))
                .collect()
        };
        let buckets = arns("arn:aws:s3:::");
        let keys: Vec<&str> = (graph.resources().iter().map(|one| &*one.arn))
            .filter(|arn| arn.starts_with("arn:aws:kms:"))
            .collect();
        let roles: Vec<&str> = (graph.roles())
            .map(|role| &*graph.principal(role).arn)
            .collect();
        let identities: Vec<PrincipalId> = (0..graph.principals().len() as u32)
            .map(PrincipalId)
            .filter(|id| graph.principal(*id).identity().is_some())
            .collect();
        assert!(
            !buckets.is_empty() && !roles.is_empty(),
            "a bundle to be measured has buckets and roles"
        );
        let bucket = |dice: &mut Dice| dice.of(&buckets).to_owned();
        let call = |dice: &mut Dice| match dice.below(20) {
            0..8 => ask("s3:GetObject", format!("{}/report.csv", bucket(dice))),
            8..11 => ask("s3:PutObject", format!("{}/new.csv", bucket(dice))),
            11..13 => ask("s3:DeleteBucketPolicy", bucket(dice)),
            13..15 if !keys.is_empty() => ask("kms:Decrypt", dice.of(&keys).to_owned()),
            15..17 => ask("sts:AssumeRole", dice.of(&roles).to_owned()),
            17..19 => ask("iam:PassRole", dice.of(&roles).to_owned()),
            _ => ask("dynamodb:GetItem", UNKNOWN_TABLE.to_owned()),
        };
        Questions {
            calls: (0..count).map(|_| call(&mut dice)).collect(),
            callers: (0..count).map(|_| dice.of(&identities)).collect(),
            objects: (0..count)
                .map(|_| {
                    let objects = Pattern::resource(&format!("{}/*", bucket(&mut dice)));
                    (ask("s3:GetObject", String::new()), objects)
                })
                .collect(),
        }
    }
}

/// A resource of an account that no bundle holds.
const UNKNOWN_TABLE: &str = "arn:aws:dynamodb:eu-west-1:999988887777:table/unknown";

/// One action on one resource.
pub fn ask(action: &str, resource: String) -> Ask {
    Ask {
        action: action.to_owned(),
        resource,
        resource_account: None,
        given: Given::default(),
        precedence: Precedence::Facts,
        session: Session::default(),
        assume: None,
        access_point: None,
        endpoint: None,
        ignoring: Ignoring::default(),
    }
}
