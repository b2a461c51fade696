//! Any text as the command line of portscan.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| portscan::fuzzing::words(text));
