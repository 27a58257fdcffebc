//! Where a pool's memory comes from, without `std`: always its blocks.

pub(crate) use crate::blocks::Blocks as Source;
