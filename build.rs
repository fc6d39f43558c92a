//! Compiles `proto/` without protoc, and keeps the descriptor set for reflection and for the compatibility test.

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

use prost::Message;

const FILES: [&str; 6] = [
    "bansao/v1/types.proto",
    "bansao/v1/certification.proto",
    "bansao/v1/review.proto",
    "bansao/v1/verification.proto",
    "bansao/v1/wallet.proto",
    "bansao/v1/registry.proto",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=proto");
    let descriptors = protox::compile(FILES, ["proto"])?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("bansao.v1.fds"), descriptors.encode_to_vec())?;
    tonic_prost_build::configure().bytes(".bansao.v1").compile_fds(descriptors)?;
    Ok(())
}
