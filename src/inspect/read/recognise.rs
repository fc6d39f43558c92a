//! Which form the pages are of: by the title first, then by the words that tell variants of one title apart.

use super::fields::printed_fields;
use super::text::{Letters, PageText, Row, distance, occurrences, tolerance};
use crate::inspect::forms::{Form, FormSet};
use crate::record::fold_loose;

/// What was recognised.
#[derive(Debug, Clone)]
pub struct Recognised<'a> {
    /// The form.
    pub form: &'a Form,
    /// Where its title stands; `None` when the form was told by its labels alone.
    pub title: Option<Title>,
    /// For each page of the submission, the page of the form that it is; `None` for a page that the form does not have.
    pub pages: Vec<Option<usize>>,
    /// Pages that bear a title of their own beside the first.
    pub strangers: Vec<usize>,
}

/// Where a title stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Title {
    /// Page of the submission.
    pub page: usize,
    /// First and last row of the title.
    pub rows: (usize, usize),
    /// Share of its letters that were read right, 0 to 1.
    pub likeness: f32,
}

/// Rows that one title may take.
const TITLE_ROWS: usize = 4;
/// Letters of a title that must be right.
const LEAST_LIKENESS: f32 = 0.8;
/// Labels that tell a form without its title.
const LEAST_LABELS: usize = 6;

/// The form of these pages, if any is recognised.
pub fn recognise<'a>(forms: &'a FormSet, pages: &[PageText]) -> Option<Recognised<'a>> {
    let scored = forms.forms().iter().filter_map(|form| {
        let title = best_title(form, pages);
        let score = score(form, title.as_ref(), pages)?;
        Some((score, form, title))
    });
    let (_, form, title) = scored.max_by(|a, b| a.0.total_cmp(&b.0))?;
    let first = title.map_or(0, |title| title.page);
    let assigned = assign_pages(form, pages, first);
    let strangers = (0..pages.len()).filter(|at| *at != first && bears_title(forms, form, pages, *at)).collect();
    Some(Recognised { form, title, pages: assigned, strangers })
}

/// Letters of the title that were read, and points for each word and label that the form has; `None` for a form that
/// these pages cannot be.
fn score(form: &Form, title: Option<&Title>, pages: &[PageText]) -> Option<f32> {
    if form.never.iter().any(|words| pages.iter().any(|page| stands_on(page, words))) {
        return None;
    }
    let page = pages.get(title.map_or(0, |title| title.page))?;
    let labels = printed_fields(form, 0, page, title.map(|title| title.rows)).len();
    let marks = form.marks.iter().filter(|words| pages.iter().any(|page| stands_on(page, words))).count();
    match title {
        Some(title) => {
            let letters: usize = form.titles.iter().map(|title| fold_loose(title).len()).max().unwrap_or(0);
            Some(100.0 + title.likeness * letters as f32 + 4.0 * marks as f32 + labels as f32)
        }
        // Without its title a paper may be another one that shares labels: only what is certified here, and not a copy.
        None if form.certified && labels >= LEAST_LABELS => Some(4.0 * marks as f32 + labels as f32),
        None => None,
    }
}

fn best_title(form: &Form, pages: &[PageText]) -> Option<Title> {
    let all = pages.iter().enumerate().flat_map(|(at, page)| form.titles.iter().filter_map(move |title| title_on(page, at, title)));
    all.max_by(|a, b| a.likeness.total_cmp(&b.likeness))
}

/// Where `title` stands alone on a page: on up to four rows below each other, of which parts at the side are left out.
fn title_on(page: &PageText, at: usize, title: &str) -> Option<Title> {
    let pattern: Vec<char> = fold_loose(title).chars().collect();
    let lines: Vec<(usize, Vec<char>)> = page.rows.iter().enumerate().flat_map(|(row_at, row)| parts(page, row_at, row)).collect();
    let mut best: Option<Title> = None;
    for first in 0..lines.len() {
        for last in first..(first + TITLE_ROWS).min(lines.len()) {
            let Some(window) = lines.get(first..=last) else { continue };
            let letters: Vec<char> = window.iter().flat_map(|(_, letters)| letters.iter().copied()).collect();
            let most = pattern.len() / 5;
            let Some(errors) = distance(&pattern, &letters, most) else { continue };
            let likeness = 1.0 - errors as f32 / pattern.len().max(1) as f32;
            let rows = (window.first().map_or(0, |line| line.0), window.last().map_or(0, |line| line.0));
            if likeness >= LEAST_LIKENESS && best.is_none_or(|best| likeness > best.likeness) {
                best = Some(Title { page: at, rows, likeness });
            }
        }
    }
    best
}

/// The groups of a row that can be a line of a title: capitals.
fn parts<'a>(page: &'a PageText, row_at: usize, row: &'a Row) -> impl Iterator<Item = (usize, Vec<char>)> + 'a {
    row.groups(page.mm(12.0)).into_iter().filter_map(move |words| {
        let text: String = words.iter().map(|word| word.text.as_str()).collect();
        let letters = text.chars().filter(|c| c.is_alphabetic()).count();
        let capitals = text.chars().filter(|c| c.is_uppercase()).count();
        (letters >= 3 && capitals * 10 >= letters * 7).then(|| (row_at, Letters::of(words).folded))
    })
}

