//! The trust lists of a configuration.

use std::path::PathBuf;
use std::sync::Arc;

use super::StartError;
use crate::clock::Clock;
use crate::config::{Config, Profile, TrustListConfig};
use crate::keys::KeyError;
use crate::record::ListPurpose;
use crate::trust::{Expected, ListSource, TrustFiles, Uses};

/// The files that `config` names.
///
/// # Errors
/// [`KeyError::Certificate`] for a plain PEM file that is not usable. A list that is not usable is no reason not to start: copies
/// may have to be told that it is so.
pub(super) fn trust_files(config: &Config, clock: &Arc<dyn Clock>) -> Result<TrustFiles, StartError> {
    let trust = &config.trust;
    // Whose the anchors in plain files are is not said anywhere: on a development machine they are for development.
    let purpose = match config.service.profile {
        Profile::Production => ListPurpose::Local,
        Profile::Development => ListPurpose::Development,
    };
    let plain = |path: &PathBuf, signers, timestamps| ListSource {
        path: path.clone(),
        expected: Expected { purpose: Some(purpose), pins: Vec::new(), every_authority: true },
        uses: Uses { signers, timestamps },
    };
    let mut sources: Vec<ListSource> = trust.signer.iter().map(|path| plain(path, true, false)).collect();
    sources.extend(trust.timestamp.iter().map(|path| plain(path, false, true)));
    let plain_files = TrustFiles::new(sources.clone(), Arc::clone(clock));
    if let Some((path, refusal)) = plain_files.refused().into_iter().next() {
        return Err(KeyError::Certificate { path: path.display().to_string(), reason: refusal.detail }.into());
    }
    sources.extend(trust.lists.iter().map(source));
    Ok(TrustFiles::new(sources, Arc::clone(clock)))
}

fn source(list: &TrustListConfig) -> ListSource {
    let expected = Expected { purpose: Some(list.purpose), pins: list.sha256.clone(), every_authority: false };
    ListSource { path: list.path.clone(), expected, uses: Uses::of(list.purpose) }
}
