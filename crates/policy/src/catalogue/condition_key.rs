//! Condition keys: their types, and which actions carry them.

use super::facts;
use super::{ActionId, Catalogue, KeyId, ResourceTypeId};

/// A condition key, or a family such as `aws:RequestTag/${TagKey}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyEntry {
    /// The key as AWS spells it, such as `s3:prefix`.
    pub name: &'static str,
    /// The type of its values.
    pub kind: KeyType,
    /// Where a global key belongs; none for keys of one service.
    pub global: Option<KeyCategory>,
    // Lower case, up to the placeholder if there is one.
    prefix: Box<str>,
    // Lower case, what follows the placeholder; none without placeholder.
    suffix: Option<Box<str>>,
}

/// The type of a condition key's values.
///
/// Source: Service Authorization Reference, condition keys tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the variants are AWS's own words")]
pub enum KeyType {
    String,
    Arn,
    Bool,
    Date,
    IpAddress,
    Numeric,
    ArrayOfString,
    ArrayOfArn,
    ArrayOfBool,
}

/// What a global condition key tells about.
///
/// Source: AWS global condition context keys, IAM User Guide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyCategory {
    /// The caller.
    Principal,
    /// The caller's session.
    Session,
    /// The network that the call came through.
    Network,
    /// The resource that is called.
    Resource,
    /// The call itself.
    Request,
}

/// Whether requests for an action carry a condition key (R100).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyCarriage {
    /// The action, or a resource type of it, lists the key: it may be present.
    Listed,
    /// The catalogue knows the key, and neither the action nor a resource type
    /// of it lists it: the key is absent.
    NotListed,
    /// A key for calls of every service, such as `aws:PrincipalArn`; whether it
    /// is present does not depend on the action.
    Global,
    /// Neither AWS's key for all services nor one that the catalogue knows: a
    /// claim of an identity provider, or a key newer than the catalogue.
    Unknown,
}

impl KeyType {
    /// Returns whether the key has a list of values (set operators apply).
    pub fn is_list(self) -> bool {
        matches!(
            self,
            KeyType::ArrayOfString | KeyType::ArrayOfArn | KeyType::ArrayOfBool
        )
    }

    pub(super) fn parse(text: &str) -> Option<KeyType> {
        Some(match text {
            "String" => KeyType::String,
            "ARN" => KeyType::Arn,
            "Bool" => KeyType::Bool,
            "Date" => KeyType::Date,
            "IPAddress" => KeyType::IpAddress,
            "Numeric" => KeyType::Numeric,
            "ArrayOfString" => KeyType::ArrayOfString,
            "ArrayOfARN" => KeyType::ArrayOfArn,
            "ArrayOfBool" => KeyType::ArrayOfBool,
            _ => return None,
        })
    }
}

impl KeyCategory {
    pub(super) fn parse(text: &str) -> Option<KeyCategory> {
        Some(match text {
            "principal" => KeyCategory::Principal,
            "session" => KeyCategory::Session,
            "network" => KeyCategory::Network,
            "resource" => KeyCategory::Resource,
            "request" => KeyCategory::Request,
            _ => return None,
        })
    }
}

impl KeyEntry {
    pub(super) fn new(name: &'static str, kind: KeyType, global: Option<KeyCategory>) -> KeyEntry {
        let (prefix, suffix) = match placeholder(name) {
            Some((start, end)) => (&name[..start], Some(&name[end..])),
            None => (name, None),
        };
        KeyEntry {
            name,
            kind,
            global,
            prefix: prefix.to_ascii_lowercase().into(),
            suffix: suffix.map(|text| text.to_ascii_lowercase().into()),
        }
    }

    /// Returns whether this is a family of keys, such as one for each tag.
    pub fn is_family(&self) -> bool {
        self.suffix.is_some()
    }

    /// Returns the key in lower case, a family up to its placeholder: `aws:requesttag/`.
    pub fn lower(&self) -> &str {
        &self.prefix
    }

    /// Returns whether `key`, in any case, is this key or of this family.
    pub fn covers(&self, key: &str) -> bool {
        let Some(suffix) = &self.suffix else {
            return key.eq_ignore_ascii_case(&self.prefix);
        };
        let (key, prefix) = (key.as_bytes(), self.prefix.as_bytes());
        // The placeholder stands for at least one character.
        key.len() > prefix.len() + suffix.len()
            && key[..prefix.len()].eq_ignore_ascii_case(prefix)
            && key[key.len() - suffix.len()..].eq_ignore_ascii_case(suffix.as_bytes())
    }

