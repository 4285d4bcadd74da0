//! The same export gives the same bytes.

use std::fmt::Write as _;

use crate::bundle::{Delivered, export};

fn bytes(delivered: &Delivered) -> String {
    let mut text = serde_json::to_string(&delivered.accounts).expect("accounts are JSON");
    let activities = serde_json::to_string(&delivered.activities).expect("activity is JSON");
    write!(text, "{activities}\n{:?}", delivered.imported).expect("a string takes everything");
    text
}

fn files() -> Vec<(String, String)> {
    let mut files = Vec::new();
    for number in 0..20 {
        let id = format!("{:012}", 100_000_000_000_u64 + number);
        let roles: Vec<String> = (0..10)
            .map(|role| {
                format!(
                    r#"{{"Arn": "arn:aws:iam::{id}:role/r{}"}}"#,
                    (role * 7) % 10
                )
            })
            .collect();
        let details = format!(r#"{{"RoleDetailList": [{}]}}"#, roles.join(","));
        let path = format!("accounts/{id}/iam/get-account-authorization-details.json");
        files.push((path, details));
        for bucket in ["z", "a", "m"] {
            let path = format!("accounts/{id}/s3api/get-bucket-policy/{bucket}-{number}.json");
            files.push((path, r#"{"Policy": "{\"Statement\": [{}]}"}"#.to_owned()));
        }
        for region in ["us-east-1", "eu-west-1"] {
            let path = format!("accounts/{id}/sqs/{region}/get-queue-attributes/q.json");
            files.push((path, r#"{"Attributes": {"Policy": "{}"}}"#.to_owned()));
        }
    }
    files
}

#[test]
fn neither_threads_nor_the_order_of_files_change_a_byte() {
    let files = files();
    let write = |files: &mut dyn Iterator<Item = &(String, String)>| {
        let made = export(&[]);
        for (path, text) in files {
            made.write(path, text.as_bytes());
        }
        made
    };
    let forward = write(&mut files.iter());
    let backward = write(&mut files.iter().rev());
    let first = bytes(&forward.import());
    assert!(first.contains("arn:aws:s3:::z-0"));
    for _ in 0..3 {
        assert_eq!(bytes(&forward.import()), first);
        assert_eq!(bytes(&backward.import()), first);
    }
}
