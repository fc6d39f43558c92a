//! Reading: from pictures of lines to fields with values.

mod reader;
mod tesseract;
pub(crate) mod text;
mod tiff;
pub(crate) mod value;

pub use reader::{ReadError, ReadWord, Reader};
pub use tesseract::Tesseract;
