//! The oracle's visits: when it looks at a phone, and at what.

use fieldkeep::store::invariants;
use fieldkeep::{Fieldkeep, OutboxItem};
use fieldkeep_disk::{Process, VFS};
use rusqlite::{Connection, OpenFlags};

use super::oracle::{self, Glance, Truth, Verdict};
use super::phone::LookedAt;
use super::traffic::CLOCK_NOISE_MS;
use super::world::World;

impl World {
    /// The oracle looks at a phone, if something was stored there.
    pub(crate) fn look_if_stored(&mut self, phone: usize) -> Verdict {
        let of = &self.phones[phone];
        match &of.looked_at {
            Some(last) if last.stored.0 == of.disk.operations() => Ok(()),
            _ => self.look(phone),
        }
    }

    /// The oracle looks at a phone, if anything has changed there or around it.
    pub(crate) fn look(&mut self, phone: usize) -> Verdict {
        let Some(keep) = self.keep_of(phone) else { return Ok(()) };
        let truth = self.truth(phone);
        let of = &self.phones[phone];
        let stored = (of.disk.operations(), self.intents.version());
        let before = of.looked_at.as_ref();
        if before.is_some_and(|last| (last.stored, last.steps) == (stored, of.steps) && last.truth == truth) {
            return Ok(());
        }
        let is_new = before.is_none_or(|last| last.stored != stored);
        let turn = before.map_or(0, |last| last.turn) + usize::from(is_new);
        let steps = of.steps;
        self.phones[phone].looked_at = Some(LookedAt { stored, steps, truth: truth.clone(), turn });
        let name = &self.phones[phone].name;
        let glance = Glance::take(&self.intents, phone, &keep, is_new.then_some(turn))
            .map_err(|error| format!("{name}: {error}"))?;
        let Some(glance) = glance else {
            self.phones[phone].goes_at_ms = None;
            let of = &self.phones[phone];
            let excused = of.storage_is_ill || of.disk.is_dead() || of.app.as_ref().is_none_or(|app| app.suspended);
            return if excused { Ok(()) } else { Err(format!("{}: nothing can be read on a sound disk", of.name)) };
        };
        self.phones[phone].goes_at_ms = glance.outbox.iter().filter_map(|item| self.goes_at_ms(&glance, item)).min();
        let name = &self.phones[phone].name;
        oracle::nothing_is_lost(&mut self.intents, &self.history, phone, &glance)
            .map_err(|error| format!("{name}: {error}"))?;
        if !truth.awake {
            // Nobody sees a screen.
            return Ok(());
        }
        for item in &glance.outbox {
            self.cover.count("why", &format!("{:?}", item.why));
        }
        for record in glance.records.values() {
            self.cover.count("record", &format!("{:?}", record.status));
        }
        self.screens_are_up_to_date(phone, &keep, &glance)?;
        let shut_out = self.phones[phone].was_shut_out;
        oracle::questions_have_a_ground(
            &self.intents,
            &self.wire,
            &self.history,
            (phone, shut_out, self.phones[phone].schema.version > 1, self.time.now_ms()),
            &glance,
        )
        .map_err(|error| format!("{name}: {error}"))?;
        self.synced_is_true(phone, &glance).map_err(|error| format!("{name}: {error}"))?;
        self.nothing_goes_back(phone, &glance).map_err(|error| format!("{name}: {error}"))?;
        self.named_waits_are_told(phone, &glance).map_err(|error| format!("{name}: {error}"))?;
        let (cover, trace, now_ms) = (&mut self.cover, &mut self.trace, self.time.now_ms());
        let mut said = |fact: &fieldkeep::state::SyncFact, words: &str| {
            cover.fact(fact);
            if trace.is_read() || cover.is_new_sentence(phone, words) {
                trace.line(now_ms, name, &format!("\"{words}\""));
            }
        };
        oracle::words_are_true(&self.intents, &truth, &glance, &mut said).map_err(|error| format!("{name}: {error}"))
    }

