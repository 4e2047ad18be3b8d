//! The record as a whole: alive, archived, gone or hidden on the server, with or without work here (requirement D12).

use crate::wire::RecordLife;

/// Why all work on a record goes to a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoldReason {
    /// Archived or deleted on the server while it was changed here.
    Gone,
    /// Taken out of this user's sight while it was changed here.
    Hidden,
}

/// What to do with a record when the server says whether it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordStep {
    /// Follow the server; nothing here is concerned.
    Follow,
    /// What waits here is to archive it, and archived it is: done.
    Converged,
    /// There is work that has nowhere to go: hold all of it, ask a person.
    Hold(HoldReason),
}

/// The work of this device on a record that is not on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LiveWork {
    /// None.
    Nothing,
    /// Only an archive.
    OnlyArchive,
    /// Only a reopen, which is what an archived record takes.
    OnlyReopen,
    /// Anything else.
    Something,
}

impl LiveWork {
    /// Sums up the kinds of the live changes.
    pub fn of(kinds: impl IntoIterator<Item = crate::wire::ChangeKind>) -> Self {
        use crate::wire::ChangeKind;
        let mut kinds = kinds.into_iter();
        match (kinds.next(), kinds.next()) {
            (None, _) => Self::Nothing,
            (Some(ChangeKind::Archive), None) => Self::OnlyArchive,
            (Some(ChangeKind::Reopen), _) => Self::OnlyReopen,
            _ => Self::Something,
        }
    }
}

/// The plan for a record's life.
#[must_use]
pub fn plan_life(theirs: RecordLife, live: LiveWork) -> RecordStep {
    match (theirs, live) {
        (RecordLife::Alive, _) | (_, LiveWork::Nothing) => RecordStep::Follow,
        (RecordLife::Archived, LiveWork::OnlyReopen) => RecordStep::Follow,
        (RecordLife::Archived | RecordLife::Gone, LiveWork::OnlyArchive) => RecordStep::Converged,
        (RecordLife::Archived | RecordLife::Gone, _) => RecordStep::Hold(HoldReason::Gone),
        (RecordLife::Hidden, _) => RecordStep::Hold(HoldReason::Hidden),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_never_dropped_with_its_record() {
        use LiveWork as W;
        use RecordLife as L;
        for life in [L::Alive, L::Archived, L::Gone, L::Hidden] {
            assert_eq!(plan_life(life, W::Nothing), RecordStep::Follow);
        }
        assert_eq!(plan_life(L::Alive, W::Something), RecordStep::Follow);
        assert_eq!(plan_life(L::Archived, W::Something), RecordStep::Hold(HoldReason::Gone));
        assert_eq!(plan_life(L::Archived, W::OnlyArchive), RecordStep::Converged);
        assert_eq!(plan_life(L::Archived, W::OnlyReopen), RecordStep::Follow);
        assert_eq!(plan_life(L::Gone, W::OnlyReopen), RecordStep::Hold(HoldReason::Gone));
        assert_eq!(plan_life(L::Hidden, W::OnlyArchive), RecordStep::Hold(HoldReason::Hidden));
    }
}
