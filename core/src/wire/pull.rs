//! `GET /v1/pull?cursor=`: what changed since, in `seq` order, one line a record, the page's end last.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use super::Entry;

/// One line of a pull reply.
#[derive(Clone, Debug, PartialEq, Serialize)]
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

/// Serde's own reading of untagged enums goes through a buffer that cannot hold the raw JSON of an entry's values.
impl<'de> Deserialize<'de> for PullLine {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Peek {
            page: Option<PageEnd>,
        }
        let text = Box::<RawValue>::deserialize(deserializer)?;
        let peek: Peek = serde_json::from_str(text.get()).map_err(D::Error::custom)?;
        match peek.page {
            Some(page) => Ok(Self::End { page }),
            None => serde_json::from_str(text.get()).map(Self::Record).map_err(D::Error::custom),
        }
    }
}

/// The end of a page. Without it the page was cut and its cursor is not known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageEnd {
    /// Opaque; goes into the next request.
    pub cursor: String,
    /// Whether there are more pages right now.
    pub more: bool,
}
