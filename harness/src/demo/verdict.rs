//! The five promises, checked against the server's own database and the phones' own files.

use std::collections::BTreeMap;

use fieldkeep::store::invariants;
use rusqlite::{Connection, OpenFlags};
use serde_json::Value;

use super::DemoError;
use super::intents::{Intent, IntentKind, Intents};
use super::narrator::Narrator;
use super::truth::Truth;

/// A promise and what became of it.
pub(super) struct Promise {
    name: &'static str,
    broken: Vec<String>,
    evidence: String,
}

/// A row of the server's audit trail.
struct AuditRow {
    local_id: String,
    kind: String,
    field: String,
    from: Value,
    to: Value,
    who: String,
}

/// What the server has.
pub(super) struct Facts {
    /// Values by local id.
    records: BTreeMap<String, Vec<Value>>,
    audit: Vec<AuditRow>,
    resolutions: Vec<Value>,
}

impl Facts {
    /// Reads the server's database.
    pub(super) fn read(server: &Connection) -> Result<Self, DemoError> {
        let parse =
            |text: Option<String>| text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or(Value::Null);
        let mut records: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        let mut statement = server.prepare("SELECT local_id,fields FROM records WHERE local_id IS NOT NULL")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            records.entry(row.get(0)?).or_default().push(parse(row.get(1)?));
        }
        let mut statement = server.prepare(
            "SELECT r.local_id,a.kind,a.field,a.from_value,a.to_value,a.who FROM audit a JOIN records r ON r.no=a.record \
             WHERE r.local_id IS NOT NULL ORDER BY a.no",
        )?;
        let audit = statement.query_map([], |row| {
            Ok(AuditRow {
                local_id: row.get(0)?,
                kind: row.get(1)?,
                field: row.get(2)?,
                from: parse(row.get(3)?),
                to: parse(row.get(4)?),
                who: row.get(5)?,
            })
        })?;
        let audit = audit.collect::<Result<Vec<_>, _>>()?;
        let mut statement = server.prepare("SELECT body FROM resolutions")?;
        let bodies = statement.query_map([], |row| row.get::<_, String>(0))?;
        let resolutions = bodies.map(|body| body.map(|text| parse(Some(text)))).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { records, audit, resolutions })
    }

    /// Audit rows of a record and field.
    fn history<'a>(&'a self, record: &'a str, field: &'a str) -> impl Iterator<Item = &'a AuditRow> {
        self.audit.iter().filter(move |row| row.local_id == record && row.field == field)
    }

    /// Whether a person decided about this field while the server had this value.
    fn decided(&self, record: &str, field: &str, theirs: &Value) -> bool {
        let matches = |resolution: &&Value| {
            resolution["local_id"] == record && resolution["field"] == field && resolution["theirs"] == *theirs
        };
        self.resolutions.iter().any(|resolution| matches(&resolution))
    }
}

/// Judges the day; prints the table; true when every promise held.
pub(super) fn judge(
    narrator: &Narrator,
    facts: &Facts,
    intents: &Intents,
    truth: &Truth,
    still_waiting: &[String],
    phones: &[std::path::PathBuf],
) -> Result<bool, DemoError> {
    let promises = [
        nothing_lost(facts, intents),
        nothing_twice(facts, intents),
        nothing_silently_overwritten(facts, intents),
        words_are_true(truth),
        never_stuck(truth, still_waiting, phones)?,
    ];
    for promise in &promises {
        narrator.promise(promise.name, &promise.broken, &promise.evidence);
    }
    Ok(promises.iter().all(|promise| promise.broken.is_empty()))
}

fn nothing_lost(facts: &Facts, intents: &Intents) -> Promise {
    let arrived = |intent: &&Intent| match &intent.kind {
        IntentKind::Create(fields) => facts
            .records
            .get(&intent.record)
            .is_some_and(|found| found.iter().all(|values| fields.keys().all(|field| !values[field].is_null()))),
        IntentKind::Set { field, to, .. } => {
            let applied = facts.history(&intent.record, field).any(|row| row.to == *to && row.who == intent.who);
            let decided = facts.resolutions.iter().any(|resolution| {
                resolution["local_id"] == intent.record && resolution["field"] == *field && resolution["mine"] == *to
            });
            applied || decided || intents.superseded(intent)
        }
        IntentKind::Barrier(kind) => facts.audit.iter().any(|row| row.local_id == intent.record && row.kind == *kind),
    };
    let broken = intents.iter().filter(|intent| !arrived(intent)).map(describe).collect();
    Promise {
        name: "Nothing lost",
        broken,
        evidence: format!("{} things meant, each found on the server", intents.len()),
    }
}

