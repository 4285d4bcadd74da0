"""An organization of five accounts in moto's server, for the tests of `whocan collect`.

Serves on a free port of the loopback address, builds the organization, prints one
line of JSON that says where it is and what is in it, and ends when its standard
input does: with the test that started it, however that ends.
"""

import io
import json
import logging
import os
import sys
import zipfile

os.environ.update(
    AWS_ACCESS_KEY_ID="AKIAEXAMPLE",
    AWS_SECRET_ACCESS_KEY="example",
    AWS_DEFAULT_REGION="eu-west-1",
)

import boto3  # noqa: E402: the settings stand before it
from moto.server import ThreadedMotoServer  # noqa: E402
from moto.ssoadmin.models import SSOAdminBackend  # noqa: E402

# Moto's own; were it set, all accounts would be this one.
MANAGEMENT = "123456789012"
ROLE = "OrganizationAccountAccessRole"
# Where nearly everything is.
REGION = "eu-west-1"
ANYWHERE = {"Version": "2012-10-17"}


def provisioned(center, instance_arn, permission_set_arn):
    """Moto says that a permission set is in the caller's account, wherever it is assigned."""
    wanted = (instance_arn, permission_set_arn)
    told = center.account_assignments
    told = {it.target_id for it in told if (it.instance_arn, it.permission_set_arn) == wanted}
    return sorted(told)


SSOAdminBackend.list_accounts_for_provisioned_permission_set = provisioned


def policy(*statements):
    return json.dumps(ANYWHERE | {"Statement": list(statements)})


def allow(action, resource, **more):
    return {"Effect": "Allow", "Action": action, "Resource": resource} | more


