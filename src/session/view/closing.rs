//! The beginning and the end: what was read, what would be written, and which lines a policy would hold.

use ecs_harden_transforms::masking;
use ecs_harden_transforms::model::{Os, TaskView};
use ecs_harden_transforms::pass::Severity;

use super::finding::hunks;
use super::paper::{Paper, Style};
use super::tally;
use crate::output::diff::{DiffInput, Secrets, Side, unified};
use crate::output::{counted, summary};
use crate::session::answers::Verdict;
use crate::session::machine::State;
use crate::session::{Goal, PolicyChange, Session};

/// What was read, and what is to be decided.
pub(super) fn opening(session: &Session<'_>, paper: &mut Paper) {
    let (plan, subject) = (session.plan(), &session.subject);
    paper.gap();
    let place =
        if subject.place.1 > 1 { format!(" ({} of {})", subject.place.0, subject.place.1) } else { String::new() };
    paper.flow(&[(Style::Strong, &subject.shown), (Style::Faint, &place)], 2);
    let task = TaskView::new(&plan.document);
    if let Some(family) = task.family() {
        paper.item("family:", family);
    }
    let names: Vec<String> = task.seen().iter().map(ecs_harden_transforms::model::ContainerView::title).collect();
    paper.item("containers:", &format!("{}: {}", names.len(), names.join(", ")));
    let intent = &plan.outcome.intent;
    let os = match intent.os {
        Os::Unknown => "operating system not told".to_owned(),
        os => os.to_string(),
    };
    paper.item("target:", &format!("{} ({}), {}", intent.target, intent.target.source.phrase(), os));
    paper.item("policy:", subject.policy.as_deref().unwrap_or("none: built-in defaults"));
    let count = |severity| plan.weaknesses().filter(|judged| judged.finding.pass.severity == severity).count();
    let mut counts: Vec<(&str, usize)> = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low]
        .into_iter()
        .map(|severity| (severity.name(), count(severity)))
        .collect();
    counts.push(("undetermined", plan.undetermined().count()));
    paper.gap();
    paper.say(Style::Plain, &tally(&counts));
    let waived = plan.waived().count();
    if waived > 0 {
        paper.say(Style::Plain, &format!("{} waived", counted(waived, "finding")));
    }
    let asked = session.cards.len();
    let before = session.cards.iter().filter(|card| session.answers.verdicts.contains_key(&card.key)).count();
    if before > 0 {
        paper.say(Style::Plain, &format!("{before} of {asked} answered last time; going on with the others"));
    }
    if asked == 0 {
        paper.say(Style::Plain, "nothing to decide");
    }
    paper.say(Style::Faint, "nothing is written before you have seen the whole diff at the end");
    paper.gap();
}

/// What would be written, and what stays.
pub(super) fn draw(session: &Session<'_>, paper: &mut Paper) {
    let (plan, subject) = (session.plan(), &session.subject);
    paper.gap();
    paper.flow(&[(Style::Strong, &format!("{}: all decided", subject.shown))], 2);
    paper.gap();
    if let Some(hardened) = &plan.outcome.hardened {
        let sensitive = masking::sensitive(hardened);
        let diff = unified(&DiffInput {
            path: "",
            old: Side { text: plan.document.text(), sensitive: &plan.outcome.sensitive },
            new: Side { text: hardened.text(), sensitive: &sensitive },
            secrets: Secrets::Masked,
        });
        hunks(&diff.text, paper);
        paper.gap();
    }
    for line in summary::proposal(&subject.shown, plan).lines() {
        let indent = line.len() - line.trim_start().len() + 2;
        paper.flow(&[(Style::Plain, line)], indent);
    }
    let verdicts = session.answers.verdicts.values();
    let skipped = verdicts.filter(|verdict| **verdict == Verdict::Skip).count();
    if skipped > 0 {
        paper.say(Style::Plain, &format!("{} this time alone", counted(skipped, "skip")));
    }
    match (&subject.goal, plan.hardened_text()) {
        (_, None) => paper.say(Style::Plain, "nothing would be changed"),
        (Goal::File, _) => {}
        (Goal::Place(place), _) => paper.say(Style::Plain, &format!("it goes to {place}")),
        (Goal::RollOut, _) => paper.say(Style::Plain, "before anything is sent, all calls are shown and asked for"),
    }
    paper.gap();
}

