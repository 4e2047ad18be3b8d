//! A server as a value: its folder, its people, its clock. Its router can be called without any socket.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use fieldkeep::clock::Clock;
use fieldkeep::schema::Schema;

use super::behave::Behaviour;
use super::error::ServeError;
use super::people::People;
use super::routes;
use super::store::Store;
use crate::private_file;
use crate::server_time::ServerTime;

/// What a server is made of.
pub struct ServerOptions {
    /// The folder of database and tokens; made when it is not there.
    pub folder: PathBuf,
    /// The record types.
    pub schema: Schema,
    /// Time and chance.
    pub clock: Arc<dyn Clock>,
    /// Take the time from the header `Fieldkeep-Test-Now` of each request, never backwards, and not from the clock.
    pub manual: bool,
}

/// The reference server. Cheap to clone; all clones are one server.
#[derive(Clone)]
pub struct Server(Arc<Shared>);

/// What all requests share.
pub(crate) struct Shared {
    pub(crate) schema: Schema,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) time: ServerTime,
    pub(crate) people: People,
    pub(crate) store: Store,
    pub(crate) behaviour: Behaviour,
}

impl Server {
    /// Opens the folder, and makes users and tokens on the first start.
    ///
    /// # Errors
    /// [`ServeError`] when folder or database cannot be used.
    pub fn open(options: ServerOptions) -> Result<Self, ServeError> {
        private_file::make_folder(&options.folder)
            .map_err(|source| ServeError::File { path: options.folder.clone(), source })?;
        let people = People::open(&options.folder, &*options.clock)?;
        let store = Store::open(&options.folder, &people.names())?;
        let manual_from_ms = if options.manual { Some(store.latest_ms()?) } else { None };
        Ok(Self(Arc::new(Shared {
            behaviour: Behaviour::new(&options.schema),
            time: ServerTime::new(Arc::clone(&options.clock), manual_from_ms),
            schema: options.schema,
            clock: options.clock,
            people,
            store,
        })))
    }

    pub(super) fn shared(&self) -> &Shared {
        &self.0
    }

    /// The token of `/admin/*`.
    #[must_use]
    pub fn admin_token(&self) -> &str {
        self.0.people.admin_token()
    }
}

/// All routes of the server, to be served over a socket or called in process.
pub fn router(server: &Server) -> Router {
    routes::router(Arc::clone(&server.0))
}
