//! Where a signing key lives, and which takes over from it and when.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer};
use time::Date;
use time::macros::format_description;

use super::ConfigError;

/// A key and its certificate chain. The key lies in a file (`key`, with `passphrase` where it is encrypted) or in a security
/// module (`hsm`) or a remote signing service (`remote`).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyConfig {
    /// Private key, PKCS#8 PEM, mode 0600.
    #[serde(default)]
    pub key: Option<PathBuf>,
    /// File with the passphrase of an encrypted key, mode 0600, one line.
    #[serde(default)]
    pub passphrase: Option<PathBuf>,
    /// The key's place in a security module.
    #[serde(default)]
    pub hsm: Option<HsmConfig>,
    /// The key's place in a remote signing service.
    #[serde(default)]
    pub remote: Option<RemoteConfig>,
    /// Certificate chain, PEM, leaf first.
    pub chain: PathBuf,
    /// Signature scheme; ECDSA on P-256 unless said otherwise.
    #[serde(default)]
    pub scheme: Scheme,
    /// First day, in Việt Nam, on which a key in `next` signs; not for the first key.
    #[serde(default, deserialize_with = "optional_date")]
    pub from: Option<Date>,
    /// Keys that take over one after the other, each on its day, without a restart.
    #[serde(default)]
    pub next: Vec<KeyConfig>,
}

/// A key's place in a security module that speaks PKCS #11.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HsmConfig {
    /// The module's shared library.
    pub module: PathBuf,
    /// Label of the token.
    pub token: String,
    /// Label of the private key.
    pub label: String,
    /// File with the user PIN, mode 0600, one line.
    pub pin: PathBuf,
}

/// A key's place in a remote signing service that speaks the Cloud Signature Consortium API v2.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoteConfig {
    /// Base address before `/csc/v2` and `/oauth2`: https, or http on a loopback address.
    pub url: String,
    /// Anchors of the certificate of an https service, PEM.
    #[serde(default)]
    pub anchors: Option<PathBuf>,
    /// The credential's id.
    pub credential: String,
    /// The OAuth 2.0 client.
    pub client_id: String,
    /// File with the client's secret, mode 0600, one line.
    pub client_secret: PathBuf,
    /// File with the PIN of the credential, mode 0600, one line.
    pub pin: PathBuf,
}

/// A signature scheme (domain reference 1.8). Where no digest is named it is SHA-256, on P-384 SHA-384, for Ed25519 SHA-512.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "each names its scheme in full")]
pub enum Scheme {
    RsaPkcs1v15,
    #[serde(rename = "rsa-pkcs1v15-sha384")]
    RsaPkcs1v15Sha384,
    #[serde(rename = "rsa-pkcs1v15-sha512")]
    RsaPkcs1v15Sha512,
    RsaPss,
    #[serde(rename = "rsa-pss-sha384")]
    RsaPssSha384,
    #[serde(rename = "rsa-pss-sha512")]
    RsaPssSha512,
    #[default]
    #[serde(rename = "ecdsa-p256")]
    EcdsaP256,
    #[serde(rename = "ecdsa-p384")]
    EcdsaP384,
    Ed25519,
}

impl KeyConfig {
    pub(super) fn paths(&mut self) -> Vec<&mut PathBuf> {
        let mut paths = vec![&mut self.chain];
        paths.extend(self.key.as_mut().into_iter().chain(self.passphrase.as_mut()));
        paths.extend(self.hsm.as_mut().into_iter().flat_map(|hsm| [&mut hsm.module, &mut hsm.pin]));
        if let Some(remote) = &mut self.remote {
            paths.extend([&mut remote.client_secret, &mut remote.pin].into_iter().chain(remote.anchors.as_mut()));
        }
        paths.extend(self.next.iter_mut().flat_map(Self::paths));
        paths
    }

