//! How a service is shown, and a port that has none.

use std::ops::RangeInclusive;

use output::{Column, Exit, Kind, Labelled, Record, Tone, Value};

use crate::local::LocalService;
use crate::port::PortClass;
use crate::protocol::{Protocol, Protocols};
use crate::services::{Service, by_port};
use crate::sources::Source;
use crate::status::{Status, takes_privilege};

/// Something that was asked for, or found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What there is.
    pub entry: Entry,
    /// What it has to do with the question.
    pub matched: Match,
    /// What is to be said of it beside.
    pub remark: Option<String>,
}

/// What a row stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A service of the table.
    Service(Service),
    /// A service of this machine's list.
    Local(LocalService),
    /// Ports that no service has.
    Nothing {
        /// Which ports.
        ports: RangeInclusive<u16>,
        /// Over which transport, where one was asked for.
        protocol: Option<Protocol>,
    },
    /// Something that the table was made of, with how much it has.
    Source(Source, u64),
}

/// What a row has to do with the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// Its port was asked for.
    Port,
    /// Its name was asked for.
    Exact,
    /// Another name of it was asked for.
    Alias,
    /// Its name goes on where the one that was asked for ends.
    Related,
    /// Words were searched for.
    Search,
    /// Nobody asked for anything.
    Listed,
}

impl Match {
    const fn as_str(self) -> Option<&'static str> {
        match self {
            Self::Port => Some("port"),
            Self::Exact => Some("exact"),
            Self::Alias => Some("alias"),
            Self::Related => Some("related"),
            Self::Search => Some("search"),
            Self::Listed => None,
        }
    }
}

impl Entry {
    /// The ports, if there are any.
    pub(crate) fn ports(&self) -> Option<RangeInclusive<u16>> {
        match self {
            Self::Service(service) if service.is_portless() => None,
            Self::Service(service) => Some(service.ports()),
            Self::Local(service) => Some(service.port..=service.port),
            Self::Nothing { ports, .. } => Some(ports.clone()),
            Self::Source(..) => None,
        }
    }

    fn name(&self) -> Option<&str> {
        match self {
            Self::Service(service) => Some(service.name()),
            Self::Local(service) => Some(&service.name),
            Self::Nothing { .. } | Self::Source(..) => None,
        }
    }

    fn protocols(&self) -> Protocols {
        match self {
            Self::Service(service) => service.protocols(),
            Self::Local(service) => service.protocols,
            Self::Nothing { protocol, .. } => protocol.iter().copied().collect(),
            Self::Source(..) => Protocols::default(),
        }
    }

    /// The service of the table that a service of this machine is, or is the same as.
    fn in_table(&self) -> Option<Service> {
        match self {
            Self::Service(service) => Some(*service),
            Self::Local(local) => local.in_table(),
            Self::Nothing { .. } | Self::Source(..) => None,
        }
    }
}

impl LocalService {
    /// The service of the table with this name and port, and no other ports.
    pub(crate) fn in_table(&self) -> Option<Service> {
        let is_same = |it: &Service| {
            *it.ports().end() == self.port && it.name().eq_ignore_ascii_case(&self.name)
        };
        by_port(self.port, None).filter(|it| *it.ports().start() == self.port).find(is_same)
    }
}

