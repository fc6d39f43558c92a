//! Places: provinces with the codes of identity numbers, their districts and communes before July 2025, and the
//! two-level units after it. A choice wide enough for specimens, not a register.

use crate::rng::Rng;
use crate::words::capitalised;

/// Title and name of a unit.
type Named = (&'static str, &'static str);

/// A province before the merger of 2025 and some of its units.
#[derive(Debug)]
pub struct Province {
    /// First three digits of identity numbers registered there.
    pub code: &'static str,
    /// `tỉnh` or `thành phố`.
    pub title: &'static str,
    /// Name.
    pub name: &'static str,
    districts: &'static [(&'static str, &'static str, &'static [Named])],
    /// Title and name of the province since 01/7/2025, and communes of today.
    today: (&'static str, &'static str, &'static [Named]),
}

/// The provinces that specimens use.
pub static PROVINCES: [Province; 12] = [
    Province {
        code: "001",
        title: "thành phố",
        name: "Hà Nội",
        districts: &[
            ("quận", "Cầu Giấy", &[("phường", "Dịch Vọng"), ("phường", "Mai Dịch"), ("phường", "Nghĩa Tân")]),
            ("quận", "Đống Đa", &[("phường", "Láng Hạ"), ("phường", "Ô Chợ Dừa"), ("phường", "Khâm Thiên")]),
            ("huyện", "Đông Anh", &[("xã", "Cổ Loa"), ("xã", "Uy Nỗ"), ("xã", "Vân Hà")]),
            ("huyện", "Ba Vì", &[("xã", "Tản Lĩnh"), ("xã", "Vật Lại"), ("thị trấn", "Tây Đằng")]),
        ],
        today: (
            "thành phố",
            "Hà Nội",
            &[
                ("phường", "Hoàn Kiếm"),
                ("phường", "Cầu Giấy"),
                ("phường", "Ô Chợ Dừa"),
                ("xã", "Đông Anh"),
                ("xã", "Sóc Sơn"),
                ("phường", "Láng"),
            ],
        ),
    },
    Province {
        code: "031",
        title: "thành phố",
        name: "Hải Phòng",
        districts: &[
            ("quận", "Lê Chân", &[("phường", "Cát Dài"), ("phường", "Trại Cau"), ("phường", "Dư Hàng")]),
            ("huyện", "Thủy Nguyên", &[("xã", "Lập Lễ"), ("xã", "Hoa Động"), ("thị trấn", "Núi Đèo")]),
        ],
        today: ("thành phố", "Hải Phòng", &[("phường", "Lê Chân"), ("phường", "Thủy Nguyên"), ("xã", "Kiến Thụy")]),
    },
    Province {
        code: "025",
        title: "tỉnh",
        name: "Phú Thọ",
        districts: &[
            ("huyện", "Thanh Ba", &[("xã", "Đồng Xuân"), ("xã", "Chí Tiên"), ("thị trấn", "Thanh Ba")]),
            ("thành phố", "Việt Trì", &[("phường", "Gia Cẩm"), ("xã", "Hùng Lô"), ("phường", "Vân Cơ")]),
        ],
        today: ("tỉnh", "Phú Thọ", &[("phường", "Việt Trì"), ("xã", "Thanh Ba"), ("xã", "Hạ Hòa")]),
    },
    Province {
        code: "036",
        title: "tỉnh",
        name: "Nam Định",
        districts: &[
            ("huyện", "Hải Hậu", &[("xã", "Hải Minh"), ("xã", "Hải Anh"), ("thị trấn", "Cồn")]),
            ("huyện", "Giao Thủy", &[("xã", "Giao Xuân"), ("xã", "Giao Nhân"), ("thị trấn", "Ngô Đồng")]),
        ],
        today: ("tỉnh", "Ninh Bình", &[("xã", "Hải Hậu"), ("xã", "Giao Thủy"), ("phường", "Nam Định")]),
    },
    Province {
        code: "038",
        title: "tỉnh",
        name: "Thanh Hóa",
        districts: &[
            ("huyện", "Thọ Xuân", &[("xã", "Xuân Sinh"), ("xã", "Thọ Hải"), ("thị trấn", "Lam Sơn")]),
            ("huyện", "Hậu Lộc", &[("xã", "Hoa Lộc"), ("xã", "Đại Lộc"), ("xã", "Minh Lộc")]),
        ],
        today: ("tỉnh", "Thanh Hóa", &[("phường", "Hạc Thành"), ("xã", "Thọ Xuân"), ("xã", "Hoa Lộc")]),
    },
    Province {
        code: "040",
        title: "tỉnh",
        name: "Nghệ An",
        districts: &[
            ("huyện", "Đô Lương", &[("xã", "Lạc Sơn"), ("xã", "Văn Sơn"), ("thị trấn", "Đô Lương")]),
            ("thành phố", "Vinh", &[("phường", "Hưng Bình"), ("phường", "Lê Lợi"), ("xã", "Nghi Phú")]),
        ],
        today: ("tỉnh", "Nghệ An", &[("phường", "Thành Vinh"), ("xã", "Đô Lương"), ("xã", "Quỳnh Lưu")]),
    },
    Province {
        code: "048",
        title: "thành phố",
        name: "Đà Nẵng",
        districts: &[
            ("quận", "Hải Châu", &[("phường", "Thạch Thang"), ("phường", "Hòa Cường Bắc"), ("phường", "Bình Hiên")]),
            ("huyện", "Hòa Vang", &[("xã", "Hòa Phong"), ("xã", "Hòa Tiến"), ("xã", "Hòa Khương")]),
        ],
        today: ("thành phố", "Đà Nẵng", &[("phường", "Hải Châu"), ("xã", "Hòa Vang"), ("phường", "Hội An")]),
    },
    Province {
        code: "052",
        title: "tỉnh",
        name: "Bình Định",
        districts: &[
            ("huyện", "Tuy Phước", &[("xã", "Phước Lộc"), ("xã", "Phước Hòa"), ("thị trấn", "Diêu Trì")]),
            ("thành phố", "Quy Nhơn", &[("phường", "Ghềnh Ráng"), ("phường", "Đống Đa"), ("xã", "Nhơn Lý")]),
        ],
        today: ("tỉnh", "Gia Lai", &[("phường", "Quy Nhơn"), ("xã", "Tuy Phước"), ("phường", "Pleiku")]),
    },
    Province {
        code: "066",
        title: "tỉnh",
        name: "Đắk Lắk",
        districts: &[
            ("huyện", "Krông Pắc", &[("xã", "Ea Phê"), ("xã", "Hòa An"), ("thị trấn", "Phước An")]),
            ("thành phố", "Buôn Ma Thuột", &[("phường", "Tân Lợi"), ("phường", "Ea Tam"), ("xã", "Hòa Thuận")]),
        ],
        today: ("tỉnh", "Đắk Lắk", &[("phường", "Buôn Ma Thuột"), ("xã", "Krông Pắc"), ("phường", "Tuy Hòa")]),
    },
    Province {
        code: "079",
        title: "thành phố",
        name: "Hồ Chí Minh",
        districts: &[
            ("quận", "Bình Thạnh", &[("phường", "Thanh Đa"), ("phường", "13"), ("phường", "25")]),
            ("huyện", "Củ Chi", &[("xã", "Tân Thông Hội"), ("xã", "Phú Hòa Đông"), ("xã", "An Nhơn Tây")]),
        ],
        today: (
            "thành phố",
            "Hồ Chí Minh",
            &[("phường", "Bến Thành"), ("phường", "Thủ Dầu Một"), ("xã", "Củ Chi"), ("phường", "Vũng Tàu")],
        ),
    },
    Province {
        code: "080",
        title: "tỉnh",
        name: "Long An",
        districts: &[
            ("huyện", "Đức Hòa", &[("xã", "Đức Lập Hạ"), ("xã", "Mỹ Hạnh Nam"), ("thị trấn", "Hậu Nghĩa")]),
            ("huyện", "Cần Giuộc", &[("xã", "Phước Lý"), ("xã", "Long Thượng"), ("xã", "Tân Tập")]),
        ],
        today: ("tỉnh", "Tây Ninh", &[("phường", "Long An"), ("xã", "Cần Giuộc"), ("xã", "Đức Hòa")]),
    },
    Province {
        code: "092",
        title: "thành phố",
        name: "Cần Thơ",
        districts: &[
            ("quận", "Ninh Kiều", &[("phường", "An Khánh"), ("phường", "Xuân Khánh"), ("phường", "Cái Khế")]),
            ("huyện", "Phong Điền", &[("xã", "Nhơn Ái"), ("xã", "Mỹ Khánh"), ("xã", "Giai Xuân")]),
        ],
        today: ("thành phố", "Cần Thơ", &[("phường", "Ninh Kiều"), ("xã", "Phong Điền"), ("phường", "Cái Răng")]),
    },
];

