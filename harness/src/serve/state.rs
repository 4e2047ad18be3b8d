//! A server as a value: its folder, its people, its clock. Its router can be called without any socket.

use std::collections::BTreeMap;
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
    /// Where its database is, and who may talk to it.
    pub place: ServerPlace,
    /// The record types.
    pub schema: Schema,
    /// Time and chance.
    pub clock: Arc<dyn Clock>,
    /// Take the time from the header `Fieldkeep-Test-Now` of each request, never backwards, and not from the clock.
    pub manual: bool,
}

/// Where a server keeps what it knows.
pub enum ServerPlace {
    /// The folder of database and tokens; made when it is not there.
    Folder(PathBuf),
    /// A database in a SQLite file system of that name, for servers within a process that does everything on one thread.
    Inside {
        /// The file system.
        vfs: String,
        /// The path of the database in it.
        database: PathBuf,
        /// The users and their tokens.
        tokens: BTreeMap<String, String>,
        /// The token of `/admin/*`.
        admin_token: String,
    },
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
    /// Database work is done where it is asked for, not on a thread for that.
    pub(crate) on_one_thread: bool,
}

impl Shared {
    /// Runs work on the database away from the threads that serve the network.
    pub(crate) async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ServeError> {
        if self.on_one_thread {
            return Ok(work());
        }
        Ok(tokio::task::spawn_blocking(work).await?)
    }
}

impl Server {
    /// Opens the folder, and makes users and tokens on the first start.
    ///
    /// # Errors
    /// [`ServeError`] when folder or database cannot be used.
    pub fn open(options: ServerOptions) -> Result<Self, ServeError> {
        let on_one_thread = matches!(options.place, ServerPlace::Inside { .. });
        let (people, store) = match options.place {
            ServerPlace::Folder(folder) => {
                private_file::make_folder(&folder)
                    .map_err(|source| ServeError::File { path: folder.clone(), source })?;
                let people = People::open(&folder, &*options.clock)?;
                let store = Store::open(&folder.join("server.db"), None, &people.names())?;
                (people, store)
            }
            ServerPlace::Inside { vfs, database, tokens, admin_token } => {
                let people = People::known(tokens, admin_token);
                let store = Store::open(&database, Some(&vfs), &people.names())?;
                (people, store)
            }
        };
        let manual_from_ms = if options.manual { Some(store.latest_ms()?) } else { None };
        Ok(Self(Arc::new(Shared {
            behaviour: Behaviour::new(&options.schema),
            time: ServerTime::new(Arc::clone(&options.clock), manual_from_ms),
            schema: options.schema,
            clock: options.clock,
            people,
            store,
            on_one_thread,
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
