//! Many questions at once, beside the thread that prints.

use std::io;
use std::sync::mpsc::Sender;
use std::thread;

use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;

use crate::answer::{Arrival, Landed};
use crate::encrypted::farewell;
use crate::exchange::Limits;
use crate::plan::Question;
use crate::resolve::{ResolveError, resolve};

/// So many questions are under way at once at most; each holds a socket for each server.
pub const QUESTIONS_AT_ONCE_MAX: usize = 32;

/// Asks all questions at the same time, in a thread of its own, and delivers each outcome when it
/// lands, with the question's index. The channel ends after the last one; dropping the receiver
/// ends the asking.
pub fn ask_all(questions: Vec<Question>, limits: Limits, outcomes: Sender<Landed>) {
    if questions.is_empty() {
        return;
    }
    let same = questions.clone();
    let in_thread = outcomes.clone();
    let spawned = thread::Builder::new()
        .name("ask".to_owned())
        .spawn(move || run(questions, limits, &in_thread));
    if let Err(error) = spawned {
        fail_all(same, &error, &outcomes);
    }
    drop(outcomes);
}

fn run(questions: Vec<Question>, limits: Limits, outcomes: &Sender<Landed>) {
    match Waiting::new() {
        Ok(waiting) => waiting.run(ask_each(questions, limits, outcomes)),
        Err(error) => fail_all(questions, &error, outcomes),
    }
}

/// The system's means to wait for something.
#[derive(Debug)]
pub struct Waiting(Runtime);

impl Waiting {
    /// Gets them.
    ///
    /// # Errors
    ///
    /// The system gives none.
    pub fn new() -> io::Result<Self> {
        Builder::new_current_thread().enable_all().build().map(Self)
    }

    /// Runs something that waits, on this thread.
    pub fn run(self, work: impl Future<Output = ()>) {
        self.0.block_on(async {
            work.await;
            farewell().await;
        });
    }
}

/// Asks all questions at the same time.
pub async fn ask_each(questions: Vec<Question>, limits: Limits, outcomes: &Sender<Landed>) {
    let mut waiting = questions.into_iter();
    let mut running = JoinSet::new();
    loop {
        while running.len() < QUESTIONS_AT_ONCE_MAX
            && let Some(Question { index, asked, source }) = waiting.next()
        {
            running.spawn(async move { (index, resolve(&asked, &source, &limits).await) });
        }
        let landed = match running.join_next().await {
            None => return,
            Some(Ok((index, outcome))) => (index, Arrival::Server(Box::new(outcome))),
            Some(Err(error)) => std::panic::resume_unwind(error.into_panic()),
        };
        if outcomes.send(landed).is_err() {
            return;
        }
    }
}

fn fail_all(questions: Vec<Question>, error: &io::Error, outcomes: &Sender<Landed>) {
    for Question { index, asked, .. } in questions {
        let source = io::Error::new(error.kind(), error.to_string());
        let arrival = Arrival::Server(Box::new(Err(ResolveError::Start { asked, source })));
        if outcomes.send((index, arrival)).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::mpsc::{Receiver, channel};
    use std::time::Duration;

    use hickory_proto::op::ResponseCode;
    use hickory_proto::rr::RecordType;

    use super::*;
    use crate::fake::{Fake, a_record, name, reply_to, wire};
    use crate::name::present;
    use crate::resolve::{Asked, Outcome, Source};

    fn asked(text: &str, record_type: RecordType) -> Asked {
        Asked { candidates: vec![name(text)], record_type }
    }

    fn started(questions: &[Asked], source: Source, limits: Limits) -> Receiver<Landed> {
        let (sender, receiver) = channel();
        let source = Arc::new(source);
        let question = |(index, asked): (usize, &Asked)| Question {
            index,
            asked: asked.clone(),
            source: Arc::clone(&source),
        };
        ask_all(questions.iter().enumerate().map(question).collect(), limits, sender);
        receiver
    }

    fn outcome(arrival: Arrival) -> Outcome {
        match arrival {
            Arrival::Server(outcome) => outcome.unwrap(),
            Arrival::Hosts(_) => panic!("nobody asked the hosts file"),
        }
    }

    #[test]
    fn each_outcome_is_delivered_when_it_lands() {
        // Loses the first AAAA question, so that the A answer is there long before.
        let mut lost = false;
        let server = Fake::udp(move |query, _| {
            if query.queries[0].query_type == RecordType::AAAA && !lost {
                lost = true;
                return vec![];
            }
            let mut reply = reply_to(query, ResponseCode::NoError);
            if query.queries[0].query_type == RecordType::A {
                reply.add_answer(a_record("www.test", [192, 0, 2, 1]));
            }
            vec![wire(&reply)]
        });
        let questions = [RecordType::AAAA, RecordType::A].map(|it| asked("www.test", it));
        let limits = Limits {
            deadline: Duration::from_secs(20),
            retransmit_interval: Duration::from_millis(100),
            attempts: 3,
        };
        let landed = started(&questions, Source::new(vec![server.address()]), limits);
        let (index, arrival) = landed.recv().unwrap();
        assert_eq!(index, 1);
        assert!(matches!(outcome(arrival), Outcome::Answer(_)));
        let (index, arrival) = landed.recv().unwrap();
        assert_eq!(index, 0);
        assert!(matches!(outcome(arrival), Outcome::NoData(_)));
        assert!(landed.recv().is_err());
    }

    #[test]
    fn more_questions_than_go_at_once_are_all_answered() {
        let server = Fake::udp(|query, _| {
            let mut reply = reply_to(query, ResponseCode::NoError);
            reply.add_answer(a_record(&present(&query.queries[0].name), [192, 0, 2, 1]));
            vec![wire(&reply)]
        });
        let count = 3 * QUESTIONS_AT_ONCE_MAX;
        let questions: Vec<_> =
            (0..count).map(|index| asked(&format!("n{index}.test"), RecordType::A)).collect();
        let source = Source::new(vec![server.address()]);
        let mut seen: Vec<usize> = started(&questions, source, Limits::default())
            .iter()
            .map(|(index, arrival)| {
                assert_eq!(outcome(arrival).found().name, questions[index].candidates[0]);
                index
            })
            .collect();
        seen.sort_unstable();
        assert!(seen.into_iter().eq(0..count));
    }

    #[test]
    fn no_questions_end_at_once() {
        let landed = started(&[], Source::new(vec![]), Limits::default());
        assert!(landed.recv().is_err());
    }
}
