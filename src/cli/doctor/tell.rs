//! What `doctor` found out, for people and for programs.

use std::fmt::Write as _;

use jiff::SignedDuration;
use serde_json::{Value as Json, json};

use crate::cli::permit;
use crate::context::Verbosity;
use crate::output::{clean, counted};
use crate::rollout::doctor::probe::{Probed, TARGETS, Trial, Verdict};
use crate::rollout::doctor::{Report, Row, SIGNATURES_LAST, Standing};
use crate::rollout::permissions::{PROBE_FAMILY, Permission, statements};

/// Clocks that differ by less are alike: answers tell whole seconds, and take a while.
const ALIKE: SignedDuration = SignedDuration::from_secs(3);

/// What is wrong with the clock of the machine; nothing where it is right.
pub(super) fn clock(ahead: SignedDuration) -> Option<String> {
    let off = ahead.abs();
    if off <= ALIKE {
        return None;
    }
    let time = match off.as_secs() {
        seconds @ ..120 => counted(usize::try_from(seconds).unwrap_or_default(), "second"),
        seconds @ ..7200 => counted(usize::try_from(seconds / 60).unwrap_or_default(), "minute"),
        seconds => counted(usize::try_from(seconds / 3600).unwrap_or_default(), "hour"),
    };
    let side = if ahead.is_positive() { "behind" } else { "ahead of" };
    let counts = if off < SIGNATURES_LAST { "" } else { ": signatures count for 5 minutes, so set it right first" };
    Some(format!("the clock of this machine is {time} {side} that of AWS{counts}"))
}

/// The report for people. What is there is listed with `-v` alone.
pub(super) fn text(report: &Report, command: Option<&str>, verbosity: Verbosity) -> String {
    let mut text = String::new();
    let mut fact = |name: &str, value: &str| {
        writeln!(text, "{name:<9} {}", clean(value)).expect("a string can always be written to");
    };
    fact("caller", &report.caller.arn);
    fact("account", &report.caller.account);
    fact("region", &report.region);
    if let Some(endpoint) = &report.endpoint {
        fact("endpoint", &format!("{endpoint}, which AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_ECS or the profile names"));
    }
    let told = report.ahead.map(|ahead| clock(ahead).unwrap_or_else(|| "right".into()));
    fact("clock", &told.unwrap_or_else(|| "not known: no answer told the time".into()));
    for note in &report.notes {
        fact("not read", note);
    }
    let Some(command) = command else { return text };
    fact("command", command);
    text.push('\n');
    text.push_str(&permissions(report, verbosity));
    text
}

fn permissions(report: &Report, verbosity: Verbosity) -> String {
    let mut text = String::new();
    let mut say = |told: &str| {
        writeln!(text, "{}", clean(told)).expect("a string can always be written to");
    };
    let fine: Vec<&Row> = report.rows.iter().filter(|row| row.standing == Standing::Fine).collect();
    let missing: Vec<&Row> = report.rows.iter().filter(|row| row.standing == Standing::Missing).collect();
    say(&format!("{} of {} are there", fine.len(), counted(report.rows.len(), "permission")));
    if verbosity == Verbosity::Verbose {
        for row in &fine {
            say(&format!("  {}", row.permission.action));
        }
    }
    let unchecked = by_reason(&report.rows);
    if !unchecked.is_empty() {
        say(&format!("{} could not be looked at:", report.rows.len() - fine.len() - missing.len()));
        for (why, actions) in unchecked {
            say(&format!("  {why}"));
            say(&format!("    {}", actions.join(", ")));
        }
    }
    if missing.is_empty() {
        say("nothing is known to be missing");
        return text;
    }
    say(&format!("{} missing:", if missing.len() == 1 { "1 is".into() } else { format!("{} are", missing.len()) }));
    for row in &missing {
        let without = row.permission.without.map(|what| format!(": without it {what}"));
        say(&format!("  {}{}", row.permission.action, without.unwrap_or_default()));
    }
    say("  next: allow it, by this policy:");
    text.push_str(&permit::json(&statements(&of(&missing), &report.names)));
    text
}

fn of(rows: &[&Row]) -> Vec<Permission> {
    rows.iter().map(|row| row.permission).collect()
}

