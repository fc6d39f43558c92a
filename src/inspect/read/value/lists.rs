//! Values from closed lists.

use super::{UNFIT, Value};
use crate::inspect::read::text::text_distance;
use crate::record::{fold, fold_loose};

/// The 54 ethnic groups (Quyết định 121-TCTK/PPCĐ, 1979), as certificates spell them.
const ETHNIC_GROUPS: [&str; 54] = [
    "Kinh", "Tày", "Thái", "Hoa", "Khmer", "Mường", "Nùng", "Mông", "Dao", "Gia-rai", "Ngái", "Ê-đê", "Ba-na", "Xơ-đăng", "Sán Chay",
    "Cơ-ho", "Chăm", "Sán Dìu", "Hrê", "Mnông", "Ra-glai", "Xtiêng", "Bru-Vân Kiều", "Thổ", "Giáy", "Cơ-tu", "Gié-Triêng", "Mạ", "Khơ-mú",
    "Co", "Tà-ôi", "Chơ-ro", "Kháng", "Xinh-mun", "Hà Nhì", "Chu-ru", "Lào", "La Chí", "La Ha", "Phù Lá", "La Hủ", "Lự", "Lô Lô", "Chứt",
    "Mảng", "Pà Thẻn", "Cơ Lao", "Cống", "Bố Y", "Si La", "Pu Péo", "Brâu", "Ơ Đu", "Rơ-măm",
];

const COUNTRIES: [&str; 16] = [
    "Việt Nam", "Trung Quốc", "Lào", "Campuchia", "Thái Lan", "Hàn Quốc", "Nhật Bản", "Hoa Kỳ", "Pháp", "Đức", "Anh", "Úc", "Canada", "Nga",
    "Đài Loan", "Singapore",
];

const TITLES: [&str; 14] = [
    "PHÓ CHỦ TỊCH", "CHỦ TỊCH", "KT. CHỦ TỊCH", "PHÓ TRƯỞNG PHÒNG", "TRƯỞNG PHÒNG", "PHÓ GIÁM ĐỐC", "GIÁM ĐỐC", "CHI CỤC TRƯỞNG",
    "CÔNG CHỨC TƯ PHÁP - HỘ TỊCH", "TƯ PHÁP - HỘ TỊCH", "PHÓ CHÁNH VĂN PHÒNG", "CHÁNH VĂN PHÒNG", "TỔNG LÃNH SỰ", "ĐẠI SỨ",
];

/// Family names that are borne by nearly all; a first syllable that is none, and one but for its marks, is that one.
const FAMILY_NAMES: [&str; 86] = [
    "Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý", "Đinh", "Mai",
    "Trịnh", "Lưu", "Tạ", "Quách", "Đào", "Đoàn", "Vương", "Trương", "Lâm", "Hà", "Cao", "Châu", "Chu", "Tô", "Tống", "Thái", "Thạch", "Kim",
    "Triệu", "Kiều", "La", "Lương", "Lục", "Mạc", "Nghiêm", "Ninh", "Nông", "Ông", "Phùng", "Quang", "Sơn", "Tăng", "Thân", "Tôn", "Từ",
    "Văn", "Vi", "Viên", "Âu", "Bạch", "Bành", "Cù", "Cung", "Diệp", "Doãn", "Đàm", "Đậu", "Điền", "Đồng", "Giang", "Giáp", "Hứa", "Khổng",
    "Khương", "Lò", "Lã", "Lữ", "Ma", "Mã", "Mạnh", "Quàng", "Sầm", "Tiêu", "Trà", "Ưng", "Vàng", "Giàng", "Yên",
];

/// Syllables of given names. A syllable that is none of them, and one of them but for its marks, is that one.
const GIVEN_NAMES: &str = "an ân anh ánh âu ái bách bạch bảo bằng bắc bích biên bình bửu cẩm cát cần cảnh châu chi chí chiến chinh chính \
    chung chuyên chương chức cơ công cúc cương cường cường danh dân diễm diên diễn diện diệp diệu dịu doanh dũng dung duy duyên duyệt dương đài đại \
    đạo đạt đăng điềm điền điệp định đình đoan đoàn đông đồng đức được đượm gấm gia giang giao giáp giỏi hà hạ hạc hải hàm hân hãn hào hảo hạo hằng \
    hạnh hậu hiên hiền hiển hiện hiếu hiệp hiệu hinh hoa hòa hoài hoàn hoàng hoạt hoan hồng hợp hợi huấn huân huệ hùng huy huyên huyền hương hường hưng \
    hữu khang khanh khánh khải khắc khiêm khiết khoa khoát khôi khởi khuê khuyên khuyến khương kha kiên kiệm kiệt kiều kim kỳ lạc lam lan lâm lân lăng \
    lập lệ liêm liên liễu linh lĩnh loan lộc lợi long luân luận lực lương lượng lưu ly lý mạnh mận mây mến mi minh mùi mừng mỹ nam năm nga ngà ngân \
    nghi nghĩa nghị nghiêm ngọc ngoan ngoãn nguyên nguyện nguyệt nhã nhàn nhân nhẫn nhật nhi nhiên nhu nhung như nhường nhượng ninh nở nữ nương oanh \
    phát phấn phi phong phú phúc phục phụng phước phương phượng quang quảng quân quế quốc quý quyên quyền quyết quỳnh sáng san sang sâm sen sinh sơn \
    song sửu sương tài tâm tân tấn tạo thạch thái thắm thăng thắng thanh thành thảo thạnh thân thế thêu thi thị thiên thiện thiệp thiệu thìn thịnh thoa \
    thọ thoại thơ thơm thông thời thu thuần thuận thục thủy thụy thúy thùy thư thương thưởng thức tiên tiến tiệp tín tình tính tịnh tỉnh toàn toại toán \
    tố trác trà trạch trang trân trâm tri trí triết triều triển trinh trình trọng trúc trung trường trưởng tú tuân tuấn tuất tuệ tùng tuyên tuyền tuyển \
    tuyết tường tý ước uy uyên vân văn vẹn vi viên viễn viết việt vinh vĩnh vịnh vọng vũ vui vương vượng vy xinh xoan xuân xuyến xứng y ý yên yến gái tèo \
    tư tứ tám bảy sáu chín mười cả sự út hai ba đệ hồ đỗ lê trần phạm vũ võ đặng bùi ngô mai đinh trịnh tạ quách đào phan trương tô cao";

