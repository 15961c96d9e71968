//! `mutable-image-tag`: an image is named by a tag, which can mean another image tomorrow.

use serde_json::json;

use crate::edit::Edit;
use crate::intent::Intent;
use crate::model::{self, ContainerView, Digest, Fact, ImageName, Is, Read, TaskView, Why};
use crate::pass::{
    self, Applicability, Finding, Fix, Obstacle, Pass, PassId, Provenance, Remedy, Run, Severity, Source, Vouched,
    Voucher, Yield,
};
use crate::tree::Node;
use crate::weakness::{Weakness, Weaknesses};

/// The pass.
pub static PASS: Pass = Pass {
    id: PassId("mutable-image-tag"),
    summary: "an image is named by a tag, and not by its digest",
    severity: Severity::Low,
    controls: &[],
    yields: &[
        Yield {
            applicability: Applicability::Manual,
            when: "an image without a digest, in a file: which one was meant is known to its registry alone",
        },
        Yield { applicability: Applicability::Safe, when: "a service that runs, whose tasks tell the digest" },
    ],
    section: "mutable-image-tag",
    knobs: &[],
    run: Run::ByDefault,
    page: include_str!("mutable_image_tag.md"),
    weaknesses: Weaknesses::whole(&[&UNPINNED]),
    inspect,
};

static UNPINNED: Weakness = Weakness::container(
    "a container runs whatever a tag of its image means when it is looked up",
    &[Fact::Member(&["image"], &[Is::OtherText(&model::PINNED)])],
);

fn inspect(task: &TaskView<'_>, intent: &Intent) -> Vec<Finding> {
    pass::each_container(&PASS, task, |container| inspect_container(container, intent).into_iter().collect())
}

fn inspect_container(container: &ContainerView<'_>, intent: &Intent) -> Option<Finding> {
    let title = container.title();
    let field = container.member("image");
    let (message, remedy) = match container.image() {
        Read::Absent => return None,
        Read::Known(image) if image.is_pinned() => return None,
        Read::Known(image) => {
            let remedy =
                pin(container, &image, intent).map_or_else(|| unpinned(container, &image, intent), Remedy::Fix);
            (format!("{title} runs {}", meaning(&image)), remedy)
        }
        Read::Unresolved(_) if field.known().and_then(Node::as_str).is_some_and(brings_a_digest) => return None,
        Read::Unresolved(why) => {
            let obstacle = Obstacle::unresolved("`image`", why);
            let next_step = match why {
                Why::Placeholder => {
                    "let the pipeline write the digest of what it pushed, as REPOSITORY@sha256:…, or check the rendered file"
                        .to_owned()
                }
                _ => obstacle.next_step.clone(),
            };
            (format!("{title} may run a tag that moves"), Remedy::Undetermined(Obstacle { next_step, ..obstacle }))
        }
    };
    let mut finding = pass::finding(&PASS, container, "image", message, remedy);
    finding.place = container.path().key("image");
    Some(finding)
}

/// The image that runs in place of the tag, where somebody looked. The tag goes: ECS documents `repository-url/image@digest` (API model,
/// `ContainerDefinition.image`).
fn pin(container: &ContainerView<'_>, image: &ImageName<'_>, intent: &Intent) -> Option<Fix> {
    let digest = running(container, intent).filter(|_| image.digest.is_none() && !is_told_by_tag(container, intent))?;
    let place = Some(image.place()).filter(|place| is_plain(place))?;
    let pinned = format!("{place}@{digest}");
    Some(Fix {
        title: format!("set `image` to `{pinned}`, which runs now"),
        applicability: Applicability::Safe,
        edits: vec![Edit::Set { path: container.path().key("image"), value: json!(pinned) }],
        values: vec![Vouched::of(digest.to_string(), Voucher::at(Provenance::Running, Source::Tasks))],
        risks: Vec::new(),
    })
}

/// The digest that runs, where somebody looked.
fn running<'i>(container: &ContainerView<'_>, intent: &'i Intent) -> Option<&'i Digest> {
    intent.wishes.pins.get(container.name()?)
}

