//! From the text of a page to the printed values of a form's fields: labels are found, and what follows one is its value.

use std::collections::BTreeMap;

use bansao_scan::Rect;

use super::labels::{Hit, hits, within};
use super::text::{Letters, PageText, Row, TextWord, occurrences, tolerance};
use crate::inspect::forms::{Column, FieldSpec, Form};
use crate::record::{FieldId, fold_loose};

/// The printed value of a field.
#[derive(Debug, Clone, PartialEq)]
pub struct Printed {
    /// The field.
    pub id: FieldId,
    /// The text, as the engine gave it.
    pub text: String,
    /// How sure the engine was, 0 to 1: between the mean and the least of its words.
    pub confidence: f32,
    /// How sure it was of all words together, by letters.
    pub mean: f32,
    /// Box on the layer.
    pub rect: Rect,
    /// Boxes to read it from again, a line each, in the order of reading.
    pub lines: Vec<Rect>,
}

/// The values of the fields that stand on page `page` of the form; `title_rows` are the first and last row of the title.
pub fn printed_fields(form: &Form, page: usize, text: &PageText, title_rows: Option<(usize, usize)>) -> Vec<Printed> {
    let letters: Vec<Letters> = text.rows.iter().map(|row| Letters::of(&row.words)).collect();
    let specs: Vec<&FieldSpec> = form.fields.iter().filter(|spec| spec.page == page && !spec.labels.is_empty()).collect();
    let mut hits = hits(form, &specs, text, &letters, title_rows);
    let owners = assign(&specs, &mut hits, text);
    let heads = table_heads(form, text);
    let layout = Layout { text, letters: &letters, hits: &hits, heads, split: split(&specs, &hits, &owners), title_rows };
    let mut values: BTreeMap<usize, Printed> = BTreeMap::new();
    for (field, hit) in owners {
        let (Some(spec), Some(hit)) = (specs.get(field), hits.get(hit)) else { continue };
        if let Some(value) = layout.value(spec, hit) {
            values.insert(field, value);
        }
    }
    values.into_values().collect()
}

/// Fields whose label, of eight letters or more, stands on the page more often than there are fields that bear it: which of the
/// places is meant is open.
pub(in crate::inspect) fn repeated_labels(form: &Form, page: usize, text: &PageText, title_rows: Option<(usize, usize)>) -> Vec<FieldId> {
    let letters: Vec<Letters> = text.rows.iter().map(|row| Letters::of(&row.words)).collect();
    let specs: Vec<&FieldSpec> = form.fields.iter().filter(|spec| spec.page == page && !spec.labels.is_empty()).collect();
    let hits = hits(form, &specs, text, &letters, title_rows);
    let mut counts: BTreeMap<&[usize], usize> = BTreeMap::new();
    for hit in hits.iter().filter(|hit| !hit.fields.is_empty() && hit.end - hit.start >= 8) {
        *counts.entry(&hit.fields).or_default() += 1;
    }
    let repeated = counts.into_iter().filter(|(fields, count)| *count > fields.len()).flat_map(|(fields, _)| fields);
    repeated.filter_map(|field| specs.get(*field)).map(|spec| spec.id.clone()).collect()
}

