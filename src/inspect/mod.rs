//! Inspection: from the pages of a submission to an [`InspectionReport`].

pub mod forms;
pub mod read;
mod report;

pub use report::{Field, FieldSource, InspectionReport, PageReport, Word};
