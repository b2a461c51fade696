//! What does not exist, by hashes of names: NSEC3 (RFC 5155, 8).

use data_encoding::BASE32HEX_NOPAD;
use hickory_proto::rr::{Name, RecordType};

use super::canonical::{ancestor, label_count, name_octets, parent, wildcard};
use super::denial::{Cut, Standing, Types, lacks};
use super::fault::Gap;
use super::keys::sha1;
use crate::message::Record;
use crate::rdata::Reader;

/// The hash of RFC 5155, 11, which is the only one: SHA-1.
const SHA1: u8 = 1;

/// The only flag there is (RFC 5155, 3.1.2.1): names without a signed zone are left out.
const OPT_OUT: u8 = 1;

/// How often names may be hashed again until a zone is taken as not signed (RFC 9276, 3.2, which
/// leaves the number open; BIND and unbound have this one): CVE-2023-50868.
pub const ITERATIONS_MAX: u16 = 150;

type Hash = [u8; 20];

/// How a zone hashes its names.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Parameters {
    iterations: u16,
    salt: Vec<u8>,
}

impl Parameters {
    /// The hash of a name (RFC 5155, 5).
    fn hash(&self, name: &Name) -> Hash {
        let mut hash = sha1(&[&*name_octets(name), &self.salt].concat());
        for _ in 0..self.iterations {
            hash = sha1(&[&hash[..], &self.salt].concat());
        }
        hash
    }
}

/// The hash of a name that exists, the types at it, and the next hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nsec3 {
    owner: Hash,
    next: Hash,
    opt_out: bool,
    parameters: Parameters,
    types: Types,
}

impl Nsec3 {
    /// Reads a record. `None`: it is malformed, or not to be used (RFC 5155, 8.1 and 8.2).
    pub fn read(zone: &Name, record: &Record) -> Option<Self> {
        let label = record.name.iter().next()?.to_ascii_uppercase();
        let owner = BASE32HEX_NOPAD.decode(&label).ok()?.try_into().ok()?;
        let mut reader = Reader::new(&record.data);
        let (hash, flags, iterations) = (reader.u8()?, reader.u8()?, reader.u16()?);
        let salt = reader.string()?.to_vec();
        let next = reader.string()?.try_into().ok()?;
        let types = Types::read(&mut reader)?;
        let in_zone = parent(&record.name).is_some_and(|parent| parent == *zone);
        (in_zone && hash == SHA1 && flags & !OPT_OUT == 0).then_some(Self {
            owner,
            next,
            opt_out: flags & OPT_OUT != 0,
            parameters: Parameters { iterations, salt },
            types,
        })
    }

    const fn standing(&self) -> Standing {
        if self.opt_out { Standing::OptOut } else { Standing::Proved }
    }
}

/// The NSEC3 records that a zone signed, of one reply.
#[derive(Debug, Clone, Copy)]
pub struct Nsec3s<'a> {
    zone: &'a Name,
    records: &'a [Nsec3],
    parameters: &'a Parameters,
}

/// The closest name above one that exists, and what says that the name below it does not.
struct Encloser<'a> {
    name: Name,
    next_closer: &'a Nsec3,
}

impl<'a> Nsec3s<'a> {
    /// `None`: there are none. Of records with several parameters, those of the first count.
    pub fn new(zone: &'a Name, records: &'a [Nsec3]) -> Option<Self> {
        let parameters = &records.first()?.parameters;
        Some(Self { zone, records, parameters })
    }

    /// How often names are hashed again.
    pub const fn iterations(self) -> u16 {
        self.parameters.iterations
    }

