//! Invented people: names, dates of birth, identity numbers that follow from them.

use crate::places::{PROVINCES, Province};
use crate::rng::Rng;
use crate::words;

/// A calendar date, possibly an impossible one: papers carry those too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// Year.
    pub year: u32,
    /// Month.
    pub month: u32,
    /// Day.
    pub day: u32,
}

impl Date {
    /// A date.
    #[must_use]
    pub const fn new(year: u32, month: u32, day: u32) -> Self {
        Self { year, month, day }
    }

    /// Any day of a year.
    pub fn within(rng: &mut Rng, year: u32) -> Self {
        Self::new(year, 1, 1).plus(rng.int(0, 363) as u32)
    }

    /// This many days later.
    #[must_use]
    pub fn plus(self, days: u32) -> Self {
        let mut date = self;
        date.day += days;
        while date.day > days_in(date.year, date.month) {
            date.day -= days_in(date.year, date.month);
            date.month += 1;
            if date.month > 12 {
                (date.year, date.month) = (date.year + 1, 1);
            }
        }
        date
    }

    /// `17/06/2024`.
    #[must_use]
    pub fn dmy(self) -> String {
        format!("{:02}/{:02}/{}", self.day, self.month, self.year)
    }

    /// `Ngày mười bảy tháng sáu năm …`.
    #[must_use]
    pub fn in_words(self) -> String {
        words::date(self.year, self.month, self.day)
    }
}

/// `17/06/2024` → `ngày 17 tháng 06 năm 2024`.
#[must_use]
pub fn spelled(dmy: &str) -> String {
    match dmy.split('/').collect::<Vec<_>>()[..] {
        [d, m, y] => format!("ngày {d} tháng {m} năm {y}"),
        _ => dmy.to_owned(),
    }
}

fn days_in(year: u32, month: u32) -> u32 {
    match month {
        2 if (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// As civil status records it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gender {
    /// Nam.
    Male,
    /// Nữ.
    Female,
}

impl Gender {
    /// The printed word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Male => "Nam",
            Self::Female => "Nữ",
        }
    }

    /// Either.
    pub fn any(rng: &mut Rng) -> Self {
        if rng.chance(0.5) { Self::Male } else { Self::Female }
    }
}

/// A person who does not exist.
#[derive(Debug, Clone)]
pub struct Person {
    /// Họ, chữ đệm, tên.
    pub name: String,
    /// Gender.
    pub gender: Gender,
    /// Date of birth.
    pub birth: Date,
    /// Dân tộc.
    pub ethnicity: &'static str,
    /// Where the birth was registered.
    pub province: &'static Province,
    /// Twelve digits.
    pub personal_id: String,
}

const FAMILIES: [&str; 20] = [
    "Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Phan", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý", "Đinh", "Mai", "Trịnh", "Lưu",
    "Tạ", "Quách",
];
const MALE: [&str; 22] = [
    "Văn Khiêm",
    "Quang Thạch",
    "Đức Thuận",
    "Minh Quyết",
    "Hữu Trác",
    "Gia Bách",
    "Công Lượng",
    "Trọng Nhân",
    "Xuân Trưởng",
    "Tiến Sáng",
    "Anh Vượng",
    "Duy Khoát",
    "Khánh Toàn",
    "Thế Hiệp",
    "Bảo Định",
    "Ngọc Sửu",
    "Việt Chương",
    "Phúc Điền",
    "Hải Đăng",
    "Thành Nhượng",
    "Mạnh Cầm",
    "Đình Ước",
];
const FEMALE: [&str; 22] = [
    "Thị Liễu",
    "Thị Ngoãn",
    "Thu Hường",
    "Diệu Tuyền",
    "Ngọc Uyên",
    "Bích Duyên",
    "Thị Hồng Gấm",
    "Phương Lệ",
    "Tuyết Nương",
    "Thị Cẩm Vân",
    "Khánh Vy",
    "Hoài Thương",
    "Thị Nhẫn",
    "Minh Nguyệt",
    "Thanh Thảo",
    "Mỹ Hạnh",
    "Thị Sương",
    "Quỳnh Giao",
    "Hà Chi",
    "Thị Ánh",
    "Kim Thoa",
    "Như Ý",
];
const ETHNICITIES: [&str; 9] = ["Kinh", "Kinh", "Kinh", "Kinh", "Tày", "Mường", "Thái", "Nùng", "Ê-đê"];

