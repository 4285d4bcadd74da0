//! The context keys that conditions and questions name, with likely values.

use super::dice::Dice;
use super::scenery::{self, Call, Kind, Scenery};

/// What the values of a key look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Arn,
    ResourceArn,
    Account,
    Organization,
    Path,
    Word,
    Tag,
    Bool,
    Address,
    Date,
    Number,
    UserId,
    Service,
    Bytes,
    /// One of these texts.
    Of(&'static [&'static str]),
}

/// A context key.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// The name as AWS writes it.
    pub name: &'static str,
    /// What its values look like.
    pub shape: Shape,
    /// Whether a request has several values of it.
    pub several: bool,
}

const fn one(name: &'static str, shape: Shape) -> Key {
    Key {
        name,
        shape,
        several: false,
    }
}

const fn several(name: &'static str, shape: Shape) -> Key {
    Key {
        name,
        shape,
        several: true,
    }
}

/// Keys whose state follows from the caller or the resource.
pub const STATIC: [Key; 28] = [
    one("aws:PrincipalArn", Shape::Arn),
    one("aws:PrincipalAccount", Shape::Account),
    one(
        "aws:PrincipalType",
        Shape::Of(&["User", "AssumedRole", "Account", "FederatedUser"]),
    ),
    one("aws:PrincipalOrgID", Shape::Organization),
    several("aws:PrincipalOrgPaths", Shape::Path),
    one("aws:PrincipalTag/team", Shape::Word),
    one("aws:PrincipalTag/team", Shape::Word),
    one("AWS:principaltag/Env", Shape::Word),
    one("aws:PrincipalIsAWSService", Shape::Bool),
    one("aws:PrincipalServiceName", Shape::Service),
    several("aws:PrincipalServiceNamesList", Shape::Service),
    one("aws:userid", Shape::UserId),
    one("aws:username", Shape::Of(&["ana", "bo", "an*"])),
    one("aws:ResourceAccount", Shape::Account),
    one("aws:ResourceOrgID", Shape::Organization),
    several("aws:ResourceOrgPaths", Shape::Path),
    one("aws:ResourceTag/team", Shape::Word),
    one("aws:ResourceTag/team", Shape::Word),
    one("aws:ResourceTag/env", Shape::Word),
    // A service's own name for the same tags.
    one("iam:ResourceTag/team", Shape::Word),
    one("secretsmanager:ResourceTag/team", Shape::Word),
    one(
        "aws:RequestedRegion",
        Shape::Of(&["us-east-1", "eu-west-1"]),
    ),
    one("aws:SecureTransport", Shape::Bool),
    one("aws:ViaAWSService", Shape::Bool),
    one("kms:CallerAccount", Shape::Account),
    one("s3:ResourceAccount", Shape::Account),
    one("s3:DataAccessPointAccount", Shape::Account),
    one("s3:DataAccessPointArn", Shape::ResourceArn),
];

