//! The store on disk.

/// A directory that keeps snapshots.
#[derive(Debug)]
pub struct Store;

/// Why a store could not answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {}
