//! Follows a page's content stream far enough to know that it shows one image over the whole page.
//!
//! Understood: `q Q cm Do`, clips that do not cut the image, text in render mode 3 (invisible, the layer that OCR
//! leaves), marked content, and the setting of colours and line styles, which paint nothing. Any other operator paints
//! or hides, and makes the page something else than a scan (ISO 32000-1, annex A).

use lopdf::content::{Content, Operation};
use lopdf::{Dictionary, Document, Object, ObjectId, Stream};

use super::resolve;
use crate::error::ScanError;
use crate::limits::Limits;

/// Share of the page that its image must cover.
const FULL_PAGE: f64 = 0.90;
/// Content of a page, inflated: a text layer takes a hundredth of this.
const CONTENT_BYTES: usize = 8_000_000;

/// One image on one page.
pub(super) struct Placement<'a> {
    /// Page number, from 1.
    pub(super) page: usize,
    pub(super) image: &'a Stream,
    /// From the unit square to points of the page.
    pub(super) matrix: Matrix,
    /// The page's own rotation, clockwise in degrees.
    pub(super) rotate: i64,
    /// Points per user unit times 1/72 inch.
    pub(super) unit: f64,
}

/// `[a b c d e f]` of 8.3.3.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Matrix(pub(super) [f64; 6]);

pub(super) fn placement<'a>(document: &'a Document, id: ObjectId, page: usize, limits: &Limits) -> Result<Placement<'a>, ScanError> {
    let dictionary = document.get_dictionary(id).map_err(|_| ScanError::damaged("a page that is not there"))?;
    no_annotations(document, dictionary, page)?;
    let bytes = document
        .get_page_content_with_limit(id, limits.decompressed_bytes.min(CONTENT_BYTES))
        .map_err(|_| ScanError::TooComplex { what: "content of a PDF page" })?;
    let visible = visible_box(document, dictionary, limits).ok_or_else(|| ScanError::damaged("a page without a size"))?;
    let mut follower = Follower { document, page, visible, found: None };
    let resources = inherited(document, dictionary, b"Resources", limits).and_then(|found| found.as_dict().ok());
    follower.run(&bytes, resources, Matrix::UNIT, limits.recursion.min(8))?;
    let (image, matrix) = follower.found.ok_or_else(|| not_a_scan(page, "no image"))?;
    covers(&matrix, visible, page)?;
    let rotate = inherited(document, dictionary, b"Rotate", limits).and_then(|value| value.as_i64().ok()).unwrap_or(0);
    let unit = dictionary.get(b"UserUnit").ok().and_then(|value| number(resolve(document, value))).unwrap_or(1.0);
    Ok(Placement { page, image, matrix, rotate, unit })
}

fn not_a_scan(page: usize, why: &str) -> ScanError {
    ScanError::PageNotAScan { page, why: why.to_owned() }
}

/// Links paint nothing; every other annotation may.
fn no_annotations(document: &Document, dictionary: &Dictionary, page: usize) -> Result<(), ScanError> {
    let Some(list) = dictionary.get(b"Annots").ok().and_then(|value| resolve(document, value).as_array().ok()) else {
        return Ok(());
    };
    let harmless = |object: &Object| {
        let subtype = resolve(document, object).as_dict().and_then(|found| found.get(b"Subtype")).and_then(Object::as_name);
        matches!(subtype, Ok(b"Link" | b"Popup"))
    };
    if list.iter().all(harmless) { Ok(()) } else { Err(not_a_scan(page, "annotations")) }
}

/// A page attribute, or that of the nearest ancestor (7.7.3.4).
fn inherited<'a>(document: &'a Document, page: &'a Dictionary, key: &[u8], limits: &Limits) -> Option<&'a Object> {
    let mut node = page;
    for _ in 0..limits.recursion {
        if let Ok(value) = node.get(key) {
            return Some(resolve(document, value));
        }
        node = resolve(document, node.get(b"Parent").ok()?).as_dict().ok()?;
    }
    None
}

/// The crop box where there is one, else the media box, as left, bottom, right, top.
fn visible_box(document: &Document, page: &Dictionary, limits: &Limits) -> Option<[f64; 4]> {
    let found = inherited(document, page, b"CropBox", limits).or_else(|| inherited(document, page, b"MediaBox", limits))?;
    let sides: Vec<f64> = found.as_array().ok()?.iter().filter_map(|side| number(resolve(document, side))).collect();
    let &[x0, y0, x1, y1] = sides.as_slice() else { return None };
    let sides = [x0.min(x1), y0.min(y1), x0.max(x1), y0.max(y1)];
    let [left, bottom, right, top] = sides;
    (right - left > 1.0 && top - bottom > 1.0).then_some(sides)
}

