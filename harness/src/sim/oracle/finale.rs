//! The end: after everything was healed and there was time, nothing is left, and phones and server say the same.

use std::collections::BTreeSet;

use fieldkeep::schema::Schema;
use fieldkeep::state::SyncFact;
use fieldkeep::value::Value;
use fieldkeep::{Fieldkeep, Query, RecordStatus};
use serde_json::Value as Json;

use super::Verdict;
use super::intents::{End, Intent, Intents, Known};
use crate::sim::office::OnServer;

/// Everything that was kept has ended, and what was to go together went together.
pub(crate) fn all_ended(intents: &Intents) -> Verdict {
    for intent in &intents.all {
        if intent.end == End::Open && intent.known == Known::Kept {
            return Err(format!("neither on the server nor with a person: {:?} of {}", intent.meant, intent.record));
        }
    }
    let groups = intents.all.iter().filter_map(|intent| intent.together);
    for group in groups.collect::<BTreeSet<_>>() {
        // A value without a mark may be another's like it.
        let is_known = |intent: &&Intent| intent.mark().is_some() || intent.field().is_none();
        let of_group = intents.all.iter().filter(|intent| intent.together == Some(group));
        let members: Vec<_> = of_group.filter(is_known).collect();
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
    if !matches!(shown.state.headline, SyncFact::Synced { .. }) {
        return Err(format!("{who} is settled, and says {:?}", shown.state.headline));
    }
    let Some(known) = schema.record_type(&record.record_type) else { return Ok(()) };
    for field in &known.fields {
        let field = field.name.as_str();
        let here = match shown.fields.get(field) {
            // By the name that the server has for it; of a record that this phone may not see it knows no more than that.
            Some(Value::Reference(id)) => match keep.get(*id) {
                Ok(Some(target)) => target.server_id.into(),
                _ => continue,
            },
            value => value.map_or(Json::Null, Value::to_json),
        };
        let there = record.values.get(field).cloned().unwrap_or(Json::Null);
        if here != there {
            return Err(format!("{field} of {who} is {there} on the server and {here} on the phone"));
        }
    }
    Ok(())
}

/// The lists have what is alive on the server and in this user's sight, and nothing else.
pub(crate) fn lists_are_right(keep: &Fieldkeep, record_type: &str, expected: &BTreeSet<String>) -> Verdict {
    let mut listed = BTreeSet::new();
    let mut query = Query { limit: 50, ..Query::all(record_type) };
    loop {
        let page = keep.find(&query).map_err(|error| format!("no list of {record_type}: {error}"))?;
        for record in &page.records {
            let name = record.server_id.clone().unwrap_or_else(|| record.id.to_string());
            if !listed.insert(name.clone()) {
                return Err(format!("{name} stands twice in the list of {record_type}"));
            }
        }
        match page.next {
            Some(next) => query.after = Some(next),
            None => break,
        }
    }
    match listed.symmetric_difference(expected).next() {
        None => Ok(()),
        Some(name) => Err(format!("the list of {record_type} has {name}: {}", listed.contains(name))),
    }
}

/// The device says that everything is synced.
pub(crate) fn says_synced(keep: &Fieldkeep) -> Verdict {
    let state = keep.state(None).map_err(|error| format!("no state: {error}"))?;
    let parts = state.map(|state| state.parts).unwrap_or_default();
    let is_said = parts.iter().any(|fact| matches!(fact, SyncFact::Synced { .. }));
    let about_the_clock = |fact: &SyncFact| matches!(fact, SyncFact::Synced { .. } | SyncFact::ClockOff { .. });
    if is_said && parts.iter().all(about_the_clock) {
        return Ok(());
    }
    Err(format!("nothing waits, and the device says {parts:?}"))
}
