//! Disagreements that random organizations brought to light, made small.
