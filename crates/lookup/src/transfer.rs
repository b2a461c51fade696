//! A whole zone (AXFR, RFC 5936): many messages over one connection, from SOA to SOA.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::Duration;

use hickory_proto::rr::RecordType;
use output::Exit;
use tokio::time::{Instant, timeout};

use crate::answer::{self, of_record};
use crate::exchange::{AskError, Question, Reply, Request, Transport};
use crate::framed;
use crate::message::{Message, Record, Section};
use crate::name::present;
use crate::resolve::classify;
use crate::row::{About, Row, Source};

/// Rows on their way to the printer, a message at a time.
type Rows = SyncSender<(usize, Vec<Row>)>;

/// Asks for all records of a zone. They go to `rows` a message at a time, and at the end, if it is
/// not reached, why.
pub(crate) async fn transfer(
    server: SocketAddr,
    question: &Question,
    idle_timeout: Duration,
    rows: &Rows,
) {
    let mut transfer = Transfer {
        server,
        question,
        idle_timeout,
        started: Instant::now(),
        rows,
        sent: 0,
        records: 0,
        soas: 0,
    };
    let ended = transfer.run().await;
    if let Err(broken) = ended {
        let row = transfer.broken(broken);
        // Whoever does not want it has left.
        let _ = rows.send((transfer.sent, vec![row]));
    }
}

struct Transfer<'a> {
    server: SocketAddr,
    question: &'a Question,
    idle_timeout: Duration,
    started: Instant,
    rows: &'a Rows,
    /// How many messages went to the printer.
    sent: usize,
    records: usize,
    /// How many SOA records of the zone came: the second ends it.
    soas: usize,
}

/// Why a transfer did not come to its end.
enum Broken {
    Ask(AskError),
    /// The server says no.
    Refused(Box<Row>),
    /// The messages are not those of a transfer.
    Odd(String),
    /// Nobody wants the rows any more.
    Gone,
}

impl From<AskError> for Broken {
    fn from(error: AskError) -> Self {
        Self::Ask(error)
    }
}

impl Transfer<'_> {
    async fn run(&mut self) -> Result<(), Broken> {
        let server = self.server;
        let request = Request::new(self.question, &self.question.manner);
        let mut stream = self.within(framed::connect(server)).await?;
        self.within(framed::write(&mut stream, &request.octets, server)).await?;
        while self.soas < 2 {
            let octets = self.within(framed::read(&mut stream, server)).await?;
            let message = Message::read(&octets)
                .filter(|message| message.id == request.id && message.flags.is_response())
                .ok_or(AskError::OtherQuestion { server })?;
            self.take(message)?;
        }
        Ok(())
    }

    /// No message is waited for longer than this.
    async fn within<T>(
        &self,
        step: impl Future<Output = Result<T, AskError>>,
    ) -> Result<T, AskError> {
        let server = self.server;
        let waited = self.idle_timeout;
        let silent = AskError::Timeout { server, waited, disbelieved: 0 };
        timeout(waited, step).await.map_err(|_| silent)?
    }

    fn take(&mut self, message: Message) -> Result<(), Broken> {
        let is_first = self.sent == 0;
        let damage = message.damage;
        if message.rcode != 0 || message.answers.is_empty() {
            return Err(Broken::Refused(Box::new(self.refusal(message))));
        }
        let answers = message.answers.clone();
        if is_first && answers[0].record_type != RecordType::SOA {
            return Err(Broken::Odd("it does not begin with the zone's SOA".to_owned()));
        }
        let is_end = |record: &Record| {
            record.record_type == RecordType::SOA && record.name == self.question.name
        };
        self.soas += answers.iter().filter(|record| is_end(record)).count();
        self.records += answers.len();
        let outcome = classify(self.question, self.reply(message));
        let about = Arc::new(answer::about(outcome.found(), Cow::Borrowed("NOERROR")));
        let rows = answers.iter().map(|it| of_record(&about, Section::Answer, it)).collect();
        self.rows.send((self.sent, rows)).map_err(|_| Broken::Gone)?;
        self.sent += 1;
        match damage {
            Some(damage) => Err(Broken::Odd(damage.to_string())),
            None => Ok(()),
        }
    }

    fn refusal(&self, message: Message) -> Row {
        let rcode = message.rcode;
        let outcome = classify(self.question, self.reply(message));
        let rows = answer::rows(&outcome);
        let mut row = rows.into_iter().next_back().expect("an outcome has a row");
        if rcode == 0 {
            row.absence = Some(format!("{} gave no records", self.server));
            row.exit = Exit::Unknown;
        }
        row
    }

    fn reply(&self, message: Message) -> Reply {
        Reply {
            message,
            server: self.server,
            transport: Transport::Tcp,
            rtt: self.started.elapsed(),
            sent: 1,
            tcp_because_truncated: false,
            edns_refused: false,
        }
    }

    fn broken(&self, broken: Broken) -> Row {
        let zone = present(&self.question.name);
        let after = match self.records {
            0 => String::new(),
            records => format!(" (after {records} records)"),
        };
        let (status, why) = match broken {
            Broken::Refused(row) => {
                let why = row.absence.clone().unwrap_or_default();
                let absence = format!("cannot transfer '{zone}'{after}: {why}");
                return Row { absence: Some(absence), exit: Exit::Unknown, ..*row };
            }
            Broken::Ask(error) => (answer::status(&error), output::with_causes(&error)),
            Broken::Odd(why) => {
                ("MALFORMED", format!("the reply from {} is odd: {why}", self.server))
            }
            Broken::Gone => ("FAILED", String::new()),
        };
        let about = About::unanswered(
            &self.question.name,
            self.question.record_type,
            status,
            Some(Source::Silent(self.server)),
        );
        let class = self.question.manner.class;
        let mut row = Row::without_record(Arc::new(about), class, Exit::Unknown);
        row.absence = Some(format!("cannot transfer '{zone}'{after}: {why}"));
        row
    }
}
