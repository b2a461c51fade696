//! Any octets as the reply of a server that is asked for the public address.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| myip::fuzzing::reply(octets));
