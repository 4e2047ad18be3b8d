//! A slow line: one token bucket for all connections, each of which takes its turn.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::timeout;

/// Bytes of a connection that wait in the proxy, each way: no more, so that a sender sees how slow the line is.
const BUFFERED_BYTES: usize = 8 * 1024;
/// Bytes of one turn. Small, so that many connections at once all move.
const TURN_BYTES: usize = 1024;

/// The line that all connections share.
pub(super) struct Line {
    /// Bytes a second; none while the line is as fast as the machine.
    rate: Mutex<Option<u32>>,
    changed: Notify,
    /// Whose turn it is. tokio's lock is fair: who has just had a turn comes after all who wait.
    turn: tokio::sync::Mutex<()>,
}

impl Line {
    pub(super) fn new() -> Self {
        Self { rate: Mutex::new(None), changed: Notify::new(), turn: tokio::sync::Mutex::new(()) }
    }

    /// Sets the speed of all connections together; none takes the limit away, also for whoever waits now.
    pub(super) fn set_rate(&self, bytes_per_s: Option<u32>) {
        *self.rate.lock().unwrap_or_else(PoisonError::into_inner) = bytes_per_s;
        self.changed.notify_waiters();
    }

    fn rate(&self) -> Option<u32> {
        *self.rate.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until so many bytes may pass.
    async fn pass(&self, bytes: usize) {
        if self.rate().is_none() {
            return;
        }
        let _turn = self.turn.lock().await;
        let changed = self.changed.notified();
        let Some(rate) = self.rate() else { return };
        let takes = Duration::from_secs_f64(bytes as f64 / f64::from(rate.max(1)));
        // The end of this wait is the time that the bytes take, or a new speed.
        let _ = timeout(takes, changed).await;
    }

    /// Carries a connection over this line; what is handed back is its other end.
    pub(super) fn carry(self: &Arc<Self>, outside: TcpStream) -> DuplexStream {
        let (inside, end) = tokio::io::duplex(BUFFERED_BYTES);
        let (from_outside, to_outside) = outside.into_split();
        let (from_inside, to_inside) = tokio::io::split(inside);
        let (there, back) = (Arc::clone(self), Arc::clone(self));
        let inwards = tokio::spawn(async move { there.pump(from_outside, to_inside).await });
        tokio::spawn(async move {
            back.pump(from_inside, to_outside).await;
            // The proxy has hung up: what the client still says, nobody hears.
            inwards.abort();
        });
        end
    }

    /// One direction, until either end hangs up.
    async fn pump(&self, mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin) {
        let mut turn = [0; TURN_BYTES];
        while let Ok(read @ 1..) = from.read(&mut turn).await {
            self.pass(read).await;
            if to.write_all(&turn[..read]).await.is_err() {
                return;
            }
        }
        let _ = to.shutdown().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_bytes_of_all_take_their_time_together_and_in_turns() {
        let line = Arc::new(Line::new());
        line.set_rate(Some(100 * 1024));
        let begun = tokio::time::Instant::now();
        let order = Arc::new(Mutex::new(Vec::new()));
        let turns = |name: &'static str| {
            let (line, order) = (Arc::clone(&line), Arc::clone(&order));
            async move {
                for _ in 0..3 {
                    line.pass(TURN_BYTES).await;
                    order.lock().unwrap().push(name);
                }
            }
        };
        tokio::join!(turns("one"), turns("other"));
        assert!(begun.elapsed().as_millis() >= 60, "six turns of 10 ms each");
        assert_eq!(*order.lock().unwrap(), ["one", "other", "one", "other", "one", "other"]);
    }

    #[tokio::test]
    async fn a_limit_that_is_taken_away_ends_the_wait_under_it() {
        let line = Arc::new(Line::new());
        line.set_rate(Some(1));
        let waits = tokio::spawn({
            let line = Arc::clone(&line);
            async move { line.pass(1 << 30).await }
        });
        tokio::task::yield_now().await;
        line.set_rate(None);
        waits.await.unwrap();
    }
}
