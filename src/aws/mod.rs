//! The way to AWS: the only user of the SDK. Calls go out as the bytes that were given, and come back as the bytes that arrived.
//!
//! ECS goes through the client of the SDK (`ecs.rs`), all other services through one signed request (`signed.rs`).

mod clock;
mod credentials;
mod ecs;
mod endpoints;
mod failure;
mod query;
mod request;
mod services;
mod signed;
mod transport;
mod xml;

use std::borrow::Cow;
use std::io;
use std::time::Duration;

use aws_config::environment::EnvironmentVariableRegionProvider;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::ProfileFileRegionProvider;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, Region, SdkConfig};
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_types::os_shim_internal::{Env, Fs};
use jiff::SignedDuration;
use tokio::runtime::{self, Handle, Runtime};

use self::credentials::Keys;
use self::ecs::{Ecs, Unsent};
use self::failure::judge;
use self::request::{Refused, unknown};
use self::services::service;
use self::signed::Signed;
use crate::rollout::port::{Api, Call, CallError, Clock, Cloud, CtrlC, Failure, Place, Unconnected, Wire};
use crate::rollout::said::Shown;

pub use self::clock::SystemClock;

/// How often a call to ECS that only reads is sent before its failure counts.
const ATTEMPTS: u32 = 5;

/// What the command line says of the way to AWS; the rest is in the environment and in the files of AWS's own tools.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// `--profile`, else `AWS_PROFILE`, else `default`.
    pub profile: Option<String>,
    /// `--region`, else `AWS_REGION`, else that of the profile. The metadata service of an instance is not asked.
    pub region: Option<String>,
}

/// Why there is no way to AWS, before anything was asked of it.
#[derive(Debug, thiserror::Error)]
pub enum ConnectionError {
    /// Nobody named a region.
    #[error("no AWS region is named")]
    NoRegion,
    /// There is no profile of this name.
    #[error("there is no profile `{0}` in the files of AWS's tools, ~/.aws/config and ~/.aws/credentials")]
    NoProfile(String),
    /// The files of AWS's tools cannot be read. They hold keys, so that the error says no more.
    #[error("the files of AWS's tools, ~/.aws/config and ~/.aws/credentials, cannot be read")]
    Files,
    /// An endpoint is named and empty. The SDK would stop with a panic where a role or SSO is to give credentials.
    #[error("AWS_ENDPOINT_URL, or that of STS or SSO, is empty")]
    EmptyEndpoint,
    /// The proxy is no URL.
    #[error("HTTPS_PROXY is not the URL of a proxy")]
    Proxy,
    /// The machine gives no thread.
    #[error("cannot begin to work with the network: {0}")]
    Machine(#[from] io::Error),
}

impl ConnectionError {
    /// What kind of failure this is.
    pub const fn failure(&self) -> Failure {
        match self {
            Self::NoRegion => Failure::NoRegion,
            Self::NoProfile(_) | Self::Files => Failure::NoCredentials,
            Self::EmptyEndpoint | Self::Proxy | Self::Machine(_) => Failure::Unreachable,
        }
    }

    /// The one thing to do next.
    pub const fn next_step(&self) -> &'static str {
        match self {
            Self::NoRegion => "name it with --region, AWS_REGION, or `region` in the profile",
            Self::NoProfile(_) => "name another with --profile; `aws configure list-profiles` lists them",
            Self::Files => "see what `aws configure list` says to them",
            Self::EmptyEndpoint => "unset it, or name an endpoint; `endpoint_url` in the profile counts too",
            Self::Proxy => "write it as http://HOST:PORT",
            Self::Machine(_) => "run this again",
        }
    }
}

/// Carries calls to AWS, from any thread.
pub struct Connection {
    /// Always there until this is dropped.
    runtime: Option<Runtime>,
    handle: Handle,
    region: String,
    endpoint: Option<String>,
    keys: Keys,
    ecs: Ecs,
    others: Signed,
}

impl Connection {
    /// The way that settings, environment and files name. Nothing is sent yet: credentials are looked for at the first call.
    pub fn new(settings: &Settings) -> Result<Self, ConnectionError> {
        let runtime = runtime()?;
        let proxy = transport::proxy().map_err(|_| ConnectionError::Proxy)?;
        let config = runtime.block_on(load(settings, proxy.clone()))?;
        Self::with(runtime, &config, proxy)
    }

    /// The way that `config` names, for whoever has one already.
    pub fn from_config(config: &SdkConfig) -> Result<Self, ConnectionError> {
        Self::with(runtime()?, config, None)
    }

    fn with(runtime: Runtime, config: &SdkConfig, proxy: Option<ProxyConfig>) -> Result<Self, ConnectionError> {
        let region = config.region().map(ToString::to_string).ok_or(ConnectionError::NoRegion)?;
        let keys = Keys::new(config.credentials_provider());
        let ecs = Ecs::new(config, keys.clone());
        let others = Signed::new(config, &region, keys.clone(), proxy);
        let endpoint = endpoints::configured(config, Api::Ecs).map(|url| endpoints::without_password(&url));
        Ok(Self { handle: runtime.handle().clone(), runtime: Some(runtime), region, endpoint, keys, ecs, others })
    }

