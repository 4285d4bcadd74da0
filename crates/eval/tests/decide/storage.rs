//! S3: ACLs, ownership, Block Public Access.

use super::world::decide;

#[test]
fn block_public_access_takes_back_what_a_public_policy_gives_others() {
    let world = "
        user ana
        bucket logs
          allow s3:GetObject for *
          set block=restrict
        account 222233334444
        user bob
          allow s3:*
    ";
    let ask = |caller: &str| decide(world, &format!("{caller} s3:GetObject bucket/logs/k"));
    assert_eq!(ask("user/ana"), "allow");
    assert_eq!(ask("anonymous"), "deny: public-access-block is silent");
    assert_eq!(
        ask("222233334444/user/bob"),
        "deny: public-access-block is silent"
    );
    assert_eq!(ask("service:cloudfront.amazonaws.com"), "allow");
}

#[test]
fn a_fixed_caller_makes_a_policy_not_public() {
    let world = |condition: &str| {
        format!(
            "
            bucket logs
              allow s3:GetObject for * if {condition}
              set block=restrict
            account 222233334444
            user bob
              allow s3:*
            "
        )
    };
    let ask = |condition: &str, given: &str| {
        decide(
            &world(condition),
            &format!("222233334444/user/bob s3:GetObject bucket/logs/k {given}"),
        )
    };
    let blocked = "deny: public-access-block is silent";
    assert_eq!(
        ask("StringEquals aws:PrincipalAccount 222233334444", ""),
        "allow"
    );
    assert_eq!(
        ask("IpAddress aws:SourceIp 10.0.0.0/8", "aws:SourceIp=10.1.1.1"),
        "allow"
    );
    assert_eq!(
        ask("IpAddress aws:SourceIp 0.0.0.0/1", "aws:SourceIp=10.1.1.1"),
        blocked
    );
    assert_eq!(ask("StringLike aws:PrincipalAccount 2222*", ""), blocked);
    assert_eq!(
        ask("StringEqualsIfExists aws:PrincipalAccount 222233334444", ""),
        blocked
    );
}

#[test]
fn acls_count_only_where_ownership_lets_them() {
    let world = |ownership: &str| {
        format!(
            "
            bucket logs
              set acl=AllUsers:READ
              {ownership}
            "
        )
    };
    let off = world("");
    let on = world("set ownership=ObjectWriter");
    assert_eq!(
        decide(&off, "anonymous s3:ListBucket bucket/logs"),
        "deny: resource is silent"
    );
    assert_eq!(decide(&on, "anonymous s3:ListBucket bucket/logs"), "allow");
    // Objects have lists of their own.
    assert_eq!(
        decide(&on, "anonymous s3:GetObject bucket/logs/k"),
        "deny: resource is silent"
    );
}

#[test]
fn an_acl_grant_to_an_account_delegates() {
    let world = "
        bucket logs
          set ownership=ObjectWriter
          set acl=222233334444:READ
        account 222233334444
        user bob
          allow s3:*
        user mia
    ";
    let ask = |user: &str| {
        decide(
            world,
            &format!("222233334444/user/{user} s3:ListBucket bucket/logs"),
        )
    };
    assert_eq!(ask("bob"), "allow");
    assert_eq!(ask("mia"), "deny: identity is silent");
}

#[test]
fn a_bucket_policy_must_name_objects_for_object_actions() {
    let world = "
        user ana
        bucket logs
          allow s3:* on bucket/logs for user/ana
    ";
    assert_eq!(decide(world, "user/ana s3:ListBucket bucket/logs"), "allow");
    assert_eq!(
        decide(world, "user/ana s3:GetObject bucket/logs/k"),
        "deny: identity is silent"
    );
}

#[test]
fn the_root_user_may_always_repair_the_bucket_policy() {
    let world = "
        bucket logs
          deny s3:* for *
    ";
    assert_eq!(
        decide(world, "root s3:DeleteBucketPolicy bucket/logs"),
        "allow"
    );
    assert_eq!(
        decide(world, "root s3:GetObject bucket/logs/k"),
        "deny: resource denies"
    );
}
