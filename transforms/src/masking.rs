//! What may be shown of a task definition: masking by position, never by detection.
//!
//! Every scalar is sensitive unless its canonical position is on the list here. Names of members are sensitive where users choose
//! them (labels, options, unknown members), and so are comments.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::document::Document;
use crate::read::{PlaceholderPosition, placeholder};
use crate::tree::{Node, Path, Span, Step, Value};

#[cfg(test)]
mod tests;

/// The constant that stands for every masked value: it tells nothing about the value, not even its length.
pub const MASK: &str = "***";

/// Positions whose scalars are shown. `*` stands for any element.
const SHOWN: &[&str] = &[
    "family",
    "taskRoleArn",
    "executionRoleArn",
    "networkMode",
    "requiresCompatibilities/*",
    "compatibilities/*",
    "cpu",
    "memory",
    "pidMode",
    "ipcMode",
    "revision",
    "status",
    "taskDefinitionArn",
    "registeredAt",
    "enableFaultInjection",
    "runtimePlatform/cpuArchitecture",
    "runtimePlatform/operatingSystemFamily",
    "ephemeralStorage/sizeInGiB",
    "requiresAttributes/*/name",
    "volumes/*/name",
    "volumes/*/configuredAtLaunch",
    "volumes/*/efsVolumeConfiguration/fileSystemId",
    "volumes/*/efsVolumeConfiguration/transitEncryption",
    "volumes/*/efsVolumeConfiguration/transitEncryptionPort",
    "volumes/*/efsVolumeConfiguration/authorizationConfig/iam",
    "proxyConfiguration/type",
    "proxyConfiguration/containerName",
    "tags/*/key",
    "containerDefinitions/*/name",
    "containerDefinitions/*/image",
    "containerDefinitions/*/cpu",
    "containerDefinitions/*/memory",
    "containerDefinitions/*/memoryReservation",
    "containerDefinitions/*/essential",
    "containerDefinitions/*/user",
    "containerDefinitions/*/privileged",
    "containerDefinitions/*/readonlyRootFilesystem",
    "containerDefinitions/*/disableNetworking",
    "containerDefinitions/*/interactive",
    "containerDefinitions/*/pseudoTerminal",
    "containerDefinitions/*/startTimeout",
    "containerDefinitions/*/stopTimeout",
    "containerDefinitions/*/versionConsistency",
    "containerDefinitions/*/portMappings/*/containerPort",
    "containerDefinitions/*/portMappings/*/hostPort",
    "containerDefinitions/*/portMappings/*/protocol",
    "containerDefinitions/*/portMappings/*/name",
    "containerDefinitions/*/portMappings/*/appProtocol",
    "containerDefinitions/*/portMappings/*/containerPortRange",
    "containerDefinitions/*/mountPoints/*/sourceVolume",
    "containerDefinitions/*/mountPoints/*/containerPath",
    "containerDefinitions/*/mountPoints/*/readOnly",
    "containerDefinitions/*/volumesFrom/*/sourceContainer",
    "containerDefinitions/*/volumesFrom/*/readOnly",
    "containerDefinitions/*/dependsOn/*/containerName",
    "containerDefinitions/*/dependsOn/*/condition",
    "containerDefinitions/*/environment/*/name",
    "containerDefinitions/*/secrets/*/name",
    "containerDefinitions/*/environmentFiles/*/type",
    "containerDefinitions/*/linuxParameters/capabilities/add/*",
    "containerDefinitions/*/linuxParameters/capabilities/drop/*",
    "containerDefinitions/*/linuxParameters/initProcessEnabled",
    "containerDefinitions/*/linuxParameters/sharedMemorySize",
    "containerDefinitions/*/linuxParameters/maxSwap",
    "containerDefinitions/*/linuxParameters/swappiness",
    "containerDefinitions/*/linuxParameters/tmpfs/*/containerPath",
    "containerDefinitions/*/linuxParameters/tmpfs/*/size",
    "containerDefinitions/*/linuxParameters/tmpfs/*/mountOptions/*",
    "containerDefinitions/*/linuxParameters/devices/*/hostPath",
    "containerDefinitions/*/linuxParameters/devices/*/containerPath",
    "containerDefinitions/*/linuxParameters/devices/*/permissions/*",
    "containerDefinitions/*/systemControls/*/namespace",
    "containerDefinitions/*/systemControls/*/value",
    "containerDefinitions/*/ulimits/*/name",
    "containerDefinitions/*/ulimits/*/softLimit",
    "containerDefinitions/*/ulimits/*/hardLimit",
    "containerDefinitions/*/healthCheck/interval",
    "containerDefinitions/*/healthCheck/timeout",
    "containerDefinitions/*/healthCheck/retries",
    "containerDefinitions/*/healthCheck/startPeriod",
    "containerDefinitions/*/restartPolicy/enabled",
    "containerDefinitions/*/restartPolicy/restartAttemptPeriod",
    "containerDefinitions/*/resourceRequirements/*/type",
    "containerDefinitions/*/firelensConfiguration/type",
    "containerDefinitions/*/logConfiguration/logDriver",
    "containerDefinitions/*/logConfiguration/options/awslogs-group",
    "containerDefinitions/*/logConfiguration/options/awslogs-region",
    "containerDefinitions/*/logConfiguration/options/awslogs-stream-prefix",
    "containerDefinitions/*/logConfiguration/options/awslogs-create-group",
    "containerDefinitions/*/logConfiguration/options/mode",
    "containerDefinitions/*/logConfiguration/options/max-buffer-size",
];

