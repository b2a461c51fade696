//! Any text as a table of /proc/net.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &[u8]| conns::fuzzing::procnet(text));
