//! Names for the scored set: the given names of the splits have none in common, nor with the committed specimens.

use std::collections::BTreeMap;

use super::Split;
use crate::facts::Record;
use crate::people::is_female_given;
use crate::rng::Rng;

const MEN: [[&str; 24]; 3] = [
    [
        "Văn Bình",
        "Đức Cường",
        "Minh Dũng",
        "Quốc Giang",
        "Hữu Hào",
        "Trung Kiên",
        "Bá Lâm",
        "Thanh Liêm",
        "Hoàng Long",
        "Xuân Mạnh",
        "Viết Nam",
        "Trọng Nghĩa",
        "Đăng Ninh",
        "Hồng Phong",
        "Văn Phước",
        "Tấn Quang",
        "Ngọc Sơn",
        "Chí Tâm",
        "Quyết Thắng",
        "Bảo Thịnh",
        "Văn Tiệp",
        "Anh Tuấn",
        "Huy Vũ",
        "Gia Khang",
    ],
    [
        "Văn Chiến",
        "Quang Đạo",
        "Đình Đức",
        "Nhật Hà",
        "Sỹ Hùng",
        "Mạnh Khởi",
        "Tuấn Kiệt",
        "Đức Lợi",
        "Công Luận",
        "Thế Lữ",
        "Văn Ngọ",
        "Khôi Nguyên",
        "Quý Phú",
        "Vĩnh Quân",
        "Đại Quý",
        "Như Sĩ",
        "Hải Tùng",
        "Hữu Tài",
        "Duy Thọ",
        "Khắc Thuần",
        "Trí Tín",
        "Cao Trường",
        "Thái Việt",
        "Phi Yên",
    ],
    [
        "Văn Ất",
        "Đức Cảnh",
        "Minh Đệ",
        "Quang Điền",
        "Hữu Dật",
        "Bảo Hiển",
        "Trọng Khuê",
        "Sơn Lộc",
        "Đình Mẫn",
        "Xuân Nghị",
        "Thành Nhẫn",
        "Văn Ổn",
        "Gia Phúc",
        "Tiến Quyền",
        "Việt Sáng",
        "Hồng Thái",
        "Ngọc Thắng",
        "Chí Thiện",
        "Công Thuyết",
        "Thanh Triều",
        "Hoài Tuân",
        "Bá Tước",
        "Quốc Vượng",
        "Duy Ẩn",
    ],
];
const WOMEN: [[&str; 24]; 3] = [
    [
        "Thị An",
        "Ngọc Bích",
        "Thị Cúc",
        "Thùy Dung",
        "Thị Đào",
        "Hương Giang",
        "Thu Hà",
        "Thị Hạnh",
        "Diễm Hằng",
        "Thị Hoa",
        "Mai Hương",
        "Thị Lan",
        "Thùy Linh",
        "Cẩm Ly",
        "Thị Mận",
        "Bảo Ngân",
        "Hồng Nhung",
        "Thị Oanh",
        "Kiều Phượng",
        "Thị Quyên",
        "Minh Tâm",
        "Thị Thắm",
        "Đoan Trang",
        "Hải Yến",
    ],
    [
        "Thị Ái",
        "Quế Anh",
        "Thị Bưởi",
        "Mộng Cầm",
        "Thị Chuyên",
        "Trúc Đào",
        "Thị Én",
        "Lệ Hiền",
        "Thị Huệ",
        "Xuân Hòa",
        "Khánh Huyền",
        "Thị Lành",
        "Yến Loan",
        "Thị Lụa",
        "Trà My",
        "Thị Nga",
        "Ánh Nguyệt",
        "Thị Nụ",
        "Lan Phương",
        "Thị Sen",
        "Thu Thủy",
        "Thị Tơ",
        "Cát Tường",
        "Tường Vi",
    ],
    [
        "Thị Ấm",
        "Kim Ánh",
        "Thị Bền",
        "Bích Chi",
        "Thị Diệp",
        "Mỹ Duyên",
        "Thị Gấm",
        "Thanh Hảo",
        "Thị Hậu",
        "Ngọc Khuê",
        "Thị Lạng",
        "Tố Liễu",
        "Hồng Mây",
        "Thị Mỵ",
        "Thúy Nga",
        "Thị Ngoãn",
        "Tuyết Nhung",
        "Phương Quỳnh",
        "Thị Sửu",
        "Thanh Thảo",
        "Thị Thuận",
        "Hoài Thương",
        "Cẩm Tú",
        "Thị Vỹ",
    ],
];

/// The same paper with everyone renamed.
#[must_use]
pub(super) fn renamed(mut record: Record, split: Split, rng: &mut Rng) -> Record {
    let named: Vec<(String, String)> = record
        .facts
        .filled()
        .filter(|(id, _)| id.ends_with("full_name") || *id == "signer_name")
        .map(|(id, name)| (id.to_owned(), name.to_owned()))
        .collect();
    let mut given = BTreeMap::new();
    for (id, name) in named {
        let capitals = name == name.to_uppercase();
        let Some((family, old)) = name.split_once(' ') else { continue };
        let list = if is_female_given(old) { &WOMEN } else { &MEN };
        let new = *given.entry(name.to_lowercase()).or_insert_with(|| {
            let row = match split {
                Split::Tuning => 0,
                Split::Untouched => 1,
                Split::Trial => 2,
                Split::Drawing(_) => *rng.pick(&[0, 2]),
            };
            *rng.pick(&list[row])
        });
        let new = format!("{family} {new}");
        record.facts.set(&id, if capitals { new.to_uppercase() } else { new });
    }
    record
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_splits_share_no_given_name() {
        for list in [&MEN, &WOMEN] {
            let all: std::collections::BTreeSet<&str> = list.iter().flatten().copied().collect();
            assert_eq!(all.len(), 3 * 24);
        }
    }
}
