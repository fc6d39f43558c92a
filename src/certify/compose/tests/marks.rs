//! The mark of conversion on every page of originals of several pages and sizes.

use super::*;

/// The words of a page with their boxes, in points: left, top, right, bottom.
fn boxes(folder: &Path, page: &str) -> Vec<([f32; 4], String)> {
    let listed = said("pdftotext", &["-f", page, "-l", page, "-bbox", "copy.pdf", "-"], folder);
    let word = |line: &str| {
        let mut parts = line.split('"').skip(1).step_by(2).map(|edge| edge.parse::<f32>().unwrap());
        let edges = [parts.next()?, parts.next()?, parts.next()?, parts.next()?];
        Some((edges, line.split_once('>')?.1.split_once('<')?.0.to_owned()))
    };
    listed.lines().filter(|line| line.contains("<word")).filter_map(word).collect()
}

fn mark(page: usize, pages: usize) -> String {
    format!("BẢN SAO ĐIỆN TỬ CHUYỂN ĐỔI TỪ BẢN GIẤY · Số chứng thực: 1207 · Quyển số: 1/2026-SCT/BS · Trang {page}/{pages}")
}

#[test]
fn every_page_of_an_original_of_several_sizes_bears_the_mark_in_its_margin() {
    // A4, A3 across, A5, 30 mm square, a page that is read up to its foot.
    let sizes = [(827, 1169), (1654, 1169), (583, 827), (118, 118), (827, 1169)];
    let mut pages: Vec<PageContent> = sizes.iter().map(|(width, height)| jpeg_page(*width, *height, 100.0, 1)).collect();
    let at_foot = Word { text: "chân".to_owned(), region: Region { left: 450, top: 975, right: 520, bottom: 990 } };
    pages[4].words.push(at_foot.clone());
    let five = content(pages.clone());
    let copy = compose(&five, &fonts()).unwrap();
    let folder = judge(&copy.pdf);
    for (page, (width, height)) in (1..).zip(sizes) {
        let number = page.to_string();
        let mark = mark(page, 5);
        assert!(page_text(folder.path(), &number).contains(&mark), "page {page}");
        let (width, height) = (width as f32 * 0.72, height as f32 * 0.72);
        let words = boxes(folder.path(), &number);
        let line = words.iter().position(|(_, word)| word == "BẢN").unwrap();
        for ([left, top, right, bottom], word) in words.iter().skip(line).take(mark.split(' ').count()) {
            assert!(*left >= 0.0 && *right <= width && *top >= 0.0 && *bottom <= height, "page {page}: {word}");
            let in_margin = if page == 5 { *bottom < 24.0 } else { *top > height * 0.75 };
            assert!(in_margin, "page {page}: {word} at {top}");
        }
    }
    assert_eq!(extract_page_digests(&copy.pdf), Ok(digests_of(&five)), "no picture was touched");

    // The head of page 1 is the agency's, whatever stands at its foot.
    pages.truncate(1);
    pages[0].words.push(at_foot);
    let copy = compose(&content(pages), &fonts()).unwrap();
    let words = boxes(on_disk(&copy.pdf).path(), "1");
    let ([_, top, ..], _) = words.iter().find(|(_, word)| word == "BẢN").unwrap();
    assert!(*top > 800.0, "{top}");
}
