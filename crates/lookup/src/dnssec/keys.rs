//! Keys and their digests (DNSKEY, DS), and the arithmetic of signatures, which is ring's.

use std::borrow::Cow;

use hickory_proto::rr::Name;
use ring::digest;
use ring::signature::{self, RsaPublicKeyComponents, UnparsedPublicKey};

use super::canonical::name_octets;
use crate::rdata::Reader;

/// The key is one of the zone (RFC 4034, 2.1.1).
const ZONE_KEY: u16 = 0x0100;

/// The key's owner takes it back (RFC 5011, 2.1).
const REVOKED: u16 = 0x0080;

/// The only protocol there is (RFC 4034, 2.1.2).
const PROTOCOL: u8 = 3;

/// The shortest RSA key that ring takes, in bits. Shorter ones have been broken in public.
const RSA_MIN_BITS: usize = 1024;

/// What makes and checks signatures (IANA, DNS Security Algorithm Numbers).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Algorithm(pub u8);

impl Algorithm {
    const NAMES: [(u8, &'static str); 14] = [
        (1, "RSAMD5"),
        (3, "DSA"),
        (5, "RSASHA1"),
        (6, "DSA-NSEC3-SHA1"),
        (7, "RSASHA1-NSEC3-SHA1"),
        (8, "RSASHA256"),
        (10, "RSASHA512"),
        (12, "ECC-GOST"),
        (13, "ECDSAP256SHA256"),
        (14, "ECDSAP384SHA384"),
        (15, "ED25519"),
        (16, "ED448"),
        (17, "SM2SM3"),
        (23, "ECC-GOST12"),
    ];

    /// The mnemonic, or the number of one that has none.
    #[must_use]
    pub fn name(self) -> Cow<'static, str> {
        match Self::NAMES.iter().find(|(code, _)| *code == self.0) {
            Some((_, name)) => (*name).into(),
            None => format!("algorithm {}", self.0).into(),
        }
    }

    /// Whether it is RSA with SHA-1, which no longer makes anything secure (RFC 9905, 2).
    #[must_use]
    pub const fn is_sha1(self) -> bool {
        matches!(self.0, 5 | 7)
    }

    /// Whether signatures of it can be checked. ED448 cannot: ring does not have it.
    const fn is_known(self) -> bool {
        matches!(self.0, 5 | 7 | 8 | 10 | 13..=15)
    }

    const fn is_rsa(self) -> bool {
        matches!(self.0, 5 | 7 | 8 | 10)
    }
}

/// Which algorithms make an answer secure.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Policy {
    /// Whether RSASHA1 and RSASHA1-NSEC3-SHA1 count. RFC 9905, 2: validators can check them and
    /// take them as unsupported, so that what they sign is insecure.
    pub accept_sha1: bool,
}

impl Policy {
    /// Whether signatures of an algorithm count.
    #[must_use]
    pub const fn accepts(self, algorithm: Algorithm) -> bool {
        algorithm.is_known() && (self.accept_sha1 || !algorithm.is_sha1())
    }
}

/// Why a signature is no proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VerifyError {
    /// It is not by this key over these records.
    Wrong,
    /// An RSA key of so many bits: nobody should trust it, and ring does not.
    TooShort(usize),
}

/// A key of a zone (RFC 4034, 2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dnskey {
    flags: u16,
    protocol: u8,
    /// What it is for.
    pub algorithm: Algorithm,
    /// What signatures and digests call it by, not always uniquely (RFC 4034, B).
    pub tag: u16,
    key: Vec<u8>,
    data: Vec<u8>,
}

impl Dnskey {
    /// Reads record data. `None`: it is malformed.
    #[must_use]
    pub fn read(data: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(data);
        let (flags, protocol, algorithm) = (reader.u16()?, reader.u8()?, reader.u8()?);
        let key = reader.rest()?.to_vec();
        let algorithm = Algorithm(algorithm);
        Some(Self { flags, protocol, algorithm, tag: tag(data), key, data: data.to_vec() })
    }

