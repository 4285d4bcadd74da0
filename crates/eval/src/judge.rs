//! One request from beginning to end: AWS's rules in order.

use whocan_graph::Graph;
use whocan_policy::catalogue::catalogue;
use whocan_policy::{Arn, KeyName, KeyState, Truth};

use crate::fixed::{self, Fixed};
use crate::granted::{self, ResourceGrants};
use crate::inquiry::{Call, Inquiry, Note};
use crate::policies::{self, PrincipalSides, ResourceSides};
use crate::resource::{Family, Relation, Target};
use crate::route::{Passage, Route};
use crate::side::{Formula, Side};
use crate::subject::SubjectKind;
use crate::{
    OpenKind, OpenPoint, PolicyType, Request, RequestError, endpoint, organization, s3, trust,
};

/// What is decided about one permission on one resource, with what decides it.
pub(crate) struct Verdict<'a> {
    /// The permission that was asked for.
    pub permission: &'a str,
    /// On what.
    pub resource: String,
    /// The decision.
    pub truth: Truth,
    /// What no policy decides.
    pub fixed: Option<Fixed>,
    /// What grants.
    pub grant: Formula<'a>,
    /// The types of policy whose silence stops the request, if nothing grants.
    pub blame: Vec<PolicyType>,
    /// What must let pass besides: service control and endpoint policies.
    pub filters: Vec<(PolicyType, Formula<'a>)>,
    /// What denies.
    pub denies: Vec<Side<'a>>,
    /// The caller, if it is not in its collected account.
    pub missing: Option<String>,
}

impl Verdict<'_> {
    /// Returns whether some Deny applies for sure.
    pub fn is_explicit(&self) -> bool {
        self.denies.iter().any(|side| side.truth == Truth::True)
    }
}

/// Checks how a request is written, and returns its action as AWS spells it.
pub(crate) fn check(request: &Request) -> Result<String, RequestError> {
    if request.resources.is_empty() {
        return Err(RequestError::NoResource);
    }
    let action = request.action.as_str();
    let wrong = || RequestError::Action(action.to_owned());
    let (prefix, name) = action.split_once(':').ok_or_else(wrong)?;
    let odd = |text: &str| {
        text.is_empty() || text.contains(|c: char| c.is_whitespace() || "*?:".contains(c))
    };
    if odd(prefix) || odd(name) {
        return Err(wrong());
    }
    let catalogue = catalogue();
    let known = catalogue.action(action);
    Ok(known.map_or_else(
        || format!("{}:{name}", prefix.to_ascii_lowercase()),
        |action| catalogue.name(action).to_owned(),
    ))
}

/// Decides a call on all its resources; all must be allowed (R55).
pub(crate) fn judge<'a>(call: Call<'a>) -> Result<Vec<Verdict<'a>>, RequestError> {
    let mut permissions = vec![call.action];
    permissions.extend(trust::companions(&call));
    let route = Route::of(&call);
    let mut verdicts = Vec::new();
    for resource in &call.request.resources {
        for (target, route) in passes(&call, &route, resource)? {
            for &permission in &permissions {
                let inquiry = inquiry(call, permission, target.clone(), route.clone());
                verdicts.push(decide_one(&inquiry));
            }
        }
    }
    if call.request.resources.len() > 1 {
        call.rule(55);
    }
    Ok(verdicts)
}

fn inquiry<'a>(
    call: Call<'a>,
    permission: &'a str,
    target: Target<'a>,
    route: Route<'a>,
) -> Inquiry<'a> {
    Inquiry {
        relation: s3::relation(&call, &target),
        call,
        permission,
        target,
        route,
        keys: Default::default(),
    }
}