fn covers(matrix: &Matrix, visible: [f64; 4], page: usize) -> Result<(), ScanError> {
    if !matrix.is_upright() {
        return Err(not_a_scan(page, "an image that is placed askew"));
    }
    let [left, bottom, right, top] = visible;
    let [x0, y0, x1, y1] = matrix.bounds();
    let wide = (right.min(x1) - left.max(x0)).max(0.0);
    let high = (top.min(y1) - bottom.max(y0)).max(0.0);
    if wide * high >= FULL_PAGE * (right - left) * (top - bottom) {
        Ok(())
    } else {
        Err(not_a_scan(page, "an image that does not fill the page"))
    }
}

struct Follower<'a> {
    document: &'a Document,
    page: usize,
    visible: [f64; 4],
    found: Option<(&'a Stream, Matrix)>,
}

/// What `q` saves.
#[derive(Clone, Copy)]
struct State {
    matrix: Matrix,
    text_mode: i64,
}

impl<'a> Follower<'a> {
    fn run(&mut self, bytes: &[u8], resources: Option<&'a Dictionary>, matrix: Matrix, depth: usize) -> Result<(), ScanError> {
        let mut state = State { matrix, text_mode: 0 };
        let mut saved = Vec::new();
        let mut path: Option<[f64; 4]> = None;
        // Strict: an operator that cannot be read may paint in a viewer that can.
        let content = Content::decode_strict(bytes).map_err(|_| ScanError::damaged("a content stream that cannot be read"))?;
        for operation in content.operations {
            match operation.operator.as_str() {
                "q" if saved.len() < 64 => saved.push(state),
                "q" => return Err(ScanError::TooComplex { what: "saved states of a PDF page" }),
                "Q" => state = saved.pop().unwrap_or(state),
                "cm" => state.matrix = self.matrix(&operation)?.then(&state.matrix),
                "Tr" => state.text_mode = operation.operands.first().and_then(|mode| mode.as_i64().ok()).unwrap_or(0),
                "Tj" | "TJ" | "'" | "\"" if state.text_mode == 3 => {}
                "Tj" | "TJ" | "'" | "\"" => return Err(not_a_scan(self.page, "printed text")),
                "re" => path = Some(self.rectangle(&operation, &state.matrix)?),
                "W" | "W*" => self.clip(path)?,
                "n" => path = None,
                "Do" => self.paint(&operation, resources, state.matrix, depth)?,
                "gs" => self.graphics_state(&operation, resources)?,
                "BDC" | "DP" if first_name(&operation) == Some(b"OC".as_slice()) => {
                    return Err(not_a_scan(self.page, "optional content"));
                }
                other if paints_nothing(other) => {}
                other => return Err(not_a_scan(self.page, &format!("the operator {other}"))),
            }
        }
        Ok(())
    }

    fn matrix(&self, operation: &Operation) -> Result<Matrix, ScanError> {
        let values: Vec<f64> = operation.operands.iter().filter_map(number).collect();
        let values: [f64; 6] = values.try_into().map_err(|_| ScanError::damaged("a transformation without six numbers"))?;
        Ok(Matrix(values))
    }

    fn rectangle(&self, operation: &Operation, matrix: &Matrix) -> Result<[f64; 4], ScanError> {
        let values: Vec<f64> = operation.operands.iter().filter_map(number).collect();
        let &[x, y, w, h] = values.as_slice() else { return Err(ScanError::damaged("a rectangle without four numbers")) };
        if !matrix.is_upright() {
            return Err(not_a_scan(self.page, "a clip that is placed askew"));
        }
        Ok(Matrix([w, 0.0, 0.0, h, x, y]).then(matrix).bounds())
    }

    /// A clip must leave the page whole.
    fn clip(&self, path: Option<[f64; 4]>) -> Result<(), ScanError> {
        let [left, bottom, right, top] = self.visible;
        let slack = 0.02 * (right - left).max(top - bottom);
        let whole =
            path.is_some_and(|[x0, y0, x1, y1]| x0 <= left + slack && y0 <= bottom + slack && x1 >= right - slack && y1 >= top - slack);
        if whole { Ok(()) } else { Err(not_a_scan(self.page, "a clip that cuts the page")) }
    }

    fn paint(&mut self, operation: &Operation, resources: Option<&'a Dictionary>, matrix: Matrix, depth: usize) -> Result<(), ScanError> {
        let stream = first_name(operation)
            .and_then(|name| self.resource(resources, b"XObject", name))
            .and_then(|object| object.as_stream().ok())
            .ok_or_else(|| ScanError::damaged("an image that is not there"))?;
        if stream.dict.has(b"OC") {
            return Err(not_a_scan(self.page, "optional content"));
        }
        match stream.dict.get(b"Subtype").and_then(Object::as_name) {
            Ok(b"Image") if self.found.is_some() => Err(not_a_scan(self.page, "more than one image")),
            Ok(b"Image") => {
                self.found = Some((stream, matrix));
                Ok(())
            }
            Ok(b"Form") => self.form(stream, resources, matrix, depth),
            _ => Err(not_a_scan(self.page, "something that is not an image")),
        }
    }

