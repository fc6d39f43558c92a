//! The keys of one signatory over time: which one signs today, and all that ever signed.
//!
//! A key is replaced while the service runs: the next one is configured ahead with the day from which it signs. Copies by the
//! old one stay valid, because their proof lies in them; a token of the old one verifies as long as its certificate is listed.

use std::sync::Arc;

use time::OffsetDateTime;

use super::Signer;

/// Keys in the order in which they take over.
#[derive(Clone)]
pub struct KeyRing {
    first: Arc<dyn Signer>,
    successors: Vec<(OffsetDateTime, Arc<dyn Signer>)>,
}

impl KeyRing {
    /// One key, without a successor.
    pub fn new(signer: Arc<dyn Signer>) -> Self {
        Self { first: signer, successors: Vec::new() }
    }

    /// Adds the key that signs from `from` on, until a later one takes over.
    pub fn then(&mut self, from: OffsetDateTime, signer: Arc<dyn Signer>) {
        self.successors.push((from, signer));
        self.successors.sort_by_key(|(from, _)| *from);
    }

    /// The key that signs at `now`.
    pub fn at(&self, now: OffsetDateTime) -> &Arc<dyn Signer> {
        self.successors.iter().rev().find(|(from, _)| *from <= now).map_or(&self.first, |(_, signer)| signer)
    }

    /// Every key, oldest first.
    pub fn all(&self) -> impl Iterator<Item = &Arc<dyn Signer>> {
        std::iter::once(&self.first).chain(self.successors.iter().map(|(_, signer)| signer))
    }
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;
    use bansao_pades::SigningProfile;
    use time::macros::datetime;

    use super::*;
    use crate::keys::KeyError;

    struct Named(Vec<Vec<u8>>);

    #[async_trait]
    impl Signer for Named {
        fn profile(&self) -> SigningProfile {
            SigningProfile::Ed25519
        }

        fn certificate_chain(&self) -> &[Vec<u8>] {
            &self.0
        }

        async fn sign(&self, _message: &[u8]) -> Result<Vec<u8>, KeyError> {
            Ok(Vec::new())
        }
    }

    #[test]
    fn each_key_takes_over_on_its_day_whatever_the_order_of_configuration() {
        let named = |name: u8| -> Arc<dyn Signer> { Arc::new(Named(vec![vec![name]])) };
        let mut keys = KeyRing::new(named(1));
        keys.then(datetime!(2027-01-01 0:00 +7), named(3));
        keys.then(datetime!(2026-07-01 0:00 +7), named(2));
        let at = |time| keys.at(time).certificate_chain()[0][0];
        assert_eq!(at(datetime!(2020-01-01 0:00 UTC)), 1);
        assert_eq!(at(datetime!(2026-06-30 23:59:59 +7)), 1);
        assert_eq!(at(datetime!(2026-07-01 0:00 +7)), 2);
        assert_eq!(at(datetime!(2030-01-01 0:00 UTC)), 3);
        assert_eq!(keys.all().map(|key| key.certificate_chain()[0][0]).collect::<Vec<_>>(), [1, 2, 3]);
    }
}
