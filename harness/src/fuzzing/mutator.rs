//! Inputs made from real ones by a seed: the same seed, the same inputs, on every machine.

use fastrand::Rng;
use serde_json::Value as Json;

use super::words::{NUMBERS, WORDS};

/// Most bytes of an input: what is larger takes longer and shows nothing else. Limits of megabytes have tests of their own.
const MAX_BYTES: usize = 64 * 1024;
/// Most changes to one input.
const CHANGES: usize = 5;

/// Makes inputs out of a corpus.
pub struct Mutator {
    rng: Rng,
    corpus: Vec<Vec<u8>>,
}

impl Mutator {
    /// From real inputs, at least one.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn new(seed: u64, corpus: Vec<Vec<u8>>) -> Self {
        assert!(!corpus.is_empty(), "nothing to start from");
        Self { rng: Rng::with_seed(seed), corpus }
    }

    /// The next input: one of the corpus with one to five changes.
    pub fn make(&mut self) -> Vec<u8> {
        let mut input = self.pick();
        for _ in 0..self.rng.usize(1..=CHANGES) {
            self.change(&mut input);
        }
        input.truncate(MAX_BYTES);
        input
    }

    fn pick(&mut self) -> Vec<u8> {
        self.corpus[self.rng.usize(..self.corpus.len())].clone()
    }

    fn change(&mut self, input: &mut Vec<u8>) {
        let place = self.rng.usize(..=input.len());
        match self.rng.u8(..13) {
            0 => self.flip(input),
            1 => self.overwrite(input),
            2 => input.truncate(place),
            3 => self.cut_out(input),
            4 => self.repeat(input),
            5 => self.splice(input, place),
            6 => {
                let word = WORDS[self.rng.usize(..WORDS.len())];
                input.splice(place..place, word.bytes());
            }
            7 | 8 => self.other_number(input),
            9 => self.move_lines(input),
            _ => self.other_value(input),
        }
    }

    fn flip(&mut self, input: &mut [u8]) {
        if !input.is_empty() {
            let place = self.rng.usize(..input.len());
            input[place] ^= 1 << self.rng.u8(..8);
        }
    }

    fn overwrite(&mut self, input: &mut [u8]) {
        if !input.is_empty() {
            let place = self.rng.usize(..input.len());
            input[place] = self.rng.u8(..);
        }
    }

    /// A range, short ones more often than long ones.
    fn range(&mut self, length: usize) -> std::ops::Range<usize> {
        let start = self.rng.usize(..=length);
        let most = (length - start).min(1 << self.rng.u8(..12));
        start..start + self.rng.usize(..=most)
    }

    fn cut_out(&mut self, input: &mut Vec<u8>) {
        let range = self.range(input.len());
        input.drain(range);
    }

    fn repeat(&mut self, input: &mut Vec<u8>) {
        let range = self.range(input.len());
        let (end, piece) = (range.end, input[range].to_vec());
        let times = 1 << self.rng.u8(..6);
        let fits = MAX_BYTES / piece.len().max(1);
        input.splice(end..end, piece.repeat(fits.min(times)));
    }

    /// A piece of another input, at that place.
    fn splice(&mut self, input: &mut Vec<u8>, place: usize) {
        let other = self.pick();
        let range = self.range(other.len());
        input.splice(place..place, other[range].iter().copied());
    }

    fn other_number(&mut self, input: &mut Vec<u8>) {
        let starts: Vec<usize> = (0..input.len())
            .filter(|&at| input[at].is_ascii_digit() && (at == 0 || !input[at - 1].is_ascii_alphanumeric()))
            .collect();
        if starts.is_empty() {
            return;
        }
        let start = starts[self.rng.usize(..starts.len())];
        let digits = input[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let number = NUMBERS[self.rng.usize(..NUMBERS.len())];
        input.splice(start..start + digits, number.bytes());
    }

    /// Lines change places, are repeated or left out.
    fn move_lines(&mut self, input: &mut Vec<u8>) {
        let mut lines: Vec<&[u8]> = input.split_inclusive(|&byte| byte == b'\n').collect();
        if lines.is_empty() {
            return;
        }
        let (one, other) = (self.rng.usize(..lines.len()), self.rng.usize(..lines.len()));
        match self.rng.u8(..3) {
            0 => lines.swap(one, other),
            1 => lines.insert(one, lines[other]),
            _ => drop(lines.remove(one)),
        }
        *input = lines.concat();
    }

    /// One value of a JSON line becomes another one, from anywhere in the line or from nowhere.
    fn other_value(&mut self, input: &mut Vec<u8>) {
        let lines: Vec<&[u8]> = input.split_inclusive(|&byte| byte == b'\n').collect();
        let readable = |line: &&[u8]| serde_json::from_slice::<Json>(line).is_ok_and(|json| !json.is_number());
        let mut choices: Vec<usize> = (0..lines.len()).filter(|&at| readable(&lines[at])).collect();
        // A document of many lines.
        let whole = choices.is_empty() && readable(&input.as_slice());
        if whole {
            choices.push(0);
        }
        if choices.is_empty() {
            return;
        }
        let chosen = choices[self.rng.usize(..choices.len())];
        let text = if whole { input.as_slice() } else { lines[chosen] };
        let mut json: Json = serde_json::from_slice(text).unwrap_or_default();
        let count = count_of(&json);
        let (to, from) = (self.rng.usize(..count), self.rng.usize(..count));
        let value = if self.rng.bool() { nth(&mut json, from).clone() } else { self.any_value() };
        self.put(nth(&mut json, to), value);
        let line = format!("{json}\n").into_bytes();
        let before = if whole { 0 } else { lines[..chosen].iter().map(|line| line.len()).sum() };
        let length = text.len();
        input.splice(before..before + length, line);
    }

    /// In its place, or for an object besides what is in it, or instead of one of its members.
    fn put(&mut self, slot: &mut Json, value: Json) {
        match slot {
            Json::Object(members) if self.rng.u8(..4) > 0 && !members.is_empty() => {
                let names: Vec<String> = members.keys().cloned().collect();
                let name = names[self.rng.usize(..names.len())].clone();
                if self.rng.bool() { drop(members.remove(&name)) } else { drop(members.insert(name, value)) }
            }
            slot => *slot = value,
        }
    }

    fn any_value(&mut self) -> Json {
        let deep = |levels| (0..levels).fold(Json::Null, |inner, _| Json::Array(vec![inner]));
        match self.rng.u8(..12) {
            0 => Json::Null,
            1 => Json::Bool(self.rng.bool()),
            2..=5 => serde_json::from_str(NUMBERS[self.rng.usize(..NUMBERS.len())]).unwrap_or_default(),
            6 => Json::String("x".repeat(1 << self.rng.u8(..15))),
            7 => deep(self.rng.usize(1..70)),
            8 => Json::Object(serde_json::Map::new()),
            9 => Json::String(String::new()),
            _ => Json::String(WORDS[self.rng.usize(..WORDS.len())].to_owned()),
        }
    }
}

