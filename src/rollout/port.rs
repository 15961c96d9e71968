//! The seam between the roll-out and AWS: one call goes in, its answer or a classified failure comes out. Also the clock.
//!
//! Calls are bytes on purpose: what is registered is the text that was planned, and members that nobody knows yet survive in both
//! directions. The types of the roll-out are made from answers in [`super::api`], above this seam; `crate::aws` stands below it.

use std::fmt;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::said::{Said, Shown, Veil};

/// Carries calls to AWS.
pub trait Wire: Send + Sync {
    /// Carries out one call. Reads may be tried again below this seam; writes are sent once, so that whoever asked can look before
    /// anything is sent again.
    ///
    /// The answer is JSON, whatever the protocol of the service is. `Ok` means that the service said so with a status of 200.
    fn call(&self, call: &Call) -> Result<Vec<u8>, CallError>;

    /// The region that calls go to, for example `eu-central-1`.
    fn region(&self) -> &str;

    /// Where ECS is reached, where somebody names it (`AWS_ENDPOINT_URL`, `endpoint_url`). Without what stands before an `@`.
    fn endpoint(&self) -> Option<String> {
        None
    }

    /// How far the clock of AWS is ahead of that of the machine, as the latest answer told. Answers tell whole seconds.
    fn ahead(&self) -> Option<SignedDuration> {
        None
    }
}

/// One call.
#[derive(Clone, PartialEq, Eq)]
pub struct Call {
    /// The service that it goes to.
    pub api: Api,
    /// The operation by the name that the API model gives it: `DescribeServices`.
    pub operation: &'static str,
    /// The members of the request as a JSON object, byte for byte as they are sent.
    pub body: Vec<u8>,
    /// Whether it changes something.
    pub effect: Effect,
}

/// Bodies hold values of task definitions, so they are not shown.
impl fmt::Debug for Call {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{} ({} bytes)", self.api.prefix(), self.operation, self.body.len())
    }
}

/// The services of AWS that a roll-out talks to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Api {
    /// Amazon ECS.
    Ecs,
    /// AWS STS: which account this is.
    Sts,
    /// AWS `CodeDeploy`: services with the controller `CODE_DEPLOY`.
    CodeDeploy,
    /// Amazon `CloudWatch` Logs: log groups, and what tasks wrote.
    Logs,
    /// AWS Secrets Manager: whether a secret exists, never its value.
    SecretsManager,
    /// AWS Systems Manager: whether a parameter exists, never its value.
    Ssm,
    /// AWS IAM: what the execution role may do.
    Iam,
    /// Amazon ECR: what a tag stands for.
    Ecr,
    /// Amazon `EventBridge` rules.
    Events,
    /// Amazon `EventBridge` Scheduler.
    Scheduler,
    /// Amazon `CloudWatch` alarms.
    CloudWatch,
}

impl Api {
    /// The prefix of its actions in IAM policies: `ecs`.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Ecs => "ecs",
            Self::Sts => "sts",
            Self::CodeDeploy => "codedeploy",
            Self::Logs => "logs",
            Self::SecretsManager => "secretsmanager",
            Self::Ssm => "ssm",
            Self::Iam => "iam",
            Self::Ecr => "ecr",
            Self::Events => "events",
            Self::Scheduler => "scheduler",
            Self::CloudWatch => "cloudwatch",
        }
    }
}

/// Whether a call changes something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It only looks.
    Reads,
    /// It changes something.
    Writes,
}

/// Why a call had no answer that counts. Holds no body and no header of the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallError {
    /// The service.
    pub api: Api,
    /// The operation.
    pub operation: &'static str,
    /// What kind of failure it is.
    pub failure: Failure,
    /// The error code of the service: `ClientException`.
    pub code: Option<String>,
    /// What the service says, from the error's own message member. It may repeat values of what was sent, so it is not shown.
    pub said: Option<Said>,
    /// What may be shown of it: see [`CallError::under`].
    pub message: Option<Shown>,
    /// The id under which AWS knows the request.
    pub request_id: Option<String>,
}

/// What kind of failure a call met, by what can be done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Nobody gave credentials.
    NoCredentials,
    /// Credentials that are no longer, or not, valid.
    BadCredentials,
    /// Nobody named a region.
    NoRegion,
    /// The service was not reached: nothing was carried out.
    Unreachable,
    /// The caller may not do this: nothing was carried out.
    Denied,
    /// Too many calls: nothing was carried out.
    Throttled,
    /// The service refuses the request: nothing was carried out.
    Rejected,
    /// An error of the service, a dropped connection or a time-out: it may have been carried out or not.
    Unknown,
    /// The service answered with something that cannot be read; what was asked may have been carried out.
    Unreadable,
    /// Somebody pressed Ctrl-C while waiting.
    Interrupted,
}

impl CallError {
    /// A failure without words of the service.
    pub const fn new(api: Api, operation: &'static str, failure: Failure) -> Self {
        Self { api, operation, failure, code: None, said: None, message: None, request_id: None }
    }