/// Which field each hit is the label of: labels that repeat go to the section last opened, and each field is found once.
fn assign(specs: &[&FieldSpec], hits: &mut [Hit], text: &PageText) -> Vec<(usize, usize)> {
    let mut owners: Vec<(usize, usize)> = Vec::new();
    let mut open: BTreeMap<bool, String> = BTreeMap::new();
    let mut dropped: Vec<usize> = Vec::new();
    let middle = text.size.0 / 2;
    for (at, hit) in hits.iter().enumerate() {
        if hit.fields.is_empty() {
            continue;
        }
        let right_half = hit.x >= middle - middle / 10;
        let taken = |field: &usize| owners.iter().any(|(owned, _)| owned == field);
        let in_column = |field: &usize| match specs.get(*field).map(|spec| spec.column) {
            Some(Column::Left) => !right_half,
            Some(Column::Right) => right_half,
            _ => true,
        };
        let free: Vec<usize> = hit.fields.iter().copied().filter(in_column).filter(|field| !taken(field)).collect();
        let cells: Vec<usize> = free.iter().copied().filter(|field| specs.get(*field).is_some_and(|spec| is_cell(spec.column))).collect();
        let two_columns = free.iter().any(|field| specs.get(*field).is_some_and(|spec| spec.column != Column::Full));
        let side = two_columns && right_half;
        let current = open.get(&side).cloned().unwrap_or_default();
        let of_section = |field: &&usize| specs.get(**field).is_some_and(|spec| spec.section == current);
        let opened = |field: &usize| specs.get(*field).is_some_and(|spec| !spec.inner || spec.section == current);
        let free: Vec<usize> = free.into_iter().filter(opened).collect();
        let chosen = free.iter().find(of_section).or_else(|| later(&free, specs, &current)).or(free.first()).copied();
        let Some(chosen) = chosen else {
            dropped.push(at);
            continue;
        };
        open.insert(side, specs.get(chosen).map(|spec| spec.section.clone()).unwrap_or_default());
        if cells.len() > 1 && cells.contains(&chosen) {
            // One label of a table row serves both cells.
            owners.extend(cells.into_iter().map(|field| (field, at)));
        } else {
            owners.push((chosen, at));
        }
    }
    // A label that nothing claims is text of a value; its place in the list stays, so that owners keep pointing right.
    for at in dropped {
        if let Some(hit) = hits.get_mut(at) {
            hit.end = hit.start;
        }
    }
    owners
}

fn is_cell(column: Column) -> bool {
    matches!(column, Column::FirstCell | Column::SecondCell)
}

/// The first of the fields that is printed after the open section.
fn later<'a>(free: &'a [usize], specs: &[&FieldSpec], current: &str) -> Option<&'a usize> {
    let last = specs.iter().rposition(|spec| spec.section == current)?;
    free.iter().find(|field| **field > last)
}

/// Centres of the two heads of a table.
fn table_heads(form: &Form, text: &PageText) -> Option<(u32, u32)> {
    let [first, second] = form.table_heads.as_slice() else { return None };
    let centre = |row: &Row, head: &str| {
        let letters = Letters::of(&row.words);
        let pattern: Vec<char> = fold_loose(head).chars().collect();
        let place = *occurrences(&letters.folded, &pattern, tolerance(pattern.len())).first()?;
        let (from, to) = (letters.origin.get(place.start)?.0, letters.origin.get(place.end - 1)?.0);
        let rect = row.words.get(from..=to)?.iter().map(|word| word.rect).reduce(|a, b| a.union(&b))?;
        Some(rect.x + rect.w / 2)
    };
    text.rows.iter().find_map(|row| Some((centre(row, first)?, centre(row, second)?)).filter(|(a, b)| a < b))
}

/// Where the right column starts: the left edge of its labels.
fn split(specs: &[&FieldSpec], hits: &[Hit], owners: &[(usize, usize)]) -> Option<u32> {
    let right = owners.iter().filter(|(field, _)| specs.get(*field).is_some_and(|spec| spec.column == Column::Right));
    let edges: Vec<u32> = right.filter_map(|(_, hit)| hits.get(*hit)).map(|hit| hit.x).collect();
    edges.iter().min().map(|edge| edge.saturating_sub(12))
}

struct Layout<'a> {
    text: &'a PageText,
    letters: &'a [Letters],
    hits: &'a [Hit],
    heads: Option<(u32, u32)>,
    split: Option<u32>,
    title_rows: Option<(usize, usize)>,
}

/// Rows that a value may run on for.
const RUN_ON_ROWS: usize = 3;