    /// The record data it was read from.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// Whether its signatures count: a key of the zone, for DNSSEC, that was not taken back.
    #[must_use]
    pub const fn signs(&self) -> bool {
        self.flags & ZONE_KEY != 0 && self.protocol == PROTOCOL && !self.is_revoked()
    }

    /// Whether its owner took it back.
    #[must_use]
    pub const fn is_revoked(&self) -> bool {
        self.flags & REVOKED != 0
    }

    /// Whether it is the same key but for being taken back since.
    #[must_use]
    pub fn is_revoked_form_of(&self, other: &Self) -> bool {
        self.is_revoked() && self.algorithm == other.algorithm && self.key == other.key
    }

    /// Checks a signature over octets.
    ///
    /// # Errors
    ///
    /// A wrong signature, a malformed key, or one that is too short.
    pub fn verify(&self, octets: &[u8], signature: &[u8]) -> Result<(), VerifyError> {
        if self.algorithm.is_rsa() {
            return self.verify_rsa(octets, signature);
        }
        let parameters: &dyn signature::VerificationAlgorithm = match self.algorithm.0 {
            13 => &signature::ECDSA_P256_SHA256_FIXED,
            14 => &signature::ECDSA_P384_SHA384_FIXED,
            15 => &signature::ED25519,
            _ => return Err(VerifyError::Wrong),
        };
        // RFC 6605, 4 has a point without the octet that says that it is not compressed.
        let key = match self.algorithm.0 {
            13 | 14 => Cow::Owned([&[4], &*self.key].concat()),
            _ => Cow::Borrowed(&*self.key),
        };
        UnparsedPublicKey::new(parameters, key)
            .verify(octets, signature)
            .map_err(|_| VerifyError::Wrong)
    }

    fn verify_rsa(&self, octets: &[u8], signature: &[u8]) -> Result<(), VerifyError> {
        let (e, n) = rsa_parts(&self.key).ok_or(VerifyError::Wrong)?;
        let bits = n.len() * 8;
        if bits < RSA_MIN_BITS {
            return Err(VerifyError::TooShort(bits));
        }
        let parameters = match self.algorithm.0 {
            5 | 7 => &signature::RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY,
            8 => &signature::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
            _ => &signature::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY,
        };
        RsaPublicKeyComponents { n, e }
            .verify(parameters, octets, signature)
            .map_err(|_| VerifyError::Wrong)
    }
}

/// Exponent and modulus (RFC 3110, 2), without the zeros in front that some signers write.
fn rsa_parts(key: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut reader = Reader::new(key);
    let length = match reader.u8()? {
        0 => usize::from(reader.u16()?),
        length => usize::from(length),
    };
    let trim = |octets: &'_ [u8]| octets.iter().take_while(|octet| **octet == 0).count();
    let (e, n) = (reader.take(length)?, reader.rest()?);
    Some((&e[trim(e)..], &n[trim(n)..]))
}

/// The tag of a key (RFC 4034, B; B.1 for algorithm 1 is not here: nobody checks RSAMD5).
fn tag(data: &[u8]) -> u16 {
    let sum = data.chunks(2).fold(0_u32, |sum, pair| {
        let low = pair.get(1).copied().unwrap_or(0);
        sum + u32::from(u16::from_be_bytes([pair[0], low]))
    });
    let [_, carry, high, low] = sum.to_be_bytes();
    u16::from_be_bytes([high, low]).wrapping_add(u16::from(carry))
}

/// A digest of a key, which the zone above signs (RFC 4034, 5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ds {
    /// The tag of the key.
    pub tag: u16,
    /// The algorithm of the key.
    pub algorithm: Algorithm,
    /// How the digest is made (IANA, DS digest algorithms).
    pub digest_type: u8,
    digest: Vec<u8>,
}

impl Ds {
    /// SHA-1. It still counts where there is no better one (RFC 4509, 3).
    pub const SHA1: u8 = 1;
    const SHA256: u8 = 2;
    const SHA384: u8 = 4;

