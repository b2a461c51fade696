//! Network devices whose other side is a program (TAP).
#![expect(unsafe_code, reason = "no library of ours offers TUNSETIFF")]

use std::ffi::c_int;
use std::fs::File;

use anyhow::{Context, Result, ensure};
use rustix::ioctl::{Opcode, Setter, ioctl, opcode};

/// Where a program gets the other side of a device.
const DOOR: &str = "/dev/net/tun";

/// Gives a device a name and a kind (`TUNSETIFF`, `include/uapi/linux/if_tun.h`).
const SET_DEVICE: Opcode = opcode::write::<c_int>(b'T', 202);

/// Whole Ethernet frames and nothing before them (`IFF_TAP | IFF_NO_PI`).
const FRAMES: u16 = 0x1002;

/// The most octets of a device's name, with the NUL behind it (`IFNAMSIZ`).
const NAME_LEN: usize = 16;

/// The size of `struct ifreq` where pointers have 8 octets, which is no less than elsewhere.
const REQUEST_LEN: usize = 40;

/// Makes a device in the namespace of this thread. Each read from its file takes one frame that
/// the system sends, each write is one that comes in. It goes when the file is closed.
///
/// # Errors
///
/// The kernel has no such devices, or we are not root.
pub fn open(name: &str) -> Result<File> {
    ensure!(name.len() < NAME_LEN, "'{name}' is too long for a device");
    let file = File::options().read(true).write(true).open(DOOR);
    let file = file.with_context(|| format!("cannot open {DOOR}"))?;
    let mut request = [0_u8; REQUEST_LEN];
    request[..name.len()].copy_from_slice(name.as_bytes());
    request[NAME_LEN..NAME_LEN + 2].copy_from_slice(&FRAMES.to_ne_bytes());
    // SAFETY: the call reads a `struct ifreq`, and these octets are as many: a name that ends with
    // NUL, and flags. It writes the name back, which rustix lets it do in a copy of its own.
    let made = unsafe { ioctl(&file, Setter::<SET_DEVICE, _>::new(request)) };
    made.with_context(|| format!("cannot make the device '{name}'"))?;
    Ok(file)
}
