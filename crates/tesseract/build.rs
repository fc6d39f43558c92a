//! Links libtesseract, which the distribution's `libtesseract-dev` puts where the linker looks.

fn main() {
    println!("cargo:rustc-link-lib=tesseract");
    println!("cargo:rerun-if-changed=build.rs");
}
