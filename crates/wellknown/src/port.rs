//! Port numbers and ranges as people type them, and what RFC 6335 calls them.

use std::ops::RangeInclusive;

/// As much of a refused text as an error shows.
const SHOWN_CHARS: usize = 40;

/// Why a text is no port or range of ports, and what would be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PortError {
    /// There is no text.
    #[error("no port given: ports go from {lowest} to 65535")]
    Empty {
        /// The lowest port that is accepted.
        lowest: u16,
    },
    /// The text is something else than digits, or two numbers with a `-` between them.
    #[error(
        "'{text}' is not a port: write a number from {lowest} to 65535 or a range like 8000-8080"
    )]
    NotANumber {
        /// What was typed, shortened.
        text: String,
        /// The lowest port that is accepted.
        lowest: u16,
    },
    /// Port 0, where a port that can be used is wanted (RFC 6335, 6).
    #[error("port 0 is reserved: ports go from {lowest} to 65535")]
    Reserved {
        /// The lowest port that is accepted.
        lowest: u16,
    },
    /// A number that is too high or too low.
    #[error("'{text}' is out of range: ports go from {lowest} to 65535")]
    OutOfRange {
        /// What was typed, shortened.
        text: String,
        /// The lowest port that is accepted.
        lowest: u16,
    },
    /// A number below zero, or a range without its first port.
    #[error(
        "'-{last}' is not a port: ports go from {lowest} to 65535; a range needs both ends: {lowest}-{last}"
    )]
    NoFirst {
        /// The number after the `-`.
        last: u16,
        /// The lowest port that is accepted.
        lowest: u16,
    },
    /// A range without its last port.
    #[error("'{first}-' has no end: write {first}-65535 for all ports from {first} on")]
    NoLast {
        /// The number before the `-`.
        first: u16,
    },
    /// A range from high to low.
    #[error("'{first}-{last}' runs backwards: write {last}-{first}")]
    Reversed {
        /// The first number, the higher one.
        first: u16,
        /// The last number, the lower one.
        last: u16,
    },
}

/// Reads one port, decimal digits only, not below `lowest` (0 or 1 as a rule).
///
/// # Errors
///
/// Says what is wrong with the text and which ports there are.
pub fn port(text: &str, lowest: u16) -> Result<u16, PortError> {
    if text.is_empty() {
        return Err(PortError::Empty { lowest });
    }
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(PortError::NotANumber { text: excerpt(text), lowest });
    }
    // Nothing but digits: the one way to fail is to be too large.
    match text.parse::<u16>() {
        Ok(port) if port >= lowest => Ok(port),
        Ok(0) => Err(PortError::Reserved { lowest }),
        Ok(_) | Err(_) => Err(PortError::OutOfRange { text: excerpt(text), lowest }),
    }
}

/// Reads a port (`80`) or a range with both its ends (`8000-8080`), not below `lowest`.
///
/// # Errors
///
/// Says what is wrong with the text and what would be right.
pub fn port_range(text: &str, lowest: u16) -> Result<RangeInclusive<u16>, PortError> {
    let Some((first, last)) = text.split_once('-') else {
        return port(text, lowest).map(|port| port..=port);
    };
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if text == "-" || !is_number(first) || !is_number(last) {
        return Err(PortError::NotANumber { text: excerpt(text), lowest });
    }
    if first.is_empty() {
        return Err(PortError::NoFirst { last: port(last, lowest)?, lowest });
    }
    let first = port(first, lowest)?;
    if last.is_empty() {
        return Err(PortError::NoLast { first });
    }
    let last = port(last, lowest)?;
    if first > last {
        return Err(PortError::Reversed { first, last });
    }
    Ok(first..=last)
}

/// The beginning of a text, so that an error stays a line.
#[must_use]
pub fn excerpt(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARS) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

/// The part of the port numbers that a port lies in (RFC 6335, 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PortClass {
    /// 0 to 1023, well-known ports; on most Unix systems only root listens here.
    System,
    /// 1024 to 49151, registered ports.
    User,
    /// 49152 to 65535, never assigned: for private and short-lived use.
    Dynamic,
}

impl PortClass {
    /// The class of a port.
    #[must_use]
    pub const fn of(port: u16) -> Self {
        match port {
            0..=1023 => Self::System,
            1024..=49151 => Self::User,
            49152..=65535 => Self::Dynamic,
        }
    }

    /// The name in lower case: `system`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Dynamic => "dynamic",
        }
    }
}

