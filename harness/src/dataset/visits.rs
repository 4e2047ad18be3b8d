//! What happened at a work order: visits, notes, parts.

use super::Dataset;
use super::draw::Draw;
use super::items::{DAY_MS, MINUTE_MS, decimal, item, today_ms};
use super::orders::{Order, Stage};
use super::trades::{Job, Spare};

/// Adds the children of a work order.
pub(super) fn make(draw: &mut Draw, order: &Order<'_>, to: &mut Dataset) {
    let last_day = last_day(draw, order);
    let visits = visit_count(draw, order.stage);
    let mut moment = morning(draw, order, last_day);
    for left in (0..visits).rev() {
        // A visit before the last one was some days earlier.
        let day = last_day - left * draw.between(1..=4) * DAY_MS;
        let started = morning(draw, order, day);
        moment = visit(draw, order, started, left == 0, to);
    }
    let spares = spares(draw, order);
    notes(draw, order, &spares, moment, to);
    for spare in spares {
        part(draw, order, spare, moment, to);
    }
}

/// The day of the last visit: shortly before the order is due, and not after yesterday.
fn last_day(draw: &mut Draw, order: &Order<'_>) -> i64 {
    (order.due_ms - draw.between(0..=1) * DAY_MS).min(today_ms() - DAY_MS)
}

/// A moment in the morning of that day, or soon after the order was made.
fn morning(draw: &mut Draw, order: &Order<'_>, day: i64) -> i64 {
    (day + draw.between(6 * 60..=12 * 60) * MINUTE_MS).max(order.made_ms + 30 * MINUTE_MS)
}

fn visit_count(draw: &mut Draw, stage: Stage) -> i64 {
    match stage {
        Stage::Assigned => 0,
        Stage::Cancelled => i64::from(draw.percent(20)),
        Stage::InProgress => 1,
        Stage::WaitingForApproval | Stage::Complete => 1 + i64::from(draw.percent(30)),
    }
}

/// Adds a visit and tells when the next thing may happen. The last one of an order in progress may still be open.
fn visit(draw: &mut Draw, order: &Order<'_>, started: i64, last: bool, to: &mut Dataset) -> i64 {
    let ended = started + draw.between(6..=40) * 5 * MINUTE_MS;
    let open = order.stage == Stage::InProgress && draw.percent(35);
    let Job { finding, remedy, .. } = order.job;
    let summary = match order.stage {
        _ if open => None,
        Stage::Cancelled => Some("Customer called the order off on site.".to_owned()),
        Stage::InProgress => Some(format!("{finding} Second visit needed.")),
        _ if !last => Some(format!("{finding} Part ordered, second visit needed.")),
        _ if draw.percent(50) => Some((*remedy).to_owned()),
        _ => Some(format!("{finding} {remedy}")),
    };
    let visit = item("visit", draw.id(started))
        .with_reference("work_order", order.item.local_id)
        .with("started", started)
        .with_some("ended", (!open).then_some(ended))
        .with_some("summary", summary);
    to.visits.push(visit);
    ended + draw.between(5..=60) * MINUTE_MS
}

