//! `GET /v1/pull?cursor=`: what changed since, in `seq` order, one line a record, the page's end last.

use serde::de::Error as _;
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

impl<'de> Deserialize<'de> for PullLine {
    /// By its first member: a page of thousands of records is not read twice to find its end.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct End {
            page: PageEnd,
        }
        let text = <&RawValue>::deserialize(deserializer)?.get();
        let is_end = text.strip_prefix('{').is_some_and(|rest| rest.trim_ascii_start().starts_with("\"page\""));
        if is_end {
            return serde_json::from_str(text).map(|End { page }| Self::End { page }).map_err(D::Error::custom);
        }
        let record = serde_json::from_str(text).map(Self::Record);
        record.or_else(|error| match serde_json::from_str(text) {
            Ok(End { page }) => Ok(Self::End { page }),
            Err(_) => Err(D::Error::custom(error)),
        })
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
