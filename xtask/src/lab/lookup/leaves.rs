//! The zones below test.: all with the same names, told apart by how they are signed.

/// A signing algorithm, as dnssec-keygen names it.
pub type Algorithm = &'static str;

/// How a zone proves that something is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denial {
    /// The next name (RFC 4034, 4).
    Nsec,
    /// The next hashed name (RFC 5155).
    Nsec3,
    /// Likewise, hashed as often again as signers allow (RFC 9276 wants none of it).
    Nsec3Iterated,
    /// Likewise, but once, leaving out delegations that are not signed (RFC 5155, 6).
    Nsec3OptOut,
}

/// When the signatures are valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validity {
    Now,
    Past,
    Future,
}

/// How a zone is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signing {
    pub algorithm: Algorithm,
    pub denial: Denial,
    pub validity: Validity,
}

/// What the zone above says of the zone's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// Nothing.
    Missing,
    /// The digest of the key.
    Proper,
    /// A digest of the key of this type, as dnssec-dsfromkey names it.
    Digest(&'static str),
    /// A DS record, in presentation form, that fits no key of the zone.
    Other(&'static str),
}

/// A zone below test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leaf {
    /// Its label.
    pub label: &'static str,
    pub signing: Option<Signing>,
    pub link: Link,
    /// A word of the signed zone that is replaced after it was signed.
    pub damage: Option<(&'static str, &'static str)>,
}

/// A DS record of an algorithm and a digest that everybody knows, and of no key.
const NO_KEY: &str = "12345 13 2 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// A DS record of an algorithm that nobody knows.
const NO_ALGORITHM: &str =
    "12345 200 2 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// Signed as it should be, unless said otherwise.
const PROPER: Signing =
    Signing { algorithm: "ECDSAP256SHA256", denial: Denial::Nsec, validity: Validity::Now };

/// NSEC3 takes an algorithm of its own, where SHA-1 is signed with (RFC 5155, 2).
const SHA1_NSEC3: Signing = Signing { algorithm: "NSEC3RSASHA1", denial: Denial::Nsec3, ..PROPER };

const fn leaf(label: &'static str, signing: Option<Signing>, link: Link) -> Leaf {
    Leaf { label, signing, link, damage: None }
}

/// Every zone below test.
pub const LEAVES: [Leaf; 19] = [
    leaf("signed", Some(Signing { algorithm: "ED25519", ..PROPER }), Link::Proper),
    leaf("nsec3", Some(Signing { denial: Denial::Nsec3, ..PROPER }), Link::Proper),
    leaf("rsa", Some(Signing { algorithm: "RSASHA256", ..PROPER }), Link::Proper),
    leaf("p384", Some(Signing { algorithm: "ECDSAP384SHA384", ..PROPER }), Link::Proper),
    leaf("rsa512", Some(Signing { algorithm: "RSASHA512", ..PROPER }), Link::Proper),
    leaf("ed448", Some(Signing { algorithm: "ED448", ..PROPER }), Link::Proper),
    leaf("sha1", Some(Signing { algorithm: "RSASHA1", ..PROPER }), Link::Proper),
    leaf("sha1-nsec3", Some(SHA1_NSEC3), Link::Proper),
    leaf("iterated", Some(Signing { denial: Denial::Nsec3Iterated, ..PROPER }), Link::Proper),
    leaf("ds-sha1", Some(PROPER), Link::Digest("SHA-1")),
    leaf("ds-sha384", Some(PROPER), Link::Digest("SHA-384")),
    leaf("insecure", None, Link::Missing),
    leaf("unlinked", Some(PROPER), Link::Missing),
    leaf("strange", None, Link::Other(NO_ALGORITHM)),
    leaf("stripped", None, Link::Other(NO_KEY)),
    leaf("wrong-key", Some(PROPER), Link::Other(NO_KEY)),
    leaf("expired", Some(Signing { validity: Validity::Past, ..PROPER }), Link::Proper),
    leaf("future", Some(Signing { validity: Validity::Future, ..PROPER }), Link::Proper),
    Leaf {
        damage: Some(("192.0.2.80", "192.0.2.66")),
        ..leaf("bogus", Some(PROPER), Link::Proper)
    },
];

/// How the zone above the leaves is signed.
pub const PARENT: Signing =
    Signing { algorithm: "RSASHA256", denial: Denial::Nsec3OptOut, ..PROPER };

/// How the root is signed.
pub const ROOT: Signing = PROPER;
