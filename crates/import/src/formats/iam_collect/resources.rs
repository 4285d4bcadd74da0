//! The folders of everything but IAM.

use std::path::Path;

use whocan_policy::Arn;

use super::{Metadata, Reading};
use crate::error::FileError;
use crate::export::Left;
use crate::formats::answer::{Object, made};
use crate::formats::resource::{ACCESS_POINTS, ENDPOINTS, Kept, Policy};

impl Reading<'_> {
    /// Reads a resource's folder.
    pub(super) fn resource(
        &mut self,
        folder: &Path,
        metadata: Metadata,
        arn: Arn,
    ) -> Result<(), FileError> {
        match (arn.service(), arn.account_text().is_empty()) {
            ("ec2", _) => self.endpoint(folder, &metadata, &arn),
            ("s3", false) => self.access_point(folder, &metadata, &arn),
            ("s3", true) => self.bucket(folder, metadata, arn),
            _ => {
                let kept = self.kept(folder, metadata, arn)?;
                kept.add_to(&mut self.export, &mut self.lists);
                Ok(())
            }
        }
    }

    fn kept(&mut self, folder: &Path, metadata: Metadata, arn: Arn) -> Result<Kept, FileError> {
        let policy = match self.load_json(&folder.join("policy.json")) {
            Ok(Some(text)) => Policy::Is(text),
            Ok(None) => Policy::Unknown,
            Err(error) => Policy::Broken(error),
        };
        let tags = match self.load_json(&folder.join("tags.json")) {
            Ok(tags) => tags,
            Err(error) => {
                (self.broken)(error)?;
                None
            }
        };
        Ok(Kept {
            // A secret's ARN ends in characters that its name lacks.
            name: metadata.name.filter(|_| arn.service() == "secretsmanager"),
            arn,
            region: metadata.region,
            policy,
            tags,
            key: metadata.key,
            role: metadata.role,
            from: folder.to_owned(),
        })
    }

    fn bucket(&mut self, folder: &Path, metadata: Metadata, arn: Arn) -> Result<(), FileError> {
        let name = arn.resource().to_owned();
        let abac = metadata.abac_enabled.as_ref().map(|raw| {
            let on = raw.get().trim_matches('"') == "true";
            let status = Object::new().text("Status", if on { "Enabled" } else { "Disabled" });
            Object::new().raw("AbacStatus", &status.finish()).finish()
        });
        let kept = self.kept(folder, metadata, arn)?;
        kept.add_to(&mut self.export, &mut self.lists);
        if let Some(abac) = abac {
            let left = made(abac, folder);
            self.add_bucket("get-bucket-abac", &name, left);
        }
        let command = "get-public-access-block";
        if let Some(left) = self.wrapped(&folder.join("bpa.json"), BLOCK) {
            self.add_bucket(command, &name, left);
        }
        if let Some(left) = self.wrapped(&folder.join("encryption.json"), ENCRYPTION) {
            self.add_bucket("get-bucket-encryption", &name, left);
        }
        Ok(())
    }

    fn add_bucket(&mut self, command: &str, name: &str, left: Left) {
        let name = Some(name.to_owned());
        self.export.add("s3api", command, None, name, left);
    }

    /// Returns a file's JSON inside the field in which AWS prints it.
    fn wrapped(&mut self, path: &Path, field: &str) -> Option<Left> {
        match self.load_json(path) {
            Ok(None) => None,
            Ok(Some(text)) => Some(made(Object::new().raw(field, &text).finish(), path)),
            Err(error) => Some(Left::Broken(error)),
        }
    }

    fn access_point(
        &mut self,
        folder: &Path,
        metadata: &Metadata,
        arn: &Arn,
    ) -> Result<(), FileError> {
        let vpc = metadata.vpc.as_deref().filter(|vpc| !vpc.is_empty());
        let described = |object: Object| {
            let object = object
                .text("Name", metadata.name.as_deref().unwrap_or_default())
                .text("AccessPointArn", arn.as_str())
                .maybe("Bucket", metadata.bucket.as_deref())
                .maybe("BucketAccountId", metadata.bucket_account.as_deref());
            match vpc {
                Some(vpc) => object.raw(
                    "VpcConfiguration",
                    &Object::new().text("VpcId", last(vpc)).finish(),
                ),
                None => object,
            }
        };
        let region = Some(arn.region()).filter(|region| !region.is_empty());
        self.lists
            .push(ACCESS_POINTS, region, described(Object::new()).finish());
        let argument = || Some(arn.as_str().to_owned());
        if let Some(left) = self.block_of_point(&folder.join("bpa.json"), described) {
            let command = "get-access-point";
            self.export
                .add("s3control", command, region, argument(), left);
        }
        if let Some(left) = self.wrapped(&folder.join("policy.json"), "Policy") {
            let command = "get-access-point-policy";
            self.export
                .add("s3control", command, region, argument(), left);
        }
        Ok(())
    }

    fn block_of_point(
        &mut self,
        path: &Path,
        described: impl Fn(Object) -> Object,
    ) -> Option<Left> {
        match self.load_json(path) {
            Ok(None) => None,
            Ok(Some(block)) => {
                let object = described(Object::new()).raw(BLOCK, &block);
                Some(made(object.finish(), path))
            }
            Err(error) => Some(Left::Broken(error)),
        }
    }

    /// Reads a VPC endpoint. One without a policy file is left out: that it has
    /// the policy that allows all is not known.
    fn endpoint(&mut self, folder: &Path, metadata: &Metadata, arn: &Arn) -> Result<(), FileError> {
        let policy = match self.load_json(&folder.join("endpoint-policy.json")) {
            Ok(policy) => policy,
            Err(error) => {
                (self.broken)(error)?;
                None
            }
        };
        if let (Some(policy), Some(id)) = (policy, arn.resource().strip_prefix("vpc-endpoint/")) {
            let endpoint = Object::new()
                .text("VpcEndpointId", id)
                .maybe("VpcId", metadata.vpc.as_deref().map(last))
                .maybe("ServiceName", metadata.service_name.as_deref())
                .maybe("VpcEndpointType", metadata.kind.as_deref())
                .raw("PolicyDocument", &policy);
            self.lists
                .push(ENDPOINTS, Some(arn.region()), endpoint.finish());
        }
        Ok(())
    }
}

const BLOCK: &str = "PublicAccessBlockConfiguration";
const ENCRYPTION: &str = "ServerSideEncryptionConfiguration";

/// Returns what an ARN ends in: the tool names a VPC by its ARN.
fn last(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}
