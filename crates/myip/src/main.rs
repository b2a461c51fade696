//! The `myip` program.

fn main() -> std::process::ExitCode {
    output::main::<myip::Cli>()
}
