//! The copy as those meet it who do not see it: PDF/UA-1 as far as programs can tell.

use bansao_pades::{FieldLock, FieldSpec, add_signature_fields};
use lopdf::content::Content;
use lopdf::{Dictionary, Document, Object, ObjectId};

use super::*;

fn dictionary<'a>(document: &'a Document, object: &'a Object) -> &'a Dictionary {
    document.dereference(object).unwrap().1.as_dict().unwrap()
}

fn list<'a>(document: &'a Document, object: &'a Object) -> Vec<&'a Object> {
    match document.dereference(object).unwrap().1 {
        Object::Array(items) => items.iter().collect(),
        one => vec![one],
    }
}

fn name(dictionary: &Dictionary, key: &[u8]) -> String {
    String::from_utf8(dictionary.get(key).unwrap().as_name().unwrap().to_vec()).unwrap()
}

fn text(dictionary: &Dictionary, key: &[u8]) -> Option<String> {
    Some(lopdf::decode_text_string(dictionary.get(key).ok()?).unwrap())
}

/// Every element below `object`, in order: kind, and the text that stands for it.
fn walk(document: &Document, object: &Object, into: &mut Vec<(String, Option<String>)>) {
    let Ok(element) = document.dereference(object).unwrap().1.as_dict() else { return };
    if !element.has(b"S") {
        return;
    }
    into.push((name(element, b"S"), text(element, b"Alt").or_else(|| text(element, b"T"))));
    for child in element.get(b"K").map(|children| list(document, children)).unwrap_or_default() {
        walk(document, child, into);
    }
}

fn root(document: &Document) -> &Dictionary {
    dictionary(document, document.catalog().unwrap().get(b"StructTreeRoot").unwrap())
}

#[test]
fn a_copy_is_tagged_in_reading_order_with_language_title_and_descriptions() {
    let copy = compose(&a4(), &fonts()).unwrap();
    let folder = judge(&copy.pdf);
    let metadata = said("pdfinfo", &["-meta", "copy.pdf"], folder.path());
    assert!(metadata.contains("<pdfuaid:part>1</pdfuaid:part>"), "{metadata}");
    let document = Document::load_mem(&copy.pdf).unwrap();
    let catalog = document.catalog().unwrap();
    assert_eq!(text(catalog, b"Lang").as_deref(), Some("vi-VN"));
    assert!(dictionary(&document, catalog.get(b"MarkInfo").unwrap()).get(b"Marked").unwrap().as_bool().unwrap());
    let viewer = dictionary(&document, catalog.get(b"ViewerPreferences").unwrap());
    assert!(viewer.get(b"DisplayDocTitle").unwrap().as_bool().unwrap());

    let mut said = Vec::new();
    list(&document, root(&document).get(b"K").unwrap()).into_iter().for_each(|child| walk(&document, child, &mut said));
    let kinds: Vec<&str> = said.iter().map(|(kind, _)| kind.as_str()).collect();
    let row = ["TR", "TH", "TD"];
    let item = ["LI", "Lbl", "LBody"];
    let expected = [
        &["Document", "Sect", "Figure", "P", "Sect", "Figure", "Sect"][..],
        &["P", "H1", "P", "P", "P", "P", "P", "P", "P"],
        &["H2", "P", "Table"],
        &row.repeat(7),
        &["H2", "L"],
        &item.repeat(3),
        &["P", "Link", "Figure", "P"],
    ];
    assert_eq!(kinds, expected.concat());
    let described = |kind: &str| said.iter().filter(|(k, _)| k == kind).map(|(_, text)| text.clone().unwrap()).collect::<Vec<_>>();
    assert_eq!(
        described("Figure"),
        ["Trang 1/2. Ảnh chụp bản chính: Giấy khai sinh", "Trang 2/2. Ảnh chụp bản chính: Giấy khai sinh", "Mã QR: KIỂM TRA BẢN SAO"]
    );
    assert_eq!(described("H1"), ["CHỨNG THỰC BẢN SAO ĐÚNG VỚI BẢN CHÍNH"]);
    assert_eq!(described("H2"), ["THÔNG TIN CHUYỂN ĐỔI", "KIỂM TRA BẢN SAO"]);
}

