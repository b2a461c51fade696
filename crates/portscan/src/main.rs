//! The `portscan` program.

fn main() -> std::process::ExitCode {
    output::main::<portscan::Cli>()
}
