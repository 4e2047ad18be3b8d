//! One phone: carries out commands, writes events.

use std::collections::HashMap;
use std::sync::Arc;

use fieldkeep::clock::{Clock, ManualClock};
use fieldkeep::schedule::{Battery, Conditions};
use fieldkeep::state::ReaderLocale;
use fieldkeep::value::RecordId;
use fieldkeep::{Fieldkeep, KeepError, Listener, Resolve, SeenStamp, Subscription, Update, WatchTarget};
use serde_json::{Value as Json, json};

use super::command::{Choice, Command, Commit, Find, Target, Watch};
use super::output::LineOutput;
use super::shape;
use super::start::{Started, is_moment};
use super::tokens::Tokens;
use crate::command_lines::Failure;

/// Time for `suspend` unless the command says another: what iOS grants an app that goes to the background is about 5 s.
const SUSPEND_WITHIN_MS: i64 = 3_000;

/// The phone.
pub(super) struct Phone {
    keep: Arc<Fieldkeep>,
    clock: Option<Arc<ManualClock>>,
    tokens: Arc<Tokens>,
    locale: ReaderLocale,
    output: Arc<LineOutput>,
    watches: HashMap<u64, Subscription>,
    last_watch: u64,
    reboots: u64,
}

type Reply = Result<Json, Failure>;

impl Phone {
    pub(super) fn new(started: Started, output: Arc<LineOutput>) -> Self {
        let Started { keep, clock, tokens, locale } = started;
        Self { keep: Arc::new(keep), clock, tokens, locale, output, watches: HashMap::new(), last_watch: 0, reboots: 0 }
    }

    /// The first line: the device is open.
    pub(super) fn ready(&self) -> Json {
        json!({ "ready": true, "device": self.keep.device() })
    }

    /// Carries out one command. In virtual time events that it caused are written before its reply.
    pub(super) fn carry_out(&mut self, command: Json) -> Reply {
        let reply = self.answer(Command::read(command)?);
        if self.clock.is_some() {
            self.keep.tell_subscribers();
        }
        reply
    }

    fn answer(&mut self, command: Command) -> Reply {
        match command {
            Command::Get { id, record_type, server_id } => self.get(id, record_type, server_id),
            Command::Find(find) => self.find(&find),
            Command::Watch(watch) => self.watch(watch),
            Command::Unwatch { watch } => Ok(json!({ "ended": self.watches.remove(&watch).is_some() })),
            Command::SaveDraft { form, id, seen, fields } => {
                self.done(self.keep.save_draft(&form, id, seen.map(SeenStamp), &fields.to_string()))
            }
            Command::Draft { form } => self.draft(&form),
            Command::DiscardDraft { form } => self.done(self.keep.discard_draft(&form)),
            Command::NewFormToken {} => Ok(json!({ "form_token": self.keep.new_form_token() })),
            Command::NewRecordId {} => Ok(json!({ "id": self.keep.new_record_id() })),
            Command::Commit(commit) => self.commit(&commit),
            Command::State { id } => self.state(id),
            Command::Outbox {} => Ok(json!({ "items": kept(self.keep.outbox())? })),
            Command::Reviews {} => Ok(json!({ "reviews": kept(self.keep.reviews())? })),
            Command::Resolve { review, theirs_rev, choice, value } => {
                let answer = self.choice(review, choice, value.as_ref())?;
                self.done(self.keep.resolve(review, theirs_rev, answer))
            }
            Command::History { id } => self.history(id),
            Command::Pause { operation } => self.done(self.keep.pause(operation)),
            Command::Unpause { operation } => self.done(self.keep.unpause(operation)),
            Command::DiscardPlan { operation } => Ok(json!({ "plan": kept(self.keep.discard_plan(operation))? })),
            Command::Discard { plan } => self.done(self.keep.discard(&plan)),
            other => self.answer_engine(other),
        }
    }