    fn literal_len(&self) -> usize {
        self.prefix.len() + self.suffix.as_ref().map_or(0, |suffix| suffix.len())
    }

    pub(super) fn same_family(&self, other: &KeyEntry) -> bool {
        (&self.prefix, &self.suffix) == (&other.prefix, &other.suffix)
    }

    pub(super) fn order(&self) -> (&str, Option<&str>, &str) {
        (&self.prefix, self.suffix.as_deref(), self.name)
    }
}

/// Finds the placeholder, which AWS writes as `${TagKey}`, `<key>`, `tag-key` or not at all.
fn placeholder(name: &str) -> Option<(usize, usize)> {
    for (open, close) in [("${", '}'), ("<", '>')] {
        if let Some(start) = name.find(open) {
            let end = name[start..].find(close)?;
            return Some((start, start + end + 1));
        }
    }
    if name.ends_with("/tag-key") {
        return Some((name.len() - "tag-key".len(), name.len()));
    }
    name.ends_with('/').then_some((name.len(), name.len()))
}

impl Catalogue {
    /// Returns what the catalogue says of a key in any case, such as `aws:ResourceTag/team`.
    ///
    /// Of several families that cover it, the narrowest.
    pub fn condition_key(&self, name: &str) -> Option<&KeyEntry> {
        let entries = self.entries_covering(name).map(|id| self.key(id));
        entries.max_by_key(|entry| (!entry.is_family(), entry.literal_len()))
    }

    /// Returns all keys in the order of their lower-case form.
    pub fn condition_key_entries(&self) -> impl ExactSizeIterator<Item = &KeyEntry> {
        self.keys.iter()
    }

    /// Returns the keys that the action or one of its resource types lists.
    ///
    /// Ascending, in lower case, families up to their placeholder
    /// (`aws:requesttag/`). Global keys are there only if listed.
    pub fn condition_keys(&self, action: ActionId) -> impl Iterator<Item = &str> {
        let mut keys: Vec<KeyId> = self.listed(action, |_| true).collect();
        keys.sort_unstable();
        keys.dedup();
        let mut texts: Vec<&str> = keys.into_iter().map(|id| self.key(id).lower()).collect();
        texts.dedup();
        texts.into_iter()
    }

    /// Returns the keys that a resource type lists, ascending, as [`Catalogue::condition_keys`] does.
    pub fn condition_keys_of_type(&self, id: ResourceTypeId) -> impl Iterator<Item = &str> {
        let keys = self.resource_type(id).keys.of(&self.key_lists).iter();
        keys.map(|id| self.key(*id).lower())
    }

    /// Returns whether requests for the action may carry the key (R100).
    ///
    /// `key` in any case. Source: Service Authorization Reference.
    pub fn carries_key(&self, action: ActionId, key: &str) -> KeyCarriage {
        self.carriage(action, key, |_| true)
    }

    /// Returns whether requests for the action on resources of these types may carry the key.
    ///
    /// As [`Catalogue::carries_key`], but for one request, whose resource types
    /// are known: keys that only other types of the action list are not listed.
    pub fn carries_key_on(
        &self,
        action: ActionId,
        types: &[ResourceTypeId],
        key: &str,
    ) -> KeyCarriage {
        self.carriage(action, key, |id| types.contains(&id))
    }

    fn carriage(
        &self,
        action: ActionId,
        key: &str,
        counts: impl Fn(ResourceTypeId) -> bool,
    ) -> KeyCarriage {
        if self
            .listed(action, counts)
            .any(|id| self.key(id).covers(key))
        {
            return KeyCarriage::Listed;
        }
        match self.condition_key(key) {
            Some(entry) if entry.is_carried_by_every_service() => KeyCarriage::Global,
            Some(entry) if self.is_of_a_service(entry) => KeyCarriage::NotListed,
            _ => KeyCarriage::Unknown,
        }
    }

