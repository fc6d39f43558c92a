//! The sheet as a whole: sharp everywhere, not cut off, and where it was folded.

mod folded;
mod frame;
mod sharp_throughout;
#[cfg(test)]
mod tests;

pub(super) use folded::Folded;
pub(super) use frame::Frame;
pub(super) use sharp_throughout::SharpThroughout;
