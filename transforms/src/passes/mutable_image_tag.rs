//! `mutable-image-tag`: an image is named by a tag, which can mean another image tomorrow.

use crate::intent::Intent;
use crate::model::{self, ContainerView, ImageName, Read, TaskView, Why};
use crate::pass::{self, Applicability, Finding, Obstacle, Pass, PassId, Remedy, Run, Severity, Yield};
use crate::tree::Node;

/// The pass.
pub static PASS: Pass = Pass {
    id: PassId("mutable-image-tag"),
    summary: "an image is named by a tag, and not by its digest",
    severity: Severity::Low,
    controls: &[],
    yields: &[Yield {
        applicability: Applicability::Manual,
        when: "every image without a digest: which image was meant is known to its registry alone",
    }],
    section: "mutable-image-tag",
    knobs: &[],
    run: Run::ByDefault,
    page: include_str!("mutable_image_tag.md"),
    inspect,
};

fn inspect(task: &TaskView<'_>, _: &Intent) -> Vec<Finding> {
    pass::each_container(&PASS, task, |container| inspect_container(container).into_iter().collect())
}

fn inspect_container(container: &ContainerView<'_>) -> Option<Finding> {
    let title = container.title();
    let field = container.member("image");
    let (message, remedy) = match container.image() {
        Read::Absent => return None,
        Read::Known(image) if image.is_pinned() => return None,
        Read::Known(image) => {
            let reason = match image.digest {
                Some(_) => "a registry finds nothing by a part of a digest, so that no task starts",
                None => resolved(container),
            };
            let obstacle = Obstacle::new(reason, next_step(&image));
            (format!("{title} runs {}", meaning(&image)), Remedy::Manual(vec![obstacle]))
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
    // A command is to be copied: nothing goes into it that a shell could take for more than a word.
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._/:-".contains(&byte));
    let tag = image.tag.unwrap_or("latest");
    if image.digest.is_some() || !plain(&place) || !plain(tag) {
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