    fn usable(self) -> impl Iterator<Item = &'a Nsec3> {
        self.records.iter().filter(move |nsec3| nsec3.parameters == *self.parameters)
    }

    fn matching(self, name: &Name) -> Option<&'a Nsec3> {
        let hash = self.parameters.hash(name);
        self.usable().find(|nsec3| nsec3.owner == hash)
    }

    fn covering(self, name: &Name) -> Option<&'a Nsec3> {
        let hash = self.parameters.hash(name);
        self.usable().find(|nsec3| {
            let (after, before) = (nsec3.owner < hash, hash < nsec3.next);
            // The last one goes round to the first.
            let is_last = nsec3.owner >= nsec3.next;
            if is_last { after || before } else { after && before }
        })
    }

    /// The proof of RFC 5155, 8.3.
    fn encloser(self, name: &Name) -> Result<Encloser<'a>, Gap> {
        let own = label_count(name);
        for labels in (label_count(self.zone)..=own).rev() {
            let candidate = ancestor(name, labels);
            let Some(nsec3) = self.matching(&candidate) else { continue };
            if labels == own {
                return Err(Gap::NameExists);
            }
            if nsec3.types.is_delegation() || nsec3.types.has(RecordType::DNAME) {
                return Err(Gap::OtherSide);
            }
            let next_closer = self.covering(&ancestor(name, labels + 1)).ok_or(Gap::NotCovered)?;
            return Ok(Encloser { name: candidate, next_closer });
        }
        Err(Gap::NotCovered)
    }

    /// Proves that a name does not exist, nor a wildcard for it (RFC 5155, 8.4).
    pub fn deny_name(self, name: &Name) -> Result<Standing, Gap> {
        let encloser = self.encloser(name)?;
        if let Some(wildcard) = wildcard(&encloser.name)
            && self.covering(&wildcard).is_none()
        {
            return Err(Gap::Wildcard(wildcard));
        }
        Ok(encloser.next_closer.standing())
    }

    /// Proves that there are no records of a type at a name (RFC 5155, 8.5 to 8.7).
    pub fn deny_type(self, name: &Name, record_type: RecordType) -> Result<Standing, Gap> {
        if let Some(nsec3) = self.matching(name) {
            return lacks(&nsec3.types, name, record_type).map(|()| Standing::Proved);
        }
        let encloser = self.encloser(name)?;
        let standing = encloser.next_closer.standing();
        let Some(wildcard) = wildcard(&encloser.name) else { return Err(Gap::NameAbsent) };
        if let Some(nsec3) = self.matching(&wildcard) {
            return lacks(&nsec3.types, &wildcard, record_type).map(|()| standing);
        }
        // What opts out may be a name with nothing but unsigned zones below it.
        match (standing, self.covering(&wildcard)) {
            (Standing::OptOut, _) => Ok(standing),
            (_, Some(_)) => Err(Gap::NameAbsent),
            (_, None) => Err(Gap::Wildcard(wildcard)),
        }
    }

    /// Proves that nothing exists at a name that would be closer than the wildcard below its
    /// last `labels` labels (RFC 5155, 8.8).
    pub fn deny_closer(self, name: &Name, labels: usize) -> Result<Standing, Gap> {
        match self.covering(&ancestor(name, labels + 1)) {
            Some(nsec3) => Ok(nsec3.standing()),
            None => Err(Gap::Closer(ancestor(name, labels))),
        }
    }

    /// Whether another zone begins at a name, given that no DS came (RFC 5155, 8.9).
    pub fn cut(self, name: &Name) -> Result<Cut, Gap> {
        if let Some(nsec3) = self.matching(name) {
            return Cut::of(&nsec3.types);
        }
        Ok(match self.encloser(name)?.next_closer.standing() {
            Standing::OptOut => Cut::OptOut,
            _ => Cut::NothingBelow,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::parse;

    #[test]
    fn hashes_are_those_of_rfc_5155() {
        let parameters = Parameters { iterations: 12, salt: vec![0xaa, 0xbb, 0xcc, 0xdd] };
        for (name, hash) in [
            ("example", "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom"),
            ("a.example", "35mthgpgcu1qg68fab165klnsnk3dpvl"),
            ("ai.example", "gjeqe526plbf1g8mklp59enfd789njgi"),
            ("ns1.example", "2t7b4g4vsa5smi47k61mv5bv1a22bojr"),
            ("NS2.Example", "q04jkcevqvmu85r014c7dkba38o0ji5r"),
            ("w.example", "k8udemvp1j2f7eg6jebps17vp3n8i58h"),
            ("*.w.example", "r53bq7cc2uvmubfu5ocmm6pers9tk9en"),
            ("x.w.example", "b4um86eghhds6nea196smvmlo4ors995"),
            ("y.w.example", "ji6neoaepv8b5o6k4ev33abha8ht9fgc"),
            ("x.y.w.example", "2vptu5timamqttgl4luu9kg21e0aor3s"),
            ("xx.example", "t644ebqk9bibcna874givr6joj62mlhv"),
        ] {
            let octets = parameters.hash(&parse(name).unwrap().name);
            assert_eq!(BASE32HEX_NOPAD.encode(&octets).to_lowercase(), hash, "{name}");
        }
    }
}