    async fn carry(&self, call: &Call) -> Result<Vec<u8>, CallError> {
        let failed = |failure| CallError::new(call.api, call.operation, failure);
        // Asked for here, so that what is missing is told apart from what goes wrong on the way.
        self.keys.get().await.map_err(|error| credentials::error(call, &error))?;
        let answer = if call.api == Api::Ecs {
            match self.ecs.send(call).await {
                Ok(answer) => judge(call, service(call.api).dialect, answer),
                Err(Unsent::Failed(failure)) => Err(failed(failure)),
                Err(Unsent::Unknown) => {
                    let Refused(why) = unknown(call);
                    Err(CallError { message: Some(Shown::ours(why)), ..failed(Failure::Rejected) })
                }
            }
        } else {
            self.others.send(call).await
        };
        if answer.as_ref().is_err_and(|error| error.failure == Failure::BadCredentials) {
            self.keys.forget().await;
        }
        answer
    }
}

impl Wire for Connection {
    fn call(&self, call: &Call) -> Result<Vec<u8>, CallError> {
        self.handle.block_on(self.carry(call))
    }

    fn region(&self) -> &str {
        &self.region
    }

    fn endpoint(&self) -> Option<String> {
        self.endpoint.clone()
    }

    fn ahead(&self) -> Option<SignedDuration> {
        self.others.ahead()
    }
}

/// AWS itself, and the clock of the machine.
#[derive(Clone, Copy, Debug)]
pub struct Real;

impl Cloud for Real {
    fn connect(&self, place: &Place) -> Result<Box<dyn Wire>, Unconnected> {
        let settings = Settings { profile: place.profile.clone(), region: place.region.clone() };
        match Connection::new(&settings) {
            Ok(connection) => Ok(Box::new(connection)),
            Err(error) => Err(Unconnected { message: error.to_string(), next_step: error.next_step().into() }),
        }
    }

    fn clock(&self, ctrl_c: CtrlC) -> Box<dyn Clock> {
        Box::new(match ctrl_c {
            CtrlC::Ends => SystemClock::new(),
            // Where signals cannot be listened to, Ctrl-C ends the process.
            CtrlC::Interrupts => SystemClock::listening().unwrap_or_default(),
        })
    }
}

/// Nobody waits for a name server that does not answer.
impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// One thread beside those that call is enough: it moves bytes.
fn runtime() -> io::Result<Runtime> {
    runtime::Builder::new_multi_thread().worker_threads(1).thread_name("aws").enable_all().build()
}

/// Everything but the credentials, without a word to the network.
async fn load(settings: &Settings, proxy: Option<ProxyConfig>) -> Result<SdkConfig, ConnectionError> {
    look_for_profile(settings.profile.as_deref()).await?;
    let mut of_profile = ProfileFileRegionProvider::builder();
    if let Some(profile) = &settings.profile {
        of_profile = of_profile.profile_name(profile);
    }
    let region = RegionProviderChain::first_try(settings.region.clone().map(Region::new))
        .or_else(EnvironmentVariableRegionProvider::new())
        .or_else(of_profile.build())
        .region()
        .await
        .ok_or(ConnectionError::NoRegion)?;
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .operation_attempt_timeout(Duration::from_secs(30))
        .build();
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .region(region.clone())
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
        .timeout_config(timeouts)
        .http_client(transport::client(proxy))
        .no_credentials();
    if let Ok(name) = AppName::new("ecs-harden") {
        loader = loader.app_name(name);
    }
    if let Some(profile) = &settings.profile {
        loader = loader.profile_name(profile);
    }
    let config = loader.load().await;
    if endpoints::has_empty(&config) {
        return Err(ConnectionError::EmptyEndpoint);
    }
    let chain = credentials::chain(&config, settings.profile.as_deref(), &region).await;
    Ok(config.into_builder().credentials_provider(chain).build())
}

/// A profile that somebody names has to be there; otherwise a call would go out with somebody else's credentials, or none.
async fn look_for_profile(asked: Option<&str>) -> Result<(), ConnectionError> {
    let (files, env) = (Fs::real(), Env::real());
    let of_tools = EnvConfigFiles::default();
    let named = asked.map(str::to_owned).or_else(|| env.get("AWS_PROFILE").ok().filter(|name| !name.is_empty()));
    let Some(named) = named else { return Ok(()) };
    let found = aws_config::profile::load(&files, &env, &of_tools, Some(Cow::Owned(named.clone()))).await;
    match found.map_err(|_| ConnectionError::Files)?.get_profile(&named) {
        Some(_) => Ok(()),
        None => Err(ConnectionError::NoProfile(named)),
    }
}
