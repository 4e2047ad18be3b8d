//! A world as text, to keep one that failed: a seed is another world as soon as the generator draws otherwise.
//!
//! ```text
//! # the clean-up left half of the newest operation
//! mutant half-tidied
//! seed 2
//! phones ana ben
//! office office desk2
//! 412 person 0 SaveAtOnce 9187340917
//! 3600000 phone 1 Offline 77234
//! 0 office Edit 13
//! 55 server Restart 8
//! ```
//! A step: milliseconds after the one before, who, which phone, what, and what it draws from.

use std::fmt::{Debug, Write};

use super::plan::{Act, DEEDS, HABITS, MISHAPS, Plan, Step, WHIMS};

/// A kept world.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    pub(crate) plan: Plan,
    /// The planted defect that it shows, by name.
    pub(crate) mutant: Option<String>,
    /// What was wrong.
    pub(crate) story: String,
}

impl Script {
    /// Reads one.
    ///
    /// # Errors
    /// What is wrong with which line.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let plan = Plan { seed: 0, phones: Vec::new(), office: Vec::new(), steps: Vec::new() };
        let mut script = Self { plan, mutant: None, story: String::new() };
        for (no, line) in text.lines().enumerate() {
            script.take(line).ok_or_else(|| format!("line {}: {line}", no + 1))?;
        }
        let phones = script.plan.phones.len();
        if phones == 0 || script.plan.office.is_empty() {
            return Err("a world has phones and people at the server".to_owned());
        }
        let stray = script.plan.steps.iter().find(|step| phone_of(step.act).is_some_and(|phone| phone >= phones));
        stray.map_or(Ok(script.clone()), |step| Err(format!("there is no such phone: {:?}", step.act)))
    }

    fn take(&mut self, line: &str) -> Option<()> {
        if let Some(story) = line.strip_prefix('#') {
            if !self.story.is_empty() {
                self.story.push(' ');
            }
            self.story.push_str(story.trim());
            return Some(());
        }
        let names = |text: &str| text.split_whitespace().map(str::to_owned).collect();
        match line.split_once(' ') {
            None if line.is_empty() => {}
            Some(("mutant", name)) => self.mutant = Some(name.to_owned()),
            Some(("seed", seed)) => self.plan.seed = seed.parse().ok()?,
            Some(("phones", users)) => self.plan.phones = names(users),
            Some(("office", users)) => self.plan.office = names(users),
            _ => {
                let step = step(self.plan.steps.len(), line)?;
                self.plan.steps.push(step);
            }
        }
        Some(())
    }

    /// Writes it.
    pub(crate) fn text(&self) -> String {
        let mut text = format!("# {}\n", self.story);
        if let Some(mutant) = &self.mutant {
            let _ = writeln!(text, "mutant {mutant}");
        }
        let plan = &self.plan;
        let _ = writeln!(text, "seed {}", plan.seed);
        let _ = writeln!(text, "phones {}", plan.phones.join(" "));
        let _ = writeln!(text, "office {}", plan.office.join(" "));
        for Step { wait_ms, act, salt, .. } in &plan.steps {
            let act = match act {
                Act::Person(phone, habit) => format!("person {phone} {habit:?}"),
                Act::Phone(phone, mishap) => format!("phone {phone} {mishap:?}"),
                Act::Office(deed) => format!("office {deed:?}"),
                Act::Server(whim) => format!("server {whim:?}"),
            };
            let _ = writeln!(text, "{wait_ms} {act} {salt}");
        }
        text
    }
}

fn phone_of(act: Act) -> Option<usize> {
    match act {
        Act::Person(phone, _) | Act::Phone(phone, _) => Some(phone),
        Act::Office(_) | Act::Server(_) => None,
    }
}

fn step(no: usize, line: &str) -> Option<Step> {
    let mut words = line.split_whitespace();
    let wait_ms = words.next()?.parse().ok()?;
    let act = match words.next()? {
        "person" => Act::Person(words.next()?.parse().ok()?, named(HABITS, words.next()?)?),
        "phone" => Act::Phone(words.next()?.parse().ok()?, named(MISHAPS, words.next()?)?),
        "office" => Act::Office(named(DEEDS, words.next()?)?),
        "server" => Act::Server(named(WHIMS, words.next()?)?),
        _ => return None,
    };
    let salt = words.next()?.parse().ok()?;
    words.next().is_none().then_some(Step { no, wait_ms, act, salt })
}

fn named<T: Copy + Debug>(all: &[(T, u32)], name: &str) -> Option<T> {
    all.iter().map(|(what, _)| *what).find(|what| format!("{what:?}") == name)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a_drawn_world_reads_back_as_it_was_written() {
        for seed in 1..20 {
            let plan = Plan::draw(seed, 60);
            let script = Script { plan, mutant: Some("wall-clock".to_owned()), story: "it was late".to_owned() };
            let read = Script::read(&script.text()).unwrap();
            assert_eq!((read.text(), read.plan.seed), (script.text(), seed));
        }
    }

    #[test]
    fn what_is_no_world_is_refused_with_its_line() {
        for (text, complaint) in [
            ("seed x", "line 1: seed x"),
            ("phones ana\noffice office\n0 person 1 Save 3", "there is no such phone: Person(1, Save)"),
            ("phones ana\noffice office\n0 person 0 Fly 3", "line 3: 0 person 0 Fly 3"),
            ("seed 4", "a world has phones and people at the server"),
        ] {
            assert_eq!(Script::read(text).unwrap_err(), complaint);
        }
    }
}