    fn answer_engine(&mut self, command: Command) -> Reply {
        match command {
            Command::SyncNow { id: None } => Ok(shape::serialize(&kept(self.keep.sync_now())?)),
            Command::SyncNow { id: Some(id) } => Ok(shape::serialize(&kept(self.keep.sync_record(id))?)),
            Command::RunUntil { within_ms } => Ok(shape::serialize(&kept(self.keep.run_until(within_ms))?)),
            Command::Run {} => {
                self.manual()?;
                Ok(json!({ "next_wake_ms": kept(self.keep.run_due())? }))
            }
            Command::Export { to } => Ok(json!({ "operations": kept(self.keep.export_unsent(&to))? })),
            Command::DamagedFiles {} => Ok(json!({ "files": kept(self.keep.damaged_files())? })),
            Command::NextWake {} => Ok(json!({ "next_wake_ms": kept(self.keep.next_wake())? })),
            Command::Conditions { network, battery } => {
                let battery = battery.unwrap_or(Battery::Ok);
                self.done(self.keep.conditions(Conditions { network, battery }))
            }
            Command::Token { token } => {
                self.tokens.set(token);
                self.done(self.keep.token_changed())
            }
            Command::NextToken { token } => {
                self.tokens.set_next(token);
                Ok(json!({}))
            }
            Command::Suspend { within_ms } => self.done(self.keep.suspend(within_ms.unwrap_or(SUSPEND_WITHIN_MS))),
            Command::Resume {} => match self.keep.resume() {
                Ok(()) => Ok(json!({})),
                Err(error) => Err(Failure::new("open", error.to_string())),
            },
            Command::Close {} => {
                self.keep.close();
                Ok(json!({}))
            }
            other => self.answer_clock(&other),
        }
    }

    fn answer_clock(&mut self, command: &Command) -> Reply {
        match command {
            Command::Advance { ms } if *ms < 0 => {
                return Err(Failure::bad_input("time only passes forward; use clock_skew"));
            }
            Command::Advance { ms } | Command::ClockSkew { ms } => {
                let clock = self.manual()?;
                if !is_moment(clock.now().wall_ms.saturating_add(*ms)) {
                    return Err(Failure::bad_input("a clock stands between the years 1 and 9999"));
                }
                if matches!(command, Command::Advance { .. }) { clock.advance(*ms) } else { clock.skew_wall(*ms) }
            }
            Command::Reboot {} => {
                self.reboots += 1;
                let boot = format!("virtual-boot-{}-{}", std::process::id(), self.reboots);
                self.manual()?.reboot(&boot);
            }
            _ => {}
        }
        // Also while it is suspended: the clock is the script's, not the store's.
        match (self.keep.now_ms(), &self.clock) {
            (Ok(now_ms), _) => Ok(json!({ "now_ms": now_ms })),
            (Err(_), Some(clock)) => Ok(json!({ "now_ms": clock.now().wall_ms })),
            (Err(error), None) => Err(shape::failure(&error)),
        }
    }

    fn get(&self, id: Option<RecordId>, record_type: Option<String>, server_id: Option<String>) -> Reply {
        let found = match (id, record_type, server_id) {
            (Some(id), None, None) => self.keep.get(id),
            (None, Some(record_type), Some(server_id)) => self.keep.get_by_server_id(&record_type, &server_id),
            _ => return Err(Failure::bad_input("get takes id, or type and server_id")),
        };
        let now_ms = kept(self.keep.now_ms())?;
        let record = kept(found)?.map(|record| shape::record(&record, now_ms, &self.locale));
        Ok(json!({ "record": record }))
    }

    fn find(&self, find: &Find) -> Reply {
        let query = shape::query(self.keep.schema(), find)?;
        let now_ms = kept(self.keep.now_ms())?;
        Ok(shape::page(&kept(self.keep.find(&query))?, now_ms, &self.locale))
    }

