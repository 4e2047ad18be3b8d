//! SIGKILL at random moments, on a good network and on a bad one. The witness is what this test was answered: each acknowledged commit is on the server in
//! the end, or waits, or is a question to a person, and nothing is there twice.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use fieldkeep::clock::{SystemClock, new_uuid};
use fieldkeep::store::{DATABASE_FILE, invariants};
use fieldkeep_harness::program::Program;
use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};

/// Kills in an ordinary run, and in a long one (`FIELDKEEP_LONG=1`).
const KILLS: usize = 40;
const LONG_KILLS: usize = 500;
/// Commits of a burst that are on their way when the kill comes.
const BURST: usize = 12;
/// Rounds of "Sync now" after the last kill; each must bring the queue further.
const MAX_ROUNDS: usize = 50;

struct Site {
    folder: tempfile::TempDir,
    server: Program,
    address: String,
    /// The fault proxy, where the network is a bad one, and what devices know as the server.
    network: Option<(Program, String)>,
}

impl Site {
    fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (server, address) = serve(&folder.path().join("server"), "127.0.0.1:0");
        Self { folder, server, address, network: None }
    }

    fn with_bad_network() -> Self {
        let site = Self::open();
        let mut proxy = Program::start(executable(), ["faults", "--to", &site.address]).unwrap();
        let url = proxy.line().unwrap()["listening"].as_str().unwrap().to_owned();
        Self { network: Some((proxy, url)), ..site }
    }

    /// What the network does to the next requests.
    fn trouble(&mut self, random: &mut fastrand::Rng) {
        let Some((proxy, _)) = &mut self.network else { return };
        for path in ["/v1/hello", "/v1/push", "/v1/pull"] {
            for _ in 0..random.usize(0..3) {
                let act = random.choice(faults()).unwrap();
                proxy.ask(&json!({ "do": "next", "path": path, "act": act })).unwrap();
            }
        }
        if random.usize(0..4) == 0 {
            proxy.ask(&json!({ "do": "repeat" })).unwrap();
        }
    }

    /// From now on the network is a good one. What it kept comes at last.
    fn calm(&mut self) {
        let Some((proxy, _)) = &mut self.network else { return };
        proxy.ask(&json!({ "do": "pass" })).unwrap();
        proxy.ask(&json!({ "do": "repeat" })).unwrap();
    }

    fn kill_server(&mut self) {
        self.server.kill().unwrap();
        let listen = self.address.trim_start_matches("http://").to_owned();
        (self.server, _) = serve(&self.folder.path().join("server"), &listen);
    }

    fn device(&self) -> Program {
        let data = self.data().to_string_lossy().into_owned();
        let tokens = self.folder.path().join("server/tokens.json").to_string_lossy().into_owned();
        let address = self.network.as_ref().map_or(&self.address, |(_, url)| url);
        let arguments = ["device", "--data", &data, "--server", address, "--token-file", &tokens];
        let mut device = Program::start(executable(), arguments).unwrap();
        assert_eq!(device.line().unwrap()["ready"], true);
        device
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("phone")
    }

    fn server_database(&self) -> Connection {
        let path = self.folder.path().join("server/server.db");
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap()
    }
}

fn executable() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_fieldkeep"))
}

fn serve(folder: &Path, listen: &str) -> (Program, String) {
    let data = folder.to_string_lossy().into_owned();
    let mut server = Program::start(executable(), ["serve", "--data", &data, "--listen", listen]).unwrap();
    let address = server.line().unwrap()["listening"].as_str().unwrap().to_owned();
    (server, address)
}

/// Everything that a network can do to one request, but for what a person would have to answer: a 413 for an item that goes
/// alone is a question (see `fault_table.rs`).
fn faults() -> Vec<Value> {
    vec![
        json!("cut_before"),
        json!("cut_inside_request"),
        json!("drop_reply"),
        json!("drop_reply"),
        json!({ "cut_after_lines": 1 }),
        json!({ "cut_after_lines": 3 }),
        json!({ "cut_after_bytes": 50 }),
        json!("duplicate"),
        json!("keep"),
        json!({ "delay": 10 }),
        json!({ "status": { "code": 500 } }),
        json!({ "status": { "code": 503 } }),
        json!({ "error_page": 502 }),
        json!("html"),
        json!("redirect"),
    ]
}

/// What this test asked for and was answered.
#[derive(Default)]
struct Witness {
    /// Notes by local id, with their texts.
    asked: BTreeMap<String, String>,
    acknowledged: BTreeSet<String>,
    /// Commands not answered before a kill; tapped again afterwards.
    unanswered: Vec<(String, Value)>,
    /// Hours last written on the order; each edit writes one more.
    hours: i64,
}

#[test]
fn what_was_acknowledged_survives_kills_and_arrives_once() {
    kill_at_random(Site::open());
}

#[test]
fn what_was_acknowledged_survives_kills_on_a_bad_network_and_arrives_once() {
    kill_at_random(Site::with_bad_network());
}

fn kill_at_random(mut site: Site) {
    let kills = if std::env::var("FIELDKEEP_LONG").is_ok() { LONG_KILLS } else { KILLS };
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let mut witness = Witness::default();
    let order = first_order(&site);
    for kill in 0..kills {
        site.trouble(&mut random);
        let mut device = site.device();
        burst(&mut device, &mut witness, &order, &mut random);
        if kill % 5 == 4 {
            site.kill_server();
        }
    }
    site.calm();
    let mut device = site.device();
    drain(&mut device, &mut witness);
    drop(device);
    check(&site, &witness);
    println!("{kills} kills, {} acknowledged, {} asked", witness.acknowledged.len(), witness.asked.len());
}

