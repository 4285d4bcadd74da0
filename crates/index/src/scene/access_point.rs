//! Requests through an S3 access point: two passes, both must allow.

use whocan_graph::{Collected, Presence};
use whocan_policy::{Arn, Effect, KeyName, KeyState, NamedPrincipal};
use whocan_snapshot::Detail;

use super::resource::Target;
use super::{AccessPointSide, Scene};
use crate::Planes;

impl Scene<'_> {
    /// Decides a request that passes an access point (R184, R185).
    ///
    /// Source: Configuring IAM policies for using access points, S3 User Guide, read 2026-11-24.
    pub fn decide_through_access_point(&self) -> Planes {
        let Some(arn) = self
            .ask
            .access_point
            .as_deref()
            .and_then(|text| text.parse::<Arn>().ok())
        else {
            return Planes::default();
        };
        let reached = self.reached(&arn);
        let first = self.pass(AccessPointSide::AccessPoint, self.access_point_target(&arn));
        let own = Target::named(self.graph(), self.bucket_arn(), self.ask.resource_account);
        let second = self.pass(AccessPointSide::Bucket, own);
        first.decide().and(&second.decide()).and(&reached)
    }

    fn bucket_arn(&self) -> Arn {
        self.target
            .arn
            .clone()
            .unwrap_or_else(|| "arn:aws:s3:::unknown".parse().expect("a well-formed ARN"))
    }

    fn pass(&self, side: AccessPointSide, target: Target) -> PassScene<'_> {
        PassScene {
            scene: self,
            side,
            target,
        }
    }

    // `arn:...:accesspoint/NAME/object/KEY` for objects, else the access point itself.
    fn access_point_target(&self, point: &Arn) -> Target {
        let key = self
            .arn()
            .and_then(|arn| arn.resource().split_once('/'))
            .map(|(_, key)| key.to_owned());
        let mut target = Target::named(self.graph(), point.clone(), None);
        if let Some(key) = key {
            target.text = format!("{point}/object/{key}");
        }
        target.carrier = self.graph().resource_of(point.as_str());
        target.record = target.carrier;
        target
    }

    // An access point of a VPC refuses requests from elsewhere.
    fn reached(&self, point: &Arn) -> Planes {
        let all = Planes::certain(self.callers().all.clone());
        let record = match self.graph().presence(point) {
            Presence::Recorded(record) => &self.graph().resource(record).detail,
            Presence::Absent(_) => return all,
            Presence::NotCollected(_) => return self.gap(&self.callers().all, all),
        };
        let Detail::AccessPoint(settings) = record else {
            return all;
        };
        let bucket = self.arn().and_then(|arn| arn.resource().split('/').next());
        if bucket.is_some_and(|bucket| bucket != settings.bucket) {
            // It leads to another bucket.
            return Planes::default();
        }
        let Some(vpc) = &settings.vpc else {
            return all;
        };
        let endpoint = self
            .ask
            .endpoint
            .as_deref()
            .and_then(|id| self.graph().endpoint_of(id));
        let from = endpoint.map(|id| self.graph().endpoint(id).vpc.to_string());
        let from = from.map(|vpc| KeyState::Known(vec![vpc]));
        let from = from.or_else(|| self.ask.given.get(&KeyName::new("aws:SourceVpc")).cloned());
        match from {
            Some(KeyState::Known(values)) if values.as_slice() == [vpc.clone()] => all,
            Some(KeyState::Known(_) | KeyState::Absent) | None => Planes::default(),
            Some(_) => all.doubted(),
        }
    }

    /// Decides whom a bucket policy that hands control to access points lets pass
    /// without their own side naming the bucket (A27).
    pub fn delegated(&self) -> Planes {
        if self.ignores_resource_policy() {
            return Planes::default();
        }
        let record = self.target.carrier.map(|id| self.graph().resource(id));
        let policy = record.and_then(|record| match &record.policy {
            Collected::Yes(policy) => *policy,
            Collected::Not => None,
        });
        let Some(document) = policy.and_then(|policy| self.graph().policy(policy).document) else {
            return Planes::default();
        };
        let mut delegated = Planes::default();
        for line in self.index.facts.lines(self.graph(), document) {
            let statement = line.statement;
            let everyone = statement.principal.as_ref().is_some_and(|clause| {
                !clause.negated && clause.entries.contains(&NamedPrincipal::Everyone)
            });
            let keyed = statement.conditions.iter().any(|condition| {
                condition.key.as_lower().starts_with("s3:dataaccesspoint")
                    && !condition.operator.negated
            });
            if everyone && keyed && statement.effect == Some(Effect::Allow) {
                let all = &self.callers().all;
                delegated.or(&self.applies(line, all, super::statement::Resources::Expected));
            }
        }
        delegated
    }
}

/// One pass of a request through an access point.
struct PassScene<'a> {
    scene: &'a Scene<'a>,
    side: AccessPointSide,
    target: Target,
}

impl PassScene<'_> {
    fn decide(self) -> Planes {
        let outer = self.scene;
        let mut scene = Scene {
            index: outer.index,
            ask: outer.ask,
            service: outer.service,
            action_id: outer.action_id,
            target: self.target,
            strict: outer.strict,
            gap_seen: std::cell::Cell::new(false),
            keys: outer.keys,
            state: outer.state,
            focus: outer.focus.clone(),
            beside: outer.beside,
            through: Some(self.side),
        };
        let decided = scene.decide();
        if scene.gap_seen.get() {
            outer.gap_seen.set(true);
        }
        decided
    }
}
