//! whocan-eval
