//! From a folder to a core: whose store it is, what it was last used with, and what becomes of damage that shows itself on
//! the way.

use std::path::Path;
use std::sync::{Arc, Mutex};

use crate::clock::{Clock, new_uuid};
use crate::engine::Core;
use crate::ledger::{self, Context, Said};
use crate::mutants::{self, Mutant};
use crate::remote::{Http, NativeRemote, TokenProvider};
use crate::schema::Schema;
use crate::store::files::Files;
use crate::store::{Site, Store, StoreError, StoreResult, Turn, meta, shipments};

/// What a core is made of besides its folder.
pub(crate) struct Parts {
    pub(crate) user: String,
    pub(crate) schema: Schema,
    pub(crate) server: String,
    pub(crate) tokens: Arc<dyn TokenProvider>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) http: Arc<dyn Http>,
    pub(crate) files: Arc<dyn Files>,
}

/// Opens the folder. Damage that shows itself behind the first page is looked for in the whole file, and moved aside with it.
pub(crate) fn open(folder: &Path, parts: Parts) -> StoreResult<Arc<Core>> {
    let files = Arc::clone(&parts.files);
    match assemble(folder, parts) {
        Err(error) if error.is_damage() && !matches!(error, StoreError::SetAside { .. }) => {
            Site::new(folder, Arc::clone(&files)).note_damage();
            Err(Store::open(folder, files).err().unwrap_or(error))
        }
        done => done,
    }
}

fn assemble(folder: &Path, parts: Parts) -> StoreResult<Arc<Core>> {
    let Parts { user, schema, server, tokens, clock, http, files } = parts;
    let store = Store::open(folder, files)?;
    let (device, said) = store.write(Turn::App, |db| {
        meta::claim(db, &user)?;
        meta::adopt_schema(db, &schema)?;
        StoreResult::Ok((meta::device(db, || new_uuid(clock.as_ref()).to_string())?, Said::load(db)?))
    })?;
    let schema = Arc::new(schema);
    let context = Context { schema, user, device, clock: Arc::clone(&clock), said: Mutex::new(said) };
    let remote = NativeRemote::new(http, Arc::clone(&tokens), clock, &server);
    let core = Arc::new(Core::new(store, context, remote, tokens));
    if mutants::is(Mutant::InFlightInMemory) {
        core.store.write(Turn::App, |db| shipments::forget_open(db))?;
    }
    core.write(Turn::App, ledger::adopt_schema)?;
    Ok(core)
}
