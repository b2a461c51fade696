//! Sets of records and the signatures over them (RFC 4034, 3; RFC 4035, 5.3).

use std::collections::HashMap;

use hickory_proto::rr::{DNSClass, Name, RecordType};

use super::canonical::{self, label_count, name_octets};
use super::fault::Fault;
use super::keys::{Algorithm, Dnskey, Policy, VerifyError};
use crate::message::Record;
use crate::rdata::Reader;

/// How many checks of signatures one set of records is worth: more are an attack (KeyTrap,
/// CVE-2023-50387), since keys may share a tag.
const VERIFICATIONS_PER_SET: usize = 16;

/// Octets of a signature's data before the signer's name.
const FIXED_OCTETS: usize = 18;

/// A signature over a set of records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rrsig {
    /// How it is made.
    pub algorithm: Algorithm,
    labels: u8,
    original_ttl: u32,
    expiration: u32,
    inception: u32,
    /// Which key it is by.
    pub key_tag: u16,
    /// Which zone it is by.
    pub signer: Name,
    signature: Vec<u8>,
    fixed: [u8; FIXED_OCTETS],
}

impl Rrsig {
    /// Reads record data. `None`: it is malformed.
    pub fn read(data: &[u8]) -> Option<Self> {
        let fixed = *data.first_chunk()?;
        // The type that is covered is read where sets are made.
        let mut reader = Reader::new(data.get(2..)?);
        Some(Self {
            algorithm: Algorithm(reader.u8()?),
            labels: reader.u8()?,
            original_ttl: reader.u32()?,
            expiration: reader.u32()?,
            inception: reader.u32()?,
            key_tag: reader.u16()?,
            signer: reader.name()?,
            signature: reader.rest()?.to_vec(),
            fixed,
        })
    }

    /// Whether the time is right: with serial arithmetic (RFC 4034, 3.1.5), for these numbers
    /// begin again in 2106.
    fn check_time(&self, now: u64) -> Result<(), Fault> {
        let now = low_half(now);
        if is_after(self.inception, now) {
            return Err(Fault::NotYetValid(self.inception));
        }
        if is_after(now, self.expiration) {
            return Err(Fault::Expired(self.expiration));
        }
        Ok(())
    }

    /// For how long a set may be kept that this signs (RFC 4035, 5.3.3), in seconds.
    fn ttl_max_s(&self, now: u64) -> u32 {
        self.original_ttl.min(self.expiration.wrapping_sub(low_half(now)))
    }
}

fn low_half(seconds: u64) -> u32 {
    u32::try_from(seconds & u64::from(u32::MAX)).expect("the upper half is masked")
}

/// Whether one time is later than another (RFC 1982).
const fn is_after(one: u32, other: u32) -> bool {
    one != other && one.wrapping_sub(other) < 1 << 31
}

/// Records of one owner and type, and what signs them.
#[derive(Debug, Clone)]
pub struct RecordSet<'a> {
    /// The owner, as the first record spells it.
    pub name: Name,
    /// The type.
    pub record_type: RecordType,
    /// The records, at least one.
    pub records: Vec<&'a Record>,
    /// What covers them, in the order of the message.
    pub signatures: Vec<Rrsig>,
    /// Whether there are signatures that cannot be read.
    pub malformed_signatures: bool,
}

/// How a set was found to be genuine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// How the signature is made.
    pub algorithm: Algorithm,
    /// The key that it is by.
    pub key_tag: u16,
    /// How many labels of the owner are signed if the rest stands for an asterisk.
    pub wildcard_labels: Option<usize>,
    /// For how long the set may be kept, in seconds.
    pub ttl_max_s: u32,
}

/// The records of a section in sets, in the order of their first records; signatures apart.
pub fn sets(records: &[Record]) -> Vec<RecordSet<'_>> {
    let mut sets: Vec<RecordSet<'_>> = Vec::new();
    let mut indices: HashMap<(&Name, RecordType), usize> = HashMap::new();
    let (signatures, records): (Vec<_>, Vec<_>) = records
        .iter()
        .filter(|record| record.class == DNSClass::IN)
        .partition(|record| record.record_type == RecordType::RRSIG);
    for record in records {
        let index = *indices.entry((&record.name, record.record_type)).or_insert(sets.len());
        match sets.get_mut(index) {
            Some(set) => set.records.push(record),
            None => sets.push(RecordSet {
                name: record.name.clone(),
                record_type: record.record_type,
                records: vec![record],
                signatures: Vec::new(),
                malformed_signatures: false,
            }),
        }
    }
    for record in signatures {
        let Some(covered) = record.data.first_chunk() else { continue };
        let covered = RecordType::from(u16::from_be_bytes(*covered));
        let Some(index) = indices.get(&(&record.name, covered)) else { continue };
        match Rrsig::read(&record.data) {
            Some(rrsig) => sets[*index].signatures.push(rrsig),
            None => sets[*index].malformed_signatures = true,
        }
    }
    sets
}

