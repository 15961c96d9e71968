//! Expected hosts are those of the endpoint rules that AWS publishes for each service.

use super::*;
use aws_config::BehaviorVersion;

const ALL: [Api; 11] = [
    Api::Ecs,
    Api::Sts,
    Api::CodeDeploy,
    Api::Logs,
    Api::SecretsManager,
    Api::Ssm,
    Api::Iam,
    Api::Ecr,
    Api::Events,
    Api::Scheduler,
    Api::CloudWatch,
];

fn config(fips: Fips, stack: Stack) -> aws_types::sdk_config::Builder {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .use_fips(fips == Fips::Yes)
        .use_dual_stack(stack == Stack::Dual)
}

fn endpoint(config: &SdkConfig, region: &str, api: Api) -> Option<Endpoint> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(Endpoints::of(config, region).endpoint(config, api))
}

/// The hosts of all services, one a line, with the signing region where it is another.
fn hosts(region: &str, fips: Fips, stack: Stack) -> String {
    let config = config(fips, stack).build();
    let lines = ALL.map(|api| {
        let found = endpoint(&config, region, api).unwrap();
        let host = found.url.strip_prefix("https://").unwrap();
        if found.region == region { host.to_owned() } else { format!("{host} for {}", found.region) }
    });
    lines.join("\n")
}

#[test]
fn services_are_where_their_region_is() {
    assert_eq!(
        hosts("eu-central-1", Fips::No, Stack::Single),
        "ecs.eu-central-1.amazonaws.com\n\
         sts.eu-central-1.amazonaws.com\n\
         codedeploy.eu-central-1.amazonaws.com\n\
         logs.eu-central-1.amazonaws.com\n\
         secretsmanager.eu-central-1.amazonaws.com\n\
         ssm.eu-central-1.amazonaws.com\n\
         iam.amazonaws.com for us-east-1\n\
         api.ecr.eu-central-1.amazonaws.com\n\
         events.eu-central-1.amazonaws.com\n\
         scheduler.eu-central-1.amazonaws.com\n\
         monitoring.eu-central-1.amazonaws.com"
    );
}

#[test]
fn ipv6_and_validated_cryptography_go_together() {
    assert_eq!(
        hosts("us-east-1", Fips::Yes, Stack::Dual),
        "ecs-fips.us-east-1.api.aws\n\
         sts-fips.us-east-1.api.aws\n\
         codedeploy-fips.us-east-1.api.aws\n\
         logs-fips.us-east-1.api.aws\n\
         secretsmanager-fips.us-east-1.amazonaws.com\n\
         ssm-fips.us-east-1.api.aws\n\
         iam-fips.global.api.aws\n\
         ecr-fips.us-east-1.api.aws\n\
         events-fips.us-east-1.api.aws\n\
         scheduler-fips.us-east-1.api.aws\n\
         monitoring-fips.us-east-1.api.aws"
    );
}

#[test]
fn govcloud_has_validated_cryptography_at_some_ordinary_hosts() {
    assert_eq!(
        hosts("us-gov-east-1", Fips::Yes, Stack::Single),
        "ecs-fips.us-gov-east-1.amazonaws.com\n\
         sts.us-gov-east-1.amazonaws.com\n\
         codedeploy-fips.us-gov-east-1.amazonaws.com\n\
         logs.us-gov-east-1.amazonaws.com\n\
         secretsmanager-fips.us-gov-east-1.amazonaws.com\n\
         ssm.us-gov-east-1.amazonaws.com\n\
         iam.us-gov.amazonaws.com for us-gov-west-1\n\
         api.ecr-fips.us-gov-east-1.amazonaws.com\n\
         events.us-gov-east-1.amazonaws.com\n\
         scheduler-fips.us-gov-east-1.amazonaws.com\n\
         monitoring.us-gov-east-1.amazonaws.com"
    );
}

#[test]
fn other_partitions_have_other_domains() {
    let single = |region, api| {
        let found = endpoint(&config(Fips::No, Stack::Single).build(), region, api).unwrap();
        format!("{} for {}", found.url, found.region)
    };
    assert_eq!(single("cn-northwest-1", Api::Logs), "https://logs.cn-northwest-1.amazonaws.com.cn for cn-northwest-1");
    assert_eq!(single("us-iso-west-1", Api::Ecr), "https://api.ecr.us-iso-west-1.c2s.ic.gov for us-iso-west-1");
    for (region, home) in [
        ("cn-northwest-1", "https://iam.cn-north-1.amazonaws.com.cn for cn-north-1"),
        ("us-gov-east-1", "https://iam.us-gov.amazonaws.com for us-gov-west-1"),
        ("eusc-de-east-1", "https://iam.eusc-de-east-1.amazonaws.eu for eusc-de-east-1"),
        ("us-iso-west-1", "https://iam.us-iso-east-1.c2s.ic.gov for us-iso-east-1"),
        ("us-isob-west-1", "https://iam.us-isob-east-1.sc2s.sgov.gov for us-isob-east-1"),
        ("us-isof-east-1", "https://iam.us-isof-south-1.csp.hci.ic.gov for us-isof-south-1"),
        ("eu-isoe-west-1", "https://iam.eu-isoe-west-1.cloud.adc-e.uk for eu-isoe-west-1"),
    ] {
        assert_eq!(single(region, Api::Iam), home);
    }
}

#[test]
fn a_configured_endpoint_is_for_all_services() {
    let config = config(Fips::Yes, Stack::Dual).endpoint_url("http://127.0.0.1:5000/").build();
    for api in ALL {
        let region = if api == Api::Iam { "us-east-1" } else { "eu-west-1" };
        let expected = Endpoint { url: "http://127.0.0.1:5000".into(), region: region.into() };
        assert_eq!(endpoint(&config, "eu-west-1", api), Some(expected));
    }
}

#[test]
fn an_empty_endpoint_is_none_and_what_is_no_url_is_nowhere() {
    let at = |url: &str| endpoint(&config(Fips::No, Stack::Single).endpoint_url(url).build(), "eu-west-1", Api::Ssm);
    assert_eq!(at("").map(|found| found.url).as_deref(), Some("https://ssm.eu-west-1.amazonaws.com"));
    for url in ["no url", "127.0.0.1:5000", "/path", "localhost", "http://"] {
        assert_eq!(at(url), None, "{url}");
    }
}

#[test]
fn what_is_no_region_has_no_endpoint() {
    assert_eq!(endpoint(&config(Fips::No, Stack::Single).build(), "no region", Api::Logs), None);
}

#[test]
fn a_password_in_an_endpoint_is_not_shown() {
    for (url, shown) in [
        ("http://127.0.0.1:5000", "http://127.0.0.1:5000"),
        ("https://mina:hunter2@aws.example.com/stage?token=hunter2", "https://aws.example.com/stage"),
        ("https://mina:hunter@2@aws.example.com#hunter2", "https://aws.example.com"),
        ("https://aws.example.com/mina@2", "https://aws.example.com/mina@2"),
        ("mina:hunter2@aws.example.com", "aws.example.com"),
    ] {
        assert_eq!(without_password(url), shown);
    }
}
