//! Any text as an expression that sockets are chosen by.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| conns::fuzzing::expression(text));
