//! Lists of records: filter, sort, page, and the indexes that make it quick (requirement F4).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rusqlite::types::Value as SqlValue;
use rusqlite::{Connection, params_from_iter};
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::{StoreResult, search};
use crate::schema::{Field, RecordType, Schema};
use crate::value::{Canonical, FieldKind, Value, canonical_of};

/// Most records of one page: a screen shows twenty, an export some hundreds.
pub const MAX_PAGE: u32 = 1_000;

/// Which records, in what order.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "ffi", derive(uniffi::Record))]
pub struct Query {
    /// The record type.
    pub record_type: String,
    /// All of them must hold.
    pub filters: Vec<Filter>,
    /// Order; records that are equal in it come in the order of their arrival on this device.
    pub sort: Option<Sort>,
    /// Records of a page, 1 to [`MAX_PAGE`].
    pub limit: u32,
    /// Where the page before ended: its `next`.
    pub after: Option<String>,
    /// Words that must stand in the searchable fields, each also as the beginning of a longer one; upper case and accents
    /// mean nothing. Without a word in it, it is no condition: what an empty search box shows.
    #[cfg_attr(feature = "ffi", uniffi(default = None))]
    pub search: Option<String>,
}

impl Query {
    /// All records of a type, twenty at a time.
    #[must_use]
    pub fn all(record_type: &str) -> Self {
        Self {
            record_type: record_type.to_owned(),
            filters: Vec::new(),
            sort: None,
            limit: 20,
            after: None,
            search: None,
        }
    }
}

/// A condition on one field. On an `indexed` field it is quick among a million records.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "ffi", derive(uniffi::Record))]
pub struct Filter {
    /// The field.
    pub field: String,
    /// What must hold.
    pub test: Comparison,
}

/// What must hold for a field's value.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "ffi", derive(uniffi::Enum))]
pub enum Comparison {
    /// Equal by type.
    Equal(Value),
    /// One of these.
    OneOf(Vec<Value>),
    /// Less than.
    Below(Value),
    /// Not more than.
    AtMost(Value),
    /// More than.
    Above(Value),
    /// Not less than.
    AtLeast(Value),
    /// Null.
    Empty,
    /// Not null.
    NotEmpty,
}

/// An order.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "ffi", derive(uniffi::Record))]
pub struct Sort {
    /// The field.
    pub field: String,
    /// Largest first. Records without a value come last then, else first.
    pub descending: bool,
}

/// Why a query is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum QueryProblem {
    /// No such record type.
    #[error("there is no record type {0}")]
    UnknownType(String),
    /// No such field, or one that cannot be compared.
    #[error("records cannot be filtered or sorted by {0}")]
    UnknownField(String),
    /// A value of another type than the field's.
    #[error("{0} cannot be compared with the given value")]
    WrongValue(String),
    /// None of its fields is searchable.
    #[error("the fields of {0} are not searchable")]
    NotSearchable(String),
    /// A page has 1 to [`MAX_PAGE`] records.
    #[error("a page has 1 to 1000 records")]
    BadLimit,
    /// `after` is not what an earlier page of the same query returned.
    #[error("the page mark does not belong to this query")]
    BadPageMark,
}

/// Numbers of the records of one page, and where the next begins.
pub(crate) struct Page {
    pub(crate) records: Vec<i64>,
    pub(crate) next: Option<String>,
}

/// The SQL expression of a field's value, never null, so that indexes, comparisons and page marks agree. The names were
/// checked when the schema was loaded.
fn expression(field: &Field) -> String {
    let name = &field.name;
    match field.kind {
        FieldKind::Decimal => format!("ifnull(CAST(view->>'{name}' AS REAL),-9e999)"),
        FieldKind::Integer | FieldKind::Instant | FieldKind::Boolean => {
            format!("ifnull(CAST(view->>'{name}' AS INTEGER),-9223372036854775807)")
        }
        _ => format!("ifnull(view->>'{name}','')"),
    }
}

