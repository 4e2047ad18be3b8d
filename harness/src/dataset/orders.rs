//! What is to be done.

use std::collections::HashSet;

use jiff::ToSpan;
use uuid::Uuid;

use super::customers::Customer;
use super::draw::Draw;
use super::items::{DAY_MS, MINUTE_MS, decimal, item, today_ms};
use super::trades::{Asset, Job, TRADES, Trade};
use super::{Item, TODAY};

/// A work order and what its visits, notes and parts need to know of it.
pub(super) struct Order<'a> {
    pub(super) item: Item,
    pub(super) customer: &'a Customer,
    pub(super) trade: &'static Trade,
    pub(super) job: &'static Job,
    /// Such as "Booster pump BP3".
    pub(super) machine: String,
    /// How far the work is.
    pub(super) stage: Stage,
    /// When the order was made.
    pub(super) made_ms: i64,
    /// Midnight UTC of the due date.
    pub(super) due_ms: i64,
}

/// The status, as far as the children are concerned with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Nobody was there yet.
    Assigned,
    /// Somebody was there, and has not finished.
    InProgress,
    /// Done as far as the technician can tell.
    WaitingForApproval,
    /// Done.
    Complete,
    /// Called off.
    Cancelled,
}

/// Customer, title and due date of the orders so far: their natural key.
#[derive(Default)]
pub(super) struct Seen(HashSet<(Uuid, String, i64)>);

/// Makes a work order of a customer.
pub(super) fn make<'a>(draw: &mut Draw, customer: &'a Customer, seen: &mut Seen) -> Order<'a> {
    let trade = draw.pick(TRADES);
    let asset = draw.pick(trade.assets);
    let job = draw.pick(trade.jobs);
    // Most orders of a technician's set are near; the past is kept for a while.
    let due_day = if draw.percent(55) { draw.between(-3..=10) } else { draw.between(-45..=30) };
    let (machine, title) = name(draw, customer, asset, job, due_day, seen);
    let stage = stage(draw, due_day);
    let due = TODAY.saturating_add(due_day.days());
    let closed = (stage == Stage::Complete).then(|| due.min(TODAY).to_string());
    let worked = matches!(stage, Stage::InProgress | Stage::WaitingForApproval | Stage::Complete);
    let due_ms = today_ms() + due_day * DAY_MS;
    // At least two days before today, and before anybody went there.
    let lead_days = draw.between(3..=21) + (due_day - 1).max(0);
    let made_ms = due_ms - lead_days * DAY_MS + draw.between(7 * 60..=17 * 60) * MINUTE_MS;
    let item = item("work_order", draw.id(made_ms))
        .with("title", title)
        .with("status", stage.name())
        .with("priority", priority(draw, job))
        .with_reference("customer", customer.item.local_id)
        .with("due", due.to_string())
        .with_some("close_date", closed)
        .with_some("billing_contact", draw.percent(70).then(|| customer.billing_contact.clone()))
        .with("description", description(draw, customer, job, &machine))
        .with_some("labor_hours", worked.then(|| decimal(draw.between(2..=26) * 25)))
        .with("site", site(draw, customer))
        .with("tags", tags(draw, trade, job))
        .with_some("assigned_to", draw.percent(96).then(|| *draw.pick(TECHNICIANS)));
    Order { item, customer, trade, job, machine, stage, made_ms, due_ms }
}

/// The machine and the title. A second order of the same customer, title and day names another machine.
fn name(
    draw: &mut Draw,
    customer: &Customer,
    asset: &Asset,
    job: &Job,
    due_day: i64,
    seen: &mut Seen,
) -> (String, String) {
    let mut unit = draw.between(1..=12);
    loop {
        let machine = format!("{} {}{unit}", asset.name, asset.code);
        let title = format!("{machine}: {}", job.title);
        if seen.0.insert((customer.item.local_id, title.clone(), due_day)) {
            return (machine, title);
        }
        unit += 1;
    }
}

