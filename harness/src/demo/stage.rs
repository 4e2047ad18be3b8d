//! The stage: server, proxy, office and phones as child processes, and the one clock they all follow.

use std::path::{Path, PathBuf};

use fieldkeep::wire::TEST_NOW_HEADER;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::DemoError;
use crate::program::Program;

/// Local time minus UTC where the day is played, minutes.
pub(super) const UTC_OFFSET_MINUTES: i64 = 60;
/// Midnight local time of 4 March 2026, milliseconds since 1970 UTC.
const MIDNIGHT_MS: i64 = 1_772_582_400_000 - UTC_OFFSET_MINUTES * 60_000;

/// A phone, running or not.
pub(super) struct Phone {
    pub(super) name: &'static str,
    user: &'static str,
    data: PathBuf,
    program: Option<Program>,
}

/// Everything that runs.
pub(super) struct Stage {
    executable: PathBuf,
    folder: TempDir,
    _server: Program,
    server_url: String,
    pub(super) office: Program,
    pub(super) network: Program,
    network_url: String,
    /// Whether the network wants a log-in of its own.
    shows_portal: bool,
    now_ms: i64,
}

impl Stage {
    /// Starts server, office and proxy at a time of the day.
    pub(super) fn open(hour: i64, minute: i64) -> Result<Self, DemoError> {
        let executable = std::env::current_exe()?;
        let folder = tempfile::tempdir()?;
        let server_folder = folder.path().join("server");
        let mut server = Program::start(&executable, ["serve", "--manual", "--data", &text(&server_folder)])?;
        let server_url = server.line()?["listening"].as_str().unwrap_or_default().to_owned();
        let mut network = Program::start(&executable, ["faults", "--manual", "--to", &server_url])?;
        let network_url = network.line()?["listening"].as_str().unwrap_or_default().to_owned();
        let tokens = text(&server_folder.join("tokens.json"));
        let admin = text(&server_folder.join("admin-token"));
        let office =
            ["office", "--manual", "--server", &server_url, "--token-file", &tokens, "--admin-token-file", &admin];
        let office = Program::start(&executable, office)?;
        let now_ms = MIDNIGHT_MS + (hour * 60 + minute) * 60_000;
        let mut stage = Self {
            executable,
            folder,
            _server: server,
            server_url,
            office,
            network,
            network_url,
            shows_portal: false,
            now_ms,
        };
        stage.tell_time()?;
        Ok(stage)
    }

    /// The time as people read it.
    pub(super) fn time(&self) -> String {
        let minutes = (self.now_ms - MIDNIGHT_MS) / 60_000;
        format!("{:02}:{:02}", minutes / 60, minutes % 60)
    }

    pub(super) fn now_ms(&self) -> i64 {
        self.now_ms
    }

    /// Lets time pass for everybody.
    pub(super) fn pass(&mut self, phones: &mut [&mut Phone], ms: i64) -> Result<(), DemoError> {
        self.now_ms += ms;
        self.tell_time()?;
        for phone in phones {
            phone.ask(&json!({ "do": "advance", "ms": ms }))?;
        }
        Ok(())
    }

    /// Lets time pass until a time of the day.
    pub(super) fn pass_until(&mut self, phones: &mut [&mut Phone], hour: i64, minute: i64) -> Result<(), DemoError> {
        let until_ms = MIDNIGHT_MS + (hour * 60 + minute) * 60_000;
        self.pass(phones, (until_ms - self.now_ms).max(0))
    }

    fn tell_time(&mut self) -> Result<(), DemoError> {
        self.office.ask(&json!({ "do": "now", "ms": self.now_ms }))?;
        Ok(())
    }

    /// A phone of a user; `behind_proxy` puts the breakable network before it.
    pub(super) fn phone(&self, name: &'static str, user: &'static str) -> Phone {
        Phone { name, user, data: self.folder.path().join(user), program: None }
    }

    /// Starts a phone's app.
    pub(super) fn start(&self, phone: &mut Phone, behind_proxy: bool) -> Result<(), DemoError> {
        let server = if behind_proxy { &self.network_url } else { &self.server_url };
        let tokens = text(&self.folder.path().join("server").join("tokens.json"));
        let (now, offset, data) = (self.now_ms.to_string(), UTC_OFFSET_MINUTES.to_string(), text(&phone.data));
        let arguments = [
            "device",
            "--manual",
            "--now",
            &now,
            "--utc-offset-minutes",
            &offset,
            "--data",
            &data,
            "--server",
            server,
            "--token-file",
            &tokens,
            "--user",
            phone.user,
        ];
        let mut program = Program::start(&self.executable, arguments)?;
        program.line()?;
        phone.program = Some(program);
        Ok(())
    }

    /// Puts a captive portal between phones and server, or takes it away.
    pub(super) fn portal(&mut self, shown: bool) -> Result<(), DemoError> {
        let command = match shown {
            true => json!({ "do": "next", "path": "*", "act": "html", "times": u32::MAX }),
            false => json!({ "do": "pass" }),
        };
        self.network.ask(&command)?;
        self.shows_portal = shown;
        Ok(())
    }

    /// Whether one is there.
    pub(super) fn shows_portal(&self) -> bool {
        self.shows_portal
    }

    /// The server's database, to be read beside it.
    pub(super) fn server_database(&self) -> PathBuf {
        self.folder.path().join("server").join("server.db")
    }

    /// Tells the server to misbehave.
    pub(super) fn behave(&self, command: &Value) -> Result<(), DemoError> {
        let token = std::fs::read_to_string(self.folder.path().join("server").join("admin-token"))?;
        let client = crate::http_client::HttpClient::new(&self.server_url);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let script = |words: String| DemoError::Script(words);
        let client = client.map_err(|error| script(error.to_string()))?;
        let mut headers = hyper::header::HeaderMap::new();
        let bearer = hyper::header::HeaderValue::from_str(&format!("Bearer {}", token.trim()));
        headers.insert(hyper::header::AUTHORIZATION, bearer.map_err(|error| script(error.to_string()))?);
        let json = hyper::header::HeaderValue::from_static(fieldkeep::wire::JSON);
        headers.insert(hyper::header::CONTENT_TYPE, json);
        headers.insert(TEST_NOW_HEADER, self.now_ms.into());
        let body = command.to_string().into();
        let reply = runtime.block_on(client.send(hyper::Method::POST, "/admin/behave", &headers, body));
        let reply = reply.map_err(|error| script(error.to_string()))?;
        if reply.status.is_success() { Ok(()) } else { Err(script(reply.text())) }
    }
}

impl Phone {
    /// Says a command and hears its result.
    pub(super) fn ask(&mut self, command: &Value) -> Result<Value, DemoError> {
        let dead = || DemoError::Script(format!("{}'s phone is off", self.name));
        Ok(self.program.as_mut().ok_or_else(dead)?.ask(command)?)
    }

    /// SIGKILL.
    pub(super) fn kill(&mut self) -> Result<(), DemoError> {
        if let Some(mut program) = self.program.take() {
            program.kill()?;
        }
        Ok(())
    }

    /// Its database, to be read when the phone is off.
    pub(super) fn database(&self) -> PathBuf {
        self.data.join(fieldkeep::store::DATABASE_FILE)
    }
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