impl Layout<'_> {
    fn value(&self, spec: &FieldSpec, hit: &Hit) -> Option<Printed> {
        let row = self.text.rows.get(hit.row)?;
        let mut words = self.after(hit, row);
        self.keep_column(spec, &mut words);
        if !spec.kind.runs_on() && !is_cell(spec.column) {
            // What stands far to the right of a value belongs to something else in the row.
            let parted = words.windows(2).position(|pair| matches!(pair, [a, b] if b.rect.x > a.rect.right() + self.text.mm(12.0)));
            words.truncate(parted.map_or(usize::MAX, |at| at + 1));
        }
        let runs_on = spec.kind.runs_on() || words.is_empty();
        if runs_on && !is_cell(spec.column) {
            let mut bottom = row.rect().bottom();
            let mut taken = 0;
            for (at, next) in self.text.rows.iter().enumerate().skip(hit.row + 1) {
                if taken == RUN_ON_ROWS || within(self.title_rows, at) || next.rect().y > bottom + self.text.mm(9.0) {
                    break;
                }
                // A border, with what it touches: the black row below it is the value's next.
                if next.red {
                    continue;
                }
                let Some((more, ended)) = self.continuation(spec, at, next) else { break };
                if next.rect().y + next.rect().h / 2 <= bottom && more.is_empty() {
                    continue;
                }
                if more.is_empty() {
                    break;
                }
                bottom = next.rect().bottom();
                words.extend(more);
                taken += 1;
                if ended || !spec.kind.runs_on() {
                    break;
                }
            }
        }
        if is_cell(spec.column) && spec.kind.runs_on() {
            words.extend(self.cell_neighbours(spec, hit, row));
            words = by_line(words, self.text.mm(2.0));
        }
        printed(&spec.id, &words)
    }

    /// Words of the hit's row after it, up to the next hit of the row; a word that label and value share is cut.
    fn after(&self, hit: &Hit, row: &Row) -> Vec<TextWord> {
        let next = self.hits.iter().filter(|other| other.row == hit.row && other.start >= hit.end && other.end > other.start);
        let until = next.map(|other| other.start).min();
        self.between(hit.row, row, hit.end, until)
    }

    fn between(&self, row_at: usize, row: &Row, from: usize, until: Option<usize>) -> Vec<TextWord> {
        let Some(letters) = self.letters.get(row_at) else { return Vec::new() };
        // The first character after the label's last letter, so that a number that folds to nothing is kept too.
        let start = match from.checked_sub(1).and_then(|last| letters.origin.get(last)) {
            Some((word, character)) => (*word, character + 1),
            None => (0, 0),
        };
        let end = until.and_then(|at| letters.origin.get(at)).copied().unwrap_or((row.words.len(), 0));
        let mut words = Vec::new();
        for (at, word) in row.words.iter().enumerate() {
            let skip = if at == start.0 { start.1 } else { 0 };
            let take = if at == end.0 { end.1 } else { usize::MAX };
            if at < start.0 || at > end.0 || skip >= take {
                continue;
            }
            let text: String = word.text.chars().take(take).skip(skip).collect();
            if text.chars().any(char::is_alphanumeric) {
                let rect = part_of(word, skip, take);
                words.push(TextWord { text, rect, ..word.clone() });
            }
        }
        words
    }

    /// The words of a following row that belong to the value, and whether a label ends it there; `None` where the row
    /// starts with a label.
    fn continuation(&self, spec: &FieldSpec, at: usize, row: &Row) -> Option<(Vec<TextWord>, bool)> {
        let in_column = |x: u32| match (spec.column, self.split) {
            (Column::Left, Some(split)) => x < split,
            (Column::Right, Some(split)) => x >= split,
            _ => true,
        };
        let first = self
            .hits
            .iter()
            .filter(|hit| hit.row == at && hit.end > hit.start && (hit.full || in_column(hit.x)))
            .map(|hit| hit.start)
            .min();
        let mut words = self.between(at, row, 0, None);
        if let Some(first) = first {
            words = self.between(at, row, 0, Some(first));
        }
        self.keep_column(spec, &mut words);
        // Left of every label there is no text, only a border.
        let margin = self.hits.iter().map(|hit| hit.x).min().unwrap_or_default().saturating_sub(self.text.mm(2.0));
        words.retain(|word| word.rect.right() > margin);
        if words.is_empty() && first.is_some() { None } else { Some((words, first.is_some())) }
    }

    fn keep_column(&self, spec: &FieldSpec, words: &mut Vec<TextWord>) {
        let centre = |word: &TextWord| word.rect.x + word.rect.w / 2;
        match (spec.column, self.split, self.heads) {
            (Column::Left, Some(split), _) => words.retain(|word| centre(word) < split),
            (Column::Right, Some(split), _) => words.retain(|word| centre(word) >= split),
            (Column::FirstCell, _, Some((first, second))) => words.retain(|word| word.rect.x < boundary(first, second)),
            (Column::SecondCell, _, Some((first, second))) => words.retain(|word| word.rect.x >= boundary(first, second)),
            _ => {}
        }
    }

    /// The second line of a cell stands just above or below the row of its label.
    fn cell_neighbours(&self, spec: &FieldSpec, hit: &Hit, row: &Row) -> Vec<TextWord> {
        let here = row.rect();
        let label_right = self.text.mm(2.0) + hit.x;
        let mut more = Vec::new();
        for (at, other) in self.text.rows.iter().enumerate() {
            let rect = other.rect();
            let close = rect.y < here.bottom() + self.text.mm(1.5) && rect.bottom() + self.text.mm(1.5) > here.y;
            if at != hit.row && close && !self.hits.iter().any(|other| other.row == at && other.end > other.start) {
                let mut words: Vec<TextWord> = other.words.iter().filter(|word| word.rect.x > label_right).cloned().collect();
                self.keep_column(spec, &mut words);
                more.extend(words);
            }
        }
        more
    }
}