impl RecordSet<'_> {
    /// For how long the server says that the set may be kept, in seconds.
    pub fn ttl_s(&self) -> u32 {
        self.records.iter().map(|record| record.ttl).min().unwrap_or(0)
    }

    /// Checks that one of the signatures is by one of the keys of a zone. `verifications` are
    /// those that are left to this run.
    ///
    /// # Errors
    ///
    /// What is wrong with the signature that came closest.
    pub fn verify(
        &self,
        zone: &Name,
        keys: &[Dnskey],
        terms: &Terms,
        verifications: &mut usize,
    ) -> Result<Verified, Fault> {
        let mut worst = self.missing();
        let mut left = VERIFICATIONS_PER_SET.min(*verifications);
        for rrsig in self.signatures.iter().filter(|rrsig| rrsig.signer == *zone) {
            let result = self.check(rrsig, terms).and_then(|signed| {
                check_keys(rrsig, &signed, keys, (&mut left, &mut *verifications))
            });
            match result {
                Ok(()) => {
                    let signed = usize::from(rrsig.labels);
                    let wildcard = signed < signed_labels(&self.name);
                    return Ok(Verified {
                        algorithm: rrsig.algorithm,
                        key_tag: rrsig.key_tag,
                        wildcard_labels: wildcard.then_some(signed),
                        ttl_max_s: rrsig.ttl_max_s(terms.now),
                    });
                }
                Err(fault) if fault.closeness() > worst.closeness() => worst = fault,
                Err(_) => {}
            }
        }
        Err(worst)
    }

    /// What is wrong if no signature is by the zone.
    pub fn missing(&self) -> Fault {
        match self.signatures.first() {
            Some(rrsig) => Fault::ForeignSigner(rrsig.signer.clone()),
            None if self.malformed_signatures => Fault::Malformed,
            None => Fault::Missing,
        }
    }

    /// What a signature is over, if it can be one over this set at this time.
    fn check(&self, rrsig: &Rrsig, terms: &Terms) -> Result<Vec<u8>, Fault> {
        if !terms.policy.accepts(rrsig.algorithm) {
            return Err(Fault::Unsupported(rrsig.algorithm));
        }
        if !rrsig.signer.zone_of(&self.name) {
            return Err(Fault::ForeignSigner(rrsig.signer.clone()));
        }
        let labels = usize::from(rrsig.labels);
        if labels > signed_labels(&self.name) || labels < label_count(&rrsig.signer) {
            return Err(Fault::Labels);
        }
        rrsig.check_time(terms.now)?;
        self.signed_octets(rrsig).ok_or(Fault::Labels)
    }

    /// What is signed: the signature's own data, and the set in canonical form (RFC 4034,
    /// 3.1.8.1 and 6.3). `None`: its asterisk would stand for too long a name.
    fn signed_octets(&self, rrsig: &Rrsig) -> Option<Vec<u8>> {
        let mut owner = self.name.clone();
        let labels = usize::from(rrsig.labels);
        if labels < signed_labels(&owner) {
            owner = canonical::wildcard(&canonical::ancestor(&owner, labels))?;
        }
        let mut data: Vec<_> = self
            .records
            .iter()
            .map(|record| canonical::data(record.record_type, &record.data))
            .collect();
        data.sort_unstable();
        data.dedup();

        let head = [
            &*name_octets(&owner),
            &u16::from(self.record_type).to_be_bytes(),
            &u16::from(DNSClass::IN).to_be_bytes(),
            &rrsig.original_ttl.to_be_bytes(),
        ]
        .concat();
        let mut octets = [&rrsig.fixed[..], &name_octets(&rrsig.signer)].concat();
        for data in data {
            octets.extend_from_slice(&head);
            octets.extend_from_slice(&u16::try_from(data.len()).ok()?.to_be_bytes());
            octets.extend_from_slice(&data);
        }
        Some(octets)
    }
}

/// Checks a signature with the keys that it may be by.
fn check_keys(
    rrsig: &Rrsig,
    signed: &[u8],
    keys: &[Dnskey],
    (left, all_left): (&mut usize, &mut usize),
) -> Result<(), Fault> {
    let named = |key: &&Dnskey| (key.tag, key.algorithm) == (rrsig.key_tag, rrsig.algorithm);
    let mut fault = Fault::NoKey(rrsig.key_tag);
    for key in keys.iter().filter(named) {
        if !key.signs() {
            fault = Fault::UnfitKey(key.tag);
            continue;
        }
        if *left == 0 {
            return Err(Fault::TooManySignatures);
        }
        (*left, *all_left) = (*left - 1, *all_left - 1);
        match key.verify(signed, &rrsig.signature) {
            Ok(()) => return Ok(()),
            Err(VerifyError::Wrong) => fault = Fault::Wrong(rrsig.algorithm, key.tag),
            Err(VerifyError::TooShort(bits)) => fault = Fault::ShortKey(key.tag, bits),
        }
    }
    Err(fault)
}

/// On which terms signatures are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// The time, in seconds since 1970.
    pub now: u64,
    /// Which algorithms count.
    pub policy: Policy,
}

/// How many labels a name has to a signature: an asterisk in front is none (RFC 4034, 3.1.3).
fn signed_labels(name: &Name) -> usize {
    label_count(name) - usize::from(name.is_wildcard())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_go_round_the_clock() {
        for (inception, expiration, now, expected) in [
            (100, 200, 100, Ok(())),
            (100, 200, 200, Ok(())),
            (100, 200, 99, Err(Fault::NotYetValid(100))),
            (100, 200, 201, Err(Fault::Expired(200))),
            // Over the end of 32 bits, in 2106.
            (u32::MAX - 9, 10, u64::from(u32::MAX), Ok(())),
            (u32::MAX - 9, 10, (1 << 32) + 5, Ok(())),
            (u32::MAX - 9, 10, (1 << 32) + 11, Err(Fault::Expired(10))),
            (u32::MAX - 9, 10, u64::from(u32::MAX) - 10, Err(Fault::NotYetValid(u32::MAX - 9))),
        ] {
            let rrsig = Rrsig {
                algorithm: Algorithm(13),
                labels: 0,
                original_ttl: 0,
                expiration,
                inception,
                key_tag: 0,
                signer: Name::root(),
                signature: Vec::new(),
                fixed: [0; FIXED_OCTETS],
            };
            assert_eq!(rrsig.check_time(now), expected, "{inception} {expiration} {now}");
        }
    }
}
