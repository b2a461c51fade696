//! What a program on this machine gets for a name (`getaddrinfo(3)`), and from where.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::mpsc::Sender;

use hickory_proto::rr::{DNSClass, RecordType};
use output::Exit;

use crate::answer::{Arrival, Detail, Group, from_hosts};
use crate::exchange::Limits;
use crate::name::present;
use crate::request::{Subject, Target};
use crate::resolve::{Asked, Outcome, ResolveError, Source, resolve};
use crate::row::{self, About, Row};
use crate::system::{Service, SystemConfig, addresses_of};

/// What is asked, and of whom.
pub(crate) struct Programs {
    pub system: SystemConfig,
    pub source: Arc<Source>,
    /// In this order.
    pub services: Vec<Service>,
    /// Whether the system's own library is asked too: not where other files stand for the system's.
    pub asks_library: bool,
    pub limits: Limits,
}

/// What a service knows.
enum Known {
    Rows(Vec<Row>),
    /// It knows that there is none.
    Nothing(Vec<Row>),
    /// It was not asked.
    NotAsked,
}

impl Programs {
    /// Sends the rows of each target.
    pub(crate) async fn run(&self, targets: &[Target], rows: &Sender<(usize, Vec<Row>)>) {
        for (index, target) in targets.iter().enumerate() {
            if rows.send((index, self.rows(target).await)).is_err() {
                return;
            }
        }
    }

    async fn rows(&self, target: &Target) -> Vec<Row> {
        let (mut rows, mut steps) = self.walk(target).await;
        if let (Subject::Name(parsed), true) = (&target.subject, self.asks_library) {
            let name = present(&parsed.name);
            let name = if parsed.absolute { format!("{name}.") } else { name };
            match addresses_of(&name, self.limits.deadline) {
                Ok(addresses) => {
                    let (ordered, note) = as_library_has_it(target, &rows, &addresses);
                    rows = ordered;
                    steps.push(note);
                }
                Err(error) => {
                    steps.push(format!("the C library: {}", output::system_words(&error)));
                }
            }
        }
        if let Some(first) = rows.first_mut() {
            let said = first.preface.take();
            steps.extend(said);
            first.preface = Some(steps.join("\n"));
        }
        rows
    }

    /// Asks the services in their order until one knows, and tells what each of them said.
    async fn walk(&self, target: &Target) -> (Vec<Row>, Vec<String>) {
        let mut steps = Vec::new();
        let mut last = Vec::new();
        for service in &self.services {
            match self.ask(service, target).await {
                Known::Rows(rows) => {
                    steps.push(format!("{}: {} found", self.told(service), rows.len()));
                    return (rows, steps);
                }
                Known::Nothing(rows) => {
                    let failed = rows.iter().any(|row| row.exit == Exit::Unknown);
                    let said = if failed { "cannot tell" } else { "nothing" };
                    steps.push(format!("{}: {said}", self.told(service)));
                    // Who cannot tell is worth more than who knows nothing: there may be some.
                    if failed || !last.iter().any(|row: &Row| row.exit == Exit::Unknown) {
                        last = rows;
                    }
                    if service.ends_when_not_found {
                        steps.push(format!("nobody else is asked after '{}'", service.name));
                        break;
                    }
                }
                Known::NotAsked => {
                    steps.push(format!("{}: not asked, only the C library can", service.name));
                }
            }
        }
        if last.is_empty() {
            last.push(no_address(target));
        }
        (last, steps)
    }

    fn told(&self, service: &Service) -> String {
        match &*service.name {
            "files" => format!("files ({})", self.system.hosts.path.display()),
            "dns" => {
                let servers = self.source.servers.iter().map(ToString::to_string);
                format!("dns ({})", servers.collect::<Vec<_>>().join(", "))
            }
            name => name.to_owned(),
        }
    }

    async fn ask(&self, service: &Service, target: &Target) -> Known {
        let rows = match &*service.name {
            "files" => {
                let of = |record_type| from_hosts(&target.subject, record_type, &self.system.hosts);
                target.types.iter().flat_map(|record_type| of(*record_type)).collect()
            }
            "dns" => self.ask_servers(target).await,
            _ => return Known::NotAsked,
        };
        if rows.iter().any(Row::is_answer) { Known::Rows(rows) } else { Known::Nothing(rows) }
    }

    async fn ask_servers(&self, target: &Target) -> Vec<Row> {
        let mut group = Group::new(target.is_for_any_address, Detail::Answer);
        let candidates = self.system.candidates_of(&target.subject);
        let mut outcomes: Vec<Result<Outcome, ResolveError>> = Vec::new();
        for record_type in &target.types {
            group.add_question();
            let asked = Asked { candidates: candidates.clone(), record_type: *record_type };
            outcomes.push(resolve(&asked, &self.source, &self.limits).await);
        }
        let arrivals = outcomes.into_iter().map(|it| Arrival::Server(Box::new(it)));
        arrivals.flat_map(|arrival| group.land(arrival)).collect()
    }
}

/// The addresses in the order in which programs get them, each from where it is known.
fn as_library_has_it(target: &Target, walked: &[Row], addresses: &[IpAddr]) -> (Vec<Row>, String) {
    let mut rows: Vec<Row> =
        walked.iter().filter(|row| !row.is_answer() && row.data.is_some()).cloned().collect();
    let mut is_elsewhere = false;
    for address in addresses {
        let record_type = if address.is_ipv4() { RecordType::A } else { RecordType::AAAA };
        if !target.types.contains(&record_type) {
            continue;
        }
        let text = address.to_string();
        let known = walked.iter().find(|row| row.is_answer() && row.data.as_ref() == Some(&text));
        is_elsewhere |= known.is_none();
        rows.push(known.cloned().unwrap_or_else(|| of_library(target, record_type, text)));
    }
    let withheld = walked.iter().filter(|row| row.is_answer());
    let withheld = withheld.filter(|row| !rows.iter().any(|it| it.data == row.data)).count();
    let note = match (is_elsewhere, withheld) {
        (false, 0) => "the C library: the same, in this order".to_owned(),
        (true, 0) => "the C library: more, from elsewhere".to_owned(),
        (_, withheld) => format!("the C library: not the same; it withholds {withheld}"),
    };
    if rows.is_empty() { (walked.to_vec(), note) } else { (rows, note) }
}

fn of_library(target: &Target, record_type: RecordType, data: String) -> Row {
    let name = match &target.subject {
        Subject::Name(parsed) => parsed.name.clone(),
        Subject::Address(parsed) => crate::name::reverse(parsed.address),
    };
    let source = Some(row::Source::Library);
    let about = About::unanswered(&name, record_type, "NOERROR", source);
    Row { data: Some(data), ..Row::without_record(Arc::new(about), DNSClass::IN, Exit::Yes) }
}

fn no_address(target: &Target) -> Row {
    let mut row = of_library(target, target.types[0], String::new());
    row.data = None;
    row.exit = Exit::No;
    Arc::make_mut(&mut row.about).status = "NODATA".into();
    row.absence = Some(format!("'{}' has no address on this machine", row.name));
    row
}
