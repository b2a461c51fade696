//! A filter of system calls that refuses netlink, as some sandboxes do (seccomp(2)).

use nix::libc;

/// An instruction of classic BPF (`struct sock_filter`, `include/uapi/linux/filter.h`).
struct Instruction {
    code: u16,
    jump_if_true: u8,
    jump_if_false: u8,
    operand: u32,
}

/// `BPF_LD | BPF_W | BPF_ABS`: loads four octets of `struct seccomp_data`.
const LOAD: u16 = 0x20;

/// `BPF_JMP | BPF_JEQ | BPF_K`.
const JUMP_IF_EQUAL: u16 = 0x15;

/// `BPF_RET | BPF_K`.
const RETURN: u16 = 0x06;

/// Where `struct seccomp_data` has the number of the call.
const NUMBER: u32 = 0;

/// Where it has the lower half of the first argument.
const FIRST_ARGUMENT: u32 = if cfg!(target_endian = "little") { 16 } else { 20 };

/// `SECCOMP_RET_ALLOW`.
const ALLOW: u32 = 0x7fff_0000;

/// `SECCOMP_RET_ERRNO` with `EACCES`.
const REFUSE: u32 = 0x0005_0000 | libc::EACCES as u32;

/// `socket(AF_NETLINK, …)` fails; all else is as it was.
pub fn of_netlink() -> Vec<u8> {
    let socket = u32::try_from(libc::SYS_socket).expect("a call has a small number");
    let netlink = libc::AF_NETLINK.unsigned_abs();
    let program = [
        Instruction::plain(LOAD, NUMBER),
        Instruction { jump_if_false: 3, ..Instruction::plain(JUMP_IF_EQUAL, socket) },
        Instruction::plain(LOAD, FIRST_ARGUMENT),
        Instruction { jump_if_false: 1, ..Instruction::plain(JUMP_IF_EQUAL, netlink) },
        Instruction::plain(RETURN, REFUSE),
        Instruction::plain(RETURN, ALLOW),
    ];
    program.iter().flat_map(Instruction::octets).collect()
}

impl Instruction {
    const fn plain(code: u16, operand: u32) -> Self {
        Self { code, jump_if_true: 0, jump_if_false: 0, operand }
    }

    fn octets(&self) -> Vec<u8> {
        let mut octets = self.code.to_ne_bytes().to_vec();
        octets.extend([self.jump_if_true, self.jump_if_false]);
        octets.extend(self.operand.to_ne_bytes());
        octets
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_jump_ends_at_a_verdict() {
        let program = of_netlink();
        let instructions: Vec<_> = program.chunks(8).collect();
        assert_eq!((program.len(), instructions.len()), (48, 6));
        for (index, instruction) in instructions.iter().enumerate() {
            let code = u16::from_ne_bytes([instruction[0], instruction[1]]);
            if code == JUMP_IF_EQUAL {
                let otherwise = instructions[index + 1 + usize::from(instruction[3])];
                assert_eq!(otherwise[4..], ALLOW.to_ne_bytes());
            }
        }
    }
}