/// The value that stands for null in [`expression`].
fn null_of(kind: FieldKind) -> SqlValue {
    match kind {
        FieldKind::Decimal => SqlValue::Real(f64::NEG_INFINITY),
        FieldKind::Integer | FieldKind::Instant | FieldKind::Boolean => SqlValue::Integer(i64::MIN + 1),
        _ => SqlValue::Text(String::new()),
    }
}

/// Drops the indexes of the former schema and makes those of this one.
pub(super) fn rebuild_indexes(db: &Connection, schema: &Schema) -> StoreResult<()> {
    let mut statement =
        db.prepare("SELECT name FROM sqlite_schema WHERE type='index' AND substr(name,1,6)='field_'")?;
    let names: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    drop(statement);
    for name in names {
        db.execute_batch(&format!("DROP INDEX \"{name}\""))?;
    }
    for record_type in &schema.types {
        for field in record_type.fields.iter().filter(|field| field.indexed) {
            let (type_name, name) = (&record_type.name, &field.name);
            db.execute_batch(&format!(
                "CREATE INDEX \"{}\" ON records({}) WHERE type='{type_name}' AND life='alive'",
                index_name(type_name, name),
                expression(field)
            ))?;
        }
    }
    Ok(())
}

fn index_name(record_type: &str, field: &str) -> String {
    format!("field_{record_type}.{field}")
}

/// The index to walk. Left alone SQLite, which knows nothing of the values, takes all records of the type and sorts them.
/// A filter for one value comes first, since few records have it; then the order, which ends with the page; then any
/// other condition.
fn index_for(record_type: &RecordType, query: &Query) -> Walk {
    let indexed = |name: &&str| record_type.field(name).is_some_and(|field| field.indexed);
    let filtered = |wanted: fn(&Comparison) -> bool| {
        query.filters.iter().filter(move |filter| wanted(&filter.test)).map(|filter| filter.field.as_str())
    };
    let one_value = query.filters.iter().find(|filter| {
        matches!(filter.test, Comparison::Equal(_) | Comparison::Empty) && indexed(&filter.field.as_str())
    });
    let order = query.sort.as_ref().map(|sort| sort.field.as_str()).filter(indexed);
    match (one_value, order) {
        (Some(filter), Some(order)) if filter.field != order => {
            Walk::OneValueOr { filter: filter.clone(), order: order.to_owned() }
        }
        (Some(filter), _) => Walk::Field(filter.field.clone()),
        (None, Some(order)) => Walk::Field(order.to_owned()),
        (None, None) => {
            let condition = filtered(|test| !matches!(test, Comparison::NotEmpty)).find(indexed);
            condition.map_or(Walk::Any, |field| Walk::Field(field.to_owned()))
        }
    }
}

/// What a list walks along.
enum Walk {
    /// The index of this field.
    Field(String),
    /// That of the filter's field where few records have its value, else that of the order.
    OneValueOr { filter: Filter, order: String },
    /// What SQLite finds best.
    Any,
}

/// Up to so many records are fetched and sorted; of more the first in order are looked for along the order's index. Among a
/// million both cost about the same where the number, squared, is a million times that of a page.
fn few(limit: u32) -> i64 {
    (i64::from(limit + 1) * 1_000_000).isqrt()
}

/// The other way to walk a list, and how to find out whether it is the better one.
struct ByOrder {
    /// Counts the records that have the value, up to [`few`].
    probe: String,
    probe_parameters: Vec<SqlValue>,
    sql: String,
}

/// A query with its SQL.
pub(crate) struct Prepared {
    pub(crate) sql: String,
    by_order: Option<ByOrder>,
    page: u32,
    parameters: Vec<SqlValue>,
    limit: usize,
    /// Names type, filters and order: a page mark is good for no other query.
    list: String,
}

