//! How requests leave and answers arrive: one HTTP client for everything, and what can be known of a request without an answer.

use std::error::Error;

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::{HttpConnectorSettings, SharedHttpClient};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use jiff::fmt::rfc2822;
use jiff::{SignedDuration, Timestamp};

use crate::rollout::port::Failure;

/// An answer of whatever status. Not `Debug`: its body holds values.
pub(super) struct Answer {
    pub(super) status: u16,
    /// The code in the header `x-amzn-errortype`.
    pub(super) code: Option<String>,
    pub(super) request_id: Option<String>,
    pub(super) body: Vec<u8>,
}

impl Answer {
    /// `response` with the body that was read of it.
    pub(super) fn new(response: &HttpResponse, body: Vec<u8>) -> Self {
        let header = |name: &str| response.headers().get(name).map(str::to_owned);
        Self {
            status: response.status().as_u16(),
            code: header("x-amzn-errortype"),
            request_id: header("x-amzn-requestid").or_else(|| header("x-amz-request-id")),
            body,
        }
    }
}

/// How far the clock of whoever answered is ahead of that of the machine (RFC 9110, "Date").
pub(super) fn ahead(response: &HttpResponse) -> Option<SignedDuration> {
    let date = rfc2822::DateTimeParser::new().parse_timestamp(response.headers().get("date")?).ok()?;
    Some(date.duration_since(Timestamp::now()))
}

/// What a request without an answer amounts to: it was certainly not carried out where there was no connection to send it over (no such
/// host, refused, no TLS), and may have been in all other cases.
pub(super) fn unanswered(error: &(dyn Error + 'static)) -> Failure {
    let mut next = Some(error);
    while let Some(error) = next {
        if error
            .downcast_ref::<hyper_util::client::legacy::Error>()
            .is_some_and(hyper_util::client::legacy::Error::is_connect)
        {
            return Failure::Unreachable;
        }
        next = error.source();
    }
    Failure::Unknown
}

/// The HTTP client for the SDK.
pub(super) fn client(proxy: Option<ProxyConfig>) -> SharedHttpClient {
    Builder::new().build_with_connector_fn(move |settings, _| {
        connector(settings.cloned().unwrap_or_else(|| HttpConnectorSettings::builder().build()), proxy.clone())
    })
}

/// What carries single requests.
pub(super) fn connector(settings: HttpConnectorSettings, proxy: Option<ProxyConfig>) -> Connector {
    let mut builder =
        Connector::builder().connector_settings(settings).tls_provider(Provider::Rustls(CryptoMode::AwsLc));
    builder.set_proxy_config(proxy);
    builder.build()
}

/// The proxy that `HTTPS_PROXY` names, less what `NO_PROXY` lists. It is for AWS alone: metadata services and test servers speak plain HTTP.
/// The SDK takes none by itself, AWS's command line does.
pub(super) fn proxy() -> Result<Option<ProxyConfig>, NoProxy> {
    let named = |names: [&str; 2]| {
        names.into_iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
    };
    let Some(url) = named(["HTTPS_PROXY", "https_proxy"]) else { return Ok(None) };
    let proxy = ProxyConfig::https(url.as_str()).map_err(|_| NoProxy)?;
    Ok(Some(match named(["NO_PROXY", "no_proxy"]) {
        Some(rules) => proxy.no_proxy(rules),
        None => proxy,
    }))
}

/// `HTTPS_PROXY` is not the address of a proxy. It may hold a password, so it is not shown.
#[derive(Debug)]
pub(super) struct NoProxy;
