//! `GET /v1/pull?cursor=`: what changed since, in `seq` order, one line a record, the page's end last.

use serde::{Deserialize, Serialize};

use super::Entry;

/// One line of a pull reply.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum PullLine {
    /// The last line: the page is complete.
    End {
        /// Where to go on.
        page: PageEnd,
    },
    /// A record.
    Record(Box<Entry>),
}

/// The end of a page. Without it the page was cut and its cursor is not known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageEnd {
    /// Opaque; goes into the next request.
    pub cursor: String,
    /// Whether there are more pages right now.
    pub more: bool,
}