fn nothing_twice(facts: &Facts, intents: &Intents) -> Promise {
    let mut broken = Vec::new();
    let mut created = 0;
    for intent in intents.iter() {
        match &intent.kind {
            IntentKind::Create(fields) => {
                created += 1;
                let rows = facts.records.get(&intent.record).map_or(0, Vec::len);
                // The same content under another id would be the double that a worried person makes.
                let alike = facts.records.values().flatten().filter(|values| {
                    fields.iter().filter(|(_, value)| value.is_string()).all(|(field, value)| {
                        values[field] == *value || matches!(field.as_str(), "work_order" | "customer")
                    }) && fields.keys().all(|field| values.get(field).is_some())
                });
                if rows != 1 || alike.count() != 1 {
                    broken.push(format!("{} is there more or less than once", describe(intent)));
                }
            }
            IntentKind::Set { field, to, .. } => {
                let times =
                    facts.history(&intent.record, field).filter(|row| row.to == *to && row.who == intent.who).count();
                if times > 1 {
                    broken.push(format!("{} happened {times} times", describe(intent)));
                }
            }
            IntentKind::Barrier(kind) => {
                let times = facts.audit.iter().filter(|row| row.local_id == intent.record && row.kind == *kind).count();
                if times != 1 {
                    broken.push(format!("{} happened {times} times", describe(intent)));
                }
            }
        }
    }
    Promise { name: "Nothing twice", broken, evidence: format!("{created} records made, each exactly once") }
}

/// Each value that a person's edit replaced on the server was one that this person had seen, or had decided about.
fn nothing_silently_overwritten(facts: &Facts, intents: &Intents) -> Promise {
    let mut broken = Vec::new();
    let mut replaced = 0;
    let people: Vec<&str> = intents.iter().map(|intent| intent.who).collect();
    let touched: Vec<&str> = intents.iter().map(|intent| intent.record.as_str()).collect();
    for row in facts.audit.iter().filter(|row| row.kind == "field" && !row.from.is_null()) {
        if !people.contains(&row.who.as_str()) || !touched.contains(&row.local_id.as_str()) {
            continue;
        }
        replaced += 1;
        let had_seen = |intent: &Intent| match &intent.kind {
            IntentKind::Set { field, seen, .. } => {
                intent.who == row.who && intent.record == row.local_id && *field == row.field && *seen == row.from
            }
            _ => false,
        };
        if !intents.iter().any(had_seen) && !facts.decided(&row.local_id, &row.field, &row.from) {
            broken.push(format!("{}'s {} = {} replaced {} unseen", row.who, row.field, row.to, row.from));
        }
    }
    let decisions = facts.resolutions.len();
    let evidence = format!("{replaced} values replaced, each seen before or decided by a person ({decisions} decided)");
    Promise { name: "Nothing silently overwritten", broken, evidence }
}

fn words_are_true(truth: &Truth) -> Promise {
    let evidence = format!("{} sentences read, each compared with outbox, reviews, network and server", truth.read);
    Promise { name: "The words are true", broken: truth.false_words.clone(), evidence }
}

fn never_stuck(truth: &Truth, still_waiting: &[String], phones: &[std::path::PathBuf]) -> Result<Promise, DemoError> {
    let mut broken: Vec<String> = still_waiting.iter().map(|item| format!("still waiting: {item}")).collect();
    broken.extend(truth.without_reason.iter().map(|item| format!("operation {item} waited without a reason")));
    for path in phones {
        let store = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let found = invariants::violations(&store)?;
        broken.extend(found.iter().map(|fault| format!("{} (row {})", fault.invariant, fault.row)));
    }
    let evidence = format!("both outboxes empty; {} waits seen, each with its reason", truth.waiting_seen);
    Ok(Promise { name: "Never stuck", broken, evidence })
}

fn describe(intent: &Intent) -> String {
    match &intent.kind {
        IntentKind::Create(_) => format!("{}'s new record {}", intent.who, intent.record),
        IntentKind::Set { field, to, .. } => format!("{}'s {field} = {to}", intent.who),
        IntentKind::Barrier(kind) => format!("{}'s {kind}", intent.who),
    }
}
