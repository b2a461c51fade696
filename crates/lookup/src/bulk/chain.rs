//! Queues of numbers from which any can be taken out at once.

/// Many queues over the same numbers, each of which is in one of them at most: rings of links, the
/// head of each being a number beyond the others (so that taking one out needs no search).
#[derive(Debug, Clone)]
pub struct Chains {
    links: Vec<Link>,
    numbers: u32,
}

#[derive(Debug, Clone, Copy)]
struct Link {
    before: u32,
    after: u32,
}

impl Chains {
    /// Empty queues, for numbers below `numbers`.
    pub fn new(numbers: u32, queues: u32) -> Self {
        let links = (0..numbers + queues).map(|it| Link { before: it, after: it }).collect();
        Self { links, numbers }
    }

    /// Takes the number out of its queue, if it is in one, and appends it to this.
    pub fn push(&mut self, queue: u32, number: u32) {
        self.remove(number);
        let head = self.numbers + queue;
        let last = self.link(head).before;
        *self.link(number) = Link { before: last, after: head };
        self.link(last).after = number;
        self.link(head).before = number;
    }

    /// Takes the number out of its queue, if it is in one.
    pub fn remove(&mut self, number: u32) {
        let Link { before, after } = *self.link(number);
        self.link(before).after = after;
        self.link(after).before = before;
        *self.link(number) = Link { before: number, after: number };
    }

    /// The number that is longest in the queue.
    pub fn first(&self, queue: u32) -> Option<u32> {
        self.next_of(self.numbers + queue)
    }

    /// The number after this in its queue.
    pub fn after(&self, number: u32) -> Option<u32> {
        self.next_of(number)
    }

    fn next_of(&self, number: u32) -> Option<u32> {
        let after = self.links[number as usize].after;
        (after < self.numbers).then_some(after)
    }

    fn link(&mut self, number: u32) -> &mut Link {
        &mut self.links[number as usize]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn listed(chains: &Chains, queue: u32) -> Vec<u32> {
        std::iter::successors(chains.first(queue), |it| chains.after(*it)).collect()
    }

    proptest! {
        #[test]
        fn chains_are_queues(steps in prop::collection::vec((0_u32..4, 0_u32..8), 0..100)) {
            let mut chains = Chains::new(8, 3);
            let mut queues = [const { Vec::<u32>::new() }; 3];
            for (queue, number) in steps {
                for queue in &mut queues {
                    queue.retain(|it| *it != number);
                }
                match queues.get_mut(queue as usize) {
                    Some(model) => {
                        model.push(number);
                        chains.push(queue, number);
                    }
                    None => chains.remove(number),
                }
                for (queue, model) in (0..).zip(&queues) {
                    prop_assert_eq!(&listed(&chains, queue), model);
                }
            }
        }
    }
}
