//! whocan-grammar
