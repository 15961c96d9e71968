//! The report for programs: from a plan to the form of the report.

mod form;
mod stream;

use super::origin::Origins;
use crate::plan::{Plan, Refusal, RefusalKind, Standing};
use crate::source::Origin;
use ecs_harden_transforms::document::Document;
use ecs_harden_transforms::edit::Edit;
use ecs_harden_transforms::engine::{Decision, Judged};
use ecs_harden_transforms::pass::{Applicability, Obstacle, Provenance, Remedy, Risk, Verdict, Vouched};
use ecs_harden_transforms::read::LineIndex;
use ecs_harden_transforms::waiver::{Waiver, WaiverState};

pub use form::{
    EditReport, File, Finding, Gate, ObstacleReport, RefusalReport, Report, RiskReport, SourceReport, SpanReport,
    Status, Target, VERSION, ValueReport, VerdictReport, WaiverReport,
};
pub use stream::{Stream, entry};

/// The report about a file that was read.
pub fn planned(shown: &str, plan: &Plan, policy: Option<&str>, written: Option<bool>) -> File {
    let intent = &plan.outcome.intent;
    let lines = plan.document.lines();
    let origins = Origins { shown, plan, lines: &lines };
    let task = ecs_harden_transforms::model::TaskView::new(&plan.document);
    File {
        path: shown.to_owned(),
        status: match plan.standing() {
            Standing::Weak => Status::Weak,
            Standing::Undetermined => Status::Undetermined,
            Standing::Clean => Status::Clean,
        },
        refusal: None,
        family: task.family().map(str::to_owned),
        target: Some(Target {
            launch_types: intent.target.types.iter().map(|launch_type| launch_type.name()).collect(),
            known_from: intent.target.source.phrase(),
            operating_system: intent.os.name(),
        }),
        policy: policy.map(str::to_owned),
        findings: plan.outcome.findings.iter().map(|judged| finding(origins, judged)).collect(),
        ops: plan.outcome.ops.clone(),
        written,
    }
}

/// The report about a file that was read, with some of its findings alone.
pub fn of_findings(shown: &str, plan: &Plan, policy: Option<&str>, which: impl Fn(&Judged) -> bool) -> File {
    let whole = planned(shown, plan, policy, None);
    let meant = whole.findings.into_iter().zip(&plan.outcome.findings).filter(|(_, judged)| which(judged));
    File { findings: meant.map(|(finding, _)| finding).collect(), ..whole }
}

/// The report about a file that was refused.
pub fn refused(shown: &str, refusal: &Refusal, origin: Origin) -> File {
    let skipped = refusal.kind == RefusalKind::Foreign && origin == Origin::Walked;
    File {
        path: shown.to_owned(),
        status: if skipped { Status::Skipped } else { Status::Refused },
        refusal: Some(RefusalReport {
            message: refusal.message.clone(),
            next_step: refusal.next_step.clone(),
            line: refusal.at.map(|at| at.0),
            column: refusal.at.map(|at| at.1),
        }),
        family: None,
        target: None,
        policy: None,
        findings: Vec::new(),
        ops: json_patch::Patch(Vec::new()),
        written: None,
    }
}

fn finding(origins: Origins<'_>, judged: &Judged) -> Finding {
    let Origins { plan, lines, .. } = origins;
    let finding = &judged.finding;
    let fix = match &finding.remedy {
        Remedy::Fix(fix) => Some(fix),
        _ => None,
    };
    Finding {
        pass: finding.pass.id.0,
        severity: finding.pass.severity.name(),
        controls: finding.controls.clone(),
        pointer: pointer(&plan.document, judged),
        span: span(&plan.document, lines, judged),
        canonical_path: finding.place.to_string(),
        container: finding.container.as_ref().and_then(|container| container.name.clone()),
        subject: finding.subject.clone(),
        message: finding.message.clone(),
        applicability: finding.remedy.applicability().map(Applicability::name),
        decision: match judged.decision {
            Decision::Applied => "applied",
            Decision::Waived => "waived",
            Decision::Withheld(_) => "withheld",
            Decision::Manual => "manual",
            Decision::Undetermined => "undetermined",
        },
        gate: None,
        waiver: plan.waiver(judged).map(waiver),
        fix: fix.map(|fix| fix.title.clone()),
        edits: fix.map(|fix| fix.edits.iter().map(edit).collect()).unwrap_or_default(),
        ops: judged.ops(&plan.document),
        values: fix
            .map(|fix| fix.values.iter().map(|value| self::value(origins, judged, value)).collect())
            .unwrap_or_default(),
        risks: fix.map(|fix| fix.risks.iter().map(risk).collect()).unwrap_or_default(),
        obstacles: judged.obstacles().iter().map(obstacle).collect(),
        verdicts: finding.verdicts.iter().map(verdict).collect(),
    }
}

/// The nearest place that exists in the file, from the weak place upwards.
fn pointer(document: &Document, judged: &Judged) -> String {
    let mut path = judged.finding.place.clone();
    loop {
        if document.node(&path).is_some() {
            return document.place(&path).map(|place| place.to_string()).unwrap_or_default();
        }
        match path.split_last() {
            Some((above, _)) => path = above,
            None => return String::new(),
        }
    }
}

fn span(document: &Document, lines: &LineIndex<'_>, judged: &Judged) -> SpanReport {
    let span = document.mark(&judged.finding.place);
    let ((line, column), (end_line, end_column)) = (lines.position(span.start), lines.position(span.end));
    SpanReport { start: span.start, end: span.end, line, column, end_line, end_column }
}

fn edit(edit: &Edit) -> EditReport {
    match edit {
        Edit::Set { path, value } => EditReport::Set { path: path.to_string(), value: value.clone() },
        Edit::Append { array, value } => EditReport::Append { path: array.to_string(), value: value.clone() },
        Edit::Remove { path } => EditReport::Remove { path: path.to_string() },
    }
}

fn value(origins: Origins<'_>, judged: &Judged, value: &Vouched<String>) -> ValueReport {
    let guess = value.by == Provenance::BuiltInDefault;
    let origin = origins.of(judged, value.by);
    let source = (!origin.is_empty()).then_some(SourceReport {
        name: origin.name,
        file: origin.file,
        line: origin.line,
        references: origin.references,
    });
    ValueReport { what: value.value.clone(), provenance: value.by.kind.phrase(), guess, source }
}

fn waiver(waiver: &Waiver) -> WaiverReport {
    WaiverReport {
        reason: waiver.reason.clone(),
        owner: waiver.owner.clone(),
        expires: waiver.expires.clone(),
        expired: waiver.state == WaiverState::Expired,
        written: waiver.written.clone(),
    }
}

fn risk(risk: &Risk) -> RiskReport {
    RiskReport { breaks: risk.breaks.clone(), test: risk.test.clone() }
}

fn obstacle(obstacle: &Obstacle) -> ObstacleReport {
    ObstacleReport { reason: obstacle.reason.clone(), next_step: obstacle.next_step.clone() }
}

fn verdict(verdict: &Verdict) -> VerdictReport {
    VerdictReport { rule: verdict.rule, before: verdict.before, after: verdict.after }
}
