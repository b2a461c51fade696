//! Any octets as what the kernel tells of sockets.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| conns::fuzzing::netlink(octets));
