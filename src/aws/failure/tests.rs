use super::*;
use crate::rollout::port::{Api, Effect};

fn judged(dialect: Dialect, status: u16, body: &str) -> Result<String, CallError> {
    let call = Call { api: Api::Ecs, operation: "UpdateService", body: Vec::new(), effect: Effect::Writes };
    let answer = Answer { status, code: None, request_id: None, body: body.into() };
    judge(&call, dialect, answer).map(|body| String::from_utf8(body).unwrap())
}

const JSON: Dialect = Dialect::Json { target: "T" };
const QUERY: Dialect = Dialect::Query { version: "V" };

#[test]
fn codes_lose_their_namespace_and_what_follows() {
    for code in ["A", "com.example#A", "A:http://internal.example/a#b", "ns#A:http://internal.example"] {
        assert_eq!(bare(code), "A");
    }
}

#[test]
fn an_answer_is_handed_on_as_it_is() {
    assert_eq!(judged(JSON, 200, " {\"a\" : 1.50}\n"), Ok(" {\"a\" : 1.50}\n".into()));
}

#[test]
fn the_request_id_of_a_query_may_stand_in_its_body() {
    let error =
        judged(QUERY, 400, "<ErrorResponse><Error><Code>A</Code></Error><RequestId>r</RequestId></ErrorResponse>");
    assert_eq!(error.unwrap_err().request_id.as_deref(), Some("r"));
}

#[test]
fn other_statuses_than_those_of_services_tell_nothing() {
    for status in [100, 201, 204, 301, 407, 600] {
        assert_eq!(judged(JSON, status, "{}").unwrap_err().failure, Failure::Unreadable, "{status}");
    }
    assert_eq!(judged(JSON, 429, "").unwrap_err().failure, Failure::Throttled);
    assert_eq!(judged(JSON, 504, "").unwrap_err().failure, Failure::Unknown);
}

/// Sorted, so that a code is found, and in one list only.
#[test]
fn each_code_is_in_one_list() {
    let mut all: Vec<&str> = [&THROTTLED[..], &DENIED, &BAD_CREDENTIALS, &INTERNAL].concat();
    let count = all.len();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), count);
    for list in [&THROTTLED[..], &DENIED, &BAD_CREDENTIALS, &INTERNAL] {
        assert!(list.is_sorted());
    }
}
