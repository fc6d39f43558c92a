//! How work is measured and shown (`measure`, `table`), what it needs (`ground`, `desk`), and the work itself, in the
//! order of the flow (`scan` and `reading`, `certify`, `pades`, `verification`, `issue`, `wire`), beside `pyhanko`.

pub(crate) mod bars;
pub(crate) mod certify;
pub(crate) mod desk;
pub(crate) mod ground;
pub(crate) mod issue;
pub(crate) mod measure;
pub(crate) mod pades;
pub(crate) mod pyhanko;
pub(crate) mod reading;
pub(crate) mod scan;
pub(crate) mod table;
pub(crate) mod verification;
pub(crate) mod wire;
