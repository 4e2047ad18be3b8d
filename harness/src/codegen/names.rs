//! Names of a schema as names of a language: always valid, never two alike, the same in every run.

use std::collections::HashSet;

/// `work_order` becomes `WorkOrder`. What is no letter or digit ends a word.
pub(super) fn pascal(name: &str) -> String {
    let words = name.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(upper_first).collect()
}

/// `work_order` becomes `workOrder`.
pub(super) fn camel(name: &str) -> String {
    let pascal = pascal(name);
    let mut letters = pascal.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

fn upper_first(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Hands out the names of one scope.
pub(super) struct Scope {
    taken: HashSet<String>,
    /// Comes behind a name that the scope itself needs, such as `Field`.
    suffix: &'static str,
}

impl Scope {
    /// A scope in which these names mean something else already.
    pub(super) fn new(reserved: &[&str], suffix: &'static str) -> Self {
        Self { taken: reserved.iter().map(|&name| name.to_owned()).collect(), suffix }
    }

    /// The wanted name, or the nearest that is free.
    pub(super) fn take(&mut self, wanted: &str) -> String {
        let mut name = wanted.to_owned();
        if self.taken.contains(&name) {
            name.push_str(self.suffix);
        }
        let mut number = 2;
        let first = name.clone();
        while !self.taken.insert(name.clone()) {
            name = format!("{first}{number}");
            number += 1;
        }
        name
    }
}

/// The text of a string literal, without its quotes. `interpolates` is the character that starts an interpolation there.
pub(super) fn literal(text: &str, interpolates: Option<char>) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            letter if Some(letter) == interpolates => out.extend(['\\', letter]),
            letter => out.push(letter),
        }
    }
    out
}

/// A text for a comment: one line, and nothing that ends the comment.
pub(super) fn comment(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace("*/", "* /").replace("/*", "/ *")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_joined() {
        for (name, as_type, as_member) in [
            ("work_order", "WorkOrder", "workOrder"),
            ("a__b_", "AB", "aB"),
            ("In Arbeit", "InArbeit", "inArbeit"),
            ("gelöscht", "Gelöscht", "gelöscht"),
            ("→", "", ""),
        ] {
            assert_eq!((pascal(name).as_str(), camel(name).as_str()), (as_type, as_member), "{name}");
        }
    }

    #[test]
    fn no_two_names_are_alike() {
        let mut scope = Scope::new(&["Record"], "Choice");
        let names: Vec<String> = ["Open", "Open", "Record", "Open"].iter().map(|name| scope.take(name)).collect();
        assert_eq!(names, ["Open", "OpenChoice", "RecordChoice", "OpenChoice2"]);
    }

    #[test]
    fn a_label_cannot_leave_its_literal_or_comment() {
        assert_eq!(literal("a\"$b\\\n", Some('$')), "a\\\"\\$b\\\\\\n");
        assert_eq!(comment("one */\n two"), "one * / two");
    }
}
