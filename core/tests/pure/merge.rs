//! Whatever the order of edits here and news from there, no value that a person chose here disappears by itself.

use fieldkeep::merge::{FieldStep, HoldReason, LiveWork, Mine, RecordStep, plan_field, plan_life};
use fieldkeep::schema::Policy;
use fieldkeep::value::Canonical;
use fieldkeep::wire::{ChangeKind, RecordLife};
use proptest::prelude::*;
use serde_json::json;

type Held = Option<Canonical>;

/// One field on one device, as the ledger keeps it.
#[derive(Clone, Debug, PartialEq)]
enum Own {
    Untouched,
    Waiting(Held),
    /// Mine, and the theirs that the review shows.
    Held(Held, Held),
}

#[derive(Clone, Debug)]
enum Event {
    Edit(Held),
    News(Held),
    UseMine,
    UseTheirs,
    Applied,
}

fn value() -> impl Strategy<Value = Held> {
    prop_oneof![Just(None), (0..3_u8).prop_map(|number| Canonical::of_undeclared(&json!(number)))]
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        3 => value().prop_map(Event::Edit),
        4 => value().prop_map(Event::News),
        1 => Just(Event::UseMine),
        1 => Just(Event::UseTheirs),
        2 => Just(Event::Applied),
    ]
}

fn mine(own: &Own) -> Mine<'_> {
    match own {
        Own::Untouched => Mine::Untouched,
        Own::Waiting(value) => Mine::Waiting(value.as_ref()),
        Own::Held(value, _) => Mine::Held(value.as_ref()),
    }
}

fn edit(own: Own, base: &Held, to: Held) -> Own {
    let view = match &own {
        Own::Untouched => base,
        Own::Waiting(value) | Own::Held(value, _) => value,
    };
    match own {
        own if *view == to => own,
        Own::Held(_, theirs) if theirs == to => Own::Untouched,
        Own::Held(_, theirs) => Own::Held(to, theirs),
        Own::Untouched | Own::Waiting(_) => Own::Waiting(to),
    }
}

proptest! {
    #[test]
    fn plan_is_total_and_the_same_everywhere(base in value(), own in value(), theirs in value(), which in 0..3_u8) {
        let mine = match which {
            0 => Mine::Untouched,
            1 => Mine::Waiting(own.as_ref()),
            _ => Mine::Held(own.as_ref()),
        };
        let plan = |policy| plan_field(policy, base.as_ref(), mine, theirs.as_ref());
        prop_assert_eq!(plan(Policy::Review), plan(Policy::Review));
        prop_assert_eq!(plan(Policy::Review), plan(Policy::ServerOwned));
    }

    #[test]
    fn no_history_loses_a_value(start in value(), events in prop::collection::vec(event(), 1..30)) {
        let (mut base, mut own) = (start, Own::Untouched);
        for event in events {
            match event {
                Event::Edit(to) => own = edit(own, &base, to),
                Event::UseMine => {
                    if let Own::Held(value, _) = own {
                        own = if value == base { Own::Untouched } else { Own::Waiting(value) };
                    }
                }
                Event::UseTheirs => {
                    if matches!(own, Own::Held(..)) {
                        own = Own::Untouched;
                    }
                }
                Event::Applied => {
                    if let Own::Waiting(value) = own {
                        base = value;
                        own = Own::Untouched;
                    }
                }
                Event::News(theirs) => {
                    let before = own.clone();
                    own = match (plan_field(Policy::Review, base.as_ref(), mine(&before), theirs.as_ref()), before.clone()) {
                        (FieldStep::Nothing, own) => own,
                        (FieldStep::Take, own) => {
                            prop_assert_eq!(&own, &Own::Untouched, "theirs was taken over work of ours");
                            own
                        }
                        (FieldStep::Converged | FieldStep::Withdraw, Own::Waiting(value) | Own::Held(value, _)) => {
                            prop_assert_eq!(&value, &theirs, "done although the sides differ");
                            Own::Untouched
                        }
                        (FieldStep::Cancelled, Own::Waiting(value)) => {
                            prop_assert_eq!(&value, &base, "cancelled although it changes something");
                            Own::Untouched
                        }
                        (FieldStep::Review, Own::Waiting(value)) => {
                            prop_assert_ne!(&value, &theirs);
                            Own::Held(value, theirs.clone())
                        }
                        (FieldStep::MoveTheirs, Own::Held(value, shown)) => {
                            prop_assert_ne!(&shown, &theirs, "a question moved to the same value");
                            Own::Held(value, theirs.clone())
                        }
                        (step, own) => return Err(TestCaseError::fail(format!("{step:?} for {own:?}"))),
                    };
                    base = theirs;
                }
            }
            if let Own::Held(value, theirs) = &own {
                prop_assert_eq!(theirs, &base, "a review shows what is not there");
                prop_assert_ne!(value, theirs, "a question between two equal values");
            }
        }
    }

    #[test]
    fn a_record_that_goes_takes_no_work_along(kinds in prop::collection::vec(0..5_usize, 0..4), life in 0..4_usize) {
        use ChangeKind::{Archive, Create, Patch, Reopen, Signoff};
        let kinds: Vec<ChangeKind> =
            kinds.into_iter().map(|kind| [Create, Patch, Archive, Reopen, Signoff][kind]).collect();
        let life = [RecordLife::Alive, RecordLife::Archived, RecordLife::Gone, RecordLife::Hidden][life];
        let step = plan_life(life, LiveWork::of(kinds.iter().copied()));
        let nowhere_to_go = !kinds.is_empty() && life != RecordLife::Alive;
        match step {
            RecordStep::Hold(reason) => {
                prop_assert!(nowhere_to_go);
                prop_assert_eq!(reason == HoldReason::Hidden, life == RecordLife::Hidden);
            }
            RecordStep::Converged => prop_assert_eq!(kinds, [Archive]),
            RecordStep::Follow => {
                let reopens = life == RecordLife::Archived && kinds.first() == Some(&Reopen);
                prop_assert!(!nowhere_to_go || reopens);
            }
        }
    }
}
