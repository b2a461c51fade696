//! Any octets as replies that are to be judged by their signatures.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| lookup::fuzzing::dnssec(octets));
