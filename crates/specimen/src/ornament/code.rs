//! Machine-readable codes: QR (ISO/IEC 18004) and Code 128, sets B and C (ISO/IEC 15417).

use qrcodegen::{QrCode, QrCodeEcc};

use crate::canvas::{Canvas, Ink};
use crate::error::Result;

/// Draws a QR symbol on white, `side` millimetres without its quiet zone.
///
/// # Errors
/// [`crate::error::Error::Qr`] for a text that is too long.
pub fn qr(canvas: &mut Canvas<'_>, at: (f32, f32), side: f32, text: &str) -> Result<()> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium)?;
    let module = side / code.size() as f32;
    canvas.block(at.0 - 2.0 * module, at.1 - 2.0 * module, side + 4.0 * module, side + 4.0 * module, Ink::WHITE);
    for y in 0..code.size() {
        for x in 0..code.size() {
            if code.get_module(x, y) {
                let (left, top) = (at.0 + x as f32 * module, at.1 + y as f32 * module);
                canvas.block(left, top, module * 1.01, module * 1.01, Ink::BLACK);
            }
        }
    }
    Ok(())
}

const BARS: &str = "212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231113222123122123221223211221132221231213212223112312131311222321122321221312212322112322211212123212321232121111323131123131321112313132113132311211313231113231311112133112331132131113123113321133121313121211331231131213113213311213131311123311321331121312113312311332111314111221411431111111224111422121124121421141122141221112214112412122114122411142112142211241211221114413111241112134111111242121142121241114212124112124211411212421112421211212141214121412121111143111341131141114113114311411113411311113141114131311141411131211412211214211232";

/// Draws digits as Code 128, `width` by `height` millimetres.
pub fn barcode(canvas: &mut Canvas<'_>, at: (f32, f32), width: f32, height: f32, digits: &str) {
    let symbols = code128(digits);
    let modules: Vec<u32> = symbols
        .iter()
        .flat_map(|s| BARS.get(*s as usize * 6..*s as usize * 6 + 6).unwrap_or("").chars())
        .chain("2331112".chars())
        .filter_map(|c| c.to_digit(10))
        .collect();
    let unit = width / modules.iter().sum::<u32>().max(1) as f32;
    let mut x = at.0;
    for (i, wide) in modules.iter().enumerate() {
        let bar = *wide as f32 * unit;
        if i % 2 == 0 {
            canvas.block(x, at.1, bar, height, Ink::BLACK);
        }
        x += bar;
    }
}

fn code128(digits: &str) -> Vec<u32> {
    let (head, pairs) = digits.split_at(digits.len() % 2);
    let mut symbols = Vec::new();
    match head.chars().next() {
        Some(odd) => symbols.extend([104, u32::from(odd).saturating_sub(32), 99]),
        None => symbols.push(105),
    }
    symbols.extend(pairs.as_bytes().chunks(2).map(|p| p.iter().fold(0, |n, d| n * 10 + u32::from(d.saturating_sub(b'0')))));
    let sum: u32 = symbols.iter().enumerate().map(|(i, s)| s * i.max(1) as u32).sum();
    symbols.push(sum % 103);
    symbols
}
