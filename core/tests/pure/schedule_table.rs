//! Each reason to wait, as a table.

use fieldkeep::schedule::{ChangeFacts, ChangeState, MissingParent, RecordFacts, Stand, seal_groups, stands};
use fieldkeep::wire::ChangeKind;

fn change(seq: i64, kind: ChangeKind, field: &str) -> ChangeFacts {
    let state = ChangeState::Pending;
    let (field, missing) = (field.to_owned(), Vec::new());
    ChangeFacts { seq, op: seq, group: None, kind, field, state, paused: false, needs_update: false, missing }
}

fn patch(seq: i64, field: &str) -> ChangeFacts {
    change(seq, ChangeKind::Patch, field)
}

fn create(seq: i64) -> ChangeFacts {
    change(seq, ChangeKind::Create, "")
}

fn archive(seq: i64) -> ChangeFacts {
    change(seq, ChangeKind::Archive, "")
}

trait With: Sized {
    fn held(self, review: i64) -> Self;
    fn sealed(self) -> Self;
    fn paused(self) -> Self;
    fn too_new(self) -> Self;
    fn grouped(self, group: i64) -> Self;
    fn waits_for(self, field: &str, record: i64, group: Option<i64>) -> Self;
}

impl With for ChangeFacts {
    fn held(self, review: i64) -> Self {
        Self { state: ChangeState::Held(review), ..self }
    }
    fn sealed(self) -> Self {
        Self { state: ChangeState::Sealed, ..self }
    }
    fn paused(self) -> Self {
        Self { paused: true, ..self }
    }

    fn too_new(self) -> Self {
        Self { needs_update: true, ..self }
    }
    fn grouped(self, group: i64) -> Self {
        Self { group: Some(group), ..self }
    }
    fn waits_for(mut self, field: &str, record: i64, group: Option<i64>) -> Self {
        let (field, create_seq) = (field.to_owned(), Some(1));
        self.missing.push(MissingParent { field, record, create_seq, create_group: group });
        self
    }
}

fn record(changes: Vec<ChangeFacts>) -> RecordFacts {
    RecordFacts { record: 1, changes, open_shipment: false, record_review: None, bounce_left_ms: 0, archived: false }
}