/// Members of the API's own vocabulary whose values stay masked while their names may be shown.
const NAMED: &[&str] = &[
    "taskDefinition",
    "inferenceAccelerators",
    "placementConstraints/*/type",
    "placementConstraints/*/expression",
    "requiresAttributes/*/value",
    "requiresAttributes/*/targetId",
    "requiresAttributes/*/targetType",
    "deregisteredAt",
    "deleteRequestedAt",
    "registeredBy",
    "trustedExecutionConfiguration/isolationMode",
    "volumes/*/host/sourcePath",
    "volumes/*/dockerVolumeConfiguration/scope",
    "volumes/*/dockerVolumeConfiguration/autoprovision",
    "volumes/*/dockerVolumeConfiguration/driver",
    "volumes/*/dockerVolumeConfiguration/driverOpts",
    "volumes/*/dockerVolumeConfiguration/labels",
    "volumes/*/efsVolumeConfiguration/rootDirectory",
    "volumes/*/efsVolumeConfiguration/authorizationConfig/accessPointId",
    "proxyConfiguration/properties/*/name",
    "proxyConfiguration/properties/*/value",
    "tags/*/value",
    "containerDefinitions/*/command",
    "containerDefinitions/*/entryPoint",
    "containerDefinitions/*/environment/*/value",
    "containerDefinitions/*/secrets/*/valueFrom",
    "containerDefinitions/*/environmentFiles/*/value",
    "containerDefinitions/*/links",
    "containerDefinitions/*/hostname",
    "containerDefinitions/*/workingDirectory",
    "containerDefinitions/*/dnsServers",
    "containerDefinitions/*/dnsSearchDomains",
    "containerDefinitions/*/extraHosts/*/hostname",
    "containerDefinitions/*/extraHosts/*/ipAddress",
    "containerDefinitions/*/dockerSecurityOptions",
    "containerDefinitions/*/dockerLabels",
    "containerDefinitions/*/repositoryCredentials/credentialsParameter",
    "containerDefinitions/*/resourceRequirements/*/value",
    "containerDefinitions/*/restartPolicy/ignoredExitCodes",
    "containerDefinitions/*/healthCheck/command",
    "containerDefinitions/*/credentialSpecs",
    "containerDefinitions/*/firelensConfiguration/options",
    "containerDefinitions/*/logConfiguration/options",
    "containerDefinitions/*/logConfiguration/secretOptions/*/name",
    "containerDefinitions/*/logConfiguration/secretOptions/*/valueFrom",
];

