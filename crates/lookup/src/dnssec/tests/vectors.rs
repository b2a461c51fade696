//! The examples of the RFCs, at the time when they were valid.

use data_encoding::{BASE32HEX_NOPAD, BASE64, HEXUPPER_PERMISSIVE};
use hickory_proto::rr::{DNSClass, RecordType};

use super::asked;
use super::lab::{bitmap, name, rdata};
use crate::dnssec::Gap;
use crate::dnssec::denial::{Cut, Evidence, Standing};
use crate::dnssec::keys::{Dnskey, Ds, Policy};
use crate::dnssec::nsec::Nsec;
use crate::dnssec::nsec3::Nsec3;
use crate::dnssec::rrsig::{Terms, sets};
use crate::dnssec::verdict::Proof;
use crate::message::{Record, push_name};
use crate::rdata::record_type;

/// A record from a line such as `www.example.net A 192.0.2.1`; the owner, the type, the data.
fn record(line: &str) -> Record {
    let words: Vec<_> = line.split_whitespace().collect();
    let record_type = record_type(words[1]).unwrap();
    let number = |index: usize| words[index].parse::<u32>().unwrap();
    let octet = |index: usize| u8::try_from(number(index)).unwrap();
    let short = |index: usize| u16::try_from(number(index)).unwrap().to_be_bytes();
    let types = |from: usize| {
        let types = words[from..].iter().map(|word| crate::rdata::record_type(word).unwrap());
        bitmap(&types.collect::<Vec<_>>())
    };
    let mut data = Vec::new();
    match record_type {
        RecordType::DNSKEY => {
            data.extend(short(2));
            data.extend([octet(3), octet(4)]);
            data.extend(BASE64.decode(words[5..].concat().as_bytes()).unwrap());
        }
        RecordType::DS => {
            data.extend(short(2));
            data.extend([octet(3), octet(4)]);
            data.extend(HEXUPPER_PERMISSIVE.decode(words[5..].concat().as_bytes()).unwrap());
        }
        RecordType::RRSIG => {
            let covered = crate::rdata::record_type(words[2]).unwrap();
            data.extend(u16::from(covered).to_be_bytes());
            data.extend([octet(3), octet(4)]);
            for index in 5..8 {
                data.extend(number(index).to_be_bytes());
            }
            data.extend(short(8));
            push_name(&mut data, &name(words[9]));
            data.extend(BASE64.decode(words[10..].concat().as_bytes()).unwrap());
        }
        RecordType::NSEC => {
            push_name(&mut data, &name(words[2]));
            data.extend(types(3));
        }
        RecordType::NSEC3 => {
            data.extend([octet(2), octet(3)]);
            data.extend(short(4));
            let salt = HEXUPPER_PERMISSIVE.decode(words[5].as_bytes()).unwrap();
            data.push(u8::try_from(salt.len()).unwrap());
            data.extend(salt);
            data.push(20);
            let next = words[6].to_uppercase();
            data.extend(BASE32HEX_NOPAD.decode(next.as_bytes()).unwrap());
            data.extend(types(7));
        }
        _ => data = rdata(words[1], &words[2..].join(" ")).1,
    }
    let name = name(words[0]);
    Record { name, record_type, class: DNSClass::IN, ttl: 3600, data, is_malformed: false }
}

fn records(lines: &[&str]) -> Vec<Record> {
    lines.iter().map(|line| record(line)).collect()
}