#[test]
fn every_stand_of_one_record() {
    use Stand as S;
    let mut shipping = record(vec![patch(1, "a").sealed(), patch(2, "a"), patch(3, "b")]);
    shipping.open_shipment = true;
    let mut reviewed = record(vec![patch(1, "a").held(7), patch(2, "b")]);
    reviewed.record_review = Some(7);
    let mut paused_in_flight = record(vec![patch(1, "a").sealed(), patch(2, "b").paused()]);
    (paused_in_flight.open_shipment, paused_in_flight.bounce_left_ms) = (true, 500);
    let mut paused_under_review = record(vec![patch(1, "a").held(7), patch(2, "b").paused()]);
    paused_under_review.record_review = Some(7);
    let reopened = |changes| RecordFacts { archived: true, ..record(changes) };
    let reopen = |seq| change(seq, ChangeKind::Reopen, "");
    let mut bounced = record(vec![patch(1, "a"), patch(2, "b").held(9)]);
    bounced.bounce_left_ms = 500;
    let cases: Vec<(&str, RecordFacts, Vec<Stand>)> = vec![
        ("nothing", record(vec![]), vec![]),
        ("independent fields go together", record(vec![patch(1, "a"), patch(2, "b")]), vec![S::Ready, S::Ready]),
        ("changes of one field fold", record(vec![patch(1, "a"), patch(2, "a")]), vec![S::Ready, S::Ready]),
        ("one shipment at a time", shipping, vec![S::InFlight, S::BehindShipment, S::BehindShipment]),
        (
            "a held field holds itself only",
            record(vec![patch(1, "a").held(7), patch(2, "b")]),
            vec![S::Review(7), S::Ready],
        ),
        (
            "what comes behind a held field",
            record(vec![patch(1, "a").held(7), patch(2, "a")]),
            vec![S::Review(7), S::BehindEarlier(1)],
        ),
        ("a review of the whole record", reviewed, vec![S::Review(7), S::Review(7)]),
        ("others keep changing it", bounced, vec![S::Bounced(500), S::Review(9)]),
        (
            "a paused patch waits alone, with what is behind it",
            record(vec![patch(1, "a").paused(), patch(2, "b"), patch(3, "a"), archive(4)]),
            vec![S::Paused, S::Ready, S::BehindEarlier(1), S::BehindEarlier(3)],
        ),
        (
            "a paused patch is not folded into the create",
            record(vec![create(1), patch(2, "a").paused(), patch(3, "b")]),
            vec![S::Ready, S::Paused, S::Ready],
        ),
        (
            "what the server takes from a newer app only waits; what was made before goes",
            record(vec![patch(1, "a"), patch(2, "a").too_new(), patch(3, "b").too_new()]),
            vec![S::Ready, S::NeedsUpdate, S::NeedsUpdate],
        ),
        (
            "nor is it folded into the create",
            record(vec![create(1), patch(2, "a").too_new()]),
            vec![S::Ready, S::NeedsUpdate],
        ),
        (
            "nothing passes a paused create",
            record(vec![create(1).paused(), patch(2, "a")]),
            vec![S::Paused, S::BehindEarlier(1)],
        ),
        (
            "nothing passes a paused barrier",
            record(vec![patch(1, "a"), archive(2).paused(), patch(3, "b")]),
            vec![S::Ready, S::Paused, S::BehindBarrier(2)],
        ),
        (
            "a paused reopen lets nothing through",
            reopened(vec![patch(1, "a"), reopen(2).paused(), patch(3, "b")]),
            vec![S::BehindBarrier(2), S::Paused, S::BehindBarrier(2)],
        ),
        (
            "the replacement of a parent is paused: the create waits for the parent",
            record(vec![create(2).waits_for("r", 5, None), patch(3, "r").paused()]),
            vec![S::ForParent(5), S::Paused],
        ),
        ("paused is said before what passes by itself", paused_in_flight, vec![S::InFlight, S::Paused]),
        ("a question is said first", paused_under_review, vec![S::Review(7), S::Review(7)]),
        ("patches fold into a create", record(vec![create(1), patch(2, "a"), patch(3, "a")]), vec![S::Ready; 3]),
        (
            "a create waits for its parent, all behind it too",
            record(vec![create(2).waits_for("r", 5, None), patch(3, "a"), archive(4)]),
            vec![S::ForParent(5), S::BehindEarlier(2), S::BehindEarlier(2)],
        ),
        (
            "a patch with an unknown target waits alone",
            record(vec![patch(2, "a"), patch(3, "r").waits_for("r", 5, None), patch(4, "b")]),
            vec![S::Ready, S::ForParent(5), S::Ready],
        ),
        (
            "a later target is not folded into the create",
            record(vec![create(2), patch(3, "r").waits_for("r", 5, None), patch(4, "a")]),
            vec![S::Ready, S::ForParent(5), S::Ready],
        ),
        (
            "a create whose parent was replaced by a known one",
            record(vec![create(2).waits_for("r", 5, None), patch(3, "r")]),
            vec![S::Ready, S::Ready],
        ),
        (
            "the replacement waits itself: so does the create",
            record(vec![create(2).waits_for("r", 5, None), patch(3, "r").waits_for("r", 6, None), patch(4, "r")]),
            vec![S::ForParent(5), S::BehindEarlier(2), S::BehindEarlier(2)],
        ),
        (
            "the replacement belongs to a group: it cannot fold",
            record(vec![create(2).waits_for("r", 5, None), patch(3, "r").grouped(3)]),
            vec![S::ForParent(5), S::BehindEarlier(2)],
        ),
        (
            "the replacement belongs to no group, the create does",
            record(vec![create(2).waits_for("r", 5, None).grouped(2), patch(3, "r")]),
            vec![S::ForParent(5), S::BehindEarlier(2)],
        ),
        (
            "what the office has put away is reopened before its edits go",
            reopened(vec![patch(1, "a"), patch(2, "b"), reopen(3), patch(4, "a")]),
            vec![S::BehindBarrier(3), S::BehindBarrier(3), S::Ready, S::BehindBarrier(3)],
        ),
        (
            "of what is open it comes in its turn",
            record(vec![patch(1, "a"), reopen(2)]),
            vec![S::Ready, S::BehindEarlier(1)],
        ),
        (
            "a question about a field and a sign-off do not keep it back",
            reopened(vec![patch(1, "a").held(7), change(2, ChangeKind::Signoff, ""), reopen(3)]),
            vec![S::Review(7), S::BehindBarrier(3), S::Ready],
        ),
        (
            "a reopen of a group keeps its place",
            reopened(vec![patch(1, "a"), reopen(2).grouped(2)]),
            vec![S::Ready, S::BehindEarlier(1)],
        ),
        (
            "a plain reopen helps that of a group",
            reopened(vec![patch(1, "a"), reopen(2).grouped(2), reopen(3)]),
            vec![S::BehindBarrier(3), S::BehindBarrier(3), S::Ready],
        ),
        (
            "a barrier goes first when it is first",
            record(vec![archive(1), patch(2, "a")]),
            vec![S::Ready, S::BehindBarrier(1)],
        ),
        (
            "a barrier waits for all that is earlier, nothing passes it",
            record(vec![patch(1, "a"), archive(2), patch(3, "b"), archive(4)]),
            vec![S::Ready, S::BehindEarlier(1), S::BehindBarrier(2), S::BehindBarrier(2)],
        ),
        (
            "a barrier waits for a held field",
            record(vec![patch(1, "a").held(7), archive(2)]),
            vec![S::Review(7), S::BehindEarlier(1)],
        ),
        (
            "a held barrier holds what is behind",
            record(vec![archive(1).held(7), patch(2, "a")]),
            vec![S::Review(7), S::BehindBarrier(1)],
        ),
        (
            "members of a group follow a create that is none",
            record(vec![create(1), patch(2, "a").grouped(2)]),
            vec![S::Ready, S::BehindEarlier(1)],
        ),
        (
            "nor does what belongs to none follow into a group's create",
            record(vec![create(1).grouped(1), patch(2, "a")]),
            vec![S::Ready, S::BehindEarlier(1)],
        ),
        (
            "a replacement behind a barrier does not fold either",
            record(vec![create(2).waits_for("r", 5, None), archive(3), patch(4, "r")]),
            vec![S::ForParent(5), S::BehindEarlier(2), S::BehindEarlier(2)],
        ),
        (
            "two groups on one field go one after the other",
            record(vec![patch(1, "a").grouped(1), patch(2, "a").grouped(2), patch(3, "b").grouped(2), patch(4, "a")]),
            vec![S::Ready, S::BehindEarlier(1), S::Ready, S::BehindEarlier(2)],
        ),
        (
            "a parent of the same group travels along",
            record(vec![create(2).grouped(1).waits_for("r", 5, Some(1)), patch(3, "a").grouped(1)]),
            vec![S::Ready, S::Ready],
        ),
        (
            "a parent of another group does not",
            record(vec![create(2).grouped(2).waits_for("r", 5, Some(1))]),
            vec![S::ForParent(5)],
        ),
    ];
    for (what, facts, expected) in cases {
        assert_eq!(stands(&facts), expected, "{what}");
    }
}

