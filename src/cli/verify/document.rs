//! Reports as documents: printed, or written into a folder with their signatures.

use std::path::Path;

use super::CliError;
use crate::api::proto;
use crate::verify::{Report, ReportFormat, render};

/// A report as a document.
pub(super) struct Document {
    format: ReportFormat,
    pub(super) content: String,
    signature: Vec<u8>,
}

impl Document {
    /// What this program found, which nobody signs.
    pub(super) fn unsigned(report: &Report, format: ReportFormat) -> Self {
        Self { format, content: render(report, format, true), signature: Vec::new() }
    }

    /// What the service sent.
    pub(super) fn received(document: proto::ReportDocument, format: ReportFormat) -> Self {
        let content = String::from_utf8_lossy(&document.content).into_owned();
        Self { format, content, signature: document.signature.to_vec() }
    }

    /// Writes the document, and its signature beside it. The digest in the name keeps files of one name apart.
    pub(super) fn save(&self, folder: &Path, subject: &str, report: &Report) -> Result<(), CliError> {
        let extension = match self.format {
            ReportFormat::Simple => "txt",
            ReportFormat::Detailed => "json",
            ReportFormat::Etsi => "xml",
        };
        let stem = Path::new(subject).file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let digest: String = report.sha256.to_hex().chars().take(8).collect();
        let path = folder.join(format!("{stem}.{digest}.report.{extension}"));
        std::fs::create_dir_all(folder)?;
        std::fs::write(&path, &self.content)?;
        if !self.signature.is_empty() {
            std::fs::write(format!("{}.p7s", path.display()), &self.signature)?;
        }
        Ok(())
    }
}

/// The format as the service is asked for it.
pub(super) fn wire(format: Option<ReportFormat>) -> proto::ReportFormat {
    match format {
        None => proto::ReportFormat::Unspecified,
        Some(ReportFormat::Simple) => proto::ReportFormat::Simple,
        Some(ReportFormat::Detailed) => proto::ReportFormat::Detailed,
        Some(ReportFormat::Etsi) => proto::ReportFormat::Etsi,
    }
}
