//! The digest by which a QR token vouches for the names on a certificate that it does not spell out (`docs/QR-TOKEN.md`,
//! section 3.4): those of parents and declarant would make the symbol too fine to read, and tell them to whoever scans it.

use bansao_credential::encode_text;

use super::{Sha256, fold};

/// Id of the fact that carries the digest.
pub const NAMES_DIGEST: &str = "names_digest";

/// Bytes of the digest that the token carries. Nobody can choose the salt, so another set of names would have to be found for a
/// given digest: 2⁸⁰ tries.
const BYTES: usize = 10;

/// The digest of `names`, by field id in the order of their bytes, salted by the token's salt: 16 characters of base 32.
pub fn names_digest<'a>(salt: &[u8; 16], names: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut names: Vec<(&str, &str)> = names.into_iter().collect();
    names.sort_unstable();
    let mut message = salt.to_vec();
    for (id, name) in names {
        message.extend(format!("{id}\n{}\n", fold(name)).as_bytes());
    }
    encode_text(Sha256::of(&message).as_bytes().get(..BYTES).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification, which was computed by another program (Python's `unicodedata` and `hashlib`).
    #[test]
    fn order_case_and_the_place_of_a_tone_do_not_matter_and_every_mark_does() {
        let of = |mother: &str, father: &str| names_digest(&[9; 16], [("mother.full_name", mother), ("father.full_name", father)]);
        let digest = of("TRẦN THỊ HÒA", "NGUYỄN VĂN ĐỨC");
        assert_eq!(digest, "Z53V6THHBA5MKUIR");
        assert_eq!(digest, of("Trần Thị  Hoà", "Nguyễn Văn Đức"));
        assert_eq!(digest, names_digest(&[9; 16], [("father.full_name", "NGUYỄN VĂN ĐỨC"), ("mother.full_name", "TRẦN THỊ HÒA")]));
        for (mother, father) in [("TRẦN THỊ HÓA", "NGUYỄN VĂN ĐỨC"), ("TRẦN THI HÒA", "NGUYỄN VĂN ĐỨC"), ("TRẦN THỊ HÒA", "NGUYỄN VĂN DỨC")]
        {
            assert_ne!(digest, of(mother, father));
        }
        assert_ne!(digest, of("NGUYỄN VĂN ĐỨC", "TRẦN THỊ HÒA"));
        assert_ne!(digest, names_digest(&[8; 16], [("mother.full_name", "TRẦN THỊ HÒA"), ("father.full_name", "NGUYỄN VĂN ĐỨC")]));
    }
}