    fn watch(&mut self, watch: Watch) -> Reply {
        let target = match (watch.target, watch.id, watch.find) {
            (Target::Record, Some(id), None) => WatchTarget::Record { id },
            (Target::List, None, Some(find)) => {
                WatchTarget::Records { query: shape::query(self.keep.schema(), &find)? }
            }
            (Target::State, root, None) => WatchTarget::State { root },
            (Target::Outbox, None, None) => WatchTarget::Outbox,
            (Target::Reviews, None, None) => WatchTarget::Reviews,
            _ => return Err(Failure::bad_input("watch takes target, with id or find as the target needs it")),
        };
        self.last_watch += 1;
        let number = self.last_watch;
        let teller = Teller {
            watch: number,
            keep: Arc::downgrade(&self.keep),
            locale: self.locale.clone(),
            output: Arc::clone(&self.output),
        };
        self.watches.insert(number, kept(self.keep.watch(target, Arc::new(teller)))?);
        Ok(json!({ "watch": number }))
    }

    fn draft(&self, form: &str) -> Reply {
        let draft = kept(self.keep.draft(form))?.map(|draft| {
            let fields: Json = serde_json::from_str(&draft.fields).unwrap_or(Json::String(draft.fields));
            json!({
                "form": draft.form, "id": draft.record, "seen": draft.seen, "fields": fields, "at_ms": draft.at_ms,
            })
        });
        Ok(json!({ "draft": draft }))
    }

    fn commit(&self, commit: &Commit) -> Reply {
        let edits = shape::edits(self.keep.schema(), commit);
        let receipt = kept(self.keep.commit(edits, shape::options(commit)))?;
        Ok(json!({
            "operations": receipt.operations, "records": receipt.records, "repeated": receipt.repeated,
        }))
    }

    fn state(&self, id: Option<RecordId>) -> Reply {
        let now_ms = kept(self.keep.now_ms())?;
        let state = kept(self.keep.state(id))?.map(|state| shape::state(&state, now_ms, &self.locale));
        Ok(json!({ "state": state }))
    }

    fn choice(
        &self,
        review: fieldkeep::value::ReviewId,
        choice: Choice,
        value: Option<&Json>,
    ) -> Result<Resolve, Failure> {
        match (choice, value) {
            (Choice::Mine, None) => Ok(Resolve::Mine),
            (Choice::Theirs, None) => Ok(Resolve::Theirs),
            (Choice::Merged, Some(json)) => {
                let reviews = kept(self.keep.reviews())?;
                let asked = reviews.iter().find(|known| known.id == review);
                let field = asked.and_then(|known| self.keep.schema().field(&known.record_type, &known.field));
                Ok(Resolve::Merged { value: shape::value(field.map(|field| field.kind), json) })
            }
            _ => Err(Failure::bad_input("a value goes with merged, and only with it")),
        }
    }

    fn history(&self, id: RecordId) -> Reply {
        let entries: Vec<Json> = kept(self.keep.history(id))?
            .into_iter()
            .map(|entry| {
                let detail: Json = serde_json::from_str(&entry.detail).unwrap_or(Json::Null);
                json!({ "at_ms": entry.at_ms, "kind": entry.kind, "detail": detail })
            })
            .collect();
        Ok(json!({ "entries": entries }))
    }

    fn manual(&self) -> Result<&ManualClock, Failure> {
        self.clock.as_deref().ok_or_else(|| Failure::new("not_manual", "this verb needs --manual"))
    }

    fn done(&self, result: Result<(), KeepError>) -> Reply {
        kept(result).map(|()| json!({}))
    }
}

fn kept<T>(result: Result<T, KeepError>) -> Result<T, Failure> {
    result.map_err(|error| shape::failure(&error))
}

/// Writes an event line for each new value.
struct Teller {
    watch: u64,
    keep: std::sync::Weak<Fieldkeep>,
    locale: ReaderLocale,
    output: Arc<LineOutput>,
}

impl Listener for Teller {
    fn on_update(&self, update: Update) {
        let now_ms = self.keep.upgrade().and_then(|keep| keep.now_ms().ok()).unwrap_or(0);
        let update = shape::update(&update, now_ms, &self.locale);
        self.output.line(&json!({ "event": "update", "watch": self.watch, "update": update }));
    }
}
