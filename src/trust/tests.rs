//! Lists that are good, and every way in which they are not.

use std::path::Path;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, KeyPair};
use time::{Duration, OffsetDateTime};

use super::*;
use crate::clock::{Clock, MockClock, unix_ms};
use crate::jws::sign_with_certificate;
use crate::jws::tests::MemorySigner;
use crate::keys::{Purpose, Signer, certificates_to_pem};
use crate::record::{AnchorUse, ListFault, ListPurpose, Sha256};

const NOW: OffsetDateTime = time::macros::datetime!(2026-03-05 07:08:09 UTC);

fn root(name: &str) -> Vec<u8> {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, name);
    params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec()
}

fn draft(purpose: ListPurpose, sequence: u64, certificates: Vec<Vec<u8>>) -> Draft {
    Draft { name: "Danh sách thử".to_owned(), purpose, sequence, issued: NOW, next_update: NOW + Duration::days(30), certificates }
}

fn pinned(purpose: ListPurpose, pin: Sha256) -> Expected {
    Expected { purpose: Some(purpose), pins: vec![pin], every_authority: false }
}

fn fault(bytes: &[u8], expected: &Expected, now: OffsetDateTime) -> Option<ListFault> {
    read("list", bytes, expected, now).err().map(|refusal| refusal.fault)
}

#[tokio::test]
async fn every_bad_list_is_refused_for_its_own_reason() {
    let (signer, other) = (MemorySigner::new(), MemorySigner::new());
    let pin = Sha256::of(&signer.certificate_chain()[0]);
    let expected = pinned(ListPurpose::Government, pin);
    let anchor = root("Gốc thử");
    let good = sign(&draft(ListPurpose::Government, 3, vec![anchor.clone()]), &signer).await.unwrap();

    let list = read("list", good.as_bytes(), &expected, NOW).unwrap();
    assert_eq!((list.standing.name.as_str(), list.standing.sequence), ("Danh sách thử", Some(3)));
    assert_eq!((list.anchors, list.standing.in_force), (vec![anchor.clone()], true));
    let by_file = pinned(ListPurpose::Government, Sha256::of(good.as_bytes()));
    assert_eq!(fault(good.as_bytes(), &by_file, NOW), None);

    assert_eq!(fault(good.as_bytes(), &expected, NOW + Duration::days(30)), Some(ListFault::Expired));
    assert_eq!(fault(good.as_bytes(), &expected, NOW - Duration::days(1)), Some(ListFault::NotYetIssued), "a clock that jumped");
    assert_eq!(fault(good.as_bytes(), &pinned(ListPurpose::National, pin), NOW), Some(ListFault::OtherPurpose));
    let stranger = sign(&draft(ListPurpose::Government, 3, vec![anchor.clone()]), &other).await.unwrap();
    assert_eq!(fault(stranger.as_bytes(), &expected, NOW), Some(ListFault::Unpinned));
    assert_eq!(fault(good.as_bytes(), &Expected::default(), NOW), Some(ListFault::Unpinned), "a signed list says nothing by itself");
    for empty in ["", " \n", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"] {
        let expected = pinned(ListPurpose::Government, Sha256::of(empty.as_bytes()));
        assert_eq!(fault(empty.as_bytes(), &expected, NOW), Some(ListFault::Empty));
    }
    let nobody = sign(&draft(ListPurpose::Government, 3, Vec::new()), &signer).await.unwrap();
    assert_eq!(fault(nobody.as_bytes(), &expected, NOW), Some(ListFault::Empty));
    let receipt = sign_with_certificate(&serde_json::json!({ "type": "receipt", "sequence_number": 1 }), &signer).await.unwrap();
    for corrupt in [&good[1..], &good[..good.len() - 1], &good[..good.len() / 2], &receipt, "no list", "a.b.c"] {
        assert_eq!(fault(corrupt.as_bytes(), &expected, NOW), Some(ListFault::Corrupt));
    }
    for corrupt in [vec![0; 2 << 20], vec![0xff; 100], b"PK\x03\x04".to_vec()] {
        assert_eq!(fault(&corrupt, &expected, NOW), Some(ListFault::Corrupt));
    }
    let malformed = sign(&draft(ListPurpose::Government, 3, vec![anchor[..40].to_vec()]), &signer).await.unwrap();
    assert_eq!(fault(malformed.as_bytes(), &expected, NOW), Some(ListFault::Corrupt));
    // No single changed byte passes, whatever it does.
    for at in 0..good.len() {
        let mut changed = good.clone().into_bytes();
        changed[at] ^= 1;
        assert!(fault(&changed, &expected, NOW).is_some(), "byte {at}");
    }
}

