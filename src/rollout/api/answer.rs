//! How answers are read: null is absent, what was asked about is told or missing, and pages end.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

use super::Aws;
use crate::rollout::port::{Api, CallError, Failure};
use crate::rollout::said::Shown;

/// So many pages no list has: at a hundred items a page it would be more than any quota allows.
const PAGES: usize = 2_000;

impl Aws<'_> {
    /// All pages of a list.
    pub(super) fn pages<T>(
        &self,
        api: Api,
        operation: &'static str,
        mut body: Json,
        mut items: impl FnMut(Json) -> Option<Vec<T>>,
    ) -> Result<Vec<T>, CallError> {
        let (mut all, mut seen) = (Vec::new(), BTreeSet::new());
        loop {
            let mut page: Json = self.read(api, operation, &body)?;
            let token = ["nextToken", "NextToken"].into_iter().find_map(|name| {
                let token = page.get_mut(name)?.take();
                token.as_str().filter(|token| !token.is_empty()).map(|token| (name, token.to_owned()))
            });
            all.extend(items(page).ok_or_else(|| CallError::new(api, operation, Failure::Unreadable))?);
            let Some((name, token)) = token else { return Ok(all) };
            if !seen.insert(token.clone()) || seen.len() >= PAGES {
                let why = "its pages do not end: nextToken came again, or came too often";
                return Err(said(CallError::new(api, operation, Failure::Unreadable), why));
            }
            body[name] = token.into();
        }
    }

    /// All pages of a list of ARNs or names.
    pub(super) fn names(
        &self,
        api: Api,
        operation: &'static str,
        body: Json,
        member: &'static str,
    ) -> Result<Vec<String>, CallError> {
        self.pages(api, operation, body, |mut page| serde_json::from_value(list(&mut page, member)).ok())
    }

    /// What ECS describes of what it was asked about, in `member` of the answer. What is neither there nor told to be missing cannot be
    /// seen, and may well be there: an error.
    pub(super) fn described<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        body: &Json,
        member: &'static str,
        (asked, is): (&[String], impl Fn(&T, &str) -> bool),
    ) -> Result<Vec<T>, CallError> {
        let mut answer: Json = self.read(Api::Ecs, operation, body)?;
        let missing = answer.get("failures").and_then(Json::as_array).into_iter().flatten();
        let missing: Vec<String> =
            missing.filter_map(|failure| failure["arn"].as_str()).map(|arn| last(arn).to_owned()).collect();
        let told: Vec<T> = serde_json::from_value(list(&mut answer, member))
            .map_err(|_| CallError::new(Api::Ecs, operation, Failure::Unreadable))?;
        let is_seen =
            |name: &String| told.iter().any(|one| is(one, name)) || missing.iter().any(|arn| arn == last(name));
        if asked.iter().all(is_seen) {
            return Ok(told);
        }
        let why = "something that was asked about is neither described nor missing";
        Err(said(CallError::new(Api::Ecs, operation, Failure::Unknown), why))
    }
}

/// The last part of an ARN, or the name itself.
pub(super) fn last(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

fn said(error: CallError, why: &str) -> CallError {
    CallError { message: Some(Shown::ours(why.to_owned())), ..error }
}

/// Reads an answer. Members that are null count as left out; what a service could not look at is an error.
pub(super) fn parsed<T: DeserializeOwned>(api: Api, operation: &'static str, bytes: &[u8]) -> Result<T, CallError> {
    let bytes = if bytes.is_empty() { b"{}" } else { bytes };
    // The error of the parser may quote the answer.
    let unreadable = || CallError::new(api, operation, Failure::Unreadable);
    let answer: Json = serde_json::from_slice(bytes).map_err(|_| unreadable())?;
    if let Some(reason) = unseen(&answer) {
        return Err(not_seen(api, operation, reason));
    }
    serde_json::from_value(present(answer)).map_err(|_| unreadable())
}

/// Without what is null.
fn present(value: Json) -> Json {
    match value {
        Json::Object(members) => members
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name, present(value)))
            .collect(),
        Json::Array(items) => items.into_iter().filter(|item| !item.is_null()).map(present).collect(),
        scalar => scalar,
    }
}

