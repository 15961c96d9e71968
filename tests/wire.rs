//! The way to AWS, against a server on the loopback that keeps every byte: what is sent, how often, and what becomes of each answer.

#![allow(missing_docs, reason = "a test crate has no public items")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where something is not as it should be")]

#[path = "wire/environment.rs"]
mod environment;
#[path = "wire/server.rs"]
mod server;
#[path = "wire/signature.rs"]
mod signature;

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use ecs_harden::aws::Connection;
use ecs_harden::rollout::port::{Api, Call, CallError, Effect, Failure, Wire};
use jiff::{SignedDuration, Timestamp};

use server::{Reply, Server};

const SECRET: &str = "loopback/secret+key";
/// What no error may repeat.
const PLANTED: &str = "hunter2-in-the-body";

/// Odd spacing, numbers as text, a member that no SDK knows, letters beyond ASCII.
const DOCUMENT: &str = "{ \"family\" :\t\"api\",\r\n  \"containerDefinitions\":[ {\"name\": \"w\\u00e9b\", \"cpu\":1.50,\
                        \"futureKnob\": {\"level\": 1e3}} ] , \"note\": \"größer\" }\n";

fn config(url: &str) -> aws_config::SdkConfig {
    settings(url).build()
}

fn settings(url: &str) -> aws_types::sdk_config::Builder {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .endpoint_url(url)
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new("AKID", SECRET, None, None, "test")))
        .sleep_impl(aws_smithy_async::rt::sleep::TokioSleep::new())
        .retry_config(
            RetryConfig::standard()
                .with_max_attempts(5)
                .with_initial_backoff(Duration::from_millis(1))
                .with_max_backoff(Duration::from_millis(2)),
        )
}

fn to(server: &Server) -> Connection {
    Connection::from_config(&config(&server.url)).unwrap()
}

fn reads(api: Api, operation: &'static str, body: &str) -> Call {
    Call { api, operation, body: body.into(), effect: Effect::Reads }
}

fn writes(api: Api, operation: &'static str, body: &str) -> Call {
    Call { effect: Effect::Writes, ..reads(api, operation, body) }
}

#[test]
fn the_date_of_an_answer_tells_how_far_its_clock_is_ahead() {
    let date = |hours: i64| {
        let at = Timestamp::now() + SignedDuration::from_hours(hours);
        jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&at).unwrap()
    };
    let refused = Reply::new(400, r#"{"__type": "InvalidSignatureException"}"#).with("date", &date(-2));
    let server = Server::new([Reply::new(200, "{}").with("date", &date(1)), refused, Reply::new(200, "{}")]);
    let connection = to(&server);
    assert_eq!(connection.ahead(), None);
    let hours = || {
        let _ = connection.call(&reads(Api::Ssm, "DescribeParameters", "{}"));
        Some((connection.ahead()?.as_secs_f64() / 3600.0).round())
    };
    assert_eq!([hours(), hours(), hours()], [Some(1.0), Some(-2.0), None]);
    assert_eq!(connection.endpoint(), Some(server.url.clone()));
}

#[test]
fn a_definition_is_registered_byte_for_byte() {
    let answer = "{\"taskDefinition\" : {\"revision\": 7, \"futureKnob\":{\"level\":1.50}}}";
    let server = Server::new([Reply::new(200, answer)]);
    let got = to(&server).call(&writes(Api::Ecs, "RegisterTaskDefinition", DOCUMENT));
    assert_eq!(String::from_utf8(got.unwrap()).unwrap(), answer);
    let [request] = &server.seen()[..] else { panic!("one request") };
    assert_eq!(request.text(), DOCUMENT);
    assert_eq!(request.header("content-length"), Some(DOCUMENT.len().to_string().as_str()));
    assert_eq!(request.header("x-amz-target"), Some("AmazonEC2ContainerServiceV20141113.RegisterTaskDefinition"));
    assert_eq!(request.header("content-type"), Some("application/x-amz-json-1.1"));
    signature::check(request, SECRET, "eu-central-1", "ecs");
}

