//! `diff` from outside: the example organization before and after some changes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

/// A store with the example organization, and a copy of its export to change.
struct Place {
    dir: tempfile::TempDir,
}

impl Place {
    fn new() -> Place {
        let place = Place {
            dir: tempfile::tempdir().expect("a folder"),
        };
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("example");
        copy(&example, &place.export());
        place.import("before");
        place
    }

    fn export(&self) -> PathBuf {
        self.dir.path().join("export")
    }

    fn whocan(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_whocan"))
            .arg("--store")
            .arg(self.dir.path().join("store"))
            .args(arguments)
            .output()
            .expect("the program starts")
    }

    fn import(&self, label: &str) {
        let export = self.export();
        let export = export.to_str().expect("a path of text");
        let output = self.whocan(&["import", export, "--label", label]);
        assert!(output.status.success(), "{}", said(&output));
    }

    /// Changes one identity of an account and imports again.
    fn change(&self, account: &str, list: &str, name: &str, edit: impl Fn(&mut Value)) {
        let path = format!("accounts/{account}/iam/get-account-authorization-details.json");
        let path = self.export().join(path);
        let text = fs::read_to_string(&path).expect("details");
        let mut details: Value = serde_json::from_str(&text).expect("JSON");
        let all = details[list].as_array_mut().expect("a list");
        let one = all.iter_mut().find(|one| {
            let own = one.get("UserName").or(one.get("RoleName"));
            own.and_then(Value::as_str) == Some(name)
        });
        edit(one.expect("the identity"));
        fs::write(&path, details.to_string()).expect("written");
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn trust_vendor(role: &mut Value) {
    let statements = role["AssumeRolePolicyDocument"]["Statement"].as_array_mut();
    statements.expect("statements").push(json!({
        "Sid": "Vendor",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::999988887777:root"},
        "Action": "sts:AssumeRole",
    }));
}

#[test]
fn the_same_snapshot_twice_differs_in_nothing() {
    let place = Place::new();
    let output = place.whocan(&["diff", "before", "before"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(said(&output), "nothing that bears on access differs\n");
}

#[test]
fn a_wider_trust_policy_stands_with_those_whom_it_lets_in() {
    let place = Place::new();
    place.change("555566667777", "RoleDetailList", "reporting", trust_vendor);
    place.import("after");
    let output = place.whocan(&["diff", "before", "after"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let text = said(&output);
    let title = "role/reporting: trust policy, statement Vendor: added";
    assert!(text.contains(title), "{text}");
    assert!(
        text.contains("appeared: arn:aws:iam::999988887777:root"),
        "{text}"
    );
    assert!(
        text.contains("1 thing changed; access differs through 1"),
        "{text}"
    );
    // And the other way round.
    let back = said(&place.whocan(&["diff", "after", "before"]));
    assert!(back.contains("statement Vendor: removed"), "{back}");
    assert!(
        back.contains("vanished: arn:aws:iam::999988887777:root"),
        "{back}"
    );
}

#[test]
fn a_grant_that_a_boundary_stops_changes_nobodys_access() {
    let place = Place::new();
    place.change("444455556666", "UserDetailList", "dan", |user| {
        user["UserPolicyList"] = json!([{
            "PolicyName": "extra",
            "PolicyDocument": {"Version": "2012-10-17", "Statement": [
                {"Sid": "Queue", "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}
            ]},
        }]);
    });
    place.import("after");
    let text = said(&place.whocan(&["diff", "before", "after"]));
    assert!(
        text.contains("inline policy extra, statement Queue: added"),
        "{text}"
    );
    assert!(text.contains("nobody's access differs"), "{text}");
}

#[test]
fn one_question_shows_how_its_answers_differ() {
    let place = Place::new();
    place.change("555566667777", "RoleDetailList", "reporting", trust_vendor);
    place.import("after");
    let question = "who outside org can reach s3:GetObject on bucket/payroll";
    let output = place.whocan(&["diff", "before", "after", question, "--format", "json"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let changes = document["changes"].as_array().expect("changes");
    assert!(!changes.is_empty());
    for change in changes {
        assert_eq!(change["before"], Value::Null, "{change}");
        assert_eq!(change["after"]["verdict"], "if", "{change}");
    }
    assert_eq!(document["causes"][0]["statement"]["label"], "Vendor");
    let nobody = place.whocan(&["diff", "before", "after", "list accounts"]);
    assert_eq!(nobody.status.code(), Some(0), "{}", said(&nobody));
}

#[test]
fn a_new_role_is_one_change() {
    let place = Place::new();
    let path = "accounts/555566667777/iam/get-account-authorization-details.json";
    let path = place.export().join(path);
    let text = fs::read_to_string(&path).expect("details");
    let mut details: Value = serde_json::from_str(&text).expect("JSON");
    let roles = details["RoleDetailList"].as_array_mut().expect("roles");
    roles.push(json!({
        "RoleName": "fresh", "RoleId": "AROAFRESHFRESHFRESH12", "Path": "/",
        "Arn": "arn:aws:iam::555566667777:role/fresh",
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": {"AWS": "arn:aws:iam::555566667777:role/deploy"},
        }]},
        "RolePolicyList": [], "AttachedManagedPolicies": [], "InstanceProfileList": [], "Tags": [],
    }));
    fs::write(&path, details.to_string()).expect("written");
    place.import("after");
    let text = said(&place.whocan(&["diff", "before", "after"]));
    assert!(
        text.contains("arn:aws:iam::555566667777:role/fresh: added"),
        "{text}"
    );
    assert!(
        text.contains("appeared: arn:aws:iam::555566667777:role/deploy"),
        "{text}"
    );
    assert!(text.contains("1 thing changed"), "{text}");
}

#[test]
fn a_policy_that_allows_everything_is_asked_about_by_example() {
    let place = Place::new();
    place.change("555566667777", "RoleDetailList", "deploy", |role| {
        role["AttachedManagedPolicies"] = json!([{
            "PolicyName": "AdministratorAccess",
            "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess",
        }]);
    });
    place.import("after");
    let text = said(&place.whocan(&["diff", "before", "after"]));
    let title = "role/deploy: attachment of arn:aws:iam::aws:policy/AdministratorAccess: added";
    assert!(text.contains(title), "{text}");
    assert!(
        text.contains("changed: arn:aws:iam::555566667777:role/deploy"),
        "{text}"
    );
    assert!(text.contains("iam:CreateAccessKey"), "{text}");
    assert!(text.contains("more parts"), "{text}");
    assert!(text.contains("these are examples"), "{text}");
}

/// Who is in the group that signs in as Finance of prod.
fn directory(place: &Place, members: &[&str]) {
    let set = "arn:aws:sso:::permissionSet/ssoins-1/ps-1";
    let named = set.replace(':', "%3A").replace('/', "%2F");
    let members: Vec<Value> = members
        .iter()
        .map(|user| json!({"GroupId": "g-1", "MemberId": {"UserId": user}}))
        .collect();
    let assignments =
        json!([{"AccountId": "555566667777", "PrincipalType": "GROUP", "PrincipalId": "g-1"}]);
    let users = json!([{"UserId": "u-1", "UserName": "ida@example.com"},
        {"UserId": "u-2", "UserName": "jon@example.com"}]);
    for (name, content) in [
        (
            "sso-admin/eu-west-1/list-permission-sets/arn%3Aaws%3Asso%3A%3A%3Ainstance%2Fssoins-1",
            json!({"PermissionSets": [set]}),
        ),
        (
            &format!("sso-admin/eu-west-1/describe-permission-set/{named}"),
            json!({"PermissionSet": {"Name": "Finance", "PermissionSetArn": set}}),
        ),
        (
            &format!("sso-admin/eu-west-1/list-account-assignments/555566667777%2F{named}"),
            json!({"AccountAssignments": assignments}),
        ),
        (
            "identitystore/eu-west-1/list-users/d-1",
            json!({"Users": users}),
        ),
        (
            "identitystore/eu-west-1/list-groups/d-1",
            json!({"Groups": [{"GroupId": "g-1", "DisplayName": "payroll clerks"}]}),
        ),
        (
            "identitystore/eu-west-1/list-group-memberships/g-1",
            json!({"GroupMemberships": members}),
        ),
    ] {
        let path = place
            .export()
            .join(format!("accounts/111122223333/{name}.json"));
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, content.to_string()).expect("written");
    }
}

#[test]
fn a_member_more_of_a_directory_group_stands_with_the_roles_it_gets() {
    let place = Place::new();
    directory(&place, &["u-1"]);
    place.import("one");
    directory(&place, &["u-1", "u-2"]);
    place.import("two");
    let text = said(&place.whocan(&["diff", "one", "two"]));
    let title =
        "arn:aws:identitystore:::group/g-1 (111122223333): membership of jon@example.com: added";
    assert!(text.contains(title), "{text}");
    let role = "appeared: arn:aws:identitystore:::user/u-2 on \
        arn:aws:iam::555566667777:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Finance";
    assert!(text.contains(role), "{text}");
    assert!(text.contains("1 thing changed"), "{text}");

    // The assignment itself, seen from a snapshot without it.
    let text = said(&place.whocan(&["diff", "before", "one"]));
    let title = "assignment of permission set Finance in 555566667777 to payroll clerks: added";
    assert!(text.contains(title), "{text}");
    let user = "appeared: arn:aws:identitystore:::user/u-1";
    assert!(text.contains(user), "{text}");
}

#[test]
fn wrong_things_are_told() {
    let place = Place::new();
    for (arguments, code, words) in [
        (&["diff", "before", "nowhere"][..], 2, "nowhere"),
        (&["diff", "before"], 2, "AFTER"),
        (
            &["diff", "before", "before", "who can s3:Gett"],
            2,
            "s3:Gett",
        ),
        (&["diff", "before", "--plan", "no.json"], 2, "no.json"),
    ] {
        let output = place.whocan(arguments);
        assert_eq!(output.status.code(), Some(code), "{}", said(&output));
        assert!(said(&output).contains(words), "{}", said(&output));
    }
}
