//! Any text as the name that somebody asks for.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| lookup::fuzzing::name(text));
