//! Inspection: from the pages of a submission to an [`InspectionReport`].

pub mod forms;
mod report;

pub use report::{Field, FieldSource, InspectionReport, PageReport, Word};
