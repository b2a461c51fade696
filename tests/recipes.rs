//! Every recipe of docs/recipes.md does what it says, on loopback.
#![cfg(unix)]

use std::cmp::Reverse;
use std::ffi::OsString;
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::{env, process};

use testkit::{DnsServer, Listener, closed_port, demo_zones};

const PAGE: &str = include_str!("../docs/recipes.md");

/// A block of the page: a script, with what it prints and its exit code.
#[derive(Debug, PartialEq, Eq)]
struct Recipe {
    heading: String,
    script: String,
    /// The lines, in which `…` stands for anything.
    printed: Vec<String>,
    exit: i32,
}

/// The recipes of a page.
fn recipes(page: &str) -> Vec<Recipe> {
    let mut recipes = Vec::new();
    let mut heading = String::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if let Some(text) = line.strip_prefix("## ") {
            text.clone_into(&mut heading);
        }
        if line == "```sh" {
            let block: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
            recipes.push(recipe(heading.clone(), &block));
        }
    }
    recipes
}

fn recipe(heading: String, block: &[&str]) -> Recipe {
    let mut recipe = Recipe { heading, script: String::new(), printed: Vec::new(), exit: 0 };
    for line in block {
        if let Some(printed) = line.strip_prefix("# → ") {
            recipe.printed.push(printed.to_owned());
        } else if let Some(exit) = line.strip_prefix("# exit ") {
            recipe.exit = exit.parse().expect("an exit code is a number");
        } else {
            recipe.script.push_str(line);
            recipe.script.push('\n');
        }
    }
    recipe
}

/// Whom a recipe talks to; each has peers of its own.
struct Stage {
    folder: PathBuf,
    variables: Vec<(&'static str, String)>,
    _peers: (Stale, [DnsServer; 2], Listener, [TcpStream; 2]),
}

impl Stage {
    fn set(number: usize) -> Self {
        let servers = [(); 2].map(|()| DnsServer::start(demo_zones()).expect("a DNS server"));
        let listener = Listener::start().expect("a listener");
        let guests =
            [(); 2].map(|()| TcpStream::connect(listener.addr()).expect("it takes connections"));
        let stale = Stale::start();
        let variables = vec![
            ("host", "127.0.0.1".to_owned()),
            ("port", listener.addr().port().to_string()),
            ("closed", closed_port().port().to_string()),
            ("server", servers[0].addr().to_string()),
            ("other", servers[1].addr().to_string()),
            ("name", "www.usfca.edu".to_owned()),
            ("domain", "usfca.edu".to_owned()),
            ("loopback", if cfg!(target_os = "linux") { "lo" } else { "lo0" }.to_owned()),
            ("pid", process::id().to_string()),
            ("stale", stale.port.to_string()),
            ("program", Stale::PROGRAM.to_owned()),
        ];
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("recipe-{number}"));
        fs::create_dir_all(&folder).expect("a folder can be made");
        Self { folder, variables, _peers: (stale, servers, listener, guests) }
    }

    /// Text with the values of the variables; of two that fit, the longer one.
    fn with_values(&self, text: &str) -> String {
        let mut variables: Vec<_> = self.variables.iter().collect();
        variables.sort_by_key(|(name, _)| Reverse(name.len()));
        let replace =
            |text: String, (name, value): &&(_, String)| text.replace(&format!("${name}"), value);
        variables.iter().fold(text.to_owned(), replace)
    }

    fn play(&self, recipe: &Recipe) {
        let mut command = testkit::command("sh", ["-c", &recipe.script]);
        command.current_dir(&self.folder).env("PATH", path());
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        let output = testkit::finish(command);
        let Recipe { heading, printed, exit, .. } = recipe;
        let told = format!("{heading}\n{}{}", output.text(), output.stderr);
        assert_eq!(output.code, Some(*exit), "{told}");
        assert_eq!(output.text().lines().count(), printed.len(), "{told}");
        for (line, expected) in output.text().lines().zip(printed) {
            assert!(fits(line, &self.with_values(expected)), "{expected}: {told}");
        }
    }
}

/// What the tools are called: the crates that are programs.
fn tools() -> Vec<String> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates");
    let entries = fs::read_dir(crates).expect("there are crates").flatten();
    let programs = entries.filter(|entry| entry.path().join("src/main.rs").exists());
    programs.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// The tools before everything else; cargo puts them beside xtask.
fn path() -> OsString {
    let folder = Path::new(env!("CARGO_BIN_EXE_xtask")).parent().expect("it lies in a folder");
    for tool in tools() {
        let is_there = folder.join(&tool).exists();
        assert!(is_there, "no {tool} in {}: run `cargo build --bins`", folder.display());
    }
    let others = env::var_os("PATH").unwrap_or_default();
    let folders = [folder.to_owned()].into_iter().chain(env::split_paths(&others));
    env::join_paths(folders).expect("no folder has a colon in its name")
}

/// Whether a line is as expected, in which one `…` stands for anything.
fn fits(line: &str, expected: &str) -> bool {
    match expected.split_once('…') {
        Some((start, end)) => {
            line.len() >= start.len() + end.len() && line.starts_with(start) && line.ends_with(end)
        }
        None => line == expected,
    }
}

/// A process of its own that has a port: it sleeps, with a listener as its stdin.
struct Stale {
    child: Child,
    port: u16,
}

impl Stale {
    const PROGRAM: &str = "sleep";

    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has free ports");
        let port = listener.local_addr().expect("it has an address").port();
        let child = Command::new(Self::PROGRAM)
            .arg("60")
            .stdin(OwnedFd::from(listener))
            .stdout(Stdio::null())
            .spawn()
            .expect("every system can sleep");
        Self { child, port }
    }
}

impl Drop for Stale {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn every_recipe_does_what_it_says() {
    let recipes = recipes(PAGE);
    assert!(recipes.len() >= 15, "{}", recipes.len());
    for (number, recipe) in recipes.iter().enumerate() {
        Stage::set(number).play(recipe);
    }
}

#[test]
fn every_recipe_says_what_it_does() {
    let headings = PAGE.lines().filter(|line| line.starts_with("## ")).count();
    let recipes = recipes(PAGE);
    let tools = tools();
    assert_eq!(headings, recipes.len());
    for tool in &tools {
        assert!(PAGE.contains(&format!("{tool} ")), "{tool} is in no recipe");
    }
    for Recipe { heading, script, printed, .. } in recipes {
        assert!(!printed.is_empty(), "{heading}");
        assert!(tools.iter().any(|tool| script.contains(&format!("{tool} "))), "{heading}");
    }
}

#[test]
fn a_block_is_a_script_and_what_comes_of_it() {
    let page = "## Who\n\nOne.\n\n```sh\nmyip\n# a remark\n# → $host\n# exit 1\n```\n";
    let expected = Recipe {
        heading: "Who".to_owned(),
        script: "myip\n# a remark\n".to_owned(),
        printed: vec!["$host".to_owned()],
        exit: 1,
    };
    assert_eq!(recipes(page), [expected]);
    for (line, expected, is_fit) in
        [("8080", "8080", true), ("8080", "8…", true), ("9", "8…", false), ("8", "8…8", false)]
    {
        assert_eq!(fits(line, expected), is_fit, "{line} {expected}");
    }
}
