//! HTTP for the floor: the same client as the product's, packed in both directions as the product's bodies are.

use std::io::{Read, Write};

use fieldkeep::remote::{Http, HttpMethod, HttpRequest, ReqwestHttp};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use tokio::runtime::Runtime;

use super::Fault;

/// One server and one user.
pub(super) struct Courier {
    http: ReqwestHttp,
    runtime: Runtime,
    server: String,
    token: String,
}

impl Courier {
    /// A client that keeps its connection.
    pub(super) fn new(server: &str, token: &str) -> Result<Self, Fault> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let http = ReqwestHttp::new(&[])?;
        Ok(Self { http, runtime, server: server.to_owned(), token: token.to_owned() })
    }

    /// Reads.
    pub(super) fn get(&self, path: &str) -> Result<String, Fault> {
        self.exchange(HttpMethod::Get, path, Vec::new())
    }

    /// Sends JSON.
    pub(super) fn post(&self, path: &str, json: String) -> Result<String, Fault> {
        let mut encoder = GzEncoder::new(Vec::with_capacity(json.len() / 3), Compression::fast());
        encoder.write_all(json.as_bytes())?;
        self.exchange(HttpMethod::Post, path, encoder.finish()?)
    }

    fn exchange(&self, method: HttpMethod, path: &str, body: Vec<u8>) -> Result<String, Fault> {
        let mut headers = vec![
            ("authorization".to_owned(), format!("Bearer {}", self.token)),
            ("accept-encoding".to_owned(), "gzip".to_owned()),
        ];
        if method == HttpMethod::Post {
            headers.push(("content-type".to_owned(), "application/json".to_owned()));
            headers.push(("content-encoding".to_owned(), "gzip".to_owned()));
        }
        let request = HttpRequest { method, url: format!("{}{path}", self.server), headers, body };
        let (status, is_packed, body) = self.runtime.block_on(async {
            let mut response = self.http.send(request).await?;
            let is_packed = response.header("content-encoding") == Some("gzip");
            let mut body = Vec::new();
            while let Some(piece) = response.body.next().await {
                body.extend(piece?);
            }
            Ok::<_, Fault>((response.status, is_packed, body))
        })?;
        if status != 200 {
            return Err(format!("{path} was answered with {status}: {}", String::from_utf8_lossy(&body)).into());
        }
        if !is_packed {
            return Ok(String::from_utf8(body)?);
        }
        let mut text = String::new();
        GzDecoder::new(body.as_slice()).read_to_string(&mut text)?;
        Ok(text)
    }
}
