//! whocan-render
