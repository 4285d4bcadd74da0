//! whocan-index