/// About where some characters of a word stand, were all of them as wide.
fn part_of(word: &TextWord, skip: usize, take: usize) -> Rect {
    let count = word.text.chars().count().max(1);
    let x = |characters: usize| word.rect.x + (word.rect.w as usize * characters.min(count) / count) as u32;
    Rect::between(x(skip), word.rect.y, x(take), word.rect.bottom())
}

/// Words line by line, each line from left to right; lines stand at least `apart` pixels below each other.
fn by_line(mut words: Vec<TextWord>, apart: u32) -> Vec<TextWord> {
    let middle = |word: &TextWord| word.strip.y + word.strip.h / 2;
    words.sort_by_key(middle);
    let mut lines: Vec<Vec<TextWord>> = Vec::new();
    for word in words {
        match lines.last_mut() {
            Some(line) if line.first().is_some_and(|first| middle(&word) <= middle(first) + apart) => line.push(word),
            _ => lines.push(vec![word]),
        }
    }
    lines.iter_mut().for_each(|line| line.sort_by_key(|word| word.rect.x));
    lines.concat()
}

/// Where the second cell starts: cells are as wide as each other, so half a cell left of the second head.
fn boundary(first: u32, second: u32) -> u32 {
    second - (second - first) / 2
}

/// The words as one text; confidence between the mean and the least, by letters.
pub(in crate::inspect) fn printed(id: &str, words: &[TextWord]) -> Option<Printed> {
    let rect = words.iter().map(|word| word.rect).reduce(|a, b| a.union(&b))?;
    let text = words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
    let counted: Vec<&TextWord> = words.iter().filter(|word| word.text.chars().any(char::is_alphanumeric)).collect();
    let weights: f32 = counted.iter().map(|word| word.text.chars().count() as f32).sum();
    let sum: f32 = counted.iter().map(|word| word.text.chars().count() as f32 * word.confidence).sum();
    let least = counted.iter().map(|word| word.confidence).fold(1.0, f32::min);
    let mean = sum / weights.max(1.0);
    Some(Printed { id: id.to_owned(), text, confidence: (mean + least) / 2.0, mean, rect, lines: lines(words) })
}