    /// Returns the keys that the action and those of its types that count list, with repetitions.
    fn listed(
        &self,
        action: ActionId,
        counts: impl Fn(ResourceTypeId) -> bool,
    ) -> impl Iterator<Item = KeyId> {
        let name = self.name(action);
        let own = self.get(action).keys.of(&self.key_lists).iter();
        let of_types = self
            .resource_types(action)
            .iter()
            .filter(move |used| counts(used.resource_type))
            .flat_map(|used| {
                let of_type = self.resource_type(used.resource_type).keys;
                let both = [used.keys.of(&self.key_lists), of_type.of(&self.key_lists)];
                both.into_iter().flatten()
            })
            .filter(move |id| !facts::lacks_tags_of_resource(name, self.key(**id).lower()));
        own.chain(of_types).copied()
    }

    fn entries_covering(&self, name: &str) -> impl Iterator<Item = KeyId> {
        let lower = name.to_ascii_lowercase();
        let start = self.keys.partition_point(|entry| *entry.prefix < *lower);
        let exact = self.keys[start..]
            .iter()
            .zip(start..)
            .take_while(move |(entry, _)| *entry.prefix == *lower)
            .filter(|(entry, _)| !entry.is_family())
            .filter_map(|(_, at)| u16::try_from(at).ok().map(KeyId));
        let families = self.key_templates.iter().copied();
        exact.chain(families.filter(move |id| self.key(*id).covers(name)))
    }

    /// Keys of identity providers are in the catalogue as examples only.
    fn is_of_a_service(&self, entry: &KeyEntry) -> bool {
        let prefix = entry.name.split(':').next().unwrap_or_default();
        prefix == "aws" || self.service(prefix).is_some()
    }

    pub(super) fn key(&self, id: KeyId) -> &KeyEntry {
        &self.keys[usize::from(id.0)]
    }
}

