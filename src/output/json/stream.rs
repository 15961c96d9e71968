//! A report written file by file.

use std::io::{self, Write};

use super::{File, Report};

/// A report that is written file by file, since that of many files is too large to be held.
#[derive(Debug, Default)]
pub struct Stream {
    begun: bool,
}

/// What ends a report with files in it, from the last of them.
const TAIL: &str = "\n  ]\n}\n";

impl Stream {
    /// Writes one file, as [`entry`] has made it.
    pub fn add(&mut self, entry: &str, out: &mut dyn Write) -> io::Result<()> {
        if self.begun {
            out.write_all(b",")?;
        } else {
            out.write_all(head().as_bytes())?;
        }
        self.begun = true;
        out.write_all(entry.as_bytes())
    }

    /// Writes what comes after the last file.
    pub fn end(self, out: &mut dyn Write) -> io::Result<()> {
        let end = if self.begun { TAIL.to_owned() } else { Report::new(Vec::new()).render() };
        out.write_all(end.as_bytes())
    }
}

/// What begins a report, up to its first file.
fn head() -> String {
    let mut empty = Report::new(Vec::new()).render();
    empty.truncate(empty.trim_end_matches(['\n', '}', ']']).len());
    empty
}

/// One file as it stands in a [`Report`], with the line break before it.
pub fn entry(file: File) -> String {
    let mut whole = Report::new(vec![file]).render();
    whole.truncate(whole.len() - TAIL.len());
    whole.split_off(head().len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::json::refused;
    use crate::plan::{Refusal, RefusalKind};
    use crate::source::Origin;

    fn file(path: &str) -> File {
        let next_step = "say `}]` less\n".to_owned();
        let refusal = Refusal { message: "no \n  ]\n}\n".to_owned(), next_step, at: None, kind: RefusalKind::Broken };
        refused(path, &refusal, Origin::Named)
    }

    #[test]
    fn a_report_that_is_written_file_by_file_is_the_report() {
        for paths in [&[][..], &["a.json"], &["a.json", "b}]\n.json", "c.json"]] {
            let (mut stream, mut written) = (Stream::default(), Vec::new());
            for path in paths {
                stream.add(&entry(file(path)), &mut written).unwrap();
            }
            stream.end(&mut written).unwrap();
            let whole = Report::new(paths.iter().map(|path| file(path)).collect()).render();
            assert_eq!(String::from_utf8(written).unwrap(), whole);
        }
    }
}
