//! Where `lookup` writes a record otherwise than dig or kdig, and why.

use super::answer::{Answer, Record, Word};
use super::clients::Rival;

/// A difference that is meant.
struct Difference {
    /// Whose form it is that ours is not.
    rivals: &'static [Rival],
    /// The types that it is about; all if there is none.
    types: &'static [&'static str],
    /// What is different, and why.
    reason: &'static str,
    /// From the rival's form to ours.
    change: fn(&mut Record),
}

/// Every difference that is meant. What differs otherwise is a surprise.
const DIFFERENCES: [Difference; 11] = [
    Difference {
        rivals: &Rival::ALL,
        types: &[],
        reason: "names have no dot at their end, which people do not type either",
        change: drop_last_dots,
    },
    Difference {
        rivals: &Rival::ALL,
        types: &["SVCB", "HTTPS"],
        reason: "the key 7 has a name, dohpath, since RFC 9461",
        change: |it| each_word(it, |word| word.replace("key7=", "dohpath=")),
    },
    Difference {
        rivals: &[Rival::Kdig],
        types: &["SVCB", "HTTPS"],
        reason: "the list of protocols is in quotes, as RFC 9460 writes it in D",
        change: |it| each_word(it, quote_alpn),
    },
    Difference {
        rivals: &[Rival::Dig],
        types: &["CERT"],
        reason: "the algorithm is a number, as in DNSKEY and DS",
        change: |it| each_word(it, |word| word.replace("RSASHA256", "8")),
    },
    Difference {
        rivals: &[Rival::Kdig],
        types: &["CERT"],
        reason: "the certificate's type has a name (RFC 4398, 2.1)",
        change: |it| set_word(it, 0, |word| if word == "3" { "PGP".to_owned() } else { word }),
    },
    Difference {
        rivals: &[Rival::Kdig],
        types: &["EUI48", "EUI64", "L64", "NID"],
        reason: "hexadecimal digits are lower case, as in RFC 7043 and RFC 6742",
        change: |it| each_word(it, |word| word.to_ascii_lowercase()),
    },
    Difference {
        rivals: &[Rival::Kdig],
        types: &["L64", "NID"],
        reason: "a group of hexadecimal digits has no zeros before it, as in an IPv6 address",
        change: |it| set_word(it, 1, |word| drop_zeros(&word)),
    },
    Difference {
        rivals: &[Rival::Kdig],
        types: &["NSEC3"],
        reason: "the hash of the next name is upper case, as in RFC 5155, A",
        change: |it| set_word(it, 4, |word| word.to_ascii_uppercase()),
    },
    Difference {
        rivals: &[Rival::Kdig],
        types: &["LOC"],
        reason: "seconds and metres have their decimals always",
        change: add_decimals,
    },
    Difference {
        rivals: &[Rival::Dig],
        types: &["LOC"],
        reason: "a size or precision of no metres is 0m, as other sizes have no decimals",
        change: drop_decimals_of_sizes,
    },
    Difference {
        rivals: &[Rival::Dig],
        types: &["NSAP"],
        reason: "octets are upper case, as wherever RFC 3597 has no say",
        change: |it| each_word(it, |word| word.to_ascii_uppercase().replacen("0X", "0x", 1)),
    },
];

/// Types that a rival writes as RFC 3597 has it for unknown ones: only its owner, TTL and number of
/// records can be compared with ours.
const WITHOUT_A_FORM: &[(Rival, &[&str])] = &[(
    Rival::Kdig,
    &["GPOS", "HIP", "ISDN", "MB", "MG", "MR", "NSAP", "PX", "RESINFO", "TALINK", "WKS", "X25"],
)];

/// Whether a rival has no form for a type.
pub fn is_without_a_form(rival: Rival, record_type: &str) -> bool {
    WITHOUT_A_FORM.iter().any(|(whose, types)| *whose == rival && types.contains(&record_type))
}

/// Writes the answers of rivals as `lookup` would.
#[derive(Debug, Default)]
pub struct Translator {
    /// How often each of the differences was there.
    taken: [usize; DIFFERENCES.len()],
}

impl Translator {
    /// The answer as `lookup` would write it.
    pub fn translate(&mut self, rival: Rival, answer: &Answer) -> Answer {
        answer.map(|record| self.translate_record(rival, record))
    }

    fn translate_record(&mut self, rival: Rival, record: &Record) -> Record {
        let mut record = record.clone();
        for (difference, taken) in DIFFERENCES.iter().zip(&mut self.taken) {
            let types = difference.types;
            let is_about = types.is_empty() || types.contains(&record.of_type.as_str());
            if is_about && difference.rivals.contains(&rival) {
                let before = record.clone();
                (difference.change)(&mut record);
                *taken += usize::from(record != before);
            }
        }
        record
    }