fn first_order(site: &Site) -> String {
    let mut device = site.device();
    let customer = json!({ "kind": "create", "type": "customer", "fields": { "name": "Harbour Mills" } });
    let made = device.ask(&json!({ "do": "commit", "edits": [customer] })).unwrap();
    let order = json!({ "kind": "create", "type": "work_order", "fields": {
        "title": "Pump", "status": "assigned", "customer": made["records"][0],
    } });
    let made = device.ask(&json!({ "do": "commit", "edits": [order] })).unwrap();
    device.kill().unwrap();
    made["records"][0].as_str().unwrap().to_owned()
}

/// Sends commits without waiting, hears some answers, kills, and reads what had been answered before the kill.
fn burst(device: &mut Program, witness: &mut Witness, order: &str, random: &mut fastrand::Rng) {
    let shown = device.ask(&json!({ "do": "get", "id": order })).unwrap()["record"].take();
    let mut commands = std::mem::take(&mut witness.unanswered);
    for _ in 0..random.usize(1..=BURST) {
        let id = new_uuid(&SystemClock::new()).to_string();
        let text = format!("note {}", witness.asked.len());
        let edit =
            json!({ "kind": "create", "type": "note", "id": id, "fields": { "work_order": order, "text": text } });
        let token = new_uuid(&SystemClock::new());
        commands.push((id.clone(), json!({ "do": "commit", "edits": [edit], "form_token": token, "tag": id })));
        witness.asked.insert(id, text);
    }
    // The form of the order was opened before all of these: each edit goes over the one before it.
    for _ in 0..random.usize(0..3) {
        witness.hours += 1;
        let edit = json!({
            "kind": "patch", "type": "work_order", "id": order, "seen": shown["seen"],
            "fields": { "labor_hours": witness.hours.to_string() },
        });
        let token = new_uuid(&SystemClock::new()).to_string();
        let command = json!({ "do": "commit", "edits": [edit], "form_token": token, "tag": token });
        commands.push((token, command));
    }
    for (_, command) in &commands {
        device.say(command).unwrap();
    }
    let mut heard = Vec::new();
    for _ in 0..random.usize(0..=commands.len()) {
        heard.extend(device.line());
    }
    device.kill().unwrap();
    while let Ok(line) = device.line() {
        heard.push(line);
    }
    for line in heard {
        assert_eq!(line["ok"], true, "{line}");
        witness.acknowledged.insert(line["tag"].as_str().unwrap().to_owned());
    }
    witness.unanswered = commands.into_iter().filter(|(id, _)| !witness.acknowledged.contains(id)).collect();
}

fn drain(device: &mut Program, witness: &mut Witness) {
    for (id, command) in std::mem::take(&mut witness.unanswered) {
        device.ask(&command).unwrap();
        witness.acknowledged.insert(id);
    }
    for _ in 0..MAX_ROUNDS {
        let report = device.ask(&json!({ "do": "sync_now" })).unwrap();
        if report["waiting"] == 0 {
            return;
        }
    }
    panic!("the queue does not drain: {}", device.ask(&json!({ "do": "outbox" })).unwrap());
}

fn check(site: &Site, witness: &Witness) {
    let server = site.server_database();
    let mut statement = server.prepare("SELECT local_id,fields FROM records WHERE type='note'").unwrap();
    let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))).unwrap();
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows {
        let (id, fields) = row.unwrap();
        let fields: Value = serde_json::from_str(&fields).unwrap();
        found.entry(id).or_default().push(fields["text"].as_str().unwrap().to_owned());
    }
    for (id, text) in witness.asked.iter().filter(|(id, _)| witness.acknowledged.contains(*id)) {
        assert_eq!(found.get(id), Some(&vec![text.clone()]), "acknowledged {id}");
    }
    check_hours(&server, witness);
    assert_eq!(found.len(), witness.asked.len(), "nothing is there that nobody asked for");
    let creates: i64 =
        server.query_row("SELECT count(*) FROM audit WHERE kind='create'", [], |row| row.get(0)).unwrap();
    assert_eq!(usize::try_from(creates).unwrap(), witness.asked.len() + 2, "each create has one effect");
    let store = Connection::open_with_flags(site.data().join(DATABASE_FILE), OpenFlags::SQLITE_OPEN_READ_ONLY);
    assert_eq!(invariants::violations(&store.unwrap()).unwrap(), Vec::new());
}

/// The last value that was acknowledged is there, and no value was written twice.
fn check_hours(server: &Connection, witness: &Witness) {
    let mut statement =
        server.prepare("SELECT to_value FROM audit WHERE kind='field' AND field='labor_hours' ORDER BY no").unwrap();
    let values = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let values: Vec<i64> = values.map(|value| value.unwrap().trim_matches('"').parse().unwrap()).collect();
    assert!(values.is_sorted() && values.windows(2).all(|pair| pair[0] < pair[1]), "{values:?}");
    if witness.hours > 0 {
        assert_eq!(values.last(), Some(&witness.hours));
    }
}
