//! Fuzzing on stable: each target with its corpus and with inputs made of it by a seed. `docs/fuzzing.md` says how.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use fieldkeep_harness::fuzzing::{self, Mutator};

/// Inputs made of the corpus, unless `FIELDKEEP_FUZZ_ROUNDS` says another number.
const ROUNDS: usize = 10_000;
/// Where they begin, unless `FIELDKEEP_FUZZ_SEED` says another one.
const SEED: u64 = 20_260_101;
/// An input that takes longer hangs. The longest take some milliseconds.
const PATIENCE: Duration = Duration::from_secs(30);
/// Inputs before the one that fails which may have to do with it: a phone or server of the targets lives for fewer.
const HISTORY: usize = 32;

type Run = fn(&[u8]);

#[test]
fn hello_reply() {
    fuzz("hello_reply", fuzzing::hello_reply);
}

#[test]
fn push_reply() {
    fuzz("push_reply", fuzzing::push_reply);
}

#[test]
fn pull_page() {
    fuzz("pull_page", fuzzing::pull_page);
}

#[test]
fn lookup_reply() {
    fuzz("lookup_reply", fuzzing::lookup_reply);
}

#[test]
fn schema_file() {
    fuzz("schema_file", fuzzing::schema_file);
}

#[test]
fn seen_stamp() {
    fuzz("seen_stamp", fuzzing::seen_stamp);
}

#[test]
fn canonical_values() {
    fuzz("canonical_values", fuzzing::canonical_values);
}

#[test]
fn device_lines() {
    fuzz("device_lines", fuzzing::device_lines);
}

#[test]
fn server_request() {
    fuzz("server_request", fuzzing::server_request);
}

/// The corpus, then what is made of it; or, with `FIELDKEEP_FUZZ_INPUT`, the inputs of that file or folder alone.
fn fuzz(target: &str, run: Run) {
    if let Some(path) = std::env::var_os("FIELDKEEP_FUZZ_INPUT") {
        let inputs = read(Path::new(&path));
        if let Some(failed) = first_failure(&inputs, run) {
            panic!("input {} of {}: {}", failed.at, inputs.len(), failed.words);
        }
        return;
    }
    let seed = setting("FIELDKEEP_FUZZ_SEED").unwrap_or(SEED);
    let rounds = setting("FIELDKEEP_FUZZ_ROUNDS").map_or(ROUNDS, |rounds| usize::try_from(rounds).unwrap());
    let mut inputs = read(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(target));
    let mut mutator = Mutator::new(seed, inputs.clone());
    inputs.extend((0..rounds).map(|_| mutator.make()));
    if let Some(failed) = first_failure(&inputs, run) {
        report(target, seed, &inputs, &failed, run);
    }
}

fn setting(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is a number, not {text:?}")))
}

/// One file is one input; the files of a folder are inputs in the order of their names.
fn read(path: &Path) -> Vec<Vec<u8>> {
    if path.is_file() {
        return vec![std::fs::read(path).unwrap()];
    }
    let entries = std::fs::read_dir(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| std::fs::read(file).unwrap()).collect()
}

struct Failure {
    at: usize,
    words: String,
}

/// The first input that panics or hangs, on a thread of its own: what the targets keep is new there.
fn first_failure(inputs: &[Vec<u8>], run: Run) -> Option<Failure> {
    let (begun, begins) = channel();
    let list = inputs.to_vec();
    let worker = std::thread::spawn(move || {
        for (at, input) in list.iter().enumerate() {
            begun.send(at).unwrap();
            run(input);
        }
    });
    let mut at = 0;
    loop {
        match begins.recv_timeout(PATIENCE) {
            Ok(next) => at = next,
            Err(RecvTimeoutError::Disconnected) => break,
            // The thread is left to itself; it ends with the process.
            Err(RecvTimeoutError::Timeout) => return Some(Failure { at, words: "it hangs".to_owned() }),
        }
    }
    let panic = worker.join().err()?;
    let words = panic.downcast_ref::<String>().cloned();
    let words = words.or_else(|| panic.downcast_ref::<&str>().map(|&words| words.to_owned()));
    Some(Failure { at, words: words.unwrap_or_default() })
}

/// Writes the shortest run of inputs that fails and says how to repeat it.
fn report(target: &str, seed: u64, inputs: &[Vec<u8>], failed: &Failure, run: Run) -> ! {
    let lengths = std::iter::successors(Some(1), |length| (*length < HISTORY).then(|| (length * 2).min(HISTORY)));
    let runs = lengths.map(|length| &inputs[(failed.at + 1).saturating_sub(length)..=failed.at]);
    let hangs = failed.words == "it hangs";
    let shortest = runs.clone().find(|run_of| hangs || first_failure(run_of, run).is_some());
    let chosen = shortest.unwrap_or_else(|| runs.last().unwrap());
    let folder =
        tempfile::Builder::new().prefix(&format!("fieldkeep-{target}-")).disable_cleanup(true).tempdir().unwrap();
    for (number, input) in chosen.iter().enumerate() {
        write(&folder.path().join(format!("{number:02}")), input);
    }
    let path = folder.path().display();
    let alone = if shortest.is_some() { "" } else { "\nit does not fail alone: more came before it" };
    panic!(
        "{target}: input {} of seed {seed}: {}{alone}\nthe input is in {path}; to repeat it:\n\
         FIELDKEEP_FUZZ_INPUT={path} cargo test -p fieldkeep-harness --test fuzzing -- --exact {target}",
        failed.at, failed.words
    );
}

#[allow(clippy::disallowed_methods, reason = "a finding, for the person who looks at it")]
fn write(path: &Path, input: &[u8]) {
    std::fs::write(path, input).unwrap();
}
