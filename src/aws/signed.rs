//! Calls to all other services: one request, signed here. Their SDK crates would cost minutes of build each, for a few calls.

use std::error::Error;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorSettings};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use jiff::SignedDuration;

use super::credentials::{self, Keys};
use super::endpoints::{Endpoint, Endpoints};
use super::failure::judge;
use super::request::{Refused, Request};
use super::services::service;
use super::transport::{Answer, ahead, connector, unanswered};
use crate::rollout::port::{Call, CallError, Effect, Failure};
use crate::rollout::said::Shown;

/// How often a reading call is sent before its failure counts.
const ATTEMPTS: u32 = 4;

/// Sends single signed requests.
pub(super) struct Signed {
    config: SdkConfig,
    endpoints: Endpoints,
    keys: Keys,
    proxy: Option<ProxyConfig>,
    /// Made for the first call: it reads the certificates of the machine.
    connector: OnceLock<Connector>,
    /// How far the clock of the service was ahead when it answered last.
    ahead: Mutex<Option<SignedDuration>>,
}

impl Signed {
    pub(super) fn new(config: &SdkConfig, region: &str, keys: Keys, proxy: Option<ProxyConfig>) -> Self {
        let endpoints = Endpoints::of(config, region);
        Self { config: config.clone(), endpoints, keys, proxy, connector: OnceLock::new(), ahead: Mutex::default() }
    }

    /// How far the clock of the service was ahead when it answered last, whatever it answered.
    pub(super) fn ahead(&self) -> Option<SignedDuration> {
        *self.ahead.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Carries out `call`. One that only reads is tried again where that may help.
    pub(super) async fn send(&self, call: &Call) -> Result<Vec<u8>, CallError> {
        let request = Request::of(call).map_err(|Refused(why)| CallError {
            message: Some(Shown::ours(why)),
            ..CallError::new(call.api, call.operation, Failure::Rejected)
        })?;
        let no_endpoint = CallError::new(call.api, call.operation, Failure::Unreachable);
        let endpoint = self.endpoints.endpoint(&self.config, call.api).await.ok_or(no_endpoint)?;
        let mut sent = 0;
        loop {
            let answer = self.attempt(call, &request, &endpoint).await;
            sent += 1;
            let error = match answer
                .map_err(|failure| CallError::new(call.api, call.operation, failure))
                .and_then(|answer| judge(call, service(call.api).dialect, answer))
            {
                Ok(body) => return Ok(body),
                Err(error) => error,
            };
            let may_help = error.is_worth_another() || error.failure == Failure::Unknown;
            if call.effect == Effect::Writes || !may_help || sent == ATTEMPTS {
                return Err(error);
            }
            tokio::time::sleep(self.pause(sent)).await;
        }
    }

    /// Exponential, with full jitter, as the SDK waits.
    fn pause(&self, sent: u32) -> Duration {
        let retries = self.config.retry_config().cloned().unwrap_or_else(RetryConfig::standard);
        let longest = retries.initial_backoff().saturating_mul(1 << (sent - 1)).min(retries.max_backoff());
        longest.mul_f64(fastrand::f64())
    }

    /// Sends the request once.
    async fn attempt(&self, call: &Call, request: &Request, endpoint: &Endpoint) -> Result<Answer, Failure> {
        let http = self.signed(call, request, endpoint).await?;
        let exchange = async {
            let mut response = self.connector().call(http).await.map_err(|error| unanswered(&error))?;
            *self.ahead.lock().unwrap_or_else(PoisonError::into_inner) = ahead(&response);
            // The answer has begun: whatever fails now, the request arrived.
            let body = ByteStream::new(response.take_body()).collect().await.map_err(|_| Failure::Unknown)?;
            Ok(Answer::new(&response, body.to_vec()))
        };
        match self.config.timeout_config().and_then(TimeoutConfig::operation_attempt_timeout) {
            Some(limit) => tokio::time::timeout(limit, exchange).await.unwrap_or(Err(Failure::Unknown)),
            None => exchange.await,
        }
    }

    /// The request with a signature of this moment.
    async fn signed(&self, call: &Call, request: &Request, endpoint: &Endpoint) -> Result<HttpRequest, Failure> {
        let keys = self.keys.get().await.map_err(|error| credentials::failure(&error))?;
        let made = || -> Result<HttpRequest, Box<dyn Error + Send + Sync>> {
            let url = format!("{}{}", endpoint.url, request.path);
            let mut http = HttpRequest::new(SdkBody::from(request.body.clone()));
            http.set_method(request.method)?;
            http.set_uri(url.as_str())?;
            let identity = keys.into();
            let params = v4::SigningParams::builder()
                .identity(&identity)
                .region(&endpoint.region)
                .name(service(call.api).signing)
                .time(SystemTime::now())
                .settings(SigningSettings::default())
                .build()?;
            let headers = request.headers.iter().map(|(name, value)| (*name, value.as_str()));
            let body = SignableBody::Bytes(&request.body);
            let signable = SignableRequest::new(request.method, url, headers, body)?;
            let (signature, _) = sign(signable, &params.into())?.into_parts();
            let (added, _) = signature.into_parts();
            for (name, value) in &request.headers {
                http.headers_mut().try_insert(*name, value.clone())?;
            }
            for header in added {
                http.headers_mut().try_insert(header.name(), header.value().to_owned())?;
            }
            http.headers_mut().try_insert("user-agent", concat!("ecs-harden/", env!("CARGO_PKG_VERSION")))?;
            Ok(http)
        };
        // An endpoint that is no URL; nothing was sent.
        made().map_err(|_| Failure::Unreachable)
    }

    fn connector(&self) -> &Connector {
        self.connector.get_or_init(|| {
            let mut settings = HttpConnectorSettings::builder();
            if let Some(timeouts) = self.config.timeout_config() {
                settings.set_connect_timeout(timeouts.connect_timeout());
                settings.set_read_timeout(timeouts.read_timeout());
            }
            connector(settings.build(), self.proxy.clone())
        })
    }
}