#[test]
fn groups_are_sealed_whole_or_not_at_all() {
    use Stand as S;
    let other = |number, changes| RecordFacts { record: number, ..record(changes) };
    type Case = (&'static str, Vec<RecordFacts>, Vec<Vec<Stand>>);
    let cases: Vec<Case> = vec![
        (
            "all ready",
            vec![record(vec![patch(1, "a").grouped(1)]), other(2, vec![patch(2, "a").grouped(1)])],
            vec![vec![S::Ready], vec![S::Ready]],
        ),
        (
            "one member under review",
            vec![record(vec![patch(1, "a").grouped(1)]), other(2, vec![patch(2, "a").grouped(1).held(7)])],
            vec![vec![S::Group(2)], vec![S::Review(7)]],
        ),
        (
            "one member behind an earlier change of its field",
            vec![
                record(vec![patch(2, "a").grouped(2)]),
                other(2, vec![patch(1, "a").held(7), patch(3, "a").grouped(2)]),
            ],
            vec![vec![S::Group(3)], vec![S::Review(7), S::BehindEarlier(1)]],
        ),
        (
            "what was made before on its own goes before",
            vec![record(vec![patch(1, "a"), patch(2, "b").grouped(2)]), other(2, vec![patch(3, "a").grouped(2)])],
            vec![vec![S::Ready, S::Group(1)], vec![S::Group(1)]],
        ),
        (
            "what comes behind a member waits with it, other fields do not",
            vec![
                record(vec![patch(1, "a").grouped(1), patch(3, "a"), patch(4, "b")]),
                other(2, vec![patch(2, "a").grouped(1).held(7)]),
            ],
            vec![vec![S::Group(2), S::BehindEarlier(1), S::Ready], vec![S::Review(7)]],
        ),
        (
            "one group behind another",
            vec![
                record(vec![patch(1, "a").grouped(1), patch(3, "a").grouped(3)]),
                other(2, vec![patch(2, "a").grouped(1).held(7)]),
                other(3, vec![patch(4, "a").grouped(3)]),
            ],
            vec![vec![S::Group(2), S::BehindEarlier(1)], vec![S::Review(7)], vec![S::Group(3)]],
        ),
        (
            "a create that waits for its group holds its patches",
            vec![record(vec![create(1).grouped(1), patch(3, "a")]), other(2, vec![patch(2, "a").grouped(1).held(7)])],
            vec![vec![S::Group(2), S::BehindEarlier(1)], vec![S::Review(7)]],
        ),
    ];
    for (what, facts, expected) in cases {
        let mut found: Vec<Vec<Stand>> = facts.iter().map(stands).collect();
        seal_groups(&facts, &mut found);
        assert_eq!(found, expected, "{what}");
    }
}