impl Stage {
    /// The choice in the schema.
    fn name(self) -> &'static str {
        match self {
            Self::Assigned => "assigned",
            Self::InProgress => "in_progress",
            Self::WaitingForApproval => "waiting_for_approval",
            Self::Complete => "complete",
            Self::Cancelled => "cancelled",
        }
    }
}

fn stage(draw: &mut Draw, due_day: i64) -> Stage {
    let point = draw.between(1..=100);
    match (due_day, point) {
        (_, 1..=4) => Stage::Cancelled,
        (..=-4, 5..=88) | (-3..=-1, 5..=60) | (0, 5..=15) => Stage::Complete,
        (..=-4, 89..=94) | (-3..=-1, 61..=75) | (0, 16..=25) => Stage::WaitingForApproval,
        (..=-4, _) | (-3..=-1, 76..=90) | (0, 26..=50) => Stage::InProgress,
        _ => Stage::Assigned,
    }
}

fn priority(draw: &mut Draw, job: &Job) -> &'static str {
    match (job.planned, draw.between(1..=100)) {
        (true, 1..=60) => "low",
        (false, 1..=25) => "urgent",
        (false, 26..=35) => "low",
        _ => "normal",
    }
}

fn description(draw: &mut Draw, customer: &Customer, job: &Job, machine: &str) -> String {
    let mut text = job.report.replace("{machine}", machine);
    for (list, chance) in [(ACCESS, 80), (HISTORY, 45), (CARE, 35)] {
        if draw.percent(chance) {
            text.push(' ');
            text.push_str(&draw.pick(list).replace("{contact}", &customer.contact));
        }
    }
    text
}

/// Somewhere in the customer's city: within about four kilometres of its centre.
fn site(draw: &mut Draw, customer: &Customer) -> Vec<i64> {
    let mut near = |centre: i64| centre + draw.between(-360_000..=360_000);
    vec![near(customer.city.latitude), near(customer.city.longitude)]
}

/// Sorted and without doubles: the canonical form of a set.
fn tags(draw: &mut Draw, trade: &Trade, job: &Job) -> Vec<&'static str> {
    let mut tags = vec![trade.tag];
    if job.planned {
        tags.push("planned");
    }
    if draw.percent(30) {
        tags.push(*draw.pick(TAGS));
    }
    tags.sort_unstable();
    tags
}

const TECHNICIANS: &[&str] = &[
    "Mara Lindqvist",
    "Tobias Kern",
    "Amira Haddad",
    "Owen Carver",
    "Li Wei",
    "Katarzyna Wrona",
    "Samuel Osei",
    "Rosa Delgado",
];

const TAGS: &[&str] = &["after hours", "key required", "long ladder", "return visit", "two people", "warranty"];

const ACCESS: &[&str] = &[
    "Access through the yard; {contact} has the key.",
    "Please call {contact} half an hour before arrival.",
    "Sign in at the front desk and ask for {contact}.",
    "Loading bay is blocked until 9:00, park in the side street.",
    "The plant room is in the second basement, there is no phone signal.",
    "Roof access only with harness; {contact} unlocks the hatch.",
    "Deliveries come until noon, so work in the afternoon if possible.",
    "Badge for the technical floor is kept at reception.",
];

const HISTORY: &[&str] = &[
    "Same fault was reported in November and went away by itself.",
    "Last service was 14 months ago.",
    "A part was replaced under warranty last summer; invoice only the travel.",
    "The caretaker has reset it twice since Monday.",
    "It started after the power cut last week.",
    "Previous visit ended without a result because nobody was on site.",
    "The machine is nine years old; the customer asks for an estimate of a replacement.",
];

const CARE: &[&str] = &[
    "Hot surfaces, let it cool down first.",
    "Lock out and tag before opening.",
    "Patients are in the building: agree on every shutdown.",
    "Food is processed here; overshoes and hair net are required.",
    "Floor is wet and slippery near the drain.",
    "The fire alarm must be switched to service before dust is made.",
];