#[cfg(test)]
impl Prepared {
    /// The other way, where there are two.
    pub(crate) fn by_order_sql(&self) -> Option<&str> {
        self.by_order.as_ref().map(|other| other.sql.as_str())
    }
}

/// Turns a query into SQL.
pub(crate) fn prepare(schema: &Schema, query: &Query) -> Result<Prepared, QueryProblem> {
    let unknown_type = || QueryProblem::UnknownType(query.record_type.clone());
    let record_type = schema.record_type(&query.record_type).ok_or_else(unknown_type)?;
    if query.limit == 0 || query.limit > MAX_PAGE {
        return Err(QueryProblem::BadLimit);
    }
    let comparable = |name: &str| {
        let field =
            record_type.field(name).filter(|field| !matches!(field.kind, FieldKind::Tags | FieldKind::GeoPoint));
        field.ok_or_else(|| QueryProblem::UnknownField(name.to_owned()))
    };
    let words = query.search.as_deref().and_then(search::matching);
    if query.search.is_some() && !search::is_searchable(record_type) {
        return Err(QueryProblem::NotSearchable(query.record_type.clone()));
    }
    // Few records have the words: from these SQLite starts then.
    let walk = if words.is_some() { Walk::Any } else { index_for(record_type, query) };
    let (hint, by_order) = match walk {
        Walk::Any => (String::new(), None),
        Walk::Field(field) => (indexed_by(record_type, &field), None),
        Walk::OneValueOr { filter, order } => {
            let hint = indexed_by(record_type, &filter.field);
            let (mut test, mut probe_parameters) = (String::new(), Vec::new());
            add_test(&mut test, &mut probe_parameters, comparable(&filter.field)?, &filter.test)?;
            let probe = format!(
                "SELECT count(*) FROM (SELECT 1 FROM records {hint}WHERE type='{}' AND life='alive'{test} LIMIT {})",
                record_type.name,
                few(query.limit)
            );
            (hint, Some((probe, probe_parameters, indexed_by(record_type, &order))))
        }
    };
    let mut sql = format!("WHERE type='{}' AND life='alive'", record_type.name);
    let mut parameters = Vec::new();
    for filter in &query.filters {
        add_test(&mut sql, &mut parameters, comparable(&filter.field)?, &filter.test)?;
    }
    if let Some(words) = words {
        parameters.push(SqlValue::Text(words));
        sql.push_str(&format!(" AND no IN(SELECT rowid FROM search WHERE search MATCH ?{})", parameters.len()));
    }
    let (order, direction) = match &query.sort {
        Some(sort) => (expression(comparable(&sort.field)?), if sort.descending { "DESC" } else { "ASC" }),
        None => ("no".to_owned(), "ASC"),
    };
    let list = list_name(query);
    if let Some(mark) = &query.after {
        let (value, no) = read_mark(mark, &list).ok_or(QueryProblem::BadPageMark)?;
        let than = if direction == "DESC" { "<" } else { ">" };
        // The pair decides; its first half alone is what SQLite can look up in the index.
        let (first, second) = (parameters.len() + 1, parameters.len() + 2);
        sql.push_str(&format!(" AND {order}{than}=?{first} AND ({order},no){than}(?{first},?{second})"));
        parameters.push(value);
        parameters.push(SqlValue::Integer(no));
    }
    let along = |hint: &str| {
        let limit = query.limit + 1;
        format!("SELECT no,{order} FROM records {hint}{sql} ORDER BY {order} {direction},no {direction} LIMIT {limit}")
    };
    let by_order =
        by_order.map(|(probe, probe_parameters, hint)| ByOrder { probe, probe_parameters, sql: along(&hint) });
    let sql = along(&hint);
    Ok(Prepared {
        sql,
        by_order,
        page: query.limit,
        parameters,
        limit: usize::try_from(query.limit).unwrap_or(usize::MAX),
        list,
    })
}

