//! What a session shows in each state.

mod closing;
mod finding;
mod paper;

use ecs_harden_transforms::pass::Remedy;
use ecs_harden_transforms::passes;

use super::answers::{Key, Verdict};
use super::line::Line;
use super::machine::State;
use super::{Goal, Session};
use crate::output::counted;

use paper::{Paper, Row};
pub use paper::{Span, Style};

/// What is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Screen {
    /// A number for each new body.
    pub turn: u64,
    /// What is told once.
    pub body: Vec<Row>,
    /// What stands below it and changes with each key.
    pub live: Vec<Row>,
    /// How many columns of the last live line stand behind the place where letters go; none where nothing is typed.
    pub behind: Option<usize>,
}

impl Session<'_> {
    /// What is to be shown now.
    pub fn screen(&self) -> Screen {
        let mut body = Paper::new(self.size.width);
        let mut live = Paper::new(self.size.width);
        if let Some(notice) = &self.notice {
            live.flow(&[(Style::Warning, "!"), (Style::Plain, notice)], 2);
        }
        let mut behind = None;
        match &self.state {
            State::Opening => {
                closing::opening(self, &mut body);
                keys(&mut live, &[("enter", "begin"), ("q", "quit"), ("?", "help")]);
            }
            State::Asking(at) => {
                finding::draw(self, at, &mut body);
                keys(&mut live, &self.asking_keys(at));
            }
            State::Typing { at, asks, taken, line } => {
                if let Some(ask) = asks.get(taken.len()) {
                    body.gap();
                    let entry = ask.slot.entry.as_ref().map(|name| format!("`{name}` of ")).unwrap_or_default();
                    body.flow(&[(Style::Strong, &format!("{} of {entry}{}", ask.label, self.whose(at)))], 2);
                    body.item("takes:", ask.takes);
                    if !ask.from.is_empty() {
                        body.item("suggested by:", &ask.from);
                    }
                    behind = Some(typed(&mut live, ask.label, line, "enter takes it, nothing or esc goes back"));
                }
            }
            State::Picking { at, pick, cursor } => {
                body.gap();
                body.flow(&[(Style::Strong, &format!("capabilities that {} keeps", self.whose(at)))], 2);
                body.item("suggested by:", &pick.from);
                self.options(pick, *cursor, &mut live);
                keys(&mut live, &[("space", "keep or not"), ("↑↓", "move"), ("enter", "take it"), ("esc", "back")]);
            }
            State::Skipping(at) => {
                body.gap();
                let text = format!("{}: not applied. A decline stands in the policy, and is not asked again.", at.pass);
                body.say(Style::Plain, &text);
                keys(&mut live, &[("s", "skip this time"), ("d", "decline for good"), ("b", "back")]);
            }
            State::Reason { at, line } => {
                body.gap();
                body.flow(&[(Style::Strong, &format!("waive {} of {}", at.pass, self.whose(at)))], 2);
                body.say(Style::Plain, "A waiver says that somebody lives with it, and why. It stands in the policy.");
                behind = Some(typed(&mut live, "reason", line, "nothing or esc goes back"));
            }
            State::Expiry { line, .. } => {
                body.gap();
                body.say(Style::Plain, "The last day on which it holds; nothing for no end.");
                behind = Some(typed(&mut live, "until", line, "as in 2027-01-31; esc goes back"));
            }
            State::Explaining { at, from } => {
                let page = self.page(at);
                let to = (from + self.page_rows()).min(page.len());
                body.rows.extend(page[(*from).min(to)..to].iter().cloned());
                let more = format!("{} more lines", page.len() - to);
                let on = if to < page.len() { vec![("space", more.as_str())] } else { Vec::new() };
                keys(&mut live, &[on, vec![("b", "back")]].concat());
            }
            State::Help(back) => {
                closing::help(self, back, &mut body);
                keys(&mut live, &[("any key", "back")]);
            }
            State::Closing => {
                closing::draw(self, &mut body);
                keys(&mut live, &self.closing_keys());
            }
            State::Choosing(cursor) => {
                body.gap();
                body.say(Style::Strong, "back to which finding?");
                self.choices(*cursor, &mut live);
                keys(&mut live, &[("↑↓", "move"), ("enter", "go there"), ("esc", "back"), ("q", "quit")]);
            }
            State::Elsewhere(typing) => {
                body.gap();
                let text = format!("{} stays as it is. Where does the hardened definition go?", self.subject.shown);
                body.say(Style::Plain, &text);
                behind = Some(typed(&mut live, "file", typing, "nothing or esc goes back"));
            }
            State::Keeping { change, .. } => {
                closing::keeping(change, &mut body);
                let without = if self.subject.goal == Goal::RollOut { "go on without" } else { "only write" };
                keys(
                    &mut live,
                    &[("y", "keep them"), ("n", without), ("b", "back"), ("q", "quit, nothing is written")],
                );
            }
        }
        Screen { turn: self.turn, body: body.rows, live: live.rows, behind }
    }

    /// The keys of a question, those that do something here.
    fn asking_keys(&self, at: &Key) -> Vec<(&'static str, &'static str)> {
        let judged = self.judged(at);
        let has_fix = judged.is_some_and(|judged| matches!(judged.finding.remedy, Remedy::Fix(_)));
        let has_form = judged.is_some_and(|judged| super::form::form(self.plan(), judged).is_ok());
        let alike = |key: &&Key| key.pass == at.pass && *key != at && !self.answers.verdicts.contains_key(*key);
        let others = self.cards.iter().map(|card| &card.key).filter(alike).count() > 0;
        let decided = self.answers.verdicts.contains_key(at);
        let all = [
            ("enter", "leave it so", decided),
            ("a", "apply", has_fix),
            ("s", "skip", true),
            ("e", "edit value", has_form),
            ("A", "apply to all like this", has_fix && others),
            ("S", "skip all like this", others),
            ("w", "waive", true),
            ("x", "explain", true),
            ("b", "back", true),
            ("q", "quit", true),
            ("?", "help", true),
        ];
        all.into_iter().filter(|(_, _, there)| *there).map(|(key, what, _)| (key, what)).collect()
    }

    fn closing_keys(&self) -> Vec<(&'static str, &'static str)> {
        let write = match (&self.subject.goal, self.plan().hardened_text()) {
            (Goal::RollOut, _) => "go on to the roll-out",
            (_, Some(_)) => "write",
            (_, None) => "finish",
        };
        let mut all = vec![("w", write)];
        if self.subject.goal == Goal::File {
            all.push(("o", "write elsewhere"));
        }
        if !self.cards.is_empty() {
            all.push(("b", "back to a finding"));
        }
        all.extend([("x", "abandon"), ("q", "quit"), ("?", "help")]);
        all
    }

    /// The container of a finding, or the task.
    fn whose(&self, at: &Key) -> String {
        let container = self.judged(at).and_then(|judged| judged.finding.container.as_ref());
        let name = container.and_then(|container| container.name.as_ref());
        match (name, at.container) {
            (Some(name), _) => format!("`{name}`"),
            (None, Some(index)) => format!("container {}", index + 1),
            (None, None) => "the task".to_owned(),
        }
    }

    fn options(&self, pick: &super::form::Pick, cursor: usize, live: &mut Paper) {
        let rows = self.window(pick.options.len(), cursor);
        for (at, (name, kept)) in pick.options.iter().enumerate().skip(rows.start).take(rows.len()) {
            let mark = if at == cursor { ">" } else { " " };
            let style = if at == cursor { Style::Strong } else { Style::Plain };
            live.verbatim(style, &format!("{mark} [{}] {name}", if *kept { 'x' } else { ' ' }));
        }
    }

    fn choices(&self, cursor: usize, live: &mut Paper) {
        for at in self.window(self.cards.len(), cursor) {
            let Some(card) = self.cards.get(at) else { continue };
            let mark = if at == cursor { ">" } else { " " };
            let style = if at == cursor { Style::Strong } else { Style::Plain };
            let said = self.answers.verdicts.get(&card.key).map_or("open", word);
            let text = format!("{mark} {:>3} {said:<8} {} {}", at + 1, card.key.pass, self.whose(&card.key));
            let fits: String = text
                .chars()
                .scan(0, |used, letter| {
                    *used += paper::columns(&letter.to_string());
                    (*used <= live.width()).then_some(letter)
                })
                .collect();
            live.verbatim(style, &fits);
        }
    }

    /// The rows around the cursor that there is room for.
    fn window(&self, length: usize, cursor: usize) -> std::ops::Range<usize> {
        let room = self.size.height.saturating_sub(6).clamp(3, 30).min(length);
        let start = cursor.saturating_sub(room / 2).min(length - room);
        start..start + room
    }

    /// The page of the pass that found something.
    pub(super) fn page(&self, at: &Key) -> Vec<Row> {
        let mut paper = Paper::new(self.size.width);
        let text = passes::find(&at.pass).map(passes::page).unwrap_or_default();
        let mut fenced = false;
        for line in text.lines() {
            fenced ^= line.starts_with("```");
            match line {
                _ if fenced || line.starts_with('|') || line.starts_with("```") => paper.verbatim(Style::Plain, line),
                "" => paper.gap(),
                line if line.starts_with('#') => paper.say(Style::Strong, line.trim_start_matches(['#', ' '])),
                line if line.starts_with("- ") => paper.flow(&[(Style::Plain, line)], 2),
                line => paper.say(Style::Plain, line),
            }
        }
        paper.rows
    }

    /// How many rows of a page are shown at once.
    pub(super) fn page_rows(&self) -> usize {
        self.size.height.saturating_sub(4).max(5)
    }
}

