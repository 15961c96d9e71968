//! Task definitions: read as they are, registered as they were planned.

use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{Aws, Tag, list, parsed};
use crate::rollout::arn::RevisionArn;
use crate::rollout::port::{Api, CallError, Effect, Failure};

/// A registered revision.
#[derive(Clone, Debug, PartialEq)]
pub struct Described {
    /// Its ARN.
    pub arn: RevisionArn,
    /// `ACTIVE`, `INACTIVE` or `DELETE_IN_PROGRESS`.
    pub status: String,
    /// What placement asks of an instance or a platform version (`TaskDefinition.requiresAttributes`).
    pub attributes: Vec<String>,
    /// Its tags.
    pub tags: Vec<Tag>,
    /// The whole answer of `DescribeTaskDefinition`, tags included, laid out for people: numbers, order and unknown members as
    /// they came.
    pub text: String,
}

impl Described {
    /// Whether it lists the launch types that it is for.
    pub fn lists_launch_types(&self) -> bool {
        let told: Option<Json> = serde_json::from_str(&self.text).ok();
        let listed = told
            .and_then(|told| Some(!told.pointer("/taskDefinition/requiresCompatibilities")?.as_array()?.is_empty()));
        listed.unwrap_or(false)
    }
}

/// A revision that was just made.
#[derive(Clone, Debug, PartialEq)]
pub struct Registered {
    /// Its ARN.
    pub arn: RevisionArn,
    /// What placement asks for.
    pub attributes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    task_definition: Told,
    #[serde(default)]
    tags: Vec<Tag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    task_definition_arn: RevisionArn,
    #[serde(default)]
    status: String,
    #[serde(default)]
    requires_attributes: Vec<Attribute>,
}

#[derive(Deserialize)]
struct Attribute {
    name: String,
}

impl Told {
    fn attributes(&self) -> Vec<String> {
        self.requires_attributes.iter().map(|attribute| attribute.name.clone()).collect()
    }
}

const DESCRIBE: &str = "DescribeTaskDefinition";
const REGISTER: &str = "RegisterTaskDefinition";

impl Aws<'_> {
    /// A revision by ARN, `family:revision` or family (the latest active one), with its tags; `None` where there is none.
    pub fn definition(&self, name: &str) -> Result<Option<Described>, CallError> {
        let body = json!({ "taskDefinition": name, "include": ["TAGS"] });
        let bytes = match self.send(Api::Ecs, DESCRIBE, Effect::Reads, body.to_string().into_bytes()) {
            // What ECS says of a revision that it does not know: "Unable to describe task definition."
            Err(error) if error.failure == Failure::Rejected && error.is("ClientException") => return Ok(None),
            answer => answer?,
        };
        let answer: Answer = parsed(Api::Ecs, DESCRIBE, &bytes)?;
        let told = std::str::from_utf8(&bytes).map_err(|_| CallError::new(Api::Ecs, DESCRIBE, Failure::Unreadable))?;
        Ok(Some(Described {
            attributes: answer.task_definition.attributes(),
            arn: answer.task_definition.task_definition_arn,
            status: answer.task_definition.status,
            tags: answer.tags,
            text: laid_out(told),
        }))
    }

    /// The active revisions of a family, newest first; at most so many.
    pub fn active_revisions(&self, family: &str, limit: usize) -> Result<Vec<RevisionArn>, CallError> {
        let body = json!({ "familyPrefix": family, "status": "ACTIVE", "sort": "DESC", "maxResults": limit });
        let mut page: Json = self.read(Api::Ecs, "ListTaskDefinitions", &body)?;
        let all: Vec<RevisionArn> = serde_json::from_value(list(&mut page, "taskDefinitionArns"))
            .map_err(|_| CallError::new(Api::Ecs, "ListTaskDefinitions", Failure::Unreadable))?;
        // The prefix has to be the whole family, but a double may take it for a prefix.
        Ok(all.into_iter().filter(|arn| arn.family() == family).take(limit).collect())
    }

    /// Registers a revision: exactly these bytes are sent. Sent once; what is uncertain is for the caller to look into.
    pub fn register(&self, input: &str) -> Result<Registered, CallError> {
        let bytes = self.send(Api::Ecs, REGISTER, Effect::Writes, input.as_bytes().to_vec())?;
        let answer: Answer = parsed(Api::Ecs, REGISTER, &bytes)?;
        let attributes = answer.task_definition.attributes();
        Ok(Registered { arn: answer.task_definition.task_definition_arn, attributes })
    }

    /// Deregisters a revision: it becomes `INACTIVE`, and no service can be given it any more.
    pub fn deregister(&self, arn: &RevisionArn) -> Result<(), CallError> {
        self.write::<Json>(Api::Ecs, "DeregisterTaskDefinition", &json!({ "taskDefinition": arn })).map(drop)
    }
}

/// JSON with a line for each member and element. Every name, text and number keeps its bytes: what no type of ours can hold survives.
fn laid_out(json: &str) -> String {
    let (mut text, mut depth, mut in_string, mut escaped) = (String::new(), 0, false, false);
    let line = |text: &mut String, depth: usize| {
        text.push('\n');
        text.extend(std::iter::repeat_n("  ", depth));
    };
    let mut rest = json.chars().peekable();
    while let Some(next) = rest.next() {
        if in_string {
            in_string = escaped || next != '"';
            escaped = !escaped && next == '\\';
            text.push(next);
            continue;
        }
        match next {
            ' ' | '\t' | '\n' | '\r' => {}
            '{' | '[' => {
                text.push(next);
                while rest.next_if(char::is_ascii_whitespace).is_some() {}
                if let Some(close) = rest.next_if(|close| matches!(close, '}' | ']')) {
                    text.push(close);
                } else {
                    depth += 1;
                    line(&mut text, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut text, depth);
                text.push(next);
            }
            ',' => {
                text.push(next);
                line(&mut text, depth);
            }
            ':' => text.push_str(": "),
            _ => {
                in_string = next == '"';
                text.push(next);
            }
        }
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_definition_is_laid_out_as_people_read_it_and_keeps_its_bytes() {
        let told =
            r#" {"a" :{"b": [ 1.50, 1e3 , null,{} ,[ ]]}, "c\"{,:":"x\\" ,"$serde_json::private::Number":"12"} "#;
        let text = "{\n  \"a\": {\n    \"b\": [\n      1.50,\n      1e3,\n      null,\n      {},\n      []\n    ]\n  },\n  \
            \"c\\\"{,:\": \"x\\\\\",\n  \"$serde_json::private::Number\": \"12\"\n}\n";
        assert_eq!(laid_out(told), text);
    }

    #[test]
    fn it_is_laid_out_as_before() {
        let plain: Json = json!({ "a": [1, { "b": [], "c": {} }, "d"], "e": { "f": true } });
        assert_eq!(laid_out(&plain.to_string()), format!("{}\n", serde_json::to_string_pretty(&plain).unwrap()));
    }
}
