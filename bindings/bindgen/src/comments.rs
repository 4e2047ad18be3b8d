//! What only rustdoc understands, in words for readers of Kotlin and Swift.
#![allow(clippy::disallowed_methods, reason = "a build tool; it reads and writes nothing but what was generated")]

use std::io;
use std::path::Path;

/// Tidies the comments of all generated sources in a folder and below.
pub(crate) fn tidy(folder: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            tidy(&path)?;
        } else if path.extension().is_some_and(|extension| extension == "kt" || extension == "swift") {
            let text = std::fs::read_to_string(&path)?;
            let lines = text.lines().map(|line| if is_comment(line) { plain(line) } else { line.to_owned() });
            std::fs::write(&path, lines.collect::<Vec<_>>().join("\n") + "\n")?;
        }
    }
    Ok(())
}

fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("* ") || line.starts_with("///") || line.starts_with("/**")
}

/// `` [`A::b_c`] `` becomes `` `A.bC` ``, and the heading that Rust asks for becomes words.
fn plain(line: &str) -> String {
    let mut rest = line;
    let mut out = String::new();
    while let Some((before, link)) = rest.split_once("[`") {
        let Some((path, after)) = link.split_once("`]") else { break };
        out.push_str(before);
        out.push('`');
        out.push_str(&path.split("::").map(camel).collect::<Vec<_>>().join("."));
        out.push('`');
        rest = after;
    }
    out.push_str(rest);
    out.replace("# Errors", "Fails with:")
}

/// Methods and fields have humps on the other side; types have them here, and constants keep their form.
fn camel(name: &str) -> String {
    if name.starts_with(|letter: char| !letter.is_lowercase()) {
        return name.to_owned();
    }
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |mut out, word| {
        let mut letters = word.chars();
        out.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        out.push_str(letters.as_str());
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_of_rust_become_plain_code() {
        assert_eq!(
            plain("/// until [`Fieldkeep::sync_now`] or [`MAX_PAGE`]."),
            "/// until `Fieldkeep.syncNow` or `MAX_PAGE`."
        );
        assert_eq!(plain(" * [`KeepError::NotFound`] when"), " * `KeepError.NotFound` when");
        assert_eq!(plain("    /// # Errors"), "    /// Fails with:");
        assert_eq!(plain("/// a [link](to) and [`half"), "/// a [link](to) and [`half");
    }

    #[test]
    fn only_comments_are_touched() {
        assert!(is_comment("   * a") && is_comment("    /// a") && !is_comment("val a = b[`c`]"));
    }
}
