//! Sessions with real servers on loopback, good and bad.

use hickory_proto::op::{Message, Query};
use hickory_proto::rr::RecordType;
use testkit::{EncryptedBehaviour, EncryptedServer, Listener, closed_port};
use tokio::time::timeout;

use super::*;
use crate::exchange::after;
use crate::fake::name;

/// Longer than anything takes that is not meant to take long.
const PATIENCE: Duration = Duration::from_secs(20);

/// For what never comes.
const IMPATIENCE: Duration = Duration::from_millis(400);

fn protocols() -> [Protocol; 3] {
    [Protocol::Tls, https(testkit::HTTPS_PATH), Protocol::Quic]
}

fn https(path: &'static str) -> Protocol {
    Protocol::Https { path: PathAndQuery::from_static(path) }
}

fn endpoint(protocol: &Protocol) -> Endpoint {
    Endpoint { protocol: protocol.clone(), name: ServerName::try_from("dns.test").unwrap() }
}

fn query(id: u16, record_type: RecordType) -> Vec<u8> {
    let mut message = Message::query();
    message.metadata.id = id;
    message.add_query(Query::query(name("www.test"), record_type));
    message.to_vec().unwrap()
}

fn told(octets: &[u8]) -> String {
    let message = Message::from_vec(octets).unwrap();
    let records: Vec<_> = message.answers.iter().map(|it| it.data.to_string()).collect();
    format!("{} {}", message.metadata.id, records.join(" "))
}

fn trusting(server: &EncryptedServer) -> Sessions {
    Sessions::new(Trust::file(server.ca_file()).unwrap())
}

async fn ask(
    sessions: &Sessions,
    protocol: &Protocol,
    server: SocketAddr,
    message: &[u8],
) -> Result<Vec<u8>, EncryptedError> {
    sessions.exchange(&endpoint(protocol), server, message, after(PATIENCE)).await
}

/// What the chain of errors says.
fn in_words(error: &EncryptedError) -> String {
    let mut words = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        words = format!("{words}: {error}");
        source = error.source();
    }
    words
}

/// Each protocol, asked of a server that behaves so, in words after the server and the protocol.
async fn faults(behaviour: EncryptedBehaviour) -> [String; 3] {
    let server = EncryptedServer::start(behaviour).unwrap();
    let mut told = Vec::new();
    for protocol in protocols() {
        let sessions = trusting(&server);
        let error =
            ask(&sessions, &protocol, server.addr(), &query(7, RecordType::A)).await.unwrap_err();
        let start =
            format!("cannot ask {} over {}: ", server.addr(), protocol.as_str().to_uppercase());
        told.push(in_words(&error).strip_prefix(&start).unwrap().to_owned());
    }
    told.try_into().unwrap()
}

#[tokio::test]
async fn two_questions_share_one_connection() {
    for protocol in protocols() {
        let server = EncryptedServer::start(EncryptedBehaviour::Proper).unwrap();
        let sessions = trusting(&server);
        let (a, aaaa) = (query(7, RecordType::A), query(8, RecordType::AAAA));
        let (a, aaaa) = tokio::join!(
            ask(&sessions, &protocol, server.addr(), &a),
            ask(&sessions, &protocol, server.addr(), &aaaa),
        );
        assert_eq!(told(&a.unwrap()), "7 192.0.2.1", "{protocol:?}");
        assert_eq!(told(&aaaa.unwrap()), "8 2001:db8::1", "{protocol:?}");
        assert_eq!((server.connections(), server.queries()), (1, 2), "{protocol:?}");
    }
}

#[tokio::test]
async fn questions_with_the_same_id_are_told_apart() {
    for protocol in protocols() {
        let server = EncryptedServer::start(EncryptedBehaviour::OutOfOrder).unwrap();
        let sessions = trusting(&server);
        let (a, aaaa) = (query(7, RecordType::A), query(7, RecordType::AAAA));
        let (a, aaaa) = tokio::join!(
            ask(&sessions, &protocol, server.addr(), &a),
            ask(&sessions, &protocol, server.addr(), &aaaa),
        );
        assert_eq!(told(&a.unwrap()), "7 192.0.2.1", "{protocol:?}");
        assert_eq!(told(&aaaa.unwrap()), "7 2001:db8::1", "{protocol:?}");
    }
}

#[tokio::test]
async fn hundreds_of_questions_at_once_are_all_answered() {
    const COUNT: u16 = 300;
    for protocol in protocols() {
        let server = EncryptedServer::start(EncryptedBehaviour::Proper).unwrap();
        let sessions = std::sync::Arc::new(trusting(&server));
        let mut running = tokio::task::JoinSet::new();
        for id in 0..COUNT {
            let (sessions, protocol, server) =
                (std::sync::Arc::clone(&sessions), protocol.clone(), server.addr());
            running.spawn(async move {
                let reply = ask(&sessions, &protocol, server, &query(id, RecordType::A)).await;
                assert_eq!(told(&reply.unwrap()), format!("{id} 192.0.2.1"));
            });
        }
        running.join_all().await;
        assert_eq!((server.connections(), server.queries()), (1, COUNT.into()), "{protocol:?}");
    }
}

