//! DNS over HTTPS (RFC 8484): each message is posted, many at a time, over HTTP/2 (RFC 9113).

use std::io::Cursor;
use std::net::SocketAddr;

use h2::client::SendRequest;
use http::header::{ACCEPT, AGE, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, LOCATION};
use http::uri::{Authority, PathAndQuery};
use http::{Method, Request, StatusCode, Uri};
use rustls::pki_types::ServerName;

use super::age::subtract_age;
use super::tls;
use super::{MESSAGE_MAX_OCTETS, Question, Reason, Stage, Target};
use crate::server::HTTPS_PORT;

/// The protocol's name (ALPN, RFC 9113, 3.1).
const ALPN: &str = "h2";

/// The type of a message (RFC 8484, 6).
const MEDIA_TYPE: &str = "application/dns-message";

/// A connection that a task of its own drives until nobody asks over it.
#[derive(Debug)]
pub(super) struct Connection {
    requests: SendRequest<Cursor<Vec<u8>>>,
    uri: Uri,
}

impl Connection {
    pub(super) async fn open(target: &Target<'_>, path: &PathAndQuery) -> Result<Self, Reason> {
        let uri = uri(target.name, target.server, path)?;
        let stream = tls::open(target, ALPN).await?;
        if stream.get_ref().1.alpn_protocol() != Some(ALPN.as_bytes()) {
            return Err(Reason::NotThisProtocol { protocol: ALPN });
        }
        let mut builder = h2::client::Builder::new();
        builder.enable_push(false);
        let handshake = async { builder.handshake(stream).await.map_err(|it| reason(&it)) };
        let (requests, connection) = target.in_time(Stage::Handshake, handshake).await?;
        // Why it ended, those learn who wait for a reply.
        tokio::spawn(async { drop(connection.await) });
        Ok(Self { requests, uri })
    }

    pub(super) async fn exchange(&self, question: &Question<'_>) -> Result<Vec<u8>, Reason> {
        // The same question is the same request, whoever asks (RFC 8484, 4.1).
        let message = question.with_id([0, 0]);
        let request = Request::builder()
            .method(Method::POST)
            .uri(self.uri.clone())
            .header(ACCEPT, MEDIA_TYPE)
            .header(CONTENT_TYPE, MEDIA_TYPE)
            .header(CONTENT_LENGTH, message.len())
            .body(())
            .map_err(|error| Reason::Protocol(error.to_string()))?;
        let mut requests = self.requests.clone().ready().await.map_err(|it| reason(&it))?;
        let (response, mut body) =
            requests.send_request(request, false).map_err(|it| reason(&it))?;
        body.send_data(Cursor::new(message), true).map_err(|it| reason(&it))?;
        let (head, mut body) = response.await.map_err(|it| reason(&it))?.into_parts();
        check(head.status, &head.headers)?;
        let mut octets = read(&mut body).await?;
        if let Some(age) = text(&head.headers, AGE).and_then(|age| age.trim().parse().ok()) {
            subtract_age(&mut octets, age);
        }
        question.reply(octets)
    }
}

/// The name rather than the address, as the server knows itself by it.
fn uri(name: &ServerName<'_>, server: SocketAddr, path: &PathAndQuery) -> Result<Uri, Reason> {
    let name = match name {
        ServerName::IpAddress(rustls::pki_types::IpAddr::V6(_)) => format!("[{}]", name.to_str()),
        _ => name.to_str().into_owned(),
    };
    let authority = match server.port() {
        HTTPS_PORT => name,
        port => format!("{name}:{port}"),
    };
    let authority =
        Authority::try_from(authority).map_err(|error| Reason::Protocol(error.to_string()))?;
    Uri::builder()
        .scheme("https")
        .authority(authority)
        .path_and_query(path.clone())
        .build()
        .map_err(|error| Reason::Protocol(error.to_string()))
}

fn check(status: StatusCode, headers: &HeaderMap) -> Result<(), Reason> {
    if status != StatusCode::OK {
        let location = status.is_redirection().then(|| text(headers, LOCATION)).flatten();
        return Err(Reason::Http { status: status.as_u16(), location });
    }
    let found = text(headers, CONTENT_TYPE).unwrap_or_default();
    let media_type = found.split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case(MEDIA_TYPE) {
        return Err(Reason::ContentType { found });
    }
    Ok(())
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

async fn read(body: &mut h2::RecvStream) -> Result<Vec<u8>, Reason> {
    let mut octets = Vec::new();
    while let Some(chunk) = body.data().await {
        let chunk = chunk.map_err(|it| match reason(&it) {
            Reason::Closed { source, .. } => Reason::Closed { midway: true, source },
            other => other,
        })?;
        octets.extend_from_slice(&chunk);
        if octets.len() > MESSAGE_MAX_OCTETS {
            return Err(Reason::TooLong);
        }
        // It fails only where the stream has ended, which the next chunk tells.
        let _ = body.flow_control().release_capacity(chunk.len());
    }
    Ok(octets)
}

/// What an end of HTTP/2 means.
fn reason(error: &h2::Error) -> Reason {
    let is_refusal = error.reason() == Some(h2::Reason::REFUSED_STREAM);
    let is_farewell = error.is_go_away() && error.reason() == Some(h2::Reason::NO_ERROR);
    match error.get_io() {
        Some(io) => {
            let copy = std::io::Error::new(io.kind(), io.to_string());
            Reason::closed(false, copy)
        }
        None if is_refusal || is_farewell => Reason::Closed { midway: false, source: None },
        None => Reason::Protocol(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_is_called_by_its_name() {
        for (name, server, expected) in [
            ("dns.test", "127.0.0.1:443", "https://dns.test/dns-query"),
            ("dns.test", "127.0.0.1:8443", "https://dns.test:8443/dns-query"),
            ("127.0.0.1", "127.0.0.1:443", "https://127.0.0.1/dns-query"),
            ("::1", "[::1]:8443", "https://[::1]:8443/dns-query"),
            ("fe80::1", "[fe80::1%7]:443", "https://[fe80::1]/dns-query"),
        ] {
            let name = ServerName::try_from(name).unwrap();
            let path = PathAndQuery::from_static("/dns-query");
            let uri = uri(&name, server.parse().unwrap(), &path).unwrap();
            assert_eq!(uri.to_string(), expected);
        }
    }

    #[test]
    fn only_a_dns_message_is_a_reply() {
        for (status, media_type, expected) in [
            (200, Some("application/dns-message"), None),
            (200, Some("Application/DNS-Message; charset=x"), None),
            (
                200,
                Some("text/html"),
                Some("the reply is no DNS message but 'text/html': is the path right?"),
            ),
            (200, None, Some("the reply is no DNS message but '': is the path right?")),
            (204, Some("application/dns-message"), Some("HTTP status 204 (No Content)")),
            (302, None, Some("HTTP status 302 (Found), see '/there'")),
            (415, None, Some("HTTP status 415 (Unsupported Media Type)")),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(LOCATION, "/there".parse().unwrap());
            if let Some(media_type) = media_type {
                headers.insert(CONTENT_TYPE, media_type.parse().unwrap());
            }
            let checked = check(StatusCode::from_u16(status).unwrap(), &headers);
            assert_eq!(checked.err().map(|it| it.to_string()).as_deref(), expected);
        }
    }
}
