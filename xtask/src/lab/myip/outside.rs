//! `--public`: the servers that are built in, in a world of our own where they are us.

use std::net::{IpAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use testkit::{command, finish};

use crate::rig::{Sheet, Stage, add_address};

/// A public DNS server that tells whoever asks, by its own way, and what it says.
const SERVERS: [(&str, &str); 2] =
    [("1.1.1.1", "203.0.113.1"), ("2606:4700:4700::1111", "2001:db8::1")];

/// How often a server looks whether it is still wanted.
const PATIENCE: Duration = Duration::from_millis(100);

pub fn compare(stage: &Stage) -> Result<Sheet> {
    let is_over = AtomicBool::new(false);
    let mut sheet = Sheet::new(&["command", "exit", "answer"]);
    let mut sockets = Vec::new();
    for (address, told) in SERVERS {
        let address: IpAddr = address.parse().context("an address")?;
        add_address(address)?;
        let socket = UdpSocket::bind((address, 53)).context("cannot be a public server")?;
        socket.set_read_timeout(Some(PATIENCE))?;
        sockets.push((socket, told));
    }
    thread::scope(|scope| {
        for (socket, told) in &sockets {
            scope.spawn(|| serve(socket, told, &is_over));
        }
        for (args, code, expected) in [
            (&["--public"][..], 0, "203.0.113.1"),
            (&["--public", "-4"], 0, "203.0.113.1"),
            (&["--public", "-6"], 0, "2001:db8::1"),
            (&["--public", "@1.1.1.1"], 0, "203.0.113.1"),
            (&["--public", "@[2606:4700:4700::1111]:53"], 0, "2001:db8::1"),
            // Nobody is there.
            (&["--public", "@127.0.0.9:5399", "-w", "0.5"], 3, ""),
            (&["--public=stun", "@127.0.0.9", "-w", "0.5"], 3, ""),
        ] {
            let output = finish(command(stage.tool("myip"), args));
            let told = output.text().trim_end().to_owned();
            let name = format!("myip {}", args.join(" "));
            sheet.case(&name);
            sheet.expect(output.code == Some(code) && told == expected, || {
                format!("{:?} {told:?} {:?}", output.code, output.stderr)
            });
            sheet.row([name, code.to_string(), told]);
        }
        is_over.store(true, Ordering::Relaxed);
    });
    Ok(sheet)
}

/// Tells an address as text to whoever asks `whoami.cloudflare` of class CH, and refuses all else.
fn serve(socket: &UdpSocket, told: &str, is_over: &AtomicBool) {
    const QUESTION: &[u8] = b"\x06whoami\x0acloudflare\0\0\x10\0\x03";
    let mut question = [0; 512];
    while !is_over.load(Ordering::Relaxed) {
        let Ok((length, from)) = socket.recv_from(&mut question) else { continue };
        let mut reply = question[..length].to_vec();
        let is_it = reply.get(12..) == Some(QUESTION);
        reply[2..4].copy_from_slice(if is_it { &[0x84, 0] } else { &[0x84, 5] });
        if is_it {
            let length = u8::try_from(told.len()).expect("an address is short");
            reply[7] = 1;
            reply.extend([0xc0, 12, 0, 16, 0, 3, 0, 0, 0, 0, 0, length + 1, length]);
            reply.extend(told.as_bytes());
        }
        // Who asks hears it or asks again.
        let _ = socket.send_to(&reply, from);
    }
}
