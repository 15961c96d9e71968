//! Who calls: the standard chain, held until it expires.

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::imds::{self, client::error::ImdsError};
use aws_config::provider_config::ProviderConfig;
use aws_config::{Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, Result, SharedCredentialsProvider, future};
use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sts::operation::RequestId;
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use tokio::sync::Mutex;

use super::failure::failure as told;
use super::transport::unanswered;
use crate::rollout::port::{Api, Call, CallError, Failure};

/// How long before they expire credentials are asked for again.
const EARLY: Duration = Duration::from_mins(1);

/// How long the metadata service of an EC2 instance has. Most machines are none, and many networks swallow what is sent to it.
const METADATA: Duration = Duration::from_millis(1500);

/// Credentials from a chain, held until they expire. Clones hold the same.
#[derive(Clone, Debug)]
pub(super) struct Keys(Arc<Held>);

#[derive(Debug)]
struct Held {
    chain: Option<SharedCredentialsProvider>,
    /// `Debug` of credentials shows no secret.
    now: Mutex<Option<Credentials>>,
}

impl Keys {
    pub(super) fn new(chain: Option<SharedCredentialsProvider>) -> Self {
        Self(Arc::new(Held { chain, now: Mutex::new(None) }))
    }

    /// Credentials to sign with.
    pub(super) async fn get(&self) -> Result {
        let mut now = self.0.now.lock().await;
        let fresh = |held: &&Credentials| held.expiry().is_none_or(|end| end > SystemTime::now() + EARLY);
        if let Some(held) = now.as_ref().filter(fresh) {
            return Ok(held.clone());
        }
        let chain = self.0.chain.as_ref().ok_or_else(CredentialsError::not_loaded_no_source)?;
        let found = chain.provide_credentials().await?;
        *now = Some(found.clone());
        Ok(found)
    }

    /// Credentials that a service refused are asked for again.
    pub(super) async fn forget(&self) {
        *self.0.now.lock().await = None;
    }
}

impl ProvideCredentials for Keys {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.get())
    }
}

/// Environment, profile (keys, SSO, roles, `credential_process`), web identity, container, instance: in the order of AWS's own tools.
pub(super) async fn chain(config: &SdkConfig, profile: Option<&str>, region: &Region) -> SharedCredentialsProvider {
    let mut provider = ProviderConfig::without_region()
        .with_region(Some(region.clone()))
        .with_use_fips(config.use_fips())
        .with_use_dual_stack(config.use_dual_stack());
    // Never over the proxy, and once.
    let metadata = imds::Client::builder()
        .configure(&provider)
        .max_attempts(1)
        .connect_timeout(METADATA)
        .read_timeout(METADATA)
        .operation_timeout(METADATA)
        .build();
    if let Some(client) = config.http_client() {
        provider = provider.with_http_client(client);
    }
    let mut chain = DefaultCredentialsChain::builder().configure(provider).region(region.clone()).imds_client(metadata);
    if let Some(profile) = profile {
        chain = chain.profile_name(profile);
    }
    SharedCredentialsProvider::new(chain.build().await)
}

/// Why `call` could not be signed. Nothing was sent to its service. Where a role of the profile was refused, it is that call which failed.
pub(super) fn error(call: &Call, error: &CredentialsError) -> CallError {
    let role = find::<SdkError<AssumeRoleError, HttpResponse>>(error);
    let Some((refused, answer)) = role.and_then(|role| Some((role.as_service_error()?, role.raw_response()?))) else {
        return CallError::new(call.api, call.operation, failure(error));
    };
    let failure = match told(answer.status().as_u16(), refused.code()) {
        // Whether a role was taken on or not, nothing changed.
        Failure::Unknown | Failure::Unreadable => Failure::Unreachable,
        failure => failure,
    };
    CallError {
        code: refused.code().map(str::to_owned),
        said: refused.message().map(Into::into),
        request_id: refused.request_id().map(str::to_owned),
        ..CallError::new(Api::Sts, "AssumeRole", failure)
    }
}

/// What kind of failure it is that there are no credentials.
pub(super) fn failure(error: &CredentialsError) -> Failure {
    match error {
        CredentialsError::CredentialsNotLoaded(_) | CredentialsError::ProviderTimedOut(_) => Failure::NoCredentials,
        // The last of the chain: whatever goes wrong there, nobody gave credentials.
        _ if find::<ImdsError>(error).is_some() => Failure::NoCredentials,
        _ if unanswered(error) == Failure::Unreachable => Failure::Unreachable,
        _ => Failure::BadCredentials,
    }
}

/// The first error of this type among the causes.
fn find<E: Error + 'static>(error: &CredentialsError) -> Option<&E> {
    let mut next = error.source();
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = error.source();
    }
    None
}
