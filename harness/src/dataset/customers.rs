//! Who is served.

use std::collections::HashSet;

use super::Item;
use super::draw::Draw;
use super::items::{DAY_MS, item, today_ms};
use super::places::{CITIES, City, Country};

/// A customer and what its work orders need to know of it.
pub(super) struct Customer {
    pub(super) item: Item,
    pub(super) city: &'static City,
    /// Who opens the door; also in the texts of notes.
    pub(super) contact: String,
    /// Who pays.
    pub(super) billing_contact: String,
}

/// Makes so many customers. No two agree in name and city, the natural key: a likeness would have to be looked at.
pub(super) fn make(draw: &mut Draw, count: usize) -> Vec<Customer> {
    let mut seen = HashSet::new();
    let mut customers = Vec::with_capacity(count);
    while customers.len() < count {
        let city = draw.pick(CITIES);
        let mut name = name(draw, city.country);
        let mut branch = 1;
        while !seen.insert((name.clone(), city.name)) {
            branch += 1;
            name = format!("{} {branch}", name.trim_end_matches(|sign: char| sign == ' ' || sign.is_ascii_digit()));
        }
        customers.push(customer(draw, city, &name));
    }
    customers
}

fn customer(draw: &mut Draw, city: &'static City, name: &str) -> Customer {
    let contact = person(draw, city.country);
    let billing_contact = person(draw, city.country);
    let made = today_ms() - draw.between(100..=2_000) * DAY_MS + draw.between(0..=DAY_MS - 1);
    let item = item("customer", draw.id(made))
        .with("name", name)
        .with("city", city.name)
        .with("phone", phone(draw, city))
        .with("billing_contact", billing_contact.as_str());
    Customer { item, city, contact, billing_contact }
}

fn phone(draw: &mut Draw, city: &City) -> String {
    match city.country {
        Country::Germany => format!("{}{:03}", city.phone_prefix, draw.between(0..=999)),
        Country::UnitedStates => format!("{}{:02}", city.phone_prefix, draw.between(0..=99)),
    }
}

/// A person's full name.
fn person(draw: &mut Draw, country: Country) -> String {
    let (first, last) = match country {
        Country::Germany => (FIRST_DE, LAST_DE),
        Country::UnitedStates => (FIRST_US, LAST_US),
    };
    format!("{} {}", draw.pick(first), draw.pick(last))
}

/// A business: the pattern says what it does, the name in it whose it is.
fn name(draw: &mut Draw, country: Country) -> String {
    let (patterns, names) = match country {
        Country::Germany => (BUSINESS_DE, LAST_DE),
        Country::UnitedStates => (BUSINESS_US, LAST_US),
    };
    let pattern = draw.pick(patterns);
    let whose = *draw.pick(names);
    pattern.replace("{}", whose)
}

const FIRST_DE: &[&str] = &[
    "Ines", "Jonas", "Aylin", "Matthias", "Greta", "Emre", "Heike", "Lukas", "Marlene", "Stefan", "Nadja", "Torsten",
    "Svenja", "Piotr", "Ulrike", "Hannes",
];

const LAST_DE: &[&str] = &[
    "Albrecht", "Brandt", "Dietz", "Ehlers", "Falk", "Günther", "Hagen", "Jansen", "Köhler", "Lindner", "Mertens",
    "Nowak", "Oswald", "Peters", "Rößler", "Schuster", "Thiele", "Ullmann", "Voigt", "Yılmaz",
];

const FIRST_US: &[&str] = &[
    "Dana", "Marcus", "Elena", "Curtis", "Joy", "Raymond", "Priya", "Walter", "Tess", "Andre", "Carol", "Miguel",
    "Naomi", "Glen", "Sofia", "Howard",
];

const LAST_US: &[&str] = &[
    "Abbott", "Barlow", "Castillo", "Donnelly", "Eastman", "Foster", "Greer", "Hollis", "Ingram", "Jarvis", "Kendall",
    "Lowell", "Mercer", "Nakamura", "Okafor", "Pruitt", "Quigley", "Ramsey", "Sutter", "Vance",
];

const BUSINESS_DE: &[&str] = &[
    "Molkerei {}",
    "Bäckerei {}",
    "Hotel {}",
    "Klinik Dr. {}",
    "Brauerei {}",
    "Autohaus {}",
    "Hausverwaltung {}",
    "Wäscherei {}",
    "Gärtnerei {}",
    "Fleischerei {}",
    "{} Logistik GmbH",
    "{} Maschinenbau GmbH",
    "Seniorenhaus {}",
    "{} & Söhne Kühlhaus",
    "Druckerei {}",
    "Kino {}",
    "{} Textilpflege",
    "Apotheke {}",
    "Schule am {}hof",
    "{} Immobilien AG",
];

const BUSINESS_US: &[&str] = &[
    "{} Dairy",
    "{} Bakery",
    "The {} Hotel",
    "{} Family Clinic",
    "{} Brewing Company",
    "{} Motors",
    "{} Property Management",
    "{} Laundry",
    "{} Greenhouses",
    "{} Meats",
    "{} Freight",
    "{} Machine Works",
    "{} Senior Living",
    "{} Cold Storage",
    "{} Printing",
    "{} Theater",
    "{} Plaza",
    "{} Pharmacy",
    "{} Elementary School",
    "{} Foods",
];
