//! Reading: from pictures of lines to fields with values.

mod again;
mod alone;
mod fields;
mod labels;
mod page;
mod reader;
mod recognise;
mod tesseract;
pub(crate) mod text;
pub(crate) mod value;

pub use again::{Candidate, Settled, settle};
pub use alone::alone_fields;
pub use fields::{Printed, printed_fields};
pub use page::{ReadPage, read_page};
pub use reader::{ReadError, ReadWord, Reader};
pub use recognise::{Recognised, Title, recognise, stands_on};
pub use tesseract::{LANGUAGE_DATA, Tesseract};