#[test]
fn plain_files_are_local_unless_they_are_pinned_to_a_purpose() {
    let anchor = root("Gốc thử");
    let pem = certificates_to_pem(std::slice::from_ref(&anchor));
    let local = read("a.pem", pem.as_bytes(), &Expected::default(), NOW).unwrap();
    assert_eq!((local.standing.purpose, local.anchors.len()), (ListPurpose::Local, 1));
    for purpose in [ListPurpose::National, ListPurpose::Government, ListPurpose::Timestamp] {
        let unpinned = Expected { purpose: Some(purpose), ..Expected::default() };
        assert_eq!(fault(pem.as_bytes(), &unpinned, NOW), Some(ListFault::Unpinned));
        assert_eq!(fault(pem.as_bytes(), &pinned(purpose, Sha256::of(b"other")), NOW), Some(ListFault::Unpinned));
        let list = read("a.pem", pem.as_bytes(), &pinned(purpose, Sha256::of(pem.as_bytes())), NOW).unwrap();
        assert_eq!(list.standing.purpose, purpose);
    }
    let mut trust = Trust::default();
    trust.read("t.pem", pem.as_bytes(), &pinned(ListPurpose::Timestamp, Sha256::of(pem.as_bytes())), NOW);
    assert_eq!((trust.anchors.of(Purpose::Signer).len(), trust.anchors.of(Purpose::Timestamp).len()), (0, 1));
    assert!(trust.lists.of(AnchorUse::Signers, &anchor).is_none());
}

/// A folder with one watched list, and the clock that its time is told by.
struct Watched {
    folder: tempfile::TempDir,
    clock: Arc<MockClock>,
    signer: MemorySigner,
    files: TrustFiles,
}

impl Watched {
    async fn new(anchor: &[u8]) -> Self {
        let (folder, signer) = (tempfile::tempdir().unwrap(), MemorySigner::new());
        let path = folder.path().join("list.jwt");
        std::fs::write(&path, sign(&draft(ListPurpose::National, 5, vec![anchor.to_vec()]), &signer).await.unwrap()).unwrap();
        let clock = Arc::new(MockClock::at(unix_ms(NOW)));
        let expected = pinned(ListPurpose::National, Sha256::of(&signer.certificate_chain()[0]));
        let source = ListSource { path, expected, uses: Uses::of(ListPurpose::National) };
        let files = TrustFiles::new(vec![source], Arc::clone(&clock) as Arc<dyn Clock>);
        Self { folder, clock, signer, files }
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("list.jwt")
    }

    async fn put(&self, draft: &Draft) {
        let text = sign(draft, &self.signer).await.unwrap();
        self.put_bytes(text.as_bytes());
    }

    fn put_bytes(&self, bytes: &[u8]) {
        let part = self.folder.path().join("part");
        std::fs::write(&part, bytes).unwrap();
        std::fs::rename(Path::new(&part), self.path()).unwrap();
        self.clock.advance_ms(2_000);
    }

    /// Anchors of signers, whether the list is in force, and its fault.
    fn standing(&self) -> (Vec<Vec<u8>>, bool, Option<ListFault>) {
        let trust = self.files.current();
        let list = &trust.lists.all()[0];
        assert_eq!(self.files.anchors().current().of(Purpose::Signer), trust.anchors.of(Purpose::Signer));
        (trust.anchors.of(Purpose::Signer).to_vec(), list.in_force, list.fault)
    }
}