/// A verdict in a word.
fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Apply { .. } => "apply",
        Verdict::Leave => "left",
        Verdict::Skip => "skip",
        Verdict::Decline => "decline",
        Verdict::Waive { .. } => "waive",
    }
}

/// The keys and what they do, each with what it does on one line.
fn keys(live: &mut Paper, keys: &[(&str, &str)]) {
    let (mut row, mut used) = (Row::new(), 0);
    for (key, what) in keys {
        let divider = if row.is_empty() { "" } else { " · " };
        let columns = paper::columns(divider) + paper::columns(key) + 1 + paper::columns(what);
        let divider = if used > 0 && used + columns > live.width() {
            live.rows.push(std::mem::take(&mut row));
            used = 0;
            ""
        } else {
            divider
        };
        used += columns;
        row.push(Span { text: divider.to_owned(), style: Style::Faint });
        row.push(Span { text: (*key).to_owned(), style: Style::Key });
        row.push(Span { text: format!(" {what}"), style: Style::Plain });
    }
    live.rows.push(row);
    live.rows.push(vec![Span { text: "> ".to_owned(), style: Style::Strong }]);
}

/// A line that is typed; how many columns of it stand behind the place of the next letter. What does not fit is cut at its beginning.
fn typed(live: &mut Paper, label: &str, typing: &Line, hint: &str) -> usize {
    live.say(Style::Faint, hint);
    let (before, behind) = typing.parts();
    let room = live.width().saturating_sub(paper::columns(label) + 3);
    let behind = shortened(&behind, room / 3, false);
    let before = shortened(&before, room - paper::columns(&behind), true);
    let after = paper::columns(&behind);
    live.rows.push(vec![
        Span { text: format!("{label}: "), style: Style::Strong },
        Span { text: crate::output::clean(&format!("{before}{behind}")), style: Style::Plain },
    ]);
    after
}

/// The end of a text, or its beginning, as far as there is room.
fn shortened(text: &str, room: usize, keeps_end: bool) -> String {
    if paper::columns(text) <= room {
        return text.to_owned();
    }
    let (mut used, mut kept) = (1, Vec::new());
    let letters: Vec<char> = if keeps_end { text.chars().rev().collect() } else { text.chars().collect() };
    for letter in letters {
        used += paper::columns(&letter.to_string());
        if used > room {
            break;
        }
        kept.push(letter);
    }
    if keeps_end {
        format!("…{}", kept.into_iter().rev().collect::<String>())
    } else {
        format!("{}…", kept.into_iter().collect::<String>())
    }
}

/// `3 findings: 1 high, 2 medium`.
fn tally(counts: &[(&str, usize)]) -> String {
    let total = counts.iter().map(|(_, count)| count).sum();
    let parts = counts.iter().filter(|(_, count)| *count > 0).map(|(word, count)| format!("{count} {word}"));
    format!("{}: {}", counted(total, "finding"), parts.collect::<Vec<_>>().join(", "))
}