#[test]
fn signatures_of_the_rfcs_verify() {
    for (now, key, ds, lines) in [
        // RFC 6605, 6.1 and 6.2.
        (
            1_281_607_479,
            "example.net DNSKEY 257 3 13 GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==",
            "example.net DS 55648 13 2 b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d17",
            [
                "www.example.net A 192.0.2.1",
                "www.example.net RRSIG A 13 3 3600 1284026679 1281607479 55648 example.net qx6wLYqmh+l9oCKTN6qIc+bw6ya+KJ8oMz0YP107epXAyGmt+3SNruPFKG7tZoLBLlUzGGus7ZwmwWep666VCw==",
            ],
        ),
        (
            1_284_027_625,
            "example.net DNSKEY 257 3 14 xKYaNhWdGOfJ+nPrL8/arkwf2EY3MDJ+SErKivBVSum1w/egsXvSADtNJhyem5RCOpgQ6K8X1DRSEkrbYQ+OB+v8/uX45NBwY8rp65F6Glur8I/mlVNgF6W/qTI37m40",
            "example.net DS 10771 14 4 72d7b62976ce06438e9c0bf319013cf801f09ecc84b8d7e9495f27e305c6a9b0563a9b5f4d288405c3008a946df983d6",
            [
                "www.example.net A 192.0.2.1",
                "www.example.net RRSIG A 14 3 3600 1284027625 1281608425 10771 example.net /L5hDKIvGDyI1fcARX3z65qrmPsVz73QD1Mr5CEqOiLP95hxQouuroGCeZOvzFaxsT8Glr74hbavRKayJNuydCuzWTSSPdz7wnqXL5bdcJzusdnI0RSMROxxwGipWcJm",
            ],
        ),
        // RFC 5702, 6.2 (without a DS there); RSASHA256 by dnssec-signzone of BIND 9.18, because
        // the key in RFC 5702, 6.1 is too short.
        (
            1_700_000_000,
            "example.net DNSKEY 256 3 10 AwEAAdHoNTOW+et86KuJOWRDp1pndvwb6Y83nSVXXyLA3DLroROUkN6X0O6pnWnjJQujX/AyhqFDxj13tOnD9u/1kTg7cV6rklMrZDtJCQ5PCl/D7QNPsgVsMu1J2Q8gpMpztNFLpPBz1bWXjDtaR7ZQBlZ3PFY12ZTSncorffcGmhOL",
            "",
            [
                "www.example.net A 192.0.2.91",
                "www.example.net RRSIG A 10 3 3600 1893456000 946684800 3740 example.net tsb4wnjRUDnB1BUi+t6TMTXThjVnG+eCkWqjvvjhzQL1d0YRoOe0CbxrVDYd0xDtsuJRaeUw1ep94PzEWzr0iGYgZBWm/zpq+9fOuagYJRfDqfReKBzMweOLDiNa8iP5g9vMhpuv6OPlvpXwm9Sa9ZXIbNl1MBGk0fthPgxdDLw=",
            ],
        ),
        (
            1_700_000_000,
            "rsa.example DNSKEY 256 3 8 AwEAAbF2PXNsSePkNxHOJLyJPA6OQhmq+e06LN5+x1VUlJ+LXKx8C4gaX0+8yLff5Aaj8JAQvxk1XDjrwClVDJ5vstqARp8irCj0NRsXdcYbhJHoiWXGiJaMSJ9Do+PD2If7IgrZLh/KTC60tnXC+TC+0P5GUE95c7kGno51oIkYPPJT",
            "rsa.example DS 47539 8 2 2C0444BA0655833B8AAF24D35DD657CCC5A43FD9019D56ABD280D73E5A45A7DB",
            [
                "www.rsa.example A 192.0.2.91",
                "www.rsa.example RRSIG A 8 3 3600 1893456000 1577836800 47539 rsa.example qU2P1JWdCmu5GsybMSwAhLwqmEz+yfVeXaRcaUbkwKMna4plat4QeM9h0w8xviO/77H+13xHsWaXbGJfdIFs5jxXVBL3XgAbGoDyxvKcGrG45slMy2EcYai5qlBBJBGEwL68ErWypbj1l33wG5lCvtwSVVYsAw5zTaYa6C+ezOM=",
            ],
        ),
        // RFC 8080, 6.1, with the signatures of erratum 4935.
        (
            1_439_000_000,
            "example.com DNSKEY 257 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=",
            "example.com DS 3613 15 2 3aa5ab37efce57f737fc1627013fee07bdf241bd10f3b1964ab55c78e79a304b",
            [
                "example.com MX 10 mail.example.com",
                "example.com RRSIG MX 15 2 3600 1440021600 1438207200 3613 example.com oL9krJun7xfBOIWcGHi7mag5/hdZrKWw15jPGrHpjQeRAvTdszaPD+QLs3fx8A4M3e23mRZ9VrbpMngwcrqNAg==",
            ],
        ),
        (
            1_439_000_000,
            "example.com DNSKEY 257 3 15 zPnZ/QwEe7S8C5SPz2OfS5RR40ATk2/rYnE9xHIEijs=",
            "example.com DS 35217 15 2 401781b934e392de492ec77ae2e15d70f6575a1c0bc59c5275c04ebe80c6614c",
            [
                "EXAMPLE.com MX 10 Mail.Example.com",
                "example.com RRSIG MX 15 2 3600 1440021600 1438207200 35217 example.com zXQ0bkYgQTEFyfLyi9QoiY6D8ZdYo4wyUhVioYZXFdT410QPRITQSqJSnzQoSm5poJ7gD7AQR0O7KuI5k2pcBg==",
            ],
        ),
    ] {
        let key = record(key);
        let dnskey = Dnskey::read(&key.data).unwrap();
        if !ds.is_empty() {
            let ds = Ds::read(&record(ds).data).unwrap();
            assert!(ds.is_of(&key.name, &dnskey), "{lines:?}");
        }
        let records = records(&lines);
        let set = &sets(&records)[0];
        let terms = Terms { now, policy: Policy::default() };
        let verified = set.verify(&key.name, &[dnskey], &terms, &mut 1).unwrap();
        assert_eq!(verified.wildcard_labels, None);
    }
}

