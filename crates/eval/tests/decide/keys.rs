//! KMS keys.

use super::world::decide;

#[test]
fn without_the_key_policy_nobody_gets_in() {
    let world = "
        user ana
          allow kms:*
        key k1
          allow kms:* for role/other
    ";
    let ask = |caller: &str| decide(world, &format!("{caller} kms:Decrypt key/k1"));
    assert_eq!(ask("user/ana"), "deny: resource is silent");
    assert_eq!(ask("root"), "deny: resource is silent");
}

#[test]
fn a_key_without_policy_delegates_to_its_account() {
    let world = "
        user ana
          allow kms:*
        user bob
        key k1
    ";
    let ask = |caller: &str| decide(world, &format!("{caller} kms:Decrypt key/k1"));
    assert_eq!(ask("user/ana"), "allow");
    assert_eq!(ask("user/bob"), "deny: identity is silent");
    assert_eq!(ask("root"), "allow");
}

#[test]
fn a_grant_needs_no_identity_policy_and_gives_only_its_operations() {
    let world = "
        user ana
        key k1
          allow kms:* for role/other
          set grant=user/ana:Decrypt
    ";
    assert_eq!(decide(world, "user/ana kms:Decrypt key/k1"), "allow");
    assert_eq!(
        decide(world, "user/ana kms:Encrypt key/k1"),
        "deny: resource is silent"
    );
}

#[test]
fn keys_of_others_can_be_used_and_not_managed() {
    let world = "
        key k1
          allow kms:* for 222233334444/account
        account 222233334444
        user bob
          allow kms:*
    ";
    let ask = |action: &str| decide(world, &format!("222233334444/user/bob {action} key/k1"));
    assert_eq!(ask("kms:Decrypt"), "allow");
    assert_eq!(
        ask("kms:PutKeyPolicy"),
        "deny: the operation does not work on keys of other accounts"
    );
}
