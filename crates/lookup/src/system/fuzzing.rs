//! What must hold for any configuration of a system. Fuzzing has no other way in.

use super::nsswitch;

/// Any octets are a `resolv.conf` and an `nsswitch.conf`: there is somebody to ask.
///
/// # Panics
///
/// When that is not so.
pub fn configuration(octets: &[u8]) {
    let services = nsswitch::parse(&String::from_utf8_lossy(octets));
    assert!(services.iter().all(|it| !it.name.is_empty()), "{services:?}");
    #[cfg(not(any(windows, target_os = "android", target_vendor = "apple")))]
    super::source::holds(octets);
}
