//! Answers that are checked by DNSSEC while they are resolved.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use hickory_proto::rr::{Name, RecordType};
use tokio::time::{Instant, timeout_at};

use crate::dnssec::{Anchors, Fetch, Policy, Reason, Security, Validator};
use crate::exchange::{Limits, Question};
use crate::message::{Manner, Message, Record};
use crate::resolve::{Source, ask_servers};

/// What checks answers, and remembers what it learnt on the way.
pub struct Checker(Validator<Fetcher>);

/// Asks the same servers as the question itself.
#[derive(Debug)]
struct Fetcher {
    source: Arc<Source>,
    limits: Limits,
}

/// What came of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Of the answer as a whole, or of its absence.
    pub whole: Finding,
    sets: Vec<(Name, RecordType, Finding)>,
}

/// How far something can be relied on, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How far.
    pub state: Security,
    /// Why, in words.
    pub reason: String,
    /// Why, as an Extended DNS Error (RFC 8914).
    pub code: Option<u16>,
}

/// Why there are no trust anchors.
#[derive(Debug, thiserror::Error)]
pub enum TrustAnchorError {
    /// The file cannot be read.
    #[error("cannot read '{}'", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file has none, or is malformed.
    #[error("cannot understand the trust anchors in '{}'", .path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: crate::dnssec::AnchorError,
    },
}

impl fmt::Debug for Checker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Checker")
    }
}

/// The trust anchors of a file, or those of the root.
///
/// # Errors
///
/// The file cannot be read, or makes no sense.
pub fn anchors(path: Option<&PathBuf>) -> Result<Anchors, TrustAnchorError> {
    let Some(path) = path else { return Ok(Anchors::default()) };
    let text = std::fs::read_to_string(path)
        .map_err(|source| TrustAnchorError::Read { path: path.clone(), source })?;
    Anchors::read(&text)
        .map_err(|source| TrustAnchorError::Malformed { path: path.clone(), source })
}

impl Checker {
    /// Checks what these servers say. The questions on the way have limits of their own each.
    #[must_use]
    pub fn new(source: Arc<Source>, limits: Limits, anchors: Anchors) -> Self {
        Self(Validator::new(Fetcher { source, limits }, anchors, Policy::default()))
    }

    /// Checks a reply, for no longer than until then.
    pub async fn check(
        &self,
        name: &Name,
        record_type: RecordType,
        reply: &Message,
        end: Instant,
    ) -> Checked {
        let verdict = self.0.validate(name, record_type, reply, output::now_s());
        let Ok(verdict) = timeout_at(end, verdict).await else {
            let reason = "the time is up before everything could be asked".to_owned();
            let whole = Finding { state: Security::Indeterminate, reason, code: None };
            return Checked::from(whole);
        };
        let whole = Finding::new(verdict.state, &verdict.reason);
        let sets = verdict.sets.into_iter().map(|set| {
            let finding = Finding::new(set.state, &set.reason);
            (set.name, set.record_type, finding)
        });
        let sets = sets.collect();
        Checked { whole, sets }
    }
}

impl Finding {
    fn new(state: Security, reason: &Reason) -> Self {
        Self { state, reason: reason.to_string(), code: reason.extended_error() }
    }
}

impl From<Finding> for Checked {
    /// The same of all records.
    fn from(whole: Finding) -> Self {
        Self { whole, sets: Vec::new() }
    }
}

impl Checked {
    /// What holds of a record.
    #[must_use]
    pub fn of(&self, record: &Record) -> &Finding {
        let of_record = |(name, record_type, _): &&(Name, RecordType, Finding)| {
            *name == record.name && *record_type == record.record_type
        };
        self.sets.iter().find(of_record).map_or(&self.whole, |(_, _, finding)| finding)
    }
}

impl Fetch for Fetcher {
    async fn fetch(&self, name: &Name, record_type: RecordType) -> Result<Message, String> {
        let Source { servers, route, manner, .. } = &*self.source;
        let question = Question {
            name: name.clone(),
            record_type,
            route: route.clone(),
            manner: Manner { recursion_desired: true, ..manner.clone() },
        };
        let end = Instant::now() + self.limits.deadline;
        match ask_servers(servers, &question, &self.limits, end).await {
            Ok(reply) => Ok(reply.message),
            Err(error) => Err(output::with_causes(&error)),
        }
    }
}
