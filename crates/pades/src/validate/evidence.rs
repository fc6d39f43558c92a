//! The security store of a file: certificates and revocation data that came with it.

use lopdf::{Document, Object};

use super::Limits;

/// The security store of a file, decoded.
#[derive(Debug, Clone, Default)]
pub(super) struct Store {
    pub(super) certificates: Vec<Vec<u8>>,
    pub(super) ocsp_responses: Vec<Vec<u8>>,
    pub(super) crls: Vec<Vec<u8>>,
}

impl Store {
    pub(super) fn read(document: &Document, limits: &Limits) -> Result<Self, String> {
        let broken = |e: lopdf::Error| e.to_string();
        let catalog = document.catalog().map_err(broken)?;
        let Ok(store) = catalog.get_deref(b"DSS", document) else { return Ok(Self::default()) };
        let store = store.as_dict().map_err(broken)?;
        let list = |key: &[u8]| -> Result<Vec<Vec<u8>>, String> {
            let Ok(items) = store.get_deref(key, document) else { return Ok(Vec::new()) };
            let items = items.as_array().map_err(broken)?;
            if items.len() > limits.store_items {
                return Err("the security store has too many items".to_owned());
            }
            let read = |item: &Object| {
                let (_, stream) = document.dereference(item).map_err(broken)?;
                let stream = stream.as_stream().map_err(broken)?;
                stream.get_plain_content_with_limit(limits.decompressed_bytes).map_err(broken)
            };
            items.iter().map(read).collect()
        };
        Ok(Self { certificates: list(b"Certs")?, ocsp_responses: list(b"OCSPs")?, crls: list(b"CRLs")? })
    }
}
