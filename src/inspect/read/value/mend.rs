//! Fixed words of addresses and land use, provinces and some units: put right where only marks, or one letter, are wrong.

use super::lists::nearest;
use crate::inspect::read::text::{distance, text_distance};
use crate::record::fold_loose;

/// Words of addresses, offices and land use that are printed the same everywhere.
const PHRASES: [&str; 55] = [
    "phẩy",
    "mét vuông",
    "ủy ban nhân dân",
    "tổ dân phố",
    "thành phố",
    "thị trấn",
    "thị xã",
    "phường",
    "huyện",
    "quận",
    "tỉnh",
    "đường",
    "thôn",
    "xóm",
    "bệnh viện",
    "đa khoa",
    "phụ sản",
    "sản - nhi",
    "trạm y tế",
    "tại nhà riêng",
    "công an",
    "cục cảnh sát",
    "cục trưởng cục cảnh sát",
    "về ttxh",
    "cấp ngày",
    "căn cước công dân số",
    "căn cước số",
    "giấy cmnd số",
    "bộ công an",
    "đất trồng cây hàng năm khác",
    "đất trồng cây lâu năm",
    "đất ở tại đô thị",
    "đất ở tại nông thôn",
    "đất chuyên trồng lúa nước",
    "lâu dài",
    "đến ngày",
    "sử dụng riêng",
    "sử dụng chung",
    "nhà nước giao đất",
    "nhận chuyển nhượng",
    "nhận thừa kế",
    "nhận tặng cho",
    "công nhận",
    "như giao đất",
    "có thu tiền sử dụng đất",
    "không thu tiền sử dụng đất",
    "tuổi cao sức yếu",
    "tai biến mạch máu não",
    "nhồi máu cơ tim",
    "suy hô hấp",
    "suy tim",
    "tai nạn giao thông",
    "tuổi già",
    "đột quỵ",
    "chuyển nhượng đất được",
];

/// Puts the marks of such words right where nothing but marks is wrong.
pub(super) fn mend_phrases(text: &str) -> String {
    let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
    for phrase in PHRASES {
        let parts: Vec<&str> = phrase.split(' ').collect();
        for at in 0..words.len().saturating_sub(parts.len() - 1) {
            let slip = parts.len() == 1 && is_slip(&words, at, phrase);
            let Some(window) = words.get_mut(at..at + parts.len()) else { continue };
            let like = window.iter().zip(&parts).all(|(word, part)| fold_loose(word) == fold_loose(part));
            // A single word may be a name; in small letters it is a unit.
            let small = parts.len() > 1 || window.iter().all(|word| word.chars().next().is_some_and(char::is_lowercase));
            if (like && small) || slip {
                window.iter_mut().zip(&parts).for_each(|(word, part)| *word = with_marks_of(word, part));
            }
        }
    }
    words.join(" ")
}

/// Words of units that one letter does not turn into another word: `buyện Thọ Xuân` is `huyện Thọ Xuân`.
const LONG_UNITS: [&str; 3] = ["huyện", "phường", "đường"];

/// Whether a word in small letters before a name is this unit but for one letter.
fn is_slip(words: &[String], at: usize, unit: &str) -> bool {
    let (Some(word), Some(next)) = (words.get(at), words.get(at + 1)) else { return false };
    LONG_UNITS.contains(&unit)
        && word.chars().all(char::is_lowercase)
        && next.chars().next().is_some_and(char::is_uppercase)
        && !PHRASES.iter().any(|phrase| fold_loose(phrase) == fold_loose(word))
        && text_distance(&fold_loose(word), &fold_loose(unit), 1).is_some()
}

/// Words that stand before an abbreviation, the abbreviation, and how many of its letters may be misread: the issuer of identity
/// cards and the origin of land are always named in these words.
const ABBREVIATIONS: [(&[&str], &str, usize); 3] =
    [(&["Cảnh", "sát"], "QLHC", 2), (&["QLHC", "về"], "TTXH", 2), (&["Công", "nhận"], "QSDĐ", 1)];

/// Abbreviations put right behind the words that always stand before them.
pub(super) fn mend_abbreviations(text: &str) -> String {
    let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
    for (before, abbreviation, most) in ABBREVIATIONS {
        let meant: Vec<char> = abbreviation.chars().collect();
        let like = |word: &str, known: &str| text_distance(&fold_loose(word), &fold_loose(known), 1).is_some();
        for at in before.len()..words.len() {
            let Some(head) = words.get(at - before.len()..at) else { continue };
            if !head.iter().zip(before).all(|(word, known)| like(word, known)) {
                continue;
            }
            // It may have been read as two words.
            for count in [1, 2] {
                let Some(read) = words.get(at..at + count).map(<[String]>::concat) else { continue };
                let (letters, after): (Vec<char>, Vec<char>) = read.chars().partition(|c| c.is_alphanumeric());
                let capitals = letters.iter().filter(|c| c.is_lowercase()).count() * 2 < letters.len();
                let letters: Vec<char> = letters.into_iter().map(as_capital).collect();
                if capitals && distance(&letters, &meant, most).is_some() {
                    let tail: String = after.into_iter().filter(|c| matches!(c, ',' | ';')).collect();
                    words.splice(at..at + count, [format!("{abbreviation}{tail}")]);
                    break;
                }
            }
        }
    }
    words.join(" ")
}

