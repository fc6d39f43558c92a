//! Certification: from an approval to the signed copy.
//!
//! `compose` makes the PDF/A of a copy from pixels and words; nothing of an uploaded file's object tree goes into it.

pub mod compose;
