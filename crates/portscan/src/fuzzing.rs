//! What must hold for any text from outside. Fuzzing has no other way in.

use wellknown::Protocol;

use crate::ports::Ports;
use crate::targets::host::Host;
use crate::targets::words::{Context, Words};

/// Any text is a host, ports, and words of a command line, or a mistake, without panic. What is
/// written of a host or of ports is read as the same.
///
/// # Panics
///
/// When that is not so.
pub fn words(text: &str) {
    if let Ok(host) = text.parse::<Host>() {
        assert_eq!(host.to_string().parse::<Host>().as_ref(), Ok(&host));
    }
    if let Ok(ports) = text.parse::<Ports>() {
        assert_eq!(ports.to_string().parse::<Ports>().as_ref(), Ok(&ports));
    }
    let words: Vec<_> = text.split_ascii_whitespace().collect();
    for has_more_hosts in [false, true] {
        let context = Context { protocol: Protocol::Tcp, has_more_hosts };
        let _ = Words::read(&words, context).map(|words| words.into_targets().count());
    }
}
