//! Which engine reads: a choice of configuration. A program that was built without the feature `tesseract` has our own alone.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::own::Own;
#[cfg(feature = "tesseract")]
use super::pair::Pair;
use super::reader::{ReadError, Reader};
#[cfg(feature = "tesseract")]
use super::tesseract::Tesseract;

/// Where Debian keeps Tesseract's Vietnamese model.
pub const LANGUAGE_DATA: &str = "/usr/share/tesseract-ocr/5/tessdata/vie.traineddata";

/// The engines. `docs/RECOGNISER.md` has their figures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Engine {
    /// Tesseract alone.
    Tesseract,
    /// Our own network alone.
    #[cfg_attr(not(feature = "tesseract"), default)]
    Own,
    /// Our own network reads the page, and votes with Tesseract on the values that matter.
    #[cfg_attr(feature = "tesseract", default)]
    Pair,
}

/// An engine, warm. `language_data` is Tesseract's, and not looked at for [`Engine::Own`].
///
/// # Errors
/// [`ReadError::NotStarted`]; also where this program was built without the engine.
pub fn open_reader(engine: Engine, language_data: &Path) -> Result<Box<dyn Reader>, ReadError> {
    match engine {
        Engine::Own => Ok(Box::new(Own::new()?)),
        #[cfg(feature = "tesseract")]
        Engine::Tesseract => Ok(Box::new(Tesseract::load(language_data)?)),
        #[cfg(feature = "tesseract")]
        Engine::Pair => Ok(Box::new(Pair::load(language_data)?)),
        #[cfg(not(feature = "tesseract"))]
        Engine::Tesseract | Engine::Pair => Err(ReadError::NotStarted(format!(
            "this program was built without Tesseract and cannot use {}: set inspection.engine to \"own\"",
            language_data.display()
        ))),
    }
}

#[cfg(all(test, not(feature = "tesseract")))]
mod tests {
    use super::*;

    #[test]
    fn without_tesseract_our_own_reads_and_the_others_say_why_they_do_not() {
        let nowhere = Path::new("/nonexistent");
        assert_eq!(Engine::default(), Engine::Own);
        assert!(open_reader(Engine::Own, nowhere).is_ok());
        for engine in [Engine::Pair, Engine::Tesseract] {
            assert!(matches!(open_reader(engine, nowhere), Err(ReadError::NotStarted(reason)) if reason.contains("without Tesseract")));
        }
    }
}
