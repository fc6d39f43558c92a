//! Names of people: their marks put right where one name can be meant.

use super::mend::with_marks_of;
use super::syllable::is_syllable;
use crate::record::{fold, fold_loose};

/// Family names that are borne by nearly all; a first syllable that is none, and one but for its marks, is that one.
const FAMILY_NAMES: [&str; 86] = [
    "Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý", "Đinh", "Mai",
    "Trịnh", "Lưu", "Tạ", "Quách", "Đào", "Đoàn", "Vương", "Trương", "Lâm", "Hà", "Cao", "Châu", "Chu", "Tô", "Tống", "Thái", "Thạch",
    "Kim", "Triệu", "Kiều", "La", "Lương", "Lục", "Mạc", "Nghiêm", "Ninh", "Nông", "Ông", "Phùng", "Quang", "Sơn", "Tăng", "Thân", "Tôn",
    "Từ", "Văn", "Vi", "Viên", "Âu", "Bạch", "Bành", "Cù", "Cung", "Diệp", "Doãn", "Đàm", "Đậu", "Điền", "Đồng", "Giang", "Giáp", "Hứa",
    "Khổng", "Khương", "Lò", "Lã", "Lữ", "Ma", "Mã", "Mạnh", "Quàng", "Sầm", "Tiêu", "Trà", "Ưng", "Vàng", "Giàng", "Yên",
];

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
    \
    tư tứ tám bảy sáu chín mười cả sự út hai ba đệ hồ đỗ lê trần phạm vũ võ đặng bùi ngô mai đinh trịnh tạ quách đào phan trương tô cao";

/// Syllables that are names too, more rarely: they stay as they were read, and nothing is made into them.
const RARE_NAMES: &str = "cầm chấn chiêu chuẩn cầu dần dậu dư điểm độ đới giản hoạch hoán huyến khai khâm khuông khước kính kỷ lã lệnh liệu lịch lữ mẫn mẫu \
    miên miễn mộc mộng nhạn nhạc nhậm nhiệm nhiệt nội phiên quán quyến sắc soạn sĩ sử tảo tần tế thạc thám thao thiết thuyên thuyết \
    tiếp tiệm tiềm tôn trì triệu trục truyền tuần tục tụng tự tỵ vạn vận viện vụ vỹ ức hạp khuynh lạng nghệ ngữ oánh phùng quỹ sấm \
    tiêu";

/// How much is known of a reading when its marks are put right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// Nothing, or that it is sure: what can be a syllable is a name, however rare, and stays.
    AsRead,
    /// That it is in doubt: a syllable that hardly anybody bears gives way to a name that differs in its marks.
    Doubtful,
}

/// Puts the marks of given names right where one name can be meant; how many were changed. What is a syllable of the
/// list stays as it was read.
pub(super) fn mend_given_names(name: &str, reading: Reading) -> (String, usize) {
    let mut changed = 0;
    let mend = |(at, token): (usize, &str)| {
        let known = |candidate: &str| fold(candidate) == fold(token);
        let kept = reading == Reading::AsRead && is_syllable(token);
        if at == 0 || kept || GIVEN_NAMES.split_whitespace().chain(RARE_NAMES.split_whitespace()).any(known) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_name_is_mended_where_one_can_be_meant() {
        assert_eq!(mend_family_name("NGUYÊN NHƯ Ý"), "NGUYỄN NHƯ Ý");
        assert_eq!(mend_family_name("Trân Ngọc Sửu"), "Trần Ngọc Sửu");
        assert_eq!(mend_family_name("Đô Ngọc Sửu"), "Đỗ Ngọc Sửu");
        assert_eq!(mend_family_name("Ha Vân"), "Hà Vân");
        assert_eq!(mend_family_name("Xyz Vân"), "Xyz Vân");
        let doubtful = |name: &str| mend_given_names(name, Reading::Doubtful);
        assert_eq!(doubtful("Phan Thị Nhẵn"), ("Phan Thị Nhẫn".into(), 1));
        assert_eq!(doubtful("LÝ THỊ HỒNG GÃM"), ("LÝ THỊ HỒNG GẤM".into(), 1));
        assert_eq!(doubtful("Hoàng Mạnh Cầm"), ("Hoàng Mạnh Cầm".into(), 0));
        assert_eq!(doubtful("Hoàng Thị Cấm Vân"), ("Hoàng Thị Cẩm Vân".into(), 1));
        assert_eq!(doubtful("Tạ Diệu Tuyên"), ("Tạ Diệu Tuyên".into(), 0));
        assert_eq!(doubtful("Quách Hà Chỉ").0, "Quách Hà Chi");
    }

    #[test]
    fn a_rare_name_that_was_read_surely_stays() {
        let sure = |name: &str| mend_given_names(name, Reading::AsRead);
        assert_eq!(sure("Trần Bá Lâm"), ("Trần Bá Lâm".into(), 0));
        assert_eq!(sure("Phan Thị Ngoc Bích"), ("Phan Thị Ngọc Bích".into(), 1));
        assert_eq!(sure("LÝ THỊ NGUYÊT"), ("LÝ THỊ NGUYỆT".into(), 1));
    }
}
