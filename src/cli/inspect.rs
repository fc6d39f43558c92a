//! stub
#[derive(Debug, clap::Args)]
pub struct Args {}
pub async fn run(_: Args) -> Result<(), super::CliError> { Ok(()) }
