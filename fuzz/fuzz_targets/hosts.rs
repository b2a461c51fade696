//! Any octets as the hosts file.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| lookup::fuzzing::hosts(octets));