/// Why permissions could not be looked at, each reason once.
fn by_reason(rows: &[Row]) -> Vec<(&str, Vec<&'static str>)> {
    let mut reasons: Vec<(&str, Vec<&'static str>)> = Vec::new();
    for row in rows {
        let Standing::Unchecked(why) = &row.standing else { continue };
        match reasons.iter_mut().find(|(known, _)| known == why) {
            Some((_, actions)) => actions.push(row.permission.action),
            None => reasons.push((why, vec![row.permission.action])),
        }
    }
    reasons
}

/// The report for programs: one object.
pub(super) fn json(report: &Report, command: Option<&str>) -> Json {
    let rows = report.rows.iter().map(|row| {
        let (standing, reason) = match &row.standing {
            Standing::Fine => ("fine", None),
            Standing::Missing => ("missing", None),
            Standing::Unchecked(why) => ("unchecked", Some(why)),
        };
        json!({
            "action": row.permission.action,
            "resources": report.names.arns(row.permission.resource),
            "standing": standing,
            "reason": reason,
            "without": row.permission.without,
        })
    });
    let missing: Vec<&Row> = report.rows.iter().filter(|row| row.standing == Standing::Missing).collect();
    json!({
        "event": "examined",
        "caller": report.caller.arn,
        "account": report.caller.account,
        "region": report.region,
        "endpoint": report.endpoint,
        "secondsAhead": report.ahead.map(|ahead| ahead.as_secs()),
        "command": command,
        "notRead": report.notes,
        "permissions": rows.collect::<Vec<_>>(),
        "policy": permit::document(&statements(&of(&missing), &report.names)),
    })
}

/// What ECS made of what passes write, for people.
pub(super) fn trials(probed: &Probed, hidden: &[&str]) -> String {
    let mut text = String::new();
    let mut say = |told: &str| {
        writeln!(text, "{}", clean(told)).expect("a string can always be written to");
    };
    for target in TARGETS {
        let of_it: Vec<&Trial> = probed.trials.iter().filter(|trial| trial.target == target).collect();
        if of_it.is_empty() {
            continue;
        }
        say("");
        say(target.name());
        for trial in of_it {
            let (word, detail) = told(trial, hidden);
            say(&format!("  {word:<9} {}: {}", trial.pass.id, detail.unwrap_or_else(|| trial.writes.join("; "))));
        }
    }
    if probed.registered == 0 {
        return text;
    }
    say("");
    say(&format!(
        "{} of {PROBE_FAMILY} registered and deregistered; ECS keeps listing them as INACTIVE",
        counted(probed.registered, "revision")
    ));
    say(&format!(
        "please tell the project what stands between the blank lines, and that this is {}: it holds nothing of yours",
        env!("CARGO_PKG_VERSION")
    ));
    text
}

/// A word for what became of it, and what is to be said.
fn told(trial: &Trial, hidden: &[&str]) -> (&'static str, Option<String>) {
    match &trial.verdict {
        Verdict::Taken => ("taken", None),
        Verdict::Changed(places) => ("changed", Some(format!("the revision says otherwise at {}", places.join(", ")))),
        Verdict::Refused(error) => {
            let mut error = error.clone().hiding(hidden.iter().copied());
            error.request_id = None;
            ("refused", Some(error.to_string()))
        }
        Verdict::NotTried(why) => ("not tried", Some((*why).to_owned())),
    }
}

/// The same for programs.
pub(super) fn trials_json(probed: &Probed, hidden: &[&str]) -> Json {
    let trials = probed.trials.iter().map(|trial| {
        let (word, detail) = told(trial, hidden);
        json!({
            "target": trial.target.name(),
            "pass": trial.pass.id.0,
            "writes": trial.writes,
            "verdict": word.replace(' ', "-"),
            "reason": detail,
        })
    });
    json!({
        "event": "probed",
        "version": env!("CARGO_PKG_VERSION"),
        "trials": trials.collect::<Vec<_>>(),
        "registered": probed.registered,
        "left": probed.left.iter().map(|(arn, _)| &arn.0).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_told_as_people_would() {
        let told = |seconds| clock(SignedDuration::from_secs(seconds)).unwrap_or_default();
        let (machine, late) =
            ("the clock of this machine is", ": signatures count for 5 minutes, so set it right first");
        assert_eq!((told(0), told(3), told(-3)), (String::new(), String::new(), String::new()));
        assert_eq!(told(90), format!("{machine} 90 seconds behind that of AWS"));
        assert_eq!(told(-240), format!("{machine} 4 minutes ahead of that of AWS"));
        assert_eq!(told(300), format!("{machine} 5 minutes behind that of AWS{late}"));
        assert_eq!(told(-7200), format!("{machine} 2 hours ahead of that of AWS{late}"));
    }
}
