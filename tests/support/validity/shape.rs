//! Does every member exist, and is it of the right type? Walks a definition along [`super::schema`].

use serde_json::Value;

use super::schema::REQUEST;
use super::{Case, FUTURE, json};

/// Members of a described task definition that a request must not have (API model: `TaskDefinition`).
pub const RESPONSE_ONLY: &[&str] = &[
    "taskDefinitionArn",
    "revision",
    "status",
    "requiresAttributes",
    "compatibilities",
    "registeredAt",
    "registeredBy",
    "deregisteredAt",
    "deleteRequestedAt",
];

/// What a member holds.
pub enum Kind {
    /// A string.
    Text,
    /// An integer.
    Int,
    /// A boolean.
    Bool,
    /// Task-level cpu or memory: a string in the API model; tools that render definitions write numbers too.
    Size,
    /// Anything at all: the sources do not describe it.
    Any,
    /// One of these strings.
    One(&'static [&'static str]),
    /// A list of strings.
    Texts,
    /// A list of integers.
    Ints,
    /// An object whose values are strings.
    Map,
    /// An object of this shape.
    Object(&'static Shape),
    /// A list of objects of this shape.
    Objects(&'static Shape),
}

/// The members of an object.
pub struct Shape {
    /// The name in the API model.
    pub name: &'static str,
    /// Members that must be there.
    pub required: &'static [&'static str],
    /// All members.
    pub members: &'static [(&'static str, Kind)],
}

/// The values of `requiresCompatibilities` (API model: `Compatibility`).
const COMPATIBILITIES: &[&str] = &["EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES"];

/// Judges names, types, enumerations and required members of the whole definition.
pub fn judge(case: &mut Case<'_>) {
    object(case, "", case.definition, &REQUEST);
    for (at, value) in json::elements(case.definition, "", "requiresCompatibilities") {
        let known = value.as_str().is_none_or(|word| COMPATIBILITIES.contains(&word));
        case.report_if(!known, "not-in-enum", &at, format!("{value} is no compatibility"));
    }
}

fn object(case: &mut Case<'_>, at: &str, value: &Value, shape: &Shape) {
    let Some(members) = value.as_object() else {
        case.report("wrong-type", at, format!("{} is an object", shape.name));
        return;
    };
    for (name, member) in members {
        let place = json::below(at, name);
        if let Some((_, kind)) = shape.members.iter().find(|(known, _)| known == name) {
            of_kind(case, &place, member, kind);
        } else if at.is_empty() && RESPONSE_ONLY.contains(&name.as_str()) {
            case.report("response-only-member", &place, "a request does not have it");
        } else if !name.starts_with(FUTURE) {
            case.report("unknown-member", &place, format!("{} has no member `{name}`", shape.name));
        }
    }
    for name in shape.required {
        if json::member(value, name).is_none() {
            case.report("missing-member", &json::below(at, name), format!("{} needs `{name}`", shape.name));
        }
    }
}

fn of_kind(case: &mut Case<'_>, at: &str, value: &Value, kind: &Kind) {
    if value.is_null() {
        return;
    }
    match kind {
        Kind::Any => {}
        Kind::Text => case.report_if(!value.is_string(), "wrong-type", at, "a string is wanted"),
        Kind::Int => case.report_if(value.as_i64().is_none(), "wrong-type", at, "an integer is wanted"),
        Kind::Bool => case.report_if(!value.is_boolean(), "wrong-type", at, "a boolean is wanted"),
        Kind::Size => {
            let fits = value.is_string() || value.as_i64().is_some();
            case.report_if(!fits, "wrong-type", at, "a string or an integer is wanted");
        }
        Kind::One(words) => match value.as_str() {
            None => case.report("wrong-type", at, "a string is wanted"),
            Some(word) => {
                case.report_if(!words.contains(&word), "not-in-enum", at, format!("one of {words:?} is wanted"));
            }
        },
        Kind::Texts => list(case, at, value, |case, at, element| {
            case.report_if(!element.is_string(), "wrong-type", at, "a string is wanted");
        }),
        Kind::Ints => list(case, at, value, |case, at, element| {
            case.report_if(element.as_i64().is_none(), "wrong-type", at, "an integer is wanted");
        }),
        Kind::Objects(shape) => list(case, at, value, |case, at, element| object(case, at, element, shape)),
        Kind::Object(shape) => object(case, at, value, shape),
        Kind::Map => match value.as_object() {
            None => case.report("wrong-type", at, "an object is wanted"),
            Some(members) => {
                for (name, member) in members {
                    let fits = member.is_string() || member.is_null();
                    case.report_if(!fits, "wrong-type", &json::below(at, name), "a string is wanted");
                }
            }
        },
    }
}

fn list(case: &mut Case<'_>, at: &str, value: &Value, element: impl Fn(&mut Case<'_>, &str, &Value)) {
    let Some(elements) = value.as_array() else {
        case.report("wrong-type", at, "a list is wanted");
        return;
    };
    for (index, value) in elements.iter().enumerate() {
        element(case, &format!("{at}/{index}"), value);
    }
}
