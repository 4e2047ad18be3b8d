//! What a server may reply: a phone has work, and a reply to one of its requests is the input. The head of an input says
//! status, coding and pieces (`reply.rs`), signs in it stand for names (`names.rs`).

use std::collections::HashMap;

use fieldkeep::value::Value;
use fieldkeep::{Edit, SyncOutcome};

use super::honest::Mood;
use super::phone::{Meant, Phone, sound};
use super::place::{JOBS, job, server_id};
use super::{Kept, LIFE};

/// Of so many greetings one is followed by an honest one.
const HONEST: usize = 4;

thread_local! {
    static PHONE_THAT_GREETS: Kept<Phone> = const { Kept::new(Phone::new) };
    static PHONE_THAT_PUSHES: Kept<Phone> = const { Kept::new(Phone::new) };
    static PHONE_THAT_PULLS: Kept<Phone> = const { Kept::new(Phone::new) };
    static PHONE_THAT_LOOKS_UP: Kept<Phone> = const { Kept::new(Phone::new) };
}

/// A reply to `GET /v1/hello`. Whatever it says, nothing is lost by it, and with an honest one afterwards everything goes
/// out, once.
pub fn hello_reply(input: &[u8]) {
    PHONE_THAT_GREETS.with(|kept| {
        kept.with(|phone, number| {
            phone.begin();
            let meant = phone.work(|phone| work(phone, number, false));
            phone.liar.told().lie("/v1/hello", input);
            phone.sign_in_again();
            phone.sync();
            let fate = phone.check(&meant);
            if number % HONEST < HONEST - 1 && LIFE > 1 {
                return phone.end(meant, fate, number);
            }
            phone.begin();
            phone.sign_in_again();
            let report = phone.sync();
            assert_eq!(report.outcome, SyncOutcome::Done, "an honest server helps");
            assert_eq!(report.waiting, 0, "everything has gone out: {:?}", sound(phone.keep.outbox()));
            let told = phone.liar.told();
            for one in &meant {
                assert!(told.honest.has_value(&one.text), "never arrived: {one:?}");
            }
        });
    });
}

/// A reply to `POST /v1/push`: two shipments, in a group where the input's length is odd.
pub fn push_reply(input: &[u8]) {
    PHONE_THAT_PUSHES.with(|kept| {
        kept.with(|phone, number| {
            phone.begin();
            let meant = phone.work(|phone| work(phone, number, input.len() % 2 == 1));
            phone.liar.told().lie("/v1/push", input);
            phone.sync();
            let fate = phone.check(&meant);
            phone.end(meant, fate, number);
        });
    });
}

/// A page of `GET /v1/pull`: work is on its way without an answer, and other work is paused.
pub fn pull_page(input: &[u8]) {
    PHONE_THAT_PULLS.with(|kept| {
        kept.with(|phone, number| {
            phone.begin();
            let meant = phone.work(|phone| work_and_paused(phone, number));
            {
                let mut told = phone.liar.told();
                told.honest.mood = Mood::Later;
                told.lie("/v1/pull", input);
            }
            phone.sync();
            let fate = phone.check(&meant);
            phone.liar.told().honest.mood = Mood::Takes;
            phone.end(meant, fate, number);
        });
    });
}

/// A reply to `POST /v1/lookup`: about shipments in doubt and, for some lengths of the input, about records that a full
/// download has not shown.
pub fn lookup_reply(input: &[u8]) {
    PHONE_THAT_LOOKS_UP.with(|kept| {
        kept.with(|phone, number| {
            phone.begin();
            let meant = phone.work(|phone| work(phone, number, input.len() % 2 == 1));
            {
                let mut told = phone.liar.told();
                told.honest.mood = Mood::Expired;
                told.cursor_expired = input.len() % 8 == 3;
                told.lie("/v1/lookup", input);
            }
            phone.sync();
            let fate = phone.check(&meant);
            phone.liar.told().honest.mood = Mood::Takes;
            phone.end(meant, fate, number);
        });
    });
}

/// A work order is changed and a note added to it: one commit.
fn work(phone: &Phone, number: usize, together: bool) -> Vec<Meant> {
    let noted = format!("noted {number}");
    let parent = Value::Reference(job(job_of(number)));
    let fields = HashMap::from([("text".to_owned(), Value::Text(noted.clone())), ("work_order".to_owned(), parent)]);
    let note = Edit::Create { record_type: "note".to_owned(), id: None, fields };
    let changed = phone.patch(job_of(number), &format!("changed {number}"));
    phone.commit(vec![changed, (note, noted)], together)
}

/// The same, and a work order with a change that is paused.
fn work_and_paused(phone: &Phone, number: usize) -> Vec<Meant> {
    let mut meant = work(phone, number, false);
    let beside = job_of(number) + JOBS / 2;
    let paused = phone.commit(vec![phone.patch(beside, &format!("paused {number}"))], false);
    paused.iter().for_each(|one| sound(phone.keep.pause(one.operation)));
    phone.liar.told().names.paused = [job(beside).to_string(), server_id(beside)];
    meant.extend(paused);
    meant
}

/// The work order of an input; another one than those of the inputs just before.
fn job_of(number: usize) -> u128 {
    u128::try_from(number).unwrap() % (JOBS / 2)
}
