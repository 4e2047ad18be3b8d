//! What a test does just as a request leaves: the one moment at which the phone is known to be under way.

use std::sync::Mutex;

type Act = Box<dyn FnOnce() + Send>;

/// Acts by the path of the request that they wait for.
#[derive(Default)]
pub struct Departures(Mutex<Vec<(String, Act)>>);

impl Departures {
    pub fn plan(&self, path: &str, act: impl FnOnce() + Send + 'static) {
        self.0.lock().unwrap().push((path.to_owned(), Box::new(act)));
    }

    /// A request of that path leaves; it waits for what was planned.
    pub fn of(&self, path: &str) {
        let due = {
            let mut planned = self.0.lock().unwrap();
            let due = planned.iter().position(|(awaited, _)| awaited == path);
            due.map(|due| planned.remove(due).1)
        };
        if let Some(act) = due {
            act();
        }
    }
}
