//! Comparing what was read with what is printed.

/// Lower case, one space between words.
pub(super) fn plain(text: &str) -> String {
    text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Letters and digits alone: what is left when a reader's spaces and punctuation are forgiven, marks are not.
pub(super) fn letters(text: &str) -> String {
    text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Insertions, deletions and replacements of characters between the two (Levenshtein).
pub(super) fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = i;
        let mut left = i + 1;
        for (y, cell) in b.iter().zip(row.iter_mut().skip(1)) {
            let best = (corner + usize::from(x != *y)).min(left + 1).min(*cell + 1);
            corner = *cell;
            *cell = best;
            left = best;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

/// The ways in which a paper may print a date that the case gives as `dd/mm/yyyy`; any other value is itself.
pub(super) fn printed(value: &str) -> Vec<String> {
    let mut ways = vec![value.to_owned()];
    if let [day, month, year] = value.split('/').collect::<Vec<_>>()[..] {
        ways.push(format!("ngày {day} tháng {month} năm {year}"));
    }
    ways
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("giấy khai sinh", "giay khai sinh"), 1);
        assert_eq!(distance("12/2019", "1212019"), 1);
        assert_eq!(distance("abc", "abc"), 0);
    }
}
