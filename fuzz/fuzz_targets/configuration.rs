//! Any octets as the configuration of the system's resolver.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| lookup::fuzzing::configuration(octets));