    /// Reads record data. `None`: it is malformed.
    #[must_use]
    pub fn read(data: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(data);
        let (tag, algorithm, digest_type) = (reader.u16()?, reader.u8()?, reader.u8()?);
        let digest = reader.rest()?.to_vec();
        Some(Self { tag, algorithm: Algorithm(algorithm), digest_type, digest })
    }

    /// How digests of the type are made. `None`: we cannot.
    fn hash(&self) -> Option<&'static digest::Algorithm> {
        match self.digest_type {
            Self::SHA1 => Some(&digest::SHA1_FOR_LEGACY_USE_ONLY),
            Self::SHA256 => Some(&digest::SHA256),
            Self::SHA384 => Some(&digest::SHA384),
            _ => None,
        }
    }

    /// Whether digests of its type can be made.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.hash().is_some()
    }

    /// How many octets the digest should have. `None`: the type is unknown.
    #[must_use]
    pub fn digest_octets(&self) -> Option<usize> {
        self.hash().map(digest::Algorithm::output_len)
    }

    /// How many octets the digest has.
    #[must_use]
    pub fn octets(&self) -> usize {
        self.digest.len()
    }

    /// Whether this is the digest of a key at a name.
    #[must_use]
    pub fn is_of(&self, name: &Name, key: &Dnskey) -> bool {
        if (self.tag, self.algorithm) != (key.tag, key.algorithm) {
            return false;
        }
        self.hash().is_some_and(|hash| {
            let octets = [&*name_octets(name), key.data()].concat();
            digest::digest(hash, &octets).as_ref() == self.digest
        })
    }
}

/// The SHA-1 of octets: what NSEC3 is made of (RFC 5155, 5).
pub fn sha1(octets: &[u8]) -> [u8; 20] {
    let digest = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, octets);
    digest.as_ref().try_into().expect("SHA-1 has 20 octets")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn algorithms_have_names() {
        for (code, name) in [(8, "RSASHA256"), (13, "ECDSAP256SHA256"), (99, "algorithm 99")] {
            assert_eq!(Algorithm(code).name(), name);
        }
    }

    #[test]
    fn sha1_signatures_count_only_if_told() {
        let strict = Policy::default();
        let lenient = Policy { accept_sha1: true };
        for (code, by_default, if_told) in [
            (1, false, false),
            (5, false, true),
            (7, false, true),
            (8, true, true),
            (10, true, true),
            (13, true, true),
            (14, true, true),
            (15, true, true),
            (16, false, false),
            (253, false, false),
        ] {
            let algorithm = Algorithm(code);
            assert_eq!(strict.accepts(algorithm), by_default, "{code}");
            assert_eq!(lenient.accepts(algorithm), if_told, "{code}");
        }
    }

    #[test]
    fn only_keys_of_the_zone_sign() {
        for (data, signs) in [
            (&b"\x01\x00\x03\x0d."[..], true),
            (b"\x01\x01\x03\x0d.", true),
            (b"\x00\x00\x03\x0d.", false),
            (b"\x01\x00\x02\x0d.", false),
            (b"\x01\x81\x03\x0d.", false),
        ] {
            assert_eq!(Dnskey::read(data).unwrap().signs(), signs, "{data:?}");
        }
        assert_eq!(Dnskey::read(b"\x01\x00\x03\x0d"), None);
        assert_eq!(Ds::read(b"\x01\x00\x03\x0d"), None);
    }

    #[test]
    fn odd_keys_verify_nothing() {
        for data in [
            &b"\x01\x00\x03\x0d."[..],
            b"\x01\x00\x03\x0e.",
            b"\x01\x00\x03\x0f.",
            b"\x01\x00\x03\x08.",
            b"\x01\x00\x03\x08\x00\x00",
            b"\x01\x00\x03\x08\x00\x00\x00\x00",
            b"\x01\x00\x03\x63.",
        ] {
            assert!(Dnskey::read(data).unwrap().verify(b"", b"").is_err(), "{data:?}");
        }
        let short = [&b"\x01\x00\x03\x08\x01\x03"[..], &[0xff; 64]].concat();
        let short = Dnskey::read(&short).unwrap();
        assert_eq!(short.verify(b"", &[0; 64]), Err(VerifyError::TooShort(512)));
    }
}
