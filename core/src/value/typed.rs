//! The value as an app sees it.

use serde::{Deserialize, Serialize, Serializer};
use serde_json::json;

use super::RecordId;

/// The type of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// Short text, at most [`super::MAX_TEXT_BYTES`].
    Text,
    /// Long text, at most [`super::MAX_LONG_TEXT_BYTES`].
    LongText,
    /// Exact decimal number, kept as text: money, hours, quantities.
    Decimal,
    /// Whole number, at most [`super::MAX_INTEGER`] in either direction.
    Integer,
    /// Yes or no.
    Boolean,
    /// A moment, in milliseconds since 1970 UTC.
    Instant,
    /// A calendar day without a time zone, `YYYY-MM-DD`.
    Date,
    /// One of the declared choices.
    Choice,
    /// A set of words.
    Tags,
    /// A phone number; equal when the digits are.
    Phone,
    /// Another record, by its local id.
    Reference,
    /// A place on earth.
    GeoPoint,
}

impl FieldKind {
    /// All of them, in declared order.
    pub const ALL: [Self; 12] = [
        Self::Text,
        Self::LongText,
        Self::Decimal,
        Self::Integer,
        Self::Boolean,
        Self::Instant,
        Self::Date,
        Self::Choice,
        Self::Tags,
        Self::Phone,
        Self::Reference,
        Self::GeoPoint,
    ];
}

/// One value of one field, owned and flat.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "ffi", derive(uniffi::Enum))]
pub enum Value {
    /// No value. An absent field and an empty text are the same.
    Null,
    /// For `text` and `long_text`.
    Text(String),
    /// For `decimal`: digits with an optional sign and point, such as `-12.50`.
    Decimal(String),
    /// For `integer`.
    Integer(i64),
    /// For `boolean`.
    Boolean(bool),
    /// For `instant`: milliseconds since 1970 UTC.
    Instant(i64),
    /// For `date`: `YYYY-MM-DD`.
    Date(String),
    /// For `choice`: the choice's name.
    Choice(String),
    /// For `tags`.
    Tags(Vec<String>),
    /// For `phone`.
    Phone(String),
    /// For `reference`: the local id of the other record.
    Reference(RecordId),
    /// For `geo_point`: degrees, kept to seven places (about a centimetre).
    Geo {
        /// Degrees north, -90 to 90.
        latitude: f64,
        /// Degrees east, -180 to 180.
        longitude: f64,
    },
    /// A value that this schema does not know or that does not fit its type: the JSON text as the server sent it. It is
    /// kept and shown, and cannot be committed.
    Unknown(String),
}

impl Value {
    /// The value as JSON, in the form that [`super::value_of_json`] reads.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Text(text) | Self::Decimal(text) | Self::Date(text) | Self::Choice(text) | Self::Phone(text) => {
                json!(text)
            }
            Self::Integer(number) | Self::Instant(number) => json!(number),
            Self::Boolean(flag) => json!(flag),
            Self::Tags(tags) => json!(tags),
            Self::Reference(id) => json!(id),
            Self::Geo { latitude, longitude } => {
                json!([super::read::scaled(*latitude), super::read::scaled(*longitude)])
            }
            Self::Unknown(text) => serde_json::from_str(text).unwrap_or_else(|_| json!(text)),
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}
