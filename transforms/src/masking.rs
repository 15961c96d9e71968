//! What may be shown of a task definition: masking by position, never by detection.
//!
//! Every scalar is sensitive unless its canonical position is on the list here. Names of members are sensitive where users choose
//! them (labels, options, unknown members), and so are comments.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::arn;
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

/// Positions that are shown where they hold a text of this kind: the whole ARN of a secret or parameter, which points at a value and
/// is none, or a security option that names nothing.
const SHOWN_WHERE: &[(&str, Kind)] = &[
    ("containerDefinitions/*/secrets/*/valueFrom", arn::is_secret_arn),
    ("containerDefinitions/*/logConfiguration/secretOptions/*/valueFrom", arn::is_secret_arn),
    ("containerDefinitions/*/dockerSecurityOptions/*", is_bare_security_option),
];

/// Tells texts of a kind.
type Kind = fn(&str) -> bool;

fn is_bare_security_option(text: &str) -> bool {
    ["no-new-privileges", "no-new-privileges:true", "no-new-privileges:false"].contains(&text)
}

/// A position of the vocabulary.
#[derive(Default)]
struct Position {
    shown: bool,
    shown_where: Option<Kind>,
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
    for (pattern, kind) in SHOWN_WHERE {
        let place = pattern.split('/').fold(&mut root, |place, part| place.below.entry(part).or_default());
        place.shown_where = Some(*kind);
    }
    root
});

impl Position {
    fn member(&self, name: &str) -> Option<&Self> {
        // No member is called `*`; that stands for elements alone.
        if name == "*" { None } else { self.below.get(name) }
    }

    fn element(&self) -> Option<&Self> {
        self.below.get("*")
    }

    fn step(&self, step: &Step) -> Option<&Self> {
        match step {
            Step::Key(name) => self.member(name),
            Step::Index(_) => self.element(),
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
    Collector { document, spans: &mut spans }.outside(&parsed.root, &Path::root());
    spans.sort_unstable();
    spans.dedup();
    spans
}

/// Walks the tree, and the vocabulary beside it.
struct Collector<'a> {
    document: &'a Document,
    spans: &'a mut Vec<Span>,
}

impl Collector<'_> {
    /// A node that may lie outside the definition: in what wraps it.
    fn outside(&mut self, node: &Node, place: &Path) {
        if let Some(canonical) = self.document.canonical(place) {
            return self.inside(node, Position::at(&canonical));
        }
        match &node.value {
            Value::Object(object) => {
                for member in &object.members {
                    let below = place.key(&member.name);
                    if !["taskDefinition", "tags"].contains(&member.name.as_str()) && !self.is_known(&below) {
                        self.spans.push(member.name_span);
                    }
                    self.outside(&member.value, &below);
                }
            }
            Value::Array(array) => {
                for (index, item) in array.items.iter().enumerate() {
                    self.outside(item, &place.index(index));
                }
            }
            _ => self.spans.push(node.span),
        }
    }

    /// Whether the place lies within the definition, below its root, and is one of the vocabulary.
    fn is_known(&self, place: &Path) -> bool {
        let canonical = self.document.canonical(place).filter(|canonical| !canonical.steps().is_empty());
        canonical.is_some_and(|canonical| Position::at(&canonical).is_some())
    }

    /// A node of the definition; `position` is `None` for what the API does not know.
    fn inside(&mut self, node: &Node, position: Option<&Position>) {
        match &node.value {
            Value::Object(object) => {
                for member in &object.members {
                    let below = position.and_then(|position| position.member(&member.name));
                    if below.is_none() {
                        self.spans.push(member.name_span);
                    }
                    self.inside(&member.value, below);
                }
            }
            Value::Array(array) => {
                let below = position.and_then(Position::element);
                array.items.iter().for_each(|item| self.inside(item, below));
            }
            // A null where the API knows a member holds nothing that could be secret.
            Value::Null if position.is_some() => {}
            _ if position.is_some_and(|position| position.shown)
                && placeholder::only_names(node.span.of(self.document.text())) => {}
            Value::String(text)
                if position.and_then(|position| position.shown_where).is_some_and(|is_of_kind| is_of_kind(text)) => {}
            _ => self.spans.push(node.span),
        }
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
    let first = sensitive.partition_point(|hidden| hidden.end <= span.start);
    for hidden in sensitive[first..].iter().take_while(|hidden| hidden.start < span.end) {
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
