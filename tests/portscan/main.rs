//! `portscan` as people and scripts run it. Peers are on loopback; of ports that are not a test's own
//! nothing is expected but that they are asked.

mod answers;
mod banners;
mod bounds;
mod codes;
#[cfg(unix)]
mod comparing;
mod listing;
mod naming;
mod support;
#[cfg(unix)]
mod terminal;
mod udp;
mod waiting;
#[cfg(unix)]
mod watching;