/// The exact lines that would be kept.
pub(super) fn keeping(change: &PolicyChange, paper: &mut Paper) {
    let side = |text| Side { text, sensitive: &[] };
    let diff =
        unified(&DiffInput { path: "", old: side(&change.before), new: side(&change.after), secrets: Secrets::Masked });
    paper.gap();
    let new = if change.before.is_empty() { ", a new file" } else { "" };
    let title = format!("keep these answers for next time? They go into {}{new}:", change.shown);
    paper.flow(&[(Style::Strong, &title)], 2);
    paper.gap();
    hunks(&diff.text, paper);
    paper.gap();
}

/// What each key does in a state.
pub(super) fn help(session: &Session<'_>, state: &State, paper: &mut Paper) {
    let lines: &[(&str, &str)] = match state {
        State::Opening => &[("enter", "goes to the first finding"), QUIT, CTRL_C],
        State::Closing if session.subject.goal == Goal::RollOut => &[
            ("w", "goes on: looks at what the roll-out needs, shows it, and asks once more"),
            BACK_TO,
            ABANDON,
            QUIT,
            CTRL_C,
        ],
        State::Closing => &[
            ("w", "writes the file; before that it shows which answers could be kept"),
            ("o", "writes another file, and leaves this one as it is"),
            BACK_TO,
            ABANDON,
            QUIT,
            CTRL_C,
        ],
        State::Choosing(_) => {
            &[("up, down, k, j", "move"), ("enter", "goes to that finding"), ("esc", "goes back"), QUIT, CTRL_C]
        }
        State::Keeping { .. } if session.subject.goal == Goal::RollOut => &[
            ("y", "writes these lines into the policy, and goes on to the roll-out"),
            ("n", "goes on without them; next time the same is asked"),
            ("b, esc", "goes back to the whole diff"),
            QUIT,
            CTRL_C,
        ],
        State::Keeping { .. } => &[
            ("y", "writes the definition, and these lines into the policy"),
            ("n", "writes the definition alone"),
            ("b, esc", "goes back to the whole diff"),
            QUIT,
            CTRL_C,
        ],
        State::Picking { .. } => &[
            ("up, down, k, j", "move"),
            ("space", "keeps the capability, or lets it go"),
            ("enter", "takes what is marked"),
            ("esc, b", "goes back without an answer"),
            QUIT,
            CTRL_C,
        ],
        State::Skipping(_) => &[
            ("s", "skips the fix this time; it is asked again"),
            ("d", "declines it for good: the policy says so, and the finding still counts"),
            ("b, esc", "goes back without an answer"),
            QUIT,
            CTRL_C,
        ],
        _ => &[
            ("a", "applies the fix"),
            ("A", "applies the fixes of all open findings of this pass; values that you gave here count for them too"),
            ("s", "skips it, this time or for good"),
            ("S", "skips all open findings of this pass, this time"),
            ("e", "gives another value, and shows what comes of it"),
            ("w", "lives with the finding: asks why, and until when"),
            ("x", "explains the pass: what it finds, what may break, where AWS says so"),
            ("b", "goes to the finding before"),
            ("enter", "leaves what was answered as it is"),
            QUIT,
            CTRL_C,
        ],
    };
    paper.gap();
    for (key, what) in lines {
        paper.flow(&[(Style::Key, key), (Style::Plain, what)], 4);
    }
}

const QUIT: (&str, &str) = ("q", "quits; nothing is written, and --resume goes on with what was answered");
const CTRL_C: (&str, &str) = ("ctrl-c", "stops at once; nothing is written or kept");
const ABANDON: (&str, &str) = ("x", "throws the answers away; nothing is written");
const BACK_TO: (&str, &str) = ("b", "goes back to any finding");