/// Puts the marks of given names right where one name can be meant; how many were changed.
pub(super) fn mend_given_names(name: &str) -> (String, usize) {
    let mut changed = 0;
    let mend = |(at, token): (usize, &str)| {
        let known = |candidate: &str| fold(candidate) == fold(token);
        if at == 0 || GIVEN_NAMES.split_whitespace().any(known) {
            return token.to_owned();
        }
        let like: Vec<&str> = GIVEN_NAMES.split_whitespace().filter(|known| fold_loose(known) == fold_loose(token)).collect();
        let same_tone: Vec<&str> = like.iter().copied().filter(|known| tone(known) == tone(token)).collect();
        // The dot of an i is easily read as a hook.
        let hooked = token.contains(['ỉ', 'Ỉ']);
        let dotted = like.iter().copied().find(|known| hooked && tone(known).is_none());
        let meant = match (like.as_slice(), same_tone.as_slice()) {
            _ if dotted.is_some() => dotted.unwrap_or_default(),
            ([only], _) | (_, [only]) => *only,
            _ => return token.to_owned(),
        };
        changed += 1;
        with_marks_of(token, meant)
    };
    let mended = name.split(' ').enumerate().map(mend).collect::<Vec<_>>().join(" ");
    (mended, changed)
}

/// The tone mark of a syllable.
fn tone(syllable: &str) -> Option<char> {
    use unicode_normalization::UnicodeNormalization;
    syllable.nfd().find(|c| matches!(c, '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}'))
}