const RFC_4035_NOW: u64 = 1_083_412_800;

/// A signature of that zone: two months of 2004, key 38519.
fn rfc_4035_rrsig(owner: &str, covered: &str, labels: u8, signature: &str) -> Record {
    record(&format!(
        "{owner} RRSIG {covered} 5 {labels} 3600 1084127779 1081535779 38519 example {signature}"
    ))
}

/// The zone of RFC 4035, appendix A.
struct Rfc4035;

impl Rfc4035 {
    const ZSK: &str = "example DNSKEY 256 3 5 AQOy1bZVvpPqhg4j7EJoM9rI3ZmyEx2OzDBVrZy/lvI5CQePxXHZS4i8dANH4DX3tbHol61ek8EFMcsGXxKciJFHyhl94C+NwILQdzsUlSFovBZsyl/NX6yEbtw/xN9ZNcrbYvgjjZ/UVPZIySFNsgEYvh0z2542lzMKR4Dh8uZffQ==";

    fn keys() -> Vec<Dnskey> {
        vec![Dnskey::read(&record(Self::ZSK).data).unwrap()]
    }

    /// The example answers of RFC 4035, appendix B: a set, and the labels of a wildcard in it.
    fn sets() -> Vec<(Vec<Record>, Option<usize>)> {
        let with = |lines: &[&str], rrsig| [records(lines), vec![rrsig]].concat();
        vec![
            (
                with(
                    &["x.w.example MX 1 xx.example"],
                    rfc_4035_rrsig(
                        "x.w.example",
                        "MX",
                        3,
                        "Il2WTZ+Bkv+OytBx4LItNW5mjB4RCwhOO8y1XzPHZmZUTVYL7LaA63f6T9ysVBzJRI3KRjAPH3U1qaYnDoN1DrWqmi9RJe4FoObkbcdm7P3Ikx70ePCoFgRz1Yq+bVVXCvGuAU4xALv3W/Y1jNSlwZ2mSWKHfxFQxPtLj8s32+k=",
                    ),
                ),
                None,
            ),
            (
                with(
                    &["example NS ns2.example", "example NS ns1.example"],
                    rfc_4035_rrsig(
                        "example",
                        "NS",
                        1,
                        "gl13F00f2U0R+SWiXXLHwsMY+qStYy5k6zfdEuivWc+wd1fmbNCyql0Tk7lHTX6UOxc8AgNf4ISFve8XqF4q+o9qlnqIzmppU3LiNeKT4FZ8RO5urFOvoMRTbQxW3U0hXWuggE4g3ZpsHv480HjMeRaZB/FRPGfJPajngcq6Kwg=",
                    ),
                ),
                None,
            ),
            (
                with(
                    &["b.example NSEC ns1.example NS RRSIG NSEC"],
                    rfc_4035_rrsig(
                        "b.example",
                        "NSEC",
                        2,
                        "GNuxHn844wfmUhPzGWKJCPY5ttEX/RfjDoOx9ueK1PtYkOWKOOdiJ/PJKCYB3hYX+858dDWSxb2qnV/LSTCNVBnkm6owOpysY97MVj5VQEWs0lm9tFoqjcptQkmQKYPrwUnCSNwvvclSF1xZvhRXgWT7OuFXldoCG6TfVFMs9xE=",
                    ),
                ),
                None,
            ),
            (
                with(
                    &["a.example DS 57855 5 1 B6DCD485719ADCA18E5F3D48A2331627FDD3636B"],
                    rfc_4035_rrsig(
                        "a.example",
                        "DS",
                        2,
                        "oXIKit/QtdG64J/CB+Gi8dOvnwRvqrto1AdQoRkAN15FP3iZ7suB7gvTBmXzCjL7XUgQVcoHkdhyCuzp8W9qJHgRUSwKKkczSyuL64nhgjuDEML8l9wlWVsl7PR2VnZduM9bLyBhaaPmRKX/Fm+v6ccF2EGNLRiY08kdkz+XHHo=",
                    ),
                ),
                None,
            ),
            (
                with(
                    &["a.z.w.example MX 1 ai.example"],
                    rfc_4035_rrsig(
                        "a.z.w.example",
                        "MX",
                        2,
                        "OMK8rAZlepfzLWW75Dxd63jy2wswESzxDKG2f9AMN1CytCd10cYISAxfAdvXSZ7xujKAtPbctvOQ2ofO7AZJ+d01EeeQTVBPq4/6KCWhqe2XTjnkVLNvvhnc0u28aoSsG0+4InvkkOHknKxw4kX18MMR34i8lC36SR5xBni8vHI=",
                    ),
                ),
                Some(2),
            ),
            (
                with(
                    &["x.y.w.example NSEC xx.example MX RRSIG NSEC"],
                    rfc_4035_rrsig(
                        "x.y.w.example",
                        "NSEC",
                        4,
                        "OvE6WUzN2ziieJcvKPWbCAyXyP6ef8cr6CspArVSTzKSquNwbezZmkU7E34o5lmb6CWSSSpgxw098kNUFnHcQf/LzY2zqRomubrNQhJTiDTXa0ArunJQCzPjOYq5t0SLjm6qp6McJI1AP5VrQoKqJDCLnoAlcPOPKAm/jJkn3jk=",
                    ),
                ),
                None,
            ),
            (
                with(
                    &["*.w.example NSEC x.w.example MX RRSIG NSEC"],
                    rfc_4035_rrsig(
                        "*.w.example",
                        "NSEC",
                        2,
                        "r/mZnRC3I/VIcrelgIcteSxDhtsdlTDt8ng9HSBlABOlzLxQtfgTnn8f+aOwJIAFe1Ee5RvU5cVhQJNP5XpXMJHfyps8tVvfxSAXfahpYqtx91gsmcV/1V9/bZAG55CefP9cM4Z9Y9NT9XQ8s1InQ2UoIv6tJEaaKkP701j8OLA=",
                    ),
                ),
                None,
            ),
        ]
    }
}

