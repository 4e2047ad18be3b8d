//! `fieldkeep device`: one phone as a process, for scripts and tests in any language. `docs/harness.md` is its
//! reference; verbs are added, never changed.

mod command;
mod output;
mod phone;
mod shape;
mod start;
mod tokens;

use std::io::{self, BufRead, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use thiserror::Error;

use crate::token_file::TokenFileError;
use crate::{command_lines, report};

use output::LineOutput;
use phone::Phone;
pub(crate) use start::Started;
pub(crate) use tokens::Tokens;

/// Options of `fieldkeep device`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The user's folder on this device, made if need be.
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// The server, `http://HOST:PORT`.
    #[arg(long, value_name = "URL")]
    pub server: String,
    /// File with the user's token: the bare token, or the server's `tokens.json`.
    #[arg(long, value_name = "FILE")]
    pub token_file: PathBuf,
    /// Whose work it is.
    #[arg(long, value_name = "NAME", default_value = "ana")]
    pub user: String,
    /// The schema; that of the demo unless given.
    #[arg(long, value_name = "FILE")]
    pub schema: Option<PathBuf>,
    /// Virtual time: the engine moves on `run`, `run_until` and `sync_now` only, the clock on `advance` only.
    #[arg(long)]
    pub manual: bool,
    /// The time at which a manual device starts: milliseconds since 1970 UTC, or RFC 3339.
    #[arg(long, value_name = "TIME", requires = "manual")]
    pub now: Option<String>,
    /// Language of the words.
    #[arg(long, value_name = "LANGUAGE", default_value = "en")]
    pub language: String,
    /// Local time minus UTC, minutes.
    #[arg(long, value_name = "MINUTES", default_value_t = 0, allow_hyphen_values = true)]
    pub utc_offset_minutes: i32,
}

/// Why the device does not start.
#[derive(Debug, Error)]
enum DeviceError {
    #[error("cannot read the schema file {path}")]
    SchemaFile {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("the schema is not usable")]
    Schema(#[from] fieldkeep::schema::SchemaError),
    #[error("--now {0} is no time")]
    Now(String),
    #[error("--manual needs --now")]
    NowMissing,
    #[error(transparent)]
    Token(#[from] TokenFileError),
    #[error("cannot open {data}")]
    Open {
        data: PathBuf,
        #[source]
        source: fieldkeep::OpenError,
    },
    #[error("input or output failed")]
    Io(#[from] std::io::Error),
}

/// Answers commands until standard input ends.
#[must_use]
pub fn run(args: Args) -> ExitCode {
    match work(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error @ DeviceError::Io(_)) => report::ended("device", &error, report::FAILED),
        Err(error) => report::ended("device", &error, report::BAD_ARGUMENTS),
    }
}

fn work(args: &Args) -> Result<(), DeviceError> {
    let mut device = Device::new(start::start(args)?, io::stdout());
    device.say_ready();
    Ok(device.answer(io::stdin().lock())?)
}

/// A phone and where its lines go.
pub(crate) struct Device {
    phone: Phone,
    output: Arc<LineOutput>,
}

impl Device {
    pub(crate) fn new(started: Started, output: impl Write + Send + 'static) -> Self {
        let output = Arc::new(LineOutput::new(output));
        Self { phone: Phone::new(started, Arc::clone(&output)), output }
    }

    fn say_ready(&self) {
        self.output.line(&self.phone.ready());
    }

    /// Answers commands until the input ends.
    pub(crate) fn answer(&mut self, input: impl BufRead) -> io::Result<()> {
        let writer = self.output.writer();
        command_lines::serve(input, writer, |command| self.phone.carry_out(command))
    }
}
