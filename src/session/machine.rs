//! The machine: which key does what in which state.

mod taking;
mod values;

use std::collections::{BTreeMap, BTreeSet};

use ecs_harden_transforms::pass::Remedy;
use jiff::civil::Date;

use super::answers::{Answers, Key, Verdict};
use super::deck::{self, Card};
use super::form::{Ask, Form, Pick};
use super::line::Line;
use super::{Destination, Ending, Event, Goal, Keeps, Planner, PolicyChange, Press, Proposed, Size, Subject};
use crate::plan::Plan;

/// A session.
pub struct Session<'p> {
    planner: &'p dyn Planner,
    pub(super) subject: Subject,
    pub(super) size: Size,
    pub(super) today: Date,
    pub(super) answers: Answers,
    pub(super) proposed: Proposed,
    pub(super) cards: Vec<Card>,
    /// What each fix was when somebody decided about it.
    decided_on: BTreeMap<Key, Option<String>>,
    /// What has to be looked at again, since an answer changed it.
    pub(super) changed: BTreeSet<Key>,
    pub(super) state: State,
    /// How often something new was to be shown.
    pub(super) turn: u64,
    /// What is said beside the keys.
    pub(super) notice: Option<String>,
}

/// Where a session stands.
#[derive(Clone, Debug)]
pub(super) enum State {
    /// At the beginning.
    Opening,
    /// A finding.
    Asking(Key),
    /// A value of a finding.
    Typing {
        at: Key,
        asks: Vec<Ask>,
        /// Those that were answered.
        taken: Vec<serde_json::Value>,
        line: Line,
    },
    /// Capabilities of a finding.
    Picking { at: Key, pick: Pick, cursor: usize },
    /// Whether a fix is skipped this time or for good.
    Skipping(Key),
    /// The reason of a waiver.
    Reason { at: Key, line: Line },
    /// The last day of a waiver.
    Expiry { at: Key, reason: String, line: Line },
    /// The page of a pass, from this line on.
    Explaining { at: Key, from: usize },
    /// What each key does.
    Help(Box<State>),
    /// The end: the whole diff.
    Closing,
    /// A finding to go back to.
    Choosing(usize),
    /// Where else the definition goes.
    Elsewhere(Line),
    /// Whether the answers are kept.
    Keeping { to: Destination, change: PolicyChange },
}

impl<'p> Session<'p> {
    /// A session that begins, or goes on with answers of another time.
    pub fn new(
        planner: &'p dyn Planner,
        subject: Subject,
        (size, today): (Size, Date),
        answers: Answers,
    ) -> Result<Self, String> {
        let proposed = planner.plan(&answers)?;
        let cards = deck::deal(&proposed.plan, &answers);
        let mut session = Self {
            planner,
            subject,
            size,
            today,
            answers,
            proposed,
            cards,
            decided_on: BTreeMap::new(),
            changed: BTreeSet::new(),
            state: State::Opening,
            turn: 0,
            notice: None,
        };
        for key in session.answers.verdicts.keys().cloned().collect::<Vec<_>>() {
            session.remember(key);
        }
        Ok(session)
    }

    /// Whether there is nothing to decide.
    pub fn is_empty(&self) -> bool {
        self.cards.is_empty()
    }

    /// What was answered so far.
    pub fn answers(&self) -> &Answers {
        &self.answers
    }

    /// The plan under what was answered so far.
    pub fn plan(&self) -> &Plan {
        &self.proposed.plan
    }

    /// Takes what happens; the ending, if it ends the session.
    pub fn handle(&mut self, event: Event) -> Option<Ending> {
        match event {
            Event::Interrupt => Some(Ending::Interrupted),
            Event::Resize(size) => {
                self.size = size;
                None
            }
            Event::Press(press) => {
                self.notice = None;
                self.press(press)
            }
        }
    }