/// Keys whose state is mostly open.
pub const OPEN: [Key; 82] = [
    one("aws:MultiFactorAuthPresent", Shape::Bool),
    one("aws:MultiFactorAuthAge", Shape::Number),
    one("aws:TokenIssueTime", Shape::Date),
    one("aws:FederatedProvider", Shape::Of(&[scenery::ISSUER])),
    one("aws:SourceIdentity", Shape::Word),
    one("aws:AssumedRoot", Shape::Bool),
    one("aws:SignInSessionArn", Shape::Arn),
    one("aws:ChatbotSourceArn", Shape::Arn),
    one("aws:Ec2InstanceSourceVpc", Shape::Of(&["vpc-1"])),
    one("ec2:SourceInstanceArn", Shape::ResourceArn),
    one("lambda:SourceFunctionArn", Shape::ResourceArn),
    one("glue:RoleAssumedBy", Shape::Service),
    one("aws:SourceIp", Shape::Address),
    one("aws:SourceIp", Shape::Address),
    one("aws:VpcSourceIp", Shape::Address),
    one("aws:SourceVpc", Shape::Of(&["vpc-1", "vpc-2"])),
    one("aws:SourceVpce", Shape::Of(&["vpce-1", "vpce-2"])),
    one("aws:SourceVpcArn", Shape::ResourceArn),
    one("aws:VpceAccount", Shape::Account),
    one("aws:VpceOrgID", Shape::Organization),
    several("aws:VpceOrgPaths", Shape::Path),
    one("aws:RequestTag/team", Shape::Word),
    one("aws:RequestTag/blob", Shape::Bytes),
    one("aws:RequestTag/blob", Shape::Bytes),
    several("aws:TagKeys", Shape::Tag),
    one("aws:SourceArn", Shape::ResourceArn),
    one("aws:SourceAccount", Shape::Account),
    one("aws:SourceOrgID", Shape::Organization),
    several("aws:CalledVia", Shape::Service),
    one("aws:CalledViaFirst", Shape::Service),
    one("aws:CurrentTime", Shape::Date),
    one("aws:EpochTime", Shape::Date),
    one("aws:UserAgent", Shape::Word),
    one("aws:referer", Shape::Word),
    one("sts:ExternalId", Shape::Word),
    one("sts:RoleSessionName", Shape::Of(&["alice", "ana", "i-1"])),
    one("sts:SourceIdentity", Shape::Word),
    several("sts:TransitiveTagKeys", Shape::Tag),
    one("sts:TaskPolicyArn", Shape::ResourceArn),
    one("token.example.com:sub", Shape::Word),
    one("token.example.com:aud", Shape::Of(&["sts.amazonaws.com"])),
    one("cognito-identity.amazonaws.com:aud", Shape::Word),
    several(
        "cognito-identity.amazonaws.com:amr",
        Shape::Of(&["authenticated", "unauthenticated"]),
    ),
    one("saml:sub", Shape::Word),
    one("SAML:aud", Shape::Word),
    one("iam:PassedToService", Shape::Service),
    one("iam:AssociatedResourceArn", Shape::ResourceArn),
    one(
        "kms:ViaService",
        Shape::Of(&["sqs.us-east-1.amazonaws.com"]),
    ),
    one("kms:EncryptionContext:app", Shape::Word),
    several("kms:EncryptionContextKeys", Shape::Of(&["app"])),
    several("kms:ResourceAliases", Shape::Of(&["alias/app"])),
    one("kms:RequestAlias", Shape::Of(&["alias/app"])),
    one(
        "s3:AccessPointNetworkOrigin",
        Shape::Of(&["Internet", "VPC"]),
    ),
    one("s3:prefix", Shape::Word),
    one("s3:ExistingObjectTag/team", Shape::Word),
    one("s3:BucketTag/team", Shape::Word),
    one("s3:x-amz-acl", Shape::Of(&["public-read"])),
    one("ec2:ResourceTag/team", Shape::Word),
    one(
        "lambda:FunctionUrlAuthType",
        Shape::Of(&["NONE", "AWS_IAM"]),
    ),
    several("dynamodb:LeadingKeys", Shape::Word),
    one("sns:Endpoint", Shape::Word),
    one("aws:SourceOwner", Shape::Account),
    one("aws:SomethingNew", Shape::Word),
    one("identitystore:UserId", Shape::Word),
    one("aws:CalledViaLast", Shape::Service),
    several("aws:SourceOrgPaths", Shape::Path),
    one("aws:VpceOrgID", Shape::Organization),
    one("aws:Ec2InstanceSourcePrivateIPv4", Shape::Address),
    one("ec2:RoleDelivery", Shape::Number),
    one("ssm:SourceInstanceArn", Shape::ResourceArn),
    one("codebuild:BuildArn", Shape::ResourceArn),
    one("glue:CredentialIssuingService", Shape::Service),
    one("aws:ViaAWSMCPService", Shape::Bool),
    several("aws:CalledViaAWSMCP", Shape::Service),
    one("aws:IsMcpServiceAction", Shape::Bool),
    several("kms:GrantOperations", Shape::Of(&["Decrypt", "Encrypt"])),
    one("kms:GranteePrincipal", Shape::Arn),
    one("kms:GrantIsForAWSResource", Shape::Bool),
    one("iam:PermissionsBoundary", Shape::Arn),
    one("ec2:Vpc", Shape::ResourceArn),
    one("s3:TlsVersion", Shape::Number),
    several("s3:RequestObjectTagKeys", Shape::Tag),
];

