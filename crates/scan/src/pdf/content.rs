//! Follows a page's content stream far enough to know what it shows: images alone, or more.
//!
//! Understood: `q Q cm Do`, clips that do not cut the page, text in render mode 3 (invisible, the layer that OCR leaves),
//! marked content, and the setting of colours and line styles, which paint nothing. Text that shows, paths, transparency
//! and clips make the page one that has to be drawn (`render`). What a scanner has no use for, and what could be drawn in
//! two ways, makes it no scan: inline images, shadings, patterns, optional content, annotations (ISO 32000-1, annex A).

use lopdf::content::{Content, Operation};
use lopdf::{Dictionary, Document, Object, ObjectId, Stream};

use super::matrix::Matrix;
use super::resolve;
use crate::error::ScanError;
use crate::limits::Limits;
use crate::samples::{Colour, Samples};

/// Share of the page that one image must cover to be the page.
const FULL_PAGE: f64 = 0.90;
/// Share that images must cover for the page to be a scan at all, with something over it.
const MIXED_PAGE: f64 = 0.50;
/// Content of a page, inflated: a text layer takes a hundredth of this.
const CONTENT_BYTES: usize = 8_000_000;
/// Operators of a page, those of its forms counted every time that they are drawn.
const OPERATIONS: usize = 400_000;
/// Images of a page: a scanner that stores rows of tiles stays far below.
const IMAGES: usize = 256;

/// What a page shows.
#[derive(Debug)]
pub(super) struct Shown<'a> {
    /// Page number, from 1.
    pub(super) page: usize,
    pub(super) images: Vec<Placement<'a>>,
    /// Why the images alone are not the page, where they are not.
    pub(super) more: Option<String>,
    /// Left, bottom, right, top in user space.
    pub(super) visible: [f64; 4],
    /// The page's own rotation, clockwise in degrees.
    pub(super) rotate: i64,
    /// Points per user unit times 1/72 inch.
    pub(super) unit: f64,
}

/// One image on one page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placement<'a> {
    pub(super) image: &'a Stream,
    /// From the unit square to points of the page.
    pub(super) matrix: Matrix,
    /// The colour that a stencil is painted in, where it is plain.
    pub(super) ink: Option<[u8; 3]>,
}

pub(super) fn shown<'a>(document: &'a Document, id: ObjectId, page: usize, limits: &Limits) -> Result<Shown<'a>, ScanError> {
    let dictionary = document.get_dictionary(id).map_err(|_| ScanError::damaged("a page that is not there"))?;
    no_annotations(document, dictionary, page)?;
    let bytes = document
        .get_page_content_with_limit(id, limits.decompressed_bytes.min(CONTENT_BYTES))
        .map_err(|_| ScanError::TooComplex { what: "content of a PDF page" })?;
    let visible = visible_box(document, dictionary, limits).ok_or_else(|| ScanError::damaged("a page without a size"))?;
    let mut follower = Follower { document, page, visible, images: Vec::new(), more: None, operations: 0 };
    let resources = inherited(document, dictionary, b"Resources", limits).and_then(|found| found.as_dict().ok());
    follower.run(&bytes, resources, State { matrix: Matrix::UNIT, text_mode: 0, ink: Some([0; 3]) }, limits.recursion.min(8))?;
    let Follower { images, mut more, .. } = follower;
    let share = images.iter().map(|placed| covered(&placed.matrix, visible)).sum::<f64>();
    if images.is_empty() || share < MIXED_PAGE {
        return Err(not_a_scan(page, if images.is_empty() { "no image" } else { "images that do not fill the page" }));
    }
    if share < FULL_PAGE {
        more.get_or_insert_with(|| "an image that does not fill the page".to_owned());
    }
    if images.iter().any(|placed| !placed.matrix.is_upright()) {
        more.get_or_insert_with(|| "an image that is placed askew".to_owned());
    }
    let rotate = inherited(document, dictionary, b"Rotate", limits).and_then(|value| value.as_i64().ok()).unwrap_or(0);
    let unit = dictionary.get(b"UserUnit").ok().and_then(|value| number(resolve(document, value))).unwrap_or(1.0);
    Ok(Shown { page, images, more, visible, rotate, unit })
}

