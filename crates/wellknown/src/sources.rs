//! Where what the table says comes from.

/// Something that the table was made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// What it is called.
    pub name: &'static str,
    /// Which version was taken, where there are several.
    pub version: Option<&'static str>,
    /// Under what it may be used (SPDX).
    pub licence: &'static str,
    /// Of what time it is, as exactly as that is known.
    pub date: &'static str,
    /// What was taken from it.
    pub gives: &'static str,
    /// The digest of the archive, for those that are fetched: `sha512-` and base64, or `sha256-` and
    /// hexadecimal digits.
    pub digest: Option<&'static str>,
    /// How many entries of the archive there are, for those that are fetched.
    pub entries: Option<u64>,
}

/// The registry itself, which the packages are made of.
pub const REGISTRY: Source = Source {
    name: "IANA",
    version: None,
    licence: "CC0-1.0",
    date: "2026",
    gives: "the Service Name and Transport Protocol Port Number Registry, which the packages have; \
            names without a port as of April 2026",
    digest: None,
    entries: None,
};

/// One name and description for each port and transport.
pub const PORTS: Source = Source {
    name: "port-numbers",
    version: Some("8.0.35"),
    licence: "BSD-2-Clause",
    date: "2026",
    gives: "the registry's ports with one name each, and those that are kept free",
    digest: Some(
        "sha512-UKqAYWRp04DYI6i2qakK7NMERiqka6qxgnxhm+ZDosiNYv9aNVieWymmQ3BV13A3LgflizlhoAVEtr0wZsvCbQ==",
    ),
    entries: Some(12_341),
};

/// Every name with its ports.
pub const NAMES: Source = Source {
    name: "port-numbers",
    version: Some("7.0.0"),
    licence: "BSD-2-Clause",
    date: "2023",
    gives: "the registry's further names of a port",
    digest: Some(
        "sha512-sKFTZDinXhxjlKfrtMvjR+ebmr7SHvwCVvTZxasasCinkL+48bPRQxujv4VW+9B7Riegtl/081ccEfjrtqq0zA==",
    ),
    entries: Some(6_300),
};

/// Ranges, and names without a port.
pub const REST: Source = Source {
    name: "portinfo",
    version: Some("0.1.0"),
    licence: "MIT",
    date: "2018",
    gives: "the registry's ranges of ports and names without a port",
    digest: Some("sha256-db9520d5a3464ec592fac6048d4190814651988a2bb6070b7c5f3c8e67f6b7d4"),
    entries: Some(14_083),
};

/// What this project adds.
pub const OVERLAY: Source = Source {
    name: "homeport",
    version: Some(env!("CARGO_PKG_VERSION")),
    licence: "MIT OR Apache-2.0",
    date: "2026",
    gives: "everyday services in our own words, their aliases, and uses that nobody registered",
    digest: None,
    entries: None,
};

/// All of them, the first of them first.
pub const SOURCES: [Source; 5] = [REGISTRY, PORTS, NAMES, REST, OVERLAY];