/// Each way of failing that a later attempt may mend, then an answer.
fn stumbling(answer: Reply) -> [Reply; 4] {
    [
        Reply::new(400, r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#),
        Reply::new(500, r#"{"__type":"ServerException"}"#),
        Reply::Drop,
        answer,
    ]
}

#[test]
fn what_only_reads_is_sent_again_unchanged_and_signed_anew() {
    for (api, operation, service) in
        [(Api::Ecs, "DescribeTaskDefinition", "ecs"), (Api::CodeDeploy, "GetDeployment", "codedeploy")]
    {
        let answer = "{ \"unknown\":[1.50] }";
        let server = Server::new(stumbling(Reply::new(200, answer)));
        let got = to(&server).call(&reads(api, operation, DOCUMENT));
        assert_eq!(got.as_deref(), Ok(answer.as_bytes()), "{operation}");
        let seen = server.seen();
        assert_eq!(seen.len(), 4, "{operation}");
        for request in &seen {
            assert_eq!(request.text(), DOCUMENT);
            signature::check(request, SECRET, "eu-central-1", service);
        }
    }
}

#[test]
fn what_only_reads_is_given_up_in_the_end() {
    for (api, operation, attempts) in [(Api::Ecs, "ListTasks", 5), (Api::Events, "ListRules", 4)] {
        let server = Server::new([Reply::new(503, "")]);
        let got = to(&server).call(&reads(api, operation, "{}"));
        assert_eq!(got.map_err(|error| error.failure), Err(Failure::Unknown));
        assert_eq!(server.seen().len(), attempts, "{operation}");
    }
}

#[test]
fn the_last_attempt_counts_and_none_before_it() {
    for (api, operation) in [(Api::Ecs, "ListTasks"), (Api::Events, "ListRules")] {
        let server = Server::new([Reply::new(400, r#"{"__type":"ThrottlingException"}"#), Reply::Drop]);
        let error = to(&server).call(&reads(api, operation, "{}")).unwrap_err();
        assert_eq!(error, CallError::new(api, operation, Failure::Unknown));
    }
}

#[test]
fn what_writes_is_sent_once_whatever_happens() {
    let throttled = Reply::new(400, r#"{"__type":"ThrottlingException"}"#);
    for (reply, failure) in [
        (Reply::new(500, r#"{"__type":"ServerException"}"#), Failure::Unknown),
        (Reply::new(503, ""), Failure::Unknown),
        (throttled, Failure::Throttled),
        (Reply::Drop, Failure::Unknown),
        (Reply::Half, Failure::Unknown),
    ] {
        for (api, operation) in
            [(Api::Ecs, "UpdateService"), (Api::Ecs, "RegisterTaskDefinition"), (Api::CodeDeploy, "CreateDeployment")]
        {
            let server = Server::new([reply.clone()]);
            let got = to(&server).call(&writes(api, operation, "{}"));
            assert_eq!(got.map_err(|error| error.failure), Err(failure), "{operation}: {reply:?}");
            assert_eq!(server.seen().len(), 1, "{operation}: {reply:?}");
        }
    }
}

#[test]
fn every_operation_of_a_roll_out_is_known_under_its_own_name() {
    let server = Server::new([Reply::new(200, "{}")]);
    let connection = to(&server);
    for operation in [
        "CreateTaskSet",
        "DeleteTaskSet",
        "DeregisterTaskDefinition",
        "DescribeClusters",
        "DescribeContainerInstances",
        "DescribeServiceDeployments",
        "DescribeServiceRevisions",
        "DescribeServices",
        "DescribeTaskDefinition",
        "DescribeTaskSets",
        "DescribeTasks",
        "ListClusters",
        "ListContainerInstances",
        "ListServiceDeployments",
        "ListServices",
        "ListTaskDefinitionFamilies",
        "ListTaskDefinitions",
        "ListTasks",
        "RegisterTaskDefinition",
        "StopServiceDeployment",
        "UpdateService",
        "UpdateServicePrimaryTaskSet",
        "UpdateTaskSet",
    ] {
        let body = format!("{{\"{operation}\" :1}}");
        assert_eq!(connection.call(&writes(Api::Ecs, operation, &body)).as_deref(), Ok(b"{}".as_slice()));
        let last = server.seen().pop().unwrap();
        let target = format!("AmazonEC2ContainerServiceV20141113.{operation}");
        assert_eq!((last.header("x-amz-target"), last.text()), (Some(target.as_str()), body.as_str()));
    }
}

#[test]
fn an_answer_that_the_sdk_cannot_read_is_still_the_answer() {
    let answer = r#"{"services": [{"desiredCount": "three", "deployments": 7}], "futureField": null}"#;
    let server = Server::new([Reply::new(200, answer)]);
    let got = to(&server).call(&reads(Api::Ecs, "DescribeServices", "{}"));
    assert_eq!(got.as_deref(), Ok(answer.as_bytes()));
}

/// Calls in each protocol, with the error that says `code` and `message` in it.
fn refusing(code: &str, message: &str) -> [(Call, String); 3] {
    let json = format!(r#"{{"__type":"com.example#{code}","message":"{message}","input":"{PLANTED}"}}"#);
    let xml = format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
         <Input>{PLANTED}</Input><RequestId>r-1</RequestId></ErrorResponse>"
    );
    [
        (writes(Api::Ecs, "UpdateService", PLANTED), json.clone()),
        (writes(Api::Ssm, "GetParameters", PLANTED), json),
        (writes(Api::Sts, "GetCallerIdentity", "{}"), xml),
    ]
}

#[test]
fn errors_are_told_by_code_and_status_and_hold_nothing_of_a_body() {
    for (status, code, failure) in [
        (400, "AccessDeniedException", Failure::Denied),
        (403, "AccessDenied", Failure::Denied),
        (403, "UnauthorizedOperation", Failure::Denied),
        (400, "ExpiredTokenException", Failure::BadCredentials),
        (403, "ExpiredToken", Failure::BadCredentials),
        (403, "InvalidClientTokenId", Failure::BadCredentials),
        (400, "UnrecognizedClientException", Failure::BadCredentials),
        (403, "SignatureDoesNotMatch", Failure::BadCredentials),
        (400, "ThrottlingException", Failure::Throttled),
        (503, "Throttling", Failure::Throttled),
        (429, "TooManyRequestsException", Failure::Throttled),
        (400, "ClientException", Failure::Rejected),
        (404, "ServiceNotFoundException", Failure::Rejected),
        (400, "LimitExceededException", Failure::Rejected),
        (500, "ServerException", Failure::Unknown),
        (400, "InternalFailure", Failure::Unknown),
    ] {
        // The words of the message would tell another story.
        for (call, body) in refusing(code, "throttled, access denied and expired") {
            let server = Server::new([Reply::new(status, body)]);
            let error = to(&server).call(&call).unwrap_err();
            let expected = CallError {
                code: Some(code.to_owned()),
                said: Some("throttled, access denied and expired".into()),
                request_id: Some("r-1".to_owned()),
                ..CallError::new(call.api, call.operation, failure)
            };
            assert_eq!(error, expected);
            let told = format!("{error} {error:?} {:?} {}", call, error.next_step());
            assert!(!told.contains(PLANTED), "{told}");
        }
    }
}

#[test]
fn the_code_may_stand_in_a_header() {
    let reply = Reply::new(400, r#"{"Message":"no such schedule"}"#)
        .with("x-amzn-errortype", "ResourceNotFoundException:http://internal.example/doc/");
    let server = Server::new([reply]);
    let error = to(&server).call(&reads(Api::Scheduler, "GetSchedule", r#"{"Name":"a"}"#)).unwrap_err();
    assert_eq!(error.said, Some("no such schedule".into()));
    // What the service says is shown only once it is known what may be.
    assert_eq!(error.to_string(), "scheduler:GetSchedule: refused: ResourceNotFoundException (request r-1)");
}

#[test]
fn what_no_service_says_cannot_be_read() {
    let page = format!("<html>{PLANTED}</html>");
    for (status, body) in [(200, page.as_str()), (200, ""), (200, "[]"), (200, "{} {}"), (302, "{}"), (403, &page)] {
        for api in [Api::Ecs, Api::Logs, Api::Iam] {
            let operation = if api == Api::Ecs { "UpdateService" } else { "Do" };
            let call = if api == Api::Iam { "{}" } else { PLANTED };
            let server = Server::new([Reply::new(status, body)]);
            let error = to(&server).call(&writes(api, operation, call)).unwrap_err();
            assert_eq!(error.failure, Failure::Unreadable, "{api:?}: {status} {body}");
            assert!(!format!("{error} {error:?}").contains(PLANTED));
            assert_eq!(server.seen().len(), 1);
        }
    }
}

#[test]
fn nothing_is_reached_where_there_is_no_connection() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let refused = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    let plain = Server::new([Reply::new(200, "{}")]);
    let no_tls = plain.url.replace("http:", "https:");
    for url in [refused.as_str(), "http://no-such-host.invalid", &no_tls, "no url", "/path", "localhost"] {
        for (api, operation) in [(Api::Ecs, "UpdateService"), (Api::CodeDeploy, "CreateDeployment")] {
            let connection = Connection::from_config(&config(url)).unwrap();
            let error = connection.call(&writes(api, operation, "{}")).unwrap_err();
            assert_eq!(error, CallError::new(api, operation, Failure::Unreachable), "{url}");
        }
    }
}

#[test]
fn silence_after_the_request_tells_nothing() {
    for (api, operation) in [(Api::Ecs, "UpdateService"), (Api::CodeDeploy, "CreateDeployment")] {
        let server = Server::new([Reply::Silence]);
        let limit = TimeoutConfig::builder().operation_attempt_timeout(Duration::from_millis(300)).build();
        let config = settings(&server.url).timeout_config(limit).build();
        let error = Connection::from_config(&config).unwrap().call(&writes(api, operation, "{}")).unwrap_err();
        assert_eq!(error, CallError::new(api, operation, Failure::Unknown));
        assert_eq!(server.seen().len(), 1);
    }
}

#[test]
fn the_query_protocol_is_json_on_this_side() {
    let server = Server::new([Reply::new(
        200,
        "<SimulatePrincipalPolicyResponse><SimulatePrincipalPolicyResult><EvaluationResults><member>\
         <EvalDecision>allowed</EvalDecision></member></EvaluationResults></SimulatePrincipalPolicyResult>\
         </SimulatePrincipalPolicyResponse>",
    )]);
    let members = r#"{"PolicySourceArn": "arn:aws:iam::1:role/r", "ActionNames": ["ssm:GetParameters"]}"#;
    let got = to(&server).call(&reads(Api::Iam, "SimulatePrincipalPolicy", members));
    assert_eq!(got.as_deref(), Ok(r#"{"EvaluationResults":[{"EvalDecision":"allowed"}]}"#.as_bytes()));
    let [request] = &server.seen()[..] else { panic!("one request") };
    assert_eq!(
        request.text(),
        "Action=SimulatePrincipalPolicy&Version=2010-05-08&PolicySourceArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr\
         &ActionNames.member.1=ssm%3AGetParameters"
    );
    // IAM is one for all regions, and signed for where it is.
    signature::check(request, SECRET, "us-east-1", "iam");
}

#[test]
fn schedules_are_read_with_signed_urls() {
    let server = Server::new([Reply::new(200, "{}")]);
    let connection = to(&server);
    let get = reads(Api::Scheduler, "GetSchedule", r#"{"Name":"a b+c","GroupName":"g"}"#);
    let list = reads(Api::Scheduler, "ListSchedules", r#"{"NextToken":"x/+=","MaxResults":100}"#);
    for call in [get, list] {
        assert_eq!(connection.call(&call).as_deref(), Ok(b"{}".as_slice()));
    }
    let seen = server.seen();
    let targets: Vec<&str> = seen.iter().map(|request| request.target.as_str()).collect();
    assert_eq!(targets, ["/schedules/a%20b%2Bc?groupName=g", "/schedules?NextToken=x%2F%2B%3D&MaxResults=100"]);
    for request in &seen {
        assert_eq!((request.method.as_str(), request.text()), ("GET", ""));
        signature::check(request, SECRET, "eu-central-1", "scheduler");
    }
}

#[test]
fn an_operation_that_nobody_knows_is_a_bug_and_no_panic() {
    let server = Server::new([Reply::new(200, "{}")]);
    let error = to(&server).call(&writes(Api::Ecs, "DeleteCluster", "{}")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "ecs:DeleteCluster: refused: ecs-harden cannot call ecs:DeleteCluster; this is a bug of ecs-harden, please report it"
    );
    assert!(server.seen().is_empty());
}

#[test]
fn many_threads_may_call() {
    let server = Server::new([Reply::new(200, "{\"a\":1}")]);
    let connection = to(&server);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for (api, operation) in [(Api::Ecs, "DescribeServices"), (Api::Ecr, "DescribeImages")] {
                    assert_eq!(connection.call(&reads(api, operation, "{}")).as_deref(), Ok(b"{\"a\":1}".as_slice()));
                }
            });
        }
    });
    assert_eq!(server.seen().len(), 16);
}

/// Gives the same credentials each time, and counts.
#[derive(Debug)]
struct Counting(Arc<AtomicUsize>);

impl ProvideCredentials for Counting {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        self.0.fetch_add(1, Ordering::SeqCst);
        future::ProvideCredentials::ready(Ok(Credentials::new("AKID", SECRET, None, None, "test")))
    }
}

#[test]
fn credentials_are_looked_for_once_and_again_when_they_are_refused() {
    let asked = Arc::new(AtomicUsize::new(0));
    let server = Server::new([
        Reply::new(200, "{}"),
        Reply::new(200, "{}"),
        Reply::new(400, r#"{"__type":"ExpiredTokenException"}"#),
        Reply::new(200, "{}"),
    ]);
    let provider = SharedCredentialsProvider::new(Counting(Arc::clone(&asked)));
    let config = settings(&server.url).credentials_provider(provider).build();
    let connection = Connection::from_config(&config).unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 0, "not before the first call");
    let describe = reads(Api::Ecs, "DescribeServices", "{}");
    connection.call(&describe).unwrap();
    connection.call(&reads(Api::Ecr, "DescribeImages", "{}")).unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    assert_eq!(connection.call(&describe).map_err(|error| error.failure), Err(Failure::BadCredentials));
    connection.call(&describe).unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}
