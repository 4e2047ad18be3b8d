//! `fieldkeep faults`: an HTTP proxy that drops, cuts, slows, repeats and forges, on command and never by chance.

mod flushed;
mod plan;
mod relay;
mod reply;
mod throttle;

use std::io::Write;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use serde_json::{Value, json};
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::command_lines::Failure;
use crate::http_client::{HttpClient, HttpError};
use crate::{command_lines, report};

use plan::Command;
use relay::Relay;

/// Options of `fieldkeep faults`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The server behind the proxy, `http://HOST:PORT`.
    #[arg(long, value_name = "URL")]
    pub to: String,
    /// Where to listen; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// Take the time of forged replies from the header `Fieldkeep-Test-Now` of the requests.
    #[arg(long)]
    pub manual: bool,
}

/// Why the proxy does not run.
#[derive(Debug, Error)]
pub enum FaultsError {
    /// The server's address.
    #[error("cannot stand before that server")]
    Target(#[from] HttpError),
    /// Sockets, standard input or output.
    #[error("the proxy stopped")]
    Io(#[from] std::io::Error),
}

/// Runs the proxy until its standard input ends. Prints one JSON line with its address when it is ready.
#[must_use]
pub fn run(args: Args) -> ExitCode {
    match proxy(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error @ FaultsError::Target(_)) => report::ended("faults", &error, report::BAD_ARGUMENTS),
        Err(error) => report::ended("faults", &error, report::FAILED),
    }
}

fn proxy(args: &Args) -> Result<(), FaultsError> {
    let relay = Relay::new(HttpClient::new(&args.to)?, args.manual);
    let runtime = Runtime::new()?;
    let listener = runtime.block_on(TcpListener::bind(args.listen))?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", json!({ "listening": format!("http://{}", listener.local_addr()?) }))?;
    out.flush()?;
    runtime.spawn(relay::accept(listener, Arc::clone(&relay)));
    // The proxy lives as long as whoever commands it.
    command_lines::serve(std::io::stdin().lock(), out, |command| take(&runtime, &relay, command))?;
    runtime.shutdown_background();
    Ok(())
}

/// Carries out one command.
fn take(runtime: &Runtime, relay: &Relay, command: Value) -> Result<Value, Failure> {
    let command: Command = serde_json::from_value(command).map_err(|error| Failure::bad_input(error.to_string()))?;
    match command {
        Command::Pass {} => {
            relay.plan.clear();
            relay.line.set_rate(None);
        }
        Command::Refuse {} => relay.plan.refuse(),
        Command::Next { path, act, times } => relay.plan.add(path, act, times),
        Command::Delay { ms } => relay.plan.set_delay_ms(ms),
        Command::Throttle { bytes_per_s } => relay.line.set_rate(bytes_per_s),
        Command::Repeat { at_ms } => return Ok(json!({ "statuses": runtime.block_on(relay.repeat(at_ms)) })),
        Command::Count {} => return Ok(json!({ "requests": relay.plan.seen() })),
    }
    Ok(json!({}))
}
