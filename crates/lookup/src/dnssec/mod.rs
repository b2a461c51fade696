//! Whether an answer is genuine: DNSSEC (RFC 4033 to 4035, 5155, 6840), checked here and not by
//! the server.

mod anchors;
mod canonical;
mod keys;