/// The parts of the strips that the words take, a little wider.
fn lines(words: &[TextWord]) -> Vec<Rect> {
    let mut parts: Vec<(Rect, Rect)> = Vec::new();
    for word in words {
        match parts.last_mut() {
            Some((strip, taken)) if *strip == word.strip => *taken = taken.union(&word.rect),
            _ => parts.push((word.strip, word.rect)),
        }
    }
    let padded = |(strip, taken): (Rect, Rect)| {
        let pad = strip.h / 5;
        Rect::between(taken.x.saturating_sub(pad).max(strip.x), strip.y, (taken.right() + pad).min(strip.right()), strip.bottom())
    };
    parts.into_iter().map(padded).collect()
}

#[cfg(test)]
mod tests {
    use super::super::text::tests::row;
    use super::*;
    use crate::inspect::forms::FormSet;

    fn page(lines: &[&str]) -> PageText {
        let rows = lines.iter().enumerate().map(|(at, line)| row(line, at as u32 * 80)).collect();
        PageText { rows, size: (2400, 3400), dpi: 300.0 }
    }

    fn values(form: &str, text: &PageText, title_row: usize) -> BTreeMap<String, String> {
        let forms = FormSet::embedded().unwrap();
        let found = printed_fields(forms.form(form).unwrap(), 0, text, Some((title_row, title_row)));
        found.into_iter().map(|value| (value.id, value.text)).collect()
    }

    #[test]
    fn labels_that_repeat_belong_to_their_section() {
        let text = page(&[
            "GIẤY KHAI SINH",
            "Số: 108/2024",
            "Họ, chữ đệm, tên: ĐỖ TUYẾT NƯƠNG",
            "Giới tính: Nữ Dân tộc: Nùng Quốc tịch: Việt Nam",
            "Họ, chữ đệm, tên người mẹ: Tạ Diệu Tuyền",
            "Năm sinh: 2000 Dân tộc: Thái Quốc tịch: Việt Nam",
            "Nơi cư trú: Tổ dân phố Đại Trường, xã Tân Trường, huyện",
            "Cờ Đỏ, thành phố Cần Thơ",
            "Họ, chữ đệm, tên người cha: Đỗ Công Lượng",
            "Năm sinh: 1988 Dân tộc: Nùng Quốc tịch: Việt Nam",
            "Ngày, tháng, năm đăng ký: 02/08/2024",
            "NGƯỜI KÝ GIẤY KHAI SINH",
            "PHÓ CHỦ TỊCH",
        ]);
        let values = values("birth_2015", &text, 0);
        let value = |id: &str| values.get(id).map(String::as_str);
        assert_eq!(value("registration_no"), Some("108/2024"));
        assert_eq!(value("full_name"), Some("ĐỖ TUYẾT NƯƠNG"));
        assert_eq!(value("ethnicity"), Some("Nùng"));
        assert_eq!(value("mother.ethnicity"), Some("Thái"));
        assert_eq!(value("mother.residence"), Some("Tổ dân phố Đại Trường, xã Tân Trường, huyện Cờ Đỏ, thành phố Cần Thơ"));
        assert_eq!(value("father.birth_year"), Some("1988"));
        assert_eq!(value("registration_date"), Some("02/08/2024"));
    }

    #[test]
    fn a_label_that_had_to_be_bent_has_no_comma_that_it_is_not_spelled_with() {
        let text = page(&["Huyện Cần Giuộc, tỉnh Long An", "GIẤY KHAI SINH", "Họ và tên: ĐỖ TUYẾT NƯƠNG", "Giới tính: Nữ"]);
        assert_eq!(values("birth_2010", &text, 1).get("gender").map(String::as_str), Some("Nữ"));
    }

