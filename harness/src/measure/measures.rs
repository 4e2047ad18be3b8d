//! The five measures: what is set up, what is compared, what is aimed at.

use super::Fault;
use super::job::{Job, Side, Work};
use super::real_server::RealServer;
use super::sample::Extent;
use super::stage::{Rounds, Stage, of_product, pairs};
use super::table::{self, Reach, Row};

/// A measure by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Measure {
    /// Saves.
    W1,
    /// Sending what waits.
    W2,
    /// The first download.
    W3,
    /// A store with a million records.
    W4,
    /// Saves while a download runs.
    W5,
}

impl Measure {
    /// Takes it.
    pub(super) fn take(self, stage: &Stage) -> Result<Vec<Row>, Fault> {
        match self {
            Self::W1 => saves(stage),
            Self::W2 => drains(stage),
            Self::W3 => first_pulls(stage),
            Self::W4 => questions(stage),
            Self::W5 => beside(stage),
        }
    }
}

/// How many of something a second, from the milliseconds that all took.
fn a_second(count: usize) -> impl Fn(f64) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "at most a million")]
    let count = count as f64;
    move |ms| count / ms * 1e3
}

fn saves(stage: &Stage) -> Result<Vec<Row>, Fault> {
    let count = stage.scaled(5_000);
    let mut rows = Vec::new();
    for (durable, name, reach) in [(true, "FULL", 0.9), (false, "NORMAL", 0.8)] {
        let rounds = stage.rounds(&format!("W1 {name}"), |side| {
            let folder = stage.passing(Some(&stage.filled(side)?))?;
            stage.job(Work::Save { durable }, side, folder.path(), count, stage.filled_records()).run()
        })?;
        let rates = pairs(&rounds, "ms", a_second(count));
        rows.push(Row::new(&format!("W1 {count} saves, {name}"), "saves/s", &rates, Reach::Speed(reach)));
    }
    Ok(rows)
}

fn drains(stage: &Stage) -> Result<Vec<Row>, Fault> {
    let count = stage.scaled(5_000);
    let rounds = stage.rounds("W2", |side| {
        let folder = stage.passing(Some(&stage.filled(side)?))?;
        stage.job(Work::Drain, side, folder.path(), count, stage.filled_records()).run()
    })?;
    let real = real_drains(stage, count)?;
    let row = |with: &str, rounds: &Rounds, reach| {
        let rates = pairs(rounds, "ms", a_second(count));
        Row::new(&format!("W2 {count} patches sent to {with}"), "patches/s", &rates, reach)
    };
    Ok(vec![row("the stub", &rounds, Reach::Speed(0.4)), row("`serve`", &real, Reach::Open)])
}

/// The same with the reference server: the same data for each side in each round.
fn real_drains(stage: &Stage, count: usize) -> Result<Rounds, Fault> {
    let data = stage.lasting("serve");
    let filled = |side: Side| stage.lasting(&format!("filled-serve-{side:?}"));
    let with = |server: &RealServer, work, side, folder: &std::path::Path| -> Result<Job, Fault> {
        let job = stage.job(work, side, folder, count, count);
        Ok(Job { server: server.url.clone(), token: server.token()?.to_owned(), ..job })
    };
    let server = RealServer::start(&data)?;
    server.fill(count)?;
    for side in [Side::Floor, Side::Product] {
        with(&server, Work::Fill, side, &filled(side))?.run()?;
    }
    drop(server);
    stage.rounds("W2 against serve", |side| {
        let (folder, copy) = (stage.passing(Some(&filled(side)))?, stage.passing(Some(&data))?);
        let server = RealServer::start(copy.path())?;
        with(&server, Work::Drain, side, folder.path())?.run()
    })
}

fn first_pulls(stage: &Stage) -> Result<Vec<Row>, Fault> {
    let count = stage.scaled(100_000);
    stage.stub.prepare(0, count)?;
    let mut rows = Vec::new();
    for (extent, name) in [(Extent::Plain, "W3a"), (Extent::Indexed, "W3b")] {
        let rounds = stage.rounds(name, |side| {
            let folder = stage.passing(None)?;
            stage.job(Work::FirstPull { extent }, side, folder.path(), count, count).run()
        })?;
        let rates = pairs(&rounds, "ms", a_second(count));
        let with = if extent == Extent::Plain { "without" } else { "with" };
        let what = format!("{name} first pull of {count} records, {with} indexes and search");
        rows.push(Row::new(&what, "records/s", &rates, Reach::Speed(0.6)));
        let memory = pairs(&rounds, "mib", |mib| mib);
        rows.push(Row::new(&format!("{name} peak memory above idle"), "MiB", &memory, Reach::Under(40.0)));
    }
    Ok(rows)
}

