//! Requests and replies on their way through the world.

use fieldkeep::remote::HttpError;

use super::network::{Fate, PATIENCE_MS, Way};
use super::oracle::Verdict;
use super::world::{Event, Exchange, Piece, World};

/// Requests within ten minutes that no work needs.
const STORM: usize = 400;
const STORM_MS: i64 = 600_000;
/// Dates have seconds, and a phone's clock drifts.
pub(crate) const CLOCK_NOISE_MS: i64 = 2_500;
/// The longest that a server may silence a phone.
pub(crate) const DAY_MS: i64 = 86_400_000;

/// When the server wants to be asked again, by its answer.
pub(crate) fn floor_of(status: u16, headers: &[(String, String)], now_ms: i64) -> Option<i64> {
    let named = headers.iter().find(|(name, _)| name == "retry-after").filter(|_| status == 429)?;
    let seconds = named.1.parse::<i64>().ok().map(|seconds| seconds * 1_000);
    let date = || {
        let at = httpdate::parse_http_date(&named.1).ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
        Some(i64::try_from(at.as_millis()).ok()? - now_ms)
    };
    Some(now_ms + seconds.or_else(date)?.clamp(0, DAY_MS))
}

impl World {
    /// Takes what a phone has sent, and decides what becomes of it.
    pub(crate) fn dispatch(&mut self, phone: usize) -> Verdict {
        for sent in self.phones[phone].radio.take() {
            let sure = self.phones[phone].clock.is_right() && !self.phones[phone].storage_is_ill;
            self.wire.sent((phone, self.time.now_ms()), sure, &sent.request)?;
            self.is_in_order(phone)?;
            let fate = self.phones[phone].network.fate(&mut self.rng);
            let path = sent
                .request
                .url
                .rsplit("/v1/")
                .next()
                .unwrap_or_default()
                .split('?')
                .next()
                .unwrap_or_default()
                .to_owned();
            let bytes = sent.request.body.len();
            self.cover.fate(&fate);
            let exchange = Exchange {
                phone,
                request: sent.request,
                slot: sent.slot,
                fate: fate.clone(),
                waited_for: true,
                reply: Vec::new(),
            };
            let exchange = self.new_exchange(exchange);
            self.say_of(phone, &format!("-> {exchange} {path}, {bytes} bytes: {fate:?}"));
            self.send_on_its_way(exchange, &fate);
        }
        Ok(())
    }

    /// A phone does not ask without end, and not before the time that the server named.
    fn is_in_order(&mut self, phone: usize) -> Verdict {
        let now_ms = self.now_ms();
        let of = &mut self.phones[phone];
        // A wait that could not be stored cannot be kept.
        let sure = of.clock.is_right() && !of.storage_is_ill;
        let left_ms = of.floor_ms.map_or(0, |(_, until_ms)| until_ms - now_ms);
        if sure && left_ms > CLOCK_NOISE_MS {
            return Err(format!("{}: stuck: asks {left_ms} ms before the time that the server named", of.name));
        }
        of.asked_ms.push_back(now_ms);
        while of.asked_ms.front().is_some_and(|asked_ms| now_ms - asked_ms > STORM_MS) {
            of.asked_ms.pop_front();
        }
        if of.asked_ms.len() > STORM {
            return Err(format!("{}: stuck: {STORM} requests in ten minutes", of.name));
        }
        Ok(())
    }

    fn send_on_its_way(&mut self, exchange: u64, fate: &Fate) {
        let fail = |error| Event::Deliver { exchange, piece: Piece::Failure(error) };
        match fate {
            Fate::Unreachable { after_ms } => {
                self.schedule(*after_ms, fail(HttpError::Unreachable("no route".to_owned())));
            }
            Fate::Portal { after_ms, redirect } => self.portal_answers(exchange, *after_ms, *redirect),
            Fate::RequestLost => self.schedule(PATIENCE_MS, fail(HttpError::TimedOut)),
            Fate::Served { up_ms, repeats, .. } => {
                self.schedule(*up_ms, Event::Arrive { exchange, repeated: false });
                for later_ms in repeats {
                    self.schedule(up_ms + later_ms, Event::Arrive { exchange, repeated: true });
                }
                // A phone does not wait for ever, whatever the network does.
                self.schedule(up_ms + 180_000, fail(HttpError::TimedOut));
            }
            Fate::Late { up_ms } => {
                self.schedule(PATIENCE_MS, fail(HttpError::TimedOut));
                self.schedule(*up_ms, Event::Arrive { exchange, repeated: true });
            }
        }
    }

