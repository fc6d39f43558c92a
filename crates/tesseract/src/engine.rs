//! The engine: the rules of the C interface's pointers, kept in one place.

#![expect(unsafe_code, reason = "calls the C interface; each block says why it is sound")]

use std::ffi::{CStr, CString, c_int};
use std::ptr::{NonNull, null_mut};
use std::time::{Duration, Instant};

use thiserror::Error;

use crate::ffi;
use crate::word::{Line, Word, words_of_tsv};

/// Why the engine did not do its work.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The language data is none, or not of this language.
    #[error("the language data cannot be used")]
    LanguageData,
    /// A parameter that this version does not have.
    #[error("the engine has no parameter {0}")]
    Parameter(String),
    /// A picture without pixels, or with more than the interface can count.
    #[error("a line of {width} x {height} pixels cannot be read")]
    Size {
        /// Width, pixels.
        width: u32,
        /// Height, pixels.
        height: u32,
    },
    /// The library gave up.
    #[error("the engine failed")]
    Failed,
    /// The deadline passed.
    #[error("the engine did not end in time")]
    Overrun,
}

/// The version of the library, as it calls itself.
pub fn version() -> String {
    // SAFETY: takes nothing, and returns a NUL-terminated string that lives as long as the library.
    let text = unsafe { CStr::from_ptr(ffi::TessVersion()) };
    text.to_string_lossy().into_owned()
}

/// A warm engine for one language. Reading changes nothing that a later reading could see.
#[derive(Debug)]
pub struct Engine(NonNull<ffi::Api>);

// SAFETY: the library keeps an engine's state in the engine; it may be used from any thread, from one at a time, which
// `&mut self` ensures. It is not `Sync`.
unsafe impl Send for Engine {}

impl Engine {
    /// An engine for `language` from the bytes of its `.traineddata` (LSTM), for single lines.
    ///
    /// # Errors
    /// [`EngineError::LanguageData`].
    pub fn new(data: &[u8], language: &str) -> Result<Self, EngineError> {
        let size = c_int::try_from(data.len()).map_err(|_| EngineError::LanguageData)?;
        let language = CString::new(language).map_err(|_| EngineError::LanguageData)?;
        // SAFETY: takes nothing; what it returns is ours until it is deleted, in `drop`.
        let api = NonNull::new(unsafe { ffi::TessBaseAPICreate() }).ok_or(EngineError::Failed)?;
        let engine = Self(api);
        // SAFETY: the engine is live; `data` holds `size` bytes and is copied from; `language` ends with NUL; the lists are
        // empty and so may be null.
        let made = unsafe {
            ffi::TessBaseAPIInit5(
                api.as_ptr(),
                data.as_ptr().cast(),
                size,
                language.as_ptr(),
                ffi::LSTM_ONLY,
                null_mut(),
                0,
                null_mut(),
                null_mut(),
                0,
                0,
            )
        };
        if made != 0 {
            return Err(EngineError::LanguageData);
        }
        // SAFETY: the engine is live.
        unsafe { ffi::TessBaseAPISetPageSegMode(api.as_ptr(), ffi::SINGLE_LINE) };
        let mut engine = engine;
        // The same resolution for every line: otherwise it guesses, and says so on the standard error.
        engine.set("user_defined_dpi", "300")?;
        // Lines are dark on light: what is read badly is not read again as white on black.
        engine.set("invert_threshold", "0")?;
        Ok(engine)
    }

    /// Sets a parameter of the engine for all later lines.
    ///
    /// # Errors
    /// [`EngineError::Parameter`].
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), EngineError> {
        let unknown = || EngineError::Parameter(name.to_owned());
        let (name_c, value_c) = (CString::new(name).map_err(|_| unknown())?, CString::new(value).map_err(|_| unknown())?);
        // SAFETY: the engine is live, both strings end with NUL, and it copies them.
        let known = unsafe { ffi::TessBaseAPISetVariable(self.0.as_ptr(), name_c.as_ptr(), value_c.as_ptr()) };
        if known == 0 { Err(unknown()) } else { Ok(()) }
    }

    /// The words of one line, left to right.
    ///
    /// # Errors
    /// [`EngineError::Size`], [`EngineError::Overrun`] when `deadline` has passed, [`EngineError::Failed`].
    pub fn read(&mut self, line: &Line<'_>, deadline: Duration) -> Result<Vec<Word>, EngineError> {
        let unfit = EngineError::Size { width: line.width(), height: line.height() };
        let (Ok(width), Ok(height)) = (c_int::try_from(line.width()), c_int::try_from(line.height())) else { return Err(unfit) };
        if width == 0 || height == 0 {
            return Err(unfit);
        }
        let end = Instant::now() + deadline;
        // SAFETY: the engine is live; `Line` holds exactly width x height bytes, one a pixel, and they are copied.
        unsafe { ffi::TessBaseAPISetImage(self.0.as_ptr(), line.pixels().as_ptr(), width, height, 1, width) };
        let monitor = Monitor::new(deadline)?;
        // SAFETY: the engine and the monitor are live; neither is kept by the other beyond the call.
        let read = unsafe { ffi::TessBaseAPIRecognize(self.0.as_ptr(), monitor.0.as_ptr()) };
        let words = match read {
            _ if Instant::now() >= end => Err(EngineError::Overrun),
            0 => self.words(),
            _ => Err(EngineError::Failed),
        };
        // SAFETY: the engine is live; this frees the picture and its results, not the language.
        unsafe { ffi::TessBaseAPIClear(self.0.as_ptr()) };
        words
    }

    fn words(&mut self) -> Result<Vec<Word>, EngineError> {
        // SAFETY: the engine is live and has results; the text is ours until it is deleted below.
        let text = unsafe { ffi::TessBaseAPIGetTsvText(self.0.as_ptr(), 0) };
        let text = NonNull::new(text).ok_or(EngineError::Failed)?;
        // SAFETY: the text ends with NUL, and nothing changes it while it is borrowed.
        let words = words_of_tsv(&unsafe { CStr::from_ptr(text.as_ptr()) }.to_string_lossy());
        // SAFETY: it came from the library, is deleted once, and the words are copies.
        unsafe { ffi::TessDeleteText(text.as_ptr()) };
        Ok(words)
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // SAFETY: made by TessBaseAPICreate, deleted once.
        unsafe { ffi::TessBaseAPIDelete(self.0.as_ptr()) }
    }
}

/// What stops the engine at a deadline.
struct Monitor(NonNull<ffi::Monitor>);

impl Monitor {
    fn new(deadline: Duration) -> Result<Self, EngineError> {
        // SAFETY: takes nothing; what it returns is ours until it is deleted, in `drop`.
        let monitor = Self(NonNull::new(unsafe { ffi::TessMonitorCreate() }).ok_or(EngineError::Failed)?);
        // Nothing at all would mean no deadline.
        let ms = c_int::try_from(deadline.as_millis()).unwrap_or(c_int::MAX).max(1);
        // SAFETY: the monitor is live.
        unsafe { ffi::TessMonitorSetDeadlineMSecs(monitor.0.as_ptr(), ms) };
        Ok(monitor)
    }
}

impl Drop for Monitor {
    fn drop(&mut self) {
        // SAFETY: made by TessMonitorCreate, deleted once.
        unsafe { ffi::TessMonitorDelete(self.0.as_ptr()) }
    }
}