/// A position of the vocabulary.
#[derive(Default)]
struct Position {
    shown: bool,
    below: BTreeMap<&'static str, Self>,
}

static VOCABULARY: LazyLock<Position> = LazyLock::new(|| {
    let mut root = Position::default();
    for (patterns, shown) in [(SHOWN, true), (NAMED, false)] {
        for pattern in patterns {
            let place = pattern.split('/').fold(&mut root, |place, part| place.below.entry(part).or_default());
            place.shown |= shown;
        }
    }
    root
});

impl Position {
    fn step(&self, step: &Step) -> Option<&Self> {
        match step {
            // No member is called `*`; that stands for elements alone.
            Step::Key(name) if name == "*" => None,
            Step::Key(name) => self.below.get(name.as_str()),
            Step::Index(_) => self.below.get("*"),
        }
    }

    fn at(path: &Path) -> Option<&'static Self> {
        path.steps().iter().try_fold(&*VOCABULARY, |place, step| place.step(step))
    }
}

/// Whether the scalar at this canonical path may be shown.
pub fn is_shown(canonical: &Path) -> bool {
    Position::at(canonical).is_some_and(|place| place.shown)
}

/// Every sensitive span of the document, in source order: scalars that may not be shown, member names that users chose, comments, and
/// placeholders that stand where members stand.
pub fn sensitive(document: &Document) -> Vec<Span> {
    let parsed = document.parsed();
    let mut spans = parsed.comments.clone();
    let members = parsed.placeholders.iter().filter(|placeholder| placeholder.position == PlaceholderPosition::Member);
    spans.extend(members.map(|placeholder| placeholder.span));
    collect(document, &parsed.root, &Path::root(), &mut spans);
    spans.sort_unstable();
    spans.dedup();
    spans
}

fn collect(document: &Document, node: &Node, place: &Path, spans: &mut Vec<Span>) {
    match &node.value {
        Value::Object(object) => {
            for member in &object.members {
                let below = place.key(&member.name);
                if !name_is_shown(document, &below) {
                    spans.push(member.name_span);
                }
                collect(document, &member.value, &below, spans);
            }
        }
        Value::Array(array) => {
            for (index, item) in array.items.iter().enumerate() {
                collect(document, item, &place.index(index), spans);
            }
        }
        // A null where the API knows a member holds nothing that could be secret.
        Value::Null if document.canonical(place).is_some_and(|canonical| Position::at(&canonical).is_some()) => {}
        _ if document.canonical(place).is_some_and(|canonical| is_shown(&canonical))
            && placeholder::only_names(node.span.of(document.text())) => {}
        _ => spans.push(node.span),
    }
}

/// Member names are the API's own vocabulary, or the wrapping that `describe-task-definition` prints.
fn name_is_shown(document: &Document, place: &Path) -> bool {
    match document.canonical(place) {
        Some(canonical) if !canonical.steps().is_empty() => Position::at(&canonical).is_some(),
        _ => matches!(place.split_last(), Some((_, Step::Key(name))) if name == "taskDefinition" || name == "tags"),
    }
}

/// Whether `line` has a byte in common with one of the sorted `spans`.
pub fn touches(spans: &[Span], line: Span) -> bool {
    // Spans do not nest, so their ends are sorted as well.
    let first = spans.partition_point(|span| span.end <= line.start);
    spans.get(first).is_some_and(|span| span.overlaps(line))
}

/// The text of `span` with every sensitive part of it replaced by the mask. A string keeps its quotes.
pub fn masked(text: &str, span: Span, sensitive: &[Span]) -> String {
    let mut shown = String::new();
    let mut at = span.start;
    for hidden in sensitive.iter().filter(|hidden| hidden.overlaps(span)) {
        let start = hidden.start.max(span.start);
        shown.push_str(&text[at..start.max(at)]);
        let quoted = text[hidden.start..].starts_with('"');
        let quote = if quoted { "\"" } else { "" };
        shown.extend([quote, MASK, quote]);
        at = hidden.end.min(span.end);
    }
    shown.push_str(&text[at..span.end]);
    shown
}
