//! What a chapter has shown so far.

use std::io::{self, Write};

use anyhow::{Error, Result};

use super::sheet::Sheet;
use super::verdicts::Verdicts;

/// What is looked at, under a title.
pub type Section<W> = (&'static str, fn(&W) -> Result<Sheet>);

/// Prints sheets as they come, and keeps how their cases went.
#[derive(Debug, Default)]
pub struct Report {
    verdicts: Verdicts,
}

impl Report {
    /// Prints a sheet below its title.
    ///
    /// # Errors
    ///
    /// Stdout cannot be written to.
    pub fn show(&mut self, title: &str, sheet: &Sheet) -> Result<()> {
        let verdicts = sheet.verdicts();
        self.print(title, &sheet.text(), verdicts)
    }

    /// Looks at each in turn. One that cannot be looked at to its end has failed, and the next
    /// follows.
    ///
    /// # Errors
    ///
    /// Stdout cannot be written to.
    pub fn sections<W>(&mut self, world: &W, sections: &[Section<W>]) -> Result<()> {
        for (title, look) in sections {
            match look(world) {
                Ok(sheet) => self.show(title, &sheet)?,
                Err(error) => self.print(title, "", ended_early(&error))?,
            }
        }
        Ok(())
    }

    /// Says why there is no more to show.
    ///
    /// # Errors
    ///
    /// Stdout cannot be written to.
    pub fn fail(&mut self, error: &Error) -> Result<()> {
        self.print("The end", "", ended_early(error))
    }

    fn print(&mut self, title: &str, table: &str, verdicts: Verdicts) -> Result<()> {
        let verdicts = verdicts.within(title);
        let mut out = io::stdout().lock();
        let lines = verdicts.lines();
        let gap = if table.is_empty() || lines.is_empty() { "" } else { "\n" };
        write!(out, "\n### {title}\n\n{table}{gap}{lines}")?;
        out.flush()?;
        self.verdicts.add(verdicts);
        Ok(())
    }

    /// How all of it went.
    pub fn into_verdicts(self) -> Verdicts {
        self.verdicts
    }
}

fn ended_early(error: &Error) -> Verdicts {
    let mut verdicts = Verdicts::default();
    verdicts.fail("", &[format!("not looked at to the end: {error:#}")]);
    verdicts
}
