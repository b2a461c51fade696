//! Any octets as the type and the data of a record.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| lookup::fuzzing::record_data(octets));
