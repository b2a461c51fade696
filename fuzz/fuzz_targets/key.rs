//! Any text as what is asked of wellknown.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| wellknown::fuzzing::key(text));