impl Row {
    /// The port, or the range as people write it; in JSON the first port.
    fn port(&self) -> Value<'_> {
        let Some(ports) = self.entry.ports() else { return Value::Null };
        let (first, last) = ports.into_inner();
        if first == last {
            return first.into();
        }
        let label = Value::display(format_args!("{first}-{last}"));
        Labelled { label, exact: first.into() }.into()
    }

    fn protocol(&self) -> Value<'_> {
        match self.entry {
            Entry::Source(..) => Value::Null,
            _ => self.entry.protocols().iter().map(Protocol::as_str).collect(),
        }
    }

    fn aliases(&self) -> Value<'_> {
        let mut aliases: Vec<&str> = match &self.entry {
            Entry::Local(service) => service.aliases.iter().map(String::as_str).collect(),
            Entry::Service(_) => Vec::new(),
            Entry::Nothing { .. } | Entry::Source(..) => return Value::Null,
        };
        for alias in self.entry.in_table().iter().flat_map(|it| it.aliases()) {
            if !aliases.iter().any(|it| it.eq_ignore_ascii_case(alias)) {
                aliases.push(alias);
            }
        }
        aliases.into_iter().collect()
    }

    fn description(&self) -> Value<'_> {
        let exact = match &self.entry {
            Entry::Source(source, _) => return source.gives.into(),
            Entry::Local(LocalService { remark: Some(remark), .. }) => return remark.into(),
            entry => entry.in_table().map(Service::description).filter(|it| !it.is_empty()),
        };
        match exact {
            Some(exact) if self.is_unofficial() => {
                let label = format!("unofficial: {exact}").into();
                Labelled { label, exact: exact.into() }.into()
            }
            exact => exact.into(),
        }
    }

    fn is_unofficial(&self) -> bool {
        matches!(self.entry, Entry::Service(service) if service.is_unofficial())
    }

    fn official(&self) -> Value<'_> {
        match &self.entry {
            Entry::Service(service) => (!service.is_unofficial()).into(),
            Entry::Local(service) => {
                service.in_table().is_some_and(|it| !it.is_unofficial()).into()
            }
            Entry::Nothing { .. } | Entry::Source(..) => Value::Null,
        }
    }

    fn first_port(&self) -> Option<u16> {
        self.entry.ports().map(|ports| *ports.start())
    }

    fn status(&self) -> Value<'_> {
        let status = match &self.entry {
            Entry::Service(service) if service.is_unofficial() => Status::Unofficial,
            Entry::Service(_) => Status::Assigned,
            Entry::Local(service) => Status::of(service.port, service.protocols.iter().next()),
            Entry::Nothing { ports, protocol } => Status::of(*ports.start(), *protocol),
            Entry::Source(..) => return Value::Null,
        };
        status.as_str().into()
    }

    fn registered_description(&self) -> Value<'_> {
        self.entry.in_table().and_then(Service::registered_description).into()
    }

    fn source(&self) -> Value<'_> {
        match &self.entry {
            Entry::Service(service) if service.is_unofficial() => "unofficial".into(),
            Entry::Service(_) => "iana".into(),
            Entry::Local(_) => "local".into(),
            Entry::Nothing { .. } => Value::Null,
            Entry::Source(source, _) => source.name.into(),
        }
    }

    fn as_source(&self) -> Option<&Source> {
        match &self.entry {
            Entry::Source(source, _) => Some(source),
            _ => None,
        }
    }

    /// In a table there is no room for the blanks of an expression.
    fn licence(&self) -> Value<'_> {
        let Some(licence) = self.as_source().map(|it| it.licence) else { return Value::Null };
        if !licence.contains(" OR ") {
            return licence.into();
        }
        Labelled { label: licence.replace(" OR ", "/").into(), exact: licence.into() }.into()
    }

    fn entries(&self) -> Value<'_> {
        match self.entry {
            Entry::Source(_, entries) => entries.into(),
            _ => Value::Null,
        }
    }

    fn tone(&self) -> Tone {
        match self.matched {
            _ if self.is_unofficial() => Tone::Dim,
            Match::Related => Tone::Plain,
            _ => Tone::Good,
        }
    }

    fn sentence(ports: &RangeInclusive<u16>, protocol: Option<Protocol>) -> String {
        let (first, last) = (*ports.start(), *ports.end());
        let which =
            if first == last { format!("port {first}") } else { format!("ports {first}-{last}") };
        let over = protocol.map(|it| format!(" over {it}")).unwrap_or_default();
        let status = match Status::of(first, protocol) {
            Status::Reserved => "reserved",
            Status::Private => "for use within an organisation",
            _ if PortClass::of(first) == PortClass::Dynamic => "never assigned",
            _ => "not assigned",
        };
        let class = match PortClass::of(first) {
            PortClass::System => "a system port (0-1023)",
            PortClass::User => "a user port (1024-49151)",
            PortClass::Dynamic => "a dynamic port (49152-65535) for private and short-lived use",
        };
        let privilege =
            if takes_privilege(first) { "; it takes privilege to listen there" } else { "" };
        let others: Vec<_> = match protocol {
            Some(_) if first == last => by_port(first, None).collect(),
            _ => Vec::new(),
        };
        let others =
            others.iter().map(|it| format!("; over {} it is {}", it.protocols(), it.name()));
        let others: String = others.collect();
        format!("no service is known on {which}{over}: {status}, {class}{privilege}{others}")
    }
}

