//! What a state says beside its headline: B38, B41.

use fieldkeep::state::{ReaderLocale, SyncFact, SyncState, sentence, sentences};
use fieldkeep::{Query, Update, WatchTarget};
use serde_json::json;

use super::phone::Phone;
use super::stage::{Proxy, World, text};

/// The sentence of each part.
fn all_words(phone: &Phone, state: &SyncState, language: &str) -> Vec<String> {
    let locale = ReaderLocale { language: language.to_owned(), utc_offset_minutes: 0 };
    let said = sentences(state, phone.keep.now_ms().unwrap(), &locale);
    said.into_iter().map(|sentence| sentence.text).collect()
}

#[test]
fn b38_every_part_of_a_state_has_its_own_sentence_and_the_headline_is_the_first() {
    let world = World::new();
    let (phone, id, _) = world.job_on_a_phone();
    phone.offline();
    let paused = phone.edit(id, [("title", text("Boiler"))]);
    phone.keep.pause(paused).unwrap();
    phone.customer("Weber");
    let state = phone.keep.state(None).unwrap().unwrap();
    let english = all_words(&phone, &state, "en");
    let expected =
        ["1 change saved on this device. Waiting for a connection.", "1 change saved on this device. Paused."];
    assert_eq!(english, expected);
    assert_eq!(english[0], sentence(&state, phone.keep.now_ms().unwrap(), &ReaderLocale::default()).text);
    let german = all_words(&phone, &state, "de");
    assert_eq!(german[1], "1 Änderung auf diesem Gerät gespeichert. Pausiert.");
}

#[test]
fn b41_a_download_that_was_cut_is_named_until_the_rest_is_here() {
    let world = World::new();
    world.office(&json!({"do": "load", "work_orders": 60}));
    let proxy = Proxy::before(&world);
    // Until the network is mended, so that it can be looked at in peace.
    proxy.ask(&json!({"do": "next", "path": "/v1/pull", "act": {"cut_after_lines": 60}, "times": 1_000}));
    let phone = world.phone_behind(&proxy);
    let cut = phone.wait(WatchTarget::State { root: None }, |update| {
        matches!(update, Update::State { state: Some(state) } if state.headline == SyncFact::NotAllLoaded { as_of_ms: None })
    });
    let Update::State { state: Some(cut) } = cut else { panic!("{cut:?}") };
    assert_eq!(all_words(&phone, &cut, "en")[0], "Not everything has been loaded yet.");
    proxy.ask(&json!({"do": "pass"}));
    phone.keep.sync_now().unwrap();
    let whole = phone.wait(WatchTarget::State { root: None }, |update| {
        matches!(update, Update::State { state: Some(state) } if matches!(state.headline, SyncFact::Synced { .. }))
    });
    let Update::State { state: Some(whole) } = whole else { panic!("{whole:?}") };
    assert!(all_words(&phone, &whole, "en")[0].starts_with("Synced at "));
    let all = Query { limit: 100, ..Query::all("work_order") };
    assert_eq!(phone.keep.find(&all).unwrap().records.len(), 60);
}