    fn portal_answers(&mut self, exchange: u64, after_ms: i64, redirect: bool) {
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let (status, headers) = if redirect {
            (302, vec![header("location", "http://login.example/"), header("content-length", "0")])
        } else {
            (200, vec![header("content-type", "text/html; charset=utf-8")])
        };
        self.schedule(after_ms, Event::Deliver { exchange, piece: Piece::Head(status, headers) });
        let page = b"<!doctype html><h1>Welcome to our Wi-Fi</h1>".to_vec();
        self.schedule(after_ms, Event::Deliver { exchange, piece: Piece::Body(page) });
        self.schedule(after_ms, Event::Deliver { exchange, piece: Piece::End });
    }

    /// A request reaches the server.
    pub(crate) fn arrive(&mut self, exchange: u64, repeated: bool) -> Verdict {
        let Some(known) = self.exchanges.get(&exchange) else { return Ok(()) };
        let (fate, phone) = (known.fate.clone(), known.phone);
        let answered = self.office.serve(&known.request)?;
        if repeated {
            self.cover.count("fate", "arrived again or late");
        }
        self.read_the_book(repeated)?;
        let fail = |error| Event::Deliver { exchange, piece: Piece::Failure(error) };
        let Some(answered) = answered else {
            if !repeated {
                self.schedule(10, fail(HttpError::Unreachable("connection refused".to_owned())));
            }
            return Ok(());
        };
        self.cover.count("status", &answered.status.to_string());
        match self.exchanges.get(&exchange).and_then(|known| known.request.url.rsplit('/').next()) {
            Some("push") => self.wire.answered(phone, answered.status, &answered.body, &mut self.cover),
            Some("lookup") => self.wire.looked_up(phone, &answered.body, &mut self.cover),
            _ => {}
        }
        self.say_of(
            phone,
            &format!("   {exchange} served{}: {}", if repeated { " again" } else { "" }, answered.status),
        );
        self.look(phone)?;
        let Fate::Served { down, .. } = fate else { return Ok(()) };
        if repeated {
            return Ok(());
        }
        match down {
            Way::Lost => self.schedule(PATIENCE_MS, fail(HttpError::TimedOut)),
            Way::Whole { ms, pieces } => {
                if let Some(known) =
                    self.exchanges.get_mut(&exchange).filter(|known| known.request.url.ends_with("/v1/push"))
                {
                    known.reply.clone_from(&answered.body);
                }
                let part_ms = ms / i64::try_from(pieces).unwrap_or(1).max(1);
                self.schedule(ms, Event::Deliver { exchange, piece: Piece::Head(answered.status, answered.headers) });
                let size = answered.body.len().div_ceil(pieces.max(1)).max(1);
                let mut at_ms = ms;
                for piece in answered.body.chunks(size) {
                    self.schedule(at_ms, Event::Deliver { exchange, piece: Piece::Body(piece.to_vec()) });
                    at_ms += part_ms;
                }
                self.schedule(at_ms, Event::Deliver { exchange, piece: Piece::End });
            }
            Way::Cut { ms, percent } => {
                let keep = answered.body.len() * percent / 100;
                if keep > 0 {
                    let head = Piece::Head(answered.status, answered.headers);
                    self.schedule(ms, Event::Deliver { exchange, piece: head });
                    let piece = Piece::Body(answered.body[..keep].to_vec());
                    self.schedule(ms, Event::Deliver { exchange, piece });
                }
                self.schedule(ms, fail(HttpError::Cut("connection reset".to_owned())));
            }
        }
        Ok(())
    }
}
