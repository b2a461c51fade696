//! Which ports are the most usual, of those that services listen at.
//!
//! The ranks are our own judgement of what machines run that people look after: nmap's statistics
//! are under a licence that forbids to take them over.

use std::str::FromStr;

use thiserror::Error;
use wellknown::{PortClass, Protocol, Service};

use crate::ports::LOWEST;
use crate::ports::list::{Builder, PortList};

/// How many ports are tried where none are named.
pub(crate) const EVERYDAY: usize = 100;

/// The most usual ports of TCP, the most usual first.
#[rustfmt::skip]
const TCP: &[u16] = &[
    // What nearly every network has.
    80, 443, 22, 25, 53, 3389, 445, 8080, 21, 23, 139, 135, 143, 110, 993, 587, 995, 465, 3306,
    5432, 8443, 5900, 111, 8000, 3000, 6379, 389, 636, 1433, 5000, 27017, 88, 631, 2049, 9200,
    8888, 8081, 9090, 9100, 1883, 5672, 11211, 1521, 548, 515, 873, 179, 554, 1723, 5060, 6443,
    2375, 2376, 9092, 9000, 10000, 5985, 5986, 8006, 3128, 1080, 444, 81, 8008, 8009, 9443, 4443,
    8883, 15672, 2181, 5601, 10250, 2379, 8500, 8200, 8089, 5222, 5061, 3268, 464, 593, 8088, 8090,
    8181, 5001, 7001, 4000, 2222, 8291, 32400, 8123, 8086, 5357, 9091, 513, 514, 119, 113, 79, 49,
    // Web servers and what stands before them.
    82, 83, 8001, 8002, 8082, 8083, 8084, 8085, 8880, 8899, 9080, 9081, 4200, 5173, 5005, 3001,
    8444, 9999, 7080, 7443, 10443, 4433, 8404, 1936, 6081, 6082, 3129, 8118, 9050, 9051, 1081, 9901,
    // Mail, names, chat, calls.
    2525, 4190, 24, 783, 853, 953, 5269, 5280, 5281, 6667, 6697, 5038, 1720, 2000, 3478, 5349, 43,
    563, 70, 64738,
    // Files and copies.
    990, 989, 2121, 3690, 9418, 29418, 2401, 860, 3260, 24007, 6789, 3300, 8384, 22000, 10809, 9101,
    9102, 9103, 13720, 13724, 6106, 9392, 3689, 8096,
    // Windows and its domains.
    3269, 1434, 2383, 9389, 47001, 49152, 49153, 49154, 49155, 49156, 49157, 7680, 8530, 8531,
    1801, 2103, 2105, 2107, 5040, 808, 42, 3343,
    // Consoles, remote control, machines without a system.
    5901, 5902, 5800, 6000, 6001, 5938, 6568, 3390, 3283, 5555, 902, 903, 623, 664, 16992, 16993,
    5988, 5989, 16509, 16514, 992, 512, 17990, 2381,
    // Databases, queues, search.
    27018, 27019, 5433, 6432, 33060, 6380, 16379, 26379, 5984, 7474, 7687, 7000, 7199, 9042, 9160,
    8529, 26257, 9004, 28015, 1972, 3050, 2638, 50000, 1526, 2484, 9300, 8983, 7700, 6333,
    61616, 61613, 61614, 8161, 4369, 25672, 5671, 1414, 9876, 6650, 9093, 9094, 4222, 6222, 8222,
    3200, 3299, 3600, 30015, 8182, 19530,
    // Containers, clusters and what steers them.
    2377, 7946, 2380, 10255, 10256, 10257, 10259, 30000, 4646, 4647, 8300, 8301, 8600, 15021, 15010,
    15012, 15014, 5050, 8471, 6066, 7077, 4040, 8020, 9870, 50070, 8032, 8042, 16010, 8761, 8848,
    2224, 3121, 4505, 4506, 8140, 5473,
    // Measures, logs and alarms.
    9115, 9116, 9104, 9121, 9187, 3100, 4317, 4318, 16686, 14268, 9411, 2003, 2004, 8125, 4242,
    10050, 10051, 5666, 5665, 6556, 4949, 5044, 9600, 12201, 24224, 6514, 1514, 1515, 55000, 19999,
    8834, 9390, 8065,
    // Java and other servers of programs.
    1099, 1098, 8005, 4848, 9990, 9043, 9060, 7002, 8787, 9229, 5858, 8501, 8889, 6006, 1311,
    // Routers, plants, houses.
    7547, 8728, 8729, 4786, 830, 102, 502, 20000, 44818, 4840, 1880, 5683, 8554, 1935, 34567, 37777,
    9123, 62078, 7070, 5353,
    // Games.
    25565, 25575, 27015, 7777, 2456, 30120,
    // Of old.
    37, 13, 7, 9, 17, 19, 11, 109, 106, 543, 544, 540, 1194, 1701, 500, 5500, 4899, 6881, 51413,
];

/// The most usual ports of UDP, the most usual first.
#[rustfmt::skip]
const UDP: &[u16] = &[
    53, 161, 123, 137, 500, 67, 68, 69, 1900, 5353, 138, 514, 4500, 520, 111, 1434, 631, 5060, 443,
    1194, 51820, 3478, 162, 88, 389, 1701, 1812, 1813, 2049, 4789, 8472, 5683, 623, 11211, 5355,
    3702, 1645, 1646, 19, 7, 9, 13, 17, 37, 49, 177, 464, 5061, 6343, 2055, 4739, 9995, 9996, 8125,
    12201, 25826, 5351, 10001, 27015, 19132, 19133, 34197, 2302, 7777, 27960, 64738, 9987, 4569,
    2427, 2727, 319, 320, 546, 547, 3784, 646, 1985, 3222, 521, 47808, 44818, 2222, 20000, 34964,
    5684, 6881, 6969, 51413, 9993, 41641, 655, 21027, 22000, 2123, 2152, 5246, 5247, 3389, 3391,
    1604, 5405, 5404, 694, 6081, 427, 517, 518, 1718, 1719, 5004, 5005, 24224, 6831, 6832, 25565,
    2456, 30120, 27500, 27910, 26000, 17185, 853, 784, 8853, 10000, 749, 750, 2000, 3283, 16680,
];

