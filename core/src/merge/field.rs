//! One field: what becomes of it when the server's value is known.

use crate::schema::Policy;
use crate::value::Canonical;

/// What this device has to say about a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mine<'a> {
    /// Nobody here touched it.
    Untouched,
    /// Changed here and free to go out; the value last chosen.
    Waiting(Option<&'a Canonical>),
    /// Changed here and held under an open review; the value last chosen.
    Held(Option<&'a Canonical>),
}

/// What to do with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldStep {
    /// The server's value has not moved: leave everything.
    Nothing,
    /// Only they changed it: base and screen follow.
    Take,
    /// Both sides now say the same: our changes are done.
    Converged,
    /// Our changes cancel out (back to where they started), so theirs is the only change: ours are done, theirs is taken.
    Cancelled,
    /// Both changed it to different values: hold ours, ask a person.
    Review,
    /// Already a question: show the newer theirs.
    MoveTheirs,
    /// Already a question, and now both say the same: no question any more.
    Withdraw,
}

/// The plan for one field. `base` is what the server last confirmed, `theirs` what it says now.
///
/// A field that the server owns is planned like any other: where an older schema let a person edit it, the edit is not
/// dropped, it becomes a question.
#[must_use]
pub fn plan_field(policy: Policy, base: Option<&Canonical>, mine: Mine<'_>, theirs: Option<&Canonical>) -> FieldStep {
    let unmoved = theirs == base;
    match (mine, unmoved) {
        (Mine::Untouched, true) => FieldStep::Nothing,
        (Mine::Untouched, false) => FieldStep::Take,
        (Mine::Held(value), _) if value == theirs => FieldStep::Withdraw,
        (Mine::Waiting(_) | Mine::Held(_), true) => FieldStep::Nothing,
        (Mine::Held(_), false) => FieldStep::MoveTheirs,
        (Mine::Waiting(value), false) if value == theirs => FieldStep::Converged,
        (Mine::Waiting(value), false) if value == base => FieldStep::Cancelled,
        (Mine::Waiting(_), false) => match policy {
            Policy::Review | Policy::ServerOwned => FieldStep::Review,
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_case_of_three_values() {
        use FieldStep as F;
        let value = |text: &str| Canonical::of_undeclared(&json!(text));
        let (a, b, c) = (value("a"), value("b"), value("c"));
        let (a, b, c) = (a.as_ref(), b.as_ref(), c.as_ref());
        for (base, mine, theirs, expected) in [
            (a, Mine::Untouched, a, F::Nothing),
            (a, Mine::Untouched, b, F::Take),
            (a, Mine::Untouched, None, F::Take),
            (None, Mine::Untouched, None, F::Nothing),
            (a, Mine::Waiting(b), a, F::Nothing),
            (a, Mine::Waiting(b), b, F::Converged),
            (a, Mine::Waiting(b), c, F::Review),
            (a, Mine::Waiting(a), c, F::Cancelled),
            (a, Mine::Waiting(None), c, F::Review),
            (a, Mine::Waiting(None), None, F::Converged),
            (a, Mine::Held(b), a, F::Nothing),
            (a, Mine::Held(b), c, F::MoveTheirs),
            (a, Mine::Held(b), b, F::Withdraw),
            (a, Mine::Held(a), a, F::Withdraw),
            (None, Mine::Held(None), None, F::Withdraw),
        ] {
            for policy in [Policy::Review, Policy::ServerOwned] {
                assert_eq!(plan_field(policy, base, mine, theirs), expected, "{base:?} {mine:?} {theirs:?}");
            }
        }
    }
}
