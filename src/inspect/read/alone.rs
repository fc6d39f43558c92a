//! Values without a label: the date of issue, the serial, and the signer's block.

use bansao_scan::Rect;

use super::fields::{Printed, printed};
use super::text::{PageText, Row, TextWord};
use super::value;
use crate::inspect::forms::{FieldType, Form, Zone};
use crate::record::fold_loose;

/// What was found on page `page` of the form without labels; `claimed` are the boxes of values that labels have.
pub fn alone_fields(form: &Form, page: usize, text: &PageText, title_row: Option<usize>, claimed: &[Printed]) -> Vec<Printed> {
    let mut found = Vec::new();
    let mut title_box = None;
    for spec in form.fields.iter().filter(|spec| spec.page == page && spec.labels.is_empty() && spec.within.is_none()) {
        let rows = text.rows.iter().enumerate().filter(|(at, _)| match (spec.zone, title_row) {
            (Zone::Head, Some(title)) => *at < title,
            (Zone::Body, Some(title)) => *at > title,
            _ => true,
        });
        let value = match spec.kind {
            FieldType::Date => place_and_date(&spec.id, text, rows, claimed),
            FieldType::LandSerial => serial(&spec.id, text, rows),
            FieldType::SignerTitle => {
                let value = signer_title(&spec.id, text);
                title_box = value.as_ref().map(|value| value.rect);
                value
            }
            FieldType::Issuer => title_box.and_then(|below| issuer(&spec.id, text, below)),
            FieldType::SignerName => title_box.and_then(|above| signer_name(&spec.id, text, above)),
            _ => None,
        };
        found.extend(value);
    }
    found
}

/// `Kim Lạc, ngày 17 tháng 03 năm 2020`: the last such group outside the values of labels.
fn place_and_date<'a>(id: &str, text: &PageText, rows: impl Iterator<Item = (usize, &'a Row)>, claimed: &[Printed]) -> Option<Printed> {
    let free = |words: &[TextWord]| {
        let rect = bounds(words);
        claimed.iter().all(|value| value.rect.intersection(&rect).area() == 0)
    };
    let mut last = None;
    for (_, row) in rows {
        for group in row.groups(text.mm(6.0)) {
            // The month stands behind the day: `Thạch Thang, ngày 27 tháng 03 năm 2022`.
            let says = |word: &TextWord, said: &str| fold_loose(&word.text) == said;
            let from_day = group.iter().position(|word| says(word, "ngay")).and_then(|day| group.get(day..)).unwrap_or_default();
            if from_day.iter().any(|word| says(word, "thang")) && free(group) {
                last = printed(id, from_day).or(last);
            }
        }
    }
    last
}

/// A row, or a part of one, that is nothing but a serial; the largest print of them.
fn serial<'a>(id: &str, text: &PageText, rows: impl Iterator<Item = (usize, &'a Row)>) -> Option<Printed> {
    let groups = rows.flat_map(|(_, row)| row.groups(text.mm(5.0)));
    let is_serial = |group: &&[TextWord]| {
        let text: String = group.iter().map(|word| word.text.as_str()).collect();
        group.len() <= 4 && value::land_serial(&text).trust > 0.5
    };
    let best = groups.filter(is_serial).max_by_key(|group| group.iter().map(|word| word.rect.h).max())?;
    printed(id, best)
}

/// The lowest title of a signer that stands by itself.
fn signer_title(id: &str, text: &PageText) -> Option<Printed> {
    let groups = text.rows.iter().rev().flat_map(|row| row.groups(text.mm(6.0)));
    let titles = groups.filter(|group| {
        let joined = group.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
        value::signer_title(&joined).is_some_and(|value| value.trust > 0.5)
    });
    // Right of the middle: the clerk and the spouses sign on the left.
    let right = |group: &&[TextWord]| bounds(group).right() > text.size.0 / 2;
    titles.filter(right).map(|group| printed(id, group)).next().flatten()
}