#[tokio::test]
async fn the_server_is_told_whom_we_want() {
    for protocol in protocols() {
        let server = EncryptedServer::start(EncryptedBehaviour::Proper).unwrap();
        let sessions = trusting(&server);
        for name in ["dns.test", "127.0.0.1"] {
            let endpoint =
                Endpoint { protocol: protocol.clone(), name: ServerName::try_from(name).unwrap() };
            let question = query(7, RecordType::A);
            sessions.exchange(&endpoint, server.addr(), &question, after(PATIENCE)).await.unwrap();
        }
        // RFC 6066, 3: an address is no name to be told.
        assert_eq!(server.server_names(), [Some("dns.test".to_owned()), None], "{protocol:?}");
    }
}

#[tokio::test]
async fn ids_are_zero_where_they_tell_nothing() {
    for (protocol, expected) in protocols().iter().zip([[0, 7], [0, 0], [0, 0]]) {
        let server = EncryptedServer::start(EncryptedBehaviour::Proper).unwrap();
        let sessions = trusting(&server);
        let reply = ask(&sessions, protocol, server.addr(), &query(7, RecordType::A)).await;
        assert_eq!(told(&reply.unwrap()), "7 192.0.2.1");
        assert_eq!(server.ids(), [expected], "{protocol:?}");
    }
}

#[tokio::test]
async fn a_server_that_cannot_prove_who_it_is_is_not_asked() {
    let wrong_name = "its certificate is not valid for 'dns.test', but for 'other.test'";
    assert_eq!(faults(EncryptedBehaviour::WrongName).await, [wrong_name; 3]);
    for fault in faults(EncryptedBehaviour::Expired).await {
        assert!(fault.starts_with("its certificate expired ("), "{fault}");
        assert!(fault.ends_with(" days ago)"), "{fault}");
    }
    for fault in faults(EncryptedBehaviour::NotYetValid).await {
        assert!(fault.starts_with("its certificate is not valid yet ("), "{fault}");
        assert!(fault.ends_with(" days to go): is the clock right?"), "{fault}");
    }
}

#[tokio::test]
async fn a_signer_whom_nobody_trusts_is_told() {
    let server = EncryptedServer::start(EncryptedBehaviour::Proper).unwrap();
    let other = EncryptedServer::start(EncryptedBehaviour::Proper).unwrap();
    for protocol in protocols() {
        let sessions = trusting(&other);
        let error = ask(&sessions, &protocol, server.addr(), &query(7, RecordType::A)).await;
        let Reason::UnknownIssuer { ca: Some(ca) } = error.unwrap_err().reason else {
            panic!("{protocol:?} has another reason");
        };
        assert_eq!(ca, other.ca_file());
    }
    assert_eq!(server.queries(), 0);
}

#[tokio::test]
async fn the_system_does_not_trust_our_signer() {
    let server = EncryptedServer::start(EncryptedBehaviour::Proper).unwrap();
    for protocol in protocols() {
        let sessions = Sessions::new(Trust::system());
        let error = ask(&sessions, &protocol, server.addr(), &query(7, RecordType::A)).await;
        let error = error.unwrap_err();
        assert_eq!(error.status(), "CERTIFICATE");
        // A machine that trusts nobody says that instead.
        let words = in_words(&error);
        assert!(words.contains("--ca FILE"), "{words}");
    }
    assert_eq!(server.queries(), 0);
}

#[tokio::test]
async fn a_server_of_something_else_is_told() {
    let expected = ["dot", "h2", "doq"]
        .map(|protocol| format!("the server speaks TLS, but not '{protocol}' in it"));
    assert_eq!(faults(EncryptedBehaviour::OtherProtocol).await, expected);

    let plain = testkit::Misbehaving::start(testkit::Behaviour::NonAuthoritative).unwrap();
    for protocol in [Protocol::Tls, https("/dns-query")] {
        let sessions = Sessions::new(Trust::system());
        let question = query(7, RecordType::A);
        let deadline = after(IMPATIENCE);
        let error = sessions
            .exchange(&endpoint(&protocol), plain.addr(), &question, deadline)
            .await
            .unwrap_err();
        // It takes the start of the handshake for a length, and waits for so much more.
        let no_handshake = matches!(
            error.reason,
            Reason::NoReply { stage: Stage::Handshake, .. } | Reason::Trust(_) | Reason::NotTls
        );
        assert!(no_handshake, "{error:?}");
    }
}