    /// Now and then: to ask for all that was told takes time.
    fn screens_are_up_to_date(&self, phone: usize, keep: &Fieldkeep, glance: &Glance) -> Verdict {
        /// Looks between two of these.
        const EACH: usize = 5;
        let of = &self.phones[phone];
        let is_due = of.looked_at.as_ref().is_some_and(|last| last.turn.is_multiple_of(EACH));
        let Some(watched) =
            of.app.as_ref().filter(|_| is_due && !of.storage_is_ill).and_then(|app| app.watched.as_ref())
        else {
            return Ok(());
        };
        watched
            .latest(keep, |latest| oracle::screens_are_up_to_date(keep, latest, glance))
            .map_err(|error| format!("{}: {error}", of.name))
    }

    /// What is called synced was so when it says. Only where the phone's clock can be relied on.
    fn synced_is_true(&self, phone: usize, glance: &Glance) -> Verdict {
        /// A reply may have been under way so long.
        const UNDER_WAY_MS: i64 = 220_000;
        let of = &self.phones[phone];
        if !of.clock.is_right() {
            return Ok(());
        }
        for (id, record) in &glance.settled {
            if let fieldkeep::state::SyncFact::Synced { at_ms } = record.state.headline {
                // Right after a thaw an old reply is read.
                if (at_ms - of.thawed_ms).abs() > UNDER_WAY_MS {
                    self.history.synced_is_true(*id, record, at_ms - UNDER_WAY_MS)?;
                }
            }
        }
        Ok(())
    }

    fn nothing_goes_back(&self, phone: usize, glance: &Glance) -> Verdict {
        let waits = |record: &fieldkeep::Record| glance.outbox.iter().any(|item| item.record == record.id);
        let settled = glance.settled.iter().filter(|(_, record)| !waits(record));
        settled.into_iter().try_for_each(|(id, record)| self.history.never_goes_back(&self.intents, phone, *id, record))
    }

    /// Of what the server has told to wait, no time is named that comes before it.
    fn named_waits_are_told(&self, phone: usize, glance: &Glance) -> Verdict {
        let of = &self.phones[phone];
        if !of.clock.is_right() || of.storage_is_ill {
            return Ok(());
        }
        let names_a_time = |item: &&OutboxItem| match item.why {
            fieldkeep::WhyWaiting::Lane { reason, .. } => reason.names_a_time(),
            _ => true,
        };
        for item in glance.outbox.iter().filter(|item| item.attempts > 0).filter(names_a_time) {
            let waits_until_ms = self.wire.waits_until_ms(phone, item.record);
            let early_ms = self.goes_at_ms(glance, item).zip(waits_until_ms).map(|(at_ms, until_ms)| until_ms - at_ms);
            if let Some(early_ms) = early_ms.filter(|early_ms| *early_ms > 0) {
                return Err(format!("says {:?}, but the server wants it {early_ms} ms later", item.why));
            }
        }
        Ok(())
    }

    fn truth(&self, phone: usize) -> Truth {
        let waiting = self
            .exchanges
            .values()
            .filter(|exchange| exchange.phone == phone && exchange.waited_for && exchange.slot.is_heard());
        let pushes = waiting.filter(|exchange| exchange.request.url.ends_with("/v1/push")).count();
        let of = &self.phones[phone];
        Truth {
            phone,
            awake: of.app.as_ref().is_some_and(super::phone::App::is_awake),
            network: of.conditions.network,
            pushes_under_way: pushes,
            signed_in: of.tokens.text().is_some_and(|token| token == self.office.token(&of.user)),
        }
    }

