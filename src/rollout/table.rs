//! A small AWS in memory for unit tests: a table of what is there, which answers calls, changes with writes, and has a clock of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::port::{Api, Call, CallError, Clock, Failure, Interrupted, Wire};

pub(super) const ACCOUNT: &str = "123456789012";
pub(super) const REGION: &str = "eu-central-1";

/// What is there.
#[derive(Default)]
pub(super) struct World {
    pub(super) caller: String,
    pub(super) log_groups: BTreeSet<String>,
    /// By ARN or name, with the key.
    pub(super) secrets: BTreeMap<String, Option<String>>,
    pub(super) parameters: BTreeMap<String, Option<String>>,
    pub(super) roles: BTreeSet<String>,
    /// The decision for `ROLE ACTION RESOURCE`; nothing is allowed that is not here.
    pub(super) decisions: BTreeMap<(String, String, String), &'static str>,
    /// By cluster.
    pub(super) services: BTreeMap<String, Vec<Json>>,
    /// By cluster.
    pub(super) tasks: BTreeMap<String, Vec<Json>>,
    /// By ARN, as they are described.
    pub(super) definitions: BTreeMap<String, Json>,
    /// Bus, rule, task definition.
    pub(super) rules: Vec<(&'static str, &'static str, String)>,
    /// Name, task definition.
    pub(super) schedules: Vec<(&'static str, String)>,
    /// What fails, by action, and with which code.
    pub(super) failing: BTreeMap<&'static str, (Failure, &'static str)>,
    /// What an action is answered, whatever is there.
    pub(super) answers: BTreeMap<&'static str, Json>,
    /// Members that registering refuses, as they stand in the text.
    pub(super) refused_text: Vec<&'static str>,
    /// Members that registering drops without a word.
    pub(super) dropped_text: Vec<(&'static str, &'static str)>,
    /// Every call, `ecs:DescribeServices`.
    pub(super) calls: Vec<String>,
    /// Whether waits are over at once.
    pub(super) interrupted: bool,
    /// How many calls are answered before that.
    pub(super) interrupted_after: Option<usize>,
    seconds: i64,
}

/// The table.
#[derive(Default)]
pub(super) struct Table(Mutex<World>);

impl Table {
    pub(super) fn of(fill: impl FnOnce(&mut World)) -> Self {
        let table = Self::default();
        {
            let mut world = table.world();
            world.caller = format!("arn:aws:iam::{ACCOUNT}:user/ops/mina");
            fill(&mut world);
        }
        table
    }

    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap()
    }

    /// The calls that change something.
    pub(super) fn writes(&self) -> Vec<String> {
        let writing = |call: &&String| {
            ["Register", "Deregister", "Delete", "Update", "Create"].iter().any(|verb| call.contains(verb))
        };
        self.world().calls.iter().filter(writing).cloned().collect()
    }
}

impl World {
    pub(super) fn allow(&mut self, who: &str, actions: &[&str], resource: &str) {
        self.decide(who, actions, resource, "allowed");
    }

