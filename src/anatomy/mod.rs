//! What makes a PDF a copy of this service: the names of its signature fields, the scan pages before the statement page,
//! and the text of its QR code. `certify` makes copies to this description and `verify` holds files against it.

mod page_digests;
mod qr_text;

pub use page_digests::{PageDigestError, extract_page_digests, page_digests_of, page_pictures, read_copy};
pub use qr_text::qr_text;

/// Name of the certifier's signature field.
pub const CERTIFIER_FIELD: &str = "certifier";

/// Name of the agency's signature field.
pub const AGENCY_FIELD: &str = "agency";
