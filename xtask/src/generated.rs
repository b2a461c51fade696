//! Files that are generated and checked in.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// A generated file: where it is, from the workspace's root, and what it has to say.
pub struct Generated {
    path: PathBuf,
    octets: Vec<u8>,
    is_text: bool,
}

impl Generated {
    /// A text, which is the same whatever its line ends.
    pub fn text(path: impl Into<PathBuf>, text: String) -> Self {
        Self { path: path.into(), octets: text.into_bytes(), is_text: true }
    }

    /// What is no text.
    pub fn octets(path: impl Into<PathBuf>, octets: Vec<u8>) -> Self {
        Self { path: path.into(), octets, is_text: false }
    }

    fn is_stale(&self) -> bool {
        let found = if self.is_text {
            read(&self.path).map(String::into_bytes).ok()
        } else {
            fs::read(root().join(&self.path)).ok()
        };
        found.as_ref() != Some(&self.octets)
    }
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
        let stale = files.iter().filter(|file| file.is_stale());
        let stale: Vec<_> = stale.map(|file| file.path.display().to_string()).collect();
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
        fs::write(&path, &file.octets)
            .with_context(|| format!("cannot write {}", file.path.display()))?;
    }
    Ok(())
}
