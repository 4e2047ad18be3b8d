//! A failing world made small: blocks of steps are left out as long as it still fails in the same way.

use std::time::Duration;

use super::plan::Plan;
use super::run::{Violation, run};
use super::trace::Mode;
use crate::stopwatch;

/// Longest time for it.
const PATIENCE: Duration = Duration::from_secs(60);

/// The smallest plan that was found, and what must not be in it.
pub(crate) fn shrink(plan: &Plan, violation: &Violation) -> (Plan, Violation) {
    let began = stopwatch::now();
    let (mut best, mut found) = (plan.clone(), violation.clone());
    if let Some(last) = violation.step {
        best.steps.retain(|step| step.no <= last);
    }
    let mut block = best.steps.len().div_ceil(2).max(1);
    loop {
        let mut from = 0;
        let mut left_out = false;
        while from < best.steps.len() {
            if began.elapsed() > PATIENCE {
                return (best, found);
            }
            let mut less = best.clone();
            less.steps.drain(from..(from + block).min(best.steps.len()));
            match run(&less, Mode::Silent).violation {
                Some(other) if other.kind() == violation.kind() => {
                    (best, found, left_out) = (less, other, true);
                }
                _ => from += block,
            }
        }
        if block == 1 && !left_out {
            return (best, found);
        }
        block = (block / 2).max(1);
    }
}
