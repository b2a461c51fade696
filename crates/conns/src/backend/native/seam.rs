//! Sockets that are told twice: when a table changes between two batches, the kernel goes back.

/// How many sockets on either side of a seam are compared.
const SOCKETS: usize = 32;

/// The last sockets of a list, by their cookies.
#[derive(Debug, Default)]
pub(super) struct Seam {
    batch: usize,
    /// The end of the batch before.
    before: Vec<u64>,
    /// The end of this batch, the oldest overwritten first.
    latest: Vec<u64>,
    told: usize,
}

impl Seam {
    /// Whether any socket was told.
    pub(super) const fn has_any(&self) -> bool {
        self.batch != 0
    }

    /// Whether a socket of this batch is one of those that ended the batch before.
    pub(super) fn is_repeated(&mut self, batch: usize, cookie: Option<u64>) -> bool {
        if batch != self.batch {
            self.batch = batch;
            self.before = std::mem::take(&mut self.latest);
            self.told = 0;
        }
        let Some(cookie) = cookie else { return false };
        if self.told < SOCKETS && self.before.contains(&cookie) {
            return true;
        }
        if self.latest.len() < SOCKETS {
            self.latest.push(cookie);
        } else {
            self.latest[self.told % SOCKETS] = cookie;
        }
        self.told += 1;
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_twice_at_a_seam_is_told_once() {
        let mut seam = Seam::default();
        assert!(!seam.has_any());
        let mut repeated = |batch, cookies: &[u64]| {
            let is_repeated = |cookie: &&u64| seam.is_repeated(batch, Some(**cookie));
            cookies.iter().filter(is_repeated).copied().collect::<Vec<_>>()
        };
        let first: Vec<_> = (0..1000).collect();
        assert!(repeated(1, &first).is_empty());
        assert_eq!(repeated(2, &[998, 999, 1000, 1001]), [998, 999]);
        assert_eq!(repeated(3, &[1000, 1001, 1002]), [1000, 1001]);
        assert!(!seam.is_repeated(4, None));
        assert!(seam.has_any());
    }
}
