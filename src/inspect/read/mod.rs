//! Reading: from pictures of lines to fields with values.

mod again;
mod alone;
mod engine;
mod fields;
mod inscription;
mod labels;
mod noise;
mod odds;
mod own;
mod page;
#[cfg(feature = "tesseract")]
mod pair;
mod prior;
mod reader;
mod recognise;
mod red;
#[cfg(feature = "tesseract")]
mod tesseract;
pub(crate) mod text;
pub(crate) mod value;

pub use again::{Candidate, Settled, settle};
pub(super) use again::{WORD_SPACE, whole_words};
pub use alone::alone_fields;
pub use engine::{Engine, LANGUAGE_DATA, open_reader};
pub use fields::{Printed, printed_fields};
pub(super) use fields::{printed, repeated_labels};
pub use inscription::{Inscription, SealWord, read_inscription, shortfall};
pub use own::Own;
pub use page::{ReadPage, read_page};
#[cfg(feature = "tesseract")]
pub use pair::Pair;
pub use reader::{Asked, Heard, ReadError, ReadWord, Reader, Round};
pub use recognise::{Recognised, Title, recognise, stands_on};
#[cfg(feature = "tesseract")]
pub use tesseract::Tesseract;