#[tokio::test]
async fn a_newer_edition_is_taken_and_a_bad_one_never_replaces_a_good_one() {
    let (first, second) = (root("Gốc một"), root("Gốc hai"));
    let watched = Watched::new(&first).await;
    assert_eq!(watched.standing(), (vec![first.clone()], true, None));

    watched.put(&draft(ListPurpose::National, 6, vec![first.clone(), second.clone()])).await;
    let both = vec![first.clone(), second.clone()];
    assert_eq!(watched.standing(), (both.clone(), true, None));

    let bad = |fault| (both.clone(), true, Some(fault));
    watched.put_bytes(b"");
    assert_eq!(watched.standing(), bad(ListFault::Empty));
    watched.put_bytes(b"not a list");
    assert_eq!(watched.standing(), bad(ListFault::Corrupt));
    watched.put(&Draft { next_update: NOW, ..draft(ListPurpose::National, 7, vec![second.clone()]) }).await;
    assert_eq!(watched.standing(), bad(ListFault::Expired));
    let stranger = sign(&draft(ListPurpose::National, 7, vec![second.clone()]), &MemorySigner::new()).await.unwrap();
    watched.put_bytes(stranger.as_bytes());
    assert_eq!(watched.standing(), bad(ListFault::Unpinned));
    watched.put(&draft(ListPurpose::Government, 7, vec![second.clone()])).await;
    assert_eq!(watched.standing(), bad(ListFault::OtherPurpose));
    watched.put(&draft(ListPurpose::National, 5, vec![second.clone()])).await;
    assert_eq!(watched.standing(), bad(ListFault::Older));
    watched.put(&draft(ListPurpose::National, 6, vec![second.clone()])).await;
    assert_eq!(watched.standing(), bad(ListFault::Older), "another list under the same number");
    std::fs::remove_file(watched.path()).unwrap();
    watched.clock.advance_ms(2_000);
    assert_eq!(watched.standing(), bad(ListFault::Corrupt));

    watched.put(&draft(ListPurpose::National, 7, vec![second.clone()])).await;
    assert_eq!(watched.standing(), (vec![second], true, None));
}

#[tokio::test]
async fn a_list_ends_on_its_day_and_a_clock_that_jumps_is_told() {
    let anchor = root("Gốc");
    let watched = Watched::new(&anchor).await;
    assert_eq!(watched.standing(), (vec![anchor.clone()], true, None));
    watched.clock.advance_ms(30 * 86_400_000);
    assert_eq!(watched.standing(), (Vec::new(), false, Some(ListFault::Expired)));
    watched.clock.advance_ms(-10 * 86_400_000);
    assert_eq!(watched.standing(), (vec![anchor.clone()], true, None));
    watched.clock.advance_ms(-30 * 86_400_000);
    assert_eq!(watched.standing(), (Vec::new(), false, Some(ListFault::NotYetIssued)));
    watched.clock.advance_ms(11 * 86_400_000);
    assert_eq!(watched.standing(), (vec![anchor], true, None));
}

#[test]
fn a_file_that_never_was_good_vouches_for_nothing_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let expected = pinned(ListPurpose::National, Sha256::of(b""));
    let source = ListSource { path: folder.path().join("gone.jwt"), expected, uses: Uses::of(ListPurpose::National) };
    let files = TrustFiles::new(vec![source], Arc::new(MockClock::at(unix_ms(NOW))));
    let trust = files.current();
    let list = &trust.lists.all()[0];
    assert_eq!((list.in_force, list.fault, list.name.as_str()), (false, Some(ListFault::Corrupt), "gone.jwt"));
    assert_eq!((trust.anchors.of(Purpose::Signer).len(), files.refused().len()), (0, 1));
}