fn spares(draw: &mut Draw, order: &Order<'_>) -> Vec<&'static Spare> {
    let most = match order.stage {
        Stage::Assigned | Stage::Cancelled => 0,
        Stage::InProgress => 1,
        Stage::WaitingForApproval | Stage::Complete => 3,
    };
    let mut spares: Vec<&'static Spare> = Vec::new();
    for _ in 0..draw.between(0..=most) {
        let spare = draw.pick(order.trade.spares);
        // A part is listed once, with its quantity.
        if spares.iter().all(|known| known.number != spare.number) {
            spares.push(spare);
        }
    }
    spares
}

fn part(draw: &mut Draw, order: &Order<'_>, spare: &Spare, at_ms: i64, to: &mut Dataset) {
    let quantity = match spare.by_measure {
        true => draw.between(1..=16) * 25,
        false if draw.percent(75) => 100,
        false => draw.between(2..=4) * 100,
    };
    let part = item("part", draw.id(at_ms))
        .with_reference("work_order", order.item.local_id)
        .with("name", spare.name)
        .with("part_number", spare.number)
        .with("quantity", decimal(quantity))
        .with("unit_price", decimal(spare.cents));
    to.parts.push(part);
}

fn notes(draw: &mut Draw, order: &Order<'_>, spares: &[&Spare], from_ms: i64, to: &mut Dataset) {
    let most = if matches!(order.stage, Stage::Assigned | Stage::Cancelled) { 1 } else { 4 };
    // Remarks of one order are neighbours in the list, so that none comes twice.
    let entry = draw.index(REMARKS.len() - 1);
    let mut written = from_ms;
    for position in 0..draw.index(most) {
        let text = match (position, order.stage) {
            (_, Stage::Assigned) => from_office(draw, order),
            (_, Stage::Cancelled) => draw.pick(CALLED_OFF).replace("{contact}", &order.customer.contact),
            (0, _) => format!("{}: {}", order.machine, order.job.finding),
            (1, Stage::Complete | Stage::WaitingForApproval) => {
                format!("{} {}", order.job.remedy, reading(draw, order))
            }
            (2, _) if !spares.is_empty() && draw.percent(40) => {
                format!("Used {} ({}); one left in the van, please reorder.", spares[0].name, spares[0].number)
            }
            _ => remark(draw, order, REMARKS[(entry + position) % REMARKS.len()]),
        };
        let note = item("note", draw.id(written))
            .with_reference("work_order", order.item.local_id)
            .with("text", text)
            .with("written_at", written);
        to.notes.push(note);
        written += draw.between(2..=90) * MINUTE_MS;
    }
}

/// A measurement that shows the machine is well again.
fn reading(draw: &mut Draw, order: &Order<'_>) -> String {
    let (what, unit, range) = &order.trade.reading;
    let value = decimal(draw.between(range.clone()) * 10);
    let minutes = draw.between(2..=9) * 5;
    format!("{what} {value} {unit} after {minutes} min of running.")
}

fn remark(draw: &mut Draw, order: &Order<'_>, text: &str) -> String {
    let serial = draw.between(100_000..=999_999).to_string();
    let text = text.replace("{contact}", &order.customer.contact);
    text.replace("{machine}", &order.machine).replace("{serial}", &serial)
}

fn from_office(draw: &mut Draw, order: &Order<'_>) -> String {
    let text = draw.pick(FROM_OFFICE).replace("{contact}", &order.customer.contact);
    text.replace("{hour}", &draw.between(7..=15).to_string())
}

const REMARKS: &[&str] = &[
    "Explained the finding to {contact}, who was there the whole time.",
    "Name plate of {machine}: serial {serial}. The one in our records was wrong.",
    "Took photos before and after. The bracket next to it has surface rust, nothing urgent.",
    "{contact} asks for a follow-up visit next month.",
    "Main switch is stiff; should be replaced at the next service.",
    "Could not find the drawings on site. {contact} sends them to the office.",
    "Old parts left with the customer as agreed.",
    "Cabinet lock is broken, closed it with a cable tie for now. Serial {serial}.",
    "Second unit beside {machine} shows the same wear. Please send {contact} an offer.",
    "Parking took twenty minutes; next time through the rear gate.",
    "No signal down there, so this is written from the van.",
];

const CALLED_OFF: &[&str] = &[
    "Called off by {contact}, the fault has not come back.",
    "Called off: the machine will be replaced in spring.",
    "Entered twice, the other order stays. {contact} knows.",
    "Called off by {contact}, another firm was quicker.",
];

const FROM_OFFICE: &[&str] = &[
    "Customer called again, {contact} wants a time before noon.",
    "Parts are in the van stock, checked this morning.",
    "{contact} is on site from {hour}:00 only.",
    "Purchase order is on its way; start without it.",
    "Please take photos of the name plate, the records are old.",
];
