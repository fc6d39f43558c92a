//! What is named with `--trust`.

use std::path::Path;

use time::OffsetDateTime;

use super::CliError;
use crate::clock::unix_ms;
use crate::keys::Purpose;
use crate::record::{ListPurpose, Sha256};
use crate::trust::{Expected, Trust};
use crate::verify::{Material, TokenKeys};

/// Everything that the named files let be trusted at the time `now`, which is the present whatever time is judged for. A list that is not good vouches for nothing, and says so in
/// every verdict that misses it.
///
/// # Errors
/// A file that cannot be read.
pub(in crate::cli) fn load(named: &[String], pins: &[Sha256], now: OffsetDateTime) -> Result<Material, CliError> {
    let mut trust = Trust::default();
    for name in named {
        let (purpose, path) = split(name);
        let bytes = std::fs::read(path).map_err(|error| CliError::Failed(format!("{}: {error}", path.display())))?;
        let expected = Expected { purpose, pins: pins.to_vec(), every_authority: false };
        trust.read(&path.file_name().unwrap_or_default().to_string_lossy(), &bytes, &expected, now);
    }
    let signer_anchors = trust.anchors.of(Purpose::Signer).to_vec();
    Ok(Material {
        token_keys: TokenKeys::trusted(&trust.leaves, &trust.intermediates, &signer_anchors),
        signer_anchors,
        timestamp_anchors: trust.anchors.of(Purpose::Timestamp).to_vec(),
        certificates: trust.intermediates,
        as_of_ms: trust.lists.as_of_ms().unwrap_or(unix_ms(now)),
        lists: trust.lists,
        ..Material::default()
    })
}

/// `PURPOSE=FILE`; a file whose name begins otherwise is a file.
fn split(name: &str) -> (Option<ListPurpose>, &Path) {
    match name.split_once('=').map(|(purpose, path)| (purpose.parse(), path)) {
        Some((Ok(purpose), path)) => (Some(purpose), Path::new(path)),
        _ => (None, Path::new(name)),
    }
}
