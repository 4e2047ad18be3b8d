//! Toxiproxy (github.com/Shopify/toxiproxy), a program of others that stands between a phone and a server and slows,
//! cuts, resets or refuses connections, whatever is said over them.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

/// Names the program; `cargo xtask` sets it.
const VARIABLE: &str = "FIELDKEEP_TOXIPROXY";
/// Looks at a program that starts, each [`PAUSE`] apart: ten seconds.
const LOOKS: u32 = 2_000;
const PAUSE: Duration = Duration::from_millis(5);
/// A command is answered at once, or never.
const PATIENCE: Duration = Duration::from_secs(10);

/// A running toxiproxy, killed when it is dropped.
pub struct Toxiproxy {
    child: Child,
    api: SocketAddr,
}

impl Toxiproxy {
    /// Starts one on a free port.
    pub fn start() -> Self {
        let Some(program) = std::env::var_os(VARIABLE) else {
            panic!("{VARIABLE} names no toxiproxy: `cargo xtask step test` installs one and runs this test with it");
        };
        // Another program may take the port between our look and its start; then it ends at once.
        let started = (0..5).find_map(|_| Self::start_on(&program, free_port()));
        started.unwrap_or_else(|| panic!("{program:?} ends at once: no toxiproxy"))
    }

    fn start_on(program: &std::ffi::OsStr, api: SocketAddr) -> Option<Self> {
        let mut command = Command::new(program);
        command.args(["-host", "127.0.0.1", "-port", &api.port().to_string()]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().unwrap_or_else(|error| panic!("cannot run {VARIABLE}, {program:?}: {error}"));
        let mut started = Self { child, api };
        for _ in 0..LOOKS {
            if started.child.try_wait().unwrap().is_some() {
                return None;
            }
            if TcpStream::connect(api).is_ok() {
                return Some(started);
            }
            std::thread::park_timeout(PAUSE);
        }
        None
    }

    /// A proxy before this server (`http://…`), on a free port, that lets everything pass.
    pub fn before(&self, server: &str) -> ToxicProxy {
        let upstream = server.strip_prefix("http://").unwrap();
        let name = upstream.replace(':', "_");
        let made =
            call(self.api, "POST", "/proxies", &json!({ "name": name, "listen": "127.0.0.1:0", "upstream": upstream }));
        let url = format!("http://{}", made["listen"].as_str().unwrap());
        ToxicProxy { api: self.api, path: format!("/proxies/{name}"), url }
    }
}

impl Drop for Toxiproxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Which way the data goes that a toxic works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// To the server.
    Up,
    /// To the phone.
    Down,
}

/// One of the proxies of a toxiproxy. It works on connections that are open, too.
#[derive(Clone)]
pub struct ToxicProxy {
    api: SocketAddr,
    path: String,
    pub url: String,
}

impl ToxicProxy {
    /// Every byte comes so much later.
    pub fn latency(&self, stream: Stream, ms: u32) {
        self.add("latency", stream, &json!({ "latency": ms }));
    }

    /// So many kilobytes a second.
    pub fn bandwidth(&self, stream: Stream, kilobytes: u32) {
        self.add("bandwidth", stream, &json!({ "rate": kilobytes }));
    }

    /// Nothing comes through; after so long the connection is closed.
    pub fn timeout(&self, stream: Stream, ms: u32) {
        self.add("timeout", stream, &json!({ "timeout": ms }));
    }

    /// Connections made from now on are reset (RST) with the first byte; those that are open are closed with it.
    pub fn reset_peer(&self, stream: Stream) {
        self.add("reset_peer", stream, &json!({ "timeout": 0 }));
    }

    /// In pieces of about so many bytes, each so much after the one before.
    pub fn slicer(&self, stream: Stream, bytes: u32, delay_us: u32) {
        let attributes = json!({ "average_size": bytes, "size_variation": bytes / 2, "delay": delay_us });
        self.add("slicer", stream, &attributes);
    }

    /// The connection is closed after so many bytes, which for 0 is with the first.
    pub fn limit_data(&self, stream: Stream, bytes: u32) {
        self.add("limit_data", stream, &json!({ "bytes": bytes }));
    }

    /// Without `enabled`, connections are closed and new ones refused.
    pub fn enabled(&self, enabled: bool) {
        call(self.api, "POST", &self.path, &json!({ "enabled": enabled }));
    }

    /// Lets everything pass again.
    pub fn heal(&self) {
        let toxics = call(self.api, "GET", &format!("{}/toxics", self.path), &Value::Null);
        for toxic in toxics.as_array().unwrap() {
            let name = toxic["name"].as_str().unwrap();
            call(self.api, "DELETE", &format!("{}/toxics/{name}", self.path), &Value::Null);
        }
        self.enabled(true);
    }

    fn add(&self, kind: &str, stream: Stream, attributes: &Value) {
        let direction = if stream == Stream::Up { "upstream" } else { "downstream" };
        let toxic = json!({ "type": kind, "stream": direction, "attributes": attributes });
        call(self.api, "POST", &format!("{}/toxics", self.path), &toxic);
    }
}

fn free_port() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// One command. By hand, since it is also given from within the phone's own runtime, where no other one may run; HTTP/1.0,
/// so that the reply ends where the connection does.
fn call(api: SocketAddr, method: &str, path: &str, body: &Value) -> Value {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let mut stream = TcpStream::connect(api).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let head = format!("{method} {path} HTTP/1.0\r\nhost: {api}\r\ncontent-length: {}\r\n\r\n", body.len());
    stream.write_all([head.as_bytes(), body.as_bytes()].concat().as_slice()).unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    let (head, body) = reply.split_once("\r\n\r\n").unwrap();
    assert!(head.split(' ').nth(1).is_some_and(|status| status.starts_with('2')), "{method} {path}: {reply}");
    if body.is_empty() { Value::Null } else { serde_json::from_str(body).unwrap() }
}
