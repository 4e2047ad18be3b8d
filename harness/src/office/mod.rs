//! `fieldkeep office`: the people at the desk, scriptable. One JSON command a line, one JSON reply a line.

mod command;
mod desk;
mod load;

use std::path::PathBuf;
use std::process::ExitCode;

use thiserror::Error;

use crate::http_client::{HttpClient, HttpError};
use crate::token_file::{self, TokenFileError};
use crate::{command_lines, report};

use command::Command;
use desk::Desk;
pub(crate) use load::creation;

/// Options of `fieldkeep office`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The server, `http://HOST:PORT`.
    #[arg(long, value_name = "URL")]
    pub server: String,
    /// File with the token of the user `office`: the bare token, or the server's `tokens.json`.
    #[arg(long, value_name = "FILE")]
    pub token_file: PathBuf,
    /// File with the admin's token, for delete, grant, revoke, touch and dump.
    #[arg(long, value_name = "FILE")]
    pub admin_token_file: Option<PathBuf>,
    /// Send the time that the command `now` set with every request.
    #[arg(long)]
    pub manual: bool,
}

/// Why the office does not open.
#[derive(Debug, Error)]
enum OfficeError {
    #[error(transparent)]
    Server(#[from] HttpError),
    #[error(transparent)]
    Token(#[from] TokenFileError),
    #[error("input or output failed")]
    Io(#[from] std::io::Error),
}

/// Answers commands until standard input ends.
#[must_use]
pub fn run(args: Args) -> ExitCode {
    match work(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error @ OfficeError::Io(_)) => report::ended("office", &error, report::FAILED),
        Err(error) => report::ended("office", &error, report::BAD_ARGUMENTS),
    }
}

fn work(args: &Args) -> Result<(), OfficeError> {
    let client = HttpClient::new(&args.server)?;
    let token = token_file::read(&args.token_file, "office")?;
    let admin_token = args.admin_token_file.as_ref().map(|path| token_file::read(path, "admin")).transpose()?;
    let mut desk = Desk::new(client, token, admin_token, args.manual);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let handle = |command| runtime.block_on(desk.carry_out(Command::read(command)?));
    Ok(command_lines::serve(std::io::stdin().lock(), std::io::stdout().lock(), handle)?)
}
