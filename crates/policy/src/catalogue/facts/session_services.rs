//! Services that always pass something to the sessions that they start.

use super::Table;

/// Amazon EC2, which names the session of an instance by the instance's id.
///
/// Source: IAM policy elements: Variables and tags (principal key values), IAM
/// User Guide, read 2026-11-25.
pub const EC2: &str = "ec2.amazonaws.com";

/// EKS Pod Identity, which passes [`POD_IDENTITY_TAGS`].
pub const POD_IDENTITY: &str = "pods.eks.amazonaws.com";

/// IAM Roles Anywhere, which sets a source identity and passes tags.
///
/// Source: The IAM Roles Anywhere trust model, IAM Roles Anywhere User Guide.
pub const ROLES_ANYWHERE: &str = "rolesanywhere.amazonaws.com";

/// The tags that EKS Pod Identity passes, all of them transitive.
pub const POD_IDENTITY_TAGS: Table<&str> = Table {
    source: "Grant Pods access to AWS resources based on tags, EKS User Guide",
    read: "2026-11-24",
    rows: &[
        "eks-cluster-arn",
        "eks-cluster-name",
        "kubernetes-namespace",
        "kubernetes-pod-name",
        "kubernetes-pod-uid",
        "kubernetes-service-account",
    ],
};
