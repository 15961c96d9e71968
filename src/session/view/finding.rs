//! One finding: what is weak and why, the edit with the lines around it, what may break, and who says what the values are.

use ecs_harden_transforms::engine::{Decision, Judged};
use ecs_harden_transforms::masking;
use ecs_harden_transforms::pass::{Fix, Provenance, Remedy, Vouched};

use super::paper::{Paper, Style};
use super::word;
use crate::output::diff::{DiffInput, Secrets, Side, unified};
use crate::output::origin::Origins;
use crate::session::Session;
use crate::session::answers::{Key, Verdict};
use crate::session::form;

/// Draws the finding.
pub(super) fn draw(session: &Session<'_>, at: &Key, paper: &mut Paper) {
    let Some(judged) = session.judged(at) else { return };
    let plan = session.plan();
    let finding = &judged.finding;
    let position = session.cards.iter().position(|card| card.key == *at).unwrap_or_default();
    let severity = match judged.decision {
        Decision::Undetermined => "undetermined",
        _ => finding.pass.severity.name(),
    };
    let title =
        format!("{} of {} · {severity} · {} · {}", position + 1, session.cards.len(), at.pass, session.whose(at));
    paper.gap();
    paper.flow(&[(Style::Strong, &title)], 2);
    let (line, column) = plan.position(&plan.document.lines(), judged);
    let place = format!("{}:{line}:{column}:", session.subject.shown);
    paper.flow(&[(Style::Faint, &place), (Style::Plain, &finding.message)], 2);
    let controls =
        if finding.controls.is_empty() { String::new() } else { format!(" ({})", finding.controls.join(", ")) };
    paper.item("why:", &format!("{}{controls}", finding.pass.summary));
    if let Some(verdict) = session.answers.verdicts.get(at) {
        paper.item("answered:", &answered(verdict));
    }
    if session.changed.contains(at) {
        paper.flow(&[(Style::Warning, "again:"), (Style::Plain, "another answer changed what this one rests on")], 2);
    }
    match &finding.remedy {
        Remedy::Fix(fix) => {
            diff(session, judged, paper);
            remedy(session, judged, fix, paper);
        }
        Remedy::Manual(obstacles) => {
            paper.gap();
            for obstacle in obstacles {
                paper.item("left to you:", &obstacle.reason);
                paper.item("  next:", &obstacle.next_step);
            }
            if form::form(plan, judged).is_ok() {
                paper.item("  here:", "e asks for the value");
            }
        }
        Remedy::Undetermined(obstacle) => {
            paper.gap();
            paper.item("cannot be told:", &obstacle.reason);
            paper.item("  next:", &obstacle.next_step);
        }
    }
    others(session, at, paper);
    paper.gap();
}

fn answered(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Waive { reason, expires } => {
            let until = expires.map(|day| format!(", until {day}")).unwrap_or_default();
            format!("waive: {reason}{until}")
        }
        verdict => word(verdict).to_owned(),
    }
}

/// The edit, with the lines around it that may be shown.
fn diff(session: &Session<'_>, judged: &Judged, paper: &mut Paper) {
    let plan = session.plan();
    let Some(after) = judged.alone(&plan.document) else { return };
    let sensitive = masking::sensitive(&after);
    let diff = unified(&DiffInput {
        path: "",
        old: Side { text: plan.document.text(), sensitive: &plan.outcome.sensitive },
        new: Side { text: after.text(), sensitive: &sensitive },
        secrets: Secrets::Masked,
    });
    paper.gap();
    hunks(&diff.text, paper);
    paper.gap();
}

