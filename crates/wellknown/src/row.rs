//! How a service is shown.

use output::{Column, Labelled, Record, Tone, Value};

use crate::protocol::Protocol;
use crate::services::Service;

/// A service that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The service.
    pub service: Service,
    /// Whether it was asked for by its name, so that its port is the answer.
    pub is_by_name: bool,
}

impl Row {
    /// The port, or the range as people write it; in JSON the first port.
    fn port(&self) -> Value<'_> {
        let (first, last) = self.service.ports().into_inner();
        if first == last {
            return first.into();
        }
        let label = Value::display(format_args!("{first}-{last}"));
        Labelled { label, exact: first.into() }.into()
    }

    fn description(&self) -> Value<'_> {
        let exact = self.service.description();
        if !self.service.is_unofficial() {
            return exact.into();
        }
        let label = Value::display(format_args!("unofficial: {exact}"));
        Labelled { label, exact: exact.into() }.into()
    }

    fn tone(&self) -> Tone {
        if self.service.is_unofficial() { Tone::Dim } else { Tone::Good }
    }
}

impl Record for Row {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::<Self>::new("name", "the registered name", |it| it.service.name().into())
            .toned(Row::tone),
        Column::<Self>::new("port", "the port, or the first of a range", Self::port).numeric(),
        Column::<Self>::new("protocol", "the transports it is registered for", |it| {
            it.service.protocols().iter().map(Protocol::as_str).collect()
        })
        .side(),
        Column::<Self>::new("aliases", "other names it goes by", |it| {
            it.service.aliases().collect()
        })
        .side(),
        Column::new("description", "what it is", Self::description),
        Column::<Self>::new("last_port", "the last port of a range", |it| {
            (*it.service.ports().end()).into()
        })
        .numeric()
        .extra(),
        Column::<Self>::new("official", "registered with IANA, or only in everyday use", |it| {
            (!it.service.is_unofficial()).into()
        })
        .extra(),
    ];

    fn short(&self) -> Option<Value<'_>> {
        Some(if self.is_by_name { self.port() } else { self.service.name().into() })
    }
}
