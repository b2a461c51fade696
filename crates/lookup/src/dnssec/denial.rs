//! The proof that something does not exist, whichever way the zone has.

use hickory_proto::rr::{Name, RecordType};

use super::fault::Gap;
use super::nsec::{Nsec, Nsecs};
use super::nsec3::{ITERATIONS_MAX, Nsec3, Nsec3s};
use super::verdict::Proof;
use crate::rdata::Reader;

/// The most octets of a window of types (RFC 4034, 4.1.2).
const WINDOW_MAX_OCTETS: usize = 32;

/// The types at a name (RFC 4034, 4.1.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Types(Vec<(u8, Vec<u8>)>);

impl Types {
    /// Reads all that is left. `None`: it is malformed.
    pub fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let mut windows = Vec::new();
        while !reader.is_empty() {
            let (window, bits) = (reader.u8()?, reader.string()?);
            if bits.is_empty() || bits.len() > WINDOW_MAX_OCTETS {
                return None;
            }
            windows.push((window, bits.to_vec()));
        }
        Some(Self(windows))
    }

    /// Whether there are records of a type.
    pub fn has(&self, record_type: RecordType) -> bool {
        let [window, bit] = u16::from(record_type).to_be_bytes();
        let bits = self.0.iter().find(|(it, _)| *it == window).map(|(_, bits)| bits);
        let octet = bits.and_then(|bits| bits.get(usize::from(bit / 8)));
        octet.is_some_and(|octet| octet & (0x80 >> (bit % 8)) != 0)
    }

    /// Whether another zone begins here, and this is what the zone above says.
    pub fn is_delegation(&self) -> bool {
        self.has(RecordType::NS) && !self.has(RecordType::SOA)
    }

    /// Whether there are records besides those that DNSSEC makes for the name itself.
    fn has_content(&self) -> bool {
        let own = [RecordType::NSEC, RecordType::RRSIG];
        let set: u32 = self.0.iter().flat_map(|(_, bits)| bits).map(|bits| bits.count_ones()).sum();
        let own = own.into_iter().filter(|it| self.has(*it)).count();
        usize::try_from(set).is_ok_and(|set| set > own)
    }
}

/// Checks that the types at a name say that there are no records of a type.
pub fn lacks(types: &Types, name: &Name, record_type: RecordType) -> Result<(), Gap> {
    let other_side = match record_type {
        RecordType::DS => types.has(RecordType::SOA) && !name.is_root(),
        _ => types.is_delegation(),
    };
    if other_side {
        return Err(Gap::OtherSide);
    }
    let there = match record_type {
        RecordType::ANY => types.has_content(),
        _ => types.has(record_type) || types.has(RecordType::CNAME),
    };
    if there { Err(Gap::TypeExists) } else { Ok(()) }
}

/// What a proof is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// All of it.
    Proved,
    /// There may be an unsigned zone (RFC 5155, 6).
    OptOut,
    /// So many iterations are not worth it.
    TooManyIterations(u16),
}

/// What is at a name that has no DS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// A zone that is not signed.
    Unsigned,
    /// Perhaps a zone that is not signed.
    OptOut,
    /// No other zone.
    None,
    /// Nothing: neither the name nor any below it.
    NothingBelow,
    /// So many iterations are not worth it.
    TooManyIterations(u16),
}

impl Cut {
    /// What the types at a name say.
    pub fn of(types: &Types) -> Result<Self, Gap> {
        if types.has(RecordType::SOA) {
            return Err(Gap::OtherSide);
        }
        if types.has(RecordType::DS) {
            return Err(Gap::TypeExists);
        }
        Ok(if types.has(RecordType::NS) { Self::Unsigned } else { Self::None })
    }
}

/// What a zone signed about that which does not exist, of one reply.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// By names.
    pub nsecs: Vec<Nsec>,
    /// By hashes.
    pub nsec3s: Vec<Nsec3>,
}

impl Evidence {
    /// Proves with NSEC, or with NSEC3 if there is any.
    fn prove<T>(
        &self,
        zone: &Name,
        nsec: impl Fn(Nsecs<'_>) -> Result<T, Gap>,
        nsec3: impl Fn(Nsec3s<'_>) -> Result<T, Gap>,
    ) -> Result<(T, Proof), Gap> {
        if !self.nsecs.is_empty() {
            let proved = nsec(Nsecs { zone, records: &self.nsecs });
            if proved.is_ok() || self.nsec3s.is_empty() {
                return proved.map(|proved| (proved, Proof::Nsec));
            }
        }
        let records = Nsec3s::new(zone, &self.nsec3s).ok_or(Gap::NoRecords)?;
        Ok((nsec3(records)?, Proof::Nsec3))
    }

    /// Proves that a name does not exist.
    pub fn deny_name(&self, zone: &Name, name: &Name) -> Result<(Standing, Proof), Gap> {
        self.prove(
            zone,
            |nsecs| nsecs.deny_name(name).map(|()| Standing::Proved),
            |nsec3s| within_limit(nsec3s, |it| it.deny_name(name)),
        )
    }

    /// Proves that there are no records of a type at a name.
    pub fn deny_type(
        &self,
        zone: &Name,
        name: &Name,
        record_type: RecordType,
    ) -> Result<(Standing, Proof), Gap> {
        self.prove(
            zone,
            |nsecs| nsecs.deny_type(name, record_type).map(|()| Standing::Proved),
            |nsec3s| within_limit(nsec3s, |it| it.deny_type(name, record_type)),
        )
    }

    /// Proves that a wildcard rightly stands for a name, of which it has the last `labels`.
    pub fn deny_closer(&self, zone: &Name, name: &Name, labels: usize) -> Result<Standing, Gap> {
        let proved = self.prove(
            zone,
            |nsecs| nsecs.deny_closer(name, labels).map(|()| Standing::Proved),
            |nsec3s| within_limit(nsec3s, |it| it.deny_closer(name, labels)),
        );
        proved.map(|(standing, _)| standing)
    }

    /// Finds out whether another zone begins at a name.
    pub fn cut(&self, zone: &Name, name: &Name) -> Result<(Cut, Proof), Gap> {
        self.prove(
            zone,
            |nsecs| nsecs.cut(name),
            |nsec3s| match nsec3s.iterations() {
                iterations if iterations > ITERATIONS_MAX => Ok(Cut::TooManyIterations(iterations)),
                _ => nsec3s.cut(name),
            },
        )
    }
}

fn within_limit<'a>(
    nsec3s: Nsec3s<'a>,
    prove: impl Fn(Nsec3s<'a>) -> Result<Standing, Gap>,
) -> Result<Standing, Gap> {
    match nsec3s.iterations() {
        iterations if iterations > ITERATIONS_MAX => Ok(Standing::TooManyIterations(iterations)),
        _ => prove(nsec3s),
    }
}
