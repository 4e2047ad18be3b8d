//! What the host knows of the phone.

use serde::{Deserialize, Serialize};

/// The network as the operating system sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
pub enum NetworkKind {
    /// No connection.
    None,
    /// A connection that costs.
    Metered,
    /// A free connection.
    Unmetered,
}

/// The battery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
pub enum Battery {
    /// Enough.
    Ok,
    /// Low: waits may grow longer.
    Low,
    /// The battery saver is on.
    Saver,
}

/// Reported by the host whenever it changes. Metered networks and battery saver never hold the fast lane (requirement
/// B5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ffi", derive(uniffi::Record))]
pub struct Conditions {
    /// The network.
    pub network: NetworkKind,
    /// The battery.
    pub battery: Battery,
}

impl Default for Conditions {
    /// Until the host says otherwise a connection is assumed: an attempt that fails costs little, one that is never made
    /// strands work.
    fn default() -> Self {
        Self { network: NetworkKind::Unmetered, battery: Battery::Ok }
    }
}
