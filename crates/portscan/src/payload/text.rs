//! Answers that look like those of HTTP: a status line, and fields.

use super::octets::quoted;

/// So many lines of an answer are looked at.
const LINES_MAX: usize = 64;

/// What stands in the status line behind the version, if it is this one.
pub(super) fn status(answer: &[u8], version: &str) -> Option<String> {
    let status = answer.strip_prefix(version.as_bytes())?.strip_prefix(b" ")?;
    status.first()?.is_ascii_digit().then(|| quoted(status))
}

/// The value of the first field that has one of these names.
pub(super) fn field(answer: &[u8], names: &[&str]) -> Option<String> {
    let mut lines = answer.split(|octet| *octet == b'\n').take(LINES_MAX);
    lines.find_map(|line| {
        let colon = line.iter().position(|octet| *octet == b':')?;
        let name = line[..colon].trim_ascii();
        let is_named = names.iter().any(|it| it.as_bytes().eq_ignore_ascii_case(name));
        is_named.then(|| quoted(&line[colon + 1..])).filter(|value| !value.is_empty())
    })
}

/// The words, and behind them what there is more to say.
pub(super) fn with(words: String, more: Option<String>) -> String {
    match more {
        Some(more) => format!("{words}, {more}"),
        None => words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_and_fields_are_found() {
        let answer = b"HTTP/1.1 200 OK\r\nST: x\r\nserver :  Linux/6 \r\n\r\n";
        assert_eq!(status(answer, "HTTP/1.1").as_deref(), Some("200 OK"));
        assert_eq!(status(answer, "SIP/2.0"), None);
        assert_eq!(status(b"HTTP/1.1 ", "HTTP/1.1"), None);
        assert_eq!(field(answer, &["User-Agent", "Server"]).as_deref(), Some("Linux/6"));
        assert_eq!(field(answer, &["Location"]), None);
        assert_eq!(field(b"Server: \r\n", &["Server"]), None);
        assert_eq!(with("a".into(), Some("b".into())), "a, b");
        assert_eq!(with("a".into(), None), "a");
    }
}
