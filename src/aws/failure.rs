//! What an answer amounts to, told from its status, its code and its own message member. Never from the words of a message, and
//! never with anything else of a body: bodies hold values of task definitions.

use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use super::services::Dialect;
use super::transport::Answer;
use super::xml;
use crate::rollout::port::{Call, CallError, Failure};

/// Codes by which services say that they were called too often (SDK reference, "Retry behavior": throttling error codes).
/// `LimitExceededException` is not among them: ECS and IAM say it of quotas.
const THROTTLED: [&str; 12] = [
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
];

/// Codes by which services say that the caller may not do this ("Common error types" of the API references).
const DENIED: [&str; 6] = [
    "AccessDenied",
    "AccessDeniedException",
    "NotAuthorized",
    "NotAuthorizedException",
    "UnauthorizedAccess",
    "UnauthorizedOperation",
];

/// Codes by which services say that they do not know the caller, or no longer ("Common error types" of the API references).
const BAD_CREDENTIALS: [&str; 15] = [
    "AuthFailure",
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "IncompleteSignatureException",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "InvalidToken",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "TokenRefreshRequired",
    "UnrecognizedClientException",
];

/// Codes of failures within the service, whatever status they come with.
const INTERNAL: [&str; 7] = [
    "InternalError",
    "InternalFailure",
    "InternalServerError",
    "RequestTimeout",
    "RequestTimeoutException",
    "ServiceUnavailable",
    "ServiceUnavailableException",
];

/// The answer as JSON, or why there is none that counts.
pub(super) fn judge(call: &Call, dialect: Dialect, answer: Answer) -> Result<Vec<u8>, CallError> {
    let query = matches!(dialect, Dialect::Query { .. });
    if answer.status == 200 {
        let read = if query {
            xml::result(&answer.body).map(|value| value.to_string().into_bytes())
        } else {
            object(answer.body)
        };
        return read.ok_or_else(|| CallError {
            request_id: answer.request_id,
            ..CallError::new(call.api, call.operation, Failure::Unreadable)
        });
    }
    let said = if query { Said::in_xml(&answer.body) } else { Said::in_json(&answer.body) };
    let code = answer.code.or(said.code).map(|code| bare(&code).to_owned());
    Err(CallError {
        failure: failure(answer.status, code.as_deref()),
        said: said.message.map(Into::into),
        request_id: answer.request_id.or(said.request_id),
        code,
        ..CallError::new(call.api, call.operation, Failure::Unknown)
    })
}

/// What kind of failure an error of this status and code is.
pub(super) fn failure(status: u16, code: Option<&str>) -> Failure {
    match (status, code) {
        (429, _) => Failure::Throttled,
        (400..=599, Some(code)) if THROTTLED.contains(&code) => Failure::Throttled,
        (400..=499, Some(code)) if DENIED.contains(&code) => Failure::Denied,
        (400..=499, Some(code)) if BAD_CREDENTIALS.contains(&code) => Failure::BadCredentials,
        (500..=599, _) => Failure::Unknown,
        (400..=499, Some(code)) if INTERNAL.contains(&code) => Failure::Unknown,
        (400..=499, Some(_)) => Failure::Rejected,
        // No service of AWS answers so: something between here and there does.
        _ => Failure::Unreadable,
    }
}

/// The bytes, if they are one JSON object.
fn object(body: Vec<u8>) -> Option<Vec<u8>> {
    let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
    let whole = first == Some(&b'{') && serde_json::from_slice::<IgnoredAny>(&body).is_ok();
    whole.then_some(body)
}

/// `com.amazonaws.ecs#ClientException`, and `ClientException:http://…` in headers, are `ClientException` (smithy, "Operation error
/// serialization" of AWS JSON 1.1).
fn bare(code: &str) -> &str {
    let code = code.split(':').next().unwrap_or(code);
    code.rsplit('#').next().unwrap_or(code)
}

/// What an error says of itself.
#[derive(Default)]
struct Said {
    code: Option<String>,
    message: Option<String>,
    request_id: Option<String>,
}

impl Said {
    fn in_json(body: &[u8]) -> Self {
        let Ok(members) = serde_json::from_slice::<Map<String, Value>>(body) else { return Self::default() };
        Self {
            code: text(&members, &["__type", "code"]),
            message: text(&members, &["message", "Message"]),
            request_id: None,
        }
    }

    fn in_xml(body: &[u8]) -> Self {
        let Some((_, Value::Object(root))) = xml::read(body).filter(|(root, _)| root == "ErrorResponse") else {
            return Self::default();
        };
        let request_id = text(&root, &["RequestId"]);
        match root.get("Error") {
            Some(Value::Object(error)) => {
                Self { code: text(error, &["Code"]), message: text(error, &["Message"]), request_id }
            }
            _ => Self { request_id, ..Self::default() },
        }
    }
}

fn text(members: &Map<String, Value>, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| members.get(*name)?.as_str()).map(str::to_owned)
}

#[cfg(test)]
mod tests;
