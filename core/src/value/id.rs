//! Identities: UUIDs (RFC 9562, version 7) behind names that cannot be mixed up.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! identity {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// The 16 bytes as stored.
            pub(crate) fn as_bytes(&self) -> &[u8] {
                self.0.as_bytes()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            /// Reads the hyphenated form.
            ///
            /// # Errors
            /// When the text is no UUID.
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::try_parse(text).map(Self)
            }
        }

        // Where Kotlin and Swift hand in a text that is no id, it becomes the nil UUID, which names nothing: so the core
        // refuses it with an error of its own, and no call fails with an internal one.
        #[cfg(feature = "ffi")]
        uniffi::custom_type!($name, String, {
            try_lift: |text| Ok(text.parse().unwrap_or(Self(Uuid::nil()))),
            lower: |id| id.to_string(),
        });
    };
}

identity! {
    /// A record's permanent name on this device and, as its external id, on the server. It never changes, also when the
    /// server gives the record an id of its own (requirements A1, A2).
    RecordId
}
identity! {
    /// One form on the screen. The same token committed twice is one operation (requirement A6).
    FormToken
}
identity! {
    /// A question to a person; also the key under which its answer reaches the server once.
    ReviewId
}