/// Whether the tag tells what kind of image it is: `docker:dind` runs a daemon, and `docker` does not. Without the tag the next run
/// would take it for the other.
fn is_told_by_tag(container: &ContainerView<'_>, intent: &Intent) -> bool {
    let image = intent.container(container.index()).and_then(|intended| intended.image.as_ref());
    image.is_some_and(|image| !image.known.entry.tags.is_empty())
}

fn unpinned(container: &ContainerView<'_>, image: &ImageName<'_>, intent: &Intent) -> Remedy {
    let reason = match image.digest {
        Some(_) => "a registry finds nothing by a part of a digest, so that no task starts",
        None if running(container, intent).is_some() && is_told_by_tag(container, intent) => {
            "its tag tells what kind of image it is, and the next run would not know it by what runs"
        }
        None => resolved(container),
    };
    Remedy::Manual(vec![Obstacle::new(reason, next_step(image))])
}

/// What the name means, as the object of a sentence.
fn meaning(image: &ImageName<'_>) -> String {
    match (image.digest, image.tag) {
        (Some(_), _) => "an image whose digest is not a whole one".to_owned(),
        (None, Some(tag)) => format!("whatever `{tag}` of its image means when it is looked up"),
        (None, None) => "whatever `latest` of its image means when it is looked up: it names no tag".to_owned(),
    }
}

/// When ECS looks a tag up (API model, `ContainerDefinition.versionConsistency`, enabled unless it says "disabled"; AWS page "Container
/// image resolution": services alone).
fn resolved(container: &ContainerView<'_>) -> &'static str {
    match container.member("versionConsistency").text() {
        Read::Known(word) if word.eq_ignore_ascii_case("disabled") => {
            "`versionConsistency` is \"disabled\", so that each task looks the tag up when it starts, and two tasks may differ"
        }
        _ => {
            "a service looks the tag up once for each deployment; the next deployment, and each task that is run by itself, looks again"
        }
    }
}

/// How to pin it: with the registry's own answer.
fn next_step(image: &ImageName<'_>) -> String {
    let place = image.place();
    let tag = image.tag.unwrap_or("latest");
    // A command is to be copied: nothing goes into it that a shell could take for more than a word.
    if image.digest.is_some() || !is_plain(&place) || !is_plain(tag) {
        return "write REPOSITORY@sha256: and the 64 digits that its registry shows for the tag".to_owned();
    }
    let command = match image.ecr() {
        Some(registry) => format!(
            "aws ecr describe-images --registry-id {} --region {} --repository-name {} --image-ids imageTag={tag} --query 'imageDetails[0].imageDigest' --output text",
            registry.account, registry.region, image.repository
        ),
        None => format!("docker buildx imagetools inspect {place}:{tag} --format '{{{{.Manifest.Digest}}}}'"),
    };
    format!("`{command}` prints the digest; write \"{place}@sha256:…\" with it")
}

/// Whether a name holds nothing but what names of images are made of.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._/:-".contains(&byte))
}

/// Whether what a placeholder brings can only be a digest, or stands beside one: `app@${digest}`, `${repository}@sha256:…`.
fn brings_a_digest(written: &str) -> bool {
    let Some((name, digest)) = written.trim().rsplit_once('@') else { return false };
    let opens = |text: &str| ["$", "{{", "<"].iter().any(|opening| text.starts_with(opening));
    !name.is_empty() && (model::is_digest(digest) || opens(digest.strip_prefix("sha256:").unwrap_or(digest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placeholder_after_the_sign_is_a_digest() {
        for written in ["app@${digest}", "app@sha256:${digest}", "r.example.com/app:1@{{ digest }}", "app@<DIGEST>"] {
            assert!(brings_a_digest(written), "{written}");
        }
        for written in ["@IMAGE@", "app:@TAG@", "${image}", "app:${tag}", "app@sha256:12${digest}"] {
            assert!(!brings_a_digest(written), "{written}");
        }
    }

    #[test]
    fn a_command_holds_nothing_that_a_shell_would_run() {
        for written in ["app;reboot:1", "app:$(reboot)", "app:1 && reboot", "a'b:1"] {
            let step = next_step(&ImageName::of(written));
            assert!(step.starts_with("write REPOSITORY@"), "{step}");
        }
    }
}