#[test]
fn answers_of_rfc_4035_verify_if_sha1_counts() {
    for (records, wildcard_labels) in Rfc4035::sets() {
        let set = &sets(&records)[0];
        let verify = |accept_sha1| {
            let terms = Terms { now: RFC_4035_NOW, policy: Policy { accept_sha1 } };
            set.verify(&name("example"), &Rfc4035::keys(), &terms, &mut 1)
        };
        let verified = verify(true).unwrap_or_else(|fault| panic!("{fault:?} {set:?}"));
        assert_eq!(verified.wildcard_labels, wildcard_labels, "{set:?}");
        assert!(verify(false).is_err(), "{set:?}");
    }
}

fn evidence(lines: &[&str]) -> Evidence {
    let records = records(lines);
    Evidence {
        nsecs: records
            .iter()
            .filter(|it| it.record_type == RecordType::NSEC)
            .map(|it| Nsec::read(it).unwrap())
            .collect(),
        nsec3s: records
            .iter()
            .filter(|it| it.record_type == RecordType::NSEC3)
            .map(|it| Nsec3::read(&name("example"), it).unwrap())
            .collect(),
    }
}

fn denies(lines: &[&str], question: &str, rcode: u16) -> Result<Standing, Gap> {
    let (owner, wanted) = asked(question);
    let (zone, evidence) = (name("example"), evidence(lines));
    let proved = match rcode {
        3 => evidence.deny_name(&zone, &owner),
        _ => evidence.deny_type(&zone, &owner, wanted),
    };
    proved.map(|(standing, _)| standing)
}