    #[test]
    fn a_red_row_between_does_not_end_a_value() {
        let mut text = page(&[
            "GIẤY CHỨNG NHẬN KẾT HÔN",
            "Nơi đăng ký: Ủy ban nhân dân xã An Nhơn Tây, thành phố Hồ Chí",
            "Đi Minh",
            "Minh",
            "Ngày, tháng, năm đăng ký: ngày 06 tháng 02 năm 2010",
        ]);
        text.rows[2].red = true;
        for (row, y) in text.rows[2..4].iter_mut().zip([150, 165]) {
            row.words.iter_mut().for_each(|word| word.rect.y = y);
        }
        let found = values("marriage_2010", &text, 0);
        assert_eq!(found.get("registration_place").map(String::as_str), Some("Ủy ban nhân dân xã An Nhơn Tây, thành phố Hồ Chí Minh"));
    }

    #[test]
    fn a_label_that_stands_twice_is_noticed() {
        let forms = FormSet::embedded().unwrap();
        let repeated = |lines: &[&str]| repeated_labels(forms.form("birth_2015").unwrap(), 0, &page(lines), Some((0, 0)));
        let plain = ["GIẤY KHAI SINH", "Họ, chữ đệm, tên: ĐỖ TUYẾT NƯƠNG", "Họ, chữ đệm, tên người mẹ: Tạ Diệu Tuyền", "Năm sinh: 1990"];
        assert!(repeated(&plain).is_empty());
        let twice = [&plain[..], &["Họ, chữ đệm, tên: ĐỖ TUYẾT HƯƠNG"]].concat();
        assert_eq!(repeated(&twice), ["full_name"]);
    }

    #[test]
    fn extract_and_registration_numbers_are_kept_apart() {
        let text = page(&[
            "Số: 334/TLKT",
            "TRÍCH LỤC KHAI TỬ",
            "Họ, chữ đệm, tên: PHÙNG THẮM",
            "Đã chết vào lúc: 12 giờ 29 phút, ngày 10 tháng 03 năm 2020",
        ]);
        let values = values("death_2015", &text, 1);
        assert_eq!(values.get("extract_no").map(String::as_str), Some("334/TLKT"));
        assert_eq!(values.get("registration_no"), None);
        assert_eq!(values.get("death_date").map(String::as_str), Some("12 giờ 29 phút, ngày 10 tháng 03 năm 2020"));
    }

    #[test]
    fn columns_stay_apart() {
        let mut text =
            page(&["GIẤY CHỨNG NHẬN KẾT HÔN", "Họ, chữ đệm, tên vợ: NGUYỄN THỊ NƯƠNG", "Nơi cư trú: Tổ 2, xã Mỹ, tỉnh Khánh", "Hòa"]);
        for (at, line) in ["Họ, chữ đệm, tên chồng: NGÔ GIA HÙNG", "Nơi cư trú: Ấp Hiệp, tỉnh Cao", "Bằng"].iter().enumerate()
        {
            let mut right = row(line, (at as u32 + 1) * 80);
            right.words.iter_mut().for_each(|word| word.rect.x += 1300);
            text.rows[at + 1].words.extend(right.words);
        }
        let values = values("marriage_2015", &text, 0);
        let value = |id: &str| values.get(id).map(String::as_str);
        assert_eq!(value("wife.full_name"), Some("NGUYỄN THỊ NƯƠNG"));
        assert_eq!(value("husband.full_name"), Some("NGÔ GIA HÙNG"));
        assert_eq!(value("wife.residence"), Some("Tổ 2, xã Mỹ, tỉnh Khánh Hòa"));
        assert_eq!(value("husband.residence"), Some("Ấp Hiệp, tỉnh Cao Bằng"));
    }
}
