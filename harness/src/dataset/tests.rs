//! The data fits the schema, is varied, and is the same every time.

use std::collections::{HashMap, HashSet};

use fieldkeep::schema::Schema;
use fieldkeep::value::{Canonical, FieldMap, canonical_of_json};
use serde_json::Value;
use uuid::Uuid;

use super::items::today_ms;
use super::{Dataset, Item, generate};

const SCHEMA: &str = include_str!("../../schemas/field_service.json");
const WORK_ORDERS: usize = 2_000;

fn working_set() -> Dataset {
    generate(7, WORK_ORDERS)
}

fn text<'a>(item: &'a Item, field: &str) -> &'a str {
    item.fields.get(field).and_then(Value::as_str).unwrap_or_default()
}

#[test]
fn a_seed_names_its_data() {
    assert_eq!(generate(7, 300), generate(7, 300));
    assert_ne!(generate(7, 300), generate(8, 300));
    assert_eq!(generate(7, 0), Dataset::default());
    assert_eq!(generate(7, 1).customers.len(), 1);
}

#[test]
fn every_record_fits_the_schema() {
    let schema = Schema::from_json(SCHEMA).unwrap();
    for item in working_set().iter() {
        let record_type = schema.record_type(item.record_type).unwrap();
        let mut fields = FieldMap::new();
        for (name, json) in &item.fields {
            let field = record_type.field(name).unwrap_or_else(|| panic!("{}.{name}", item.record_type));
            let canonical = canonical_of_json(field.kind, json).unwrap_or_else(|error| panic!("{json} {error}"));
            assert_eq!(canonical, Canonical::of_undeclared(json), "{}.{name} is not canonical", item.record_type);
            fields.set(name, canonical);
        }
        assert_eq!(record_type.check_create(&fields), [], "{item:?}");
    }
}

#[test]
fn the_schema_survives_being_written() {
    let schema = Schema::from_json(SCHEMA).unwrap();
    assert_eq!(Schema::from_json(&schema.to_json()).unwrap(), schema);
    assert_eq!(schema.label("work_order", "close_date"), "Close date");
}

#[test]
fn references_lead_to_records_of_the_right_type() {
    let schema = Schema::from_json(SCHEMA).unwrap();
    let dataset = working_set();
    let types: HashMap<Uuid, &str> = dataset.iter().map(|item| (item.local_id, item.record_type)).collect();
    assert_eq!(types.len(), dataset.iter().count(), "ids are unique");
    for item in dataset.iter() {
        for (name, json) in &item.fields {
            if let Some(target) = schema.field(item.record_type, name).and_then(|field| field.target.as_deref()) {
                let id = json.as_str().unwrap().parse::<Uuid>().unwrap();
                assert_eq!(types.get(&id), Some(&target), "{}.{name}", item.record_type);
            }
        }
    }
}

#[test]
fn nothing_happens_before_its_order_or_after_today() {
    let made = |id: Uuid| id.get_timestamp().unwrap().to_unix().0;
    let today = u64::try_from(today_ms() / 1_000).unwrap();
    let dataset = working_set();
    for item in dataset.iter() {
        let parent = item.fields.get("work_order").or(item.fields.get("customer"));
        let parent = parent.map_or(0, |id| made(id.as_str().unwrap().parse().unwrap()));
        assert!(parent < made(item.local_id) && made(item.local_id) < today, "{item:?}");
    }
    for visit in &dataset.visits {
        let moment = |field: &str| visit.fields.get(field).and_then(Value::as_i64);
        assert!(moment("ended") > moment("started") || moment("ended").is_none(), "{visit:?}");
    }
}

#[test]
fn counts_are_those_of_a_working_set() {
    let dataset = working_set();
    assert_eq!(dataset.work_orders.len(), WORK_ORDERS);
    assert_eq!(dataset.customers.len(), WORK_ORDERS / 5);
    for (children, most, at_least) in [(&dataset.visits, 2, 600), (&dataset.notes, 4, 1_500), (&dataset.parts, 3, 600)]
    {
        let mut count: HashMap<&str, usize> = HashMap::new();
        children.iter().for_each(|child| *count.entry(text(child, "work_order")).or_default() += 1);
        assert!(count.values().all(|&count| count <= most));
        assert!(children.len() >= at_least, "{}", children.len());
    }
}

#[test]
fn natural_keys_tell_records_apart() {
    let schema = Schema::from_json(SCHEMA).unwrap();
    let mut seen = HashSet::new();
    for item in working_set().iter() {
        let key = &schema.record_type(item.record_type).unwrap().natural_key;
        let values: Vec<_> = key.iter().map(|field| item.fields.get(field).map(Value::to_string)).collect();
        assert!(key.is_empty() || seen.insert((item.record_type, values.clone())), "{values:?}");
    }
}

#[test]
fn titles_and_states_are_varied() {
    let dataset = working_set();
    let shares = |field: &str| {
        let mut count: HashMap<String, usize> = HashMap::new();
        for order in &dataset.work_orders {
            *count.entry(text(order, field).to_owned()).or_default() += 1;
        }
        count
    };
    let most_used = shares("title").into_values().max().unwrap();
    assert!(most_used * 100 <= WORK_ORDERS * 3, "one title in {most_used} orders");
    assert_eq!(shares("status").len(), 5);
    assert_eq!(shares("priority").len(), 3);
    assert!(shares("due").len() > 60);
}

#[test]
fn sizes_are_those_of_a_working_set() {
    let dataset = working_set();
    let size = |item: &Item| serde_json::to_string(&item.fields).unwrap().len();
    for list in [&dataset.customers, &dataset.work_orders, &dataset.visits, &dataset.notes, &dataset.parts] {
        let total: usize = list.iter().map(size).sum();
        println!("{:<10} {:>6} records, {:>4} bytes each", list[0].record_type, list.len(), total / list.len());
    }
    let orders: usize = dataset.work_orders.iter().map(size).sum();
    assert!((400..=1_200).contains(&(orders / WORK_ORDERS)), "{}", orders / WORK_ORDERS);
}