#[test]
fn what_rfc_4035_denies_is_denied() {
    let apex = "example NSEC a.example NS SOA MX RRSIG NSEC DNSKEY";
    let b = "b.example NSEC ns1.example NS RRSIG NSEC";
    let ns1 = "ns1.example NSEC ns2.example A RRSIG NSEC";
    let x_y_w = "x.y.w.example NSEC xx.example MX RRSIG NSEC";
    let wildcard = "*.w.example NSEC x.w.example MX RRSIG NSEC";
    let proved = Ok(Standing::Proved);
    for (lines, question, rcode, expected) in [
        // B.2, name error; and with either half of the proof only.
        (&[b, apex][..], "ml.example A", 3, proved.clone()),
        (&[b], "ml.example A", 3, Err(Gap::Wildcard(name("*.example")))),
        (&[apex], "ml.example A", 3, Err(Gap::NotCovered)),
        // B.3, no data; and for a type that is there.
        (&[ns1], "ns1.example MX", 0, proved.clone()),
        (&[ns1], "ns1.example A", 0, Err(Gap::TypeExists)),
        // B.7, wildcard no data.
        (&[x_y_w, wildcard], "a.z.w.example AAAA", 0, proved.clone()),
        (&[x_y_w, wildcard], "a.z.w.example MX", 0, Err(Gap::TypeExists)),
        (&[x_y_w], "a.z.w.example AAAA", 0, Err(Gap::Wildcard(name("*.w.example")))),
        // B.8, the DS of the zone itself is not its own to deny.
        (&[apex], "example DS", 0, Err(Gap::OtherSide)),
        (&[apex], "example TXT", 0, proved),
    ] {
        assert_eq!(denies(lines, question, rcode), expected, "{question} {lines:?}");
    }
    let zone = name("example");
    // B.5, a cut without DS; B.6, a wildcard's records.
    let cut = evidence(&[b]).cut(&zone, &name("b.example"));
    assert_eq!(cut, Ok((Cut::Unsigned, Proof::Nsec)));
    let closer = |lines: &[&str]| evidence(lines).deny_closer(&zone, &name("a.z.w.example"), 2);
    assert_eq!(closer(&[x_y_w]), Ok(Standing::Proved));
    assert_eq!(closer(&[wildcard]), Err(Gap::Closer(name("w.example"))));
}