/// The lines of a diff without its header.
pub(super) fn hunks(diff: &str, paper: &mut Paper) {
    let lines: Vec<&str> = diff.lines().skip(2).filter(|line| !line.starts_with('\\')).collect();
    let longest = 3 * paper.width();
    for (at, line) in lines.iter().enumerate() {
        let style = match line.as_bytes().first() {
            Some(b'@') => Style::Place,
            Some(b'+') => Style::Added,
            Some(b'-') => Style::Removed,
            _ => Style::Plain,
        };
        if line.chars().count() <= longest {
            paper.verbatim(style, line);
            continue;
        }
        // Of a file on one line what differs is shown.
        let other = match style {
            Style::Added => at.checked_sub(1).and_then(|at| lines.get(at)),
            Style::Removed => lines.get(at + 1),
            _ => None,
        };
        paper.verbatim(style, &excerpt(line, other.copied().unwrap_or_default()));
    }
}

/// The sign of a line, and what of it is not in the other one with some letters around it.
fn excerpt(line: &str, other: &str) -> String {
    const AROUND: usize = 30;
    let (ours, theirs): (Vec<char>, Vec<char>) = (line.chars().skip(1).collect(), other.chars().skip(1).collect());
    let same = |pairs: &mut dyn Iterator<Item = (&char, &char)>| pairs.take_while(|(one, two)| one == two).count();
    let start = same(&mut ours.iter().zip(&theirs));
    let end = same(&mut ours.iter().rev().zip(theirs.iter().rev()))
        .min(ours.len() - start)
        .min(theirs.len().saturating_sub(start));
    let (from, to) = (start.saturating_sub(AROUND), (ours.len() - end + AROUND).min(ours.len()));
    let shown: String = ours[from..to].iter().collect();
    let sign = line.chars().next().unwrap_or(' ');
    let cut = |is_cut: bool| if is_cut { "…" } else { "" };
    format!("{sign}{}{shown}{}", cut(from > 0), cut(to < ours.len()))
}

fn remedy(session: &Session<'_>, judged: &Judged, fix: &Fix, paper: &mut Paper) {
    paper.item("fix:", &format!("{} ({})", fix.title, fix.applicability.name()));
    for value in &fix.values {
        paper.item("rests on:", &format!("{}: {}", value.value, origin(session, judged, value)));
    }
    for risk in &fix.risks {
        paper.item("may break:", &risk.breaks);
        paper.item("  test:", &risk.test);
    }
    if let Decision::Withheld(withheld) = judged.decision
        && session.answers.verdicts.is_empty()
    {
        let obstacle = withheld.obstacle();
        paper.item("held back:", &obstacle.reason);
    }
}

/// Who vouches for a value, and where that is written. What the answers of this session say is written nowhere yet.
fn origin(session: &Session<'_>, judged: &Judged, value: &Vouched<String>) -> String {
    let plan = session.plan();
    let lines = plan.document.lines();
    let origins = Origins { shown: &session.subject.shown, plan, lines: &lines };
    let (kind, origin) = (value.by.kind, origins.of(judged, value.by));
    if kind == Provenance::Policy && origin.line.is_some_and(|line| session.proposed.answered.contains(&line)) {
        return "your answer".to_owned();
    }
    let guess = if kind == Provenance::BuiltInDefault { ", a guess" } else { "" };
    let place = origin.short(kind).map(|place| format!(" ({place})")).unwrap_or_default();
    format!("{}{guess}{place}", kind.phrase())
}

/// How many findings of the same pass are open beside this one.
fn others(session: &Session<'_>, at: &Key, paper: &mut Paper) {
    let open = session.cards.iter().filter(|card| {
        card.key.pass == at.pass && card.key != *at && !session.answers.verdicts.contains_key(&card.key)
    });
    let own = session.whose(at);
    let names: Vec<String> = open.map(|card| session.whose(&card.key)).filter(|name| *name != own).collect();
    let mut once: Vec<&String> = names.iter().collect();
    once.dedup();
    if !once.is_empty() {
        let shown: Vec<&str> = once.iter().take(6).map(|name| name.as_str()).collect();
        let more = if once.len() > 6 { format!(" and {} more", once.len() - 6) } else { String::new() };
        paper.item("the same in:", &format!("{}{more}", shown.join(", ")));
    }
}