/// Whether a given name, in any case, is one of the women's.
#[must_use]
pub fn is_female_given(given: &str) -> bool {
    FEMALE.iter().any(|name| name.to_lowercase() == given.to_lowercase())
}

/// A family name.
pub fn family(rng: &mut Rng) -> &'static str {
    rng.pick::<&'static str>(&FAMILIES)
}

impl Person {
    /// Someone of this family name and gender, born in `year`.
    pub fn new(rng: &mut Rng, family: &str, gender: Gender, year: u32) -> Self {
        let birth = Date::within(rng, year);
        Self::born(rng, family, gender, birth)
    }

    /// Someone born on this day.
    pub fn born(rng: &mut Rng, family: &str, gender: Gender, birth: Date) -> Self {
        let given = rng.pick(if gender == Gender::Male { &MALE } else { &FEMALE });
        let province = rng.pick(&PROVINCES);
        let ethnicity = rng.pick(&ETHNICITIES);
        let personal_id = personal_id(rng, province.code, gender, birth.year);
        Self { name: format!("{family} {given}"), gender, birth, ethnicity, province, personal_id }
    }

    /// Someone of any family.
    pub fn any(rng: &mut Rng, gender: Gender, year: u32) -> Self {
        let family = family(rng);
        Self::new(rng, family, gender, year)
    }

    /// An identity paper of this person as forms cite it, valid at `year`.
    pub fn identity_document(&self, rng: &mut Rng, year: u32) -> String {
        let earlier = (year - rng.int(1, 4) as u32).max(2008);
        let issued = Date::within(rng, earlier);
        if year < 2017 {
            return format!(
                "Giấy CMND số {:02}{}, Công an {} cấp ngày {}",
                rng.int(1, 38),
                rng.digits(7),
                self.province.name,
                issued.dmy()
            );
        }
        if year >= 2025 {
            return format!("Căn cước số {}, Bộ Công an cấp ngày {}", self.personal_id, Date::within(rng, 2024).plus(10).dmy());
        }
        let issued = if issued.year < 2016 { Date::new(2016, 2, 14).plus(issued.day) } else { issued };
        format!("Căn cước công dân số {}, Cục Cảnh sát QLHC về TTXH cấp ngày {}", self.personal_id, issued.dmy())
    }
}

/// `PPP G YY NNNNNN`: province, century and gender, year, six digits; no check digit.
pub fn personal_id(rng: &mut Rng, province: &str, gender: Gender, year: u32) -> String {
    let century = (year / 100).saturating_sub(19) * 2 + u32::from(gender == Gender::Female);
    format!("{province}{century}{:02}{}", year % 100, rng.digits(6))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identity_numbers_follow_province_gender_and_year() {
        let mut rng = Rng::new(9);
        assert!(personal_id(&mut rng, "001", Gender::Male, 1985).starts_with("001085"));
        assert!(personal_id(&mut rng, "092", Gender::Female, 1999).starts_with("092199"));
        assert!(personal_id(&mut rng, "036", Gender::Female, 2024).starts_with("036324"));
        assert_eq!(personal_id(&mut rng, "036", Gender::Male, 2005).len(), 12);
    }

    #[test]
    fn days_roll_over_months_and_leap_years() {
        assert_eq!(Date::new(2024, 2, 28).plus(2), Date::new(2024, 3, 1));
        assert_eq!(Date::new(2023, 12, 30).plus(5), Date::new(2024, 1, 4));
        assert_eq!(spelled("17/06/2024"), "ngày 17 tháng 06 năm 2024");
    }
}