/// Returns the resources to be decided for one that the request names: the
/// access point and what lies behind it, where it passes one (R184).
///
/// Source: Configuring IAM policies for using access points, S3 User Guide.
fn passes<'a>(
    call: &Call<'a>,
    route: &Route<'a>,
    resource: &str,
) -> Result<Vec<(Target<'a>, Route<'a>)>, RequestError> {
    let resolve = |text: &str| target(call, text);
    let bucket = resolve(resource)?;
    let is_bucket = matches!(bucket.family, Family::Bucket | Family::Object);
    let Some(point) = call.request.access_point.as_deref().filter(|_| is_bucket) else {
        return Ok(vec![(bucket, route.clone())]);
    };
    call.rule(184);
    let arn: Arn = point
        .parse()
        .map_err(|_| RequestError::Resource(point.to_owned()))?;
    let key = bucket.arn.as_ref().and_then(|arn| {
        let (_, key) = arn.resource().split_once('/')?;
        Some(key.to_owned())
    });
    let seen = match key {
        Some(key) => resolve(&format!("{point}/object/{key}"))?,
        None => resolve(point)?,
    };
    let route = Route {
        access_point: Some(Passage {
            arn,
            facts: seen.access_point(),
        }),
        ..route.clone()
    };
    Ok(vec![(seen, route.clone()), (bucket, route)])
}

fn target<'a>(call: &Call<'a>, text: &str) -> Result<Target<'a>, RequestError> {
    let graph: &'a Graph = call.graph;
    Target::resolve(
        graph,
        call.request,
        call.strictness,
        call.subject,
        call.service(),
        text,
    )
}

fn decide_one<'a>(inquiry: &Inquiry<'a>) -> Verdict<'a> {
    let fixed = fixed::outcome(inquiry).or_else(|| passage(inquiry));
    let certain = match fixed {
        Some(Fixed::Allowed(_)) => Some(Truth::True),
        Some(Fixed::Denied(_)) => Some(Truth::False),
        Some(Fixed::Open(_)) | None => None,
    };
    if let Some(truth) = certain {
        return Verdict {
            permission: inquiry.permission,
            resource: inquiry.target.text.to_string(),
            truth,
            fixed,
            grant: Formula::never(),
            blame: vec![PolicyType::Service],
            filters: Vec::new(),
            denies: Vec::new(),
            missing: None,
        };
    }
    by_policies(inquiry, fixed)
}

fn by_policies<'a>(inquiry: &Inquiry<'a>, fixed: Option<Fixed>) -> Verdict<'a> {
    let own = own_sides(inquiry);
    let mut resource = policies::of_resource(inquiry);
    spare_root(inquiry, &mut resource);
    let (grants, blocked) = resource_grants(inquiry, &resource);
    let granted = granted::granted(inquiry, &grants, &own);
    let service_control = organization::service_control(inquiry);
    let endpoint = endpoint::sides(inquiry);
    let mut denies = vec![
        service_control.deny,
        organization::resource_control(inquiry),
        resource.deny,
    ];
    if own.denies.iter().any(|side| side.truth == Truth::True) {
        match inquiry.target.family {
            Family::Key => inquiry.rule(171),
            _ if grants.direct.truth() != Truth::False => inquiry.rule(133),
            _ => {}
        }
    }
    denies.extend(own.denies);
    denies.push(endpoint.deny);
    let filters = vec![
        (PolicyType::Scp, service_control.allows),
        (PolicyType::Endpoint, endpoint.allows),
    ];
    let mut blame = granted.blame;
    if blocked {
        // The resource's own policies would have granted.
        blame.retain(|policy_type| *policy_type != PolicyType::Resource);
        blame.push(PolicyType::PublicAccessBlock);
    }
    let passes = filters.iter().map(|(_, filter)| filter.truth());
    let denied = Truth::any(denies.iter().map(|side| side.truth));
    if denied == Truth::True {
        inquiry.rule(121);
    }
    if granted.formula.truth() == Truth::False {
        inquiry.rule(120);
    }
    let mut truth = granted.formula.truth() & Truth::all(passes) & !denied;
    if fixed.is_some() {
        truth = truth & Truth::Unknown;
    }
    Verdict {
        permission: inquiry.permission,
        resource: inquiry.target.text.to_string(),
        truth,
        fixed,
        grant: granted.formula,
        blame,
        filters,
        denies,
        missing: inquiry
            .call
            .subject
            .missing()
            .filter(|_| !inquiry.call.is_alone()),
    }
}

