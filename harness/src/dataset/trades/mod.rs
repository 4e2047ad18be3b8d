//! What can be out of order, how it is found and mended, and what is built in: one file for each trade.

mod boilers;
mod cooling;
mod electrical;
mod lifts;
mod pumps;

use std::ops::RangeInclusive;

/// One kind of work.
pub(super) struct Trade {
    /// The tag of its orders.
    pub(super) tag: &'static str,
    /// Machines; every job fits every machine of its trade.
    pub(super) assets: &'static [Asset],
    /// What is to be done.
    pub(super) jobs: &'static [Job],
    /// What is built in.
    pub(super) spares: &'static [Spare],
    /// What is measured at the end: its name, its unit, and its range in tenths.
    pub(super) reading: (&'static str, &'static str, RangeInclusive<i64>),
}

/// A machine.
pub(super) struct Asset {
    /// Such as "Booster pump".
    pub(super) name: &'static str,
    /// The letters before the number on its plate.
    pub(super) code: &'static str,
}

/// A fault or a service.
pub(super) struct Job {
    /// The second half of an order's title.
    pub(super) title: &'static str,
    /// What the office was told; `{machine}` stands for the machine.
    pub(super) report: &'static str,
    /// What the technician found.
    pub(super) finding: &'static str,
    /// What the technician did.
    pub(super) remedy: &'static str,
    /// A service on the calendar rather than a fault.
    pub(super) planned: bool,
}

/// A part from the van.
pub(super) struct Spare {
    /// Such as "Mechanical seal 32 mm".
    pub(super) name: &'static str,
    /// The number to order it by.
    pub(super) number: &'static str,
    /// Price of one, in hundredths.
    pub(super) cents: i64,
    /// Sold by metre, litre or kilogram rather than by piece.
    pub(super) by_measure: bool,
}

/// All trades.
pub(super) const TRADES: &[Trade] =
    &[pumps::PUMPS, boilers::BOILERS, lifts::LIFTS, cooling::COOLING, electrical::ELECTRICAL];

const fn asset(name: &'static str, code: &'static str) -> Asset {
    Asset { name, code }
}

const fn fault(title: &'static str, report: &'static str, finding: &'static str, remedy: &'static str) -> Job {
    Job { title, report, finding, remedy, planned: false }
}

const fn service(title: &'static str, report: &'static str, finding: &'static str, remedy: &'static str) -> Job {
    Job { title, report, finding, remedy, planned: true }
}

const fn piece(name: &'static str, number: &'static str, cents: i64) -> Spare {
    Spare { name, number, cents, by_measure: false }
}

const fn measure(name: &'static str, number: &'static str, cents: i64) -> Spare {
    Spare { name, number, cents, by_measure: true }
}
