//! The product's side: a Fieldkeep opened as an app opens it, with its engine at work.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use fieldkeep::remote::{AccessToken, TokenFuture, TokenProvider};
use fieldkeep::schema::Schema;
use fieldkeep::value::{RecordId, Value};
use fieldkeep::{
    CommitOptions, Comparison, Edit, Fieldkeep, Filter, OpenError, OpenOptions, Query, Record, SyncOutcome, SyncReport,
};

use super::sample::{self, Extent};
use super::{Fault, USER};

/// Records of a page: the most that a query may ask for.
const PAGE: u32 = 1_000;

/// An open folder.
pub(super) struct Phone {
    /// Shared with the thread that syncs meanwhile.
    pub(super) keep: Arc<Fieldkeep>,
    tokens: Arc<Tokens>,
}

impl Phone {
    /// Opens a folder. Nobody is signed in, so nothing moves yet.
    pub(super) fn open(folder: &Path, extent: Extent, server: &str) -> Result<Self, Fault> {
        Ok(Self::open_with(folder, sample::schema(extent)?, server)?)
    }

    /// The same with a schema that is read already.
    pub(super) fn open_with(folder: &Path, schema: Schema, server: &str) -> Result<Self, OpenError> {
        let tokens = Arc::new(Tokens::default());
        let keep = Fieldkeep::open(OpenOptions {
            folder: folder.to_owned(),
            user: USER.to_owned(),
            schema,
            server: server.to_owned(),
            tokens: Arc::clone(&tokens) as Arc<dyn TokenProvider>,
            clock: None,
            http: None,
            files: None,
            manual: false,
        })?;
        Ok(Self { keep: Arc::new(keep), tokens })
    }

    /// From the next sync on the server knows who this is.
    pub(super) fn sign_in(&self, token: &str) {
        *self.tokens.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(token.to_owned());
    }

    /// "Sync now", which must do all there is to do.
    pub(super) fn sync(&self) -> Result<SyncReport, Fault> {
        done(self.keep.sync_now()?)
    }

    /// The first records that came, as a list shows them.
    pub(super) fn records(&self, count: usize) -> Result<Vec<Record>, Fault> {
        let mut found = Vec::with_capacity(count);
        let mut query = Query { limit: PAGE, ..Query::all(sample::TYPE) };
        while found.len() < count {
            let page = self.keep.find(&query)?;
            found.extend(page.records);
            query.after = page.next;
            if query.after.is_none() {
                break;
            }
        }
        if found.len() < count {
            return Err(format!("only {} of {count} records are here", found.len()).into());
        }
        found.truncate(count);
        Ok(found)
    }

    /// The edits of the first records, ready to be kept.
    pub(super) fn edits(&self, count: usize) -> Result<Vec<Edit>, Fault> {
        Ok(self.records(count)?.into_iter().map(edit_of).collect())
    }

    /// Keeps one edit: a transaction.
    pub(super) fn save(&self, edit: Edit) -> Result<(), Fault> {
        let receipt = self.keep.commit(vec![edit], CommitOptions::default())?;
        if receipt.operations.len() == 1 { Ok(()) } else { Err("the edit changed nothing".into()) }
    }

    /// Whether a list by its due time has the n-th record, and a search by its own word too.
    pub(super) fn has(&self, n: usize, extent: Extent) -> Result<bool, Fault> {
        let due = Filter { field: "due".to_owned(), test: Comparison::Equal(Value::Instant(sample::due_ms(n))) };
        if !self.finds_only(n, &Query { filters: vec![due], ..Query::all(sample::TYPE) })? {
            return Ok(false);
        }
        let words = Query { search: Some(sample::word(n)), ..Query::all(sample::TYPE) };
        Ok(extent == Extent::Plain || self.finds_only(n, &words)?)
    }

    fn finds_only(&self, n: usize, query: &Query) -> Result<bool, Fault> {
        let found = self.keep.find(query)?.records;
        Ok(found.len() == 1 && found[0].id == RecordId(sample::id(n)))
    }
}

/// The edit of a record, from what a list showed of it.
fn edit_of(record: Record) -> Edit {
    let change = sample::change(sample::number_of(record.id.0));
    let value = if change.field == "status" { Value::Choice(change.to) } else { Value::Text(change.to) };
    let fields = [(change.field.to_owned(), value)].into();
    Edit::Patch { record_type: record.record_type, id: record.id, seen: Some(record.seen), fields }
}

/// A sync that did all there was to do.
pub(super) fn done(report: SyncReport) -> Result<SyncReport, Fault> {
    match report.outcome {
        SyncOutcome::Done => Ok(report),
        other => Err(format!("the sync ended with {other:?}").into()),
    }
}

/// Nobody, until somebody signs in.
#[derive(Default)]
struct Tokens(Mutex<Option<String>>);

impl TokenProvider for Tokens {
    fn current(&self) -> Option<AccessToken> {
        let text = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        Some(AccessToken { text, generation: 1 })
    }

    fn refresh(&self, _stale: u64) -> TokenFuture<'_> {
        Box::pin(async { None })
    }
}