#[test]
fn everything_that_is_drawn_is_tagged_or_decoration() {
    let copy = compose(&a4(), &fonts()).unwrap();
    let document = Document::load_mem(&copy.pdf).unwrap();
    for (number, page) in document.get_pages() {
        let mut open: Vec<String> = Vec::new();
        let mut drawn = 0;
        for operation in Content::decode(&document.get_page_content(page)).unwrap().operations {
            match operation.operator.as_str() {
                "BDC" | "BMC" => open.push(String::from_utf8_lossy(operation.operands[0].as_name().unwrap()).into_owned()),
                "EMC" => drop(open.pop().unwrap()),
                "Tj" | "TJ" | "Do" | "f" | "F" | "f*" | "S" | "s" | "B" | "b" | "sh" => {
                    assert_eq!(open.len(), 1, "page {number}: {operation:?}");
                    drawn += 1;
                }
                _ => {}
            }
        }
        assert!(open.is_empty() && drawn > 0, "page {number}");
        assert_eq!(name(document.get_dictionary(page).unwrap(), b"Tabs"), "S", "page {number}");
    }
}

#[test]
fn words_are_told_apart_by_spaces_when_the_structure_is_read() {
    let copy = compose(&a4(), &fonts()).unwrap();
    let read = said("pdfinfo", &["-struct-text", "copy.pdf"], on_disk(&copy.pdf).path());
    let read = read.split_whitespace().collect::<Vec<_>>().join(" ");
    for text in [
        "GIẤY KHAI SINH Nguyễn Thị Phượng",
        "Bản sao điện tử có giá trị khi tệp còn nguyên vẹn hai chữ ký số: của người thực hiện chứng thực và của cơ quan.",
        "Hệ thống xác thực và cấp bản sao số, Trung tâm Phục vụ hành chính công thành phố Hà Nội",
    ] {
        // The lines of a block come one by one, each in its quotation marks.
        assert!(read.replace("\" \"", "").contains(text), "{text}: {read}");
    }
}

/// Signature fields become part of the structure, so that the signed copy is tagged as a whole.
#[test]
fn signature_fields_belong_to_the_structure() {
    let copy = compose(&a4(), &fonts()).unwrap();
    let field = |label: &str, place: FieldPlace| FieldSpec {
        name: label.to_owned(),
        page: place.page,
        rect: place.rect,
        lock: FieldLock::None,
        description: Some(format!("Chữ ký số {label}")),
    };
    let pdf = add_signature_fields(&copy.pdf, &[field("một", copy.certifier_field), field("hai", copy.agency_field)]).unwrap();
    said("qpdf", &["--check", "copy.pdf"], on_disk(&pdf).path());
    let document = Document::load_mem(&pdf).unwrap();
    let parents = dictionary(&document, root(&document).get(b"ParentTree").unwrap());
    let numbers = list(&document, parents.get(b"Nums").unwrap());
    let keys: Vec<i64> = numbers.iter().step_by(2).map(|key| key.as_i64().unwrap()).collect();
    assert!(keys.is_sorted_by(|a, b| a < b), "{keys:?}");
    assert_eq!(root(&document).get(b"ParentTreeNextKey").unwrap().as_i64().unwrap(), keys[keys.len() - 1] + 1);
    let widgets: Vec<(ObjectId, &Dictionary)> = document
        .objects
        .iter()
        .filter_map(|(id, object)| Some((*id, object.as_dict().ok()?)))
        .filter(|(_, widget)| widget.get(b"Subtype").and_then(Object::as_name).is_ok_and(|subtype| subtype == b"Widget"))
        .collect();
    assert_eq!(widgets.len(), 2);
    for (id, widget) in widgets {
        assert!(text(widget, b"TU").unwrap().starts_with("Chữ ký số"));
        let key = widget.get(b"StructParent").unwrap().as_i64().unwrap();
        let at = keys.iter().position(|known| *known == key).unwrap();
        let element = dictionary(&document, numbers[2 * at + 1]);
        assert_eq!((name(element, b"S").as_str(), element.get(b"Pg").unwrap()), ("Form", widget.get(b"P").unwrap()));
        let content = dictionary(&document, element.get(b"K").unwrap());
        assert_eq!(content.get(b"Obj").unwrap().as_reference().unwrap(), id);
    }
    let mut said = Vec::new();
    list(&document, root(&document).get(b"K").unwrap()).into_iter().for_each(|child| walk(&document, child, &mut said));
    assert_eq!((said[0].0.as_str(), said[said.len() - 2].0.as_str(), said[said.len() - 1].0.as_str()), ("Document", "Form", "Form"));
}
