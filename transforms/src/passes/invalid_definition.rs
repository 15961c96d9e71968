//! `invalid-definition`: ECS would refuse the definition, or one of its launch types would.

use crate::intent::Intent;
use crate::model::{ContainerView, TaskView};
use crate::pass::{
    Applicability, ContainerRef, Finding, Obstacle, Pass, PassId, Remedy, Run, Severity, Verdict, Yield,
};
use crate::rules::{self, Broken, Scene};
use crate::weakness::Weaknesses;

/// The pass.
pub static PASS: Pass = Pass {
    id: PassId("invalid-definition"),
    summary: "ECS refuses the definition, or a launch type that it is for does",
    severity: Severity::High,
    controls: &["RegisterTaskDefinition"],
    yields: &[Yield { applicability: Applicability::Manual, when: "always: what was meant is not known" }],
    section: "invalid-definition",
    knobs: &[],
    run: Run::ByDefault,
    page: include_str!("invalid_definition.md"),
    weaknesses: Weaknesses::none(
        "what ECS refuses when a definition is registered, most of which looks at several members at once",
    ),
    inspect,
};

fn inspect(task: &TaskView<'_>, intent: &Intent) -> Vec<Finding> {
    let scene = Scene::new(task, &intent.target, intent.os);
    rules::broken(&scene).into_iter().map(|broken| report(&scene, broken)).collect()
}

/// The subject begins with the id of the rule, so that a waiver can name it.
fn report(scene: &Scene<'_>, broken: Broken) -> Finding {
    let container = broken.hit.container.map(|index| {
        let known = scene.containers.iter().find(|container| container.index() == index);
        ContainerRef { index, name: known.and_then(ContainerView::name).map(str::to_owned) }
    });
    let subject = match &broken.hit.what {
        Some(what) => format!("{}/{what}", broken.id),
        None => broken.id.to_owned(),
    };
    Finding {
        pass: &PASS,
        controls: PASS.controls.to_vec(),
        place: broken.hit.place,
        container,
        subject,
        message: broken.message,
        remedy: Remedy::Manual(vec![Obstacle::new(broken.reason, broken.next_step)]),
        verdicts: vec![Verdict { rule: broken.id, before: false, after: None }],
    }
}
