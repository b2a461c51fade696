//! What to send to a UDP port so that a service that is there answers, and what its answer says.

use std::borrow::Cow;

mod ber;
mod coap;
mod dns;
mod games;
mod ike;
mod inetd;
mod kerberos;
mod ldap;
mod memcached;
mod nat_pmp;
mod netbios;
mod ntp;
mod octets;
mod openvpn;
mod quic;
mod rmcp;
mod rpc;
mod sip;
mod snmp;
mod ssdp;
mod stun;
mod text;
mod tftp;

/// Makes a question of a number that nobody guesses.
type Question = fn(nonce: u64) -> Vec<u8>;

/// Reads an answer; `None` for what is none.
type Answer = fn(octets: &[u8]) -> Option<String>;

/// How the services at some ports are asked.
struct Probe {
    /// Where they are by custom.
    ports: &'static [u16],
    /// What they are sent. Nothing is an empty datagram.
    question: Option<Question>,
    /// What their answer says.
    answer: Answer,
    /// Why they may be there and not answer.
    silence: Option<&'static str>,
    /// Whether the answer may come from another port than the one that was asked.
    answers_elsewhere: bool,
}

impl Probe {
    const fn new(ports: &'static [u16], question: Question, answer: Answer) -> Self {
        Self { ports, question: Some(question), answer, silence: None, answers_elsewhere: false }
    }

    /// For services that answer nobody whom they do not know, whatever is sent.
    const fn silent(ports: &'static [u16], why: &'static str) -> Self {
        Self {
            ports,
            question: None,
            answer: |_| None,
            silence: Some(why),
            answers_elsewhere: false,
        }
    }

    const fn silent_if(mut self, why: &'static str) -> Self {
        self.silence = Some(why);
        self
    }

    const fn answers_elsewhere(mut self) -> Self {
        self.answers_elsewhere = true;
        self
    }
}

/// Every way to ask. No question asks for a large answer, changes anything, or needs a password.
const PROBES: &[Probe] = &[
    inetd::ECHO,
    inetd::DAYTIME,
    inetd::QUOTE,
    inetd::CHARGEN,
    inetd::TIME,
    dns::DNS,
    Probe::silent(&[67], "a DHCP server was not asked for an address"),
    tftp::TFTP,
    kerberos::KERBEROS,
    rpc::RPCBIND,
    ntp::NTP,
    netbios::NETBIOS,
    snmp::SNMP,
    ldap::LDAP,
    quic::QUIC,
    ike::IKE,
    ike::IKE_NAT,
    Probe::silent(&[514], "syslog never answers"),
    rmcp::RMCP,
    openvpn::OPENVPN,
    Probe::silent(&[1645, 1646, 1812, 1813], "RADIUS answers only clients with its secret"),
    ssdp::SSDP,
    rpc::NFS,
    stun::STUN,
    sip::SIP,
    nat_pmp::NAT_PMP,
    dns::MDNS,
    Probe::silent(&[5355], "LLMNR answers only to its own name"),
    coap::COAP,
    memcached::MEMCACHED,
    games::MINECRAFT,
    games::SOURCE,
    Probe::silent(&[51820], "WireGuard is silent to everybody whose key it does not know"),
];

fn probe(port: u16) -> Option<&'static Probe> {
    PROBES.iter().find(|probe| probe.ports.contains(&port))
}

/// What to send to a UDP port: the question of the service that is usually there, else an empty
/// datagram. Of one nonce it is always the same.
pub(crate) fn payload(port: u16, nonce: u64) -> Cow<'static, [u8]> {
    match probe(port).and_then(|probe| probe.question) {
        Some(question) => question(nonce).into(),
        None => Cow::Borrowed(&[]),
    }
}

/// What an answer from this port says, in a few words. `None` if it is not of the service that is
/// usually there, which makes it an answer all the same. What it quotes is as it came: hostile.
pub(crate) fn describe(port: u16, answer: &[u8]) -> Option<String> {
    (probe(port)?.answer)(answer)
}

