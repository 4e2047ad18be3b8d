//! The engine: one supervised control task. Facts in, actions out; it waits for nothing but answers from the network.

mod core;
mod desk;
mod driver;
mod lane;
mod lookup;
mod notifier;
mod pull;
mod push;
mod seat;
mod session;
mod shared;
mod step;
mod stop;
mod subscription;
mod sync;
mod tidy;

pub(crate) use self::core::Core;
pub(crate) use driver::Driver;
pub(crate) use step::Engine;
pub use subscription::{Listener, Subscription, Update, WatchTarget};
pub use sync::{SliceReport, SyncAnswer, SyncItem, SyncOutcome, SyncReport};
