//! whocan-import
