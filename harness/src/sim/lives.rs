//! The life of an app: started, put aside, taken up, closed, killed.

use fieldkeep::value::RecordId;
use fieldkeep::{OpenError, Query};

use super::oracle::Verdict;
use super::people::Keep;
use super::phone::{DRAFT, Form};
use super::watched::Watched;
use super::world::World;

impl World {
    /// The app, opened, taken up and thawed if need be; none when it cannot be had now.
    pub(crate) fn with_app(&mut self, phone: usize) -> Result<Option<Keep>, String> {
        if self.phones[phone].app.is_none() {
            self.open_app(phone)?;
        }
        self.thaw(phone);
        // Its threads go on at once, before anybody can tap.
        self.pump(phone)?;
        if self.phones[phone].app.as_ref().is_some_and(|app| app.suspended) {
            self.resume(phone)?;
        }
        Ok(self.keep_of(phone).filter(|_| self.phones[phone].app.as_ref().is_some_and(|app| !app.suspended)))
    }

    /// Starts the app.
    pub(crate) fn open_app(&mut self, phone: usize) -> Verdict {
        let opened = self.phones[phone].open();
        let died = self.phones[phone].disk.has_died();
        match opened {
            Ok(()) if !died => {
                self.say_of(phone, "opens the app");
                self.cover.count("life", "opened");
                self.check_invariants(phone)?;
                self.draft_is_there(phone)?;
                self.bind_screens(phone)?;
                self.look(phone)?;
                self.pump(phone)
            }
            Ok(()) => {
                self.drop_app(phone);
                Ok(())
            }
            Err(error) => {
                self.drop_app(phone);
                self.say_of(phone, &format!("cannot open the app: {error}"));
                self.cover.count("life", "not opened");
                match error {
                    OpenError::Unavailable { .. } | OpenError::Full if self.phones[phone].storage_is_ill || died => {
                        Ok(())
                    }
                    _ if died => Ok(()),
                    other => Err(format!("{}: the app does not open: {other}", self.phones[phone].name)),
                }
            }
        }
    }

    /// Some screens show what they are told from now on.
    fn bind_screens(&mut self, phone: usize) -> Verdict {
        let Some(keep) = self.keep_of(phone) else { return Ok(()) };
        let shown: Vec<RecordId> = ["work_order", "customer"]
            .iter()
            .filter_map(|record_type| keep.find(&Query { limit: 1, ..Query::all(record_type) }).ok())
            .flat_map(|page| page.records.into_iter().map(|record| record.id))
            .collect();
        let watched = Watched::begin(&keep, &shown);
        self.mourn(phone)?;
        match (watched, &mut self.phones[phone].app) {
            (Ok(watched), Some(app)) => app.watched = Some(watched),
            (Err(error), Some(_)) => self.refused_call(phone, &error)?,
            (_, None) => {}
        }
        Ok(())
    }

    /// What was put aside is there, and taken up.
    fn draft_is_there(&mut self, phone: usize) -> Verdict {
        let Some(keep) = self.keep_of(phone) else { return Ok(()) };
        let of = &mut self.phones[phone];
        let Some(draft) = &of.draft else { return Ok(()) };
        match keep.draft(DRAFT) {
            Ok(Some(found)) if found.fields == draft.text && found.seen.is_some() => {
                let seen = found.seen.unwrap_or(draft.form.seen.clone());
                of.screen.form = Some(Form { seen, token: keep.new_form_token(), ..draft.form.clone() });
                Ok(())
            }
            Ok(found) => Err(format!("{}: lost: the draft {:?}, there is {found:?}", of.name, draft.text)),
            Err(_) if self.phones[phone].storage_is_ill => Ok(()),
            Err(error) => Err(format!("{}: the draft cannot be read: {error}", self.phones[phone].name)),
        }
    }

    /// Ends the app as its host does when the person closes it.
    pub(crate) fn close_app(&mut self, phone: usize) -> Verdict {
        let Some(app) = &mut self.phones[phone].app else { return Ok(()) };
        app.keep.rest();
        app.poll();
        app.job = None;
        app.keep.close();
        self.say_of(phone, "closes the app");
        self.cover.count("life", "closed");
        self.phones[phone].disk.has_died();
        self.drop_app(phone);
        self.check_invariants(phone)
    }

    /// The app goes to the background, and the system asks it to let go of its files.
    pub(crate) fn suspend(&mut self, phone: usize) -> Verdict {
        let patient = self.rng.bool();
        let Some(app) = self.phones[phone].app.as_mut().filter(|app| !app.suspended) else { return Ok(()) };
        if patient {
            app.keep.rest();
            app.poll();
        }
        let suspended = app.keep.suspend(0);
        app.suspended = true;
        self.say_of(phone, &format!("goes to the background: {suspended:?}"));
        self.cover.count("life", "suspended");
        self.dispatch(phone)?;
        self.mourn(phone)?;
        match suspended {
            // It died while it let go.
            _ if self.phones[phone].app.is_none() => Ok(()),
            Ok(()) => self.check_invariants(phone),
            Err(error) => self.refused_call(phone, &error),
        }
    }

    fn resume(&mut self, phone: usize) -> Verdict {
        let Some(app) = &mut self.phones[phone].app else { return Ok(()) };
        let resumed = app.keep.resume();
        let conditions = self.phones[phone].conditions;
        match resumed {
            Ok(()) => {
                self.phones[phone].thawed_ms = self.now_ms();
                if let Some(app) = &mut self.phones[phone].app {
                    app.suspended = false;
                    let _ = app.keep.conditions(conditions);
                }
                self.say_of(phone, "comes to the front");
                self.cover.count("life", "resumed");
                self.mourn(phone)?;
                // Its threads go on at once.
                self.pump(phone)?;
                self.look(phone)
            }
            Err(error) => {
                self.say_of(phone, &format!("cannot come to the front: {error}"));
                let died = self.phones[phone].disk.is_dead();
                self.mourn(phone)?;
                match error {
                    OpenError::Unavailable { .. } | OpenError::Full if self.phones[phone].storage_is_ill || died => {
                        Ok(())
                    }
                    _ if died => Ok(()),
                    other => Err(format!("{}: the app does not resume: {other}", self.phones[phone].name)),
                }
            }
        }
    }

    /// Somebody else signs in on this phone, by mistake: the work stays its owner's.
    pub(crate) fn sign_in_as_other(&mut self, phone: usize) -> Verdict {
        let token = self.office.token("office");
        self.phones[phone].tokens.set(Some(&token));
        self.say_of(phone, "is signed in to as office");
        if let Some(keep) = self.keep_of(phone) {
            let _ = keep.token_changed();
        }
        self.pump(phone)
    }

    /// Somebody signs in again.
    pub(crate) fn sign_in(&mut self, phone: usize) -> Verdict {
        let token = self.office.token(&self.phones[phone].user);
        self.phones[phone].tokens.set(Some(&token));
        self.say_of(phone, "signs in");
        if let Some(keep) = self.keep_of(phone) {
            let _ = keep.token_changed();
        }
        self.pump(phone)
    }
}
