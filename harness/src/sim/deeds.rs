//! What people at the server do, and how the server behaves.

use fieldkeep::wire::ChangeKind;
use serde_json::{Value as Json, json};

use super::marks::type_in;
use super::office::OnServer;
use super::oracle::Verdict;
use super::plan::{Deed, Whim};
use super::world::World;

impl World {
    /// The records with which every world begins.
    pub(crate) fn furnish(&mut self) -> Verdict {
        for _ in 0..3 {
            let (name, phone) = (self.typed("name"), self.typed("phone"));
            let fields = [("name".to_owned(), name), ("phone".to_owned(), phone)];
            let customer = self.office.create("office", "customer", &fields)?;
            for _ in 0..2 {
                self.office_creates("office", &customer.to_string())?;
            }
        }
        self.read_the_book(false)
    }

    fn office_creates(&mut self, user: &str, customer: &str) -> Verdict {
        let (title, text) = (self.typed("title"), self.typed("description"));
        let fields = [
            ("title".to_owned(), title),
            ("description".to_owned(), text),
            ("status".to_owned(), json!("assigned")),
            ("customer".to_owned(), json!({ "local": customer })),
        ];
        self.office.create(user, "work_order", &fields).map(|_| ())
    }

    fn typed(&mut self, field: &str) -> Json {
        let mark = self.new_mark();
        type_in(field, mark, &mut self.rng).to_json()
    }

    /// Somebody at the server does something.
    pub(crate) fn deed(&mut self, deed: Deed) -> Verdict {
        if !self.office.is_up() {
            return Ok(());
        }
        self.cover.count("deed", &format!("{deed:?}"));
        let user = self.desks[self.rng.usize(0..self.desks.len())].clone();
        let records = self.office.records()?;
        let life = if deed == Deed::Reopen { "archived" } else { "alive" };
        let mut among: Vec<&OnServer> = records
            .iter()
            .filter(|record| record.life == life && matches!(record.record_type.as_str(), "work_order" | "customer"))
            .collect();
        let busy = self.intents.busy_records();
        if deed == Deed::EditWhatIsEdited && self.rng.u32(0..4) > 0 {
            let are_busy = |record: &&OnServer| record.local_id.is_some_and(|id| busy.contains(&id));
            let edited: Vec<_> = among.iter().copied().filter(are_busy).collect();
            among = if edited.is_empty() { among } else { edited };
        }
        if among.is_empty() {
            return Ok(());
        }
        let record = among[self.rng.usize(0..among.len())].clone();
        self.do_to(&user, deed, &record)?;
        self.read_the_book(false)
    }

    fn do_to(&mut self, user: &str, deed: Deed, record: &OnServer) -> Verdict {
        let id = record.server_id.clone();
        let line = match deed {
            Deed::Edit | Deed::EditWhatIsEdited => {
                let field = self.field_for_office(record);
                let to = self.typed(&field);
                let line = format!("{field} of {id}: {to}");
                let taken = self.office.change(user, record, ChangeKind::Patch, &[(field, to)])?;
                format!("{line}, taken {taken}")
            }
            Deed::Create => {
                let customers = self.office.records()?;
                let customer = customers.iter().find(|other| other.record_type == "customer" && other.life == "alive");
                let Some(customer) = customer.and_then(|customer| customer.local_id) else { return Ok(()) };
                let made = self.office_creates(user, &customer.to_string());
                format!("a new job, {made:?}")
            }
            Deed::Archive => format!("{id}, {}", self.office.change(user, record, ChangeKind::Archive, &[])?),
            Deed::Reopen => format!("{id}, {}", self.office.change(user, record, ChangeKind::Reopen, &[])?),
            Deed::Delete => self.tell(&json!({ "do": "delete", "server_id": id }))?,
            Deed::Touch => self.tell(&json!({ "do": "touch", "server_id": id }))?,
            Deed::Grant | Deed::Revoke => {
                let user = self.somebody();
                self.shut_out(&user);
                let what = if deed == Deed::Grant { "grant" } else { "revoke" };
                self.tell(&json!({ "do": what, "user": user, "server_id": id }))?
            }
            Deed::SeesAll => {
                let (user, value) = (self.somebody(), self.rng.bool());
                self.shut_out(&user);
                self.tell(&json!({ "do": "sees_all", "user": user, "value": value }))?
            }
        };
        self.say(user, &format!("{deed:?} {line}"));
        Ok(())
    }

    fn shut_out(&mut self, user: &str) {
        for phone in self.phones.iter_mut().filter(|phone| phone.user == user) {
            phone.was_shut_out = true;
        }
    }

    /// Mostly a field in which somebody with a phone has just written.
    fn field_for_office(&mut self, record: &OnServer) -> String {
        let id = record.local_id;
        let busy = id.into_iter().flat_map(|id| self.intents.of_record(id)).rev();
        let busy: Vec<String> = busy
            .filter(|(_, intent)| intent.is_due())
            .filter_map(|(_, intent)| Some(intent.field()?.to_owned()))
            .collect();
        if let Some(field) = busy.first().filter(|_| self.rng.u32(0..4) > 0) {
            return field.clone();
        }
        let fields: &[&str] = match record.record_type.as_str() {
            "customer" => &["phone", "name", "city"],
            _ => &["description", "status", "title", "labor_hours"],
        };
        fields[self.rng.usize(0..fields.len())].to_owned()
    }

    pub(crate) fn somebody(&mut self) -> String {
        let no = self.rng.usize(0..self.phones.len().max(1));
        self.phones.get(no).map_or_else(|| "office".to_owned(), |phone| phone.user.clone())
    }

