//! Where the record of a run is kept, and how it is written: for its owner's eyes alone, and whole or not at all.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::cli::CliError;
use crate::context::Context;
use crate::output::clean;
use crate::rollout::record::Record;

/// The place of a record that is new: where flags say, else in the state directory.
pub(super) fn place(named: Option<&Path>, began: Timestamp, context: &Context) -> Result<PathBuf, CliError> {
    if let Some(path) = named {
        return Ok(context.cwd.join(path));
    }
    let state = context.state.as_ref().ok_or_else(|| {
        CliError::usage(
            "there is no place for the record: neither XDG_STATE_HOME nor HOME is set",
            "name one: --record FILE",
        )
    })?;
    let name = began.strftime("%Y%m%dT%H%M%SZ").to_string();
    let records = state.join("records");
    let free = (0..1000).map(|number| match number {
        0 => records.join(format!("{name}.json")),
        number => records.join(format!("{name}-{number}.json")),
    });
    let place = free.into_iter().find(|path| !path.exists());
    Ok(place.unwrap_or_else(|| records.join(format!("{name}.json"))))
}

/// Writes a record, readable for its owner alone.
pub(super) fn write(path: &Path, record: &Record) -> Result<(), CliError> {
    write_private(path, record.text().as_bytes()).map_err(|_| {
        CliError::usage(
            format!("the record cannot be written to {}", clean(&path.display().to_string())),
            "name a place that can: --record FILE",
        )
    })
}

/// Writes a file that its owner alone can read, whole or not at all.
pub(in crate::cli) fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(directory)?;
    // Temporary files are made for their owner alone (mode 0600), and stay so when they get their name.
    let mut file = tempfile::Builder::new().prefix(".ecs-harden-").tempfile_in(directory)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// Reads a record that a flag names.
pub(super) fn read(path: &Path) -> Result<Record, CliError> {
    let shown = clean(&path.display().to_string());
    let text = fs::read_to_string(path).map_err(|_| {
        CliError::usage(format!("the record {shown} cannot be read"), "name the file that `apply` said it wrote")
    })?;
    Record::parse(&text).ok_or_else(|| {
        CliError::usage(
            format!("{shown} is no record of this version"),
            "name the file that `apply` said it wrote, or the service itself: --cluster CLUSTER --service SERVICE",
        )
    })
}
