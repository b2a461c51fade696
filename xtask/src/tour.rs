//! The tour: every tool at work, on loopback, against peers that live as long as the tour.

use std::collections::HashMap;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context, Result, ensure};
use testkit::{DnsServer, Listener, closed_port, demo_zones};

use crate::build::{self, Profile};

/// The name of the loopback interface.
const LOOPBACK: &str = if cfg!(target_os = "linux") { "lo" } else { "lo0" };

/// One command of the tour.
struct Scene {
    /// The tool with its arguments, as typed.
    command: String,
    /// The exit codes with which it tells the truth here.
    exits: &'static [i32],
}

/// Builds the tools and shows them.
pub fn run() -> Result<()> {
    let programs = build::tools(Profile::Dev)?;
    let dns = DnsServer::start(demo_zones()).context("cannot start the DNS server")?;
    let home = Listener::start().context("cannot start a listener")?;
    let nobody = closed_port();
    println!(
        "A DNS server of our own answers at {}, somebody listens at port {}, nobody at {}.",
        dns.addr(),
        home.addr().port(),
        nobody.port()
    );
    let mut surprises = 0;
    for (question, scenes) in acts(&dns, &home, nobody.port()) {
        println!("\n# {question}");
        for scene in scenes {
            surprises += usize::from(!play(&scene, &programs)?);
        }
    }
    ensure!(surprises == 0, "{surprises} commands did not end as they should");
    Ok(())
}

fn acts(dns: &DnsServer, home: &Listener, nobody: u16) -> [(&'static str, Vec<Scene>); 5] {
    let at = dns.addr();
    let home = home.addr().port();
    let yes = |command: String| Scene { command, exits: &[0] };
    let no = |command: String| Scene { command, exits: &[1] };
    [
        (
            "Who am I?",
            vec![
                // A machine may have no network but loopback, or not even that.
                Scene { command: "myip".into(), exits: &[0, 1] },
                yes(format!("myip {LOOPBACK}")),
                yes("myip -a".into()),
                no("myip no-such-interface".into()),
                yes("myip --hostname".into()),
            ],
        ),
        (
            "What is that name?",
            vec![
                yes(format!("lookup www.usfca.edu @{at}")),
                yes(format!("lookup -s www.usfca.edu @{at}")),
                yes(format!("lookup 104.239.221.147 @{at}")),
                yes(format!("lookup usfca.edu MX TXT @{at}")),
                yes(format!("lookup --json web.usfca.edu A @{at}")),
                no(format!("lookup no-such-host.usfca.edu @{at}")),
            ],
        ),
        (
            "Who is connected, who listens?",
            vec![yes("conns -lt".into()), yes("conns -lt4 --columns local_port,process".into())],
        ),
        (
            "Is anybody home?",
            vec![
                no(format!("portscan 127.0.0.1 {home} {nobody}")),
                yes(format!("portscan -s 127.0.0.1 {home}")),
            ],
        ),
        (
            "What is that port?",
            vec![
                yes("wellknown 80 ssh 51820".into()),
                yes("wellknown -s https".into()),
                no("wellknown htpp".into()),
            ],
        ),
    ]
}

/// Shows a command with all that it prints. Whether it ended as it should.
fn play(scene: &Scene, programs: &HashMap<String, PathBuf>) -> Result<bool> {
    println!("\n$ {}", scene.command);
    io::stdout().flush()?;
    let mut words = scene.command.split(' ');
    let tool = words.next().context("a command has a name")?;
    let status = Command::new(&programs[tool])
        .args(words)
        .stdin(Stdio::null())
        .stdout(stdout()?)
        .stderr(stdout()?)
        .status()
        .with_context(|| format!("cannot run {tool}"))?;
    let is_expected = status.code().is_some_and(|code| scene.exits.contains(&code));
    println!("[{}]", ending(status, is_expected));
    Ok(is_expected)
}

fn ending(status: ExitStatus, is_expected: bool) -> String {
    let surprise = if is_expected { "" } else { ", which is not as it should be" };
    format!("{status}{surprise}").replace("exit status: ", "exit code ")
}

/// Both streams of a tool go where the tour goes, so that they stand in their order.
#[cfg(unix)]
fn stdout() -> io::Result<Stdio> {
    use std::os::fd::AsFd;
    Ok(io::stdout().as_fd().try_clone_to_owned()?.into())
}

/// Both streams of a tool go where the tour goes, so that they stand in their order.
#[cfg(windows)]
fn stdout() -> io::Result<Stdio> {
    use std::os::windows::io::AsHandle;
    Ok(io::stdout().as_handle().try_clone_to_owned()?.into())
}