    fn press(&mut self, press: Press) -> Option<Ending> {
        match self.state.clone() {
            State::Opening => return self.opening(press),
            State::Asking(at) => return self.asking(&at, press),
            State::Typing { at, asks, taken, line } => self.typing(at, asks, taken, line, press),
            State::Picking { at, pick, cursor } => return self.picking(at, pick, cursor, press),
            State::Skipping(at) => return self.skipping(&at, press),
            State::Reason { at, line } => self.reason(at, line, press),
            State::Expiry { at, reason, line } => self.expiry(at, reason, line, press),
            State::Explaining { at, from } => self.explaining(at, from, press),
            State::Help(back) => self.enter(*back),
            State::Closing => return self.closing(press),
            State::Choosing(cursor) => return self.choosing(cursor, press),
            State::Elsewhere(line) => return self.elsewhere(line, press),
            State::Keeping { to, .. } => return self.keeping(to, press),
        }
        None
    }

    /// Goes to a state that is shown anew.
    pub(super) fn enter(&mut self, state: State) {
        self.state = state;
        self.turn += 1;
    }

    pub(super) fn say(&mut self, notice: impl Into<String>) {
        self.notice = Some(notice.into());
    }

    pub(super) fn unknown(&mut self) {
        self.say("no such key here; ? lists them");
    }

    pub(super) fn help(&mut self) {
        let back = Box::new(self.state.clone());
        self.enter(State::Help(back));
    }

    fn opening(&mut self, press: Press) -> Option<Ending> {
        match press {
            Press::Enter | Press::Char(' ') => self.next(None),
            Press::Char('?') => self.help(),
            Press::Char('q') => return Some(Ending::Quit),
            _ => self.unknown(),
        }
        None
    }

    fn asking(&mut self, at: &Key, press: Press) -> Option<Ending> {
        let has_fix = self.judged(at).is_some_and(|judged| matches!(judged.finding.remedy, Remedy::Fix(_)));
        match press {
            Press::Char('a') if has_fix => self.decide(at, self.apply(at)),
            Press::Char('A') if has_fix => self.apply_all(at),
            Press::Char('a' | 'A') => self.say("there is nothing to apply: see what is missing, or skip it"),
            Press::Char('S') => self.skip_all(at),
            Press::Char('s') if has_fix && self.can_be_named(at) => self.enter(State::Skipping(at.clone())),
            Press::Char('s') if has_fix => self.say(NAMELESS),
            Press::Char('s') => self.decide(at, Verdict::Leave),
            Press::Char('e') => self.edit(at),
            Press::Char('w') if self.can_be_named(at) => {
                self.enter(State::Reason { at: at.clone(), line: Line::default() });
            }
            Press::Char('w') => self.say(NAMELESS),
            Press::Char('x') => self.enter(State::Explaining { at: at.clone(), from: 0 }),
            Press::Char('b') | Press::Left => self.back(at),
            Press::Enter if self.answers.verdicts.contains_key(at) => self.next(Some(at)),
            Press::Char('?') => self.help(),
            Press::Char('q') => return Some(Ending::Quit),
            _ => self.unknown(),
        }
        None
    }

    fn skipping(&mut self, at: &Key, press: Press) -> Option<Ending> {
        match press {
            Press::Char('s') => self.decide(at, Verdict::Skip),
            Press::Char('d') => self.decide(at, Verdict::Decline),
            Press::Char('b') | Press::Escape | Press::Enter => self.enter(State::Asking(at.clone())),
            Press::Char('?') => self.help(),
            Press::Char('q') => return Some(Ending::Quit),
            _ => self.unknown(),
        }
        None
    }

    fn reason(&mut self, at: Key, mut line: Line, press: Press) {
        match press {
            Press::Escape => self.enter(State::Asking(at)),
            Press::Enter if line.text().is_empty() => self.enter(State::Asking(at)),
            Press::Enter => {
                let reason = line.text();
                self.enter(State::Expiry { at, reason, line: Line::default() });
            }
            press => {
                line.press(press);
                self.state = State::Reason { at, line };
            }
        }
    }

    fn expiry(&mut self, at: Key, reason: String, mut line: Line, press: Press) {
        match press {
            Press::Escape => self.enter(State::Asking(at)),
            Press::Enter => match (line.text().as_str(), line.text().parse::<Date>()) {
                ("", _) => self.decide(&at, Verdict::Waive { reason, expires: None }),
                (_, Ok(day)) if day < self.today => self.say(format!("{day} is over; name a day that is to come")),
                (_, Ok(day)) if day.year() < 0 => self.say("write the day as 2027-01-31"),
                (_, Ok(day)) => self.decide(&at, Verdict::Waive { reason, expires: Some(day) }),
                (_, Err(_)) => self.say("write the day as 2027-01-31, or nothing for no end"),
            },
            press => {
                line.press(press);
                self.state = State::Expiry { at, reason, line };
            }
        }
    }

