//! Any text as a server to ask.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| lookup::fuzzing::server(text));
