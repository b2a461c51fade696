//! What fuzzing starts from, for tests that hold without it.

use std::fs;
use std::path::Path;

/// Calls `target` with the octets of each seed of a fuzz target.
///
/// # Panics
///
/// When there are none.
pub fn with_seeds(fuzz_target: &str, target: impl Fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds").join(fuzz_target);
    let mut seeds = 0;
    for file in folder.read_dir().expect("seeds are part of the sources") {
        let path = file.expect("a folder can be read").path();
        target(&fs::read(path).expect("a seed can be read"));
        seeds += 1;
    }
    assert!(seeds > 0, "no seeds of {fuzz_target}");
}