/// The same for the same type, filters and order, and for no others.
fn list_name(query: &Query) -> String {
    let text = format!("{} {:?} {:?} {:?}", query.record_type, query.filters, query.sort, query.search);
    URL_SAFE_NO_PAD.encode(&Sha256::digest(text.as_bytes())[..6])
}

/// Runs a prepared query.
pub(crate) fn run(db: &Connection, prepared: &Prepared) -> StoreResult<Page> {
    let mut statement = db.prepare_cached(way(db, prepared)?)?;
    let rows = statement.query_map(params_from_iter(&prepared.parameters), |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, SqlValue>(1)?))
    })?;
    let mut rows = rows.collect::<Result<Vec<_>, _>>()?;
    let more = rows.len() > prepared.limit;
    rows.truncate(prepared.limit);
    let next = if more { rows.last().map(|(no, value)| write_mark(value, *no, &prepared.list)) } else { None };
    Ok(Page { records: rows.into_iter().map(|(no, _)| no).collect(), next })
}

/// The quicker of the two ways to walk a list.
fn way<'a>(db: &Connection, prepared: &'a Prepared) -> StoreResult<&'a str> {
    let Some(by_order) = &prepared.by_order else { return Ok(&prepared.sql) };
    let mut probe = db.prepare_cached(&by_order.probe)?;
    let count: i64 = probe.query_row(params_from_iter(&by_order.probe_parameters), |row| row.get(0))?;
    Ok(if count < few(prepared.page) { &prepared.sql } else { &by_order.sql })
}

fn indexed_by(record_type: &RecordType, field: &str) -> String {
    format!("INDEXED BY \"{}\" ", index_name(&record_type.name, field))
}

fn add_test(
    sql: &mut String,
    parameters: &mut Vec<SqlValue>,
    field: &Field,
    test: &Comparison,
) -> Result<(), QueryProblem> {
    let (sign, values) = match test {
        Comparison::Equal(value) => ("=", vec![sql_value(field, value)?]),
        Comparison::OneOf(values) => {
            ("IN", values.iter().map(|value| sql_value(field, value)).collect::<Result<Vec<_>, _>>()?)
        }
        Comparison::Below(value) => ("<", vec![sql_value(field, value)?]),
        Comparison::AtMost(value) => ("<=", vec![sql_value(field, value)?]),
        Comparison::Above(value) => (">", vec![sql_value(field, value)?]),
        Comparison::AtLeast(value) => (">=", vec![sql_value(field, value)?]),
        Comparison::Empty => ("=", vec![null_of(field.kind)]),
        Comparison::NotEmpty => ("<>", vec![null_of(field.kind)]),
    };
    let first = parameters.len() + 1;
    let marks = (first..first + values.len()).map(|position| format!("?{position}")).collect::<Vec<_>>().join(",");
    let column = expression(field);
    match sign {
        "IN" => sql.push_str(&format!(" AND {column} IN({marks})")),
        // A range must not find the value that stands for null.
        "<" | "<=" => {
            sql.push_str(&format!(" AND {column}{sign}{marks} AND {column}<>?{}", first + 1));
            parameters.extend(values);
            parameters.push(null_of(field.kind));
            return Ok(());
        }
        _ => sql.push_str(&format!(" AND {column}{sign}{marks}")),
    }
    parameters.extend(values);
    add_exact_text(sql, parameters, field, test)
}

/// The index over decimals is one over near numbers; which of them are equal to the last digit their texts say.
fn add_exact_text(
    sql: &mut String,
    parameters: &mut Vec<SqlValue>,
    field: &Field,
    test: &Comparison,
) -> Result<(), QueryProblem> {
    let values = match test {
        Comparison::Equal(value) => std::slice::from_ref(value),
        Comparison::OneOf(values) => values.as_slice(),
        _ => return Ok(()),
    };
    if field.kind != FieldKind::Decimal {
        return Ok(());
    }
    let first = parameters.len() + 1;
    let marks = (first..first + values.len()).map(|position| format!("?{position}")).collect::<Vec<_>>().join(",");
    sql.push_str(&format!(" AND ifnull(view->>'{}','') IN({marks})", field.name));
    for value in values {
        let canonical = canonical_of(field.kind, value).map_err(|_| QueryProblem::WrongValue(field.name.clone()))?;
        let text = canonical.and_then(|canonical| canonical.text()).unwrap_or_default();
        parameters.push(SqlValue::Text(text));
    }
    Ok(())
}

