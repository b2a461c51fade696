//! The `wellknown` program.

fn main() -> std::process::ExitCode {
    output::main::<wellknown::Cli>()
}