/// A commune-level unit with everything above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unit {
    /// Title and name of the commune.
    pub commune: (&'static str, &'static str),
    /// Title and name of the district; none since 01/7/2025.
    pub district: Option<(&'static str, &'static str)>,
    /// Title and name of the province.
    pub province: (&'static str, &'static str),
    /// Identity-number code of the old province.
    pub code: &'static str,
}

impl Unit {
    /// A commune of `province`, before or after July 2025.
    pub fn within(rng: &mut Rng, province: &'static Province, two_level: bool) -> Self {
        if two_level {
            let (title, name, communes) = province.today;
            return Self { commune: *rng.pick(communes), district: None, province: (title, name), code: province.code };
        }
        let (title, name, communes) = rng.pick(province.districts);
        Self { commune: *rng.pick(communes), district: Some((title, name)), province: (province.title, province.name), code: province.code }
    }

    /// `xã A, huyện B, tỉnh C`.
    #[must_use]
    pub fn address(&self) -> String {
        match self.district {
            Some(d) => format!("{}, {}, {}", pair(self.commune), pair(d), pair(self.province)),
            None => format!("{}, {}", pair(self.commune), pair(self.province)),
        }
    }

    /// `huyện B, tỉnh C`, or the province alone.
    #[must_use]
    pub fn above(&self) -> String {
        match self.district {
            Some(d) => format!("{}, {}", pair(d), pair(self.province)),
            None => pair(self.province),
        }
    }