// Services, federated callers, anonymous ones and root users have no
// identity-based policies.
fn own_sides<'a>(inquiry: &Inquiry<'a>) -> PrincipalSides<'a> {
    match inquiry.call.subject.kind {
        SubjectKind::User(_) | SubjectKind::Role { .. } | SubjectKind::Federated { .. } => {
            policies::of_principal(inquiry)
        }
        _ => PrincipalSides {
            identity: Formula::never(),
            boundary: Formula::always(),
            session: Formula::always(),
            denies: Vec::new(),
        },
    }
}

// The root user of a bucket's owner may always repair the bucket policy (R134).
// Source: Bucket policies for Amazon S3, S3 User Guide.
fn spare_root(inquiry: &Inquiry<'_>, resource: &mut ResourceSides<'_>) {
    let repairs = matches!(
        inquiry.call.action,
        "s3:GetBucketPolicy" | "s3:PutBucketPolicy" | "s3:DeleteBucketPolicy"
    );
    let root = matches!(inquiry.call.subject.kind, SubjectKind::Root(_));
    if repairs && root && inquiry.relation == Relation::Same {
        inquiry.rule(134);
        resource.deny = Side::silent(PolicyType::Resource);
    }
}

fn resource_grants<'a>(
    inquiry: &Inquiry<'a>,
    resource: &ResourceSides<'a>,
) -> (ResourceGrants<'a>, bool) {
    let s3 = matches!(
        inquiry.target.family,
        Family::Bucket | Family::Object | Family::AccessPoint
    );
    if s3 {
        inquiry.rule(176);
        let bucket = s3::grants(inquiry, resource);
        return (bucket.grants, bucket.blocked);
    }
    let grants = ResourceGrants {
        direct: resource.direct.clone().formula(),
        role: resource.role.clone().formula(),
        account: resource.account.clone().formula(),
    };
    (grants, false)
}

// An access point of a VPC refuses what comes from elsewhere, and no access
// point reaches another bucket (R185).
// Source: Creating access points restricted to a virtual private cloud, S3 User Guide.
fn passage(inquiry: &Inquiry<'_>) -> Option<Fixed> {
    let facts = inquiry.route.access_point.as_ref()?.facts?;
    let bucket = inquiry.target.arn.as_ref()?;
    let behind = matches!(inquiry.target.family, Family::Bucket | Family::Object);
    let name = bucket.resource().split('/').next().unwrap_or_default();
    if behind && name != facts.bucket {
        return Some(Fixed::Denied(
            "the access point belongs to another bucket".to_owned(),
        ));
    }
    let vpc = facts.vpc.as_deref()?;
    let comes = comes_from(inquiry, vpc);
    if comes == Truth::True {
        return None;
    }
    inquiry.rule(185);
    let text = format!("the access point takes requests from {vpc} only");
    Some(match comes {
        Truth::Unknown => Fixed::Open(Note {
            text,
            point: OpenPoint {
                subject: "aws:SourceVpc".to_owned(),
                kind: OpenKind::Environment,
            },
        }),
        _ => Fixed::Denied(text),
    })
}

// What is not said of the request does not come from a VPC; what is said to be
// one of several may.
fn comes_from(inquiry: &Inquiry<'_>, vpc: &str) -> Truth {
    if let Some(endpoint) = inquiry.route.endpoint {
        return Truth::from(&*endpoint.vpc == vpc);
    }
    let given = inquiry
        .call
        .request
        .given
        .get(&KeyName::new("aws:SourceVpc"));
    match given {
        Some(KeyState::Known(values)) => Truth::from(values.as_slice() == [vpc]),
        Some(KeyState::Absent) | None => Truth::False,
        Some(_) => Truth::Unknown,
    }
}
