//! The tour: every tool at work, on loopback, against peers that live as long as the tour.

use std::collections::HashMap;
use std::io::{self, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context, Result, ensure};
use testkit::{DnsServer, Listener, closed_port, demo_zones};
#[cfg(unix)]
use testkit::{FullBacklog, full_backlog};

use crate::build::{self, Profile};

/// The name of the loopback interface. On Windows it is a sentence, which a scene cannot have.
#[cfg(unix)]
const LOOPBACK: &str = if cfg!(target_os = "linux") { "lo" } else { "lo0" };

/// One command of the tour.
struct Scene {
    /// The tool with its arguments, as typed.
    command: String,
    /// The exit codes with which it tells the truth here.
    exits: &'static [i32],
}

/// The peers of the tour, on loopback.
struct Stage {
    dns: DnsServer,
    home: Listener,
    /// Somebody is connected to `home`.
    _guest: TcpStream,
    /// A port at which nobody listens.
    nobody: u16,
    /// A listener too busy to answer.
    #[cfg(unix)]
    busy: FullBacklog,
}

/// Builds the tools and shows them.
pub fn run() -> Result<()> {
    let programs = build::tools(Profile::Dev, None)?;
    let stage = Stage::set()?;
    stage.introduce()?;
    let mut surprises = 0;
    for (question, scenes) in stage.acts() {
        writeln!(io::stdout(), "\n# {question}")?;
        for scene in scenes {
            surprises += usize::from(!play(&scene, &programs)?);
        }
    }
    ensure!(surprises == 0, "{surprises} commands did not end as they should");
    Ok(())
}

impl Stage {
    fn set() -> Result<Self> {
        let home = Listener::start().context("cannot start a listener")?;
        Ok(Self {
            dns: DnsServer::start(demo_zones()).context("cannot start the DNS server")?,
            _guest: TcpStream::connect(home.addr()).context("cannot connect to our listener")?,
            home,
            nobody: closed_port().port(),
            #[cfg(unix)]
            busy: full_backlog().context("cannot start a busy listener")?,
        })
    }

    fn introduce(&self) -> io::Result<()> {
        let mut out = io::stdout();
        writeln!(out, "A DNS server of our own answers at {}.", self.dns.addr())?;
        let (home, nobody) = (self.home.addr().port(), self.nobody);
        writeln!(out, "Somebody listens at port {home}, nobody at {nobody}.")?;
        #[cfg(unix)]
        writeln!(out, "At port {} a listener is too busy to answer.", self.busy.addr().port())?;
        Ok(())
    }

    fn acts(&self) -> [(&'static str, Vec<Scene>); 5] {
        let at = self.dns.addr();
        let home = self.home.addr().port();
        let nobody = self.nobody;
        let scene = |exits, command| Scene { command, exits };
        let yes = |command: String| scene(&[0], command);
        let no = |command: String| scene(&[1], command);
        let who_am_i = vec![
            // A machine may have no network but loopback, or not even that.
            scene(&[0, 1], "myip".into()),
            #[cfg(unix)]
            yes(format!("myip {LOOPBACK}")),
            yes("myip -a".into()),
            no("myip no-such-interface".into()),
            yes("myip --hostname".into()),
        ];
        let what_is_that_name = vec![
            yes(format!("lookup www.usfca.edu @{at}")),
            yes(format!("lookup -s www.usfca.edu @{at}")),
            yes(format!("lookup 127.0.0.1 104.239.221.147 @{at}")),
            yes(format!("lookup usfca.edu MX TXT @{at}")),
            yes(format!("lookup --json web.usfca.edu A @{at}")),
            no(format!("lookup no-such-host.usfca.edu @{at}")),
        ];
        let who_is_connected = vec![
            yes("conns -t4".into()),
            yes("conns -lt4".into()),
            yes("conns -lt4 -f tsv --columns local_port,process".into()),
        ];
        let is_anybody_home = vec![
            yes(format!("portscan 127.0.0.1 {home}")),
            no(format!("portscan 127.0.0.1 {home} {nobody}")),
            #[cfg(unix)]
            scene(&[3], format!("portscan -w 0.5 127.0.0.1 {}", self.busy.addr().port())),
            no(format!("portscan -s 127.0.0.1 {home} {nobody}")),
            yes(format!("portscan --any 127.0.0.1:{home} 127.0.0.1:{nobody}")),
            yes(format!("portscan --wait 5 127.0.0.1 {home}")),
        ];
        let what_is_that_port = vec![
            yes("wellknown 80 ssh 51820".into()),
            yes("wellknown -s https".into()),
            yes("wellknown --search secure shell".into()),
            no("wellknown htpp".into()),
        ];
        [
            ("Who am I?", who_am_i),
            ("What is that name?", what_is_that_name),
            ("Who is connected, who listens?", who_is_connected),
            ("Is anybody home?", is_anybody_home),
            ("What is that port?", what_is_that_port),
        ]
    }
}

/// Shows a command with all that it prints. Whether it ended as it should.
fn play(scene: &Scene, programs: &HashMap<String, PathBuf>) -> Result<bool> {
    writeln!(io::stdout(), "\n$ {}", scene.command)?;
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
    writeln!(io::stdout(), "[{}]", ending(status, is_expected))?;
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
