//! Secure connections (requirement G7, pitfall 25): private authorities by configuration, and no panic whatever the
//! certificate is. A relay that speaks TLS stands before the real server.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::sync::Arc;

use fieldkeep::remote::ReqwestHttp;
use fieldkeep::{CommitOptions, Edit, Fieldkeep, OpenOptions, SyncOutcome, value::Value};
use fieldkeep::{state, state::SyncFact};
use rcgen::{BasicConstraints, Certificate, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use support::phone::Tokens;
use support::site::Field;
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::{self, ServerConfig};

/// An authority that no phone knows by itself.
struct Authority {
    certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Self { certificate, issuer: Issuer::new(params, key) }
    }

    fn root(&self) -> Vec<u8> {
        self.certificate.der().to_vec()
    }
}

/// Years in which a certificate is valid.
const NOW: (i32, i32) = (2020, 2100);
const LONG_AGO: (i32, i32) = (2001, 2002);
const NOT_YET: (i32, i32) = (2098, 2099);

/// Speaks TLS for a server that does not.
struct Relay {
    url: String,
    _runtime: Runtime,
}

impl Relay {
    fn before(field: &Field, authority: &Authority, name: &str, (from, to): (i32, i32)) -> Self {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = date_time_ymd(from, 1, 1);
        params.not_after = date_time_ymd(to, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &authority.issuer).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let chain = vec![certificate.der().clone()];
        let config = config.with_no_client_auth().with_single_cert(chain, key.serialize_der().try_into().unwrap());
        let acceptor = TlsAcceptor::from(Arc::new(config.unwrap()));
        let plain = field.url.strip_prefix("http://").unwrap().to_owned();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        runtime.spawn(relay(listener, acceptor, plain));
        Self { url, _runtime: runtime }
    }
}

async fn relay(listener: TcpListener, acceptor: TlsAcceptor, plain: String) {
    while let Ok((stream, _)) = listener.accept().await {
        let (acceptor, plain) = (acceptor.clone(), plain.clone());
        tokio::spawn(async move {
            // A client that does not trust us leaves here.
            let Ok(mut secure) = acceptor.accept(stream).await else { return };
            let mut server = TcpStream::connect(plain).await.unwrap();
            let _ = tokio::io::copy_bidirectional(&mut secure, &mut server).await;
        });
    }
}

struct Phone {
    keep: Fieldkeep,
    _folder: TempDir,
}

fn phone(field: &Field, server: &str, roots: &[Vec<u8>]) -> Phone {
    let folder = tempfile::tempdir().unwrap();
    let tokens = Tokens::default();
    tokens.set(Some(field.token("ana")));
    let keep = Fieldkeep::open(OpenOptions {
        folder: folder.path().to_owned(),
        user: "ana".to_owned(),
        schema: field.schema.clone(),
        server: server.to_owned(),
        tokens: Arc::new(tokens),
        clock: Some(field.clock.clone()),
        http: Some(Arc::new(ReqwestHttp::new(roots).unwrap())),
        files: None,
        manual: true,
    });
    Phone { keep: keep.unwrap(), _folder: folder }
}

fn save(phone: &Phone) -> fieldkeep::value::RecordId {
    let fields = [("name".to_owned(), Value::Text("Hansa".to_owned()))].into();
    let edit = Edit::Create { record_type: "customer".to_owned(), id: None, fields };
    phone.keep.commit(vec![edit], CommitOptions::default()).unwrap().records[0]
}

fn words(phone: &Phone, id: fieldkeep::value::RecordId) -> String {
    let record = phone.keep.get(id).unwrap().unwrap();
    let locale = state::ReaderLocale::default();
    state::sentence(&record.state, phone.keep.now_ms().unwrap(), &locale).text
}

#[test]
fn g7_a_private_authority_is_trusted_by_configuration() {
    let field = Field::new();
    let authority = Authority::new();
    let relay = Relay::before(&field, &authority, "localhost", NOW);
    let phone = phone(&field, &relay.url, &[authority.root()]);
    let id = save(&phone);
    assert_eq!(phone.keep.sync_now().unwrap().outcome, SyncOutcome::Done);
    assert!(matches!(phone.keep.get(id).unwrap().unwrap().state.headline, SyncFact::Synced { .. }));
    assert_eq!(field.records("customer").len(), 1);
}

#[test]
fn g7_an_unknown_authority_or_another_name_is_a_failed_try_and_nothing_is_lost() {
    let field = Field::new();
    let (known, unknown) = (Authority::new(), Authority::new());
    for (authority, name, roots) in [
        (&unknown, "localhost", vec![]),
        (&unknown, "localhost", vec![known.root()]),
        (&known, "elsewhere.example", vec![known.root()]),
    ] {
        let relay = Relay::before(&field, authority, name, NOW);
        let phone = phone(&field, &relay.url, &roots);
        let id = save(&phone);
        let report = phone.keep.sync_now().unwrap();
        let SyncOutcome::Failed { words: why, .. } = report.outcome else { panic!("{name}: {report:?}") };
        assert!(why.to_lowercase().contains("certificate"), "{name}: {why}");
        assert_eq!(report.waiting, 1);
        assert!(
            words(&phone, id).starts_with("Saved on this device. Sync failed, retrying in "),
            "{}",
            words(&phone, id)
        );
    }
    assert!(field.records("customer").is_empty());
}

#[test]
fn g7_a_certificate_of_another_time_points_at_the_clock() {
    let field = Field::new();
    let authority = Authority::new();
    for years in [LONG_AGO, NOT_YET] {
        let relay = Relay::before(&field, &authority, "localhost", years);
        let phone = phone(&field, &relay.url, &[authority.root()]);
        let id = save(&phone);
        phone.keep.sync_now().unwrap();
        let headline = phone.keep.get(id).unwrap().unwrap().state.headline;
        assert_eq!(headline, SyncFact::ClockWrong { count: 1 }, "{years:?}");
    }
}

#[test]
fn g7_a_root_that_is_no_certificate_is_refused_at_once() {
    for root in [b"-----BEGIN CERTIFICATE-----".to_vec(), Vec::new(), vec![0x30, 0x82]] {
        assert!(ReqwestHttp::new(std::slice::from_ref(&root)).is_err(), "{root:?}");
    }
}
