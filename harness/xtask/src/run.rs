//! Runs steps one after the other and sums up at the end.

use std::time::Duration;

use crate::failure::Failure;
use crate::tally::Tally;
use crate::workspace::Workspace;

/// One check.
pub(crate) struct Step {
    /// For the heading and the summary.
    pub(crate) name: &'static str,
    /// What it does.
    pub(crate) run: fn(&Workspace) -> Result<Outcome, Failure>,
}

/// What a step that went well leaves behind.
pub(crate) enum Outcome {
    /// Nothing to add.
    Done,
    /// Tests ran; their count is the last line of the task.
    Tested(Tally),
}

/// Runs all steps up to the first failure. The summary is printed in both cases.
pub(crate) fn all(steps: &[Step], workspace: &Workspace) -> Result<(), Failure> {
    let mut times = Vec::with_capacity(steps.len());
    let mut last_word = None;
    let mut failure = None;
    for (position, step) in steps.iter().enumerate() {
        println!("\n=== {}/{} {} ===", position + 1, steps.len(), step.name);
        let watch = Stopwatch::start();
        let result = (step.run)(workspace);
        times.push(watch.elapsed());
        match result {
            Ok(Outcome::Done) => {}
            Ok(Outcome::Tested(tally)) => last_word = Some(tally),
            Err(error) => {
                failure = Some(error);
                break;
            }
        }
    }
    println!("\n=== summary ===");
    for (position, step) in steps.iter().enumerate() {
        println!("{}", summary_line(step.name, times.get(position), failure.is_some() && position + 1 == times.len()));
    }
    if let Some(failure) = failure {
        return Err(failure);
    }
    if let Some(tally) = last_word {
        println!("{tally}");
    }
    Ok(())
}

fn summary_line(name: &str, time: Option<&Duration>, failed: bool) -> String {
    match time {
        Some(time) if failed => format!("FAILED   {name:<14} {}", in_words(*time)),
        Some(time) => format!("ok       {name:<14} {}", in_words(*time)),
        None => format!("not run  {name}"),
    }
}

/// `0.4 s`, `2 min 05 s`.
fn in_words(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds < 60 {
        format!("{:.1} s", time.as_secs_f64())
    } else {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    }
}

/// How long a step took.
struct Stopwatch(std::time::Instant);

impl Stopwatch {
    #[allow(clippy::disallowed_methods, reason = "a build tool, not the engine: real time is what is asked for")]
    fn start() -> Self {
        Self(std::time::Instant::now())
    }

    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        assert_eq!(in_words(Duration::from_millis(430)), "0.4 s");
        assert_eq!(in_words(Duration::from_secs(125)), "2 min 05 s");
    }

    #[test]
    fn summary_tells_what_did_not_run() {
        let second = Duration::from_secs(1);
        assert_eq!(summary_line("clippy", Some(&second), false), "ok       clippy         1.0 s");
        assert_eq!(summary_line("clippy", Some(&second), true), "FAILED   clippy         1.0 s");
        assert_eq!(summary_line("clippy", None, false), "not run  clippy");
    }
}
