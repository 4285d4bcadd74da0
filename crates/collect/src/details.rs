//! The identities of an account, read page by page with the SDK's own client.
//!
//! They come as `aws iam get-account-authorization-details` prints them, but for
//! documents: those stay the percent-encoded text that AWS sends, in which nothing is lost.

use aws_sdk_iam::types::{
    AttachedPermissionsBoundary, AttachedPolicy, GroupDetail, InstanceProfile, ManagedPolicyDetail,
    PolicyDetail, PolicyVersion, Role, RoleDetail, Tag, UserDetail,
};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use serde_json::{Value, json};

use crate::asker::Asker;
use crate::fault::Fault;
use crate::services::iam;
use crate::{endpoint, wire};

/// Identities on one page; AWS may send fewer.
const PAGE: i32 = 500;

/// Reads the identities of an account.
///
/// # Errors
///
/// Why they cannot be read.
pub(crate) async fn fetch(asker: &Asker) -> Result<Value, Fault> {
    let client = aws_sdk_iam::Client::new(&asker.config);
    let request = client.get_account_authorization_details().max_items(PAGE);
    let mut pages = request.into_paginator().send();
    let mut users = Vec::new();
    let mut groups = Vec::new();
    let mut roles = Vec::new();
    let mut policies = Vec::new();
    loop {
        let turn = asker
            .turn(&iam::SERVICE, endpoint::home(&asker.partition))
            .await;
        let Some(page) = pages.next().await else {
            break;
        };
        drop(turn);
        let page = page.map_err(wire::why)?;
        users.extend(page.user_detail_list().iter().map(user));
        groups.extend(page.group_detail_list().iter().map(group));
        roles.extend(page.role_detail_list().iter().map(role));
        policies.extend(page.policies().iter().map(policy));
    }
    Ok(json!({
        "UserDetailList": users,
        "GroupDetailList": groups,
        "RoleDetailList": roles,
        "Policies": policies,
    }))
}

/// Returns an object without the members that AWS left out.
fn object(members: Value) -> Value {
    match members {
        Value::Object(mut members) => {
            members.retain(|_, value| !value.is_null());
            Value::Object(members)
        }
        other => other,
    }
}

fn user(user: &UserDetail) -> Value {
    object(json!({
        "Path": user.path(),
        "UserName": user.user_name(),
        "UserId": user.user_id(),
        "Arn": user.arn(),
        "CreateDate": user.create_date().map(time),
        "UserPolicyList": inline(user.user_policy_list()),
        "GroupList": user.group_list(),
        "AttachedManagedPolicies": attached(user.attached_managed_policies()),
        "PermissionsBoundary": user.permissions_boundary().map(boundary),
        "Tags": tags(user.tags()),
    }))
}

fn group(group: &GroupDetail) -> Value {
    object(json!({
        "Path": group.path(),
        "GroupName": group.group_name(),
        "GroupId": group.group_id(),
        "Arn": group.arn(),
        "CreateDate": group.create_date().map(time),
        "GroupPolicyList": inline(group.group_policy_list()),
        "AttachedManagedPolicies": attached(group.attached_managed_policies()),
    }))
}

fn role(role: &RoleDetail) -> Value {
    let profiles = role.instance_profile_list().iter().map(profile);
    let used = role.role_last_used().map(|used| {
        object(json!({
            "LastUsedDate": used.last_used_date().map(time),
            "Region": used.region(),
        }))
    });
    object(json!({
        "Path": role.path(),
        "RoleName": role.role_name(),
        "RoleId": role.role_id(),
        "Arn": role.arn(),
        "CreateDate": role.create_date().map(time),
        "AssumeRolePolicyDocument": role.assume_role_policy_document(),
        "InstanceProfileList": profiles.collect::<Vec<Value>>(),
        "RolePolicyList": inline(role.role_policy_list()),
        "AttachedManagedPolicies": attached(role.attached_managed_policies()),
        "PermissionsBoundary": role.permissions_boundary().map(boundary),
        "Tags": tags(role.tags()),
        "RoleLastUsed": used,
    }))
}

fn profile(profile: &InstanceProfile) -> Value {
    let roles = profile.roles().iter().map(holder);
    object(json!({
        "Path": profile.path(),
        "InstanceProfileName": profile.instance_profile_name(),
        "InstanceProfileId": profile.instance_profile_id(),
        "Arn": profile.arn(),
        "CreateDate": time(profile.create_date()),
        "Roles": roles.collect::<Vec<Value>>(),
    }))
}

fn holder(role: &Role) -> Value {
    object(json!({
        "Path": role.path(),
        "RoleName": role.role_name(),
        "RoleId": role.role_id(),
        "Arn": role.arn(),
    }))
}

fn policy(policy: &ManagedPolicyDetail) -> Value {
    let versions = policy.policy_version_list().iter().map(version);
    object(json!({
        "PolicyName": policy.policy_name(),
        "PolicyId": policy.policy_id(),
        "Arn": policy.arn(),
        "Path": policy.path(),
        "DefaultVersionId": policy.default_version_id(),
        "AttachmentCount": policy.attachment_count(),
        "PermissionsBoundaryUsageCount": policy.permissions_boundary_usage_count(),
        "IsAttachable": policy.is_attachable(),
        "Description": policy.description(),
        "CreateDate": policy.create_date().map(time),
        "UpdateDate": policy.update_date().map(time),
        "PolicyVersionList": versions.collect::<Vec<Value>>(),
    }))
}

fn version(version: &PolicyVersion) -> Value {
    object(json!({
        "Document": version.document(),
        "VersionId": version.version_id(),
        "IsDefaultVersion": version.is_default_version(),
        "CreateDate": version.create_date().map(time),
    }))
}

fn inline(policies: &[PolicyDetail]) -> Vec<Value> {
    let policy = |policy: &PolicyDetail| {
        object(json!({
            "PolicyName": policy.policy_name(),
            "PolicyDocument": policy.policy_document(),
        }))
    };
    policies.iter().map(policy).collect()
}

fn attached(policies: &[AttachedPolicy]) -> Vec<Value> {
    let policy = |policy: &AttachedPolicy| {
        object(json!({
            "PolicyName": policy.policy_name(),
            "PolicyArn": policy.policy_arn(),
        }))
    };
    policies.iter().map(policy).collect()
}

fn boundary(boundary: &AttachedPermissionsBoundary) -> Value {
    let kind = boundary.permissions_boundary_type();
    object(json!({
        "PermissionsBoundaryType": kind.map(|kind| kind.as_str()),
        "PermissionsBoundaryArn": boundary.permissions_boundary_arn(),
    }))
}

fn tags(tags: &[Tag]) -> Vec<Value> {
    let tag = |tag: &Tag| json!({"Key": tag.key(), "Value": tag.value()});
    tags.iter().map(tag).collect()
}

fn time(time: &DateTime) -> Value {
    time.fmt(Format::DateTime)
        .map_or(Value::Null, Value::String)
}
