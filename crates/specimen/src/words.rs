//! Numbers, dates and areas in Vietnamese words, as forms ask for them beside the digits.

const DIGITS: [&str; 10] = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"];

/// A whole number below a billion, e.g. 2005 → "hai nghìn không trăm linh năm".
#[must_use]
pub fn number(n: u32) -> String {
    if n == 0 {
        return DIGITS[0].to_owned();
    }
    let groups = [(n / 1_000_000 % 1000, "triệu"), (n / 1000 % 1000, "nghìn"), (n % 1000, "")];
    let mut words: Vec<&str> = Vec::new();
    for (value, unit) in groups {
        if value > 0 {
            hundreds(value, !words.is_empty(), &mut words);
            words.push(unit);
        }
    }
    words.retain(|w| !w.is_empty());
    words.join(" ")
}

fn hundreds(n: u32, full: bool, words: &mut Vec<&str>) {
    let digit = |d: u32| DIGITS[d as usize % 10];
    let (hundred, ten, one) = (n / 100, n / 10 % 10, n % 10);
    if hundred > 0 || full {
        words.extend([digit(hundred), "trăm"]);
    }
    match ten {
        0 if one > 0 && (hundred > 0 || full) => words.push("linh"),
        0 => {}
        1 => words.push("mười"),
        _ => words.extend([digit(ten), "mươi"]),
    }
    match (ten, one) {
        (_, 0) => {}
        (2.., 1) => words.push("mốt"),
        (2.., 4) => words.push("tư"),
        (1.., 5) => words.push("lăm"),
        _ => words.push(digit(one)),
    }
}

/// A date in words, e.g. "Ngày mười bảy tháng sáu năm hai nghìn không trăm hai mươi tư".
#[must_use]
pub fn date(year: u32, month: u32, day: u32) -> String {
    let month = if month == 4 { "tư".to_owned() } else { number(month) };
    format!("Ngày {} tháng {month} năm {}", number(day), number(year))
}

/// An area in tenths of a square metre, e.g. 11425 → "Một nghìn một trăm bốn mươi hai phẩy năm mét vuông".
#[must_use]
pub fn area(tenths: u32) -> String {
    let whole = number(tenths / 10);
    let text = match tenths % 10 {
        0 => format!("{whole} mét vuông"),
        part => format!("{whole} phẩy {} mét vuông", number(part)),
    };
    capitalised(&text)
}

/// The text with its first letter in upper case.
#[must_use]
pub fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_follow_the_usual_reading() {
        for (n, words) in [
            (4, "bốn"),
            (10, "mười"),
            (15, "mười lăm"),
            (21, "hai mươi mốt"),
            (24, "hai mươi tư"),
            (1985, "một nghìn chín trăm tám mươi lăm"),
            (2005, "hai nghìn không trăm linh năm"),
            (2010, "hai nghìn không trăm mười"),
        ] {
            assert_eq!(number(n), words);
        }
    }

    #[test]
    fn dates_and_areas() {
        assert_eq!(date(2024, 4, 17), "Ngày mười bảy tháng tư năm hai nghìn không trăm hai mươi tư");
        assert_eq!(area(11_425), "Một nghìn một trăm bốn mươi hai phẩy năm mét vuông");
        assert_eq!(area(800), "Tám mươi mét vuông");
    }
}
