//! A call as an HTTP request, in the protocol of its service.

use serde_json::{Map, Value};

use super::query::{encoded, form, scalar};
use super::services::{Dialect, service};
use crate::rollout::port::Call;

/// A request without host and signature.
pub(super) struct Request {
    pub(super) method: &'static str,
    /// Path and query, from the slash.
    pub(super) path: String,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
}

/// Why a call cannot be made into a request: a mistake of this program, not of whoever runs it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refused(pub(super) String);

impl Request {
    pub(super) fn of(call: &Call) -> Result<Self, Refused> {
        match service(call.api).dialect {
            Dialect::Json { target } => Ok(Self {
                method: "POST",
                path: "/".into(),
                headers: vec![
                    ("content-type", "application/x-amz-json-1.1".into()),
                    ("x-amz-target", format!("{target}.{}", call.operation)),
                ],
                body: call.body.clone(),
            }),
            Dialect::Query { version } => Ok(Self {
                method: "POST",
                path: "/".into(),
                headers: vec![("content-type", "application/x-www-form-urlencoded; charset=utf-8".into())],
                body: form(call.operation, version, &members(call)?),
            }),
            Dialect::Rest => Ok(Self { method: "GET", path: path(call)?, headers: Vec::new(), body: Vec::new() }),
        }
    }
}

/// The reading operations of `EventBridge` Scheduler, and where in the URL their members stand (`http` traits of its API model).
fn path(call: &Call) -> Result<String, Refused> {
    let mut members = members(call)?;
    let (path, names): (_, &[(&str, &str)]) = match call.operation {
        "ListSchedules" => (
            "/schedules".to_owned(),
            &[
                ("GroupName", "ScheduleGroup"),
                ("MaxResults", "MaxResults"),
                ("NamePrefix", "NamePrefix"),
                ("NextToken", "NextToken"),
                ("State", "State"),
            ],
        ),
        "GetSchedule" => {
            let name = members.remove("Name").ok_or_else(|| bug("GetSchedule names no schedule"))?;
            (format!("/schedules/{}", encoded(&scalar(&name))), &[("GroupName", "groupName")])
        }
        _ => return Err(unknown(call)),
    };
    let mut pairs = Vec::new();
    for (member, value) in members.iter().filter(|(_, value)| !value.is_null()) {
        let known = names.iter().find(|(name, _)| name == member);
        let (_, name) = known.ok_or_else(|| bug(&format!("{} has no member {member}", call.operation)))?;
        pairs.push(format!("{name}={}", encoded(&scalar(value))));
    }
    Ok(if pairs.is_empty() { path } else { format!("{path}?{}", pairs.join("&")) })
}

fn members(call: &Call) -> Result<Map<String, Value>, Refused> {
    serde_json::from_slice(&call.body)
        .map_err(|_| bug(&format!("the members of {} are no JSON object", call.operation)))
}

/// What is said to an operation that nobody has taught this program.
pub(super) fn unknown(call: &Call) -> Refused {
    bug(&format!("ecs-harden cannot call {}:{}", call.api.prefix(), call.operation))
}

fn bug(what: &str) -> Refused {
    Refused(format!("{what}; this is a bug of ecs-harden, please report it"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rollout::port::{Api, Effect};

    fn request(api: Api, operation: &'static str, body: &str) -> Result<Request, Refused> {
        Request::of(&Call { api, operation, body: body.into(), effect: Effect::Reads })
    }

    #[test]
    fn json_goes_out_as_it_is() {
        let body = "{ \"names\" :[1.50] }";
        let made = request(Api::SecretsManager, "DescribeSecret", body).unwrap();
        assert_eq!((made.method, made.path.as_str(), made.body.as_slice()), ("POST", "/", body.as_bytes()));
        assert_eq!(
            made.headers,
            [
                ("content-type", "application/x-amz-json-1.1".to_owned()),
                ("x-amz-target", "secretsmanager.DescribeSecret".to_owned())
            ]
        );
    }

    #[test]
    fn schedules_are_asked_for_by_path_and_query() {
        let path = |operation, body| request(Api::Scheduler, operation, body).map(|made| made.path);
        assert_eq!(path("ListSchedules", "{}"), Ok("/schedules".into()));
        assert_eq!(
            path("ListSchedules", r#"{"GroupName": "a", "NextToken": "b+/=", "MaxResults": 100, "State": null}"#),
            Ok("/schedules?ScheduleGroup=a&NextToken=b%2B%2F%3D&MaxResults=100".into())
        );
        assert_eq!(
            path("GetSchedule", r#"{"Name": "nightly/a b", "GroupName": "default"}"#),
            Ok("/schedules/nightly%2Fa%20b?groupName=default".into())
        );
    }

    #[test]
    fn a_mistake_of_this_program_is_told_as_one() {
        for (operation, body, what) in [
            ("CreateSchedule", "{}", "ecs-harden cannot call scheduler:CreateSchedule"),
            ("GetSchedule", "{}", "GetSchedule names no schedule"),
            ("ListSchedules", r#"{"Name": "a"}"#, "ListSchedules has no member Name"),
            ("ListSchedules", "[]", "the members of ListSchedules are no JSON object"),
        ] {
            let refused = request(Api::Scheduler, operation, body).err();
            assert_eq!(refused, Some(Refused(format!("{what}; this is a bug of ecs-harden, please report it"))));
        }
    }
}
