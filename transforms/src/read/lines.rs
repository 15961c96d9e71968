//! Byte offsets to the line and column that an editor shows.

/// The lines of a text.
///
/// A line ends at `\n`, `\r\n` or a lone `\r`. Lines and columns count from 1; a column counts Unicode scalars, and a byte
/// order mark at the start counts as nothing.
#[derive(Clone, Debug)]
pub struct LineIndex<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> LineIndex<'a> {
    /// Finds the lines of `text`.
    pub fn new(text: &'a str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for (at, byte) in bytes.iter().enumerate() {
            let ends = match byte {
                b'\n' => true,
                b'\r' => bytes.get(at + 1) != Some(&b'\n'),
                _ => false,
            };
            if ends {
                starts.push(at + 1);
            }
        }
        Self { text, starts }
    }

    /// Line and column of a byte offset. An offset inside a character belongs to that character; one past the end is the end.
    pub fn position(&self, offset: usize) -> (usize, usize) {
        let offset = self.text.floor_char_boundary(offset);
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.starts[line - 1];
        let before = &self.text[start..offset];
        let before = if start == 0 { before.trim_start_matches('\u{feff}') } else { before };
        (line, before.chars().count() + 1)
    }

    /// How many lines there are; a text that ends with a line break has an empty last line.
    pub fn count(&self) -> usize {
        self.starts.len()
    }
}