    fn form(&mut self, form: &'a Stream, outer: Option<&'a Dictionary>, matrix: Matrix, depth: usize) -> Result<(), ScanError> {
        let deeper = depth.checked_sub(1).ok_or(ScanError::TooComplex { what: "forms inside forms" })?;
        let bytes = form.get_plain_content_with_limit(CONTENT_BYTES).map_err(|_| ScanError::damaged("a form that cannot be inflated"))?;
        let own = form.dict.get(b"Matrix").ok().and_then(|value| resolve(self.document, value).as_array().ok());
        let own = own.map(|values| values.iter().filter_map(number).collect::<Vec<f64>>());
        let own = own.and_then(|values| values.try_into().ok()).map_or(Matrix::UNIT, Matrix);
        let resources = form.dict.get(b"Resources").ok().and_then(|value| resolve(self.document, value).as_dict().ok());
        self.run(&bytes, resources.or(outer), own.then(&matrix), deeper)
    }

    /// A graphics state may make the image pale or mix it with what lies below.
    fn graphics_state(&self, operation: &Operation, resources: Option<&'a Dictionary>) -> Result<(), ScanError> {
        let state =
            first_name(operation).and_then(|name| self.resource(resources, b"ExtGState", name)).and_then(|object| object.as_dict().ok());
        let Some(state) = state else { return Ok(()) };
        let opaque = |key: &[u8]| state.get(key).ok().and_then(number).is_none_or(|value| value >= 1.0);
        let plain =
            |key: &[u8], fine: &[u8]| state.get(key).is_err() || state.get(key).and_then(Object::as_name).is_ok_and(|name| name == fine);
        if opaque(b"ca") && plain(b"BM", b"Normal") && plain(b"SMask", b"None") {
            Ok(())
        } else {
            Err(not_a_scan(self.page, "transparency"))
        }
    }

    fn resource(&self, resources: Option<&'a Dictionary>, kind: &[u8], name: &[u8]) -> Option<&'a Object> {
        let group = resolve(self.document, resources?.get(kind).ok()?).as_dict().ok()?;
        Some(resolve(self.document, group.get(name).ok()?))
    }
}

/// Operators that set something, mark something, or move the text position.
fn paints_nothing(operator: &str) -> bool {
    const SILENT: [&str; 41] = [
        "BT", "ET", "Tc", "Tw", "Tz", "TL", "Tf", "Ts", "Td", "TD", "Tm", "T*", "BMC", "BDC", "EMC", "MP", "DP", "w", "J", "j", "M", "d",
        "ri", "i", "g", "G", "rg", "RG", "k", "K", "cs", "CS", "sc", "SC", "scn", "SCN", "BX", "EX", "m", "l", "h",
    ];
    SILENT.contains(&operator)
}

fn first_name(operation: &Operation) -> Option<&[u8]> {
    operation.operands.first().and_then(|operand| operand.as_name().ok())
}

pub(super) fn number(object: &Object) -> Option<f64> {
    match object {
        Object::Integer(value) => Some(*value as f64),
        Object::Real(value) => Some(f64::from(*value)),
        _ => None,
    }
}

impl Matrix {
    pub(super) const UNIT: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    /// First `self`, then `outer`.
    pub(super) fn then(&self, outer: &Self) -> Self {
        let [a, b, c, d, e, f] = self.0;
        let [oa, ob, oc, od, oe, of] = outer.0;
        Self([a * oa + b * oc, a * ob + b * od, c * oa + d * oc, c * ob + d * od, e * oa + f * oc + oe, e * ob + f * od + of])
    }

    /// Whether sides stay parallel to the page's: quarter turns and mirrors only (within 0.1 %).
    pub(super) fn is_upright(&self) -> bool {
        let [a, b, c, d, ..] = self.0;
        let largest = a.abs().max(b.abs()).max(c.abs()).max(d.abs());
        let small = |value: f64| value.abs() <= largest * 1e-3;
        largest.is_finite() && largest > 0.0 && ((small(b) && small(c)) || (small(a) && small(d)))
    }

    /// Left, bottom, right, top of the unit square's image.
    pub(super) fn bounds(&self) -> [f64; 4] {
        let [a, b, c, d, e, f] = self.0;
        let xs = [e, e + a, e + c, e + a + c];
        let ys = [f, f + b, f + d, f + b + d];
        let least = |values: [f64; 4]| values.into_iter().fold(f64::INFINITY, f64::min);
        let most = |values: [f64; 4]| values.into_iter().fold(f64::NEG_INFINITY, f64::max);
        [least(xs), least(ys), most(xs), most(ys)]
    }
}
