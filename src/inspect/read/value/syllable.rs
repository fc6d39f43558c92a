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
    let front = rime.starts_with(['e', 'ê', 'i', 'y']);
    match onset {
        "q" => rime.starts_with('u') && rime.len() > 1 && known(rime),
        "c" | "ng" | "g" => known(rime) && !(front && !(onset == "g" && rime.starts_with('i'))),
        "k" | "gh" | "ngh" => known(rime) && front,
        // `gì`, `giêng`: the rime's first i is the onset's.
        "gi" => rime.is_empty() || known(rime) || known(&format!("i{rime}")),
        // `yên` stands alone; after an onset it is written `iên`.
        _ => known(rime) && (onset.is_empty() || !rime.starts_with("yê")),
    }
}

#[cfg(test)]
mod tests {
    use super::is_syllable;

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