/// Whether printed words stand on a page: long ones anywhere in a row, short ones as a part of a row by themselves.
pub fn stands_on(page: &PageText, words: &str) -> bool {
    let pattern: Vec<char> = fold_loose(words).chars().collect();
    page.rows.iter().any(|row| {
        if pattern.len() >= 10 {
            return !occurrences(&Letters::of(&row.words).folded, &pattern, tolerance(pattern.len())).is_empty();
        }
        let most = usize::from(pattern.len() >= 5);
        row.groups(page.mm(5.0)).into_iter().any(|group| distance(&Letters::of(group).folded, &pattern, most).is_some())
    })
}

fn assign_pages(form: &Form, pages: &[PageText], first: usize) -> Vec<Option<usize>> {
    let mut assigned = vec![None; pages.len()];
    if let Some(page) = assigned.get_mut(first) {
        *page = Some(0);
    }
    for (number, spec) in form.pages.iter().enumerate().skip(1) {
        let marked = |at: &usize| {
            assigned.get(*at).is_some_and(Option::is_none)
                && pages.get(*at).is_some_and(|page| spec.marks.iter().any(|words| stands_on(page, words)))
        };
        // The page at its own place first: pages come in order more often than not.
        let found = (first + number..pages.len()).chain(0..first + number).find(marked);
        if let Some(page) = found.and_then(|at| assigned.get_mut(at)) {
            *page = Some(number);
        }
    }
    assigned
}

fn bears_title(forms: &FormSet, form: &Form, pages: &[PageText], at: usize) -> bool {
    let Some(page) = pages.get(at) else { return false };
    let other = |candidate: &&Form| candidate.id != form.id || form.pages.len() == 1;
    forms.forms().iter().filter(other).any(|candidate| {
        candidate.titles.iter().any(|title| {
            // The second page of the red certificate repeats a part of its title.
            let known = form.titles.iter().any(|own| fold_loose(own).contains(&fold_loose(title)));
            !(known && form.pages.len() > 1) && title_on(page, at, title).is_some()
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::text::tests::row;
    use super::*;

    fn page(lines: &[&str]) -> PageText {
        let rows = lines.iter().enumerate().map(|(at, line)| row(line, at as u32 * 80)).collect();
        PageText { rows, size: (2400, 3400), dpi: 300.0 }
    }

    fn form_of(pages: &[PageText]) -> Option<String> {
        let forms = FormSet::embedded().unwrap();
        recognise(&forms, pages).map(|found| found.form.id.clone())
    }

    #[test]
    fn variants_of_one_title_are_told_apart() {
        let form = |lines: &[&str]| form_of(&[page(lines)]).unwrap_or_default();
        assert_eq!(form(&["GIÂY KHAI SINH", "Họ, chữ đệm, tên: A", "NGƯỜI KÝ GIẤY KHAI SINH"]), "birth_2015");
        assert_eq!(form(&["GIẤY KHAI SINH", "(BẢN SAO)", "Họ, chữ đệm, tên: A"]), "birth_copy");
        assert_eq!(form(&["GIẤY KHAI SINH", "(BẢN CHÍNH)", "Họ và tên cha: A", "Nơi thường trú/tạm trú: B"]), "birth_2010");
        assert_eq!(form(&["TRÍCH LỤC KHAI TỬ", "Đã chết vào lúc: 1"]), "death_2015");
        assert_eq!(form(&["TRÍCH LỤC KHAI TỬ", "(BẢN SAO)", "Đã chết vào lúc: 1"]), "death_extract_copy");
        assert_eq!(form(&["GIẤY BÁO TỬ", "Họ và tên: A"]), "death_notice");
        assert_eq!(form_of(&[page(&["Thân gửi anh", "Em khỏe"])]), None);
    }

    #[test]
    fn a_title_on_several_rows_and_the_pages_of_a_form() {
        let front = page(&["GIẤY CHỨNG NHẬN", "QUYỀN SỬ DỤNG ĐẤT, QUYỀN SỞ HỮU TÀI SẢN GẮN LIỀN VỚI ĐẤT", "Mã Giấy chứng nhận: 1"]);
        let back = page(&["4. Sơ đồ thửa đất, tài sản gắn liền với đất:"]);
        let forms = FormSet::embedded().unwrap();
        let pages = [back.clone(), front.clone()];
        let found = recognise(&forms, &pages).unwrap();
        assert_eq!((found.form.id.as_str(), found.pages), ("land_2024", vec![Some(1), Some(0)]));
        let old = page(&["GIẤY CHỨNG NHẬN", "QUYỀN SỬ DỤNG ĐẤT", "QUYỀN SỞ HỮU NHÀ Ở VÀ TÀI SẢN KHÁC GẮN LIỀN VỚI ĐẤT"]);
        assert_eq!(form_of(&[old]), Some("land_2009".into()));
        assert_eq!(form_of(&[page(&["GIẤY CHỨNG NHẬN", "QUYỀN SỬ DỤNG ĐẤT"])]), Some("land_2004".into()));
    }

    #[test]
    fn a_second_title_is_a_stranger() {
        let forms = FormSet::embedded().unwrap();
        let pages = [page(&["GIẤY KHAI SINH", "Họ, chữ đệm, tên: A", "NGƯỜI KÝ GIẤY KHAI SINH"]), page(&["TRÍCH LỤC KHAI TỬ"])];
        let found = recognise(&forms, &pages).unwrap();
        assert_eq!((found.form.id.as_str(), found.strangers), ("birth_2015", vec![1]));
    }
}
