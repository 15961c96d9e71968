//! Which part of a parsed text is the task definition, and what the text is when it holds none.

use std::fmt;

use super::Envelope;
use crate::tree::{Node, Object, Path, Step, Value};

/// How many levels of wrapping objects and lists are looked through.
const LEVELS: usize = 3;

/// Members of a container definition that tell a container from any other object with a name.
const CONTAINER_SIGNS: [&str; 12] = [
    "image",
    "essential",
    "portMappings",
    "environment",
    "secrets",
    "mountPoints",
    "logConfiguration",
    "linuxParameters",
    "memoryReservation",
    "readonlyRootFilesystem",
    "dependsOn",
    "healthCheck",
];

/// A text that was read and is something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// A CloudFormation template.
    CloudFormation,
    /// What `terraform show -json` or a state file holds.
    Terraform,
    /// A daemon task definition, which has its own API.
    Daemon,
    /// Anything else.
    Unknown,
}

/// Why a parsed text does not hold exactly one task definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotOne {
    /// It holds none.
    Foreign {
        /// What it looks like instead.
        looks_like: Foreign,
        /// Byte offset of what gave it away.
        at: usize,
    },
    /// It holds several.
    Several {
        /// How many.
        count: usize,
        /// Byte offset of the second one.
        at: usize,
    },
}

impl NotOne {
    pub(super) fn at(&self) -> usize {
        match self {
            Self::Foreign { at, .. } | Self::Several { at, .. } => *at,
        }
    }

    pub(super) fn next_step(&self) -> String {
        match self {
            Self::Foreign { looks_like: Foreign::CloudFormation, .. } => {
                "CloudFormation templates are not read yet; deploy the template, then work on the output of `aws ecs describe-task-definition`"
            }
            Self::Foreign { looks_like: Foreign::Terraform, .. } => {
                "Terraform output is not read yet; give the JSON of `container_definitions` as a file of its own, or the output of `aws ecs describe-task-definition`"
            }
            Self::Foreign { looks_like: Foreign::Daemon, .. } => {
                "only what RegisterTaskDefinition takes is read; leave this file out"
            }
            Self::Foreign { looks_like: Foreign::Unknown, .. } => {
                "give the input of `aws ecs register-task-definition`, the output of `aws ecs describe-task-definition`, or a list of container definitions"
            }
            Self::Several { .. } => "split the file so that each holds one task definition",
        }
        .into()
    }
}

impl std::error::Error for NotOne {}

impl fmt::Display for NotOne {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Foreign { looks_like: Foreign::CloudFormation, .. } => {
                out.write_str("this is a CloudFormation template")
            }
            Self::Foreign { looks_like: Foreign::Terraform, .. } => out.write_str("this is Terraform's JSON"),
            Self::Foreign { looks_like: Foreign::Daemon, .. } => out.write_str("this is a daemon task definition"),
            Self::Foreign { looks_like: Foreign::Unknown, .. } => out.write_str("this is not a task definition"),
            Self::Several { count, .. } => write!(out, "this file holds {count} task definitions"),
        }
    }
}

/// The envelope of the one task definition in `root`.
pub(super) fn envelope(root: &Node) -> Result<Envelope, NotOne> {
    let mut found = Vec::new();
    search(root, &Path::root(), LEVELS, &mut found);
    match found.as_slice() {
        [(at, node)] => {
            if at.steps().iter().any(|step| matches!(step, Step::Key(name) if name.starts_with("daemonTaskDefinition")))
            {
                return Err(NotOne::Foreign { looks_like: Foreign::Daemon, at: node.span.start });
            }
            Ok(Envelope::Definition { at: at.clone(), tags: tags_beside(root, at) })
        }
        [_, (_, second), ..] => Err(NotOne::Several { count: found.len(), at: second.span.start }),
        [] => bare(root),
    }
}

fn search<'t>(node: &'t Node, at: &Path, levels: usize, found: &mut Vec<(Path, &'t Node)>) {
    match &node.value {
        Value::Object(object) => {
            if object
                .get("containerDefinitions")
                .is_some_and(|list| matches!(list.value, Value::Array(_) | Value::Opaque))
            {
                found.push((at.clone(), node));
            } else if levels > 0 {
                for member in &object.members {
                    search(&member.value, &at.key(&member.name), levels - 1, found);
                }
            }
        }
        Value::Array(array) if levels > 0 => {
            for (index, item) in array.items.iter().enumerate() {
                search(item, &at.index(index), levels - 1, found);
            }
        }
        _ => {}
    }
}

/// `describe-task-definition` prints the tags beside `taskDefinition`, not inside it.
fn tags_beside(root: &Node, at: &Path) -> Option<Path> {
    let (above, last) = at.split_last()?;
    if *last != Step::Key("taskDefinition".into()) {
        return None;
    }
    let beside = above.key("tags");
    root.at(&beside).map(|_| beside)
}

fn bare(root: &Node) -> Result<Envelope, NotOne> {
    match &root.value {
        Value::Array(array) if array.items.iter().any(is_container) && array.items.iter().all(may_be_container) => {
            Ok(Envelope::Containers)
        }
        Value::Object(object) if is_container(root) && !object.members.is_empty() => Ok(Envelope::Container),
        _ => Err(foreign(root)),
    }
}

fn may_be_container(node: &Node) -> bool {
    matches!(node.value, Value::Opaque) || is_container(node)
}

fn is_container(node: &Node) -> bool {
    node.as_object().is_some_and(|object| {
        let signs = CONTAINER_SIGNS.iter().filter(|sign| object.get(sign).is_some()).count();
        object.get("image").is_some_and(|image| matches!(image.value, Value::String(_) | Value::Opaque))
            && (object.get("name").is_some() || signs > 1)
    })
}

fn foreign(root: &Node) -> NotOne {
    let sign = |object: &Object, name: &str| object.member(name).map(|member| member.name_span.start);
    let found = root.as_object().and_then(|object| {
        let cloudformation = sign(object, "AWSTemplateFormatVersion").or_else(|| sign(object, "Resources"));
        let terraform = sign(object, "terraform_version").or_else(|| sign(object, "container_definitions"));
        let terraform = terraform.or_else(|| sign(object, "resource"));
        cloudformation.map(|at| (Foreign::CloudFormation, at)).or(terraform.map(|at| (Foreign::Terraform, at)))
    });
    let (looks_like, at) = found.unwrap_or((Foreign::Unknown, root.span.start));
    NotOne::Foreign { looks_like, at }
}
