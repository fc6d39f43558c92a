//! Whom the service trusts.

use std::path::PathBuf;

use serde::Deserialize;

use super::{ConfigError, Profile};
use crate::record::{ListPurpose, Sha256};

/// Whom we trust: lists with a purpose, and plain PEM files of anchors of which nothing says whose they are.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trust {
    /// For certifiers, agencies and token keys.
    #[serde(default)]
    pub signer: Vec<PathBuf>,
    /// For time-stamping authorities.
    #[serde(default)]
    pub timestamp: Vec<PathBuf>,
    /// Lists; a file that changes is read again.
    #[serde(default)]
    pub lists: Vec<TrustListConfig>,
}

/// One trust list.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustListConfig {
    /// The file: PEM certificates, or a document that `bansao trust sign` made.
    pub path: PathBuf,
    /// What it is for: `national`, `government`, `timestamp` or `development`.
    pub purpose: ListPurpose,
    /// SHA-256 of the file, or of the certificate that signed it; one of them must fit. Needed but for development.
    #[serde(default)]
    pub sha256: Vec<Sha256>,
}

impl Trust {
    pub(super) fn paths(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        let lists = self.lists.iter_mut().map(|list| &mut list.path);
        self.signer.iter_mut().chain(&mut self.timestamp).chain(lists)
    }

    /// A list that says whose anchors it holds is pinned; one for development is none of a service that is more than that.
    pub(super) fn check(&self, profile: Profile) -> Result<(), ConfigError> {
        let contradiction = |text: String| Err(ConfigError::Contradiction(text));
        if self.signer.is_empty() && self.lists.iter().all(|list| !list.purpose.for_signers()) {
            return contradiction("trust: a list or a file of anchors of signers is needed".to_owned());
        }
        if self.timestamp.is_empty() && self.lists.iter().all(|list| !list.purpose.for_timestamps()) {
            return contradiction("trust: a list or a file of anchors of time-stamping authorities is needed".to_owned());
        }
        for list in &self.lists {
            let path = list.path.display();
            match list.purpose {
                ListPurpose::Local => return contradiction(format!("trust list {path}: anchors of nobody's list stand in trust.signer")),
                ListPurpose::Development if profile == Profile::Production => {
                    return contradiction(format!("trust list {path}: a production service trusts no development list"));
                }
                ListPurpose::Development => {}
                _ if list.sha256.is_empty() => return contradiction(format!("trust list {path}: sha256 is needed")),
                _ => {}
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(toml: &str, profile: Profile) -> Option<String> {
        let trust: Trust = toml::from_str(toml).unwrap();
        trust.check(profile).err().map(|error| error.to_string())
    }

    #[test]
    fn what_contradicts_itself_is_refused() {
        let pin = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let list = |purpose: &str, pin: &str| format!("[[lists]]\npath = \"l\"\npurpose = \"{purpose}\"\nsha256 = [{pin}]\n");
        let pinned = |purpose: &str| list(purpose, &format!("\"{pin}\""));
        let good = [pinned("government"), pinned("national"), pinned("timestamp")].concat();
        assert_eq!(fault(&good, Profile::Production), None);
        assert_eq!(fault("signer = [\"s.pem\"]\ntimestamp = [\"t.pem\"]", Profile::Production), None);
        for (toml, words) in [
            (String::new(), "anchors of signers"),
            (pinned("timestamp"), "anchors of signers"),
            (pinned("government"), "anchors of time-stamping authorities"),
            ([good.clone(), list("national", "")].concat(), "sha256 is needed"),
            ([good.clone(), list("local", "")].concat(), "trust.signer"),
            ([good.clone(), list("development", "")].concat(), "trusts no development list"),
        ] {
            let said = fault(&toml, Profile::Production).unwrap_or_default();
            assert!(said.contains(words), "{words}: {said}");
        }
        assert_eq!(fault(&list("development", ""), Profile::Development), None);
        assert!(toml::from_str::<Trust>(&list("secret", "")).is_err());
    }
}