/// Units whose names no syllable rule helps to read; one letter off is still the unit.
const UNITS: [&str; 34] = [
    "Đắk Lắk", "Đắk Nông", "Kon Tum", "Củ Chi",
    "Krông Pắc", "Krông Năng", "Krông Búk", "Krông Bông", "Krông Ana", "Krông Nô", "Ea Kar", "Ea Súp", "Ea H'leo", "Ea Tam", "Ea Phê",
    "Buôn Ma Thuột", "Buôn Hồ", "Buôn Đôn", "Cư M'gar", "Cư Kuin", "Cư Jút", "M'Đrắk", "Đắk Mil", "Đắk Song", "Đắk R'lấp", "Đắk Glong",
    "Chư Sê", "Chư Păh", "Chư Prông", "Chư Pưh", "Kông Chro", "Kon Plông", "Ia Grai", "Ia Pa",
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

/// The family name put right where only its marks are wrong.
pub(super) fn mend_family_name(name: &str) -> String {
    let (first, rest) = name.split_once(' ').unwrap_or((name, ""));
    if rest.is_empty() || FAMILY_NAMES.iter().any(|family| fold(family) == fold(first)) {
        return name.to_owned();
    }
    let like: Vec<&&str> = FAMILY_NAMES.iter().filter(|family| fold_loose(family) == fold_loose(first)).collect();
    let [only] = like.as_slice() else { return name.to_owned() };
    let upper = first.chars().filter(|c| c.is_alphabetic()).all(char::is_uppercase);
    let right = if upper { only.to_uppercase() } else { (**only).to_owned() };
    format!("{right} {rest}")
}

/// Provinces before and after 1 July 2025 (domain reference 2.7, 2.8).
pub(super) const PROVINCES: [&str; 63] = [
    "Hà Nội", "Hà Giang", "Cao Bằng", "Bắc Kạn", "Tuyên Quang", "Lào Cai", "Điện Biên", "Lai Châu", "Sơn La", "Yên Bái", "Hòa Bình",
    "Thái Nguyên", "Lạng Sơn", "Quảng Ninh", "Bắc Giang", "Phú Thọ", "Vĩnh Phúc", "Bắc Ninh", "Hải Dương", "Hải Phòng", "Hưng Yên",
    "Thái Bình", "Hà Nam", "Nam Định", "Ninh Bình", "Thanh Hóa", "Nghệ An", "Hà Tĩnh", "Quảng Bình", "Quảng Trị", "Thừa Thiên Huế", "Đà Nẵng",
    "Quảng Nam", "Quảng Ngãi", "Bình Định", "Phú Yên", "Khánh Hòa", "Ninh Thuận", "Bình Thuận", "Kon Tum", "Gia Lai", "Đắk Lắk", "Đắk Nông",
    "Lâm Đồng", "Bình Phước", "Tây Ninh", "Bình Dương", "Đồng Nai", "Bà Rịa - Vũng Tàu", "Hồ Chí Minh", "Long An", "Tiền Giang", "Bến Tre",
    "Trà Vinh", "Vĩnh Long", "Đồng Tháp", "An Giang", "Kiên Giang", "Cần Thơ", "Hậu Giang", "Sóc Trăng", "Bạc Liêu", "Cà Mau",
];

/// Words of addresses, offices and land use that are printed the same everywhere.
const PHRASES: [&str; 45] = [
    "ủy ban nhân dân", "tổ dân phố", "thành phố", "thị trấn", "thị xã", "phường", "huyện", "quận", "tỉnh", "đường", "thôn", "xóm", "bệnh viện",
    "đa khoa", "phụ sản", "sản - nhi", "trạm y tế", "tại nhà riêng", "công an", "cục cảnh sát", "cục trưởng cục cảnh sát", "về ttxh", "cấp ngày",
    "căn cước công dân số", "căn cước số", "giấy cmnd số", "bộ công an", "đất trồng cây hàng năm khác", "đất trồng cây lâu năm", "đất ở tại đô thị",
    "đất ở tại nông thôn", "đất chuyên trồng lúa nước", "lâu dài", "đến ngày", "sử dụng riêng", "sử dụng chung", "nhà nước giao đất", "nhận chuyển nhượng",
    "nhận thừa kế", "nhận tặng cho", "công nhận", "như giao đất", "có thu tiền sử dụng đất", "không thu tiền sử dụng đất", "tuổi cao sức yếu",
];

/// Puts the marks of such words right where nothing but marks is wrong.
pub(super) fn mend_phrases(text: &str) -> String {
    let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
    for phrase in PHRASES {
        let parts: Vec<&str> = phrase.split(' ').collect();
        for at in 0..words.len().saturating_sub(parts.len() - 1) {
            let Some(window) = words.get_mut(at..at + parts.len()) else { continue };
            let like = window.iter().zip(&parts).all(|(word, part)| fold_loose(word) == fold_loose(part));
            // A single word may be a name; in small letters it is a unit.
            let small = parts.len() > 1 || window.iter().all(|word| word.chars().next().is_some_and(char::is_lowercase));
            if like && small {
                window.iter_mut().zip(&parts).for_each(|(word, part)| *word = with_marks_of(word, part));
            }
        }
    }
    words.join(" ")
}

/// The letters of `part` in the case of `word`, with the punctuation of `word`.
fn with_marks_of(word: &str, part: &str) -> String {
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

/// The entry of a list that `text` can only be: equal without marks, or one letter off where that leaves one candidate.
fn nearest<'a>(text: &str, list: &[&'a str]) -> Option<(&'a str, f32)> {
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
pub fn ethnicity(text: &str) -> Value {
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
pub fn signer_title(text: &str) -> Option<Value> {
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

    #[test]
    fn a_family_name_is_mended_where_one_can_be_meant() {
        assert_eq!(mend_family_name("NGUYÊN NHƯ Ý"), "NGUYỄN NHƯ Ý");
        assert_eq!(mend_family_name("Trân Ngọc Sửu"), "Trần Ngọc Sửu");
        assert_eq!(mend_family_name("Đô Ngọc Sửu"), "Đỗ Ngọc Sửu");
        assert_eq!(mend_family_name("Ha Vân"), "Hà Vân");
        assert_eq!(mend_family_name("Xyz Vân"), "Xyz Vân");
        assert_eq!(mend_given_names("Phan Thị Nhẵn"), ("Phan Thị Nhẫn".into(), 1));
        assert_eq!(mend_given_names("LÝ THỊ HỒNG GÃM"), ("LÝ THỊ HỒNG GẤM".into(), 1));
        assert_eq!(mend_given_names("Tạ Diệu Tuyên"), ("Tạ Diệu Tuyên".into(), 0));
        assert_eq!(mend_given_names("Quách Hà Chỉ").0, "Quách Hà Chi");
        assert_eq!(mend_units("huyện Krông Đắc, tỉnh"), "huyện Krông Pắc, tỉnh");
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
    fn a_province_is_mended_and_nothing_else() {
        assert_eq!(mend_place("Xã Lộc, huyện Lọc, tỉnh Phủ Thọ"), "Xã Lộc, huyện Lọc, tỉnh Phú Thọ");
        assert_eq!(mend_place("thành phổ Cân Thơ"), "thành phổ Cần Thơ");
        assert_eq!(mend_place("Số 5 phố Huế"), "Số 5 phố Huế");
    }
}
