//! whocan-query
