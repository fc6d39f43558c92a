//! A scan that begins as TIFF does.
#![no_main]

use bansao_fuzz::{let_guards_catch, open_as};
use bansao_scan::Format;
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: let_guards_catch(), |data: &[u8]| -> libfuzzer_sys::Corpus { open_as(Format::Tiff, data) });
