//! What a reservation fixes about each copy, so that every attempt at an issue makes the same one: identifier, salt, time.
//!
//! Nothing of it is stored: it follows from the number, the submission and the store's key, and nobody without the key can guess
//! an identifier or a salt. What still differs between two attempts is what keys say: the token's signature, and with it the QR
//! symbol, and the two signatures of the file.

use time::OffsetDateTime;

use crate::clock::{from_unix_ms, in_vietnam};
use crate::record::{CopyId, SubmissionId};
use crate::store::{Cipher, Reservation};

/// One copy before it is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Intent {
    /// Its identifier.
    pub(super) id: CopyId,
    /// What keeps the digest of its pages from being guessed out of the token.
    pub(super) salt: [u8; 16],
    /// When the conversion took place, as the copy says: when the number was reserved.
    pub(super) created_at: OffsetDateTime,
}

impl Intent {
    /// The copy at `place`, from 1, among those that share the reserved number.
    pub(super) fn of(cipher: &Cipher, submission: &SubmissionId, reservation: &Reservation, place: u32) -> Self {
        let derived = |what: &str| cipher.derive(&format!("{what}/{}/{submission}/{place}", reservation.number));
        Self { id: CopyId::of_bits(&derived("copy")), salt: derived("salt"), created_at: in_vietnam(from_unix_ms(reservation.reserved_ms)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::CertificationNo;

    #[test]
    fn the_same_reservation_fixes_the_same_copy_and_no_two_places_share_one() {
        let cipher = |key: u8| Cipher::new(&[key; 32]).unwrap();
        let submission = |letter: &str| SubmissionId::parse(&letter.repeat(26)).unwrap();
        let reservation = |number| Reservation {
            number: CertificationNo { agency: "a".into(), year: 2026, book: 1, number, symbol: "SCT/BS".into() },
            reserved_ms: 1_795_000_000_000,
        };
        let intent = |key, letter, number, place| Intent::of(&cipher(key), &submission(letter), &reservation(number), place);
        let one = intent(1, "a", 7, 1);
        assert_eq!(one, intent(1, "a", 7, 1));
        assert_eq!(CopyId::parse(one.id.as_str()), Ok(one.id.clone()));
        for other in [intent(2, "a", 7, 1), intent(1, "b", 7, 1), intent(1, "a", 8, 1), intent(1, "a", 7, 2)] {
            assert!(one.id != other.id && one.salt != other.salt);
        }
        assert_ne!(&one.id.as_str()[..16], &CopyId::of_bits(&one.salt).as_str()[..16]);
    }
}
