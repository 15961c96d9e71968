//! The only file that knows a terminal: keys in, rows out. What was shown stays in the scrollback; only the rows below it change.
//!
//! The terminal is raw for as long as the session lasts, so that Ctrl-C is a key and nothing typed ahead is echoed, and it is what it was
//! before as soon as this value is dropped, in whichever way.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style as Ansi};
use console::{Key, Term};

use super::view::{Screen, Span, Style};
use super::{Ending, Event, Press, Session, Size};

/// What a terminal can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Abilities {
    /// Whether it takes colour.
    pub colour: bool,
    /// Whether it moves its cursor.
    pub moves: bool,
}

/// A terminal in the hands of a session.
struct Terminal {
    term: Term,
    abilities: Abilities,
    /// The body that was shown last.
    turn: Option<u64>,
    /// How many rows below it may be drawn over, and for which size they were made.
    live: (usize, Size),
    /// What the last key was, for the scrollback.
    echo: String,
    _raw: raw::Raw,
}

/// Holds a session at the terminal until it ends. `is_interrupted` tells of signals that ask for the end.
pub fn hold(session: &mut Session<'_>, abilities: Abilities, is_interrupted: &dyn Fn() -> bool) -> io::Result<Ending> {
    let mut terminal = Terminal::open(abilities)?;
    loop {
        session.handle(Event::Resize(size(&terminal.term)));
        terminal.show(&session.screen())?;
        let event = if is_interrupted() { Event::Interrupt } else { terminal.read()? };
        if let Some(ending) = session.handle(event) {
            return Ok(ending);
        }
    }
}

/// Asks something that only yes answers with yes; none where somebody pressed Ctrl-C.
pub fn confirm(question: &str) -> io::Result<Option<bool>> {
    let mut term = Term::stderr();
    write!(term, "{question}? [y/N] ")?;
    let _raw = raw::Raw::take()?;
    let answer = match term.read_key_raw() {
        Ok(Key::Char('y' | 'Y')) => Some(true),
        Ok(Key::CtrlC) => None,
        Ok(_) => Some(false),
        Err(error) if error.kind() == io::ErrorKind::Interrupted => None,
        Err(error) => return Err(error),
    };
    writeln!(term, "{}", if answer == Some(true) { "y" } else { "n" })?;
    Ok(answer)
}

/// The size of the terminal at hand.
pub fn size_now() -> Size {
    size(&Term::stderr())
}

fn size(term: &Term) -> Size {
    let (height, width) = term.size_checked().unwrap_or((24, 80));
    Size { width: usize::from(width), height: usize::from(height) }
}

impl Terminal {
    fn open(abilities: Abilities) -> io::Result<Self> {
        let term = Term::buffered_stderr();
        let live = (0, size(&term));
        Ok(Self { term, abilities, turn: None, live, echo: String::new(), _raw: raw::Raw::take()? })
    }

    fn show(&mut self, screen: &Screen) -> io::Result<()> {
        let size = size(&self.term);
        let is_new = self.turn != Some(screen.turn);
        let mut text = String::new();
        if is_new {
            if self.turn.is_some() {
                text.push_str(&self.echo);
                text.push_str("\n\n");
            }
            for row in &screen.body {
                self.row(row, &mut text);
                text.push('\n');
            }
        } else if self.abilities.moves && self.live.1 == size {
            text.push('\r');
            if self.live.0 > 1 {
                text.push_str(&cursor(self.live.0 - 1, 'A'));
            }
            text.push_str("\x1b[J");
        } else {
            text.push('\n');
        }
        for (position, row) in screen.live.iter().enumerate() {
            if position > 0 {
                text.push('\n');
            }
            self.row(row, &mut text);
        }
        if let Some(behind) = screen.behind.filter(|behind| *behind > 0 && self.abilities.moves) {
            text.push_str(&cursor(behind, 'D'));
        }
        (self.turn, self.live) = (Some(screen.turn), (screen.live.len(), size));
        self.term.write_all(text.as_bytes())?;
        self.term.flush()
    }

    fn row(&self, row: &[Span], text: &mut String) {
        for Span { text: part, style } in row {
            let style = if self.abilities.colour { ansi(*style) } else { Ansi::new() };
            let (begin, end) = (style.render().to_string(), style.render_reset().to_string());
            text.extend([begin.as_str(), part, end.as_str()]);
        }
    }

    fn read(&mut self) -> io::Result<Event> {
        self.echo.clear();
        let key = match self.term.read_key_raw() {
            Ok(key) => key,
            // A signal, or nobody is there any more.
            Err(error) if matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::UnexpectedEof) => {
                return Ok(Event::Interrupt);
            }
            Err(error) => return Err(error),
        };
        self.echo = match key {
            Key::Char(letter) if !letter.is_control() => letter.to_string(),
            _ => String::new(),
        };
        Ok(match key {
            Key::CtrlC | Key::Char('\u{3}') => Event::Interrupt,
            Key::Char(letter) => Event::Press(Press::Char(letter)),
            Key::Enter => Event::Press(Press::Enter),
            Key::Escape => Event::Press(Press::Escape),
            Key::Backspace => Event::Press(Press::Backspace),
            Key::Del => Event::Press(Press::Delete),
            Key::ArrowUp => Event::Press(Press::Up),
            Key::ArrowDown => Event::Press(Press::Down),
            Key::ArrowLeft => Event::Press(Press::Left),
            Key::ArrowRight => Event::Press(Press::Right),
            Key::Home => Event::Press(Press::Home),
            Key::End => Event::Press(Press::End),
            _ => Event::Press(Press::Other),
        })
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Whatever comes next begins on a line of its own. A terminal that is gone needs none.
        let last = format!("{}\n", self.echo);
        drop(self.term.write_all(last.as_bytes()).and_then(|()| self.term.flush()));
    }
}

/// The sequence that moves the cursor by so much.
fn cursor(by: usize, direction: char) -> String {
    format!("\x1b[{by}{direction}")
}

fn ansi(style: Style) -> Ansi {
    match style {
        Style::Plain => Ansi::new(),
        Style::Strong => Ansi::new().bold(),
        Style::Faint => Ansi::new().dimmed(),
        Style::Added => AnsiColor::Green.on_default(),
        Style::Removed => AnsiColor::Red.on_default(),
        Style::Place => AnsiColor::Cyan.on_default(),
        Style::Warning => AnsiColor::Yellow.on_default().bold(),
        Style::Key => AnsiColor::Cyan.on_default().bold(),
    }
}

#[cfg(unix)]
mod raw {
    //! The terminal without line discipline, and back.

    use std::io;

    use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

    /// A terminal that is raw until this is dropped.
    pub(super) struct Raw(Termios);

    impl Raw {
        pub(super) fn take() -> io::Result<Self> {
            let before = tcgetattr(io::stdin())?;
            let mut raw = before.clone();
            raw.make_raw();
            // Line breaks that are written still go to the beginning of the next line.
            raw.output_modes = before.output_modes;
            tcsetattr(io::stdin(), OptionalActions::Drain, &raw)?;
            Ok(Self(before))
        }
    }

    impl Drop for Raw {
        fn drop(&mut self) {
            // A terminal that is gone has nothing to come back.
            let _ = tcsetattr(io::stdin(), OptionalActions::Drain, &self.0);
        }
    }
}

#[cfg(not(unix))]
mod raw {
    //! Elsewhere each key is read raw, and between two keys nothing is.

    use std::io;

    pub(super) struct Raw;

    impl Raw {
        pub(super) fn take() -> io::Result<Self> {
            Ok(Self)
        }
    }
}
