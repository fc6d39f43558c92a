//! A configuration over the folder of the development authority: what `bansao config development` writes.

use std::fmt::Write;
use std::path::Path;

/// Where the parts of a development set-up are.
#[derive(Debug, Clone)]
pub struct Development<'a> {
    /// Folder of the authority.
    pub authority: &'a Path,
    /// Its address, `http://host:port`.
    pub authority_url: &'a str,
    /// Folder of the service.
    pub data_dir: &'a Path,
    /// Address of the service; port 0 takes a free one.
    pub listen: &'a str,
    /// Address of the reference register, `https://host:port`; none leaves the kinds without one.
    pub register_url: Option<&'a str>,
    /// Wallets: id, `https://host:port`.
    pub wallets: &'a [(&'a str, &'a str)],
}

/// The kinds that the reference register holds.
const KINDS: [&str; 4] = ["birth_certificate", "marriage_certificate", "death_certificate", "land_certificate"];

impl Development<'_> {
    /// The configuration, TOML.
    pub fn to_toml(&self) -> String {
        let authority = self.authority.display();
        let key = |leaf: &str| format!("key = \"{authority}/{leaf}/key.pem\", chain = \"{authority}/{leaf}/chain.pem\"");
        let mut toml = format!(
            r#"# Written by `bansao config development`: every key, anchor and address is the development authority's.

[service]
profile = "development"
issuer = "bansao-development"
listen = "{listen}"
data_dir = "{data}"
verification_url = "https://bansao.example/v"

[tls]
chain = "{authority}/service/chain.pem"
key = "{authority}/service/key.pem"
anchors = "{authority}/anchors/tls.pem"

[identity]
issuer = "{url}"
audience = "bansao"
jwks = "{url}/jwks.json"

[trust]
signer = ["{authority}/anchors/signer.pem"]
timestamp = ["{authority}/anchors/timestamp.pem"]

[timestamp]
urls = ["{url}/tsa"]

[revocation]
allow_private_addresses = true

[token]
key = "{authority}/token/key.pem"
chain = "{authority}/token/chain.pem"

[report]
key = "{authority}/report/key.pem"
chain = "{authority}/report/chain.pem"

[[agencies]]
id = "ba-dinh"
name = "Ủy ban nhân dân phường Ba Đình"
place = "Hà Nội"
kiosks = ["kiosk-1", "kiosk-revoked", "kiosk-expired"]
seal = {{ {seal} }}

[[agencies.certifiers]]
id = "an"
full_name = "Nguyễn Văn An"
title = "Phó Chủ tịch"
signing_capacity = "deputy"
authority_ref = "Quyết định số 12/QĐ-UBND"
officer = "officer-1"
signature = {{ {an}, scheme = "rsa-pss" }}

[[agencies.delegations]]
certifier = "an"
kinds = ["birth_certificate", "marriage_certificate", "death_certificate", "land_certificate"]
from = "2025-07-01"
until = "2036-12-31"

[[agencies.mandates]]
officer = "officer-3"
certifier = "an"
decision = "Quyết định số 34/QĐ-UBND"
from = "2025-07-01"
until = "2036-12-31"

[[agencies]]
id = "ttpvhcc"
name = "Trung tâm Phục vụ hành chính công thành phố Hà Nội"
place = "Hà Nội"
kiosks = ["kiosk-2"]
seal = {{ {seal_2}, scheme = "rsa-pkcs1v15" }}

[[agencies.certifiers]]
id = "binh"
full_name = "Trần Thị Bình"
title = "Chủ tịch"
signing_capacity = "authorised"
officer = "officer-2"
signature = {{ {binh}, scheme = "rsa-pkcs1v15" }}
"#,
            listen = self.listen,
            data = self.data_dir.display(),
            url = self.authority_url,
            seal = key("agency-ba-dinh"),
            seal_2 = key("agency-ttpvhcc"),
            an = key("certifier-an"),
            binh = key("certifier-binh"),
        );
        if let Some(url) = self.register_url {
            toml.push_str("\n[registries]\n");
            for kind in KINDS {
                // Writing to a string does not fail.
                let _written = writeln!(toml, "{kind} = {{ url = \"{url}\" }}").is_ok();
            }
        }
        for (id, url) in self.wallets {
            let _written = write!(toml, "\n[[wallets]]\nid = \"{id}\"\nurl = \"{url}\"\n").is_ok();
        }
        toml
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_configuration() {
        let development = Development {
            authority: Path::new("/a"),
            authority_url: "http://127.0.0.1:1",
            data_dir: Path::new("/d"),
            listen: "127.0.0.1:0",
            register_url: Some("https://127.0.0.1:2"),
            wallets: &[("wallet-1", "https://127.0.0.1:3")],
        };
        let config: crate::config::Config = toml::from_str(&development.to_toml()).unwrap();
        assert_eq!((config.agencies.len(), config.registries.len(), config.wallets.len()), (2, 4, 1));
        assert!(config.check().is_ok());
        let mut own = config.clone();
        own.agencies[0].mandates[0].officer = "officer-1".to_owned();
        assert!(own.check().is_err_and(|error| error.to_string().contains("an officer who is none")));
        let mut other = config;
        other.token.scheme = crate::config::Scheme::Ed25519;
        assert!(other.check().is_err_and(|error| error.to_string().contains("ecdsa-p256")));
    }
}