    fn explaining(&mut self, at: Key, from: usize, press: Press) {
        let to = from + self.page_rows();
        match press {
            Press::Char(' ') | Press::Enter | Press::Down if to < self.page(&at).len() => {
                self.enter(State::Explaining { at, from: to });
            }
            _ => self.enter(State::Asking(at)),
        }
    }

    fn closing(&mut self, press: Press) -> Option<Ending> {
        match press {
            Press::Char('w') => return self.decided(Destination::Itself),
            Press::Char('o') if self.subject.goal == Goal::File => self.enter(State::Elsewhere(Line::default())),
            Press::Char('b') | Press::Left if !self.cards.is_empty() => {
                self.enter(State::Choosing(self.cards.len() - 1));
            }
            Press::Char('x') => return Some(Ending::Abandoned),
            Press::Char('?') => self.help(),
            Press::Char('q') => return Some(Ending::Quit),
            _ => self.unknown(),
        }
        None
    }

    fn choosing(&mut self, cursor: usize, press: Press) -> Option<Ending> {
        let last = self.cards.len().saturating_sub(1);
        match press {
            Press::Up | Press::Char('k') => self.state = State::Choosing(cursor.saturating_sub(1)),
            Press::Down | Press::Char('j') => self.state = State::Choosing((cursor + 1).min(last)),
            Press::Home => self.state = State::Choosing(0),
            Press::End => self.state = State::Choosing(last),
            Press::Enter | Press::Char(' ') => match self.cards.get(cursor) {
                Some(card) => self.enter(State::Asking(card.key.clone())),
                None => self.enter(State::Closing),
            },
            Press::Escape | Press::Char('b') | Press::Left => self.enter(State::Closing),
            Press::Char('?') => self.help(),
            Press::Char('q') => return Some(Ending::Quit),
            _ => self.unknown(),
        }
        None
    }

    fn elsewhere(&mut self, mut line: Line, press: Press) -> Option<Ending> {
        match press {
            Press::Escape => self.enter(State::Closing),
            Press::Enter if line.text().is_empty() => self.enter(State::Closing),
            Press::Enter => match self.planner.place(&line.text()) {
                Ok(()) => return self.decided(Destination::Elsewhere(line.text())),
                Err(what) => self.say(what),
            },
            press => {
                line.press(press);
                self.state = State::Elsewhere(line);
            }
        }
        None
    }

    /// Asks whether to keep what a policy could say, where there is anything.
    fn decided(&mut self, to: Destination) -> Option<Ending> {
        if self.subject.keeps == Keeps::Nothing {
            return Some(Ending::Decided { to, keep: false });
        }
        match self.planner.policy(&self.answers) {
            Ok(change) if change.before == change.after => Some(Ending::Decided { to, keep: false }),
            Ok(change) => {
                self.enter(State::Keeping { to, change });
                None
            }
            Err(what) => {
                self.say(what);
                None
            }
        }
    }

    fn keeping(&mut self, to: Destination, press: Press) -> Option<Ending> {
        match press {
            Press::Char('y') => return Some(Ending::Decided { to, keep: true }),
            Press::Char('n') => return Some(Ending::Decided { to, keep: false }),
            Press::Char('b') | Press::Escape | Press::Left => self.enter(State::Closing),
            Press::Char('?') => self.help(),
            Press::Char('q') => return Some(Ending::Quit),
            _ => self.unknown(),
        }
        None
    }
}

/// What is said where an answer could not single out a container.
const NAMELESS: &str = "the name of the container is not known here, so no answer could be about it alone";

/// What a form asks first.
pub(super) fn begin(at: Key, form: Form) -> State {
    match form {
        Form::Pick(pick) => State::Picking { at, pick, cursor: 0 },
        Form::Lines(asks) => {
            let line = asks.first().map(|ask| Line::of(&ask.suggestion)).unwrap_or_default();
            State::Typing { at, asks, taken: Vec::new(), line }
        }
    }
}
