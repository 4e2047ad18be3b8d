//! Watching: B16 to B19.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, Weak};

use fieldkeep::value::RecordId;
use fieldkeep::{CommitOptions, Edit, Fieldkeep, Listener, Update, WatchTarget};

use super::stage::{PATIENCE, World, fields, teller, text};

fn name_of(update: &Update) -> String {
    match update {
        Update::Record { record: Some(record) } => match &record.fields["name"] {
            fieldkeep::value::Value::Text(name) => name.clone(),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

/// The next value with another name than before; the state may change in between.
fn until_name(told: &Receiver<Update>, name: &str) {
    while name_of(&told.recv_timeout(PATIENCE).unwrap()) != name {}
}

#[test]
fn b16_the_newest_value_first_then_every_change_and_nothing_after_the_end() {
    let world = World::new();
    let phone = world.phone();
    phone.offline();
    let id = phone.customer("one");
    let (teller_of_one, told) = teller();
    let watching = phone.keep.watch(WatchTarget::Record { id }, teller_of_one).unwrap();
    assert_eq!(name_of(&told.recv_timeout(PATIENCE).unwrap()), "one");
    phone.edit(id, [("name", text("two"))]);
    until_name(&told, "two");
    phone.edit(id, [("name", text("three"))]);
    until_name(&told, "three");
    drop(watching);
    phone.edit(id, [("name", text("four"))]);
    // Another watcher has seen the change, so the first would have been told by now.
    phone.wait_for(id, |record| record.fields["name"] == text("four"));
    let late: Vec<String> = told.try_iter().map(|update| name_of(&update)).collect();
    assert!(!late.contains(&"four".to_owned()), "{late:?}");
}

/// Reads nothing until it is let go, and then as fast as it can.
struct Slow {
    gate: Mutex<Receiver<()>>,
    told: Sender<()>,
    names: Mutex<Vec<String>>,
}

impl Listener for Slow {
    fn on_update(&self, update: Update) {
        let mut names = self.names.lock().unwrap();
        names.push(name_of(&update));
        let is_first = names.len() == 1;
        drop(names);
        // Nobody may listen any more.
        let _ = self.told.send(());
        if is_first {
            self.gate.lock().unwrap().recv().unwrap();
        }
    }
}

#[test]
fn b17_a_slow_reader_gets_few_values_and_the_last_of_them_is_the_last_save() {
    const SAVES: usize = 1_000;
    let world = World::new();
    let phone = world.phone();
    let id = phone.customer("first");
    let (open, gate) = channel();
    let (told, was_told) = channel();
    let slow = Arc::new(Slow { gate: Mutex::new(gate), told, names: Mutex::default() });
    let _watching = phone.keep.watch(WatchTarget::Record { id }, Arc::clone(&slow) as Arc<dyn Listener>).unwrap();
    was_told.recv_timeout(PATIENCE).unwrap();
    for number in 1..=SAVES {
        phone.edit(id, [("name", text(&format!("save {number}")))]);
    }
    open.send(()).unwrap();
    let last = format!("save {SAVES}");
    while slow.names.lock().unwrap().last() != Some(&last) {
        was_told.recv_timeout(PATIENCE).unwrap();
    }
    phone.wait_synced(id);
    let names = slow.names.lock().unwrap().clone();
    assert_eq!(names.last(), Some(&last), "{names:?}");
    // The last save has a few states on its way to the server.
    assert!(names.len() <= 20, "{} values for {SAVES} saves", names.len());
}

/// Fails each time.
struct Thrower(Mutex<usize>);

impl Listener for Thrower {
    fn on_update(&self, _: Update) {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) += 1;
        panic!("the app's own fault");
    }
}

#[test]
fn b18_code_that_throws_when_it_is_told_harms_nobody_else() {
    let world = World::new();
    let phone = world.phone();
    let id = phone.customer("one");
    let thrower = Arc::new(Thrower(Mutex::new(0)));
    let _thrower = phone.keep.watch(WatchTarget::Record { id }, Arc::clone(&thrower) as Arc<dyn Listener>).unwrap();
    let (other, told) = teller();
    let _other = phone.keep.watch(WatchTarget::Record { id }, other).unwrap();
    until_name(&told, "one");
    phone.edit(id, [("name", text("two"))]);
    until_name(&told, "two");
    assert!(*thrower.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) >= 1, "it was told and threw");
    phone.wait_synced(id);
    assert_eq!(world.record(id)["values"]["name"], "two", "the engine goes on");
}

/// Calls back in whatever it is told.
struct Caller {
    keep: Weak<Fieldkeep>,
    id: RecordId,
    answers: Mutex<std::sync::mpsc::Sender<RecordId>>,
}

impl Listener for Caller {
    fn on_update(&self, update: Update) {
        let Some(keep) = self.keep.upgrade() else { return };
        assert!(keep.get(self.id).unwrap().is_some());
        keep.outbox().unwrap();
        keep.state(None).unwrap();
        keep.next_wake().unwrap();
        if name_of(&update) == "ask" {
            let edit =
                Edit::Create { record_type: "customer".into(), id: None, fields: fields([("name", text("answer"))]) };
            let made = keep.commit(vec![edit], CommitOptions::default()).unwrap();
            self.answers.lock().unwrap().send(made.records[0]).unwrap();
        }
    }
}

#[test]
fn b19_code_that_calls_back_while_it_is_told_gets_its_answers() {
    let world = World::new();
    let phone = world.phone();
    let id = phone.customer("one");
    let (answers, answered) = channel();
    let caller = Caller { keep: Arc::downgrade(&phone.keep), id, answers: Mutex::new(answers) };
    let _watching = phone.keep.watch(WatchTarget::Record { id }, Arc::new(caller)).unwrap();
    phone.edit(id, [("name", text("ask"))]);
    let made = answered.recv_timeout(PATIENCE).unwrap();
    phone.wait_synced(made);
    phone.wait_synced(id);
}