/// Figures that are read for capitals.
fn as_capital(sign: char) -> char {
    match sign {
        '0' => 'Q',
        '5' => 'S',
        other => other.to_uppercase().next().unwrap_or(other),
    }
}

/// A full stop before a small letter, or behind a long number, was a comma: addresses and identity papers are lists, not
/// sentences, and `TP.` stands before a name.
pub(super) fn mend_commas(text: &str) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let mend = |(at, word): (usize, &&str)| {
        let (Some(bare), Some(next)) = (word.strip_suffix('.'), words.get(at + 1)) else { return (*word).to_owned() };
        let number = bare.len() >= 9 && bare.bytes().all(|b| b.is_ascii_digit());
        if number || next.chars().next().is_some_and(char::is_lowercase) { format!("{bare},") } else { (*word).to_owned() }
    };
    words.iter().enumerate().map(mend).collect::<Vec<_>>().join(" ")
}

/// The letters of `part` in the case of `word`, with the punctuation of `word`.
pub(in crate::inspect::read) fn with_marks_of(word: &str, part: &str) -> String {
    let letters: Vec<char> = word.chars().filter(|c| c.is_alphanumeric()).collect();
    let shouted = letters.len() > 1 && letters.iter().all(|c| c.is_uppercase() || !c.is_alphabetic());
    let capital = letters.first().is_some_and(|c| c.is_uppercase());
    let mended = match (shouted, capital) {
        (true, _) => part.to_uppercase(),
        (false, true) => part.chars().take(1).flat_map(char::to_uppercase).chain(part.chars().skip(1)).collect(),
        (false, false) => part.to_owned(),
    };
    let before: String = word.chars().take_while(|c| !c.is_alphanumeric()).collect();
    let after: Vec<char> = word.chars().rev().take_while(|c| !c.is_alphanumeric()).collect();
    if letters.is_empty() { word.to_owned() } else { format!("{before}{mended}{}", after.into_iter().rev().collect::<String>()) }
}

/// Units whose names no syllable rule helps to read; one letter off is still the unit.
const UNITS: [&str; 34] = [
    "Đắk Lắk",
    "Đắk Nông",
    "Kon Tum",
    "Củ Chi",
    "Krông Pắc",
    "Krông Năng",
    "Krông Búk",
    "Krông Bông",
    "Krông Ana",
    "Krông Nô",
    "Ea Kar",
    "Ea Súp",
    "Ea H'leo",
    "Ea Tam",
    "Ea Phê",
    "Buôn Ma Thuột",
    "Buôn Hồ",
    "Buôn Đôn",
    "Cư M'gar",
    "Cư Kuin",
    "Cư Jút",
    "M'Đrắk",
    "Đắk Mil",
    "Đắk Song",
    "Đắk R'lấp",
    "Đắk Glong",
    "Chư Sê",
    "Chư Păh",
    "Chư Prông",
    "Chư Pưh",
    "Kông Chro",
    "Kon Plông",
    "Ia Grai",
    "Ia Pa",
];

/// Puts such a unit's name right.
pub(super) fn mend_units(text: &str) -> String {
    let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
    for unit in UNITS {
        let parts: Vec<&str> = unit.split(' ').collect();
        let meant = fold_loose(unit);
        for at in 0..(words.len() + 1).saturating_sub(parts.len()) {
            let Some(window) = words.get_mut(at..at + parts.len()) else { continue };
            let read: String = window.iter().map(|word| fold_loose(word)).collect();
            let capitals = window.iter().all(|word| word.chars().find(|c| c.is_alphabetic()).is_some_and(char::is_uppercase));
            let most = usize::from(parts.len() > 1 && meant.chars().count() >= 7);
            if capitals && text_distance(&read, &meant, most).is_some() {
                window.iter_mut().zip(&parts).for_each(|(word, part)| *word = with_marks_of(word, part));
            }
        }
    }
    words.join(" ")
}

/// Puts the name of a province right where only marks or one letter are wrong, after the word that announces it.
pub(super) fn mend_place(text: &str) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let loose: Vec<String> = words.iter().map(|word| fold_loose(word)).collect();
    let announced = |at: usize| match loose.get(at).map(String::as_str) {
        Some("tinh") => Some(at + 1),
        Some("pho") if at > 0 && loose.get(at - 1).is_some_and(|word| word == "thanh") => Some(at + 1),
        _ => None,
    };
    let Some(from) = (0..words.len()).rev().find_map(announced) else { return text.to_owned() };
    let Some(tail) = words.get(from..).filter(|tail| !tail.is_empty()) else { return text.to_owned() };
    let name = tail.join(" ");
    match nearest(name.trim_matches(|c: char| !c.is_alphanumeric()), &PROVINCES) {
        Some((province, _)) => words.iter().take(from).chain([&province]).copied().collect::<Vec<_>>().join(" "),
        None => text.to_owned(),
    }
}

