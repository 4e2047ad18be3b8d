//! Full text: an index of the words of searchable fields (requirement F4). SQLite's FTS5, without a copy of the texts.

use rusqlite::{Connection, params};
use serde_json::Value as Json;

use super::StoreResult;
use crate::schema::{RecordType, Schema};
use crate::value::FieldMap;

/// Most words of one search; what a person types is shorter, and each costs a walk through the index.
const MAX_WORDS: usize = 16;

/// The words of a record's searchable fields, one text; empty when there are none.
pub(crate) fn text_of(record_type: &RecordType, view: &FieldMap) -> String {
    let searchable = record_type.fields.iter().filter(|field| field.searchable);
    searchable.filter_map(|field| words_in(view.get(&field.name)?.json())).collect::<Vec<_>>().join("\n")
}

/// A text as it is, or all of a set of tags. The schema lets nothing else be searchable.
fn words_in(value: Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text),
        Json::Array(tags) => Some(tags.iter().filter_map(Json::as_str).collect::<Vec<_>>().join("\n")),
        _ => None,
    }
}

/// Puts a record's words in place of those that it had.
pub(crate) fn set(db: &Connection, record: i64, text: &str) -> StoreResult<()> {
    db.prepare_cached("INSERT OR REPLACE INTO search(rowid,text) VALUES(?1,?2)")?.execute(params![record, text])?;
    Ok(())
}

/// Takes all words out and puts in those of the fields that the schema names now.
pub(super) fn rebuild(db: &Connection, types: &[RecordType]) -> StoreResult<()> {
    db.execute_batch("INSERT INTO search(search) VALUES('delete-all')")?;
    for record_type in types.iter().filter(|record_type| is_searchable(record_type)) {
        let mut statement = db.prepare("SELECT no,view FROM records WHERE type=?1 AND merged_into IS NULL")?;
        let mut rows = statement.query([&record_type.name])?;
        while let Some(row) = rows.next()? {
            let view = FieldMap::from_stored(row.get_ref(1)?.as_str().unwrap_or_default());
            let text = text_of(record_type, &view);
            if !text.is_empty() {
                set(db, row.get(0)?, &text)?;
            }
        }
    }
    Ok(())
}

/// The searchable fields of all types, by name: what the index is made of.
pub(super) fn fields_of(schema: &Schema) -> String {
    let named = |record_type: &RecordType| {
        let fields = record_type.fields.iter().filter(|field| field.searchable);
        fields.map(|field| format!("{}.{}", record_type.name, field.name)).collect::<Vec<_>>()
    };
    schema.types.iter().flat_map(named).collect::<Vec<_>>().join(" ")
}

/// Whether any of its fields takes part.
pub(crate) fn is_searchable(record_type: &RecordType) -> bool {
    record_type.fields.iter().any(|field| field.searchable)
}

/// What FTS5 is asked for what a person typed: every word, each also as the beginning of a longer one. Signs between the
/// words mean nothing, so that no text is a syntax error. None when there is no word.
pub(super) fn matching(typed: &str) -> Option<String> {
    let words = typed.split(|sign: char| !sign.is_alphanumeric()).filter(|word| !word.is_empty());
    let words: Vec<&str> = words.take(MAX_WORDS).collect();
    let each = words.iter().map(|word| format!("\"{word}\"*")).collect::<Vec<_>>().join(" ");
    let digits = words.iter().all(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
    match words.len() {
        0 => None,
        // A phone number is kept without the gaps in which people write it.
        2.. if digits => Some(format!("({each}) OR \"{}\"*", words.concat())),
        _ => Some(each),
    }
}

#[cfg(test)]
mod tests {
    use super::matching;

    #[test]
    fn what_a_person_types_is_words_and_never_syntax() {
        for (typed, asked) in [
            ("pump", Some("\"pump\"*")),
            ("  Pump,  CP7 ", Some("\"Pump\"* \"CP7\"*")),
            ("\"NEAR(a OR b)* -c:d^", Some("\"NEAR\"* \"a\"* \"OR\"* \"b\"* \"c\"* \"d\"*")),
            ("Bäckerei Łódź", Some("\"Bäckerei\"* \"Łódź\"*")),
            ("+49 (171) 12", Some("(\"49\"* \"171\"* \"12\"*) OR \"4917112\"*")),
            ("", None),
            ("!?*\" ", None),
        ] {
            assert_eq!(matching(typed).as_deref(), asked, "{typed:?}");
        }
    }
}
