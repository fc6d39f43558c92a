//! Which engine reads: a choice of configuration.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::own::Own;
use super::pair::Pair;
use super::reader::{ReadError, Reader};
use super::tesseract::Tesseract;

/// The engines. `docs/RECOGNISER.md` has their figures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Engine {
    /// Tesseract alone.
    Tesseract,
    /// Our own network alone.
    Own,
    /// Our own network reads the page, and votes with Tesseract on the values that matter.
    #[default]
    Pair,
}

/// An engine, warm. `language_data` is Tesseract's, and not looked at for [`Engine::Own`].
///
/// # Errors
/// [`ReadError::NotStarted`].
pub fn open_reader(engine: Engine, language_data: &Path) -> Result<Box<dyn Reader>, ReadError> {
    Ok(match engine {
        Engine::Tesseract => Box::new(Tesseract::load(language_data)?),
        Engine::Own => Box::new(Own::new()?),
        Engine::Pair => Box::new(Pair::load(language_data)?),
    })
}
