//! Files that are generated and checked in.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// A generated file: where it is, from the workspace's root, and what it has to say.
pub struct Generated {
    pub path: PathBuf,
    pub text: String,
}

/// The root of the workspace.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace")
}

/// The text of a file of the workspace, with the line ends of Unix.
pub fn read(path: impl AsRef<Path>) -> Result<String> {
    let path = path.as_ref();
    let text = fs::read_to_string(root().join(path))
        .with_context(|| format!("cannot read {}", path.display()))?;
    Ok(text.replace("\r\n", "\n"))
}

/// Writes the files, or only checks that they are what they should be; `command` writes them.
pub fn write_or_check(files: &[Generated], check: bool, command: &str) -> Result<()> {
    if check {
        let is_stale = |file: &&Generated| read(&file.path).ok().as_ref() != Some(&file.text);
        let stale: Vec<_> =
            files.iter().filter(is_stale).map(|file| file.path.display().to_string()).collect();
        if !stale.is_empty() {
            bail!("stale: {}: run `{command}`", stale.join(", "));
        }
        return Ok(());
    }
    for file in files {
        let path = root().join(&file.path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)
                .with_context(|| format!("cannot make {}", folder.display()))?;
        }
        fs::write(&path, &file.text)
            .with_context(|| format!("cannot write {}", file.path.display()))?;
    }
    Ok(())
}