fn sql_value(field: &Field, value: &Value) -> Result<SqlValue, QueryProblem> {
    if let (FieldKind::Integer, Value::Integer(number)) | (FieldKind::Instant, Value::Instant(number)) =
        (field.kind, value)
    {
        // Larger or smaller than any that can be kept is still larger or smaller: "after the distant past".
        return Ok(SqlValue::Integer((*number).max(i64::MIN + 2)));
    }
    let wrong = |_| QueryProblem::WrongValue(field.name.clone());
    let canonical = canonical_of(field.kind, value).map_err(wrong)?;
    Ok(canonical.map_or_else(|| null_of(field.kind), |canonical| bare(field.kind, &canonical)))
}

/// What [`expression`] makes of a value.
fn bare(kind: FieldKind, canonical: &Canonical) -> SqlValue {
    let json = canonical.json();
    match kind {
        FieldKind::Decimal => SqlValue::Real(json.as_str().and_then(|text| text.parse().ok()).unwrap_or(0.0)),
        FieldKind::Boolean => SqlValue::Integer(i64::from(json.as_bool().unwrap_or(false))),
        FieldKind::Integer | FieldKind::Instant => SqlValue::Integer(json.as_i64().unwrap_or(0)),
        _ => SqlValue::Text(canonical.text().unwrap_or_default()),
    }
}

/// A page mark: the last row's sort value and number, and the list that it belongs to.
fn write_mark(value: &SqlValue, no: i64, list: &str) -> String {
    let mut json = serde_json::json!({"no": no, "of": list});
    match value {
        SqlValue::Integer(number) => json["i"] = (*number).into(),
        SqlValue::Real(number) if number.is_finite() => json["r"] = (*number).into(),
        SqlValue::Text(text) => json["t"] = text.as_str().into(),
        _ => {}
    }
    URL_SAFE_NO_PAD.encode(json.to_string())
}

fn read_mark(mark: &str, list: &str) -> Option<(SqlValue, i64)> {
    let bytes = URL_SAFE_NO_PAD.decode(mark).ok()?;
    let json: serde_json::Value = serde_json::from_slice(&bytes).ok()?;
    if json.get("of")?.as_str()? != list {
        return None;
    }
    let no = json.get("no")?.as_i64()?;
    let value = if let Some(number) = json.get("i") {
        SqlValue::Integer(number.as_i64()?)
    } else if let Some(number) = json.get("r") {
        SqlValue::Real(number.as_f64()?)
    } else if let Some(text) = json.get("t") {
        SqlValue::Text(text.as_str()?.to_owned())
    } else {
        SqlValue::Real(f64::NEG_INFINITY)
    };
    Some((value, no))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn value() -> impl Strategy<Value = SqlValue> {
        prop_oneof![
            any::<i64>().prop_map(SqlValue::Integer),
            any::<f64>()
                .prop_filter("no number", |number| !number.is_nan() && *number < f64::INFINITY)
                .prop_map(SqlValue::Real),
            ".*".prop_map(SqlValue::Text),
        ]
    }

    proptest! {
        #[test]
        fn a_page_mark_comes_back_to_the_bit_and_for_its_own_list_only(value in value(), no: i64) {
            let mark = write_mark(&value, no, "mine");
            prop_assert_eq!(read_mark(&mark, "mine"), Some((value, no)));
            prop_assert_eq!(read_mark(&mark, "other"), None);
        }
    }
}
