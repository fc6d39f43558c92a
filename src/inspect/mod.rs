//! Inspection: from the pages of a submission to an [`InspectionReport`].

mod report;

pub use report::{Field, FieldSource, InspectionReport, PageReport, Word};
