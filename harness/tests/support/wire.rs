//! What goes over the wire: the real client with its requests noted, and a liar that answers in the server's place.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Mutex;
use std::thread::JoinHandle;

use fieldkeep::remote::{Http, HttpError, HttpFuture, HttpRequest, HttpResponse, ReqwestHttp};
use flate2::read::GzDecoder;
use serde_json::Value;
use serde_json::value::RawValue;

/// One request as it left the phone.
#[derive(Clone, Debug)]
pub struct Sent {
    pub path: String,
    pub headers: Vec<(String, String)>,
    /// As on the wire.
    pub bytes: Vec<u8>,
    /// Unpacked.
    pub text: String,
    /// None when no answer came.
    pub status: Option<u16>,
}

impl Sent {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The items of a push, each the exact text that was sent.
    pub fn items(&self) -> Vec<String> {
        #[derive(serde::Deserialize)]
        struct Push {
            items: Vec<Box<RawValue>>,
        }
        let push: Push = serde_json::from_str(&self.text).unwrap();
        push.items.into_iter().map(|item| item.get().to_owned()).collect()
    }

    pub fn json_items(&self) -> Vec<Value> {
        self.items().iter().map(|item| serde_json::from_str(item).unwrap()).collect()
    }
}

/// Reqwest, observed. It outlives the Fieldkeep, so that what was sent before a kill is known after it.
pub struct Wire {
    real: ReqwestHttp,
    sent: Mutex<Vec<Sent>>,
    lies: Mutex<Vec<Lie>>,
}

struct Lie {
    path: String,
    /// The server gets the request first, and does the work.
    after_work: bool,
    liar: Liar,
}

impl Wire {
    pub fn new() -> Self {
        Self { real: ReqwestHttp::new(&[]).unwrap(), sent: Mutex::default(), lies: Mutex::default() }
    }

    /// All requests of that path, in order.
    pub fn sent(&self, path: &str) -> Vec<Sent> {
        self.sent.lock().unwrap().iter().filter(|sent| sent.path == path).cloned().collect()
    }

    pub fn pushes(&self) -> Vec<Sent> {
        self.sent("/v1/push")
    }

    /// The items of all pushes so far, each push a list.
    pub fn pushed(&self) -> Vec<Vec<Value>> {
        self.pushes().iter().map(Sent::json_items).collect()
    }

    /// All requests so far.
    pub fn count(&self) -> usize {
        self.sent.lock().unwrap().len()
    }

    /// The next request of that path is answered with exactly these bytes; the server never sees it.
    pub fn lie(&self, path: &str, reply: Vec<u8>) {
        self.lies.lock().unwrap().push(Lie { path: path.to_owned(), after_work: false, liar: Liar::start(reply) });
    }

    /// The same, but the server has done what was asked.
    pub fn lie_after_work(&self, path: &str, reply: Vec<u8>) {
        self.lies.lock().unwrap().push(Lie { path: path.to_owned(), after_work: true, liar: Liar::start(reply) });
    }

    fn lie_for(&self, path: &str) -> Option<Lie> {
        let mut lies = self.lies.lock().unwrap();
        let due = lies.iter().position(|lie| lie.path == path)?;
        Some(lies.remove(due))
    }

    async fn exchange(&self, mut request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let path = path_of(&request.url);
        let note = self.note(&path, &request);
        let lie = self.lie_for(&path);
        if let Some(lie) = &lie {
            if lie.after_work {
                let mut response = self.real.send(request.clone()).await?;
                while response.body.next().await.is_some() {}
            }
            request.url = lie.liar.url.clone();
        }
        let result = self.real.send(request).await;
        self.sent.lock().unwrap()[note].status = result.as_ref().ok().map(|response| response.status);
        result
    }

    fn note(&self, path: &str, request: &HttpRequest) -> usize {
        let packed = request.headers.iter().any(|(name, value)| name == "content-encoding" && value == "gzip");
        let mut text = String::new();
        if packed {
            GzDecoder::new(&request.body[..]).read_to_string(&mut text).unwrap();
        } else {
            text.push_str(std::str::from_utf8(&request.body).unwrap());
        }
        let (headers, bytes) = (request.headers.clone(), request.body.clone());
        let mut sent = self.sent.lock().unwrap();
        sent.push(Sent { path: path.to_owned(), headers, bytes, text, status: None });
        sent.len() - 1
    }
}

impl Http for Wire {
    fn send(&self, request: HttpRequest) -> HttpFuture<'_, Result<HttpResponse, HttpError>> {
        Box::pin(self.exchange(request))
    }
}

fn path_of(url: &str) -> String {
    let uri: hyper::Uri = url.parse().unwrap();
    uri.path().to_owned()
}

/// Takes one connection, reads the request, writes its bytes, closes.
struct Liar {
    url: String,
    thread: JoinHandle<()>,
}

impl Liar {
    fn start(reply: Vec<u8>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/lie", listener.local_addr().unwrap());
        let thread = std::thread::spawn(move || {
            let Ok((mut stream, _)) = listener.accept() else { return };
            if read_request(&mut stream).is_some() {
                // A phone that has read enough may hang up first.
                let _ = stream.write_all(&reply);
            }
        });
        Self { url, thread }
    }
}

impl Drop for Liar {
    fn drop(&mut self) {
        // One that was never asked waits for a connection; this one tells it to stop.
        if !self.thread.is_finished() {
            let address = self.url.trim_start_matches("http://").trim_end_matches("/lie");
            drop(TcpStream::connect(address));
        }
    }
}

fn read_request(stream: &mut TcpStream) -> Option<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok()).unwrap_or(0);
    stream.read_exact(&mut vec![0; length]).ok()
}

/// A whole HTTP reply, with a true length.
pub fn reply(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    reply_of_length(status, headers, body, body.len())
}

/// A reply that says it has so many bytes.
pub fn reply_of_length(status: u16, headers: &[(&str, &str)], body: &[u8], length: usize) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status} Said\r\nconnection: close\r\ncontent-length: {length}\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    [head.as_bytes(), body].concat()
}

/// 200 with lines of JSON.
pub fn ndjson(lines: &[Value]) -> Vec<u8> {
    let body: String = lines.iter().map(|line| format!("{line}\n")).collect();
    reply(200, &[("content-type", "application/x-ndjson")], body.as_bytes())
}
