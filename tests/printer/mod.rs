//! Sheets as a printer lays them down: the pages of a copy as pictures.

use std::path::Path;
use std::process::Command;

use bansao_scan::RgbImage;

/// The sheets of a copy as a printer lays them down: `mono` in black and white dots.
pub(crate) fn print(pdf: &[u8], dpi: u32, mono: bool) -> Vec<RgbImage> {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("copy.pdf"), pdf).unwrap();
    let mut command = Command::new("pdftoppm");
    command.args(["-r", &dpi.to_string()]);
    command.args(mono.then_some("-mono")).args((!mono).then_some("-png"));
    assert!(command.arg(path("copy.pdf")).arg(path("sheet")).status().unwrap().success());
    let is_sheet = |path: &Path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("sheet"));
    let mut sheets: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).filter(|p| is_sheet(p)).collect();
    sheets.sort();
    sheets.iter().map(|sheet| opened(&std::fs::read(sheet).unwrap())).collect()
}

/// PNG, or the plain bitmap (PBM, P4) that the printer's dots come as.
fn opened(bytes: &[u8]) -> RgbImage {
    let Some(rest) = bytes.strip_prefix(b"P4\n") else {
        return image::load_from_memory(bytes).unwrap().into_rgb8();
    };
    let head = rest.iter().position(|byte| *byte == b'\n').unwrap();
    let size: Vec<u32> = std::str::from_utf8(&rest[..head]).unwrap().split(' ').map(|side| side.parse().unwrap()).collect();
    let (bits, stride) = (&rest[head + 1..], size[0].div_ceil(8));
    RgbImage::from_fn(size[0], size[1], |x, y| {
        let black = bits[(y * stride + x / 8) as usize] >> (7 - x % 8) & 1 == 1;
        image::Rgb(if black { [0; 3] } else { [255; 3] })
    })
}