impl KeyEntry {
    /// Tags of the resource and of the request are global by name, but each
    /// service says which of its actions carry them.
    fn is_carried_by_every_service(&self) -> bool {
        let by_action = ["aws:resourcetag/", "aws:requesttag/", "aws:tagkeys"];
        self.global.is_some() && !by_action.contains(&self.lower())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::catalogue;

    fn carries(action: &str, key: &str) -> KeyCarriage {
        let id = catalogue().action(action).unwrap();
        catalogue().carries_key(id, key)
    }

    #[test]
    fn a_key_that_only_other_actions_list_is_absent() {
        assert_eq!(carries("s3:ListBucket", "s3:prefix"), KeyCarriage::Listed);
        assert_eq!(carries("s3:GetObject", "s3:prefix"), KeyCarriage::NotListed);
        assert_eq!(
            carries("sqs:SendMessage", "kms:ViaService"),
            KeyCarriage::NotListed
        );
    }

    #[test]
    fn case_of_a_key_does_not_matter() {
        assert_eq!(carries("s3:ListBucket", "S3:PREFIX"), KeyCarriage::Listed);
        assert_eq!(
            carries("s3:GetObject", "AWS:principalARN"),
            KeyCarriage::Global
        );
    }

    #[test]
    fn a_family_covers_its_members_and_not_itself() {
        let key = "kms:EncryptionContext:app";
        assert_eq!(carries("kms:Decrypt", key), KeyCarriage::Listed);
        assert_eq!(carries("kms:DescribeKey", key), KeyCarriage::NotListed);
        assert_eq!(
            carries("s3:GetObject", "s3:ExistingObjectTag/a"),
            KeyCarriage::Listed
        );
        assert_eq!(
            carries("s3:GetObject", "s3:RequestObjectTag/a"),
            KeyCarriage::NotListed
        );
        assert_eq!(
            carries("iam:CreateUser", "aws:RequestTag/a:b/c"),
            KeyCarriage::Listed
        );
        assert_eq!(
            carries("s3:GetObject", "s3:ExistingObjectTag/"),
            KeyCarriage::Unknown
        );
    }

    #[test]
    fn every_spelling_of_a_placeholder_is_one() {
        for key in [
            "secretsmanager:ResourceTag/team",
            "ssm:resourceTag/team",
            "sagemaker:ResourceTag/team",
            "elasticloadbalancing:ResourceTag/team",
            "glacier:ResourceTag/team",
            "aws:PrincipalTag/team",
            "codebuild:secondarySources/x.auth.type",
            "events:Metadata/x/Matcher",
        ] {
            let entry = catalogue().condition_key(key).unwrap();
            assert!(entry.is_family(), "{key}");
        }
    }

    #[test]
    fn the_narrowest_family_answers() {
        let name = |key| catalogue().condition_key(key).map(|entry| entry.name);
        assert_eq!(
            name("events:metadata/x/matcher"),
            Some("events:Metadata/${MetadataKey}/Matcher")
        );
        assert_eq!(name("aws:tagkeys"), Some("aws:TagKeys"));
        assert_eq!(name("aws:NoSuchKey"), None);
        assert_eq!(name(""), None);
    }

    #[test]
    fn tags_of_the_resource_are_listed_by_type() {
        assert_eq!(
            carries("sqs:SendMessage", "aws:ResourceTag/a"),
            KeyCarriage::Listed
        );
        assert_eq!(
            carries("ec2:DescribeInstances", "aws:ResourceTag/a"),
            KeyCarriage::NotListed
        );
        assert_eq!(
            carries("iam:CreateRole", "iam:ResourceTag/a"),
            KeyCarriage::Listed
        );
    }

    #[test]
    fn passing_a_role_carries_no_tags_of_the_role() {
        assert_eq!(
            carries("iam:PassRole", "aws:ResourceTag/a"),
            KeyCarriage::NotListed
        );
        assert_eq!(
            carries("iam:PassRole", "iam:ResourceTag/a"),
            KeyCarriage::NotListed
        );
        assert_eq!(
            carries("iam:PassRole", "iam:PassedToService"),
            KeyCarriage::Listed
        );
        let id = catalogue().action("iam:PassRole").unwrap();
        let keys: Vec<_> = catalogue().condition_keys(id).collect();
        assert_eq!(keys, ["iam:associatedresourcearn", "iam:passedtoservice"]);
    }

    #[test]
    fn keys_of_sessions_are_global_in_spite_of_their_prefix() {
        assert_eq!(
            carries("s3:GetObject", "ec2:SourceInstanceArn"),
            KeyCarriage::Global
        );
        assert_eq!(
            carries("s3:GetObject", "lambda:SourceFunctionArn"),
            KeyCarriage::Global
        );
        assert_eq!(
            carries("s3:GetObject", "aws:SourceVpce"),
            KeyCarriage::Global
        );
    }

    #[test]
    fn a_key_in_no_table_is_unknown() {
        assert_eq!(
            carries("s3:GetObject", "aws:SomethingNew"),
            KeyCarriage::Unknown
        );
        assert_eq!(
            carries("s3:GetObject", "s3:SomethingNew"),
            KeyCarriage::Unknown
        );
        assert_eq!(
            carries("s3:GetObject", "idp.example.com:sub"),
            KeyCarriage::Unknown
        );
        assert_eq!(
            carries("s3:GetObject", "gitlab.com:user_id"),
            KeyCarriage::Unknown
        );
        assert_eq!(
            carries("sts:AssumeRoleWithWebIdentity", "gitlab.com:user_id"),
            KeyCarriage::Listed
        );
    }

    #[test]
    fn the_types_of_a_request_narrow_its_keys() {
        let catalogue = catalogue();
        let action = catalogue.action("s3:GetObject").unwrap();
        let on = |name| {
            let id = catalogue.resource_type_named("s3", name).unwrap();
            catalogue.carries_key_on(action, &[id], "s3:DataAccessPointArn")
        };
        assert_eq!(on("accesspointobject"), KeyCarriage::Listed);
        assert_eq!(on("object"), KeyCarriage::NotListed);
    }

    #[test]
    fn condition_keys_and_carriage_agree() {
        let catalogue = catalogue();
        for action in catalogue.actions().step_by(409) {
            let keys: Vec<&str> = catalogue.condition_keys(action).collect();
            assert!(keys.is_sorted_by(|a, b| a < b), "{keys:?}");
            for entry in catalogue.condition_key_entries() {
                if !entry.is_family() {
                    let listed = catalogue.carries_key(action, entry.name) == KeyCarriage::Listed;
                    let covered = keys.iter().any(|k| *k == entry.lower())
                        || catalogue
                            .listed(action, |_| true)
                            .any(|id| catalogue.key(id).covers(entry.name));
                    assert_eq!(listed, covered, "{} {}", catalogue.name(action), entry.name);
                }
            }
        }
    }
}
