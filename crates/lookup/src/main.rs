//! The `lookup` program.

fn main() -> std::process::ExitCode {
    output::main::<lookup::Cli>()
}