fn questions(stage: &Stage) -> Result<Vec<Row>, Fault> {
    let (records, edits) = (stage.scaled(1_000_000), stage.scaled(10_000));
    let folder = stage.lasting("large");
    eprintln!("W4: downloading {records} records from the stub, and editing {edits} of them");
    stage.job(Work::Fill, Side::Product, &folder, records, records).run()?;
    stage.job(Work::Edit, Side::Product, &folder, edits, records).run()?;
    let rounds = stage.rounds("W4", |side| stage.job(Work::Ask, side, &folder, edits, records).run())?;
    let rates = |name: &str| pairs(&rounds, name, |ms| ms);
    let asked = [
        ("open", "open", Reach::Under(10.0)),
        ("get_first", "read one by id, the first after opening", Reach::Under(2.0)),
        ("get", "read one by id", Reach::Under(2.0)),
        ("list_first", "list 20 of a status (an eighth) by due time, the first", Reach::Under(5.0)),
        ("list", "list 20 of a status (an eighth) by due time", Reach::Under(5.0)),
        ("day", "list 20 from a due time on, by due time", Reach::Under(5.0)),
        ("count_first", "count what waits (`state(None)`), the first", Reach::Under(2.0)),
        ("count", "count what waits (`state(None)`)", Reach::Under(2.0)),
    ];
    let about = format!("W4 {records} records, {edits} waiting:");
    let mut rows: Vec<Row> = asked
        .into_iter()
        .map(|(name, what, reach)| Row::new(&format!("{about} {what}"), "ms", &rates(name), reach))
        .collect();
    let outbox = of_product(&rounds, "outbox");
    rows.push(Row::alone(&format!("{about} the whole `outbox()`"), "ms", outbox, Reach::Open));
    rows.push(Row::alone("W4 peak memory of the process", "MiB", of_product(&rounds, "mib"), Reach::Under(24.0)));
    let with_outbox = of_product(&rounds, "mib_outbox");
    rows.push(Row::alone("W4 the same, the whole `outbox()` read too", "MiB", with_outbox, Reach::Open));
    Ok(rows)
}

fn beside(stage: &Stage) -> Result<Vec<Row>, Fault> {
    let (saves, before) = (stage.scaled(500), stage.filled_records());
    let records = before + stage.scaled(100_000);
    stage.stub.prepare(before, records)?;
    let mut rounds = Vec::with_capacity(stage.rounds);
    for round in 0..stage.rounds {
        eprintln!("W5: round {} of {}", round + 1, stage.rounds);
        let folder = stage.passing(Some(&stage.filled(Side::Product)?))?;
        let job = stage.job(Work::Beside, Side::Product, folder.path(), saves, records);
        rounds.push(job.run()?);
    }
    let values = |alone: &str, beside: &str| -> Vec<(f64, f64)> {
        rounds.iter().map(|numbers| (numbers[alone], numbers[beside])).collect()
    };
    let of = |name: &str| -> Vec<f64> { rounds.iter().map(|numbers| numbers[name]).collect() };
    let (p50, p99) = (values("alone_p50", "p50"), values("alone_p99", "p99"));
    let mut rows = vec![
        Row::new("W5 a save while a pull runs, p50 (floor: alone)", "ms", &p50, Reach::Times(2.0)),
        Row::new("W5 the same, p99", "ms", &p99, Reach::Under(30.0)),
        Row::alone("W5 saves beside the pull, in a round", "saves", of("samples"), Reach::Open),
    ];
    if of("left").iter().any(|left| *left > 0.0) {
        let wrong = format!("edits left behind after a sync that was done: {}", table::spread(&of("left")));
        rows.iter_mut().for_each(|row| row.wrong = Some(wrong.clone()));
    }
    Ok(rows)
}
