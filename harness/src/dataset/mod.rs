//! A working set like the one a technician carries: customers, their work orders, and the visits, notes and parts of
//! each. Made from a seed, so that a benchmark, a demo and a failing test can name exactly the data they ran on.
//!
//! Every record fits `harness/schemas/field_service.json`, and every value is in its canonical form. Order numbers are
//! left out: the server fills them. Phone numbers come from ranges set aside for fiction.

mod customers;
mod draw;
mod items;
mod orders;
mod places;
mod trades;
mod visits;

#[cfg(test)]
mod tests;

use serde_json::{Map, Value};
use uuid::Uuid;

use draw::Draw;

/// The day around which due dates lie: the day in the life of the demo.
pub const TODAY: jiff::civil::Date = jiff::civil::date(2026, 3, 4);

/// One record to create.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Its type in the schema.
    pub record_type: &'static str,
    /// Its permanent id, a UUIDv7 of the moment it was made; references hold these.
    pub local_id: Uuid,
    /// Its fields, nulls left out.
    pub fields: Map<String, Value>,
}

/// All records, as they stand on the morning of [`TODAY`]. Nothing happened before its work order was made.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dataset {
    /// Who is served; about one for five work orders.
    pub customers: Vec<Item>,
    /// What is to be done.
    pub work_orders: Vec<Item>,
    /// When somebody was there, 0 to 2 for each work order.
    pub visits: Vec<Item>,
    /// What was written down, 0 to 4 for each work order.
    pub notes: Vec<Item>,
    /// What was built in, 0 to 3 for each work order.
    pub parts: Vec<Item>,
}

impl Dataset {
    /// Every record, parents first.
    pub fn iter(&self) -> impl Iterator<Item = &Item> {
        let lists = [&self.customers, &self.work_orders, &self.visits, &self.notes, &self.parts];
        lists.into_iter().flatten()
    }
}

/// Makes a working set. The same arguments give the same records, on every machine.
#[must_use]
pub fn generate(seed: u64, work_orders: usize) -> Dataset {
    let mut draw = Draw::from_seed(seed);
    let customers = customers::make(&mut draw, work_orders.div_ceil(WORK_ORDERS_PER_CUSTOMER));
    let mut dataset = Dataset::default();
    let mut seen = orders::Seen::default();
    for _ in 0..work_orders {
        // The smaller of two draws: a few customers give much of the work, as in life.
        let last = customers.len() - 1;
        let customer = &customers[draw.index(last).min(draw.index(last))];
        let order = orders::make(&mut draw, customer, &mut seen);
        visits::make(&mut draw, &order, &mut dataset);
        dataset.work_orders.push(order.item);
    }
    dataset.customers = customers.into_iter().map(|customer| customer.item).collect();
    dataset
}

/// Customers are about a fifth of the work orders.
const WORK_ORDERS_PER_CUSTOMER: usize = 5;
