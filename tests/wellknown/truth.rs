//! The table beside that of Debian's netbase, with every difference explained, and beside a part of the
//! registry itself.

use std::collections::BTreeSet;

use wellknown::{Protocol, Service, Status};

/// Names, ports and transports of netbase 6.4.
const NETBASE: &str = include_str!("netbase.txt");

/// A part of IANA's registry.
const REGISTRY: &str = include_str!("registry.txt");

/// Which part it is.
const PART: std::ops::RangeInclusive<u16> = 10009..=11489;

/// Why names of netbase are not ours, with the ports at which they are not.
const DIFFERENCES: &[(&str, &str)] = &[
    (
        "AppleTalk's DDP has numbers of its own, which are no ports",
        "rtmp 1/ddp; nbp 2/ddp; echo 4/ddp; zip 6/ddp",
    ),
    (
        "one service over a range of ports has one name here",
        "x11-0 6000/tcp; x11-1 6001/tcp; x11-2 6002/tcp; x11-3 6003/tcp; x11-4 6004/tcp; \
         x11-5 6005/tcp; x11-6 6006/tcp; x11-7 6007/tcp",
    ),
    (
        "registered over UDP alone; Debian has it over TCP as well",
        "kerberos4 750/tcp; kerberos-iv 750/tcp; kdc 750/tcp; syslog 514/tcp",
    ),
    ("the registered name of another port", "dicom 104/tcp"),
    ("IANA took it back", "netstat 15/tcp"),
    (
        "a user of the port with another registered name",
        "datametrics 1645/tcp; datametrics 1645/udp",
    ),
    (
        "old implementations of Kerberos, which nobody registered",
        "kerberos-master 751/tcp; kerberos-master 751/udp; kerberos_master 751/udp; \
         passwd-server 752/udp; passwd_server 752/udp; krb-prop 754/tcp; krb_prop 754/tcp; \
         krb5_prop 754/tcp; hprop 754/tcp; iprop 2121/tcp",
    ),
    (
        "programs that Debian had or has, which nobody registered and hardly anybody meets",
        "fsp 21/udp; fspd 21/udp; poppassd 106/tcp; moira-db 775/tcp; moira_db 775/tcp; \
         moira-update 777/tcp; moira_update 777/tcp; moira-ureg 779/udp; moira_ureg 779/udp; \
         supfilesrv 871/tcp; supfiledbg 1127/tcp; skkserv 1178/tcp; predict 1210/udp; \
         rmtcfg 1236/tcp; xtel 1313/tcp; xtelw 1314/tcp; zebrasrv 2600/tcp; zebra 2601/tcp; \
         ripd 2602/tcp; ripngd 2603/tcp; ospfd 2604/tcp; bgpd 2605/tcp; ospf6d 2606/tcp; \
         ospfapi 2607/tcp; isisd 2608/tcp; fax 4557/tcp; rplay 5555/udp; rptp 5556/tcp; \
         canna 5680/tcp; bbs 7000/tcp; zope-ftp 8021/tcp; tproxy 8081/tcp; omniorb 8088/tcp; \
         clc-build-daemon 8990/tcp; xinetd 9098/tcp; zope 9673/tcp; kamanda 10081/tcp; \
         amandaidx 10082/tcp; amidxtape 10083/tcp; sgi-cmsd 17001/udp; sgi-crsd 17002/udp; \
         sgi-gcd 17003/udp; sgi-cad 17004/tcp; asp 27374/tcp; asp 27374/udp; csync2 30865/tcp; \
         dircproxy 57000/tcp; tfido 60177/tcp; fido 60179/tcp",
    ),
];

/// A name at a port over a transport.
type Fact = (String, String, String);