impl Record for Row {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::<Self>::new("name", "the registered name", |it| it.entry.name().into())
            .toned(Row::tone),
        Column::<Self>::new("port", "the port, or the first of a range", Self::port).numeric(),
        Column::<Self>::new("protocol", "the transports it is registered for", Self::protocol)
            .side()
            .json(Kind::List(&Kind::Text)),
        Column::<Self>::new("aliases", "other names it goes by", Self::aliases)
            .side()
            .json(Kind::List(&Kind::Text)),
        Column::new("description", "what it is", Self::description),
        Column::<Self>::new("last_port", "the last port of a range", |it| {
            it.entry.ports().map(|ports| *ports.end()).into()
        })
        .numeric()
        .extra(),
        Column::<Self>::new(
            "official",
            "registered with IANA, or only in everyday use",
            Self::official,
        )
        .extra()
        .json(Kind::Bool),
        Column::<Self>::new("class", "system, user or dynamic (RFC 6335)", |it| {
            it.first_port().map(|port| PortClass::of(port).as_str()).into()
        })
        .extra(),
        Column::new(
            "status",
            "of the port: assigned, unofficial, reserved, private or unassigned",
            Self::status,
        )
        .extra(),
        Column::<Self>::new("privileged", "whether it takes privilege to listen there", |it| {
            it.first_port().map(takes_privilege).into()
        })
        .extra()
        .json(Kind::Bool),
        Column::new("iana_description", "what IANA says that it is", Self::registered_description)
            .extra(),
        Column::<Self>::new("match", "port, exact, alias, related or search", |it| {
            it.matched.as_str().into()
        })
        .extra(),
        Column::new("source", "iana, unofficial or local; or what it is (--about)", Self::source)
            .extra(),
        Column::<Self>::new("version", "which one was taken (--about)", |it| {
            it.as_source().and_then(|it| it.version).into()
        })
        .extra(),
        Column::new("licence", "under what it may be used (--about)", Self::licence).extra(),
        Column::<Self>::new("date", "of what time it is (--about)", |it| {
            it.as_source().map(|it| it.date).into()
        })
        .extra(),
        Column::new("entries", "how many it has (--about)", Self::entries).numeric().extra(),
    ];

    fn short(&self) -> Option<Value<'_>> {
        match (&self.entry, self.matched) {
            (Entry::Nothing { .. }, _) => None,
            (Entry::Source(source, _), _) => Some(source.name.into()),
            (_, Match::Port | Match::Search | Match::Listed) => self.entry.name().map(Into::into),
            (entry, Match::Exact | Match::Alias | Match::Related) => {
                entry.ports().is_some().then(|| self.port())
            }
        }
    }

    fn exit(&self) -> Exit {
        let is_there = match &self.entry {
            Entry::Nothing { .. } => false,
            // What has no port is no answer to who asks for one, and says so.
            _ => self.remark.is_none(),
        };
        if is_there { Exit::Yes } else { Exit::No }
    }

    fn absence(&self) -> Option<String> {
        match &self.entry {
            Entry::Nothing { ports, protocol } => Some(Self::sentence(ports, *protocol)),
            _ => None,
        }
    }

    fn preface(&self) -> Option<&str> {
        self.remark.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str, protocol: Option<Protocol>) -> String {
        let ports = crate::port_range(text, 0).unwrap();
        let told = Row::sentence(&ports, protocol);
        let told = told.strip_prefix("no service is known on ").unwrap();
        told.replace("; it takes privilege to listen there", "")
    }

    #[test]
    fn a_port_without_a_service_is_told_in_a_sentence() {
        let (tcp, dccp) = (Some(Protocol::Tcp), Some(Protocol::Dccp));
        let cases = [
            ("4", None, "port 4: not assigned, a system port (0-1023)"),
            ("0", None, "port 0: reserved, a system port (0-1023)"),
            ("24", tcp, "port 24 over tcp: for use within an organisation, a system port (0-1023)"),
            ("1023-1024", None, "ports 1023-1024: reserved, a system port (0-1023)"),
            (
                "2000",
                dccp,
                "port 2000 over dccp: not assigned, a user port (1024-49151); over tcp,udp it is cisco-sccp",
            ),
            (
                "60000",
                tcp,
                "port 60000 over tcp: never assigned, a dynamic port (49152-65535) for private and short-lived use",
            ),
        ];
        for (text, protocol, sentence) in cases {
            assert_eq!(told(text, protocol), sentence);
        }
    }
}
