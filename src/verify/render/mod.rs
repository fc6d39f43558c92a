//! A report as a document: one sentence for a clerk, everything in JSON, or the XML of ETSI TS 119 102-2 for an auditor.

mod detailed;
mod etsi;
mod simple;
mod xml;

use super::Report;

pub use detailed::detailed;
pub use etsi::etsi;
pub use simple::simple;

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportFormat {
    /// One Vietnamese sentence.
    Simple,
    /// JSON.
    Detailed,
    /// XML by ETSI TS 119 102-2.
    Etsi,
}

impl ReportFormat {
    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Simple => "text/plain; charset=utf-8",
            Self::Detailed => "application/json",
            Self::Etsi => "application/xml",
        }
    }
}

/// The report on a copy in a format. With `facts` the JSON carries what the QR token states about a person.
pub fn render(report: &Report, format: ReportFormat, facts: bool) -> String {
    match format {
        ReportFormat::Simple => format!("{}\n", simple(report)),
        ReportFormat::Detailed => format!("{:#}\n", detailed(report, facts)),
        ReportFormat::Etsi => etsi(report),
    }
}
