//! What goes over the wire: the real client with its requests noted, and a liar that answers in the server's place.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, mpsc};

use fieldkeep::remote::{Http, HttpError, HttpFuture, HttpRequest, HttpResponse, ReqwestHttp};
use flate2::read::GzDecoder;
use hyper::Method;
use hyper::body::Bytes;
use serde_json::Value;
use serde_json::value::RawValue;

use super::departures::Departures;
use super::site::Field;

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
    real: Mutex<Arc<ReqwestHttp>>,
    sent: Mutex<Vec<Sent>>,
    lies: Mutex<Vec<Lie>>,
    departures: Departures,
    poison: Mutex<Option<(String, u16)>>,
}

/// From the request's text and the body of the server's reply to the reply that the phone gets.
type Twist = Box<dyn FnOnce(&str, &[u8]) -> Vec<u8> + Send>;

struct Lie {
    path: String,
    /// The server gets the request first, and does the work.
    after_work: bool,
    twist: Twist,
}

impl Wire {
    pub fn new() -> Self {
        Self {
            real: Mutex::new(new_client()),
            sent: Mutex::default(),
            lies: Mutex::default(),
            departures: Departures::default(),
            poison: Mutex::default(),
        }
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

    /// The next request opens a connection of its own.
    pub fn forget_connections(&self) {
        *self.real.lock().unwrap() = new_client();
    }

    /// Does something when the next request of that path is about to leave, which waits for it.
    pub fn when_leaves(&self, path: &str, act: impl FnOnce() + Send + 'static) {
        self.departures.plan(path, act);
    }

    /// The next request of that path is answered with exactly these bytes; the server never sees it.
    pub fn lie(&self, path: &str, reply: Vec<u8>) {
        self.plan(path, false, Box::new(move |_, _| reply));
    }

    /// The server does what the next request of that path asks; the phone gets these bytes.
    pub fn lie_after_work(&self, path: &str, reply: Vec<u8>) {
        self.plan(path, true, Box::new(move |_, _| reply));
    }

    /// The same, with the lines of the server's reply twisted.
    pub fn twist(&self, path: &str, twist: impl FnOnce(Vec<Value>) -> Vec<Value> + Send + 'static) {
        let twist = |_: &str, body: &[u8]| {
            let lines = body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
            ndjson(&twist(lines.map(|line| serde_json::from_slice(line).unwrap()).collect()))
        };
        self.plan(path, true, Box::new(twist));
    }

    /// The next push never reaches the server; each of its items is answered with this line, to which its id is added.
    pub fn answer_push(&self, answer: Value) {
        let answers = move |request: &str, _: &[u8]| {
            let push: Value = serde_json::from_str(request).unwrap();
            let line = |item: &Value| {
                let mut line = answer.clone();
                line["shipment"] = item["id"].clone();
                line
            };
            ndjson(&push["items"].as_array().unwrap().iter().map(line).collect::<Vec<_>>())
        };
        self.plan("/v1/push", false, Box::new(answers));
    }

    fn plan(&self, path: &str, after_work: bool, twist: Twist) {
        self.lies.lock().unwrap().push(Lie { path: path.to_owned(), after_work, twist });
    }

    /// From now on a whole push that has this text in it is answered with that status, and the server never sees it.
    pub fn refuse_pushes_with(&self, text: &str, status: u16) {
        *self.poison.lock().unwrap() = Some((text.to_owned(), status));
    }

    fn lie_for(&self, path: &str, text: &str) -> Option<Lie> {
        let poison = self.poison.lock().unwrap().clone();
        if let Some((_, status)) = poison.filter(|(poison, _)| path == "/v1/push" && text.contains(poison.as_str())) {
            let problem = reply(status, &[("content-type", "application/problem+json")], b"{}");
            return Some(Lie { path: path.to_owned(), after_work: false, twist: Box::new(move |_, _| problem) });
        }
        let mut lies = self.lies.lock().unwrap();
        let due = lies.iter().position(|lie| lie.path == path)?;
        Some(lies.remove(due))
    }

    fn real(&self) -> Arc<ReqwestHttp> {
        self.real.lock().unwrap().clone()
    }

    async fn exchange(&self, mut request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let path = path_of(&request.url);
        let (note, text) = self.note(&path, &request);
        self.departures.of(&path);
        if let Some(lie) = self.lie_for(&path, &text) {
            let body = if lie.after_work { self.answer_of(&request).await? } else { Vec::new() };
            request.url = liar((lie.twist)(&text, &body));
        }
        let result = self.real().send(request).await;
        self.sent.lock().unwrap()[note].status = result.as_ref().ok().map(|response| response.status);
        result
    }

    /// The server's own reply, unpacked.
    async fn answer_of(&self, request: &HttpRequest) -> Result<Vec<u8>, HttpError> {
        let mut plain = request.clone();
        plain.headers.retain(|(name, _)| name != "accept-encoding");
        let mut response = self.real().send(plain).await?;
        let mut body = Vec::new();
        while let Some(piece) = response.body.next().await {
            body.extend(piece?);
        }
        Ok(body)
    }

    fn note(&self, path: &str, request: &HttpRequest) -> (usize, String) {
        let packed = request.headers.iter().any(|(name, value)| name == "content-encoding" && value == "gzip");
        let mut text = String::new();
        if packed {
            GzDecoder::new(&request.body[..]).read_to_string(&mut text).unwrap();
        } else {
            text.push_str(std::str::from_utf8(&request.body).unwrap());
        }
        let (headers, bytes) = (request.headers.clone(), request.body.clone());
        let mut sent = self.sent.lock().unwrap();
        sent.push(Sent { path: path.to_owned(), headers, bytes, text: text.clone(), status: None });
        (sent.len() - 1, text)
    }
}

impl Http for Wire {
    fn send(&self, request: HttpRequest) -> HttpFuture<'_, Result<HttpResponse, HttpError>> {
        Box::pin(self.exchange(request))
    }
}

fn new_client() -> Arc<ReqwestHttp> {
    Arc::new(ReqwestHttp::new(&[]).unwrap())
}

fn path_of(url: &str) -> String {
    let uri: hyper::Uri = url.parse().unwrap();
    uri.path().to_owned()
}

/// The address of a liar: it takes one connection, reads the request, writes its bytes, closes.
fn liar(reply: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/lie", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        read_request(&mut stream);
        // A phone that has read enough may hang up first.
        let _ = stream.write_all(&reply);
    });
    url
}

/// Head and body of a request; none when it was cut.
pub fn read_request(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    Some((head, body))
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

/// A server that lets a phone in and then never answers its push; the body of the push comes through the channel.
pub fn server_that_hangs(field: &Field) -> (String, mpsc::Receiver<Vec<u8>>) {
    let hello = field.send(&field.token("ana"), Method::GET, "/v1/hello", Bytes::new());
    let hello = reply(200, &[("content-type", "application/json")], &hello.body);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut held = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            match read_request(&mut stream) {
                Some((head, _)) if head.starts_with("get /v1/hello") => stream.write_all(&hello).unwrap(),
                Some((_, body)) => {
                    sender.send(body).unwrap();
                    held.push(stream);
                }
                None => {}
            }
        }
    });
    (url, receiver)
}