/// Why something that was asked about was not looked at (`Failure` of the ECS API model, `ImageFailure` of that of ECR). What is not
/// there was looked at.
fn unseen(answer: &Json) -> Option<&str> {
    let failures = answer.get("failures")?.as_array()?;
    let reasons = failures.iter().map(|failure| {
        let reason = ["reason", "failureCode"].into_iter().find_map(|name| failure.get(name)?.as_str());
        reason.unwrap_or_default()
    });
    reasons.into_iter().find(|reason| !matches!(*reason, "MISSING" | "ImageNotFound"))
}

fn not_seen(api: Api, operation: &'static str, reason: &str) -> CallError {
    let lower = reason.to_ascii_lowercase();
    let failure = if lower.contains("denied") {
        Failure::Denied
    } else if lower.contains("throttl") || lower.contains("toomany") {
        Failure::Throttled
    } else {
        Failure::Unknown
    };
    // A word is a code; anything longer may repeat a value.
    let is_word = !reason.is_empty() && reason.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let code = is_word.then(|| reason.to_owned());
    CallError { code, ..CallError::new(api, operation, failure) }
}

/// A list of an answer, empty where it is left out.
pub(super) fn list(page: &mut Json, member: &str) -> Json {
    page.get_mut(member).map_or_else(|| json!([]), Json::take)
}

