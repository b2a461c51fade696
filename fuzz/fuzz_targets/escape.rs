//! Any octets, made safe for a terminal and read back.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    for blanks in [output::Blanks::Kept, output::Blanks::Escaped] {
        let safe = output::escape_bytes(octets, blanks);
        assert!(!safe.contains(output::is_unsafe), "{safe:?}");
        assert_eq!(output::unescape(&safe).as_deref(), Some(octets));
    }
});
