//! The lines that are under way.

use crate::plan::Plan;

/// One of them.
pub struct Entry {
    /// What it asks, and what is shown of it.
    pub plan: Plan,
    /// How many of its questions have not landed.
    pub waiting: usize,
    /// Its number.
    pub line: u64,
}

/// The lines that are under way, each in a place of its own that is used again.
#[derive(Default)]
pub struct Entries {
    places: Vec<Option<Entry>>,
    free: Vec<usize>,
}

impl Entries {
    /// Takes a line in, and gives its place.
    pub fn insert(&mut self, entry: Entry) -> usize {
        if let Some(place) = self.free.pop() {
            self.places[place] = Some(entry);
            return place;
        }
        self.places.push(Some(entry));
        self.places.len() - 1
    }

    /// The line in a place.
    pub fn get(&mut self, place: usize) -> &mut Entry {
        self.places[place].as_mut().expect("a line stays until its last question has landed")
    }

    /// The line has ended.
    pub fn remove(&mut self, place: usize) {
        self.places[place] = None;
        self.free.push(place);
    }
}
