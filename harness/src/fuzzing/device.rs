//! Lines to `fieldkeep device`: each is answered, none ends it, and no answer tells of a defect.

use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};

use fieldkeep::Fieldkeep;
use fieldkeep::clock::Clock;
use fieldkeep::state::ReaderLocale;
use fieldkeep::value::MAX_INSTANT_MS;
use serde_json::{Map, Value as Json, json};

use super::Kept;
use super::place::Place;
use crate::device::{Device, Started, Tokens};

thread_local! {
    static SCRIPTED: Kept<Scripted> = const { Kept::new(Scripted::new) };
}

/// Command lines for a device in virtual time. The work orders `01900000-0000-7000-8000-000000000100` and up are on it, and
/// the server knows them as `WO-0` and up. An export goes to the test's own folder, whatever the line says.
pub fn device_lines(input: &[u8]) {
    SCRIPTED.with(|kept| {
        kept.with(|scripted, _| {
            let mut commands = 0;
            for line in input.split(|&byte| byte == b'\n').filter(|line| !line.trim_ascii().is_empty()) {
                commands += 1;
                scripted.place.liar.told().be_honest();
                scripted.carry_out(line);
                scripted.place.liar.told().assert_it_ends();
            }
            if commands > 0 && scripted.is_spent() {
                *scripted = Scripted::new();
            }
        });
    });
}

/// A device and what it has said.
struct Scripted {
    device: Device,
    said: Said,
    exports: usize,
    place: Place,
}

impl Scripted {
    fn new() -> Self {
        let place = Place::new();
        let tokens = Arc::new(Tokens::new("token".to_owned()));
        let keep = Fieldkeep::open(place.options(Arc::clone(&tokens) as _)).unwrap();
        keep.without_waiting_for_the_disk().unwrap();
        keep.sync_now().unwrap();
        let clock = Some(Arc::clone(&place.clock));
        let said = Said::default();
        let started = Started { keep, clock, tokens, locale: ReaderLocale::default() };
        Self { device: Device::new(started, said.clone()), said, exports: 0, place }
    }

    /// One line, one reply.
    fn carry_out(&mut self, line: &[u8]) -> Json {
        let line = self.tame(line);
        self.device.answer(&line[..]).expect("memory can be written to");
        let said = std::mem::take(&mut *self.said.0.lock().unwrap());
        let lines = said.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
        let lines: Vec<Json> = lines.map(|line| serde_json::from_slice(line).expect("it says JSON")).collect();
        let (replies, events): (Vec<Json>, Vec<Json>) = lines.into_iter().partition(|said| said.get("ok").is_some());
        assert!(events.iter().all(|event| event["event"] == "update"), "{events:?}");
        assert_eq!(replies.len(), 1, "{replies:?} to {}", String::from_utf8_lossy(&line));
        let reply = replies.into_iter().next().unwrap_or_default();
        let kind = reply["error"]["kind"].as_str();
        assert_eq!(reply["ok"] == true, kind.is_none(), "{reply}");
        let defect = matches!(kind, Some("internal" | "damaged" | "unavailable" | "full"));
        assert!(!defect, "{reply} to {}", String::from_utf8_lossy(&line));
        reply
    }

    /// The line, but that nothing is written outside of the test's folder.
    fn tame(&mut self, line: &[u8]) -> Vec<u8> {
        let Ok(mut command) = serde_json::from_slice::<Map<String, Json>>(line) else { return line.to_vec() };
        if command.get("do").is_none_or(|verb| verb != "export") {
            return line.to_vec();
        }
        self.exports += 1;
        let name = format!("export-{}", self.exports);
        let to: &Path = self.place.folder.path();
        command.insert("to".to_owned(), json!(to.join(name)));
        Json::Object(command).to_string().into_bytes()
    }

    /// Closed, or so far in the future that nothing happens any more.
    fn is_spent(&mut self) -> bool {
        let closed = self.carry_out(br#"{"do":"outbox"}"#)["error"]["kind"] == "closed";
        let now = self.place.clock.now();
        closed || now.wall_ms.saturating_abs() > MAX_INSTANT_MS / 2 || now.boot_ms > MAX_INSTANT_MS / 2
    }
}

/// What a device writes, kept in memory.
#[derive(Clone, Default)]
struct Said(Arc<Mutex<Vec<u8>>>);

impl Write for Said {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
