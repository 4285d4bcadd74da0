//! Actions that do not carry the tags which their resource type has.

use super::Table;

/// The actions whose requests carry no tags of the resource although its type lists them (R107).
///
/// For every other action the catalogue itself says whether `aws:ResourceTag`
/// is listed. A row known from before, not compared again.
pub const NO_RESOURCE_TAGS: Table<&str> = Table {
    source: "Granting a user permissions to pass a role to an AWS service, IAM User Guide",
    read: "2026-11-24",
    rows: &["iam:PassRole"],
};

/// Returns whether `key`, in lower case, is a tag of the resource that the action never carries.
///
/// Source: [`NO_RESOURCE_TAGS`].
pub fn lacks_tags_of_resource(action: &str, key: &str) -> bool {
    key.split_once(':')
        .is_some_and(|(_, name)| name.starts_with("resourcetag/"))
        && NO_RESOURCE_TAGS.has(action)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passing_a_role_ignores_its_tags() {
        assert!(lacks_tags_of_resource("iam:PassRole", "aws:resourcetag/"));
        assert!(lacks_tags_of_resource("iam:PassRole", "iam:resourcetag/a"));
        assert!(!lacks_tags_of_resource(
            "iam:PassRole",
            "iam:passedtoservice"
        ));
        assert!(!lacks_tags_of_resource("iam:GetRole", "aws:resourcetag/"));
    }
}
