//! Any text as a list of trust anchors.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| lookup::fuzzing::anchors(text));
