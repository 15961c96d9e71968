//! The edits of a round as replacements of text, for tools that apply them themselves.

use ecs_harden_transforms::engine::{self, Part};
use ecs_harden_transforms::masking;
use ecs_harden_transforms::pass::Remedy;
use ecs_harden_transforms::read::LineIndex;
use ecs_harden_transforms::tree::Span;

use crate::plan::Plan;

/// Replacements that can be made without the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patch {
    /// The findings that they mend, as positions among those of the file.
    pub findings: Vec<usize>,
    /// What they do, an imperative for each finding.
    pub titles: Vec<String>,
    /// The replacements, sorted and without overlap.
    pub replacements: Vec<Replacement>,
}

/// A range of the old text, and what stands there afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// Line and column of the start, counted from 1.
    pub start: (usize, usize),
    /// Line and column of the end.
    pub end: (usize, usize),
    /// The new text.
    pub text: String,
}

/// The parts of a round that show nothing that is masked elsewhere.
pub fn patches(plan: &Plan) -> Vec<Patch> {
    let Some(hardened) = &plan.outcome.hardened else { return Vec::new() };
    let sensitive = masking::sensitive(hardened);
    let hidden = hidden(plan, &sensitive);
    let lines = plan.document.lines();
    let parts = engine::parts(&plan.document, &plan.outcome);
    let shown = parts.into_iter().filter(|part| !part.splices.iter().any(|splice| hidden.contains(&splice.span)));
    shown.map(|part| patch(plan, &lines, part)).collect()
}

/// The places of the splices whose new text holds something sensitive.
fn hidden(plan: &Plan, sensitive: &[Span]) -> Vec<Span> {
    let (mut hidden, mut before, mut after) = (Vec::new(), 0, 0);
    for splice in &plan.outcome.splices {
        after += splice.span.start - before;
        let written = Span::new(after, after + splice.text.len());
        if sensitive.iter().any(|span| span.start < written.end && written.start < span.end) {
            hidden.push(splice.span);
        }
        (before, after) = (splice.span.end, written.end);
    }
    hidden
}

fn patch(plan: &Plan, lines: &LineIndex<'_>, part: Part) -> Patch {
    let title = |position: &usize| match &plan.outcome.findings.get(*position)?.finding.remedy {
        Remedy::Fix(fix) => Some(fix.title.clone()),
        Remedy::Manual(_) | Remedy::Undetermined(_) => None,
    };
    Patch {
        titles: part.findings.iter().filter_map(title).collect(),
        findings: part.findings,
        replacements: part
            .splices
            .into_iter()
            .map(|splice| Replacement {
                start: lines.position(splice.span.start),
                end: lines.position(splice.span.end),
                text: splice.text,
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use ecs_harden_transforms::engine::Fault;
    use ecs_harden_transforms::intent::{ExecUse, Selection, Wishes};
    use ecs_harden_transforms::knobs::Layers;
    use ecs_harden_transforms::model::TargetWish;
    use ecs_harden_transforms::pass::PassId;
    use ecs_harden_transforms::waiver::Waivers;

    use super::*;

    #[test]
    fn a_splice_whose_new_text_is_masked_is_found() {
        let text =
            r#"{"pidMode": "host", "containerDefinitions": [{"name": "app", "image": "app:1", "user": "root"}]}"#;
        let wishes = Wishes {
            selection: Selection::all([PassId("host-pid-namespace"), PassId("root-user")]),
            target: TargetWish::default(),
            os: None,
            layers: Layers::default(),
            waivers: Waivers::default(),
            images: std::sync::Arc::default(),
            pins: std::sync::Arc::default(),
            exec: ExecUse::NotKnown,
        };
        let plan = Plan::of(text.as_bytes(), &wishes, Fault::None).expect("the text is a task definition");
        let new = plan.hardened_text().expect("something changes");
        assert!(hidden(&plan, &masking::sensitive(plan.outcome.hardened.as_ref().expect("it is there"))).is_empty());
        // As if users were masked: the new one begins where the old one did, less what went before it.
        let user = new.find("1000:1000").expect("the user is written");
        let of_the_user =
            Span::new(text.find("\"root\"").expect("it is there"), text.find("\"root\"").expect("it is there") + 6);
        assert_eq!(hidden(&plan, &[Span::new(user, user + 1)]), [of_the_user]);
        assert_eq!(hidden(&plan, &[Span::new(0, 1)]), []);
    }
}
