//! Intake: a bounded stream of bytes becomes the files of a submission.

mod upload;

pub use upload::{Declaration, Upload, UploadError};
