//! Programs for the kernel: it leaves out sockets by itself that cannot be meant.
//!
//! A program of `inet_diag` (`include/uapi/linux/inet_diag.h`) is a row of operations. Each says
//! how many octets further the program goes on if its condition is met, and if not; the end of the
//! program lets a socket through, four octets behind the end leave it out. It goes forwards only,
//! and going on where no operation begins is refused (`inet_diag_bc_audit` in
//! `net/ipv4/inet_diag.c`).

use std::net::IpAddr;

use output::Prefix;

use super::expression::{Device, Expression, Term};
use super::host::{End, Ports};

/// The longest program that is made, in octets: the kernel checks each in a time that grows with the
/// square of its length, and an attribute has 64 KiB.
const PROGRAM_MAX_OCTETS: usize = 16 * 1024;

/// The octets of `struct inet_diag_bc_op`: a code, how far to go on if the condition is met, and if
/// not.
const OPERATION_OCTETS: usize = 4;

/// How far behind the end of a program a socket is left out.
const LEFT_OUT_OCTETS: usize = 4;

const AF_UNSPEC: u8 = 0;
const AF_INET: u8 = 2;
const AF_INET6: u8 = 10;

/// `INET_DIAG_BC_*`, those that every kernel has but for the last three (4.4, 4.8 and 5.8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Code {
    Jump = 1,
    LocalPortAtLeast = 2,
    LocalPortAtMost = 3,
    PeerPortAtLeast = 4,
    PeerPortAtMost = 5,
    Autobound = 6,
    LocalHost = 7,
    PeerHost = 8,
    Interface = 9,
    Mark = 10,
    Cgroup = 13,
}

/// What the kernel can evaluate, and what things are called there.
#[derive(Clone, Copy)]
pub struct Kernel<'a> {
    /// The number of the interface of this name.
    pub interface: &'a dyn Fn(&str) -> Option<u32>,
    /// The number of the control group at this path under the mount; none too where the kernel does
    /// not know control groups here (before Linux 5.8).
    pub cgroup: &'a dyn Fn(&str) -> Option<u64>,
    /// Whether it may be asked about marks (`CAP_NET_ADMIN`).
    pub knows_marks: bool,
}

/// A condition that the kernel can evaluate.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Condition {
    Always,
    Never,
    /// An operation and its operands.
    Operation(Code, Vec<u8>),
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
}

/// From which side a condition comes near to an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    /// It lets through what meets the expression, and maybe more.
    Above,
    /// It lets through nothing but what meets the expression, and maybe less.
    Below,
}

impl Expression {
    /// A program of `inet_diag` that lets through at least the sockets that meet it; `None` where
    /// that would be all, and where it would be too long. Whatever the kernel cannot evaluate it
    /// lets through.
    #[must_use]
    pub fn bytecode(&self, kernel: &Kernel<'_>) -> Option<Vec<u8>> {
        match condition(self, kernel, Side::Above) {
            Condition::Always => None,
            condition => assemble(&condition),
        }
    }
}

fn condition(expression: &Expression, kernel: &Kernel<'_>, side: Side) -> Condition {
    let each = |of: &[Expression]| of.iter().map(|it| condition(it, kernel, side)).collect();
    match expression {
        Expression::Term(term) => of_term(term, kernel, side),
        Expression::Not(of) => condition(of, kernel, side.other()).negated(),
        Expression::All(of) => Condition::all(each(of)),
        Expression::Any(of) => Condition::any(each(of)),
    }
}

fn of_term(term: &Term, kernel: &Kernel<'_>, side: Side) -> Condition {
    match term {
        Term::Host { end, prefix, ports } => of_host(*end, prefix.as_ref(), *ports),
        // None of the sockets that the kernel is asked for in this way is of these kinds.
        Term::Unix { .. } | Term::Frames { .. } => Condition::Never,
        Term::Named { end, ports, .. } if side == Side::Above => of_host(*end, None, *ports),
        // A port that the system chose may also be asked for by its number.
        Term::Autobound if side == Side::Above => Condition::Operation(Code::Autobound, Vec::new()),
        Term::Device(device) => {
            let index = match device {
                Device::Index(index) => Some(*index),
                Device::Name(name) => (kernel.interface)(name),
            };
            number(Code::Interface, index, side)
        }
        Term::Mark { mark, mask } if kernel.knows_marks => {
            let operands = [mark.to_ne_bytes(), mask.to_ne_bytes()].concat();
            Condition::Operation(Code::Mark, operands)
        }
        Term::Cgroup(path) => match (kernel.cgroup)(path) {
            Some(id) => Condition::Operation(Code::Cgroup, id.to_ne_bytes().to_vec()),
            None => side.unknown(),
        },
        _ => side.unknown(),
    }
}

fn number(code: Code, number: Option<u32>, side: Side) -> Condition {
    match number {
        // No interface is number 0: the kernel takes it for sockets that are bound to none.
        Some(0) => Condition::Never,
        Some(number) => Condition::Operation(code, number.to_ne_bytes().to_vec()),
        None => side.unknown(),
    }
}

fn of_host(end: End, prefix: Option<&Prefix>, ports: Ports) -> Condition {
    match end {
        End::Local => at_end(Code::LocalHost, prefix, ports),
        End::Peer => at_end(Code::PeerHost, prefix, ports),
        End::Either => Condition::any(vec![
            at_end(Code::LocalHost, prefix, ports),
            at_end(Code::PeerHost, prefix, ports),
        ]),
    }
}

