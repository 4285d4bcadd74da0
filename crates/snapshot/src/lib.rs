//! whocan-snapshot
