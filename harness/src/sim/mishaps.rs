//! What befalls a phone.

use fieldkeep::schedule::{Battery, Conditions, NetworkKind};
use fieldkeep_disk::Fault;

use super::network::Network;
use super::oracle::Verdict;
use super::plan::Mishap;
use super::world::{Event, World};

const DAY_MS: i64 = 86_400_000;

impl World {
    /// Something befalls a phone.
    pub(crate) fn mishap(&mut self, phone: usize, mishap: Mishap) -> Verdict {
        self.say_of(phone, &format!("{mishap:?}"));
        self.cover.count("mishap", &format!("{mishap:?}"));
        match mishap {
            Mishap::Offline => self.network(phone, Network::Absent, NetworkKind::None),
            Mishap::Online => self.network(phone, Network::Good, NetworkKind::Unmetered),
            Mishap::SlowNetwork => self.network(phone, Network::Slow, NetworkKind::Metered),
            Mishap::LossyNetwork => self.network(phone, Network::Lossy, NetworkKind::Metered),
            Mishap::EvilNetwork => self.network(phone, Network::Evil, NetworkKind::Metered),
            Mishap::Portal => self.network(phone, Network::Portal, NetworkKind::Unmetered),
            Mishap::Kill => self.drop_app(phone),
            Mishap::KillInFileOperation => {
                let operations = self.rng.u64(0..60);
                self.phones[phone].disk.set_fuse(Some(operations));
            }
            Mishap::PowerCut => self.power_cut(phone),
            Mishap::Reboot => {
                self.drop_app(phone);
                self.phones[phone].clock.reboot();
            }
            Mishap::Freeze => self.freeze(phone),
            Mishap::DiskFull | Mishap::DiskFree | Mishap::DiskFails | Mishap::LockPhone | Mishap::UnlockPhone => {
                self.storage(phone, mishap);
            }
            Mishap::ClockForward => self.phones[phone].clock.shift(self.rng.i64(60_000..4 * DAY_MS)),
            Mishap::ClockBack => self.phones[phone].clock.shift(-self.rng.i64(60_000..4 * DAY_MS)),
            Mishap::ClockRight => self.phones[phone].clock.set_right(),
            Mishap::BatteryLow | Mishap::BatteryOk => {
                let battery = if mishap == Mishap::BatteryLow { Battery::Low } else { Battery::Ok };
                let network = self.phones[phone].conditions.network;
                self.phones[phone].tell_conditions(Conditions { network, battery });
            }
            Mishap::Upgrade => return self.upgrade(phone),
        }
        self.mourn(phone)?;
        self.look(phone)?;
        self.pump(phone)
    }

    fn network(&mut self, phone: usize, network: Network, kind: NetworkKind) {
        self.phones[phone].network = network;
        let battery = self.phones[phone].conditions.battery;
        self.phones[phone].tell_conditions(Conditions { network: kind, battery });
    }

    fn power_cut(&mut self, phone: usize) {
        self.drop_app(phone);
        let rng = &mut self.rng;
        self.phones[phone].disk.lose_power(&mut |limit| rng.usize(0..=limit));
        self.phones[phone].clock.reboot();
    }

    fn freeze(&mut self, phone: usize) {
        let ms = if self.rng.bool() { self.rng.i64(1_000..600_000) } else { self.rng.i64(600_000..4 * DAY_MS) };
        if let Some(app) = &mut self.phones[phone].app {
            app.frozen = true;
            self.schedule(ms, Event::Thaw { phone });
        }
    }

    fn storage(&mut self, phone: usize, mishap: Mishap) {
        let of = &mut self.phones[phone];
        of.storage_is_ill = true;
        match mishap {
            Mishap::DiskFull => of.disk.set_capacity(Some(of.disk.bytes() + self.rng.usize(0..40_000))),
            Mishap::DiskFails => of.disk.set_fault(Some(Fault::Once(self.rng.u64(0..40)))),
            Mishap::LockPhone => of.disk.set_fault(Some(Fault::Locked)),
            _ => {
                of.disk.set_capacity(None);
                of.disk.set_fault(None);
                of.storage_is_ill = false;
            }
        }
    }

    /// A new version of the app is installed; the system ends the old one.
    fn upgrade(&mut self, phone: usize) -> Verdict {
        self.drop_app(phone);
        self.phones[phone].schema = self.schemas[1].clone();
        self.open_app(phone)
    }
}
