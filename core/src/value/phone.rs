//! Phone numbers: equal when the digits are, however they are grouped.

/// Digits with an optional leading `+`; an international `00` becomes `+`. `None` when something else than digits and
/// grouping is there. A country code is never guessed: that is the server's to add, and it then counts as stored.
pub(super) fn canonical(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    for (position, sign) in text.trim().chars().enumerate() {
        match sign {
            '0'..='9' => out.push(sign),
            '+' if position == 0 => out.push('+'),
            ' ' | '-' | '.' | '/' | '(' | ')' | '\u{a0}' | '\u{2011}' | '\u{2013}' => {}
            _ => return None,
        }
    }
    if let Some(rest) = out.strip_prefix("00") {
        out = format!("+{rest}");
    }
    out.bytes().any(|byte| byte.is_ascii_digit()).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::canonical;

    #[test]
    fn grouping_does_not_matter() {
        for (given, expected) in [
            ("+49 (171) 123-45", Some("+4917112345")),
            ("0049 171 12345", Some("+4917112345")),
            ("0171/12345", Some("017112345")),
            ("555.0100", Some("5550100")),
            ("call me", None),
            ("+", None),
            ("1+2", None),
        ] {
            assert_eq!(canonical(given).as_deref(), expected, "{given:?}");
        }
    }
}
