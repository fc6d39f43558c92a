//! Tesseract in this process: an engine that is kept warm and reads one line of print at a time.
//!
//! The engine is made from language data in memory, so it opens no file, neither when it is made nor when it reads: it works
//! where a sandbox has closed the file system. It knows nothing of pages, layout or forms; it does not judge what it read.
//! The rest of the project forbids unsafe code: `ffi.rs` alone talks to the C interface (`tesseract/capi.h` 5.2 and later),
//! `engine.rs` keeps the rules of its pointers.
//!
//! What it cannot promise: a C++ exception (out of memory) or a fault in the library ends the process. It belongs in a process
//! that may die.

mod engine;
#[expect(unsafe_code, reason = "the declarations of the C interface")]
mod ffi;
mod word;

pub use engine::{Engine, EngineError, version};
pub use word::{Line, Word};