fn at_end(host: Code, prefix: Option<&Prefix>, ports: Ports) -> Condition {
    let (at_least, at_most) = match host {
        Code::LocalHost => (Code::LocalPortAtLeast, Code::LocalPortAtMost),
        _ => (Code::PeerPortAtLeast, Code::PeerPortAtMost),
    };
    let one = (ports.first == ports.last).then_some(ports.first);
    let mut all = Vec::new();
    if prefix.is_some() || one.is_some() {
        all.push(Condition::Operation(host, host_operands(prefix, one)));
    }
    if one.is_none() && ports.first > Ports::ANY.first {
        all.push(Condition::Operation(at_least, port_operands(ports.first)));
    }
    if one.is_none() && ports.last < Ports::ANY.last {
        all.push(Condition::Operation(at_most, port_operands(ports.last)));
    }
    Condition::all(all)
}

/// `struct inet_diag_hostcond`: family, length of the prefix, port or -1, address.
fn host_operands(prefix: Option<&Prefix>, port: Option<u16>) -> Vec<u8> {
    let (family, address) = match prefix.map(Prefix::address) {
        None => (AF_UNSPEC, Vec::new()),
        Some(IpAddr::V4(address)) => (AF_INET, address.octets().to_vec()),
        Some(IpAddr::V6(address)) => (AF_INET6, address.octets().to_vec()),
    };
    let mut operands = vec![family, prefix.map_or(0, Prefix::length), 0, 0];
    operands.extend(port.map_or(-1, i32::from).to_ne_bytes());
    operands.extend(address);
    operands
}

/// A port is in the last field of a second operation.
fn port_operands(port: u16) -> Vec<u8> {
    let [first, second] = port.to_ne_bytes();
    vec![0, 0, first, second]
}

impl Side {
    const fn other(self) -> Self {
        match self {
            Self::Above => Self::Below,
            Self::Below => Self::Above,
        }
    }

    /// What stands for something that the kernel cannot evaluate.
    const fn unknown(self) -> Condition {
        match self {
            Self::Above => Condition::Always,
            Self::Below => Condition::Never,
        }
    }
}

impl Condition {
    fn all(mut of: Vec<Self>) -> Self {
        if of.contains(&Self::Never) {
            return Self::Never;
        }
        of.retain(|it| *it != Self::Always);
        match of.len() {
            0 => Self::Always,
            1 => of.remove(0),
            _ => Self::All(of),
        }
    }

    fn any(mut of: Vec<Self>) -> Self {
        if of.contains(&Self::Always) {
            return Self::Always;
        }
        of.retain(|it| *it != Self::Never);
        match of.len() {
            0 => Self::Never,
            1 => of.remove(0),
            _ => Self::Any(of),
        }
    }

    fn negated(self) -> Self {
        match self {
            Self::Always => Self::Never,
            Self::Never => Self::Always,
            Self::Not(of) => *of,
            other => Self::Not(Box::new(other)),
        }
    }
}

/// A place in a program that is reached by going on further than to the next operation.
#[derive(Debug, Clone, Copy)]
struct Label(usize);

/// A program that is being written. Every operation goes on to the next one if its condition is met.
#[derive(Default)]
struct Assembler {
    octets: Vec<u8>,
    /// Where labels turned out to be.
    places: Vec<Option<usize>>,
    /// Operations by where they begin, and where they go on if their condition is not met.
    otherwise: Vec<(usize, Label)>,
}

fn assemble(condition: &Condition) -> Option<Vec<u8>> {
    let mut assembler = Assembler::default();
    let left_out = assembler.label();
    assembler.push(condition, left_out);
    let end = assembler.octets.len();
    if end > PROGRAM_MAX_OCTETS {
        return None;
    }
    assembler.places[left_out.0] = Some(end + LEFT_OUT_OCTETS);
    for (start, label) in assembler.otherwise {
        let distance = u16::try_from(assembler.places[label.0]? - start).ok()?;
        assembler.octets[start + 2..start + OPERATION_OCTETS]
            .copy_from_slice(&distance.to_ne_bytes());
    }
    Some(assembler.octets)
}

impl Assembler {
    fn label(&mut self) -> Label {
        self.places.push(None);
        Label(self.places.len() - 1)
    }

    fn place(&mut self, label: Label) {
        self.places[label.0] = Some(self.octets.len());
    }

    /// Goes on behind itself if the condition is met, else at `otherwise`.
    fn push(&mut self, condition: &Condition, otherwise: Label) {
        match condition {
            Condition::Always => {}
            Condition::Never => self.operation(Code::Jump, &[], otherwise),
            Condition::Operation(code, operands) => self.operation(*code, operands, otherwise),
            Condition::All(of) => of.iter().for_each(|it| self.push(it, otherwise)),
            Condition::Any(of) => self.push_any(of, otherwise),
            Condition::Not(of) => {
                let met = self.label();
                self.push(of, met);
                self.operation(Code::Jump, &[], otherwise);
                self.place(met);
            }
        }
    }

    fn push_any(&mut self, of: &[Condition], otherwise: Label) {
        let Some((last, others)) = of.split_last() else {
            return self.push(&Condition::Never, otherwise);
        };
        let met = self.label();
        for condition in others {
            let next = self.label();
            self.push(condition, next);
            self.operation(Code::Jump, &[], met);
            self.place(next);
        }
        self.push(last, otherwise);
        self.place(met);
    }

    fn operation(&mut self, code: Code, operands: &[u8], otherwise: Label) {
        self.otherwise.push((self.octets.len(), otherwise));
        let octets = OPERATION_OCTETS + operands.len();
        let octets = u8::try_from(octets).expect("the longest operation has 28 octets");
        self.octets.extend([code as u8, octets, 0, 0]);
        self.octets.extend(operands);
    }
}
