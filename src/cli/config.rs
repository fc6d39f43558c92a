//! `bansao config`

use std::path::PathBuf;

use super::CliError;
use super::text::say;
use crate::config::{Config, Development};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Reads a configuration and says whether it can be used.
    Check {
        /// The file.
        config: PathBuf,
    },
    /// Writes a configuration over the development authority's folder to standard output.
    Development {
        /// Folder of the authority.
        #[arg(long)]
        authority: PathBuf,
        /// Address of the authority, http://host:port.
        #[arg(long)]
        authority_url: String,
        /// Folder of the service.
        #[arg(long)]
        data: PathBuf,
        /// Address of the service.
        #[arg(long, default_value = "127.0.0.1:0")]
        listen: String,
        /// Address of the reference register, https://host:port.
        #[arg(long)]
        register_url: Option<String>,
        /// Wallets, id=https://host:port.
        #[arg(long)]
        wallet: Vec<String>,
    },
}

pub(super) fn run(args: Args) -> Result<(), CliError> {
    match args.command {
        Command::Check { config } => {
            let loaded = Config::load(&config)?;
            say(&format!(
                "{}: {} agencies, {} registers, {} wallets",
                config.display(),
                loaded.agencies.len(),
                loaded.registries.len(),
                loaded.wallets.len()
            ));
        }
        Command::Development { authority, authority_url, data, listen, register_url, wallet } => {
            let wallets: Vec<(&str, &str)> = wallet.iter().filter_map(|pair| pair.split_once('=')).collect();
            let development = Development {
                authority: &authority,
                authority_url: &authority_url,
                data_dir: &data,
                listen: &listen,
                register_url: register_url.as_deref(),
                wallets: &wallets,
            };
            say(&development.to_toml());
        }
    }
    Ok(())
}
