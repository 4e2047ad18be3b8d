//! Exact decimals as text: `010.50` and `10.5` are one number, and 0.1 + 0.2 never happens.

use super::MAX_DECIMAL_DIGITS;

/// The canonical text of a decimal: no plus sign, no leading or trailing zeros, no negative zero. `None` when the text
/// is no plain decimal or has more digits than can be kept exactly.
pub(super) fn canonical(text: &str) -> Option<String> {
    let text = text.trim();
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() && fraction.is_empty() || !plain(whole) || !plain(fraction) {
        return None;
    }
    let whole = whole.trim_start_matches('0');
    let fraction = fraction.trim_end_matches('0');
    if whole.len() + fraction.len() > MAX_DECIMAL_DIGITS {
        return None;
    }
    if whole.is_empty() && fraction.is_empty() {
        return Some("0".to_owned());
    }
    let mut out = String::with_capacity(text.len() + 1);
    if negative {
        out.push('-');
    }
    out.push_str(if whole.is_empty() { "0" } else { whole });
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::canonical;

    #[test]
    fn one_number_has_one_text() {
        for (given, expected) in [
            ("10.50", Some("10.5")),
            ("010.5", Some("10.5")),
            ("+3", Some("3")),
            ("-0.0", Some("0")),
            (".5", Some("0.5")),
            ("5.", Some("5")),
            ("-0012.3400", Some("-12.34")),
            ("0", Some("0")),
            ("99999999999999999999999999999999999999", Some("99999999999999999999999999999999999999")),
            ("999999999999999999999999999999999999999", None),
            ("", None),
            (".", None),
            ("-", None),
            ("1e3", None),
            ("1,5", None),
            ("--1", None),
            ("NaN", None),
        ] {
            assert_eq!(canonical(given).as_deref(), expected, "{given:?}");
        }
    }
}