def trust(principal):
    return policy(
        {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
    )


class Account:
    """The clients of one account."""

    def __init__(self, endpoint, number):
        self.endpoint, self.number, self.keys = endpoint, number, {}
        if number != MANAGEMENT:
            role = f"arn:aws:iam::{number}:role/{ROLE}"
            sts = boto3.client("sts", endpoint_url=endpoint)
            told = sts.assume_role(RoleArn=role, RoleSessionName="seed")["Credentials"]
            self.keys = {
                "aws_access_key_id": told["AccessKeyId"],
                "aws_secret_access_key": told["SecretAccessKey"],
                "aws_session_token": told["SessionToken"],
            }

    def client(self, service, region=REGION):
        return boto3.client(
            service, region_name=region, endpoint_url=self.endpoint, **self.keys
        )


def organization(endpoint):
    client = boto3.client("organizations", endpoint_url=endpoint)
    client.create_organization(FeatureSet="ALL")
    root = client.list_roots()["Roots"][0]["Id"]
    unit = client.create_organizational_unit(ParentId=root, Name="workloads")
    unit = unit["OrganizationalUnit"]["Id"]
    inner = client.create_organizational_unit(ParentId=unit, Name="live")
    inner = inner["OrganizationalUnit"]["Id"]
    numbers = {}
    for name in ["prod", "build", "data", "idle"]:
        made = client.create_account(
            AccountName=name, Email=f"{name}@example.com"
        )["CreateAccountStatus"]
        numbers[name] = made["AccountId"]
    for name, parent in [("prod", inner), ("build", unit)]:
        client.move_account(
            AccountId=numbers[name], SourceParentId=root, DestinationParentId=parent
        )
    for kind in ["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"]:
        client.enable_policy_type(RootId=root, PolicyType=kind)
    content = policy(
        {"Effect": "Deny", "Action": "s3:DeleteBucket", "Resource": "*"}
    )
    made = client.create_policy(
        Name="keep-buckets",
        Description="",
        Type="SERVICE_CONTROL_POLICY",
        Content=content,
    )
    client.attach_policy(
        PolicyId=made["Policy"]["PolicySummary"]["Id"], TargetId=inner
    )
    client.tag_resource(
        ResourceId=numbers["prod"], Tags=[{"Key": "env", "Value": "prod"}]
    )
    return numbers


def identities(build, prod):
    """user/dev enters role/deploy of build, which enters role/reader of prod."""
    iam = build.client("iam")
    iam.create_group(GroupName="developers")
    deploy = f"arn:aws:iam::{build.number}:role/deploy"
    iam.put_group_policy(
        GroupName="developers",
        PolicyName="enter",
        PolicyDocument=policy(allow("sts:AssumeRole", deploy)),
    )
    iam.create_user(UserName="dev", Tags=[{"Key": "team", "Value": "web"}])
    iam.create_user(UserName="guest")
    iam.add_user_to_group(GroupName="developers", UserName="dev")
    iam.create_role(
        RoleName="deploy",
        AssumeRolePolicyDocument=trust(f"arn:aws:iam::{build.number}:root"),
    )
    reader = f"arn:aws:iam::{prod.number}:role/reader"
    iam.put_role_policy(
        RoleName="deploy",
        PolicyName="deploy",
        PolicyDocument=policy(allow("sts:AssumeRole", reader)),
    )
    iam = prod.client("iam")
    read = iam.create_policy(
        PolicyName="read",
        PolicyDocument=policy(
            allow("s3:GetObject", "arn:aws:s3:::payroll/*"),
            allow("kms:Decrypt", "*"),
        ),
    )["Policy"]["Arn"]
    iam.create_role(
        RoleName="reader", AssumeRolePolicyDocument=trust(deploy)
    )
    iam.attach_role_policy(RoleName="reader", PolicyArn=read)
    iam.create_role(
        RoleName="bounded",
        AssumeRolePolicyDocument=trust(f"arn:aws:iam::{prod.number}:root"),
        PermissionsBoundary=read,
    )


def resources(prod, data):
    s3 = prod.client("s3", "us-east-1")
    for bucket in ["payroll", "plain-example"]:
        s3.create_bucket(Bucket=bucket)
    denied = {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject",
              "Resource": "arn:aws:s3:::payroll/*"}
    s3.put_bucket_policy(Bucket="payroll", Policy=policy(denied))
    elsewhere = {"LocationConstraint": "eu-west-1"}
    prod.client("s3").create_bucket(
        Bucket="elsewhere-example", CreateBucketConfiguration=elsewhere
    )
    for bucket in ["payroll", "plain-example", "elsewhere-example"]:
        # AWS does so itself since April 2023, moto does not: with ACLs, anybody
        # might own the objects.
        s3.put_bucket_ownership_controls(
            Bucket=bucket,
            OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        )
    kms = prod.client("kms")
    key = kms.create_key(Description="payroll")["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/payroll", TargetKeyId=key)
    kms.create_grant(
        KeyId=key,
        GranteePrincipal=f"arn:aws:iam::{prod.number}:role/reader",
        Operations=["Decrypt"],
    )
    queue = data.client("sqs").create_queue(QueueName="jobs")["QueueUrl"]
    sent = allow("sqs:SendMessage", f"arn:aws:sqs:{REGION}:{data.number}:jobs",
                 Principal={"AWS": f"arn:aws:iam::{prod.number}:role/reader"})
    data.client("sqs").set_queue_attributes(
        QueueUrl=queue, Attributes={"Policy": policy(sent)}
    )
    data.client("sns", "us-east-1").create_topic(Name="news")
    data.client("secretsmanager").create_secret(
        Name="door", SecretString="never read"
    )
    data.client("dynamodb").create_table(
        TableName="people",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    data.client("ram").create_resource_share(
        name="people",
        resourceArns=[f"arn:aws:dynamodb:{REGION}:{data.number}:table/people"],
        principals=[prod.number],
    )
    function(data)
    return key


def function(data):
    role = data.client("iam").create_role(
        RoleName="worker",
        AssumeRolePolicyDocument=policy({
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }),
    )["Role"]["Arn"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as packed:
        packed.writestr("main.py", "def run(event, context): pass\n")
    data.client("lambda").create_function(
        FunctionName="work",
        Runtime="python3.12",
        Handler="main.run",
        Role=role,
        Code={"ZipFile": code.getvalue()},
    )


def people(management, prod):
    """The directory's user mia signs in, through a group, as a role of prod that reads payroll."""
    directory = management.client("identitystore")
    center = management.client("sso-admin")
    # Moto has an instance in every account and region; AWS has one, in one region.
    instance = center.list_instances()["Instances"][0]
    store, instance = instance["IdentityStoreId"], instance["InstanceArn"]
    ids = {}
    for name in ["mia", "max"]:
        made = directory.create_user(
            IdentityStoreId=store,
            UserName=name,
            DisplayName=name,
            Name={"GivenName": name, "FamilyName": "Example"},
        )
        ids[name] = made["UserId"]
    group = directory.create_group(IdentityStoreId=store, DisplayName="auditors")
    group = group["GroupId"]
    directory.create_group_membership(
        IdentityStoreId=store, GroupId=group, MemberId={"UserId": ids["mia"]}
    )
    made = center.create_permission_set(InstanceArn=instance, Name="Reader")
    made = made["PermissionSet"]["PermissionSetArn"]
    center.create_account_assignment(
        InstanceArn=instance,
        PermissionSetArn=made,
        TargetId=prod.number,
        TargetType="AWS_ACCOUNT",
        PrincipalType="GROUP",
        PrincipalId=group,
    )
    # The role in the account, which AWS makes itself.
    iam = prod.client("iam")
    provider = iam.create_saml_provider(
        Name="AWSSSO_0123456789abcdef_DO_NOT_DELETE", SAMLMetadataDocument="x" * 1000
    )["SAMLProviderArn"]
    iam.create_role(
        RoleName="AWSReservedSSO_Reader_0123456789abcdef",
        Path="/aws-reserved/sso.amazonaws.com/",
        AssumeRolePolicyDocument=policy({
            "Effect": "Allow",
            "Principal": {"Federated": provider},
            "Action": ["sts:AssumeRoleWithSAML", "sts:TagSession"],
            "Condition": {
                "StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}
            },
        }),
    )
    iam.put_role_policy(
        RoleName="AWSReservedSSO_Reader_0123456789abcdef",
        PolicyName="AwsSSOInlinePolicy",
        PolicyDocument=policy(
            allow("s3:GetObject", "arn:aws:s3:::payroll/*")
        ),
    )


def main():
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    endpoint = "http://%s:%d" % server.get_host_and_port()
    numbers = organization(endpoint)
    accounts = {name: Account(endpoint, number) for name, number in numbers.items()}
    identities(accounts["build"], accounts["prod"])
    key = resources(accounts["prod"], accounts["data"])
    people(Account(endpoint, MANAGEMENT), accounts["prod"])
    numbers["management"] = MANAGEMENT
    told = {
        "endpoint": endpoint,
        "accounts": numbers,
        "credentials": {name: account.keys for name, account in accounts.items()},
        "key": key,
    }
    print(json.dumps(told), flush=True)
    sys.stdin.read()
    # The server's threads know no end of their own.
    os._exit(0)


main()