/// Provinces before and after 1 July 2025 (domain reference 2.7, 2.8).
const PROVINCES: [&str; 63] = [
    "Hà Nội",
    "Hà Giang",
    "Cao Bằng",
    "Bắc Kạn",
    "Tuyên Quang",
    "Lào Cai",
    "Điện Biên",
    "Lai Châu",
    "Sơn La",
    "Yên Bái",
    "Hòa Bình",
    "Thái Nguyên",
    "Lạng Sơn",
    "Quảng Ninh",
    "Bắc Giang",
    "Phú Thọ",
    "Vĩnh Phúc",
    "Bắc Ninh",
    "Hải Dương",
    "Hải Phòng",
    "Hưng Yên",
    "Thái Bình",
    "Hà Nam",
    "Nam Định",
    "Ninh Bình",
    "Thanh Hóa",
    "Nghệ An",
    "Hà Tĩnh",
    "Quảng Bình",
    "Quảng Trị",
    "Thừa Thiên Huế",
    "Đà Nẵng",
    "Quảng Nam",
    "Quảng Ngãi",
    "Bình Định",
    "Phú Yên",
    "Khánh Hòa",
    "Ninh Thuận",
    "Bình Thuận",
    "Kon Tum",
    "Gia Lai",
    "Đắk Lắk",
    "Đắk Nông",
    "Lâm Đồng",
    "Bình Phước",
    "Tây Ninh",
    "Bình Dương",
    "Đồng Nai",
    "Bà Rịa - Vũng Tàu",
    "Hồ Chí Minh",
    "Long An",
    "Tiền Giang",
    "Bến Tre",
    "Trà Vinh",
    "Vĩnh Long",
    "Đồng Tháp",
    "An Giang",
    "Kiên Giang",
    "Cần Thơ",
    "Hậu Giang",
    "Sóc Trăng",
    "Bạc Liêu",
    "Cà Mau",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_words_of_units_are_mended_before_a_name() {
        assert_eq!(mend_phrases("xã Thọ Hải, buyện Thọ Xuân"), "xã Thọ Hải, huyện Thọ Xuân");
        for other in ["thôn Thượng", "khu phố Huyền Trân", "số 3 đường Láng", "quận Đống Đa"] {
            assert_eq!(mend_phrases(other), other);
        }
    }

    #[test]
    fn abbreviations_are_mended_behind_their_words_only() {
        let card = "Căn cước công dân số 001, Cục Cảnh sát QLHC về TTXH cấp ngày 01/02/2018";
        assert_eq!(mend_abbreviations(&card.replace("QLHC", "QIHC").replace("TTXH", "TIXH")), card);
        assert_eq!(mend_abbreviations(&card.replace("QLHC", "OL HC")), card);
        assert_eq!(mend_abbreviations(card), card);
        assert_eq!(mend_abbreviations("Công nhận OSDĐ như giao đất"), "Công nhận QSDĐ như giao đất");
        for read in ["QsĐ", "05DĐ"] {
            assert_eq!(mend_abbreviations(&format!("Công nhận {read} như giao đất")), "Công nhận QSDĐ như giao đất");
        }
        for other in ["Cảnh sát giao thông", "Công nhận quyền", "Công nhận QSHN", "UBND QIHC"] {
            assert_eq!(mend_abbreviations(other), other);
        }
    }

    #[test]
    fn fixed_words_are_mended_and_names_are_not() {
        assert_eq!(mend_phrases("Tố dân phô 9, phường Gia Cấm, thành phố Việt Trì"), "Tổ dân phố 9, phường Gia Cấm, thành phố Việt Trì");
        assert_eq!(mend_phrases("có thu tiên sử dụng đât"), "có thu tiền sử dụng đất");
        assert_eq!(mend_phrases("ỦY BAN NHÂN DAN HUYỆN"), "ỦY BAN NHÂN DÂN HUYỆN");
        assert_eq!(mend_phrases("xã Thôn, tỉnh Quần"), "xã Thôn, tỉnh Quần");
        assert_eq!(mend_phrases("- Nhi"), "- Nhi");
    }

    #[test]
    fn full_stops_inside_a_list_are_commas() {
        assert_eq!(mend_commas("Thôn Thượng. xã Cổ Loa. TP. Hà Nội"), "Thôn Thượng, xã Cổ Loa. TP. Hà Nội");
        assert_eq!(mend_commas("số 036079734255. Cục Cảnh sát"), "số 036079734255, Cục Cảnh sát");
        assert_eq!(mend_commas("Số 5 đường Q. Trung."), "Số 5 đường Q. Trung.");
    }

    #[test]
    fn a_province_is_mended_and_nothing_else() {
        assert_eq!(mend_place("Xã Lộc, huyện Lọc, tỉnh Phủ Thọ"), "Xã Lộc, huyện Lọc, tỉnh Phú Thọ");
        assert_eq!(mend_place("thành phổ Cân Thơ"), "thành phổ Cần Thơ");
        assert_eq!(mend_place("Số 5 phố Huế"), "Số 5 phố Huế");
        assert_eq!(mend_units("huyện Krông Đắc, tỉnh"), "huyện Krông Pắc, tỉnh");
    }
}
