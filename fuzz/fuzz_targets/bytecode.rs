//! Any octets as a socket, and an expression that becomes a program for the kernel.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| conns::fuzzing::bytecode(octets));
