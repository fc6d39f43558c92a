//! The public interface: decode, call the flow, encode. `proto/bansao/v1` documents it; `status` is the one table of errors.

mod certification;
pub mod convert;
mod gate;
mod lists;
mod page;
pub mod proto;
mod review;
mod status;
mod stream;
mod verification;
mod wallet;

pub use certification::Certification;
pub use gate::{ClientRevocation, Gate, caller};
pub use review::Review;
pub use status::{DOMAIN, reason, status};
pub use verification::Verification;
pub use wallet::Wallets;
