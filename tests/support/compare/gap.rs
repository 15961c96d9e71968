//! What stands between two items that stayed, before the edit and after it.

use super::tree::Piece;

/// The pieces between two kept items, or between one and a bracket.
pub struct Gap<'a> {
    pieces: Vec<Piece<'a>>,
    /// Whether the container keeps any item.
    neighbours: bool,
}

/// The solid pieces of a gap, and the pieces before, between and after them.
type Parts<'a> = (Vec<&'a str>, Vec<Vec<Piece<'a>>>);

impl<'a> Gap<'a> {
    /// A gap; `neighbours` says whether the container keeps any item at all.
    pub fn new(pieces: Vec<Piece<'a>>, neighbours: bool) -> Self {
        Self { pieces, neighbours }
    }

    fn taken(&self) -> usize {
        self.pieces.iter().filter(|piece| **piece == Piece::Taken).count()
    }

    fn text(&self) -> String {
        self.pieces.iter().map(|piece| text(*piece)).collect()
    }

    /// How many commas stay when the taken items go: each takes one with it, but the only ones of a container one less.
    fn commas_left(&self) -> usize {
        let commas = self.pieces.iter().filter(|piece| **piece == Piece::Comma).count();
        let with_them = if self.neighbours { self.taken() } else { self.taken().saturating_sub(1) };
        commas.saturating_sub(with_them)
    }

    /// The gap without the commas that go; there is more than one way to choose which.
    fn readings(&self, left: usize) -> Vec<Parts<'a>> {
        let commas: Vec<usize> = self
            .pieces
            .iter()
            .enumerate()
            .filter(|(_, piece)| **piece == Piece::Comma)
            .map(|(index, _)| index)
            .collect();
        let choices: Vec<Vec<usize>> = match left {
            0 => vec![Vec::new()],
            1 => commas.iter().map(|index| vec![*index]).collect(),
            _ => vec![commas[commas.len() - left..].to_vec()],
        };
        choices.iter().map(|stay| self.parts(stay)).collect()
    }

    fn parts(&self, stay: &[usize]) -> Parts<'a> {
        let (mut solids, mut between) = (Vec::new(), vec![Vec::new()]);
        for (index, piece) in self.pieces.iter().enumerate() {
            let piece = match piece {
                Piece::Comma if !stay.contains(&index) => Piece::Taken,
                other => *other,
            };
            match piece {
                Piece::Comma | Piece::Solid(_) => {
                    solids.push(text(piece));
                    between.push(Vec::new());
                }
                Piece::Space(_) | Piece::Taken => between.last_mut().into_iter().for_each(|list| list.push(piece)),
            }
        }
        (solids, between)
    }

    /// This gap without the comments that end the line of an item which goes: they speak about it. `None` where there are none.
    fn without_remarks(&self) -> Option<Self> {
        let mut pieces = Vec::with_capacity(self.pieces.len());
        let (mut starts_line, mut on_line_of_taken) = (false, false);
        for piece in &self.pieces {
            match piece {
                Piece::Taken => on_line_of_taken |= starts_line,
                Piece::Space(space) if newline(space).is_some() => (starts_line, on_line_of_taken) = (true, false),
                Piece::Solid(_) => starts_line = false,
                Piece::Space(_) | Piece::Comma => {}
            }
            let remark = matches!(piece, Piece::Solid(text) if text.starts_with("//") || text.starts_with("/*"));
            if !(remark && on_line_of_taken) {
                pieces.push(*piece);
            }
        }
        (pieces.len() < self.pieces.len()).then_some(Self { pieces, neighbours: self.neighbours })
    }

    /// Whether `new` is this gap but for what items that came or went brought with them.
    pub fn same(&self, new: &Self) -> Result<(), String> {
        let remarkless = || self.without_remarks().map_or(Err(String::new()), |gap| gap.is(new));
        self.is(new).or_else(|error| remarkless().map_err(|_| error))
    }

    fn is(&self, new: &Self) -> Result<(), String> {
        let (was, is) = (self.text(), new.text());
        if self.taken() + new.taken() == 0 {
            return if was == is { Ok(()) } else { Err(format!("`{was}` became `{is}`")) };
        }
        let emptied = !new.neighbours && new.taken() == 0;
        let old_left = if emptied { 0 } else { self.commas_left() };
        if old_left != new.commas_left() {
            return Err(format!("a comma too many or too few: `{was}` became `{is}`"));
        }
        let free = !self.neighbours;
        let readings = new.readings(old_left);
        let matched = self.readings(old_left).iter().any(|(solids, between)| {
            readings.iter().any(|(new_solids, new_between)| {
                solids == new_solids && between.iter().zip(new_between).all(|(old, new)| spaces_stay(old, new, free))
            })
        });
        if matched { Ok(()) } else { Err(format!("beside the edit `{was}` became `{is}`")) }
    }
}

fn text(piece: Piece<'_>) -> &str {
    match piece {
        Piece::Space(text) | Piece::Solid(text) => text,
        Piece::Comma => ",",
        Piece::Taken => "",
    }
}

/// Whether white space stayed but for what adjoins a taken piece. In a container that was or becomes empty it is free.
fn spaces_stay(old: &[Piece<'_>], new: &[Piece<'_>], free: bool) -> bool {
    let (old, new) = (runs(old), runs(new));
    match (old.as_slice(), new.as_slice()) {
        ([was], [is]) => was == is,
        ([was], around) => free || (grown(was, around) && follows(was, around)),
        // What stood behind the one that went, on its line, may move up to its place.
        (around, [is]) => free || (grown(is, around) && (!breaks(around) || follows(is, around))),
        _ => true,
    }
}

/// The white space before, between and after the taken pieces.
fn runs(pieces: &[Piece<'_>]) -> Vec<String> {
    let mut runs = vec![String::new()];
    for piece in pieces {
        match piece {
            Piece::Taken => runs.push(String::new()),
            other => runs.last_mut().into_iter().for_each(|run| run.push_str(text(*other))),
        }
    }
    runs
}

/// Whether `around` is `space` with something put into it: all of `space` is there, in order, and the newlines are of one kind.
fn grown(space: &str, around: &[String]) -> bool {
    let kind = newline(space);
    let alike = around.iter().all(|run| kind.is_none() || newline(run).is_none_or(|other| Some(other) == kind));
    alike && contains(space, around)
}

/// Whether what follows stands on a line of its own, at the indentation of `space`, if it did so there.
fn follows(space: &str, around: &[String]) -> bool {
    let line = space.rfind(['\n', '\r']).unwrap_or(space.len());
    around.last().is_some_and(|last| last.ends_with(&space[line..]))
}

/// Whether a line ends after the last taken piece.
fn breaks(around: &[String]) -> bool {
    around.last().is_some_and(|last| newline(last).is_some())
}

/// The first newline of `text`.
fn newline(text: &str) -> Option<&str> {
    let at = text.find(['\n', '\r'])?;
    Some(if text[at..].starts_with("\r\n") { "\r\n" } else { &text[at..=at] })
}

/// Whether `space` is made of a beginning of the first run, a beginning or an end of each inner one, and an end of the last.
fn contains(space: &str, runs: &[String]) -> bool {
    match runs {
        [] => space.is_empty(),
        [last] => last.ends_with(space),
        [first, rest @ ..] => (0..=space.len().min(first.len())).any(|length| {
            space.is_char_boundary(length)
                && (first.starts_with(&space[..length]) || first.ends_with(&space[..length]))
                && contains(&space[length..], rest)
        }),
    }
}