    /// Whether the call may have been carried out although there is no answer.
    pub const fn is_uncertain(&self) -> bool {
        matches!(self.failure, Failure::Unknown | Failure::Unreadable)
    }

    /// Whether the same call may succeed in a moment, and was surely not carried out.
    pub const fn is_worth_another(&self) -> bool {
        matches!(self.failure, Failure::Throttled | Failure::Unreachable)
    }

    /// Whether no other call would be answered either.
    pub const fn is_for_all(&self) -> bool {
        matches!(
            self.failure,
            Failure::NoCredentials | Failure::BadCredentials | Failure::NoRegion | Failure::Interrupted
        )
    }

    /// Whether the service said it with this code.
    pub fn is(&self, code: &str) -> bool {
        self.code.as_deref() == Some(code)
    }

    /// The action as an IAM policy names it: `ecs:UpdateService`.
    pub fn action(&self) -> String {
        format!("{}:{}", self.api.prefix(), self.operation)
    }

    /// The same with what may be shown of its sentence.
    #[must_use]
    pub fn under(mut self, veil: &Veil) -> Self {
        if let Some(said) = &self.said {
            self.message = Some(veil.over(said));
        }
        self
    }

    /// The same with each of these masked in what is shown of its sentence.
    #[must_use]
    pub fn hiding<'h>(mut self, hidden: impl IntoIterator<Item = &'h str>) -> Self {
        self.message = self.message.map(|message| message.without(hidden));
        self
    }

    /// The one thing to do next.
    pub fn next_step(&self) -> String {
        match self.failure {
            Failure::NoCredentials => {
                "name a profile with --profile, log in (`aws sso login`), or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
                    .into()
            }
            Failure::BadCredentials => "renew them, for example with `aws sso login`, then run this again".into(),
            Failure::NoRegion => "name it with --region, AWS_REGION, or `region` in the profile".into(),
            Failure::Unreachable => "check the network and AWS_ENDPOINT_URL, then run this again".into(),
            Failure::Denied => format!(
                "allow it: {{\"Effect\": \"Allow\", \"Action\": \"{}\", \"Resource\": \"{}\"}}",
                self.action(),
                self.resource()
            ),
            Failure::Throttled => "others call the same API; run this again in a minute".into(),
            Failure::Rejected => "mend what the service names, then run this again".into(),
            Failure::Unknown => "look at what is there before you run this again".into(),
            Failure::Unreadable => "check that the endpoint is that of the service".into(),
            Failure::Interrupted => "run it again to go on".into(),
        }
    }

    /// The least resource that a policy can name for the action (service authorization reference of ECS: describing task
    /// definitions and listing cannot be limited).
    const fn resource(&self) -> &'static str {
        match (self.api, self.operation.as_bytes()) {
            (Api::Ecs, b"UpdateService" | b"DescribeServices") => "arn:aws:ecs:REGION:ACCOUNT:service/CLUSTER/SERVICE",
            _ => "*",
        }
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.failure {
            Failure::NoCredentials => "there are no AWS credentials",
            Failure::BadCredentials => "the AWS credentials are expired or not valid",
            Failure::NoRegion => "no AWS region is named",
            Failure::Unreachable => "AWS cannot be reached",
            Failure::Denied => "not allowed",
            Failure::Throttled => "too many calls",
            Failure::Rejected => "refused",
            Failure::Unknown => "no answer that can be trusted",
            Failure::Unreadable => "an answer that cannot be read",
            Failure::Interrupted => "interrupted",
        };
        write!(out, "{}: {what}", self.action())?;
        if let Some(code) = &self.code {
            write!(out, ": {code}")?;
        }
        if let Some(message) = &self.message {
            write!(out, ": {message}")?;
        }
        if let Some(id) = &self.request_id {
            write!(out, " (request {id})")?;
        }
        Ok(())
    }
}

impl std::error::Error for CallError {}

/// Makes the way to AWS, and the clock that a roll-out goes by.
pub trait Cloud {
    /// The way to AWS that flags, environment and files name. Nothing is sent yet.
    fn connect(&self, place: &Place) -> Result<Box<dyn Wire>, Unconnected>;

    /// A clock. One that listens ends its waits, and not the process, at the first Ctrl-C.
    fn clock(&self, ctrl_c: CtrlC) -> Box<dyn Clock>;
}

/// What the command line says of the way to AWS.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// `--profile`.
    pub profile: Option<String>,
    /// `--region`.
    pub region: Option<String>,
}

/// Why there is no way to AWS.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Unconnected {
    /// What is wrong, as a lowercase phrase.
    pub message: String,
    /// The one thing to do next.
    pub next_step: String,
}

/// What Ctrl-C does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CtrlC {
    /// It ends the process.
    Ends,
    /// It ends what waits.
    Interrupts,
}

/// Tells the time and waits.
pub trait Clock: Send + Sync {
    /// The time.
    fn now(&self) -> Timestamp;

    /// Waits, or stops waiting when somebody presses Ctrl-C.
    fn wait(&self, time: Duration) -> Result<(), Interrupted>;
}

/// Somebody pressed Ctrl-C.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interrupted;
