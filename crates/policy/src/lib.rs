//! whocan-policy
