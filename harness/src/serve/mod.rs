//! `fieldkeep serve`: the reference server. It says what a right server does, and misbehaves on command.

mod behave;
mod decide;
mod error;
mod fill;
mod limits;
mod people;
mod problem;
mod routes;
mod state;
mod store;

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use fieldkeep::clock::SystemClock;
use fieldkeep::schema::Schema;
use serde_json::json;
use tokio::net::TcpListener;

pub use error::ServeError;
pub use state::{Server, ServerOptions, ServerPlace, router};

use crate::report;

/// The schema of a server that is given none.
pub const DEFAULT_SCHEMA: &str = include_str!("../../schemas/field_service.json");

/// Options of `fieldkeep serve`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder of the database and the tokens; made when it is not there.
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// Where to listen; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// Schema file; a small field service schema otherwise.
    #[arg(long, value_name = "FILE")]
    pub schema: Option<PathBuf>,
    /// Start an empty server with the demo's working set of that many work orders.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub work_orders: usize,
    /// Take the time from the header `Fieldkeep-Test-Now` of the requests.
    #[arg(long)]
    pub manual: bool,
}

/// Runs the server until SIGTERM or SIGINT. Prints one JSON line with its address when it is ready.
#[must_use]
pub fn run(args: Args) -> ExitCode {
    let failed = |error: &ServeError, code| report::ended("serve", error, code);
    let schema = match read_schema(args.schema.as_ref()) {
        Ok(schema) => schema,
        Err(error) => return failed(&error, report::BAD_ARGUMENTS),
    };
    let options = ServerOptions {
        place: ServerPlace::Folder(args.data),
        schema,
        clock: Arc::new(SystemClock::new()),
        manual: args.manual,
    };
    match serve(options, args.listen, args.work_orders) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error @ (ServeError::File { .. } | ServeError::Listen { .. })) => failed(&error, report::BAD_ARGUMENTS),
        Err(error) => failed(&error, report::FAILED),
    }
}

fn read_schema(path: Option<&PathBuf>) -> Result<Schema, ServeError> {
    let Some(path) = path else { return Ok(Schema::from_json(DEFAULT_SCHEMA)?) };
    let unreadable = |source| ServeError::File { path: path.clone(), source };
    let text = std::fs::read_to_string(path).map_err(unreadable)?;
    Ok(Schema::from_json(&text)?)
}

fn serve(options: ServerOptions, address: SocketAddr, work_orders: usize) -> Result<(), ServeError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(ServeError::Stopped)?;
    runtime.block_on(async {
        let server = Server::open(options)?;
        if work_orders > 0 {
            server.fill(work_orders, 0)?;
        }
        let unusable = |source| ServeError::Listen { address: address.to_string(), source };
        let listener = TcpListener::bind(address).await.map_err(unusable)?;
        let stop = stop_signal().map_err(ServeError::Stopped)?;
        announce(&listener, &server).map_err(ServeError::Stopped)?;
        serve_on(listener, &server, stop).await
    })
}

/// Serves on a listener until `stop` is done; requests that have begun are answered.
///
/// # Errors
/// [`ServeError::Stopped`] when the listener fails.
pub async fn serve_on(
    listener: TcpListener,
    server: &Server,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let service = router(server).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(stop).await.map_err(ServeError::Stopped)
}

fn announce(listener: &TcpListener, server: &Server) -> std::io::Result<()> {
    let url = format!("http://{}", listener.local_addr()?);
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", json!({ "listening": url, "admin_token": server.admin_token() }))?;
    out.flush()
}

#[cfg(unix)]
fn stop_signal() -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn stop_signal() -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
    Ok(async {
        // Without a signal to wait for, the server runs until it is killed, which loses nothing acknowledged.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
