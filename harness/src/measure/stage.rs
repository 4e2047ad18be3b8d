//! Folders, servers and rounds: what all measures need around them.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::Fault;
use super::job::{Job, Numbers, Side, Work};
use super::saving::WARM_UP;
use super::stub::{self, Stub};

/// Where everything happens, and how much of it.
pub(super) struct Stage {
    /// The server that stores nothing.
    pub(super) stub: Stub,
    /// Rounds of each measure.
    pub(super) rounds: usize,
    scale: f64,
    root: TempDir,
}

/// What both sides said in each round.
pub(super) type Rounds = Vec<(Numbers, Numbers)>;

impl Stage {
    /// Makes a folder of its own in `folder`; it goes with this.
    pub(super) fn new(folder: &Path, rounds: usize, scale: f64) -> Result<Self, Fault> {
        let root = tempfile::Builder::new().prefix("fieldkeep-bench-").tempdir_in(folder)?;
        Ok(Self { stub: Stub::start()?, rounds, scale, root })
    }

    /// So many, at the scale of this run.
    pub(super) fn scaled(&self, count: u32) -> usize {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a count, and never above the given one"
        )]
        let scaled = (f64::from(count) * self.scale).round() as usize;
        scaled.max(1)
    }

    /// The name of a folder or file that lasts as long as the run.
    pub(super) fn lasting(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// Records that a phone holds before it edits.
    pub(super) fn filled_records(&self) -> usize {
        self.scaled(5_000) + WARM_UP
    }

    /// A folder of that side with the records that a phone holds before it edits, made once a run.
    pub(super) fn filled(&self, side: Side) -> Result<PathBuf, Fault> {
        let folder = self.lasting(&format!("filled-{side:?}"));
        if !folder.exists() {
            let records = self.filled_records();
            self.job(Work::Fill, side, &folder, records, records).run()?;
        }
        Ok(folder)
    }

    /// A job with the server that stores nothing.
    pub(super) fn job(&self, work: Work, side: Side, folder: &Path, count: usize, records: usize) -> Job {
        let (server, token) = (self.stub.url().to_owned(), stub::token(records));
        Job { work, side, folder: folder.to_owned(), server, token, count, records }
    }

    /// A folder for one measure, a copy of another if one is given; it goes with the handle.
    pub(super) fn passing(&self, copy_of: Option<&Path>) -> Result<TempDir, Fault> {
        let folder = tempfile::tempdir_in(self.root.path())?;
        if let Some(from) = copy_of {
            copy(from, folder.path())?;
        }
        Ok(folder)
    }

    /// Lets both sides do it in turn, each time the other one first.
    pub(super) fn rounds(
        &self,
        name: &str,
        mut take: impl FnMut(Side) -> Result<Numbers, Fault>,
    ) -> Result<Rounds, Fault> {
        let mut rounds = Rounds::with_capacity(self.rounds);
        for round in 0..self.rounds {
            eprintln!("{name}: round {} of {}", round + 1, self.rounds);
            let pair = if round % 2 == 0 {
                let floor = take(Side::Floor)?;
                (floor, take(Side::Product)?)
            } else {
                let product = take(Side::Product)?;
                (take(Side::Floor)?, product)
            };
            rounds.push(pair);
        }
        Ok(rounds)
    }
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?
        } else {
            std::fs::copy(entry.path(), target).map(|_| ())?
        }
    }
    Ok(())
}

/// One number of both sides, round by round.
pub(super) fn pairs(rounds: &Rounds, name: &str, of: impl Fn(f64) -> f64) -> Vec<(f64, f64)> {
    let value = |numbers: &Numbers| numbers.get(name).copied().map_or(f64::NAN, &of);
    rounds.iter().map(|(floor, product)| (value(floor), value(product))).collect()
}

/// One number of the product, round by round.
pub(super) fn of_product(rounds: &Rounds, name: &str) -> Vec<f64> {
    pairs(rounds, name, |value| value).into_iter().map(|(_, product)| product).collect()
}
