//! What must have happened in a thousand worlds: every transition in the life of a change, a shipment and a review, every
//! reason to wait, every question. A generator that never gets there proves nothing about it.

use fieldkeep::Fieldkeep;
use fieldkeep::value::RecordId;
use serde_json::Value as Json;

use super::cover::Cover;
use super::world::World;

/// So many worlds must have shown all of [`MUST`].
pub(crate) const ENOUGH_WORLDS: u64 = 1_000;

/// Kind and name as they are counted. The comments name the rows of the life of a change in the data model.
const MUST: &[(&str, &str)] = &[
    // – to pending, or straight to held
    ("commit", "kept"),
    ("tap", "on what was saved"),
    ("tap", "on what could not be saved"),
    ("life", "saved into a question"),
    // pending to sealed; sealed to sealed
    ("why", "InFlight"),
    ("why", "Later"),
    ("outcome", "later"),
    ("outcome", "not_attempted"),
    ("outcome", "parent_missing"),
    ("outcome", "expired"),
    ("status", "401"),
    ("status", "408"),
    ("status", "429"),
    ("status", "500"),
    ("status", "502"),
    ("status", "503"),
    ("fate", "reply cut"),
    ("fate", "reply lost"),
    ("fate", "request lost"),
    ("fate", "request late"),
    ("fate", "unreachable"),
    ("fate", "portal"),
    ("fate", "arrived again or late"),
    // sealed to done
    ("outcome", "applied"),
    ("outcome", "duplicate"),
    ("history", "applied"),
    ("history", "create_found"),
    ("lookup", "applied"),
    ("lookup", "unknown"),
    // sealed to pending
    ("outcome", "conflict"),
    ("history", "refused conflict"),
    ("outcome", "group_refused"),
    ("why", "Bounced"),
    // sealed to held, pending to held
    ("outcome", "rejected"),
    ("outcome", "locked"),
    ("outcome", "not_owner"),
    ("outcome", "forbidden"),
    ("outcome", "gone"),
    ("outcome", "schema_too_old"),
    ("status", "400"),
    ("status", "413"),
    ("status", "422"),
    ("history", "review_opened conflict"),
    ("history", "review_opened rejected"),
    ("history", "review_opened rule_changed"),
    ("history", "review_opened gone"),
    ("history", "review_opened parent_gone"),
    ("history", "review_opened forbidden"),
    ("history", "review_opened uncertain"),
    ("history", "review_opened locked"),
    ("history", "review_opened not_owner"),
    ("history", "review_opened group_parted"),
    // pending or held to done
    ("history", "converged"),
    ("history", "cancelled"),
    ("history", "nothing_to_change"),
    // held to pending, to discarded; the end of a review
    ("history", "review_closed mine"),
    ("history", "review_closed theirs"),
    ("history", "review_closed merged"),
    ("history", "review_withdrawn"),
    ("answer refused", "moved"),
    ("answer refused", "closed"),
    // pending to discarded
    ("history", "discarded"),
    ("history", "over_own_edit"),
    ("history", "paused"),
    ("history", "unpaused"),
    // a cursor that has expired, a record out of sight, a reference to nobody known, a group
    ("status", "410"),
    ("record", "Hidden"),
    ("record", "Gone"),
    ("record", "Archived"),
    ("record", "WillBeArchived"),
    // every other reason to wait
    ("why", "Ready"),
    ("why", "BehindShipment"),
    ("why", "BehindEarlier"),
    ("why", "BehindBarrier"),
    ("why", "Review"),
    ("why", "Paused"),
    ("why", "NeedsUpdate"),
    ("why", "ForParent"),
    ("why", "Group"),
    ("why", "Lane"),
    ("why", "Offline"),
    ("why", "SignIn"),
    ("why", "WrongUser"),
    // every sentence about the device
    ("headline", "wrong_user"),
    ("headline", "sign_in"),
    ("headline", "not_accepted"),
    ("headline", "gone"),
    ("headline", "parent_gone"),
    ("headline", "forbidden"),
    ("headline", "locked"),
    ("headline", "needs_review"),
    ("headline", "group_parted"),
    ("headline", "uncertain"),
    ("headline", "update_app"),
    ("headline", "portal"),
    ("headline", "failed"),
    ("headline", "server_busy"),
    ("headline", "paused"),
    ("headline", "behind"),
    ("headline", "offline"),
    ("headline", "next_sync"),
    ("headline", "sending"),
    ("headline", "saved"),
    ("headline", "app_outdated"),
    ("headline", "clock_off"),
    ("headline", "not_all_loaded"),
    ("headline", "synced"),
    ("headline", "nothing_yet"),
    // the life of an app
    ("life", "opened"),
    ("life", "not opened"),
    ("life", "suspended"),
    ("life", "resumed"),
    ("life", "closed"),
    ("mishap", "died in a file operation"),
];

/// What never happened of all that must.
pub(crate) fn never(cover: &Cover) -> Vec<String> {
    MUST.iter().filter(|(kind, name)| cover.of(kind, name) == 0).map(|(kind, name)| format!("{kind}: {name}")).collect()
}

impl World {
    /// Counts what the histories of these records tell.
    pub(crate) fn count_histories(&mut self, keep: &Fieldkeep, records: &[RecordId]) {
        for id in records {
            for entry in keep.history(*id).unwrap_or_default() {
                let detail: Json = serde_json::from_str(&entry.detail).unwrap_or_default();
                let more = match entry.kind.as_str() {
                    "review_opened" => detail["kind"].as_str(),
                    "review_closed" => detail["choice"].as_str(),
                    "refused" => detail["outcome"]["outcome"].as_str(),
                    _ => None,
                };
                let name = more.map_or(entry.kind.clone(), |more| format!("{} {more}", entry.kind));
                self.cover.count("history", &name);
            }
        }
    }
}
