//! The words: each fact in two languages, one headline and no hidden part, and a text that says when it stops being true.

use fieldkeep::state::{Catalogue, ReaderLocale, Severity, SyncFact, SyncScope, SyncState, sentence, sentence_with};
use proptest::prelude::*;

/// Wednesday, 4 March 2026, 08:10 UTC.
const NOW_MS: i64 = 1_772_611_800_000;
const HOUR_MS: i64 = 3_600_000;

fn locale(language: &str) -> ReaderLocale {
    ReaderLocale { language: language.to_owned(), utc_offset_minutes: 60 }
}

fn say(scope: SyncScope, fact: SyncFact, language: &str) -> String {
    sentence(&SyncState::of(scope, vec![fact]), NOW_MS, &locale(language)).text
}

fn list(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

#[test]
fn each_fact_has_its_sentence_in_english_and_german() {
    use SyncFact as F;
    let next_at_ms = NOW_MS + 5 * 60_000;
    let count = 1;
    let by = || "Dana".to_owned();
    for (fact, english, german) in [
        (
            F::WrongUser { count },
            "Saved on this device. Somebody else is signed in, so nothing is sent.",
            "Auf diesem Gerät gespeichert. Jemand anders ist angemeldet, deshalb wird nichts gesendet.",
        ),
        (
            F::SignIn { count },
            "Saved on this device. Sign in to send it.",
            "Auf diesem Gerät gespeichert. Zum Senden bitte anmelden.",
        ),
        (
            F::NotAccepted { message: "Close date is required.".into() },
            "Could not be accepted: Close date is required.",
            "Konnte nicht angenommen werden: Close date is required.",
        ),
        (
            F::Gone,
            "Removed in the office. Your changes are kept here until you decide.",
            "Im Büro entfernt. Deine Änderungen bleiben hier, bis du entscheidest.",
        ),
        (
            F::ParentGone,
            "What this belongs to was removed. Your changes are kept here until you decide.",
            "Das Zugehörige wurde entfernt. Deine Änderungen bleiben hier, bis du entscheidest.",
        ),
        (
            F::GroupParted,
            "Part of what was saved together was given up. The rest is kept here until you decide.",
            "Ein Teil dessen, was zusammen gespeichert wurde, ist aufgegeben. Der Rest bleibt hier, bis du entscheidest.",
        ),
        (
            F::Forbidden,
            "You may not change this any more. Your changes are kept here until you decide.",
            "Du darfst das nicht mehr ändern. Deine Änderungen bleiben hier, bis du entscheidest.",
        ),
        (
            F::Locked { by: by() },
            "Locked, owned by Dana. Your changes are kept here until you decide.",
            "Gesperrt, gehört Dana. Deine Änderungen bleiben hier, bis du entscheidest.",
        ),
        (
            F::Locked { by: String::new() },
            "Locked. Your changes are kept here until you decide.",
            "Gesperrt. Deine Änderungen bleiben hier, bis du entscheidest.",
        ),
        (
            F::NeedsReview { fields: list(&["Status"]), by: String::new() },
            "Another update changed Status. Review before sending again.",
            "Eine andere Änderung betrifft Status. Vor dem nächsten Senden prüfen.",
        ),
        (
            F::NeedsReview { fields: list(&["Status", "Due", "Title"]), by: by() },
            "Dana changed Status, Due and Title. Review before sending again.",
            "Dana hat Status, Due und Title geändert. Vor dem nächsten Senden prüfen.",
        ),
        (
            F::ClockWrong { count },
            "Saved on this device. No secure connection can be made. Check the date and time of this device.",
            "Auf diesem Gerät gespeichert. Eine sichere Verbindung ist nicht möglich. Bitte Datum und Uhrzeit des Geräts prüfen.",
        ),
        (
            F::Portal { count },
            "Saved on this device. This network wants you to log in.",
            "Auf diesem Gerät gespeichert. Dieses Netz verlangt eine Anmeldung.",
        ),
        (
            F::Failed { count, next_at_ms },
            "Saved on this device. Sync failed, retrying in 5 minutes.",
            "Auf diesem Gerät gespeichert. Senden fehlgeschlagen, nächster Versuch in 5 Minuten.",
        ),
        (
            F::ServerBusy { count, next_at_ms },
            "Saved on this device. The server is busy, next sync in 5 minutes.",
            "Auf diesem Gerät gespeichert. Der Server ist ausgelastet, nächster Versuch in 5 Minuten.",
        ),
        (
            F::OthersKeepChanging { count, next_at_ms },
            "Saved on this device. Others keep changing this, retrying in 5 minutes.",
            "Auf diesem Gerät gespeichert. Andere ändern das laufend, nächster Versuch in 5 Minuten.",
        ),
        (
            F::Behind { count, what: "Customer \"Hansa\"".into() },
            "Saved on this device. Waiting for Customer \"Hansa\" to sync first.",
            "Auf diesem Gerät gespeichert. Zuerst muss Customer \"Hansa\" gesendet sein.",
        ),
        (F::Paused { count }, "Saved on this device. Paused.", "Auf diesem Gerät gespeichert. Pausiert."),
        (
            F::Offline { count },
            "Saved on this device. Waiting for a connection.",
            "Auf diesem Gerät gespeichert. Wartet auf eine Verbindung.",
        ),
        (
            F::NextSync { count, next_at_ms },
            "Saved on this device. Next sync in 5 minutes.",
            "Auf diesem Gerät gespeichert. Nächster Abgleich in 5 Minuten.",
        ),
        (F::Sending { count }, "Sending.", "Wird gesendet."),
        (F::Saved { count }, "Saved on this device.", "Auf diesem Gerät gespeichert."),
        (F::WillBeArchived, "Will be archived with the next sync.", "Wird mit dem nächsten Abgleich archiviert."),
        (F::Refreshing, "Sent. Fetching what else changed.", "Gesendet. Holt, was sich sonst geändert hat."),
        (F::Synced { at_ms: NOW_MS }, "Synced at 09:10.", "Abgeglichen um 09:10."),
        (F::Synced { at_ms: NOW_MS - 24 * HOUR_MS }, "Synced at 3 March, 09:10.", "Abgeglichen um 3. März, 09:10."),
        (F::Removed, "This was removed.", "Das wurde entfernt."),
        (F::OutOfSight, "This is not shared with you any more.", "Das ist nicht mehr für dich freigegeben."),
        (F::NothingYet, "Nothing has been loaded yet.", "Es wurde noch nichts geladen."),
    ] {
        assert_eq!(say(SyncScope::Record, fact.clone(), "en"), english);
        assert_eq!(say(SyncScope::Record, fact.clone(), "de-AT"), german);
        assert_eq!(say(SyncScope::Record, fact, "tlh"), english, "English where there are no words");
    }
}

#[test]
fn of_several_records_a_person_reads_how_many() {
    for (count, english, german) in [
        (1, "1 change saved on this device.", "1 Änderung auf diesem Gerät gespeichert."),
        (3, "3 changes saved on this device.", "3 Änderungen auf diesem Gerät gespeichert."),
    ] {
        assert_eq!(say(SyncScope::Device, SyncFact::Saved { count }, "en"), english);
        assert_eq!(say(SyncScope::Family, SyncFact::Saved { count }, "de"), german);
    }
}

/// One fact of each kind, gravest first.
fn by_precedence() -> Vec<SyncFact> {
    use SyncFact as F;
    let (count, next_at_ms) = (1, NOW_MS + 1);
    vec![
        F::WrongUser { count },
        F::SignIn { count },
        F::NotAccepted { message: "No".into() },
        F::Gone,
        F::NeedsReview { fields: list(&["Status"]), by: String::new() },
        F::ClockWrong { count },
        F::Portal { count },
        F::Failed { count, next_at_ms },
        F::ServerBusy { count, next_at_ms },
        F::Offline { count },
        F::OthersKeepChanging { count, next_at_ms },
        F::Paused { count },
        F::Behind { count, what: "x".into() },
        F::NextSync { count, next_at_ms },
        F::Sending { count },
        F::Saved { count },
        F::WillBeArchived,
        F::Refreshing,
        F::Synced { at_ms: NOW_MS },
        F::NothingYet,
    ]
}

#[test]
fn the_gravest_fact_is_the_headline_whatever_the_order() {
    let facts = by_precedence();
    for (position, grave) in facts.iter().enumerate() {
        for lighter in &facts[position + 1..] {
            for pair in [vec![grave.clone(), lighter.clone()], vec![lighter.clone(), grave.clone()]] {
                let state = SyncState::of(SyncScope::Device, pair);
                assert_eq!(state.headline, *grave, "before {lighter:?}");
                assert_eq!(state.parts, [grave.clone(), lighter.clone()], "a part is hidden");
            }
        }
    }
    let everything = SyncState::of(SyncScope::Family, facts.iter().rev().cloned().collect());
    assert_eq!(everything.parts, facts);
    assert_eq!(everything.severity, Severity::Blocking);
}

#[test]
fn synced_is_said_only_when_nothing_is_unfinished() {
    let synced = SyncFact::Synced { at_ms: NOW_MS };
    for unfinished in by_precedence().into_iter().take(18) {
        let state = SyncState::of(SyncScope::Record, vec![synced.clone(), unfinished.clone()]);
        assert_eq!(state.parts, [unfinished], "a record says Synced beside unfinished work");
    }
    assert_eq!(SyncState::of(SyncScope::Record, vec![synced.clone()]).headline, synced);
    assert_eq!(SyncState::of(SyncScope::Device, Vec::new()).headline, SyncFact::NothingYet);
}

#[test]
fn facts_of_one_kind_are_one_part_and_nothing_of_them_is_lost() {
    use SyncFact as F;
    let of = |facts| SyncState::of(SyncScope::Device, facts).parts;
    assert_eq!(of(vec![F::Saved { count: 1 }, F::Saved { count: 2 }]), [F::Saved { count: 3 }]);
    assert_eq!(of(vec![F::Paused { count: 1 }, F::Paused { count: 2 }]), [F::Paused { count: 3 }]);
    assert_eq!(
        of(vec![F::Failed { count: 1, next_at_ms: 9 }, F::Failed { count: 1, next_at_ms: 5 }]),
        [F::Failed { count: 2, next_at_ms: 5 }]
    );
    let review = |fields: &[&str], by: &str| F::NeedsReview { fields: list(fields), by: by.into() };
    assert_eq!(of(vec![review(&["A"], "x"), review(&["B", "A"], "x")]), [review(&["A", "B"], "x")]);
    assert_eq!(of(vec![review(&["A"], "x"), review(&["B"], "y")]), [review(&["A", "B"], "")]);
    assert_eq!(of(vec![F::Synced { at_ms: 9 }, F::Synced { at_ms: 5 }]), [F::Synced { at_ms: 5 }]);
    for two in [
        [F::NotAccepted { message: "a".into() }, F::NotAccepted { message: "b".into() }],
        [F::Locked { by: "a".into() }, F::Locked { by: "b".into() }],
        [F::Behind { count: 1, what: "a".into() }, F::Behind { count: 1, what: "b".into() }],
    ] {
        assert_eq!(of(two.to_vec()), two, "different facts became one");
    }
}

#[test]
fn a_countdown_is_rounded_up_and_ends_in_now() {
    for (left_ms, words) in [
        (0, "now"),
        (-5, "now"),
        (1, "in 1 second"),
        (1_000, "in 1 second"),
        (1_001, "in 2 seconds"),
        (10_000, "in 10 seconds"),
        (10_001, "in 15 seconds"),
        (55_001, "in 1 minute"),
        (60_000, "in 1 minute"),
        (60_001, "in 2 minutes"),
        (90 * 60_000, "in 90 minutes"),
        (90 * 60_000 + 1, "in 2 hours"),
        (24 * HOUR_MS, "in 24 hours"),
    ] {
        let fact = SyncFact::NextSync { count: 1, next_at_ms: NOW_MS + left_ms };
        assert_eq!(say(SyncScope::Record, fact, "en"), format!("Saved on this device. Next sync {words}."));
    }
}

proptest! {
    #[test]
    fn a_text_changes_when_it_says_and_not_before(
        left_ms in prop_oneof![0..70_000_i64, 0..200 * 60_000_i64, 80 * 60_000..100 * 60_000_i64, 0..30 * HOUR_MS],
        offset in -720..840_i32,
        german: bool,
    ) {
        let locale = ReaderLocale { language: if german { "de" } else { "en" }.into(), utc_offset_minutes: offset };
        let waits = SyncFact::NextSync { count: 1, next_at_ms: NOW_MS + left_ms };
        // A moment that lies ahead comes from a device clock that was wrong; its words have to hold, too.
        for fact in [waits, SyncFact::Synced { at_ms: NOW_MS - left_ms }, SyncFact::Synced { at_ms: NOW_MS + left_ms }] {
            let state = SyncState::of(SyncScope::Record, vec![fact]);
            let mut now_ms = NOW_MS;
            for _ in 0..50 {
                let said = sentence(&state, now_ms, &locale);
                let Some(changes_at_ms) = said.changes_at_ms else {
                    let much_later = sentence(&state, now_ms + 400 * 24 * HOUR_MS, &locale);
                    prop_assert_eq!(much_later.text, said.text, "it never says that it changes");
                    break;
                };
                prop_assert!(changes_at_ms > now_ms, "{}: in the past", said.text);
                prop_assert_eq!(&sentence(&state, changes_at_ms - 1, &locale).text, &said.text, "1 ms before");
                prop_assert_ne!(&sentence(&state, changes_at_ms, &locale).text, &said.text, "then");
                now_ms = changes_at_ms;
            }
        }
    }
}

#[test]
fn no_time_is_too_far_away_for_words() {
    for (now_ms, at_ms) in [(i64::MIN, i64::MAX), (i64::MAX, i64::MIN), (0, i64::MAX), (i64::MIN, i64::MIN)] {
        for fact in [SyncFact::Failed { count: 1, next_at_ms: at_ms }, SyncFact::Synced { at_ms }] {
            let locale = ReaderLocale { language: "en".to_owned(), utc_offset_minutes: i32::MAX };
            let said = sentence(&SyncState::of(SyncScope::Record, vec![fact]), now_ms, &locale);
            assert!(!said.text.is_empty(), "{now_ms} {at_ms}");
        }
    }
}

#[test]
fn an_app_may_bring_its_own_words() {
    let shouting = include_str!("../../src/state/words/en.json").replace("Saved on this device.", "SAVED.");
    let words = Catalogue::from_json(&shouting).unwrap();
    let state = SyncState::of(SyncScope::Record, vec![SyncFact::Saved { count: 1 }]);
    assert_eq!(sentence_with(&words, &state, NOW_MS, &locale("en")).text, "SAVED.");
}