/// The committee in capitals just above the signer's title.
fn issuer(id: &str, text: &PageText, title: Rect) -> Option<Printed> {
    let middle = title.x + title.w / 2;
    let groups = text.rows.iter().rev().flat_map(|row| row.groups(text.mm(6.0)));
    let mut above = groups.filter(|group| {
        let rect = bounds(group);
        rect.bottom() <= title.y + title.h / 2 && rect.bottom() + text.mm(12.0) > title.y && rect.x < middle && middle < rect.right()
    });
    let found = above.find(|group| group.iter().any(|word| matches!(fold_loose(&word.text).as_str(), "ban" | "uy")))?;
    let named = found.iter().position(|word| fold_loose(&word.text) == "uy").unwrap_or(0);
    found.get(named..).and_then(|words| printed(id, words))
}

/// The name below the title, with room for a signature between: the words about the title's middle that make a name.
fn signer_name(id: &str, text: &PageText, title: Rect) -> Option<Printed> {
    let middle = title.x + title.w / 2;
    let below = text.rows.iter().filter(|row| {
        let rect = row.rect();
        rect.y > title.bottom() + text.mm(8.0) && rect.y < title.bottom() + text.mm(52.0)
    });
    let candidates = below.filter_map(|row| {
        let group = row.groups(text.mm(7.0)).into_iter().find(|group| {
            let rect = bounds(group);
            rect.x < middle && middle < rect.right() && rect.w < text.mm(85.0)
        })?;
        let kept: Vec<TextWord> = group.iter().filter(|word| is_name_word(&word.text)).cloned().collect();
        printed(id, &kept).filter(|_| kept.len() >= 2)
    });
    candidates.max_by(|a, b| name_score(a).total_cmp(&name_score(b)))
}

/// A seal and a pen leave marks among the words: a word of a name starts with a capital and is a syllable or near one.
fn is_name_word(word: &str) -> bool {
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    let alone = letters == 1 && word.chars().all(|c| "ÝỶÁẢÂÔÊỨ".contains(c));
    let shaped = letters >= 2 && letters * 4 >= word.chars().count() * 3;
    (shaped || alone) && word.chars().find(|c| c.is_alphabetic()).is_some_and(char::is_uppercase)
}

fn name_score(candidate: &Printed) -> f32 {
    value::parse(FieldType::SignerName, &candidate.text).map_or(0.0, |value| value.trust) + candidate.confidence
}

fn bounds(words: &[TextWord]) -> Rect {
    words.iter().map(|word| word.rect).reduce(|a, b| a.union(&b)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::text::tests::row;
    use super::*;
    use crate::inspect::forms::FormSet;

    #[test]
    fn the_signers_block_and_the_date() {
        let mut rows = vec![row("Kim Lạc, ngày 17 tháng 03 năm 2020", 0), row("TRÍCH LỤC KHAI TỬ", 100), row("PHÓ CHỦ TỊCH", 2600)];
        rows.push(row("ÍBùi Duy Lượng", 2960));
        for row in rows.iter_mut().skip(2) {
            row.words.iter_mut().for_each(|word| word.rect.x += 1300);
        }
        rows[3].words[0].text = "Bùi".into();
        let text = PageText { rows, size: (2400, 3400), dpi: 300.0 };
        let forms = FormSet::embedded().unwrap();
        let found = alone_fields(forms.form("death_2015").unwrap(), 0, &text, Some(1), &[]);
        let value = |id: &str| found.iter().find(|value| value.id == id).map(|value| value.text.as_str());
        assert_eq!(value("issue_date"), Some("ngày 17 tháng 03 năm 2020"));
        assert_eq!(value("signer_title"), Some("PHÓ CHỦ TỊCH"));
        assert_eq!(value("signer_name"), Some("Bùi Duy Lượng"));
    }

    #[test]
    fn a_place_that_sounds_like_a_month_is_none() {
        let rows = vec![row("Thạch Thang, ngày 27 tháng 03 năm 2022", 0), row("TRÍCH LỤC KHAI TỬ", 100)];
        let text = PageText { rows, size: (2400, 3400), dpi: 300.0 };
        let forms = FormSet::embedded().unwrap();
        let found = alone_fields(forms.form("death_2015").unwrap(), 0, &text, Some(1), &[]);
        assert_eq!(found.iter().map(|value| value.text.as_str()).collect::<Vec<_>>(), ["ngày 27 tháng 03 năm 2022"]);
    }
}