/// Keys about what a chain of roles fixes, keeps and loses.
pub const CHAIN: [Key; 10] = [
    one("aws:MultiFactorAuthPresent", Shape::Bool),
    one("sts:SourceIdentity", Shape::Word),
    one("aws:SourceIdentity", Shape::Word),
    several("sts:TransitiveTagKeys", Shape::Tag),
    several("aws:TagKeys", Shape::Tag),
    one("aws:RequestTag/team", Shape::Word),
    one("aws:PrincipalTag/team", Shape::Word),
    one("sts:RoleSessionName", Shape::Of(&["alice", "ana", "i-1"])),
    one("sts:ExternalId", Shape::Word),
    one("aws:userid", Shape::UserId),
];

/// Draws a key.
pub fn draw(dice: &mut Dice) -> Key {
    if dice.chance(60) {
        dice.pick(&STATIC)
    } else {
        dice.pick(&OPEN)
    }
}

/// Returns the keys that the services of these calls call their own.
pub fn of_services(calls: &[Call]) -> Vec<Key> {
    let own = |key: &&Key| {
        calls.iter().any(|(action, _)| {
            let service = action.split(':').next().unwrap_or_default();
            key.name.split(':').next() == Some(service)
        })
    };
    OPEN.iter().filter(own).copied().collect()
}

impl Shape {
    /// Draws a value as a request has it.
    pub fn value(self, dice: &mut Dice, scenery: &Scenery) -> String {
        let place = scenery.place(dice);
        match self {
            Shape::Arn => scenery.principal(dice),
            Shape::ResourceArn => {
                let kinds = [Kind::AccessPoint, Kind::Queue, Kind::Function, Kind::Topic];
                let kind = dice.pick(&kinds);
                scenery.resource(dice, kind)
            }
            Shape::Account => place.id.to_owned(),
            Shape::Organization => dice.pick(&["o-abc", "o-abc", "o-xyz"]).to_owned(),
            Shape::Path => dice
                .pick(&["o-abc/r-1/ou-1/", "o-abc/r-1/ou-1/ou-2/", "o-abc/r-1/"])
                .to_owned(),
            Shape::Word => dice.pick(&scenery::WORDS).to_owned(),
            Shape::Tag => dice.pick(&scenery::TAGS).to_owned(),
            Shape::Bool => dice
                .pick(&["true", "false", "true", "false", "True", "maybe"])
                .to_owned(),
            Shape::Address => dice
                .pick(&[
                    "203.0.113.7",
                    "10.0.0.1",
                    "2001:db8::1",
                    "2001:DB8:0:0::7",
                    "::ffff:10.0.0.1",
                    "fe80::1",
                    "203.0.113.255",
                    "nowhere",
                ])
                .to_owned(),
            Shape::Date => dice
                .pick(&[
                    "2024-06-01T00:00:00Z",
                    "2024-06-01T02:00:00+02:00",
                    "2025-01-01",
                    "1717200000",
                    "1735689599",
                    "2024-05-31T19:30:00-04:30",
                    "2024-06-01T00:00:00.250Z",
                    "2024-06-01T00:00Z",
                    "-1",
                    "",
                ])
                .to_owned(),
            Shape::Number => dice
                .pick(&["10", "9", "3600", "0.5", "1e1", "-9.50", "+10", "010", ""])
                .to_owned(),
            Shape::UserId => {
                let role = scenery::unique_id("AROA", &place, "app");
                let user = scenery::unique_id("AIDA", &place, "ana");
                let session = format!("{role}:alice");
                dice.pick(&[user, session, place.id.to_owned()])
            }
            Shape::Service => dice.pick(&scenery::SERVICES).to_owned(),
            // The bytes of `red` and `blue`, padded and not, and no base64.
            Shape::Bytes => dice
                .pick(&["cmVk", "Ymx1ZQ==", "Ymx1ZQ", "red?"])
                .to_owned(),
            Shape::Of(all) => dice.pick(all).to_owned(),
        }
    }
}