    /// Tells the server something; gives the line for the trace.
    fn tell(&mut self, command: &Json) -> Result<String, String> {
        let reply = self.office.admin(command)?;
        Ok(format!("{command}: {reply}"))
    }

    /// The server behaves otherwise from now on.
    pub(crate) fn whim(&mut self, whim: Whim) -> Verdict {
        self.cover.count("whim", &format!("{whim:?}"));
        match whim {
            Whim::Down => self.office.stop(),
            Whim::Up | Whim::Restart => self.office.start()?,
            _ if !self.office.is_up() => return Ok(()),
            Whim::ExpireToken => return self.expire_token(),
            Whim::KeepAnswers => self.office.rebuild()?,
            Whim::WellBehaved => self.office.reset()?,
            _ => {}
        }
        let line = match self.command_of(whim)? {
            Some(command) => self.tell(&command)?,
            None => String::new(),
        };
        self.say("server", &format!("{whim:?} {line}"));
        self.read_the_book(false)
    }

    fn expire_token(&mut self) -> Verdict {
        let user = self.somebody();
        self.office.renew_token(&user)?;
        let token = self.office.token(&user);
        for no in 0..self.phones.len() {
            let silently = self.rng.u32(0..10) < 6;
            if self.phones[no].user == user {
                self.phones[no].tokens.set_next(silently.then_some(token.as_str()));
            }
        }
        self.say("server", &format!("ends the token of {user}"));
        Ok(())
    }

    fn command_of(&mut self, whim: Whim) -> Result<Option<Json>, String> {
        let rng = &mut self.rng;
        let one = |rng: &mut fastrand::Rng, list: &[Json]| list[rng.usize(0..list.len())].clone();
        Ok(Some(match whim {
            Whim::ForgetKeys => json!({ "do": "forget_keys" }),
            Whim::RateLimit => {
                let how = one(rng, &[json!("seconds"), json!("http_date"), json!("none")]);
                json!({ "do": "rate_limit", "times": rng.u32(1..4), "after_s": rng.i64(1..5_000), "retry_after": how })
            }
            Whim::Fail => {
                let status = one(rng, &[400, 403, 404, 408, 413, 422, 500, 502, 503].map(Json::from));
                json!({ "do": "fail", "status": status, "times": rng.u32(1..5) })
            }
            Whim::Normalise => {
                let rules = [
                    json!({ "do": "normalise", "field": "work_order.title", "rule": "upper" }),
                    json!({ "do": "normalise", "field": "work_order.description", "rule": "trim" }),
                    json!({ "do": "normalise", "field": "work_order.labor_hours", "rule": "round2" }),
                    json!({ "do": "normalise", "field": "customer.phone", "rule": "e164:+49" }),
                    json!({ "do": "normalise", "field": "customer.name", "rule": "upper" }),
                ];
                let rule = one(rng, &rules);
                let field = rule["field"].as_str().and_then(|name| name.rsplit('.').next()).unwrap_or_default();
                self.office.normalised.insert(field.to_owned());
                rule
            }
            Whim::RefuseField => {
                let fields = ["work_order.description", "work_order.status", "customer.phone", "note.text"];
                let field = one(rng, &fields.map(Json::from));
                let message = if rng.bool() { json!("Not like this") } else { Json::Null };
                json!({ "do": "refuse_field", "field": field, "message": message })
            }
            Whim::RefuseRecord => {
                let refusals = [
                    json!({ "kind": "locked", "by": "office" }),
                    json!({ "kind": "not_owner", "owner": "zoe" }),
                    json!({ "kind": "forbidden" }),
                    Json::Null,
                ];
                let how = one(rng, &refusals);
                let records = self.office.records()?;
                let id = records[self.rng.usize(0..records.len())].server_id.clone();
                json!({ "do": "refuse_record", "server_id": id, "as": how })
            }
            Whim::AnswerLater => {
                json!({ "do": "answer", "outcome": "later", "times": rng.u32(1..4), "skip": rng.u32(0..3),
                    "after_s": rng.i64(1..4_000) })
            }
            Whim::NotAttempted => {
                let how = one(rng, &["not_attempted", "parent_missing", "expired"].map(Json::from));
                json!({ "do": "answer", "outcome": how, "times": rng.u32(1..3), "skip": rng.u32(0..3) })
            }
            Whim::Limits => {
                json!({ "do": "limits", "batch_items": rng.u32(1..9), "page_entries": rng.u32(1..9) })
            }
            Whim::ShortKeys => json!({ "do": "limits", "key_lifetime_s": rng.i64(30..9_000) }),
            Whim::Tamper => {
                let hows =
                    [json!("html"), json!("not_utf8"), json!("too_deep"), json!({ "drop_lines": rng.u32(0..3) })];
                let path = one(rng, &[json!("push"), json!("pull")]);
                let (how, times) = (one(rng, &hows), rng.u32(1..4));
                json!({ "do": "tamper", "path": path, "how": how, "times": times })
            }
            // A server like many: it goes on for a while.
            Whim::NoRecords => {
                json!({ "do": "tamper", "path": "push", "how": "no_record", "times": rng.u32(10..60) })
            }
            Whim::NoOldApps => {
                let from = if rng.bool() { 2 } else { 1 };
                json!({ "do": "limits", "schema_new_from": 2, "schema_pending_from": from })
            }
            Whim::Down | Whim::Up | Whim::Restart | Whim::ExpireToken | Whim::KeepAnswers | Whim::WellBehaved => {
                return Ok(None);
            }
        }))
    }
}
