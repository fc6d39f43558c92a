//! The text form: base 32 (RFC 4648, section 6), upper case, without padding, alone or behind a verification address.

use crate::TokenError;
use crate::token::TOKEN_BYTES;

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Characters of the longest address that may stand before a token.
const ADDRESS_CHARS: usize = 200;

/// Where the 8 letters of a group stand in its 40 bits.
const PLACES: [u32; 8] = [35, 30, 25, 20, 15, 10, 5, 0];

/// A token in base 32: 8 characters for 5 bytes, each in the alphanumeric set of QR codes.
pub fn encode_text(token: &[u8]) -> String {
    let mut text = String::with_capacity(token.len().div_ceil(5).saturating_mul(8));
    for group in token.chunks(5) {
        let mut five = [0; 5];
        five.iter_mut().zip(group).for_each(|(to, from)| *to = *from);
        let [a, b, c, d, e] = five;
        let bits = u64::from_be_bytes([0, 0, 0, a, b, c, d, e]);
        let characters = group.len().saturating_mul(8).div_ceil(5);
        text.extend(PLACES.iter().take(characters).map(|place| letter(bits >> place)));
    }
    text
}

/// The content of the QR code: `base#TOKEN`. The fragment stays in the phone; the server of `base` never sees it.
///
/// # Errors
/// [`TokenError::Address`] when `base` is not a plain `https:` (on a test system `http:`) URL of printable ASCII without a fragment.
pub fn encode_url(base: &str, token: &[u8]) -> Result<String, TokenError> {
    let lower = base.to_ascii_lowercase();
    let named = ["https://", "http://"].iter().any(|scheme| lower.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty()));
    let plain = base.len() <= ADDRESS_CHARS && base.bytes().all(|byte| byte.is_ascii_graphic() && !b"#\"<>\\^`{|}".contains(&byte));
    if named && plain { Ok(format!("{base}#{}", encode_text(token))) } else { Err(TokenError::Address(base.to_owned())) }
}

/// The token in what a reader of QR codes yields: the bare base-32 text, or an address with the text as fragment.
///
/// White space around the text is dropped. The address is not looked at: it is not signed.
///
/// # Errors
/// [`TokenError::Missing`], [`TokenError::TooLong`] or [`TokenError::Text`].
pub fn token_from_text(text: &str) -> Result<Vec<u8>, TokenError> {
    let text = text.trim();
    let encoded = match text.split_once('#') {
        Some((_, fragment)) => fragment,
        None if text.contains("://") => return Err(TokenError::Missing),
        None => text,
    };
    if encoded.is_empty() {
        return Err(TokenError::Missing);
    }
    if encoded.len() > TOKEN_BYTES.saturating_mul(8).div_ceil(5) {
        return Err(TokenError::TooLong);
    }
    decode(encoded.as_bytes()).ok_or(TokenError::Text)
}

fn letter(bits: u64) -> char {
    let index = usize::try_from(bits & 31).unwrap_or_default();
    char::from(ALPHABET.get(index).copied().unwrap_or_default())
}

fn value(letter: u8) -> Option<u64> {
    match letter {
        b'A'..=b'Z' => Some(u64::from(letter.wrapping_sub(b'A'))),
        b'2'..=b'7' => Some(u64::from(letter.wrapping_sub(b'2').wrapping_add(26))),
        _ => None,
    }
}

/// The bytes behind base-32 text, if it is strict.
pub(crate) fn decode(encoded: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(encoded.len());
    for group in encoded.chunks(8) {
        let count = match group.len() {
            8 => 5,
            7 => 4,
            5 => 3,
            4 => 2,
            2 => 1,
            _ => return None,
        };
        let bits = group.iter().zip(PLACES).try_fold(0u64, |bits, (letter, place)| Some(bits | value(*letter)? << place))?;
        let [_, _, _, five @ ..] = bits.to_be_bytes();
        let (content, left_over) = five.split_at_checked(count)?;
        if left_over.iter().any(|byte| *byte != 0) {
            return None;
        }
        bytes.extend_from_slice(content);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_vectors_of_rfc_4648() {
        for (plain, encoded) in
            [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB"), ("foobar", "MZXW6YTBOI")]
        {
            assert_eq!(encode_text(plain.as_bytes()), encoded);
            assert_eq!(decode(encoded.as_bytes()).as_deref(), Some(plain.as_bytes()));
        }
    }

    #[test]
    fn text_is_found_bare_and_behind_an_address() {
        assert_eq!(token_from_text(" MZXW6\n"), Ok(b"foo".to_vec()));
        assert_eq!(token_from_text("https://a.vn/v#MZXW6"), Ok(b"foo".to_vec()));
        assert_eq!(token_from_text("https://a.vn/v"), Err(TokenError::Missing));
        assert_eq!(token_from_text("https://a.vn/v#"), Err(TokenError::Missing));
        assert_eq!(token_from_text(""), Err(TokenError::Missing));
        for wrong in ["mzxw6", "MZXW1", "M", "MZX", "MZ", "MZXW6===", "MZXW6#MZXW6#", "Ngữ"] {
            assert_eq!(token_from_text(wrong), Err(TokenError::Text), "{wrong}");
        }
        assert_eq!(token_from_text(&"A".repeat(4000)), Err(TokenError::TooLong));
    }

    #[test]
    fn only_a_plain_address_stands_before_a_token() {
        assert_eq!(encode_url("https://a.vn/v", b"foo"), Ok("https://a.vn/v#MZXW6".to_owned()));
        for wrong in ["", "https://", "ftp://a.vn", "https://a.vn/#x", "https://a.vn/ v", "https://á.vn", "javascript:alert(1)"] {
            assert_eq!(encode_url(wrong, b"foo"), Err(TokenError::Address(wrong.to_owned())));
        }
    }

    proptest! {
        #[test]
        fn any_bytes_come_back(bytes in proptest::collection::vec(any::<u8>(), 1..300)) {
            prop_assert_eq!(token_from_text(&encode_text(&bytes)), Ok(bytes));
        }

        #[test]
        fn any_text_is_answered(text in ".{0,80}") {
            if let Ok(bytes) = token_from_text(&text) {
                prop_assert!(text.ends_with(&encode_text(&bytes)) || text.trim().ends_with(&encode_text(&bytes)));
            }
        }
    }
}
