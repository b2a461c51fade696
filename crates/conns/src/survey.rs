//! From a question to rows: which namespaces, which sockets, and what is found out about each.

use std::collections::VecDeque;
use std::sync::Arc;

use output::Notes;

use crate::backend::{self, Backend, Sockets};
use crate::failure::Failure;
use crate::filter::Expression;
use crate::namespace::Namespace;
#[cfg(target_os = "linux")]
use crate::namespace::{self, NamespaceError};
use crate::request::Request;
use crate::row::Row;
use crate::socket::Socket;
use crate::study::{Study, Subjects};

/// Everything that a run asks for.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    /// What back ends are asked.
    pub request: Request,
    /// Which of them.
    pub backend: Backend,
    /// What is to be found out about each socket.
    pub subjects: Subjects,
    /// What a row has to meet.
    pub expression: Option<Expression>,
    /// Where to look.
    #[cfg(target_os = "linux")]
    pub namespaces: Namespaces,
    /// The namespace that this is, if that is to be told.
    #[cfg(target_os = "linux")]
    pub here: Option<Arc<Namespace>>,
}

/// Which network namespaces to look into.
#[cfg(target_os = "linux")]
#[derive(Debug, Clone)]
pub(crate) enum Namespaces {
    /// That of this process.
    Here,
    /// One that was named.
    One(namespace::Found),
    /// All that there are at each look.
    All,
}

/// The rows that meet a question, as they become known.
pub(crate) struct Survey {
    question: Question,
    study: Study,
    places: VecDeque<Place>,
    running: Option<Running>,
    notes: Notes,
}

/// The sockets of the place that is looked at.
struct Running {
    sockets: Sockets,
    namespace: Option<Arc<Namespace>>,
}

/// Where to look for sockets.
enum Place {
    Here(Option<Arc<Namespace>>),
    #[cfg(target_os = "linux")]
    There(namespace::Found),
}

impl Survey {
    /// Reads what has to be known before the first socket comes.
    ///
    /// # Errors
    ///
    /// Nothing can be collected at all.
    pub(crate) fn begin(question: Question, notes: &Notes) -> Result<Self, Failure> {
        let study = Study::begin(question.subjects, question.expression.clone(), notes);
        let mut survey = Self {
            places: places(&question),
            study,
            question,
            running: None,
            notes: notes.clone(),
        };
        // A single place that cannot be looked into is the end.
        if survey.places.len() == 1
            && let Some(place) = survey.places.pop_front()
        {
            survey.running = Some(survey.look(&place)?);
        }
        Ok(survey)
    }

    /// The rows as they are now, once more. /proc is read again only for a socket that is new.
    pub(crate) fn look_again(&mut self) -> Vec<Result<Row, Failure>> {
        let mut told = Vec::new();
        let mut rows = Vec::new();
        let first = self.running.take();
        if first.is_none() {
            self.places = places(&self.question);
        }
        let mut running: Vec<_> = first.into_iter().map(Ok).collect();
        while let Some(place) = self.places.pop_front() {
            running.push(self.look(&place));
        }
        for running in running {
            match running {
                Ok(Running { sockets, namespace }) => {
                    told.extend(sockets.map(|socket| (socket, namespace.clone())));
                }
                Err(failure) if is_no_loss(&self.question, &failure) => {}
                Err(failure) => rows.push(Err(failure)),
            }
        }
        let inodes = told.iter().filter_map(|(socket, _)| socket.as_ref().ok()?.inode);
        self.study.renew(&inodes.collect::<Vec<_>>());
        for (socket, namespace) in told {
            match socket {
                Ok(socket) => rows.extend(self.row(socket, namespace.as_ref()).map(Ok)),
                Err(error) => rows.push(Err(error.into())),
            }
        }
        rows
    }

    /// A socket as a row, if it is wanted. A back end may tell more than it was asked for.
    fn row(&mut self, socket: Box<Socket>, namespace: Option<&Arc<Namespace>>) -> Option<Row> {
        self.question.request.admits(&socket).then(|| self.study.row(socket, namespace)).flatten()
    }

    fn look(&self, place: &Place) -> Result<Running, Failure> {
        let (question, notes) = (&self.question, &self.notes);
        let collect = || backend::collect(&question.request, question.backend, notes);
        match place {
            Place::Here(namespace) => {
                Ok(Running { sockets: collect()?, namespace: namespace.clone() })
            }
            #[cfg(target_os = "linux")]
            Place::There(found) => {
                let told = found.enter(|| collect().map(Iterator::collect::<Vec<_>>))??;
                let namespace = Some(Arc::clone(&found.namespace));
                Ok(Running { sockets: Box::new(told.into_iter()), namespace })
            }
        }
    }
}

/// Whether a namespace has ended between the list and the look. One that was named is missed.
#[cfg(target_os = "linux")]
const fn is_no_loss(question: &Question, failure: &Failure) -> bool {
    matches!(question.namespaces, Namespaces::All)
        && matches!(failure, Failure::Namespace(NamespaceError::Gone(_)))
}

#[cfg(not(target_os = "linux"))]
const fn is_no_loss(_: &Question, _: &Failure) -> bool {
    false
}

#[cfg(target_os = "linux")]
fn places(question: &Question) -> VecDeque<Place> {
    let place = |found: &namespace::Found| {
        if found.is_here() {
            Place::Here(Some(Arc::clone(&found.namespace)))
        } else {
            Place::There(found.clone())
        }
    };
    match &question.namespaces {
        Namespaces::Here => VecDeque::from([Place::Here(question.here.clone())]),
        Namespaces::One(found) => VecDeque::from([place(found)]),
        Namespaces::All => namespace::all().iter().map(place).collect(),
    }
}

#[cfg(not(target_os = "linux"))]
fn places(_: &Question) -> VecDeque<Place> {
    VecDeque::from([Place::Here(None)])
}

impl Iterator for Survey {
    type Item = Result<Row, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let Some(running) = &mut self.running else {
                let Some(place) = self.places.pop_front() else {
                    self.study.say_hidden();
                    return None;
                };
                match self.look(&place) {
                    Ok(running) => self.running = Some(running),
                    Err(failure) if is_no_loss(&self.question, &failure) => {}
                    Err(failure) => return Some(Err(failure)),
                }
                continue;
            };
            match running.sockets.next() {
                Some(Ok(socket)) => {
                    let namespace = running.namespace.clone();
                    if let Some(row) = self.row(socket, namespace.as_ref()) {
                        return Some(Ok(row));
                    }
                }
                Some(Err(error)) => return Some(Err(error.into())),
                None => self.running = None,
            }
        }
    }
}
