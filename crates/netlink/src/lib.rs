//! Linux' netlink (netlink(7)): messages as octets, and asking the kernel for lists, for one thing, and
//! for what changes.

#![cfg(target_os = "linux")]

mod channel;
mod message;

pub use channel::{Channel, Dump, DumpError, Family};
pub use message::{
    AF_INET, AF_INET6, Attributes, Body, HEADER_OCTETS, Message, long_at, next_message, number_at,
    push_attribute, short_at,
};