/// How many values there are in it, itself included.
fn count_of(json: &Json) -> usize {
    1 + match json {
        Json::Array(items) => items.iter().map(count_of).sum::<usize>(),
        Json::Object(members) => members.values().map(count_of).sum(),
        _ => 0,
    }
}

/// The n-th of them, outer ones first.
fn nth(json: &mut Json, n: usize) -> &mut Json {
    if n == 0 {
        return json;
    }
    let mut left = n - 1;
    let inner: Vec<&mut Json> = match json {
        Json::Array(items) => items.iter_mut().collect(),
        Json::Object(members) => members.values_mut().collect(),
        _ => Vec::new(),
    };
    for value in inner {
        let count = count_of(value);
        if left < count {
            return nth(value, left);
        }
        left -= count;
    }
    unreachable!("counted before")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_inputs_and_most_are_new() {
        let corpus = || vec![b"0000\n{\"a\":[1,{\"b\":\"c\"}],\"n\":17}\n{\"page\":2}\n".to_vec(), b"[1,\n2]".to_vec()];
        let made = |seed| {
            let mut mutator = Mutator::new(seed, corpus());
            (0..2_000).map(|_| mutator.make()).collect::<Vec<_>>()
        };
        let first = made(7);
        assert_eq!(first, made(7));
        assert_ne!(first, made(8));
        assert!(first.iter().all(|input| input.len() <= MAX_BYTES));
        let different: std::collections::HashSet<_> = first.iter().collect();
        assert!(different.len() > 1_500, "{}", different.len());
        let still_json = |input: &&Vec<u8>| {
            let lines = input.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
            lines.clone().count() > 1 && lines.skip(1).all(|line| serde_json::from_slice::<Json>(line).is_ok())
        };
        assert!(first.iter().filter(still_json).count() > 300, "many get past the parser");
    }

    #[test]
    fn every_value_of_a_document_is_reached() {
        let mut json = serde_json::json!({"a": [1, 2], "b": {"c": 3}});
        let count = count_of(&json);
        let reached: Vec<Json> = (0..count).map(|n| nth(&mut json, n).clone()).collect();
        assert_eq!(count, 6);
        for inner in [serde_json::json!([1, 2]), 1.into(), 2.into(), serde_json::json!({"c": 3}), 3.into()] {
            assert!(reached.contains(&inner), "{inner}");
        }
    }
}
