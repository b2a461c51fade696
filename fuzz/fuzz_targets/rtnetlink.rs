//! Any octets as what the kernel tells of interfaces, addresses and routes.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| myip::fuzzing::rtnetlink(octets));