/// Whether IANA keeps a port free at the edge of a class, where the class may be extended one day
/// (RFC 6335, 6).
#[must_use]
pub const fn is_reserved(port: u16) -> bool {
    matches!(port, 0 | 1023 | 1024 | 49151)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_ports_and_ranges() {
        let cases = [
            ("0", 0..=0),
            ("1", 1..=1),
            ("080", 80..=80),
            ("00000000000000000000000080", 80..=80),
            ("65535", 65535..=65535),
            ("80-80", 80..=80),
            ("0-65535", 0..=65535),
            ("6000-6063", 6000..=6063),
        ];
        for (text, ports) in cases {
            assert_eq!(port_range(text, 0), Ok(ports), "{text:?}");
        }
    }

    #[test]
    fn says_what_would_be_right() {
        let cases = [
            ("", "no port given: ports go from 1 to 65535"),
            ("0", "port 0 is reserved: ports go from 1 to 65535"),
            ("0-80", "port 0 is reserved: ports go from 1 to 65535"),
            ("-0", "port 0 is reserved: ports go from 1 to 65535"),
            ("65536", "'65536' is out of range: ports go from 1 to 65535"),
            ("80-65536", "'65536' is out of range: ports go from 1 to 65535"),
            ("-65536", "'65536' is out of range: ports go from 1 to 65535"),
            ("80-", "'80-' has no end: write 80-65535 for all ports from 80 on"),
            ("-80", "'-80' is not a port: ports go from 1 to 65535; a range needs both ends: 1-80"),
            ("90-80", "'90-80' runs backwards: write 80-90"),
            (
                "80x",
                "'80x' is not a port: write a number from 1 to 65535 or a range like 8000-8080",
            ),
        ];
        for (text, message) in cases {
            assert_eq!(
                port_range(text, 1).map_err(|it| it.to_string()),
                Err(message.into()),
                "{text:?}"
            );
        }
    }

    #[test]
    fn refuses_what_is_not_digits() {
        for text in [
            "-", "--", "1-2-3", "80--90", "+80", "0x50", "8 0", " 80", "80 ", "８０", "80–90",
            "1e3", "a-b",
        ] {
            let error = port_range(text, 0).expect_err(text);
            assert!(matches!(error, PortError::NotANumber { .. }), "{text:?}: {error}");
        }
    }

    #[test]
    fn shortens_overlong_digits() {
        let error = port_range(&"9".repeat(100_000), 0).expect_err("too large");
        assert_eq!(
            error.to_string(),
            format!("'{}…' is out of range: ports go from 0 to 65535", "9".repeat(SHOWN_CHARS))
        );
    }

    #[test]
    fn shortens_between_characters() {
        assert_eq!(excerpt(&"é".repeat(SHOWN_CHARS)), "é".repeat(SHOWN_CHARS));
        assert_eq!(excerpt(&"é".repeat(SHOWN_CHARS + 1)), format!("{}…", "é".repeat(SHOWN_CHARS)));
    }

    #[test]
    fn holds_the_lowest_port() {
        assert_eq!(port("1024", 1024), Ok(1024));
        for text in ["1023", "0"] {
            let error = port(text, 1024).expect_err(text).to_string();
            assert!(error.ends_with("ports go from 1024 to 65535"), "{error}");
        }
    }

    #[test]
    fn what_it_suggests_is_accepted() {
        for text in ["-1", "-80", "80-", "90-80", "65535-1"] {
            let message = port_range(text, 1).expect_err(text).to_string();
            let suggestion = message.split(' ').rfind(|word| {
                word.split_once('-')
                    .is_some_and(|(first, last)| !first.is_empty() && !last.is_empty())
            });
            let suggestion =
                suggestion.expect("every message has a range in it").trim_end_matches('\'');
            assert!(port_range(suggestion, 1).is_ok(), "{text:?}: {message}");
        }
    }

    #[test]
    fn classes_meet_at_their_edges() {
        let cases = [
            (0, "system"),
            (1023, "system"),
            (1024, "user"),
            (49151, "user"),
            (49152, "dynamic"),
            (65535, "dynamic"),
        ];
        for (port, class) in cases {
            assert_eq!(PortClass::of(port).as_str(), class, "{port}");
        }
    }

    #[test]
    fn reserved_ports_are_the_edges() {
        let reserved = (0..=65535).filter(|port| is_reserved(*port)).collect::<Vec<_>>();
        assert_eq!(reserved, [0, 1023, 1024, 49151]);
    }
}