/// A time as ECS writes it: seconds since 1970, with a fraction.
pub(super) fn seconds<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<jiff::Timestamp>, D::Error> {
    let seconds: Option<serde_json::Number> = serde::Deserialize::deserialize(from)?;
    let seconds = seconds.and_then(|seconds| seconds.as_f64());
    let since = seconds.and_then(|seconds| jiff::SignedDuration::try_from_secs_f64(seconds).ok());
    // A time that no calendar has is no time.
    Ok(since.and_then(|since| jiff::Timestamp::UNIX_EPOCH.checked_add(since).ok()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rollout::api::{Service, Task, TaskStatus};
    use crate::rollout::port::{Call, Wire};
    use crate::rollout::table::Table;

    /// Answers every call with the same text.
    struct Always(&'static str);

    impl Wire for Always {
        fn call(&self, _: &Call) -> Result<Vec<u8>, CallError> {
            Ok(self.0.as_bytes().to_vec())
        }

        fn region(&self) -> &'static str {
            "eu-central-1"
        }
    }

    fn asked<T>(answer: &'static str, ask: impl Fn(&Aws<'_>) -> Result<T, CallError>) -> Result<T, CallError> {
        let clock = Table::default();
        ask(&Aws::new(&Always(answer), &clock))
    }

    #[test]
    fn null_is_absent_everywhere() {
        let service: Service = parsed(
            Api::Ecs,
            "DescribeServices",
            br#"{"serviceName": "a", "status": null, "desiredCount": null, "enableExecuteCommand": null, "tags": null, "events": [null,
                {"id": "e", "message": null, "createdAt": null}], "loadBalancers": null, "deployments": [{"id": "d", "status": null}],
                "deploymentConfiguration": {"lifecycleHooks": null, "deploymentCircuitBreaker": {"enable": true, "rollback": null}},
                "taskSets": [{"taskSetArn": "s", "loadBalancers": null, "runningCount": null}]}"#,
        )
        .unwrap();
        assert_eq!((service.service_name.as_str(), service.deployments.len(), service.events.len()), ("a", 1, 1));
        assert_eq!(service.task_sets[0].task_set_arn, "s");
        assert_eq!(
            asked(r#"{"taskArns": null, "nextToken": null}"#, |aws| aws.tasks("c", "s", TaskStatus::Running)),
            Ok(vec![])
        );
        assert_eq!(asked(r#"{"taskDefinitionArns": null}"#, |aws| aws.active_revisions("f", 1)), Ok(vec![]));
        let described = asked(
            r#"{"taskDefinition": {"taskDefinitionArn": "a:1", "status": null, "requiresAttributes": null, "x": null}, "tags": null}"#,
            |aws| aws.definition("a:1"),
        );
        // What is registered again is made of the text, in which nothing is left out.
        assert!(described.unwrap().unwrap().text.contains("\"x\": null"));
    }

    #[test]
    fn what_cannot_be_seen_is_not_taken_for_gone() {
        let services = |answer| asked(answer, |aws| aws.services("shop", &["checkout".to_owned()]));
        let missing =
            r#"{"services": [], "failures": [{"arn": "arn:aws:ecs:r:1:service/shop/checkout", "reason": "MISSING"}]}"#;
        assert_eq!(services(missing), Ok(vec![None]));
        let failed = |answer| services(answer).unwrap_err();
        let throttled = failed(r#"{"services": [], "failures": [{"arn": "arn:x", "reason": "THROTTLED"}]}"#);
        assert_eq!((throttled.failure, throttled.code.as_deref()), (Failure::Throttled, Some("THROTTLED")));
        let denied = failed(r#"{"services": [], "failures": [{"arn": "arn:x", "reason": "ACCESS_DENIED"}]}"#);
        assert_eq!(denied.failure, Failure::Denied);
        // Its words may be a value.
        let other =
            failed(r#"{"services": [], "failures": [{"arn": "arn:x", "reason": "no: planted", "detail": "planted"}]}"#);
        assert_eq!(other.to_string(), "ecs:DescribeServices: no answer that can be trusted");
        let passed_over = failed(r#"{"services": [{"serviceName": "other"}]}"#);
        assert_eq!(passed_over.failure, Failure::Unknown);
    }

    #[test]
    fn tasks_and_others_that_cannot_be_seen_are_an_error_too() {
        let denied = r#"{"taskArns": ["t"], "containerInstanceArns": ["i"], "serviceDeployments": [{"serviceDeploymentArn": "d"}],
            "failures": [{"arn": "x", "reason": "ACCESS_DENIED"}]}"#;
        let nothing = r#"{"taskArns": ["t"], "containerInstanceArns": ["i"]}"#;
        for answer in [denied, nothing] {
            assert!(asked(answer, |aws| aws.tasks_of_family("c", "f")).is_err());
            assert!(asked(answer, |aws| aws.instance_attributes("c")).is_err());
            assert!(asked(answer, |aws| aws.service_deployment("d")).is_err());
            assert!(asked(answer, |aws| aws.service_revision("r")).is_err());
            assert!(asked(answer, |aws| aws.launch_types_of_providers(&["p".to_owned()])).is_err());
        }
        assert!(asked(denied, |aws| aws.task_sets("c", "s")).is_err());
        let gone = r#"{"taskArns": ["a/t", "a/u"], "tasks": [{"taskArn": "a/u"}], "failures": [{"arn": "a/t", "reason": "MISSING"}]}"#;
        let told: Vec<Task> = asked(gone, |aws| aws.tasks_of_family("c", "f")).unwrap();
        assert_eq!(told.len(), 1);
        let image = |code: &'static str| asked(code, |aws| aws.digest_of_tag("1", "r", "t"));
        assert_eq!(image(r#"{"images": [], "failures": [{"failureCode": "ImageNotFound"}]}"#), Ok(None));
        let upstream = image(r#"{"images": [], "failures": [{"failureCode": "UpstreamAccessDenied"}]}"#).unwrap_err();
        assert_eq!(upstream.failure, Failure::Denied);
    }

    #[test]
    fn pages_that_do_not_end_are_an_error() {
        let error =
            asked(r#"{"serviceArns": ["c"], "nextToken": "again"}"#, |aws| aws.service_arns("shop")).unwrap_err();
        assert_eq!(error.failure, Failure::Unreadable);
        assert!(error.to_string().contains("its pages do not end"), "{error}");
    }
}