#[test]
fn what_rfc_5155_denies_is_denied() {
    let record = |hash: &str, next: &str, types: &str| {
        format!("{hash}.example NSEC3 1 1 12 aabbccdd {next} {types}")
    };
    let apex = record(
        "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom",
        "2t7b4g4vsa5smi47k61mv5bv1a22bojr",
        "MX DNSKEY NS SOA NSEC3PARAM RRSIG",
    );
    let x_w =
        record("b4um86eghhds6nea196smvmlo4ors995", "gjeqe526plbf1g8mklp59enfd789njgi", "MX RRSIG");
    let a = record(
        "35mthgpgcu1qg68fab165klnsnk3dpvl",
        "b4um86eghhds6nea196smvmlo4ors995",
        "NS DS RRSIG",
    );
    let ns1 =
        record("2t7b4g4vsa5smi47k61mv5bv1a22bojr", "2vptu5timamqttgl4luu9kg21e0aor3s", "A RRSIG");
    let y_w = record("ji6neoaepv8b5o6k4ev33abha8ht9fgc", "k8udemvp1j2f7eg6jebps17vp3n8i58h", "");
    let w = record("k8udemvp1j2f7eg6jebps17vp3n8i58h", "kohar7mbb8dc2ce8a9qvl8hon4k53uhi", "");
    let ns2 =
        record("q04jkcevqvmu85r014c7dkba38o0ji5r", "r53bq7cc2uvmubfu5ocmm6pers9tk9en", "A RRSIG");
    let wildcard =
        record("r53bq7cc2uvmubfu5ocmm6pers9tk9en", "t644ebqk9bibcna874givr6joj62mlhv", "MX RRSIG");
    // All of the zone opts out, so that what is between its hashes may be an unsigned zone.
    let opt_out = Ok(Standing::OptOut);
    let proved = Ok(Standing::Proved);
    for (lines, question, rcode, expected) in [
        // B.1, name error; and with a part of the proof left out.
        (&[&apex, &x_w, &a][..], "a.c.x.w.example A", 3, opt_out.clone()),
        (&[&apex, &a], "a.c.x.w.example A", 3, Err(Gap::NotCovered)),
        (&[&x_w, &apex], "a.c.x.w.example A", 3, Err(Gap::Wildcard(name("*.x.w.example")))),
        // B.2, no data; B.2.1, nothing but names below.
        (&[&ns1], "ns1.example MX", 0, proved.clone()),
        (&[&ns1], "ns1.example A", 0, Err(Gap::TypeExists)),
        (&[&y_w], "y.w.example A", 0, proved),
        // B.5, wildcard no data.
        (&[&w, &ns2, &wildcard], "a.z.w.example AAAA", 0, opt_out),
        (&[&w, &ns2, &wildcard], "a.z.w.example MX", 0, Err(Gap::TypeExists)),
        // B.6, the DS of the zone itself.
        (&[&apex], "example DS", 0, Err(Gap::OtherSide)),
        // What is said of a cut is not said of what is below.
        (&[&a], "a.example MX", 0, Err(Gap::OtherSide)),
        (&[&a, &apex], "x.a.example A", 3, Err(Gap::OtherSide)),
    ] {
        let lines: Vec<_> = lines.iter().map(|line| line.as_str()).collect();
        assert_eq!(denies(&lines, question, rcode), expected, "{question} {lines:?}");
    }
    let zone = name("example");
    // B.3, a cut that is left out; B.4, a wildcard's records.
    let cut = evidence(&[&a, &apex]).cut(&zone, &name("c.example"));
    assert_eq!(cut, Ok((Cut::OptOut, Proof::Nsec3)));
    let closer = evidence(&[&ns2]).deny_closer(&zone, &name("a.z.w.example"), 2);
    assert_eq!(closer, Ok(Standing::OptOut));
}