/// Why there may be a service at this port though it does not answer.
pub(crate) fn silence(port: u16) -> Option<&'static str> {
    probe(port)?.silence
}

/// Whether the answer may come from another port than this one: a connected socket never hears it.
pub(crate) fn answers_elsewhere(port: u16) -> bool {
    probe(port).is_some_and(|probe| probe.answers_elsewhere)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    /// What QUIC has to be sent, in octets, so that its answer is none of an amplifier.
    const QUIC_OCTETS: usize = 1200;

    /// Room for the longest description: names and versions are cut before.
    const DESCRIPTION_MAX_CHARS: usize = 160;

    fn ports() -> impl Iterator<Item = u16> {
        PROBES.iter().flat_map(|probe| probe.ports).copied()
    }

    #[test]
    fn a_port_is_asked_in_one_way() {
        let mut known = HashSet::new();
        assert!(ports().all(|port| known.insert(port)));
    }

    #[test]
    fn questions_are_small_and_differ_by_their_nonce() {
        let without_nonce = [13, 17, 19, 37, 1900, 5351, 27015];
        for port in ports() {
            let [one, again, other] = [1, 1, u64::MAX - 1].map(|nonce| payload(port, nonce));
            assert_eq!(one, again, "{port}");
            assert_eq!(one.len(), other.len(), "{port}");
            let is_silent =
                PROBES.iter().any(|it| it.ports.contains(&port) && it.question.is_none());
            assert_eq!(one == other, is_silent || without_nonce.contains(&port), "{port}");
            let most = if one.len() == QUIC_OCTETS { QUIC_OCTETS } else { 400 };
            assert!(one.len() <= most, "{port}");
        }
    }

    #[test]
    fn other_ports_are_sent_an_empty_datagram() {
        for port in [0, 1, 514, 1812, 40_000, 51820, u16::MAX] {
            assert!(payload(port, 7).is_empty(), "{port}");
            assert_eq!(describe(port, b"anything"), None, "{port}");
        }
    }

    #[test]
    fn what_is_silent_by_design_says_so() {
        for port in [67, 161, 514, 1194, 1812, 51820] {
            assert!(silence(port).is_some(), "{port}");
        }
        for port in [53, 123, 40_000] {
            assert_eq!(silence(port), None, "{port}");
        }
    }

    #[test]
    fn only_some_answer_from_elsewhere() {
        let elsewhere: Vec<_> = ports().filter(|port| answers_elsewhere(*port)).collect();
        assert_eq!(elsewhere, [69, 1900]);
    }

    #[test]
    fn no_question_is_an_answer_of_its_service() {
        // The echo of a question is one of the echo service alone.
        for port in ports().filter(|port| ![7, 13, 17, 19].contains(port)) {
            assert_eq!(describe(port, &payload(port, 7)), None, "{port}");
        }
    }

    fn assert_described(answer: &[u8]) {
        for port in ports() {
            let Some(words) = describe(port, answer) else { continue };
            assert!(!words.is_empty() && words.chars().count() <= DESCRIPTION_MAX_CHARS, "{words}");
        }
    }

    proptest! {
        #[test]
        fn any_octets_are_described_in_few_words(answer in prop::collection::vec(any::<u8>(), 0..1500)) {
            assert_described(&answer);
        }

        #[test]
        fn questions_with_a_few_other_octets_are_read_safely(
            which in 0..PROBES.len(),
            nonce: u64,
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
            rest in prop::collection::vec(any::<u8>(), 0..40),
            cut: prop::sample::Index,
        ) {
            let mut octets = payload(PROBES[which].ports[0], nonce).into_owned();
            octets.extend(rest);
            for (place, octet) in changes {
                if !octets.is_empty() {
                    let place = place.index(octets.len());
                    octets[place] = octet;
                }
            }
            octets.truncate(cut.index(octets.len() + 1));
            assert_described(&octets);
        }
    }
}