/// How many of the most usual ports are meant: 1 or more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Top(usize);

/// Why a text is no such number.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum TopError {
    #[error("the most usual ports are counted from 1, as in --top 100")]
    NotANumber,
    #[error("only {ranked} ports have a rank: write '-' for all ports")]
    TooMany { ranked: usize },
}

impl FromStr for Top {
    type Err = TopError;

    /// Takes as many as have a rank over either transport.
    fn from_str(text: &str) -> Result<Self, TopError> {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let ranked = rank(Protocol::Tcp).len().min(rank(Protocol::Udp).len());
        match text.parse() {
            _ if !is_number => Err(TopError::NotANumber),
            Ok(0) => Err(TopError::NotANumber),
            Ok(count) if count <= ranked => Ok(Self(count)),
            Ok(_) | Err(_) => Err(TopError::TooMany { ranked }),
        }
    }
}

impl Top {
    /// What is tried where nothing is said.
    pub(crate) const EVERYDAY: Self = Self(EVERYDAY);

    /// The ports, in ascending order: nobody named them in another.
    pub(crate) fn ports(self, protocol: Protocol) -> PortList {
        let ranked = rank(protocol);
        let mut ports: Vec<_> = ranked.iter().take(self.0).collect();
        ports.sort_unstable();
        let mut builder = Builder::default();
        builder.is_range = true;
        for port in ports {
            builder.add(port..=port);
        }
        builder.finish()
    }
}

/// The ports that we ranked.
pub(crate) const fn ranked(protocol: Protocol) -> &'static [u16] {
    match protocol {
        Protocol::Udp => UDP,
        _ => TCP,
    }
}

/// Every port that has a rank: those that we ranked, then those of everyday services, then the other
/// system ports (RFC 6335, 6), then what else IANA registers. The most usual come first.
pub(crate) fn rank(protocol: Protocol) -> PortList {
    let of_services = |is_everyday| {
        wellknown::all()
            .filter(move |it| it.is_everyday() == is_everyday && it.protocols().contains(protocol))
            .map(|service| *service.ports().start())
    };
    let system = (LOWEST..=u16::MAX).take_while(|port| PortClass::of(*port) == PortClass::System);
    let mut builder = Builder::default();
    let usual = ranked(protocol).iter().copied().chain(of_services(true));
    for port in usual.chain(system).chain(of_services(false)) {
        builder.add(port..=port);
    }
    builder.finish()
}

/// Whether a name is that of a service at a port that we ranked.
pub(crate) fn has_service(name: &str, protocol: Protocol) -> bool {
    let is_ours = |service: Service| {
        let port = *service.ports().start();
        let is_usual = service.is_everyday() && ranked(protocol).contains(&port);
        is_usual && service.protocols().contains(protocol)
    };
    wellknown::by_name(name).any(is_ours)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_everyday_ports_are_those_that_people_look_for() {
        let everyday = Top::EVERYDAY.ports(Protocol::Tcp);
        assert_eq!(everyday.len(), EVERYDAY);
        for port in [21, 22, 23, 25, 53, 80, 110, 143, 443, 445, 3306, 3389, 5432, 6379, 8080] {
            assert!(everyday.contains(port), "{port}");
        }
        assert!(everyday.is_range() && everyday.iter().is_sorted());
        let everyday = Top::EVERYDAY.ports(Protocol::Udp);
        assert!(
            [53, 67, 69, 123, 137, 161, 500, 514, 1900, 5353].map(|it| everyday.contains(it))
                == [true; 10]
        );
    }

    #[test]
    fn fewer_are_the_first_of_more() {
        for protocol in [Protocol::Tcp, Protocol::Udp] {
            let [few, more, all] =
                ["10", "1000", "1200"].map(|it| it.parse::<Top>().unwrap().ports(protocol));
            assert_eq!([few.len(), more.len(), all.len()], [10, 1000, 1200]);
            assert!(
                few.iter().all(|it| more.contains(it)) && more.iter().all(|it| all.contains(it))
            );
        }
    }

    #[test]
    fn what_we_rank_has_no_repeats_and_exceeds_the_everyday_ones() {
        for ranked in [TCP, UDP] {
            let mut ports = ranked.to_vec();
            ports.sort_unstable();
            let repeats: Vec<_> =
                ports.windows(2).filter(|it| it[0] == it[1]).map(|it| it[0]).collect();
            assert_eq!(repeats, [0; 0]);
            assert!(ranked.len() > EVERYDAY, "{}", ranked.len());
        }
    }

    #[test]
    fn a_number_without_rank_says_how_many_have_one() {
        let mistake = |text: &str| text.parse::<Top>().unwrap_err();
        for text in ["", "0", "-1", "+1", "1.5", "all", " 1"] {
            assert_eq!(mistake(text), TopError::NotANumber, "{text}");
        }
        let TopError::TooMany { ranked } = mistake("65535") else { panic!("not that many") };
        assert_eq!(mistake("99999999999999999999999"), TopError::TooMany { ranked });
        assert!(ranked.to_string().parse::<Top>().is_ok());
        assert_eq!(mistake(&(ranked + 1).to_string()), TopError::TooMany { ranked });
    }
}