    /// What only one of the two has, as far as a rival shows it.
    pub fn difference(rival: Rival, ours: &Answer, theirs: &Answer) -> Option<String> {
        let is_formless = |record: &Record| is_without_a_form(rival, &record.of_type);
        let (ours, theirs) = if ours.records().iter().any(is_formless) {
            (ours.map(|it| bare(rival, it)), theirs.map(|it| bare(rival, it)))
        } else {
            (ours.clone(), theirs.clone())
        };
        let only = |here: &Answer, there: &Answer| {
            let records = here.records().iter().filter(|record| !there.records().contains(record));
            records.map(Record::text).collect::<Vec<_>>().join(" | ")
        };
        (ours != theirs)
            .then(|| format!("[{}] instead of [{}]", only(&ours, &theirs), only(&theirs, &ours)))
    }

    /// The differences that never were there.
    pub fn unused(&self) -> impl Iterator<Item = &'static str> {
        let unused = DIFFERENCES.iter().zip(&self.taken).filter(|(_, taken)| **taken == 0);
        unused.map(|(difference, _)| difference.reason)
    }
}

/// What can be compared of a record that a rival has no form for: it writes its type as a number,
/// and its data as octets.
fn bare(rival: Rival, record: &Record) -> Record {
    let mut record = record.clone();
    if is_without_a_form(rival, &record.of_type) || record.of_type.starts_with("TYPE") {
        record.of_type.clear();
        record.data.clear();
    }
    record
}

fn drop_last_dots(record: &mut Record) {
    let names = record.data.iter_mut().filter(|word| !word.is_quoted).map(|word| &mut word.text);
    for name in names.chain([&mut record.owner]) {
        if name.len() > 1 && name.ends_with('.') && !name.ends_with(r"\.") {
            name.pop();
        }
    }
}

fn each_word(record: &mut Record, change: impl Fn(String) -> String) {
    for Word { text, .. } in &mut record.data {
        *text = change(std::mem::take(text));
    }
}

fn set_word(record: &mut Record, index: usize, change: impl Fn(String) -> String) {
    if let Some(Word { text, .. }) = record.data.get_mut(index) {
        *text = change(std::mem::take(text));
    }
}

fn quote_alpn(word: String) -> String {
    match word.strip_prefix("alpn=") {
        Some(protocols) if !protocols.starts_with('"') => format!("alpn=\"{protocols}\""),
        _ => word,
    }
}

fn drop_zeros(word: &str) -> String {
    let group = |group| match str::trim_start_matches(group, '0') {
        "" => "0",
        digits => digits,
    };
    word.split(':').map(group).collect::<Vec<_>>().join(":")
}

/// Size and two precisions come after the altitude (RFC 1876, 3).
fn drop_decimals_of_sizes(record: &mut Record) {
    for index in 9..12 {
        set_word(record, index, |word| if word == "0.00m" { "0m".to_owned() } else { word });
    }
}

/// Degrees, minutes, seconds, a direction; the same again; then the altitude (RFC 1876, 3).
fn add_decimals(record: &mut Record) {
    let seconds = |word: String| if word.contains('.') { word } else { format!("{word}.000") };
    set_word(record, 2, seconds);
    set_word(record, 6, seconds);
    set_word(record, 8, |word| match word.strip_suffix('m') {
        Some(metres) if !metres.contains('.') => format!("{metres}.00m"),
        _ => word,
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_difference_is_made() {
        for (rival, record_type, theirs, ours) in [
            (Rival::Dig, "MX", "10 a.test.", "10 a.test"),
            (Rival::Dig, "MX", "0 .", "0 ."),
            (Rival::Dig, "TXT", r#""a. b.""#, r#""a. b.""#),
            (Rival::Dig, "PTR", r"a\.", r"a\."),
            (Rival::Dig, "SVCB", r#"1 . key7="/q""#, r#"1 . dohpath="/q""#),
            (Rival::Kdig, "HTTPS", "1 . alpn=h2,h3", r#"1 . alpn="h2,h3""#),
            (Rival::Dig, "CERT", "PGP 0 RSASHA256 AA==", "PGP 0 8 AA=="),
            (Rival::Kdig, "CERT", "3 3 3 AA==", "PGP 3 3 AA=="),
            (Rival::Kdig, "EUI48", "00-00-5E-00-53-2A", "00-00-5e-00-53-2a"),
            (Rival::Kdig, "NID", "10 0014:4FFF:0000:EE64", "10 14:4fff:0:ee64"),
            (
                Rival::Kdig,
                "LOC",
                "52 22 23 N 4 53 32.5 E -2m 1m 2m 3m",
                "52 22 23.000 N 4 53 32.5 E -2.00m 1m 2m 3m",
            ),
            (
                Rival::Dig,
                "LOC",
                "0 0 0.000 N 0 0 0.000 E 0.00m 0.00m 0.00m 0.00m",
                "0 0 0.000 N 0 0 0.000 E 0.00m 0m 0m 0m",
            ),
            (Rival::Kdig, "NSEC3", "1 0 0 - 0a1b A RRSIG", "1 0 0 - 0A1B A RRSIG"),
            (Rival::Dig, "NSAP", "0x47ab", "0x47AB"),
        ] {
            let record = |data| Record::new("a.test", 1, record_type, data);
            let translated = Translator::default().translate_record(rival, &record(theirs));
            assert_eq!(translated, record(ours));
        }
    }
}
