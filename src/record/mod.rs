//! The words of the domain: kinds, dates, numbers, names, digests and the people who answer for a copy.
//!
//! A value that exists is valid: each type is made by a parser that refuses what the law or the form does not
//! allow, so no later stage checks again. Nothing here reads a clock, a file or a socket.

mod caller;
mod date;
mod digest;
mod facts;
mod fee;
mod file;
mod id;
mod names;
mod number;
mod people;
mod personal_id;
mod status;
mod text;
mod trust;

pub use caller::{Caller, Role};
pub use date::{DateError, PartialDate, date_in_words, parse_date_words};
pub use digest::{Sha256, salted_digest};
pub use facts::{Facts, FieldId, Kind};
pub use fee::Fees;
pub use file::ScanFile;
pub use id::{CopyId, DeliveryId, IdError, SubmissionId};
pub use names::{NAMES_DIGEST, names_digest};
pub use number::{CertificationNo, NumberError, RegistrationNo};
pub use people::{Agency, Assurance, Certifier, Requester, SigningCapacity};
pub use personal_id::{Gender, PersonalId, PersonalIdError};
pub use status::{CopyStatus, RegisterStatus};
pub use text::{fold, fold_loose, nfc, printable, same_text};
pub use trust::{AnchorUse, ListFault, ListPurpose, ListStanding, TrustLists};
