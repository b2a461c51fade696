//! A folder that goes when it is dropped.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process;

use anyhow::{Context, Result};

/// A new folder, removed with all that is in it when it is dropped.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Makes a folder among the temporary files. Never takes one that is there already.
    ///
    /// # Errors
    ///
    /// It is there, or cannot be made.
    pub fn make(name: &str) -> Result<Self> {
        let path = env::temp_dir().join(format!("{name}-{}", process::id()));
        // Inside a namespace of its own every process may have the same number as the one before.
        let path = (0..100)
            .map(|number| path.with_extension(number.to_string()))
            .find(|path| !path.exists())
            .unwrap_or(path);
        fs::create_dir(&path).with_context(|| format!("cannot make {}", path.display()))?;
        Ok(Self { path })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file in it, and says where that is.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub fn write(&self, name: &str, contents: impl AsRef<[u8]>) -> Result<PathBuf> {
        let path = self.path.join(name);
        fs::write(&path, contents).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is left to the system's own cleaning of temporary files.
        let _ = fs::remove_dir_all(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_new_each_time_and_gone_when_dropped() {
        let first = Folder::make("xtask-folder").unwrap();
        let second = Folder::make("xtask-folder").unwrap();
        assert_ne!(first.path(), second.path());
        let file = first.write("file", "text").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "text");
        let path = first.path().to_owned();
        drop(first);
        assert!(!path.exists());
        assert!(second.path().exists());
    }
}
