//! Single texts out of lines of JSON that programs of ours or of cargo print: not worth a parser in a tool without
//! dependencies.

/// The text of the first member of this name, when it has nothing escaped in it.
pub(crate) fn text_of<'a>(json: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = json.split_once(&format!("\"{name}\":"))?;
    rest.trim_start().strip_prefix('"')?.split_once('"').map(|(text, _)| text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_found_by_its_name() {
        let line = r#"{"admin_token":"5f0c","listening":"http://127.0.0.1:40123"}"#;
        assert_eq!(text_of(line, "listening"), Some("http://127.0.0.1:40123"));
        assert_eq!(text_of("{\n  \"ana\": \"8d1c\"\n}", "ana"), Some("8d1c"));
        assert_eq!(text_of(r#"{"count":7}"#, "count"), None);
        assert_eq!(text_of(line, "token"), None);
        assert_eq!(text_of("", "listening"), None);
    }
}
