//! Values from closed lists.

use super::{UNFIT, Value};
use crate::inspect::read::text::text_distance;
use crate::record::{fold, fold_loose};

/// The 54 ethnic groups (Quyết định 121-TCTK/PPCĐ, 1979), as certificates spell them.
const ETHNIC_GROUPS: [&str; 54] = [
    "Kinh",
    "Tày",
    "Thái",
    "Hoa",
    "Khmer",
    "Mường",
    "Nùng",
    "Mông",
    "Dao",
    "Gia-rai",
    "Ngái",
    "Ê-đê",
    "Ba-na",
    "Xơ-đăng",
    "Sán Chay",
    "Cơ-ho",
    "Chăm",
    "Sán Dìu",
    "Hrê",
    "Mnông",
    "Ra-glai",
    "Xtiêng",
    "Bru-Vân Kiều",
    "Thổ",
    "Giáy",
    "Cơ-tu",
    "Gié-Triêng",
    "Mạ",
    "Khơ-mú",
    "Co",
    "Tà-ôi",
    "Chơ-ro",
    "Kháng",
    "Xinh-mun",
    "Hà Nhì",
    "Chu-ru",
    "Lào",
    "La Chí",
    "La Ha",
    "Phù Lá",
    "La Hủ",
    "Lự",
    "Lô Lô",
    "Chứt",
    "Mảng",
    "Pà Thẻn",
    "Cơ Lao",
    "Cống",
    "Bố Y",
    "Si La",
    "Pu Péo",
    "Brâu",
    "Ơ Đu",
    "Rơ-măm",
];

const COUNTRIES: [&str; 16] = [
    "Việt Nam",
    "Trung Quốc",
    "Lào",
    "Campuchia",
    "Thái Lan",
    "Hàn Quốc",
    "Nhật Bản",
    "Hoa Kỳ",
    "Pháp",
    "Đức",
    "Anh",
    "Úc",
    "Canada",
    "Nga",
    "Đài Loan",
    "Singapore",
];

const TITLES: [&str; 14] = [
    "PHÓ CHỦ TỊCH",
    "CHỦ TỊCH",
    "KT. CHỦ TỊCH",
    "PHÓ TRƯỞNG PHÒNG",
    "TRƯỞNG PHÒNG",
    "PHÓ GIÁM ĐỐC",
    "GIÁM ĐỐC",
    "CHI CỤC TRƯỞNG",
    "CÔNG CHỨC TƯ PHÁP - HỘ TỊCH",
    "TƯ PHÁP - HỘ TỊCH",
    "PHÓ CHÁNH VĂN PHÒNG",
    "CHÁNH VĂN PHÒNG",
    "TỔNG LÃNH SỰ",
    "ĐẠI SỨ",
];

/// The entry of a list that `text` can only be: equal without marks, or one letter off where that leaves one candidate.
pub(super) fn nearest<'a>(text: &str, list: &[&'a str]) -> Option<(&'a str, f32)> {
    if let Some(entry) = list.iter().find(|entry| fold(entry) == fold(text)) {
        return Some((entry, 1.0));
    }
    let loose = fold_loose(text);
    let equal: Vec<&str> = list.iter().copied().filter(|entry| fold_loose(entry) == loose).collect();
    if let [only] = equal.as_slice() {
        return Some((only, 0.95));
    }
    if loose.chars().count() < 3 {
        return None;
    }
    let near: Vec<&str> = list.iter().copied().filter(|entry| text_distance(&fold_loose(entry), &loose, 1).is_some()).collect();
    match near.as_slice() {
        // A short word must keep its first letter: too much is near it.
        [only] if loose.chars().count() > 3 || fold_loose(only).chars().next() == loose.chars().next() => Some((only, 0.85)),
        _ => None,
    }
}

/// One of the 54 ethnic groups.
pub(super) fn ethnicity(text: &str) -> Value {
    // A cell may hold the year beside it: the group is what has no digits.
    let words: Vec<&str> = text.split(' ').filter(|word| !word.chars().any(|c| c.is_ascii_digit())).collect();
    let text = words.join(" ");
    nearest(&text, &ETHNIC_GROUPS).map_or_else(|| Value::bent(text, UNFIT), |(entry, trust)| Value::bent(entry, trust))
}

/// A country by its Vietnamese name.
pub(super) fn nationality(text: &str) -> Value {
    if text_distance(&fold_loose(text), "vietnam", 2).is_some() {
        return Value::bent("Việt Nam", 0.95);
    }
    nearest(text, &COUNTRIES).map_or_else(|| Value::bent(text, UNFIT), |(entry, trust)| Value::bent(entry, trust))
}

/// `Nam` or `Nữ`.
pub(super) fn gender(text: &str) -> Value {
    let loose = fold_loose(text);
    match loose.as_str() {
        "nam" => Value::sure("Nam"),
        "nu" => Value::sure("Nữ"),
        "nan" | "narn" | "nain" | "mam" | "nma" => Value::bent("Nam", 0.6),
        // A hand's `ữ` comes out as almost anything, and no other value has two letters.
        _ if loose.starts_with('n') && loose.chars().count() == 2 && loose != "na" => Value::bent("Nữ", 0.7),
        _ => Value::bent(text, UNFIT),
    }
}

/// A title that a signer bears.
pub(crate) fn signer_title(text: &str) -> Option<Value> {
    let loose = fold_loose(text);
    if let Some(title) = TITLES.iter().find(|title| fold_loose(title) == loose) {
        return Some(Value::sure(*title));
    }
    let most = if loose.len() < 9 { 1 } else { 2 };
    let near: Vec<&&str> = TITLES.iter().filter(|title| text_distance(&fold_loose(title), &loose, most).is_some()).collect();
    match near.as_slice() {
        [only] => Some(Value::bent(**only, 0.85)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ethnic_groups_are_corrected_only_where_one_can_be_meant() {
        assert_eq!(ethnicity("Kinh"), Value::sure("Kinh"));
        assert_eq!(ethnicity("Nung"), Value::bent("Nùng", 0.95));
        assert_eq!(ethnicity("E-đe"), Value::bent("Ê-đê", 0.95));
        assert_eq!(ethnicity("1983 Kinh").text, "Kinh");
        assert_eq!(ethnicity("Thai"), Value::bent("Thái", 0.95));
        assert_eq!(ethnicity("La").trust, UNFIT);
    }

    #[test]
    fn genders_and_titles() {
        assert_eq!(gender("Nữ"), Value::sure("Nữ"));
        assert_eq!(gender("Nư").text, "Nữ");
        assert_eq!(gender("Na").trust, UNFIT);
        assert_eq!(signer_title("PHÓ CHỦ TỊCH"), Some(Value::sure("PHÓ CHỦ TỊCH")));
        assert_eq!(signer_title("PHO CHÚ TỊCH"), Some(Value::sure("PHÓ CHỦ TỊCH")));
        assert_eq!(signer_title("Ghi chú"), None);
    }
}
