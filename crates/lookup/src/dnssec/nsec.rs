//! What does not exist, by names: NSEC (RFC 4034, 4; RFC 4035, 5.4).

use hickory_proto::rr::{Name, RecordType};

use super::canonical::{ancestor, common_labels, is_below, label_count, wildcard};
use super::denial::{Cut, Types, lacks};
use super::fault::Gap;
use crate::message::Record;
use crate::rdata::Reader;

/// A name that exists, the types at it, and the name after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nsec {
    owner: Name,
    next: Name,
    types: Types,
}

impl Nsec {
    /// Reads a record. `None`: it is malformed.
    pub fn read(record: &Record) -> Option<Self> {
        let mut reader = Reader::new(&record.data);
        let next = reader.name()?;
        let types = Types::read(&mut reader)?;
        Some(Self { owner: record.name.clone(), next, types })
    }
}

/// The NSEC records that a zone signed, of one reply.
#[derive(Debug, Clone, Copy)]
pub struct Nsecs<'a> {
    /// The zone.
    pub zone: &'a Name,
    /// The records.
    pub records: &'a [Nsec],
}

impl<'a> Nsecs<'a> {
    fn matching(self, name: &Name) -> Option<&'a Nsec> {
        self.records.iter().find(|nsec| nsec.owner == *name)
    }

    /// The record between whose names a name lies. One from above a zone cut or a DNAME says
    /// nothing of what is below (RFC 6840, 4.1).
    fn covering(self, name: &Name) -> Option<&'a Nsec> {
        self.records.iter().find(|nsec| {
            let before_next = *name < nsec.next || nsec.next == *self.zone;
            let elsewhere = is_below(name, &nsec.owner)
                && (nsec.types.is_delegation() || nsec.types.has(RecordType::DNAME));
            self.zone.zone_of(name) && nsec.owner < *name && before_next && !elsewhere
        })
    }

    /// The closest ancestor of a name that exists, by a record that covers the name. `Err`: the
    /// name itself exists, with nothing but names below it.
    fn encloser(name: &Name, covering: &Nsec) -> Result<Name, Gap> {
        let labels = common_labels(name, &covering.owner).max(common_labels(name, &covering.next));
        if labels >= label_count(name) {
            return Err(Gap::NameExists);
        }
        Ok(ancestor(name, labels))
    }

    /// Proves that a name does not exist, nor a wildcard for it.
    pub fn deny_name(self, name: &Name) -> Result<(), Gap> {
        if self.matching(name).is_some() {
            return Err(Gap::NameExists);
        }
        let covering = self.covering(name).ok_or(Gap::NotCovered)?;
        let Some(wildcard) = wildcard(&Self::encloser(name, covering)?) else { return Ok(()) };
        match self.covering(&wildcard) {
            Some(nsec) if !is_below(&nsec.next, &wildcard) => Ok(()),
            _ => Err(Gap::Wildcard(wildcard)),
        }
    }

    /// Proves that there are no records of a type at a name.
    pub fn deny_type(self, name: &Name, record_type: RecordType) -> Result<(), Gap> {
        if let Some(nsec) = self.matching(name) {
            return lacks(&nsec.types, name, record_type);
        }
        let covering = self.covering(name).ok_or(Gap::NotCovered)?;
        let Ok(encloser) = Self::encloser(name, covering) else { return Ok(()) };
        let Some(wildcard) = wildcard(&encloser) else { return Err(Gap::NameAbsent) };
        if let Some(nsec) = self.matching(&wildcard) {
            return lacks(&nsec.types, &wildcard, record_type);
        }
        match self.covering(&wildcard) {
            Some(nsec) if is_below(&nsec.next, &wildcard) => Ok(()),
            Some(_) => Err(Gap::NameAbsent),
            None => Err(Gap::Wildcard(wildcard)),
        }
    }

    /// Proves that nothing exists at a name that would be closer than the wildcard below its
    /// last `labels` labels (RFC 4035, 5.3.4).
    pub fn deny_closer(self, name: &Name, labels: usize) -> Result<(), Gap> {
        let closer = || Gap::Closer(ancestor(name, labels));
        if self.matching(name).is_some() {
            return Err(closer());
        }
        let covering = self.covering(name).ok_or_else(closer)?;
        let encloser = Self::encloser(name, covering).map_err(|_| closer())?;
        if label_count(&encloser) == labels { Ok(()) } else { Err(closer()) }
    }

    /// Whether another zone begins at a name, given that no DS came.
    pub fn cut(self, name: &Name) -> Result<Cut, Gap> {
        if let Some(nsec) = self.matching(name) {
            return Cut::of(&nsec.types);
        }
        let covering = self.covering(name).ok_or(Gap::NotCovered)?;
        Ok(if Self::encloser(name, covering).is_err() { Cut::None } else { Cut::NothingBelow })
    }
}