    /// `Ủy ban nhân dân xã A, huyện B, tỉnh C`.
    #[must_use]
    pub fn committee(&self) -> String {
        format!("Ủy ban nhân dân {}", self.address())
    }

    /// `xã A`.
    #[must_use]
    pub fn commune_name(&self) -> String {
        pair(self.commune)
    }

    /// `Xã A`.
    #[must_use]
    pub fn commune_title(&self) -> String {
        capitalised(&pair(self.commune))
    }

    /// The commune's bare name, as written before a date.
    #[must_use]
    pub fn short(&self) -> String {
        match self.commune.1.parse::<u32>() {
            Ok(_) => capitalised(&pair(self.commune)),
            Err(_) => self.commune.1.to_owned(),
        }
    }

    /// The district's address: `huyện B, tỉnh C`; the commune itself where there is none.
    #[must_use]
    pub fn district_name(&self) -> String {
        self.district.map_or_else(|| pair(self.commune), pair)
    }

    /// Text of the lower arc of a commune's seal.
    #[must_use]
    pub fn seal_foot(&self) -> String {
        let province = match self.province {
            ("tỉnh", name) => format!("T. {name}"),
            (_, name) => format!("TP. {name}"),
        };
        let text = match self.district {
            Some(("huyện", d)) => format!("H. {d} - {province}"),
            Some(("quận", d)) => format!("Q. {d} - {province}"),
            Some((_, d)) => format!("TP. {d} - {province}"),
            None => pair(self.province),
        };
        text.to_uppercase()
    }

    /// A house in this unit.
    pub fn house(&self, rng: &mut Rng) -> String {
        const STREETS: [&str; 7] = ["Trần Phú", "Lê Lợi", "Nguyễn Trãi", "Hai Bà Trưng", "Quang Trung", "Hùng Vương", "Lý Thường Kiệt"];
        const HAMLETS: [&str; 6] = ["Đông Hạ", "Tân Tiến", "Phú Lộc", "Thượng", "An Bình", "Hòa Mỹ"];
        let spot = match (self.commune.0, rng.int(0, 2)) {
            ("phường", 0) => format!("Số {} đường {}", rng.int(3, 390), rng.pick(&STREETS)),
            ("phường" | "thị trấn", _) => format!("Tổ dân phố {}", rng.int(1, 18)),
            (_, 0) => format!("Xóm {}", rng.int(1, 14)),
            _ => format!("Thôn {}", rng.pick(&HAMLETS)),
        };
        format!("{spot}, {}", self.address())
    }
}

fn pair((title, name): (&str, &str)) -> String {
    format!("{title} {name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_three_levels_before_and_two_after() {
        let mut rng = Rng::new(1);
        let old = Unit::within(&mut rng, &PROVINCES[0], false);
        let new = Unit::within(&mut rng, &PROVINCES[0], true);
        assert_eq!(old.address().matches(", ").count(), 2);
        assert_eq!(new.address().matches(", ").count(), 1);
        assert!(old.committee().starts_with("Ủy ban nhân dân "));
    }
}
