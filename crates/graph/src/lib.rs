//! whocan-graph