    pub(super) fn check(&self, whose: &str) -> Result<(), ConfigError> {
        self.check_place(whose)?;
        if self.from.is_some() {
            return Err(ConfigError::Contradiction(format!("{whose}: the first key has no `from`")));
        }
        let mut days = Vec::new();
        for next in &self.next {
            next.check_place(whose)?;
            if !next.next.is_empty() {
                return Err(ConfigError::Contradiction(format!("{whose}: successors stand side by side in one `next`")));
            }
            days.push(next.from.ok_or_else(|| ConfigError::Contradiction(format!("{whose}: a key in `next` needs `from`")))?);
        }
        if days.is_sorted_by(|a, b| a < b) {
            return Ok(());
        }
        Err(ConfigError::Contradiction(format!("{whose}: the days of `next` do not follow each other")))
    }

    fn check_place(&self, whose: &str) -> Result<(), ConfigError> {
        match (&self.key, &self.hsm, &self.remote, &self.passphrase) {
            (Some(_), None, None, _) | (None, Some(_), None, None) | (None, None, Some(_), None) => Ok(()),
            _ => Err(ConfigError::Contradiction(format!("{whose}: either `key` (and `passphrase`), `hsm` or `remote`"))),
        }
    }

    /// Where the key lies, for people.
    pub fn place(&self) -> String {
        match (&self.hsm, &self.remote, &self.key) {
            (Some(hsm), _, _) => format!("{}:{}", hsm.token, hsm.label),
            (None, Some(remote), _) => format!("{} at {}", remote.credential, remote.url),
            (None, None, key) => key.as_deref().unwrap_or(Path::new("")).display().to_string(),
        }
    }
}

fn optional_date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
    let text = String::deserialize(deserializer)?;
    Date::parse(&text, format_description!("[year]-[month]-[day]")).map(Some).map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(toml: &str) -> Result<(), String> {
        let key: KeyConfig = toml::from_str(toml).map_err(|error| error.message().to_owned())?;
        key.check("seal").map_err(|error| error.to_string())
    }

    #[test]
    fn a_key_lies_in_one_place_and_its_successors_have_their_days() {
        let hsm = "hsm = { module = \"m.so\", token = \"t\", label = \"l\", pin = \"p\" }\nchain = \"c\"\nscheme = \"rsa-pss-sha512\"";
        assert_eq!(check("key = \"k\"\nchain = \"c\""), Ok(()));
        assert_eq!(check("key = \"k\"\npassphrase = \"p\"\nchain = \"c\"\nscheme = \"ecdsa-p384\""), Ok(()));
        assert_eq!(check(hsm), Ok(()));
        let place = Err("seal: either `key` (and `passphrase`), `hsm` or `remote`".to_owned());
        let remote = "remote = { url = \"http://127.0.0.1:1\", credential = \"c\", client_id = \"b\", client_secret = \"s\", pin = \"p\" }\nchain = \"c\"";
        assert_eq!(check(remote), Ok(()));
        assert_eq!(check(&format!("{remote}\nkey = \"k\"")), place);
        assert_eq!(check("chain = \"c\""), place);
        assert_eq!(check(&format!("{hsm}\nkey = \"k\"")), place);
        assert_eq!(check(&format!("{hsm}\npassphrase = \"p\"")), place);
        let next = |days: &[&str]| {
            let entries: Vec<String> = days.iter().map(|day| format!("{{ key = \"n\", chain = \"d\"{day} }}")).collect();
            check(&format!("key = \"k\"\nchain = \"c\"\nnext = [{}]", entries.join(", ")))
        };
        assert_eq!(next(&[", from = \"2026-12-01\"", ", from = \"2027-12-01\""]), Ok(()));
        assert_eq!(next(&[""]), Err("seal: a key in `next` needs `from`".to_owned()));
        assert_eq!(
            next(&[", from = \"2027-12-01\"", ", from = \"2026-12-01\""]),
            Err("seal: the days of `next` do not follow each other".to_owned())
        );
        assert!(next(&[", from = \"2026-02-30\""]).is_err());
        assert_eq!(check("key = \"k\"\nchain = \"c\"\nfrom = \"2026-12-01\""), Err("seal: the first key has no `from`".to_owned()));
    }
}
