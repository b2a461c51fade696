//! Any octets as the list of services of a machine.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| wellknown::fuzzing::list(octets));
