//! The end: after everything was healed and there was time, nothing is left, and phones and server say the same.

use fieldkeep::schema::{RecordType, Schema};
use fieldkeep::value::FieldKind;
use fieldkeep::{Fieldkeep, RecordStatus};
use serde_json::Value as Json;

use super::Verdict;
use super::intents::{End, Intents, Known};
use crate::sim::office::OnServer;

/// Everything that was kept has ended, and what was to go together went together.
pub(crate) fn all_ended(intents: &Intents) -> Verdict {
    for intent in &intents.all {
        if intent.end == End::Open && intent.known == Known::Kept {
            return Err(format!("neither on the server nor with a person: {:?} of {}", intent.meant, intent.record));
        }
    }
    let groups = intents.all.iter().filter_map(|intent| intent.together);
    for group in groups.collect::<std::collections::BTreeSet<_>>() {
        let members: Vec<_> = intents.all.iter().filter(|intent| intent.together == Some(group)).collect();
        let touched = members.iter().any(|member| !matches!(member.end, End::Landed(_) | End::Open) || member.told > 1);
        let landed = members.iter().filter(|member| matches!(member.end, End::Landed(_))).count();
        if !touched && landed != 0 && landed != members.len() {
            return Err(format!("a group went in part: {landed} of {}", members.len()));
        }
    }
    Ok(())
}

/// The phone shows what the server has, and calls it synced.
pub(crate) fn same_as_server(keep: &Fieldkeep, schema: &Schema, record: &OnServer, visible: bool) -> Verdict {
    let who = format!("{} {}", record.record_type, record.server_id);
    let shown = keep
        .get_by_server_id(&record.record_type, &record.server_id)
        .map_err(|error| format!("{who} cannot be read: {error}"))?;
    let is_gone = record.life == "gone" || !visible;
    let Some(shown) = shown else {
        return if is_gone { Ok(()) } else { Err(format!("{who} is not on the phone")) };
    };
    let expected = match record.life.as_str() {
        _ if is_gone => {
            return match shown.status {
                RecordStatus::Gone | RecordStatus::Hidden => Ok(()),
                other => Err(format!("{who} is {} to this user, and shown as {other:?}", record.life)),
            };
        }
        "archived" => RecordStatus::Archived,
        _ => RecordStatus::Open,
    };
    if shown.status != expected {
        return Err(format!("{who} is {}, and shown as {:?}", record.life, shown.status));
    }
    let Some(known) = schema.record_type(&record.record_type) else { return Ok(()) };
    for field in comparable(known) {
        let here = shown.fields.get(field).map_or(Json::Null, fieldkeep::value::Value::to_json);
        let there = record.values.get(field).cloned().unwrap_or(Json::Null);
        if here != there {
            return Err(format!("{field} of {who} is {there} on the server and {here} on the phone"));
        }
    }
    Ok(())
}

/// References have other names on a phone.
fn comparable(record_type: &RecordType) -> impl Iterator<Item = &str> {
    record_type.fields.iter().filter(|field| field.kind != FieldKind::Reference).map(|field| field.name.as_str())
}