#[tokio::test]
async fn nobody_home_is_told() {
    let closed = closed_port();
    let other = EncryptedServer::start(EncryptedBehaviour::Proper).unwrap();
    for protocol in protocols() {
        let sessions = trusting(&other);
        let (endpoint, question) = (endpoint(&protocol), query(7, RecordType::A));
        let asked = sessions.exchange(&endpoint, closed, &question, after(IMPATIENCE));
        let error = asked.await.unwrap_err();
        assert!(matches!(error.reason, Reason::NothingListens(_)), "{error:?}");
    }
}

#[tokio::test]
async fn a_silent_server_is_waited_for_no_longer_than_told() {
    let trusted = EncryptedServer::start(EncryptedBehaviour::Silent).unwrap();
    let deaf = Listener::start().unwrap();
    let deaf_udp = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    for protocol in protocols() {
        let (deaf, deaf_stage) = match protocol {
            Protocol::Quic => (deaf_udp.local_addr().unwrap(), Stage::Connecting),
            _ => (deaf.addr(), Stage::Handshake),
        };
        for (server, expected) in [(trusted.addr(), Stage::Asking), (deaf, deaf_stage)] {
            let sessions = trusting(&trusted);
            let question = query(7, RecordType::A);
            let deadline = after(IMPATIENCE);
            let endpoint = endpoint(&protocol);
            let asked = sessions.exchange(&endpoint, server, &question, deadline);
            let error = timeout(PATIENCE, asked).await.unwrap().unwrap_err();
            assert!(
                matches!(error.reason, Reason::NoReply { stage, .. } if stage == expected),
                "{error:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_connection_that_was_closed_is_made_again() {
    use EncryptedBehaviour::{ClosesAfterFirstReply, LeavesAfterFirstReply};

    for behaviour in [ClosesAfterFirstReply, LeavesAfterFirstReply] {
        for protocol in protocols() {
            let server = EncryptedServer::start(behaviour).unwrap();
            let sessions = trusting(&server);
            for id in 1..=3 {
                let question = query(id, RecordType::A);
                let reply = ask(&sessions, &protocol, server.addr(), &question).await;
                assert_eq!(told(&reply.unwrap()), format!("{id} 192.0.2.1"), "{protocol:?}");
            }
            assert!((2..=3).contains(&server.connections()), "{protocol:?}");
        }
    }
}

#[tokio::test]
async fn a_server_that_closes_after_each_answer_answers_many_at_once() {
    for protocol in protocols() {
        let server = EncryptedServer::start(EncryptedBehaviour::ClosesAfterFirstReply).unwrap();
        let sessions = std::sync::Arc::new(trusting(&server));
        let mut running = tokio::task::JoinSet::new();
        for id in 0..8 {
            let (sessions, protocol, server) =
                (std::sync::Arc::clone(&sessions), protocol.clone(), server.addr());
            running.spawn(async move {
                let reply = ask(&sessions, &protocol, server, &query(id, RecordType::A)).await;
                assert_eq!(told(&reply.unwrap()), format!("{id} 192.0.2.1"), "{protocol:?}");
            });
        }
        running.join_all().await;
    }
}

#[tokio::test]
async fn a_server_that_never_answers_is_not_asked_again() {
    for protocol in protocols() {
        let server = EncryptedServer::start(EncryptedBehaviour::ClosesAtOnce).unwrap();
        let sessions = trusting(&server);
        let reply = ask(&sessions, &protocol, server.addr(), &query(7, RecordType::A)).await;
        let error = reply.unwrap_err();
        assert!(matches!(error.reason, Reason::Closed { midway: false, .. }), "{error:?}");
        assert_eq!(server.connections(), 1, "{protocol:?}");
    }
}

#[tokio::test]
async fn a_failure_is_shared_by_those_who_waited_for_it() {
    let server = EncryptedServer::start(EncryptedBehaviour::WrongName).unwrap();
    for protocol in protocols() {
        let sessions = trusting(&server);
        let questions = [query(1, RecordType::A), query(2, RecordType::AAAA)];
        let (a, aaaa) = tokio::join!(
            ask(&sessions, &protocol, server.addr(), &questions[0]),
            ask(&sessions, &protocol, server.addr(), &questions[1]),
        );
        let place = sessions.place(&endpoint(&protocol), server.addr());
        assert_eq!(place.attempts(), 1, "{protocol:?}");
        assert_eq!(a.unwrap_err().to_string(), aaaa.unwrap_err().to_string());
        ask(&sessions, &protocol, server.addr(), &questions[0]).await.unwrap_err();
        assert_eq!(place.attempts(), 2, "{protocol:?}");
    }
}

#[tokio::test]
async fn half_a_message_is_no_reply() {
    let [tls, https, quic] = faults(EncryptedBehaviour::HalfMessage).await;
    assert_eq!(tls, "it closed the connection in the middle of a reply");
    assert!(https.starts_with("protocol error: "), "{https}");
    assert_eq!(quic, "it closed the connection in the middle of a reply");
}

#[tokio::test]
async fn what_is_no_reply_over_https_is_told() {
    for (behaviour, expected) in [
        (EncryptedBehaviour::HttpStatus(500), "HTTP status 500 (Internal Server Error)"),
        (
            EncryptedBehaviour::HttpStatus(301),
            "HTTP status 301 (Moved Permanently), see '/elsewhere'",
        ),
        (
            EncryptedBehaviour::WebPage,
            "the reply is no DNS message but 'text/html': is the path right?",
        ),
        (EncryptedBehaviour::Endless, "the reply is too long for a DNS message"),
        (EncryptedBehaviour::OtherId, "the reply is to another question"),
    ] {
        let server = EncryptedServer::start(behaviour).unwrap();
        let sessions = trusting(&server);
        let question = query(7, RecordType::A);
        let reply = ask(&sessions, &https(testkit::HTTPS_PATH), server.addr(), &question).await;
        assert_eq!(reply.unwrap_err().reason.to_string(), expected);
    }
    let server = EncryptedServer::start(EncryptedBehaviour::Proper).unwrap();
    let sessions = trusting(&server);
    let reply = ask(&sessions, &https("/wrong"), server.addr(), &query(7, RecordType::A)).await;
    assert_eq!(reply.unwrap_err().reason.to_string(), "HTTP status 404 (Not Found)");
}

#[tokio::test]
async fn a_reply_from_a_cache_is_as_old_as_it_says() {
    let server = EncryptedServer::start(EncryptedBehaviour::Aged(20)).unwrap();
    for (protocol, expected) in protocols().iter().zip([60, 40, 60]) {
        let sessions = trusting(&server);
        let reply = ask(&sessions, protocol, server.addr(), &query(7, RecordType::A)).await;
        let message = Message::from_vec(&reply.unwrap()).unwrap();
        assert_eq!(message.answers[0].ttl, expected, "{protocol:?}");
    }
}

#[tokio::test]
async fn a_question_that_was_given_up_leaves_the_connection_whole() {
    for protocol in protocols() {
        let server = EncryptedServer::start(EncryptedBehaviour::OutOfOrder).unwrap();
        let sessions = trusting(&server);
        let (endpoint, a) = (endpoint(&protocol), query(7, RecordType::A));
        let given_up =
            sessions.exchange(&endpoint, server.addr(), &a, after(IMPATIENCE)).await.unwrap_err();
        assert!(matches!(given_up.reason, Reason::NoReply { stage: Stage::Asking, .. }));
        let aaaa = query(7, RecordType::AAAA);
        let reply = ask(&sessions, &protocol, server.addr(), &aaaa).await;
        assert_eq!(told(&reply.unwrap()), "7 2001:db8::1", "{protocol:?}");
        assert_eq!(server.connections(), 1, "{protocol:?}");
    }
}

#[tokio::test]
async fn connections_end_with_a_farewell() {
    for protocol in protocols() {
        let server = EncryptedServer::start(EncryptedBehaviour::Proper).unwrap();
        let sessions = trusting(&server);
        ask(&sessions, &protocol, server.addr(), &query(7, RecordType::A)).await.unwrap();
        drop(sessions);
        farewell().await;
        // Nothing of ours runs from here on, as when the program ends.
        let started = std::time::Instant::now();
        while server.farewells() == 0 {
            assert!(started.elapsed() < PATIENCE, "{protocol:?} just left");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

#[tokio::test]
async fn what_is_no_message_is_not_sent() {
    let server = EncryptedServer::start(EncryptedBehaviour::Proper).unwrap();
    for protocol in protocols() {
        for octets in [0, 1, MESSAGE_MAX_OCTETS + 1] {
            let sessions = trusting(&server);
            let reply = ask(&sessions, &protocol, server.addr(), &vec![0; octets]).await;
            let error = reply.unwrap_err();
            assert!(matches!(error.reason, Reason::NotAMessage { .. }), "{error:?}");
        }
    }
    assert_eq!(server.queries(), 0);
}

#[test]
fn a_file_without_certificates_is_told() {
    let file = std::env::temp_dir().join(format!("lookup-no-ca-{}.pem", std::process::id()));
    for (text, expected) in [
        ("no certificate", "has no certificate in it"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "cannot understand"),
        ("-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n", "cannot understand"),
    ] {
        std::fs::write(&file, text).unwrap();
        let error = Trust::file(&file).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    std::fs::remove_file(&file).unwrap();
    let error = Trust::file(&file).unwrap_err();
    assert!(matches!(error, TrustError::Read { .. }), "{error:?}");
}
