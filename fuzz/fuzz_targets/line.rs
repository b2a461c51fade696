//! Any octets as a line of a list of names.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| lookup::fuzzing::line(octets));
