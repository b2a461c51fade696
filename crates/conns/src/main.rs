//! The `conns` program.

fn main() -> std::process::ExitCode {
    output::main::<conns::Cli>()
}
