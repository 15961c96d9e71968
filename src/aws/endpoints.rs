//! Where each service is reached: what the configuration names, else where AWS runs it.

use aws_config::SdkConfig;
use aws_sdk_ecs::config::endpoint::{DefaultResolver, Params, ResolveEndpoint};
use aws_types::service_config::ServiceConfigKey;

use super::services::service;
use crate::rollout::port::Api;

/// What decides where services are.
#[derive(Clone, Debug)]
pub(super) struct Endpoints {
    region: String,
    fips: Fips,
    stack: Stack,
}

/// Whether endpoints with validated cryptography are asked for (`use_fips_endpoint`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fips {
    Yes,
    No,
}

/// Whether endpoints with IPv6 are asked for (`use_dualstack_endpoint`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stack {
    Single,
    Dual,
}

/// Where a service is reached, and for which region calls to it are signed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Endpoint {
    /// Without a slash at its end.
    pub(super) url: String,
    /// For example `us-east-1`, where IAM of the commercial regions is.
    pub(super) region: String,
}

impl Endpoints {
    /// What `config` asks for, in `region`.
    pub(super) fn of(config: &SdkConfig, region: &str) -> Self {
        Self {
            region: region.to_owned(),
            fips: if config.use_fips() == Some(true) { Fips::Yes } else { Fips::No },
            stack: if config.use_dual_stack() == Some(true) { Stack::Dual } else { Stack::Single },
        }
    }

    /// Where `api` is; nothing where AWS has no such endpoint.
    pub(super) async fn endpoint(&self, config: &SdkConfig, api: Api) -> Option<Endpoint> {
        let named = configured(config, api);
        let home = (api == Api::Iam).then(|| Home::of(&self.region));
        let url = match (&named, &home) {
            (Some(url), _) => is_url(url).then(|| url.trim_end_matches('/').to_owned())?,
            (None, Some(home)) => home.url(self),
            (None, None) => beside_ecs(&self.ecs(api).await?, api, &self.region)?,
        };
        Some(Endpoint { url, region: home.map_or_else(|| self.region.clone(), |home| home.region.to_owned()) })
    }

    /// Where ECS is under the same conditions, as the SDK knows it: it knows partitions that are not written down here.
    async fn ecs(&self, api: Api) -> Option<String> {
        // Secrets Manager answers over IPv6 at its ordinary hosts (endpoint rules of the service).
        let dual = self.stack == Stack::Dual && api != Api::SecretsManager;
        let asked = Params::builder().region(&self.region).use_fips(self.fips == Fips::Yes).use_dual_stack(dual);
        let found = DefaultResolver::new().resolve_endpoint(&asked.build().ok()?).await;
        found.ok().map(|endpoint| endpoint.url().to_owned())
    }
}

/// Whether an endpoint that credentials may be asked of is named and empty.
pub(super) fn has_empty(config: &SdkConfig) -> bool {
    let own = ["STS", "SSO", "SSO OIDC"].into_iter().filter_map(|id| own(config, id));
    own.chain(config.endpoint_url().map(str::to_owned)).any(|url| url.is_empty())
}

/// What is named for the service with this id alone.
fn own(config: &SdkConfig, id: &str) -> Option<String> {
    let key = ServiceConfigKey::builder().service_id(id).env("AWS_ENDPOINT_URL").profile("endpoint_url");
    config.service_config()?.load_config(key.build().ok()?)
}

/// Whether a request can be sent there: the signature covers a host.
fn is_url(text: &str) -> bool {
    let parts = text.parse::<http::Uri>().map(http::Uri::into_parts);
    parts.is_ok_and(|parts| parts.scheme.is_some() && parts.authority.is_some())
}

/// What the environment or the profile names for this service (`AWS_ENDPOINT_URL_CODEDEPLOY`, or `endpoint_url` in the section
/// `services`), else for all (`AWS_ENDPOINT_URL`, `endpoint_url`). What is empty names nothing.
pub(super) fn configured(config: &SdkConfig, api: Api) -> Option<String> {
    own(config, service(api).id).into_iter().chain(config.endpoint_url().map(str::to_owned)).find(|url| !url.is_empty())
}

/// A URL as it may be shown.
pub(super) fn without_password(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let host = authority.rsplit('@').next().unwrap_or(authority);
    let path = path.split(['?', '#']).next().unwrap_or(path);
    if scheme.is_empty() { format!("{host}{path}") } else { format!("{scheme}://{host}{path}") }
}

/// The host of `api`, which differs from that of ECS in its first label: `https://ecs-fips.eu-west-1.amazonaws.com` gives
/// `https://ssm-fips.eu-west-1.amazonaws.com`.
///
/// Compared with the endpoint rules of all these services for every region, with and without FIPS and IPv6; the exceptions are named.
fn beside_ecs(ecs: &str, api: Api, region: &str) -> Option<String> {
    let rest = ecs.strip_prefix("https://ecs")?;
    let dual = rest.contains(".api.");
    let host = match api {
        Api::Ecr if dual => "ecr",
        _ => service(api).host,
    };
    // GovCloud: the ordinary endpoints of these are validated.
    let plain = match api {
        Api::Events | Api::CloudWatch => true,
        Api::Sts | Api::Logs | Api::Ssm => !dual,
        _ => false,
    };
    let rest = if plain && region.starts_with("us-gov-") { rest.strip_prefix("-fips").unwrap_or(rest) } else { rest };
    Some(format!("https://{host}{rest}"))
}

/// Where a partition keeps IAM, which is one for all of its regions (endpoint rules of IAM).
struct Home {
    region: &'static str,
    single: &'static str,
    dual: &'static str,
}

impl Home {
    fn of(region: &str) -> Self {
        let (region, single, dual) = match region {
            _ if region.starts_with("cn-") => {
                ("cn-north-1", "iam.cn-north-1.amazonaws.com.cn", "iam.global.api.amazonwebservices.com.cn")
            }
            _ if region.starts_with("us-gov-") => ("us-gov-west-1", "iam.us-gov.amazonaws.com", "iam.us-gov.api.aws"),
            _ if region.starts_with("eusc-") => {
                ("eusc-de-east-1", "iam.eusc-de-east-1.amazonaws.eu", "iam.api.amazonwebservices.eu")
            }
            _ if region.starts_with("us-isob-") => {
                ("us-isob-east-1", "iam.us-isob-east-1.sc2s.sgov.gov", "iam.api.aws.scloud")
            }
            _ if region.starts_with("us-isof-") => {
                ("us-isof-south-1", "iam.us-isof-south-1.csp.hci.ic.gov", "iam.api.aws.hci.ic.gov")
            }
            _ if region.starts_with("eu-isoe-") => {
                ("eu-isoe-west-1", "iam.eu-isoe-west-1.cloud.adc-e.uk", "iam.api.cloud-aws.adc-e.uk")
            }
            _ if region.starts_with("us-iso-") => {
                ("us-iso-east-1", "iam.us-iso-east-1.c2s.ic.gov", "iam.api.aws.ic.gov")
            }
            _ => ("us-east-1", "iam.amazonaws.com", "iam.global.api.aws"),
        };
        Self { region, single, dual }
    }

    fn url(&self, asked: &Endpoints) -> String {
        let host = if asked.stack == Stack::Dual { self.dual } else { self.single };
        // GovCloud: the ordinary endpoint is validated.
        if asked.fips == Fips::Yes && self.region != "us-gov-west-1" {
            format!("https://{}", host.replacen("iam.", "iam-fips.", 1))
        } else {
            format!("https://{host}")
        }
    }
}

#[cfg(test)]
mod tests;
