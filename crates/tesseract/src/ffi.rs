//! The functions of `tesseract/capi.h` that are used, with their types as that header declares them.
//!
//! Enumerations are passed as the integers that the header gives them; `BOOL` is an `int`.

use std::ffi::{c_char, c_int, c_uchar};

/// `TessBaseAPI`.
#[repr(C)]
pub(crate) struct Api {
    _private: [u8; 0],
}

/// `ETEXT_DESC`: progress, cancelling, the deadline.
#[repr(C)]
pub(crate) struct Monitor {
    _private: [u8; 0],
}

/// `OEM_LSTM_ONLY`.
pub(crate) const LSTM_ONLY: c_int = 1;
/// `PSM_SINGLE_LINE`.
pub(crate) const SINGLE_LINE: c_int = 7;

unsafe extern "C" {
    pub(crate) fn TessVersion() -> *const c_char;
    pub(crate) fn TessBaseAPICreate() -> *mut Api;
    pub(crate) fn TessBaseAPIDelete(api: *mut Api);
    pub(crate) fn TessBaseAPIInit5(
        api: *mut Api,
        data: *const c_char,
        data_size: c_int,
        language: *const c_char,
        mode: c_int,
        configs: *mut *mut c_char,
        configs_size: c_int,
        names: *mut *mut c_char,
        values: *mut *mut c_char,
        names_size: usize,
        set_only_non_debug: c_int,
    ) -> c_int;
    pub(crate) fn TessBaseAPISetVariable(api: *mut Api, name: *const c_char, value: *const c_char) -> c_int;
    pub(crate) fn TessBaseAPISetPageSegMode(api: *mut Api, mode: c_int);
    pub(crate) fn TessBaseAPISetImage(
        api: *mut Api,
        data: *const c_uchar,
        width: c_int,
        height: c_int,
        bytes_per_pixel: c_int,
        bytes_per_line: c_int,
    );
    pub(crate) fn TessBaseAPIRecognize(api: *mut Api, monitor: *mut Monitor) -> c_int;
    pub(crate) fn TessBaseAPIGetTsvText(api: *mut Api, page: c_int) -> *mut c_char;
    pub(crate) fn TessBaseAPIClear(api: *mut Api);
    pub(crate) fn TessDeleteText(text: *const c_char);
    pub(crate) fn TessMonitorCreate() -> *mut Monitor;
    pub(crate) fn TessMonitorDelete(monitor: *mut Monitor);
    pub(crate) fn TessMonitorSetDeadlineMSecs(monitor: *mut Monitor, deadline_ms: c_int);
}
