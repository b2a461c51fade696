//! The questions in flight.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::time::Instant;

use rand::rngs::StdRng;
use rand::{RngExt as _, make_rng};

use super::chain::Chains;
use super::question::WireQuestion;

/// So many tries of a question can still be answered: the latest.
pub const TRIES_KEPT: usize = 4;

/// So many questions can be in flight: with all their tries, their ids fill less than two thirds
/// of the 65,536 that one socket has, so that a free one is soon found.
pub const IN_FLIGHT_MAX: u32 = 10_000;

/// A question, until nothing more is expected of it.
#[derive(Debug)]
pub struct Slot<T> {
    /// Who asked; nothing once that one was told.
    pub token: Option<T>,
    /// The query; its id is that of the latest try.
    pub query: Vec<u8>,
    /// Where its question ends.
    pub question_end: usize,
    /// The latest tries in their order, [`TRIES_KEPT`] at most.
    pub tries: Vec<Try>,
    /// How often it was sent.
    pub sent: u32,
    /// When it was first sent, and when it was answered.
    pub first_sent: Option<Instant>,
    pub landed: Option<Instant>,
    /// Whether the latest try is neither answered nor overdue.
    pub is_under_way: bool,
}

/// One sending of a question. Each has an id of its own, so that it is known which was answered.
#[derive(Debug, Clone, Copy)]
pub struct Try {
    pub socket: u16,
    pub id: u16,
    pub sent: Instant,
    pub is_answered: bool,
}

/// Slots for questions, in queues, found by the ids of their tries.
#[derive(Debug)]
pub struct Table<T> {
    slots: Vec<Slot<T>>,
    free: Vec<u32>,
    /// What each waits for.
    pub queues: Chains,
    /// All that were sent and not landed, the oldest first.
    pub ages: Chains,
    ids: HashMap<u32, u32, BuildHasherDefault<Spread>>,
    random: StdRng,
}

/// The one queue of `ages`.
pub const AGES: u32 = 0;

impl<T> Table<T> {
    pub fn new(queues: u32) -> Self {
        Self {
            slots: Vec::new(),
            free: Vec::new(),
            queues: Chains::new(IN_FLIGHT_MAX, queues),
            ages: Chains::new(IN_FLIGHT_MAX, 1),
            ids: HashMap::default(),
            random: make_rng(),
        }
    }

    /// Whether there is a slot left.
    pub fn has_room(&self) -> bool {
        !self.free.is_empty() || self.slots.len() < IN_FLIGHT_MAX as usize
    }

    /// Whether all that was sent has landed.
    pub fn is_settled(&self) -> bool {
        self.ages.first(AGES).is_none()
    }

    pub fn slot(&mut self, number: u32) -> &mut Slot<T> {
        &mut self.slots[number as usize]
    }

    pub fn peek(&self, number: u32) -> &Slot<T> {
        &self.slots[number as usize]
    }

    /// Puts a question into a slot. There must be room.
    pub fn put(&mut self, token: T, question: WireQuestion<'_>) -> u32 {
        let number = self.free.pop().unwrap_or_else(|| self.add_slot());
        let slot = self.slot(number);
        slot.token = Some(token);
        slot.query.clear();
        slot.query.extend_from_slice(question.octets());
        slot.question_end = question.end();
        (slot.sent, slot.first_sent, slot.landed) = (0, None, None);
        number
    }

    fn add_slot(&mut self) -> u32 {
        let number = u32::try_from(self.slots.len()).expect("there are at most IN_FLIGHT_MAX");
        self.slots.push(Slot {
            token: None,
            query: Vec::new(),
            question_end: 0,
            tries: Vec::with_capacity(TRIES_KEPT),
            sent: 0,
            first_sent: None,
            landed: None,
            is_under_way: false,
        });
        number
    }

    /// Empties a slot, whose ids may come again.
    pub fn free(&mut self, number: u32) {
        self.queues.remove(number);
        self.ages.remove(number);
        while self.withdraw_try(number).is_some() {}
        self.slot(number).token = None;
        self.free.push(number);
    }

    /// Gives the question an id that no other has on that socket.
    pub fn add_try(&mut self, number: u32, socket: u16, sent: Instant) {
        let id = loop {
            let id = self.random.random();
            if !self.ids.contains_key(&key(socket, id)) {
                break id;
            }
        };
        self.ids.insert(key(socket, id), number);
        let slot = &mut self.slots[number as usize];
        if slot.tries.len() == TRIES_KEPT {
            let oldest = slot.tries.remove(0);
            self.ids.remove(&key(oldest.socket, oldest.id));
        }
        slot.query[..2].copy_from_slice(&id.to_be_bytes());
        slot.tries.push(Try { socket, id, sent, is_answered: false });
    }

    /// Takes back the latest try.
    pub fn withdraw_try(&mut self, number: u32) -> Option<Try> {
        let latest = self.slots[number as usize].tries.pop()?;
        self.ids.remove(&key(latest.socket, latest.id));
        Some(latest)
    }

    /// The question and the try that have this id.
    pub fn find(&self, socket: u16, id: u16) -> Option<(u32, usize)> {
        let number = *self.ids.get(&key(socket, id))?;
        let is_it = |it: &Try| it.socket == socket && it.id == id;
        Some((number, self.peek(number).tries.iter().position(is_it)?))
    }
}

fn key(socket: u16, id: u16) -> u32 {
    u32::from(socket) << 16 | u32::from(id)
}

/// Our own random ids need no defence against those who choose them.
#[derive(Debug, Default)]
pub struct Spread(u64);

/// 2^64 by the golden ratio, odd.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

impl Hasher for Spread {
    fn write(&mut self, octets: &[u8]) {
        for octet in octets {
            self.write_u32(u32::from(*octet));
        }
    }

    fn write_u32(&mut self, number: u32) {
        self.0 = (self.0 ^ u64::from(number)).wrapping_mul(GOLDEN);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUERY: &[u8] = b"\0\0\x01\0\0\x01\0\0\0\0\0\0\x01a\0\0\x01\0\x01";

    #[test]
    fn each_try_is_found_by_an_id_of_its_own_until_the_slot_is_free() {
        let mut table = Table::new(1);
        let question = WireQuestion::new(QUERY).unwrap();
        let number = table.put("token", question);
        for sent in 0..=TRIES_KEPT {
            table.add_try(number, 7, Instant::now());
            let tries = table.peek(number).tries.clone();
            assert_eq!(tries.len(), TRIES_KEPT.min(sent + 1));
            for (index, it) in tries.iter().enumerate() {
                assert_eq!(table.find(7, it.id), Some((number, index)));
                assert_eq!(table.find(8, it.id), None);
            }
            assert_eq!(table.peek(number).query[..2], tries.last().unwrap().id.to_be_bytes());
        }
        assert_eq!(table.ids.len(), TRIES_KEPT);
        table.free(number);
        assert_eq!(table.ids.len(), 0);
        assert_eq!(table.put("another", question), number);
    }

    #[test]
    fn a_full_table_still_finds_free_ids() {
        let mut table = Table::new(1);
        let question = WireQuestion::new(QUERY).unwrap();
        while table.has_room() {
            let number = table.put((), question);
            for _ in 0..TRIES_KEPT {
                table.add_try(number, 0, Instant::now());
            }
        }
        assert_eq!(table.ids.len(), IN_FLIGHT_MAX as usize * TRIES_KEPT);
        assert_eq!(table.slots.len(), IN_FLIGHT_MAX as usize);
    }
}