    /// Lets every call of an action fail.
    pub(super) fn fail(&mut self, action: &'static str, how: (Failure, &'static str)) {
        self.failing.insert(action, how);
    }

    pub(super) fn decide(&mut self, who: &str, actions: &[&str], resource: &str, decision: &'static str) {
        for action in actions {
            self.decisions.insert((who.into(), (*action).into(), resource.into()), decision);
        }
    }

    /// A revision of a family.
    pub(super) fn revision(&mut self, name: &str, status: &str) -> String {
        let arn = format!("arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/{name}");
        let told = json!({ "taskDefinition": { "taskDefinitionArn": arn, "status": status, "family": name } });
        self.definitions.insert(arn.clone(), told);
        arn
    }

    fn answer(&mut self, call: &Call) -> Result<Json, CallError> {
        let action = format!("{}:{}", call.api.prefix(), call.operation);
        self.calls.push(action.clone());
        if self.interrupted_after.is_some_and(|after| self.calls.len() >= after) {
            self.interrupted = true;
        }
        if let Some((failure, code)) = self.failing.get(action.as_str()) {
            return Err(refusal(call, *failure, code));
        }
        if let Some(answer) = self.answers.get(action.as_str()) {
            return Ok(answer.clone());
        }
        match (call.api, call.operation) {
            (Api::Ecs, operation) if operation.contains("TaskDefinition") => self.of_definitions(call),
            (Api::Ecs, _) => Ok(self.of_services(call)),
            _ => self.of_neighbours(call),
        }
    }

    fn of_neighbours(&self, call: &Call) -> Result<Json, CallError> {
        let body: Json = serde_json::from_slice(&call.body).unwrap();
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        let not_found = |code| Err(refusal(call, Failure::Rejected, code));
        Ok(match call.operation {
            "GetCallerIdentity" => json!({ "Account": ACCOUNT, "Arn": self.caller }),
            "DescribeLogGroups" => {
                let begins = |group: &&String| group.starts_with(&text("logGroupNamePrefix"));
                let groups = self.log_groups.iter().filter(begins).map(|group| json!({ "logGroupName": group }));
                json!({ "logGroups": groups.collect::<Vec<_>>() })
            }
            "DescribeSecret" => match self.secrets.get(&text("SecretId")) {
                Some(key) => json!({ "ARN": text("SecretId"), "KmsKeyId": key }),
                None => return not_found("ResourceNotFoundException"),
            },
            "DescribeParameters" => {
                let name = body["ParameterFilters"][0]["Values"][0].as_str().unwrap_or_default();
                let found = self.parameters.get_key_value(name);
                let found = found.map(|(name, key)| json!({ "Name": name, "KeyId": key }));
                json!({ "Parameters": found.into_iter().collect::<Vec<_>>() })
            }
            "SimulatePrincipalPolicy" => {
                let (who, one) =
                    (text("PolicySourceArn"), |list: &str| body[list][0].as_str().unwrap_or_default().to_owned());
                if !self.roles.contains(&who) && who != self.caller {
                    return not_found("NoSuchEntity");
                }
                let asked = (who, one("ActionNames"), one("ResourceArns"));
                let decision = *self.decisions.get(&asked).unwrap_or(&"implicitDeny");
                let (decision, missing) = match decision {
                    "conditional" => ("implicitDeny", json!(["aws:SourceVpc"])),
                    other => (other, Json::Null),
                };
                json!({ "EvaluationResults": [{ "EvalDecision": decision, "MissingContextValues": missing }] })
            }
            "ListEventBuses" => {
                let buses: BTreeSet<_> = self.rules.iter().map(|(bus, ..)| *bus).chain(["default"]).collect();
                json!({ "EventBuses": buses.iter().map(|bus| json!({ "Name": bus })).collect::<Vec<_>>() })
            }
            "ListRules" => {
                let rules = self.rules.iter().filter(|(bus, ..)| *bus == text("EventBusName"));
                json!({ "Rules": rules.map(|(_, rule, _)| json!({ "Name": rule })).collect::<Vec<_>>() })
            }
            "ListTargetsByRule" => {
                let rules =
                    self.rules.iter().filter(|(bus, rule, _)| *bus == text("EventBusName") && *rule == text("Rule"));
                let target = |arn: &String| json!({ "EcsParameters": { "TaskDefinitionArn": arn } });
                json!({ "Targets": rules.map(|(.., arn)| target(arn)).collect::<Vec<_>>() })
            }
            "ListSchedules" => {
                let target = json!({ "Arn": format!("arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/shop") });
                let schedules = self.schedules.iter().map(|(name, _)| json!({ "Name": name, "Target": target }));
                json!({ "Schedules": schedules.collect::<Vec<_>>() })
            }
            "GetSchedule" => match self.schedules.iter().find(|(name, _)| *name == text("Name")) {
                Some((_, arn)) => json!({ "Target": { "EcsParameters": { "TaskDefinitionArn": arn } } }),
                None => return not_found("ResourceNotFoundException"),
            },
            "DescribeAlarms" => json!({ "MetricAlarms": [] }),
            "GetLogEvents" => return not_found("ResourceNotFoundException"),
            other => panic!("the table knows no {other}"),
        })
    }

    fn of_services(&mut self, call: &Call) -> Json {
        let body: Json = serde_json::from_slice(&call.body).unwrap();
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        match call.operation {
            "ListClusters" => json!({ "clusterArns": self.services.keys().collect::<Vec<_>>() }),
            "ListServices" => {
                let services = self.services.iter().filter(|(arn, _)| arn.ends_with(&text("cluster")));
                let services = services.flat_map(|(_, services)| services);
                json!({ "serviceArns": services.map(|service| &service["serviceArn"]).collect::<Vec<_>>() })
            }
            "DescribeServices" => {
                let named = |service: &&Json| {
                    let names = body["services"].as_array().unwrap();
                    names.contains(&service["serviceArn"]) || names.contains(&service["serviceName"])
                };
                let of_cluster = self.services.iter().filter(|(arn, _)| arn.ends_with(&text("cluster")));
                let mut services: Vec<Json> =
                    of_cluster.flat_map(|(_, services)| services).filter(named).cloned().collect();
                for sets in services.iter_mut().filter_map(|service| service.get_mut("taskSets")?.as_array_mut()) {
                    sets.retain(|set| set["goneAt"].as_i64().is_none_or(|at| at > self.seconds));
                }
                let is_of =
                    |service: &Json, name: &Json| service["serviceArn"] == *name || service["serviceName"] == *name;
                let asked = body["services"].as_array().unwrap().iter();
                let missing = asked.filter(|name| !services.iter().any(|service| is_of(service, name)));
                let missing = missing.map(|name| json!({ "arn": name, "reason": "MISSING" })).collect::<Vec<_>>();
                json!({ "services": services, "failures": missing })
            }
            "DescribeTaskSets" => {
                let now = self.seconds;
                let services = self.services.values_mut().flatten();
                let mut named = services.filter(|service| service["serviceArn"] == body["service"]);
                let mut sets = named.find_map(|service| service["taskSets"].as_array().cloned()).unwrap_or_default();
                sets.retain(|set| set["goneAt"].as_i64().is_none_or(|at| at > now));
                json!({ "taskSets": sets })
            }
            "DeleteTaskSet" => {
                let (gone_at, arn) = (self.seconds + 25, text("taskSet"));
                let sets = self
                    .services
                    .values_mut()
                    .flatten()
                    .filter_map(|service| service.get_mut("taskSets")?.as_array_mut());
                for set in sets.flatten().filter(|set| set["taskSetArn"] == arn) {
                    (set["status"], set["goneAt"]) = (json!("DRAINING"), json!(gone_at));
                    self.tasks.values_mut().for_each(|tasks| tasks.retain(|task| task["startedBy"] != set["id"]));
                }
                json!({})
            }
            "ListTasks" => {
                let tasks = self.tasks.get(&text("cluster")).into_iter().flatten();
                json!({ "taskArns": tasks.map(|task| &task["taskArn"]).collect::<Vec<_>>() })
            }
            "ListServiceDeployments" | "ListContainerInstances" => json!({}),
            "DescribeTasks" => json!({ "tasks": self.tasks.get(&text("cluster")) }),
            other => panic!("the table knows no {other}"),
        }
    }

    fn of_definitions(&mut self, call: &Call) -> Result<Json, CallError> {
        let body: Json = serde_json::from_slice(&call.body).unwrap();
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        let not_found = |code| Err(refusal(call, Failure::Rejected, code));
        Ok(match call.operation {
            "DescribeTaskDefinition" => {
                let named = |(arn, _): &(&String, &Json)| {
                    arn.ends_with(&format!("/{}", text("taskDefinition").rsplit('/').next().unwrap()))
                };
                match self.definitions.iter().find(named) {
                    Some((_, told)) => told.clone(),
                    None => return not_found("ClientException"),
                }
            }
            "ListTaskDefinitions" => {
                let active = |(arn, told): &(&String, &Json)| {
                    told["taskDefinition"]["status"] == "ACTIVE" && arn.contains(&format!("/{}:", text("familyPrefix")))
                };
                let mut arns: Vec<&String> = self.definitions.iter().filter(active).map(|(arn, _)| arn).collect();
                arns.sort_by_key(|arn| {
                    std::cmp::Reverse(arn.rsplit(':').next().and_then(|end| end.parse::<u64>().ok()))
                });
                json!({ "taskDefinitionArns": arns })
            }
            "RegisterTaskDefinition" => {
                let mut sent = String::from_utf8(call.body.clone()).unwrap();
                if self.refused_text.iter().any(|part| sent.contains(part)) {
                    return not_found("ClientException");
                }
                for (part, left) in &self.dropped_text {
                    sent = sent.replace(part, left);
                }
                let family = text("family");
                let of_family = |arn: &&String| arn.contains(&format!("/{family}:"));
                let next = self.definitions.keys().filter(of_family).count() + 1;
                let arn = self.revision(&format!("{family}:{next}"), "ACTIVE");
                let told = self.definitions.get_mut(&arn).unwrap();
                let members = serde_json::from_str::<serde_json::Map<String, Json>>(&sent).unwrap();
                told["taskDefinition"].as_object_mut().unwrap().extend(members);
                told.clone()
            }
            "DeregisterTaskDefinition" => match self.definitions.get_mut(&text("taskDefinition")) {
                Some(told) => {
                    told["taskDefinition"]["status"] = json!("INACTIVE");
                    told.clone()
                }
                None => return not_found("ClientException"),
            },
            other => panic!("the table knows no {other}"),
        })
    }
}

fn refusal(call: &Call, failure: Failure, code: &str) -> CallError {
    let mut error = CallError::new(call.api, call.operation, failure);
    error.code = Some(code.into());
    error
}

impl Wire for Table {
    fn call(&self, call: &Call) -> Result<Vec<u8>, CallError> {
        self.world().answer(call).map(|answer| answer.to_string().into_bytes())
    }

    fn region(&self) -> &str {
        REGION
    }
}

impl Clock for Table {
    fn now(&self) -> Timestamp {
        // 25 November 2026, noon.
        Timestamp::from_second(1_795_608_000 + self.world().seconds).unwrap()
    }

    fn wait(&self, time: Duration) -> Result<(), Interrupted> {
        let mut world = self.world();
        world.seconds += i64::try_from(time.as_millis().div_ceil(1000)).unwrap();
        if world.interrupted { Err(Interrupted) } else { Ok(()) }
    }
}

/// A call that fails for whoever is denied it.
pub(super) const DENIED: (Failure, &str) = (Failure::Denied, "AccessDeniedException");
