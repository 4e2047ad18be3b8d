//! Telling the day: for people in a terminal, or one JSON object a line.

use std::io::Write;

use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};

const HEADING: Style = Style::new().bold();
const TIME: Style = Style::new().dimmed();
const EVENT: Style = AnsiColor::Cyan.on_default();
const QUIET: Style = AnsiColor::Green.on_default();
const BANNER: Style = AnsiColor::Yellow.on_default();
const BLOCKING: Style = AnsiColor::Red.on_default().bold();

/// Width of the column of names.
const NAME_WIDTH: usize = 7;

/// Where the story goes.
pub(super) struct Narrator {
    json: bool,
}

impl Narrator {
    pub(super) fn new(json: bool) -> Self {
        Self { json }
    }

    /// A chapter of the day.
    pub(super) fn chapter(&self, title: &str) {
        if self.json {
            self.object(&json!({ "chapter": title }));
        } else {
            self.text(&format!("\n{HEADING}{title}{HEADING:#}"));
        }
    }

    /// Something happens.
    pub(super) fn event(&self, time: &str, who: &str, what: &str) {
        if self.json {
            self.object(&json!({ "at": time, "who": who, "event": what }));
        } else {
            self.text(&format!("{TIME}{time}{TIME:#}  {who:NAME_WIDTH$} {EVENT}{what}{EVENT:#}"));
        }
    }

    /// A person reads a sentence on a phone.
    pub(super) fn words(&self, time: &str, who: &str, about: &str, words: &str, severity: &str) {
        if self.json {
            self.object(&json!({ "at": time, "who": who, "about": about, "words": words, "severity": severity }));
            return;
        }
        let style = match severity {
            "blocking" => BLOCKING,
            "banner" => BANNER,
            _ => QUIET,
        };
        self.text(&format!("{TIME}{time}{TIME:#}  {who:NAME_WIDTH$}   {about}: {style}{words}{style:#}"));
    }

    /// A line below what was said before.
    pub(super) fn detail(&self, what: &str) {
        if self.json {
            self.object(&json!({ "detail": what }));
        } else {
            self.text(&format!("{:width$}{what}", "", width = NAME_WIDTH + 10));
        }
    }

    /// Whether a promise held, and what shows it.
    pub(super) fn promise(&self, name: &str, broken: &[String], evidence: &str) {
        if self.json {
            self.object(&json!({ "promise": name, "held": broken.is_empty(), "evidence": evidence, "broken": broken }));
            return;
        }
        let (style, word) = if broken.is_empty() { (QUIET, "held") } else { (BLOCKING, "BROKEN") };
        self.text(&format!("  {name:28} {style}{word:7}{style:#} {evidence}"));
        for fault in broken {
            self.text(&format!("{:38}{BLOCKING}{fault}{BLOCKING:#}", ""));
        }
    }

    /// A reader that has gone away ends nothing: the day is played to its end and its exit code tells.
    fn text(&self, line: &str) {
        let _ = writeln!(anstream::stdout(), "{line}");
    }

    fn object(&self, object: &Value) {
        let _ = writeln!(std::io::stdout(), "{object}");
    }
}
