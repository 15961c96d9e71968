//! What the containers of tasks wrote last, where it may be read. Lines of logs may hold secrets: they are read for signs and dropped.

use serde_json::Value as Json;

use super::api::{Aws, Task};
use super::cause::Log;
use super::port::{CallError, Failure};

/// Where a container of a definition writes its log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The container.
    pub container: String,
    /// Group and stream prefix in CloudWatch Logs of this region; none where the log goes elsewhere.
    place: Option<(String, String)>,
}

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Logs {
    /// Of each container whose log was read, the last lines of each task.
    pub read: Vec<Log>,
    /// Why others were not, one phrase for each container.
    pub not_read: Vec<String>,
}

/// So many lines of a stream are read.
const LINES: usize = 100;
/// The logs of so many tasks are read.
const TASKS: usize = 3;

/// Where the containers of a task definition, as strict JSON, alone or as it is described, write their logs. A stream is `prefix/container/task` (ECS developer guide,
/// "Send Amazon ECS logs to CloudWatch"); without a prefix nothing tells its name.
pub fn sources(definition: &str, region: &str) -> Vec<Source> {
    let definition: Json = serde_json::from_str(definition).unwrap_or_default();
    let definition = definition.get("taskDefinition").unwrap_or(&definition);
    let containers = definition["containerDefinitions"].as_array();
    let source = |container: &Json| {
        let logs = &container["logConfiguration"];
        let option = |name: &str| logs["options"][name].as_str().map(str::to_owned);
        let is_here = logs["logDriver"] == "awslogs" && option("awslogs-region").is_none_or(|said| said == region);
        let place = option("awslogs-group").zip(option("awslogs-stream-prefix"));
        Some(Source { container: container["name"].as_str()?.to_owned(), place: place.filter(|_| is_here) })
    };
    containers.into_iter().flatten().filter_map(source).collect()
}

/// Reads what the containers of these tasks wrote last.
pub fn read(aws: &Aws<'_>, sources: &[Source], tasks: &[Task]) -> Logs {
    let mut logs = Logs::default();
    if tasks.is_empty() {
        return logs;
    }
    for source in sources {
        let Some((group, prefix)) = &source.place else {
            logs.not_read.push(format!("of `{}`: it goes nowhere that this program reads", source.container));
            continue;
        };
        for task in tasks.iter().take(TASKS) {
            let id = task.task_arn.rsplit('/').next().unwrap_or_default();
            match aws.log_lines(group, &format!("{prefix}/{}/{id}", source.container), LINES) {
                Ok(lines) if lines.is_empty() => {}
                Ok(lines) => logs.read.push(Log { container: source.container.clone(), lines }),
                // A container that never started has no stream.
                Err(error) if error.is("ResourceNotFoundException") => {}
                Err(error) => {
                    logs.not_read.push(format!("of `{}`: {}", source.container, why(&error)));
                    break;
                }
            }
        }
    }
    logs
}

fn why(error: &CallError) -> String {
    match error.failure {
        Failure::Denied => "logs:GetLogEvents is not allowed".into(),
        _ => format!("{} failed", error.action()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_streams_whose_name_can_be_told_are_read() {
        let text = r#"{"containerDefinitions": [
            {"name": "api", "logConfiguration": {"logDriver": "awslogs", "options":
                {"awslogs-group": "/shop/api", "awslogs-region": "eu-central-1", "awslogs-stream-prefix": "ecs"}}},
            {"name": "far", "logConfiguration": {"logDriver": "awslogs", "options":
                {"awslogs-group": "/shop/api", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "ecs"}}},
            {"name": "bare", "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/shop/api"}}},
            {"name": "routed", "logConfiguration": {"logDriver": "awsfirelens"}},
            {"name": "silent"}
        ]}"#;
        let places: Vec<_> =
            sources(text, "eu-central-1").into_iter().map(|source| (source.container, source.place)).collect();
        let here = Some(("/shop/api".to_owned(), "ecs".to_owned()));
        let expected = [("api", here), ("far", None), ("bare", None), ("routed", None), ("silent", None)];
        assert_eq!(places, expected.map(|(name, place)| (name.to_owned(), place)));
    }
}
