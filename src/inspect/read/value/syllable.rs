//! Which letters can make a Vietnamese syllable: onset, rime and tone. A misread word seldom is one.

use unicode_normalization::UnicodeNormalization;

const ONSETS: [&str; 29] = [
    "", "b", "c", "ch", "d", "đ", "g", "gh", "gi", "h", "k", "kh", "l", "m", "n", "ng", "ngh", "nh", "p", "ph", "q", "r", "s", "t", "th",
    "tr", "v", "x", "gị",
];

/// Rimes without their tone; those of foreign place names (Đắk Lắk, Pleiku, Rơ) are not syllables.
const RIMES: &str = "a ac ach ai am an ang anh ao ap at au ay ă ăc ăm ăn ăng ăp ăt ăk â âc âm ân âng âp ât âu ây \
    e ec em en eng eo ep et ê êch êm ên ênh êp êt êu i ia ich im in inh ip it iu iê iêc iêm iên iêng iêp iêt iêu \
    o oa oac oach oai oam oan oang oanh oao oap oat oay oă oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong ooc oong op ot \
    ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt u ua uan uat uay uă uăn uăng uăt uâ uân uâng uât uây uc ue uen ueo uet uê uêch uên uênh uêt uêu \
    ui uinh uit um un ung uôc uôi uôm uôn uông uôt up ut uy uya uych uynh uyt uyp uyu uyê uyên uyêt uơ uơi uơn uơt \
    ư ưa ưc ưi ưm ưn ưng ươ ươc ươi ươm ươn ương ươp ươt ươu ưt ưu y yêm yên yêng yêt yêu ya uai uanh uach uac uang uao uap oeng ui";

/// Whether `word` can be one Vietnamese syllable.
pub(super) fn is_syllable(word: &str) -> bool {
    let mut bare = String::new();
    let mut tones = Vec::new();
    for c in word.nfd() {
        match c {
            '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}' => tones.push(c),
            other => bare.extend(other.to_lowercase()),
        }
    }
    let bare: String = bare.nfc().collect();
    if tones.len() > 1 || bare.is_empty() {
        return false;
    }
    let stopped = ["c", "ch", "p", "t", "k"].iter().any(|end| bare.ends_with(end));
    // A syllable that ends in a stop has the rising or the heavy tone.
    if stopped && !matches!(tones.first(), Some('\u{301}' | '\u{323}')) {
        return false;
    }
    ONSETS.iter().any(|onset| bare.strip_prefix(onset).is_some_and(|rime| fits(onset, rime)))
}

fn fits(onset: &str, rime: &str) -> bool {
    let known = |rime: &str| RIMES.split_whitespace().any(|known| known == rime);
    // `gì`, `giêng`: the rime's first i is the onset's.
    joins(onset, rime) && (known(rime) || (onset == "gi" && (rime.is_empty() || known(&format!("i{rime}")))))
}

/// Whether a rime can follow an onset by its first letter.
fn joins(onset: &str, rime: &str) -> bool {
    let front = rime.starts_with(['e', 'ê', 'i', 'y']);
    match onset {
        "q" => rime.starts_with('u') && rime.len() > 1,
        "g" => !front || rime.starts_with('i'),
        "c" | "ng" => !front,
        "k" | "gh" | "ngh" => front,
        "gi" => true,
        // `yên` stands alone; after an onset it is written `iên`.
        _ => onset.is_empty() || !rime.starts_with("yê"),
    }
}

/// Every syllable that the rules of spelling allow, in small letters, with its tone; `hoà` and `hòa` are both.
pub(in crate::inspect::read) fn spelled() -> Vec<String> {
    let rimes: Vec<&str> = RIMES.split_whitespace().filter(|rime| !rime.ends_with('k')).collect();
    let mut all = Vec::new();
    for onset in ONSETS.into_iter().filter(|onset| *onset != "gị") {
        for rime in rimes.iter().filter(|rime| joins(onset, rime)) {
            let stopped = ["c", "ch", "p", "t"].iter().any(|end| rime.ends_with(end));
            let tones = TONES.get(if stopped { 4 } else { 0 }..).unwrap_or_default();
            for at in bearers(onset, rime) {
                let (head, tail) = rime.split_at(at);
                all.extend(tones.iter().map(|tone| format!("{onset}{head}{tone}{tail}").nfc().collect::<String>()));
            }
        }
    }
    all.sort_unstable();
    all.dedup();
    all
}

/// None, grave, hook, tilde, acute, dot below: after a stop only the last two.
const TONES: [&str; 6] = ["", "\u{300}", "\u{309}", "\u{303}", "\u{301}", "\u{323}"];

/// Behind which letter of a rime, by its byte, the tone mark is written; two places where usage differs.
fn bearers(onset: &str, rime: &str) -> Vec<usize> {
    let vowels: Vec<(usize, char)> = rime.char_indices().filter(|(_, c)| "aăâeêioôơuưy".contains(*c)).collect();
    let after = |at: usize| vowels.get(at).map(|(byte, c)| byte + c.len_utf8());
    let marked = vowels.iter().rposition(|(_, c)| "ăâêôơư".contains(*c));
    let closed = rime.ends_with(|c| !"aăâeêioôơuưy".contains(c));
    let places: &[usize] = match (marked, vowels.len()) {
        (Some(marked), _) => &[marked],
        (None, 3) => &[1],
        (None, 2) if closed => &[1],
        (None, 2) if matches!(rime, "oa" | "oe" | "uy") && onset != "q" => &[0, 1],
        (None, 2) if onset == "q" => &[1],
        _ => &[0],
    };
    places.iter().filter_map(|at| after(*at)).collect()
}

#[cfg(test)]
mod tests {
    use super::{is_syllable, spelled};

    #[test]
    fn what_is_spelled_is_a_syllable_and_the_other_way_round() {
        let all = spelled();
        assert!((15_000..25_000).contains(&all.len()), "{}", all.len());
        assert_eq!(all.iter().find(|syllable| !is_syllable(syllable)), None);
        for syllable in
            "nguyễn khoát quý quyết hòa hoà thúy thuý giỏi giêng gì ngoãn khuyến yến ước trưởng nghĩa quang loan hoài khuỷu".split(' ')
        {
            assert!(all.binary_search_by(|known| known.as_str().cmp(syllable)).is_ok(), "{syllable}");
        }
    }

    #[test]
    fn syllables_of_names_and_places() {
        let text = "Nguyễn Khoát Thuận Quyết Trưởng Ngoãn Gấm Uyên Tuyền Giao Quỳnh Đắk Nghĩa Giang Khuê Cường Phượng gì \
                    Quảng Thừa Huế Hoàng Yến Ý Ước Vịnh Hòa Hoà Thúy Thuý Quý Đường Khuyến Mỹ Sửu nghìn trăm mười chín Ấp Tuấn Kiệt Oanh \
                    Quách Bửu Thoa Lượng Giỏi Gia Xuân Đượm Hiếu Lạng Lý Lâm Ngoan Ngoạn Nhượng Hạnh Trạch Ngạn Vượng Quế Quới Kỳ Khương Huỳnh";
        for word in text.split_whitespace() {
            assert!(is_syllable(word), "{word}");
        }
    }

    #[test]
    fn misreadings_are_none() {
        for word in
            ["Ngqyễn", "Nguyn", "Xzt", "hyện", "Đứcc", "Tranf", "kháh", "Thihj", "ceo", "nghang", "khac", "Mườnq", "", "l1", "Nguyễnn"]
        {
            assert!(!is_syllable(word), "{word}");
        }
    }
}