/// Share of the visible page that a placed image covers.
pub(super) fn covered(matrix: &Matrix, [left, bottom, right, top]: [f64; 4]) -> f64 {
    let [x0, y0, x1, y1] = matrix.bounds();
    let wide = (right.min(x1) - left.max(x0)).max(0.0);
    let high = (top.min(y1) - bottom.max(y0)).max(0.0);
    wide * high / ((right - left) * (top - bottom))
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

struct Follower<'a> {
    document: &'a Document,
    page: usize,
    visible: [f64; 4],
    images: Vec<Placement<'a>>,
    more: Option<String>,
    operations: usize,
}

/// What `q` saves.
#[derive(Clone, Copy)]
struct State {
    matrix: Matrix,
    text_mode: i64,
    /// The colour of fills, where it is a plain one.
    ink: Option<[u8; 3]>,
}

impl<'a> Follower<'a> {
    fn run(&mut self, bytes: &[u8], resources: Option<&'a Dictionary>, mut state: State, depth: usize) -> Result<(), ScanError> {
        let mut saved = Vec::new();
        let mut path: Option<[f64; 4]> = None;
        // Strict: an operator that cannot be read may paint in a viewer that can.
        let content = Content::decode_strict(bytes).map_err(|_| ScanError::damaged("a content stream that cannot be read"))?;
        self.operations = self.operations.saturating_add(content.operations.len());
        if self.operations > OPERATIONS {
            return Err(ScanError::TooComplex { what: "operators of a PDF page" });
        }
        for operation in content.operations {
            match operation.operator.as_str() {
                "q" if saved.len() < 64 => saved.push(state),
                "q" => return Err(ScanError::TooComplex { what: "saved states of a PDF page" }),
                "Q" => state = saved.pop().unwrap_or(state),
                "cm" => state.matrix = matrix(&operation)?.then(&state.matrix),
                "Tr" => state.text_mode = operation.operands.first().and_then(|mode| mode.as_i64().ok()).unwrap_or(0),
                "Tj" | "TJ" | "'" | "\"" if state.text_mode == 3 => {}
                "Tj" | "TJ" | "'" | "\"" => self.also("printed text"),
                "re" => path = self.rectangle(&operation, &state.matrix)?,
                "W" | "W*" => self.clip(path),
                "n" => path = None,
                "f" | "F" | "f*" | "B" | "B*" | "b" | "b*" | "S" | "s" => {
                    path = None;
                    self.also("drawn lines or areas");
                }
                "g" | "rg" | "k" => state.ink = ink(&operation),
                "cs" | "sc" => state.ink = None,
                "scn" | "SCN" if operation.operands.iter().any(|operand| operand.as_name().is_ok()) => {
                    return Err(not_a_scan(self.page, "a pattern"));
                }
                "scn" => state.ink = None,
                "Do" => self.paint(&operation, resources, state, depth)?,
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

    /// The page shows this beside images.
    fn also(&mut self, what: &str) {
        self.more.get_or_insert_with(|| what.to_owned());
    }

    /// Where a rectangle lies, if its sides are parallel to the page's.
    fn rectangle(&self, operation: &Operation, matrix: &Matrix) -> Result<Option<[f64; 4]>, ScanError> {
        let values: Vec<f64> = operation.operands.iter().filter_map(number).collect();
        let &[x, y, w, h] = values.as_slice() else { return Err(ScanError::damaged("a rectangle without four numbers")) };
        Ok(matrix.is_upright().then(|| Matrix([w, 0.0, 0.0, h, x, y]).then(matrix).bounds()))
    }

    /// A clip must leave the page whole.
    fn clip(&mut self, path: Option<[f64; 4]>) {
        let [left, bottom, right, top] = self.visible;
        let slack = 0.02 * (right - left).max(top - bottom);
        let whole =
            path.is_some_and(|[x0, y0, x1, y1]| x0 <= left + slack && y0 <= bottom + slack && x1 >= right - slack && y1 >= top - slack);
        if !whole {
            self.also("a clip that cuts the page");
        }
    }

    fn paint(&mut self, operation: &Operation, resources: Option<&'a Dictionary>, state: State, depth: usize) -> Result<(), ScanError> {
        let stream = first_name(operation)
            .and_then(|name| self.resource(resources, b"XObject", name))
            .and_then(|object| object.as_stream().ok())
            .ok_or_else(|| ScanError::damaged("an image that is not there"))?;
        if stream.dict.has(b"OC") {
            return Err(not_a_scan(self.page, "optional content"));
        }
        match stream.dict.get(b"Subtype").and_then(Object::as_name) {
            Ok(b"Image") if self.images.len() >= IMAGES => Err(ScanError::TooComplex { what: "images of a PDF page" }),
            Ok(b"Image") => {
                self.images.push(Placement { image: stream, matrix: state.matrix, ink: state.ink });
                Ok(())
            }
            Ok(b"Form") => self.form(stream, resources, state, depth),
            _ => Err(not_a_scan(self.page, "something that is not an image")),
        }
    }

    fn form(&mut self, form: &'a Stream, outer: Option<&'a Dictionary>, state: State, depth: usize) -> Result<(), ScanError> {
        let deeper = depth.checked_sub(1).ok_or(ScanError::TooComplex { what: "forms inside forms" })?;
        let bytes = form.get_plain_content_with_limit(CONTENT_BYTES).map_err(|_| ScanError::damaged("a form that cannot be inflated"))?;
        // What is inflated counts as well as what is done, for an empty form may be drawn very often.
        self.operations = self.operations.saturating_add(1).saturating_add(bytes.len() / 64);
        let own = form.dict.get(b"Matrix").ok().and_then(|value| resolve(self.document, value).as_array().ok());
        let own = own.map(|values| values.iter().filter_map(number).collect::<Vec<f64>>());
        let own = own.and_then(|values| values.try_into().ok()).map_or(Matrix::UNIT, Matrix);
        let resources = form.dict.get(b"Resources").ok().and_then(|value| resolve(self.document, value).as_dict().ok());
        self.run(&bytes, resources.or(outer), State { matrix: own.then(&state.matrix), ..state }, deeper)
    }

    /// A graphics state may make the image pale or mix it with what lies below.
    fn graphics_state(&mut self, operation: &Operation, resources: Option<&'a Dictionary>) -> Result<(), ScanError> {
        let state =
            first_name(operation).and_then(|name| self.resource(resources, b"ExtGState", name)).and_then(|object| object.as_dict().ok());
        let Some(state) = state else { return Ok(()) };
        let opaque = |key: &[u8]| state.get(key).ok().and_then(number).is_none_or(|value| value >= 1.0);
        let plain =
            |key: &[u8], fine: &[u8]| state.get(key).is_err() || state.get(key).and_then(Object::as_name).is_ok_and(|name| name == fine);
        if !plain(b"SMask", b"None") {
            return Err(not_a_scan(self.page, "a transparency mask"));
        }
        if !(opaque(b"ca") && plain(b"BM", b"Normal")) {
            self.also("transparency");
        }
        Ok(())
    }

    fn resource(&self, resources: Option<&'a Dictionary>, kind: &[u8], name: &[u8]) -> Option<&'a Object> {
        let group = resolve(self.document, resources?.get(kind).ok()?).as_dict().ok()?;
        Some(resolve(self.document, group.get(name).ok()?))
    }
}

/// Operators that set something, mark something, or move the text position.
fn paints_nothing(operator: &str) -> bool {
    const SILENT: [&str; 38] = [
        "BT", "ET", "Tc", "Tw", "Tz", "TL", "Tf", "Ts", "Td", "TD", "Tm", "T*", "BMC", "BDC", "EMC", "MP", "DP", "w", "J", "j", "M", "d",
        "ri", "i", "G", "RG", "K", "CS", "SC", "SCN", "BX", "EX", "m", "l", "c", "v", "y", "h",
    ];
    SILENT.contains(&operator)
}

fn matrix(operation: &Operation) -> Result<Matrix, ScanError> {
    let values: Vec<f64> = operation.operands.iter().filter_map(number).collect();
    let values: [f64; 6] = values.try_into().map_err(|_| ScanError::damaged("a transformation without six numbers"))?;
    Ok(Matrix(values))
}

/// The colour that `g`, `rg` or `k` sets.
fn ink(operation: &Operation) -> Option<[u8; 3]> {
    let levels: Vec<u8> =
        operation.operands.iter().filter_map(number).map(|share| (share * 255.0).round().clamp(0.0, 255.0) as u8).collect();
    let colour = match levels.len() {
        1 => Colour::Gray,
        3 => Colour::Rgb,
        4 => Colour::Cmyk,
        _ => return None,
    };
    let pixel = Samples::bytes((1, 1), colour).pixels(&levels).ok()?;
    pixel.pixels().next().map(|pixel| pixel.0)
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