    /// What is ready to be sent has somebody who will send it, and what waits for a time has somebody who comes back then.
    pub(crate) fn somebody_will_send(&self, phone: usize) -> Verdict {
        let of = &self.phones[phone];
        let Some(app) = of.app.as_ref().filter(|app| app.is_awake() && app.job.is_none() && app.wanted.is_empty())
        else {
            return Ok(());
        };
        let Some(goes_at_ms) = of.goes_at_ms else { return Ok(()) };
        match app.wake_at_ms {
            None => Err(format!("{}: stuck: something is ready, and nobody will send it", of.name)),
            // A step that failed for its storage is tried again after a minute.
            Some(_) if app.stumbled => Ok(()),
            Some(at_ms) if at_ms - goes_at_ms.max(self.now_ms()) > CLOCK_NOISE_MS => Err(format!(
                "{}: stuck: somebody comes back {} ms after the time that is shown",
                of.name,
                at_ms - goes_at_ms.max(self.now_ms())
            )),
            Some(_) => Ok(()),
        }
    }

    /// When something is to go by what is said of it, true time.
    fn goes_at_ms(&self, glance: &Glance, item: &OutboxItem) -> Option<i64> {
        use fieldkeep::WhyWaiting as Why;
        match item.why {
            Why::Ready => Some(self.now_ms()),
            Why::Lane { due_ms, .. } | Why::Later { due_ms } | Why::Bounced { due_ms } => {
                Some(self.now_ms() + due_ms - glance.now_ms)
            }
            _ => None,
        }
    }

    /// A report counts what waits and what is asked, and "done" leaves nothing that could go.
    pub(crate) fn report_is_true(&self, phone: usize, report: &fieldkeep::SyncReport) -> Verdict {
        let Some(keep) = self.keep_of(phone) else { return Ok(()) };
        let (Ok(outbox), Ok(reviews)) = (keep.outbox(), keep.reviews()) else { return Ok(()) };
        let counts = (i64::try_from(outbox.len()), i64::try_from(reviews.len()));
        if counts != (Ok(report.waiting), Ok(report.reviews)) {
            return Err(format!("{}: the report says {report:?}, there are {counts:?}", self.phones[phone].name));
        }
        let ready = outbox.iter().find(|item| item.why == fieldkeep::WhyWaiting::Ready);
        match ready.filter(|_| report.outcome == fieldkeep::SyncOutcome::Done) {
            Some(item) => Err(format!("{}: the report says done, but {item:?}", self.phones[phone].name)),
            None => Ok(()),
        }
    }

    /// The store's own invariants, all of them. While no app runs, somebody else looks.
    pub(crate) fn check_invariants(&mut self, phone: usize) -> Verdict {
        let of = &self.phones[phone];
        let path = format!("{}/{}", of.folder(), fieldkeep::store::DATABASE_FILE);
        let fuse = of.disk.take_fuse();
        let visitor = of.app.is_none().then(|| Process::start(&of.disk));
        let found = Connection::open_with_flags_and_vfs(path, OpenFlags::SQLITE_OPEN_READ_WRITE, VFS)
            .map_err(|error| error.to_string())
            .and_then(|db| invariants::violations(&db).map_err(|error| error.to_string()));
        if visitor.is_some() {
            of.disk.kill();
        }
        of.disk.set_fuse(fuse);
        match found {
            Ok(found) if found.is_empty() => Ok(()),
            Ok(found) => Err(format!("{}: invariants do not hold: {found:?}", of.name)),
            Err(_) if of.storage_is_ill => Ok(()),
            Err(error) => Err(format!("{}: invariants cannot be read: {error}", of.name)),
        }
    }

    /// What a phone keeps is in proportion to what was done with it.
    pub(crate) fn fits_its_disk(&mut self, phone: usize) -> Verdict {
        /// An empty store with a full write-ahead log (1,000 pages), and what an edit leaves behind, at most.
        const EMPTY_BYTES: usize = 4_500_000;
        const EDIT_BYTES: usize = 4_000;
        let bytes = self.phones[phone].disk.bytes();
        let most = EMPTY_BYTES + EDIT_BYTES * self.intents.all.len();
        if bytes > most {
            return Err(format!("{}: {bytes} bytes on the disk, {most} are enough", self.phones[phone].name));
        }
        Ok(())
    }
}