/// Each name of a list, whose lines are NAME PORT/TRANSPORTS [ALIAS...].
fn facts(list: &str) -> BTreeSet<Fact> {
    let mut facts = BTreeSet::new();
    for line in list.lines() {
        let line = line.split('#').next().expect("a first part");
        let mut words = line.split_ascii_whitespace();
        let (Some(name), Some(place)) = (words.next(), words.next()) else { continue };
        let (port, transports) = place.split_once('/').expect("PORT/TRANSPORTS");
        for name in std::iter::once(name).chain(words) {
            for transport in transports.split(',') {
                facts.insert((name.to_owned(), port.to_owned(), transport.to_owned()));
            }
        }
    }
    facts
}

fn is_ours((name, port, transport): &Fact) -> bool {
    let Ok(protocol) = transport.parse::<Protocol>() else { return false };
    let port = port.parse().expect("a port");
    wellknown::by_port(port, Some(protocol)).any(|service| {
        let mut names = service.aliases().chain([service.name()]);
        names.any(|it| it.eq_ignore_ascii_case(name))
    })
}

/// The differences that are explained.
fn explained() -> BTreeSet<Fact> {
    let lists = DIFFERENCES.iter().map(|(_, list)| list.replace(';', "\n"));
    lists.flat_map(|list| facts(&list)).collect()
}

fn lines(facts: impl IntoIterator<Item = Fact>) -> Vec<String> {
    facts.into_iter().map(|(name, port, transport)| format!("{name} {port}/{transport}")).collect()
}

#[test]
fn every_difference_from_netbase_is_explained() {
    let netbase = facts(NETBASE);
    assert_eq!(netbase.len(), 404);
    let differences: BTreeSet<_> = netbase.into_iter().filter(|it| !is_ours(it)).collect();
    let explained = explained();
    let new = lines(differences.difference(&explained).cloned());
    assert_eq!(new, [""; 0], "differences that nobody explained");
    let old = lines(explained.difference(&differences).cloned());
    assert_eq!(old, [""; 0], "explained, and no longer there");
}

#[test]
fn a_part_of_the_registry_is_the_same_here() {
    let fact = |name: &str, port: u16, protocol: Protocol| {
        (name.to_lowercase(), port.to_string(), protocol.to_string())
    };
    let mut ours = BTreeSet::new();
    for port in PART {
        for protocol in Protocol::ALL {
            let registered = |service: &Service| !service.is_unofficial();
            for service in wellknown::by_port(port, Some(protocol)).filter(registered) {
                ours.insert(fact(service.name(), port, protocol));
            }
            if Status::of(port, Some(protocol)) == Status::Reserved {
                ours.insert(fact("-", port, protocol));
            }
        }
    }
    let of_part = |(_, port, _): &Fact| port != "-";
    let registry: BTreeSet<_> =
        facts(&REGISTRY.to_lowercase()).into_iter().filter(of_part).collect();
    assert!(registry.len() > 150);
    let new = lines(ours.difference(&registry).cloned());
    let old = lines(registry.difference(&ours).cloned());
    assert_eq!((new, old), (Vec::new(), Vec::new()), "not registered, and not ours");
}

#[test]
fn names_without_a_port_have_the_transports_of_the_registry() {
    let is_portless = |line: &&str| line.contains(" -/");
    for line in REGISTRY.lines().filter(is_portless) {
        let (name, transports) = line.split_once(" -/").expect("a name before it");
        let mut found = wellknown::without_port(name);
        let service = found.next().expect(name);
        assert_eq!((service.name(), &*service.protocols().to_string()), (name, transports));
        assert_eq!(wellknown::by_name(name).filter(|it| it.name() == name).count(), 0, "{name}");
    }
}

#[test]
fn every_name_leads_to_its_port_and_back() {
    for service in wellknown::all() {
        for name in service.aliases().chain([service.name()]) {
            let found = wellknown::by_name(&name.to_uppercase()).find(|it| *it == service);
            let ports = found.expect(name).ports();
            for protocol in service.protocols().iter() {
                let mut there = wellknown::by_port(*ports.end(), Some(protocol));
                assert!(there.any(|it| it == service), "{name}");
            }
        }
    }
}
