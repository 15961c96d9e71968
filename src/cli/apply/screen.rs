//! What a proposal looks like: what speaks against it first, then the edits, then everything that would be sent.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value as Json, json};

use crate::cli::diff;
use crate::output::diff::{Secrets, coloured};
use crate::output::{clean, counted, json as report, summary};
use crate::plan::Plan;
use crate::rollout::gates::{Gate, Permit};
use crate::rollout::proposal::{Proposal, Said, Unit};
use crate::source::{Found, Input, Origin};

/// The whole screen.
pub(super) fn render(proposal: &Proposal, cwd: &Path, in_colour: bool) -> String {
    let mut screen = String::new();
    line(&mut screen, &format!("account {}, region {}", proposal.account, proposal.region));
    for hazard in &proposal.hazards {
        line(&mut screen, &format!("! {}: {}", hazard.about, hazard.text));
    }
    for gate in proposal.gates.iter().filter(|gate| gate.is_shut()) {
        screen.push_str(&shut(gate));
    }
    for gate in proposal.gates.iter().filter(|gate| !gate.is_shut()) {
        let Permit::Given(flag) = gate.permit else { continue };
        line(&mut screen, &format!("permitted by {flag}: {}{}", about(gate), gate.reason));
    }
    for unit in &proposal.units {
        screen.push('\n');
        screen.push_str(&render_unit(unit, cwd, in_colour));
    }
    if proposal.is_empty() {
        line(&mut screen, "\nnothing to change: no revision would be registered");
        return screen;
    }
    screen.push('\n');
    for fact in &proposal.confirmed {
        line(&mut screen, &format!("seen: {fact}"));
    }
    for notice in &proposal.notices {
        line(&mut screen, &format!("note: {}: {}", notice.about, notice.text));
    }
    if proposal.registers() {
        let family =
            if proposal.services() == 0 { "schedules and callers" } else { "schedules, pipelines and callers" };
        line(
            &mut screen,
            &format!(
                "note: from the moment it is registered, {family} that name the family without a revision start the new one"
            ),
        );
    } else {
        line(&mut screen, "note: no revision would be registered; the tasks are replaced by others of the same one");
    }
    line(&mut screen, "would call:");
    for call in proposal.calls() {
        line(&mut screen, &format!("  {call}"));
    }
    let on_failure = proposal.calls_on_failure();
    if !on_failure.is_empty() {
        line(&mut screen, "and if a deployment fails:");
        for call in on_failure {
            line(&mut screen, &format!("  {call}"));
        }
    }
    screen
}

/// The same for programs: one object; in place of the diff, the report of each revision that it starts from.
pub(super) fn to_json(proposal: &Proposal) -> Json {
    let gate = |gate: &Gate| {
        let (flag, open) = match gate.permit {
            Permit::Flag(flag) => (Some(flag), false),
            Permit::Given(flag) => (Some(flag), true),
            Permit::Never => (None, false),
        };
        json!({
            "about": gate.about,
            "reason": gate.reason,
            "nextStep": gate.next_step,
            "flag": flag,
            "permitted": open,
        })
    };
    let said = |said: &Said| json!({ "about": said.about, "text": said.text });
    let unit = |unit: &Unit| {
        let services = unit.members.iter().map(|member| member.running.service.service_arn.clone());
        json!({
            "from": unit.base,
            "sha256": unit.digest(),
            "services": services.collect::<Vec<_>>(),
            "report": report::planned(&unit.shown, &unit.plan, unit.policy.as_deref(), None),
        })
    };
    json!({
        "event": "proposal",
        "account": proposal.account,
        "region": proposal.region,
        "revisions": proposal.units.iter().map(unit).collect::<Vec<_>>(),
        "gates": proposal.gates.iter().map(gate).collect::<Vec<_>>(),
        "hazards": proposal.hazards.iter().map(said).collect::<Vec<_>>(),
        "notices": proposal.notices.iter().map(said).collect::<Vec<_>>(),
        "calls": proposal.calls(),
        "callsOnFailure": proposal.calls_on_failure(),
    })
}

fn render_unit(unit: &Unit, cwd: &Path, in_colour: bool) -> String {
    let mut text = String::new();
    line(
        &mut text,
        &format!("{} (policy {})", unit.shown, unit.policy.as_deref().unwrap_or("none: built-in defaults")),
    );
    for member in &unit.members {
        let running = &member.running;
        let tasks = counted(running.service.desired_count as usize, "task");
        line(&mut text, &format!("  service {}: {tasks}, runs {}", running.title(), running.revision.arn.short()));
    }
    let found =
        Found { input: Input::Stdin, shown: unit.shown.clone(), real: unit.base.short().into(), origin: Origin::Named };
    let shown = diff::render(&Found { input: named(unit), ..found }, &unit.plan, Secrets::Masked, cwd);
    let rendered = &shown.rendered.text;
    text.push_str(&if in_colour { coloured(rendered) } else { rendered.clone() });
    text.push_str(&summary::proposal(&unit.shown, &unit.plan));
    for ground in summary::grounds(&unit.shown, &unit.plan) {
        line(&mut text, &format!("  rests on: {}", ground.by));
        for values in ground.values {
            line(&mut text, &format!("    {values}"));
        }
    }
    text.push_str(&risks(&unit.plan));
    text
}

/// The header of the diff names the revision.
fn named(unit: &Unit) -> Input {
    let live = crate::source::Live { name: unit.shown.clone(), ..crate::source::Live::default() };
    Input::Live(std::sync::Arc::new(live))
}

/// What the applied fixes may break, each once, with the tests for every container.
fn risks(plan: &Plan) -> String {
    let mut told: Vec<(String, Vec<String>)> = Vec::new();
    for (breaks, test) in summary::risks(plan) {
        match told.iter_mut().find(|(known, _)| *known == breaks) {
            Some((_, tests)) if tests.contains(&test) => {}
            Some((_, tests)) => tests.push(test),
            None => told.push((breaks, vec![test])),
        }
    }
    let mut text = String::new();
    for (breaks, tests) in told {
        line(&mut text, &format!("  may break: {breaks}"));
        for test in tests {
            line(&mut text, &format!("    test: {test}"));
        }
    }
    text
}

/// Something that is in the way.
pub(super) fn shut(gate: &Gate) -> String {
    let mut text = String::new();
    line(&mut text, &format!("refused: {}{}", about(gate), gate.reason));
    let flag = match gate.permit {
        Permit::Flag(flag) if !gate.next_step.contains(flag) => format!(" ({flag} permits it)"),
        _ => String::new(),
    };
    line(&mut text, &format!("  next: {}{flag}", gate.next_step));
    text
}

fn about(gate: &Gate) -> String {
    gate.about.as_ref().map(|about| format!("{about}: ")).unwrap_or_default()
}

fn line(text: &mut String, said: &str) {
    for part in said.split('\n') {
        writeln!(text, "{}", clean(part)).expect("a string can always be written to");
    }
}
