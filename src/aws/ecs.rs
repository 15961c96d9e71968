//! Calls to ECS through the client of the SDK: its endpoints, its signatures, its retries, and our own bytes in both directions.
//!
//! The types of the SDK would drop members that they do not know. So each operation is sent with empty types, its body is put in before
//! it is signed, and the answer is taken as it arrives.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_sdk_ecs::Client;
use aws_sdk_ecs::client::customize::CustomizableOperation;
use aws_sdk_ecs::config::interceptors::{
    AfterDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
};
use aws_sdk_ecs::config::{Config, ConfigBag, IdentityCache, Intercept, RuntimeComponents};
use aws_sdk_ecs::error::{BoxError, SdkError};
use aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::body::SdkBody;

use super::credentials::Keys;
use super::endpoints::configured;
use super::transport::{Answer, unanswered};
use crate::rollout::port::{Api, Call, Effect, Failure};

/// The client for each effect.
pub(super) struct Ecs {
    /// Tries again, as `config` says.
    reading: Client,
    /// Sends once: whoever asked looks before anything is sent again.
    writing: Client,
}

/// Why a call was not answered.
pub(super) enum Unsent {
    /// There is no such operation here.
    Unknown,
    /// It was sent, or would have been.
    Failed(Failure),
}

impl Ecs {
    pub(super) fn new(config: &SdkConfig, keys: Keys) -> Self {
        // `keys` hold the credentials already.
        let endpoint = configured(config, Api::Ecs);
        let mut config = aws_sdk_ecs::config::Builder::from(config)
            .credentials_provider(keys)
            .identity_cache(IdentityCache::no_cache());
        // The SDK would stop with a panic at an endpoint that is empty.
        config.set_endpoint_url(endpoint);
        let once: Config = config.clone().retry_config(RetryConfig::disabled()).build();
        Self { reading: Client::from_conf(config.build()), writing: Client::from_conf(once) }
    }

    /// The answer to `call`, whatever its status.
    pub(super) async fn send(&self, call: &Call) -> Result<Answer, Unsent> {
        let client = match call.effect {
            Effect::Reads => &self.reading,
            Effect::Writes => &self.writing,
        };
        let seen = Seen::default();
        let sent = Box::pin(operate(client, call, &seen)).await.ok_or(Unsent::Unknown)?;
        let last = seen.take();
        // An answer counts although the SDK cannot make sense of it.
        last.answer.ok_or_else(|| {
            // An endpoint that is no URL, for example.
            let never_left = !last.transmitted;
            Unsent::Failed(if never_left { Failure::Unreachable } else { sent.err().unwrap_or(Failure::Unknown) })
        })
    }
}

macro_rules! operations {
    ($($name:literal $method:ident)*) => {
        /// Carries out the operation; nothing where there is none of this name.
        async fn operate(client: &Client, call: &Call, seen: &Seen) -> Option<Result<(), Failure>> {
            match call.operation {
                $($name => {
                    let sent = exactly(client.$method().customize(), &call.body, seen).send().await;
                    Some(sent.map(drop).map_err(|error| lost(&error)))
                })*
                _ => None,
            }
        }
    };
}

operations! {
    "CreateTaskSet" create_task_set
    "DeleteTaskSet" delete_task_set
    "DeregisterTaskDefinition" deregister_task_definition
    "DescribeCapacityProviders" describe_capacity_providers
    "DescribeClusters" describe_clusters
    "DescribeContainerInstances" describe_container_instances
    "DescribeServiceDeployments" describe_service_deployments
    "DescribeServiceRevisions" describe_service_revisions
    "DescribeServices" describe_services
    "DescribeTaskDefinition" describe_task_definition
    "DescribeTaskSets" describe_task_sets
    "DescribeTasks" describe_tasks
    "ListClusters" list_clusters
    "ListContainerInstances" list_container_instances
    "ListServiceDeployments" list_service_deployments
    "ListServices" list_services
    "ListTaskDefinitionFamilies" list_task_definition_families
    "ListTaskDefinitions" list_task_definitions
    "ListTasks" list_tasks
    "RegisterTaskDefinition" register_task_definition
    "StopServiceDeployment" stop_service_deployment
    "UpdateService" update_service
    "UpdateServicePrimaryTaskSet" update_service_primary_task_set
    "UpdateTaskSet" update_task_set
}

/// `operation` with `body` in place of what the SDK makes of its types, before each signature.
fn exactly<T, E, B>(
    operation: CustomizableOperation<T, E, B>,
    body: &[u8],
    seen: &Seen,
) -> CustomizableOperation<T, E, B> {
    let body = body.to_owned();
    operation
        .mutate_request(move |request| {
            // The SDK has set the length of its own body; with that, ours would be cut off.
            request.headers_mut().insert("content-length", body.len().to_string());
            *request.body_mut() = SdkBody::from(body.clone());
        })
        .interceptor(seen.clone())
}

/// What a request amounts to that left and brought no answer.
fn lost<E: std::error::Error + 'static>(error: &SdkError<E, HttpResponse>) -> Failure {
    match error {
        SdkError::DispatchFailure(failure) => {
            failure.as_connector_error().map_or(Failure::Unknown, |error| unanswered(error))
        }
        _ => Failure::Unknown,
    }
}

/// What became of the attempts of a call.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Attempts>>);

#[derive(Default)]
struct Attempts {
    /// Whether any was given to the network.
    transmitted: bool,
    /// What the last one was answered, as it arrived.
    answer: Option<Answer>,
}

impl Seen {
    fn lock(&self) -> MutexGuard<'_, Attempts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Attempts {
        std::mem::take(&mut self.lock())
    }
}

/// The SDK asks for it; answers hold values.
impl std::fmt::Debug for Seen {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Seen")
    }
}

#[dyn_dispatch_hint]
impl Intercept for Seen {
    fn name(&self) -> &'static str {
        "Seen"
    }

    /// The answer to an attempt before this one is none to this one.
    fn read_before_attempt(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.lock().answer = None;
        Ok(())
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.lock().transmitted = true;
        Ok(())
    }

    /// Here the body has been read, and this is called for errors and for answers that the SDK cannot read too.
    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response();
        self.lock().answer = response.body().bytes().map(|body| Answer::new(response, body.to_owned()));
        Ok(())
    }
}
