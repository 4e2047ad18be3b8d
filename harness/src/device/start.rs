//! Starting: from arguments to an open Fieldkeep.

use std::sync::Arc;

use fieldkeep::clock::{Clock, ManualClock, SystemClock};
use fieldkeep::schema::Schema;
use fieldkeep::state::ReaderLocale;
use fieldkeep::value::{MAX_INSTANT_MS, MIN_INSTANT_MS};
use fieldkeep::{Fieldkeep, OpenOptions};

use super::tokens::Tokens;
use super::{Args, DeviceError};
use crate::token_file;

/// The demo's schema.
const FIELD_SERVICE: &str = include_str!("../../schemas/field_service.json");
/// The boot in which a manual device starts; `reboot` begins others.
const FIRST_BOOT: &str = "virtual-boot";

/// What a phone is made of.
pub(crate) struct Started {
    pub(crate) keep: Fieldkeep,
    pub(crate) clock: Option<Arc<ManualClock>>,
    pub(crate) tokens: Arc<Tokens>,
    pub(crate) locale: ReaderLocale,
}

pub(super) fn start(args: &Args) -> Result<Started, DeviceError> {
    let schema = match &args.schema {
        None => Schema::from_json(FIELD_SERVICE)?,
        Some(path) => {
            let unreadable = |source| DeviceError::SchemaFile { path: path.clone(), source };
            Schema::from_json(&std::fs::read_to_string(path).map_err(unreadable)?)?
        }
    };
    let manual = match (args.manual, &args.now) {
        (false, _) => None,
        (true, None) => return Err(DeviceError::NowMissing),
        (true, Some(now)) => {
            let now_ms =
                time_of(now).filter(|now_ms| is_moment(*now_ms)).ok_or_else(|| DeviceError::Now(now.clone()))?;
            Some(Arc::new(ManualClock::new(now_ms, FIRST_BOOT)))
        }
    };
    let clock: Arc<dyn Clock> = match &manual {
        Some(clock) => Arc::clone(clock) as Arc<dyn Clock>,
        None => Arc::new(SystemClock::new()),
    };
    let tokens = Arc::new(Tokens::new(token_file::read(&args.token_file, &args.user)?));
    let keep = Fieldkeep::open(OpenOptions {
        folder: args.data.clone(),
        user: args.user.clone(),
        schema,
        server: args.server.clone(),
        tokens: Arc::clone(&tokens) as Arc<dyn fieldkeep::remote::TokenProvider>,
        clock: Some(clock),
        http: None,
        files: None,
        manual: args.manual,
    })
    .map_err(|source| DeviceError::Open { data: args.data.clone(), source })?;
    let locale = ReaderLocale { language: args.language.clone(), utc_offset_minutes: args.utc_offset_minutes };
    Ok(Started { keep, clock: manual, tokens, locale })
}

/// Milliseconds since 1970, or RFC 3339.
fn time_of(text: &str) -> Option<i64> {
    text.parse().ok().or_else(|| text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond))
}

/// Whether a clock can stand there.
pub(super) fn is_moment(at_ms: i64) -> bool {
    (MIN_INSTANT_MS..=MAX_INSTANT_MS).contains(&at_ms)
}
