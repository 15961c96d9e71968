//! Where credentials go, and what other plans make of it.

use super::*;
use crate::intent::secrets::SecretSource;

const ROLE: &str = r#""executionRoleArn": "arn:aws:iam::123456789012:role/x","#;
const PASSWORD: &str = r#", "environment": [{"name": "DB_PASSWORD", "value": "tr0ub4dor-and-3"}]"#;

fn arn_in(region: &str) -> Json {
    json!({ "DB_PASSWORD": format!("arn:aws:ssm:{region}:123456789012:parameter/x") })
}

#[track_caller]
fn source(text: &str, knobs: Json) -> Result<Vouched<String>, Vec<String>> {
    match first(text, &wishes(knobs)).secrets.of("DB_PASSWORD").expect("it is a credential") {
        Plan::Ready(mend) => match &mend.source {
            SecretSource::New(arn) => Ok(arn.clone().map(|arn| arn.to_string())),
            SecretSource::Existing(_) => panic!("there is none"),
        },
        Plan::Blocked(obstacles) => Err(obstacles.iter().map(|obstacle| obstacle.reason.clone()).collect()),
    }
}

/// The next run would see the region of the ARN, and edit again.
#[test]
fn logs_know_the_region_of_what_is_moved_in_the_same_run() {
    let text = ec2(PASSWORD, "", ROLE);
    let region = |secrets: Json| match first(
        &text,
        &wishes(json!({ "logs": { "group": "/ecs/x" }, "secrets": secrets })),
    )
    .logs
    {
        Plan::Ready(mend) => Some(mend.region.value),
        Plan::Blocked(_) => None,
    };
    assert_eq!(region(json!({ "arns": arn_in("eu-west-3") })).as_deref(), Some("eu-west-3"));
    assert_eq!(region(json!({})), None);
}

#[test]
fn a_name_weighs_more_than_the_template_and_the_region_of_the_environment_least() {
    let template = "arn:{partition}:ssm:{region}:{account}:parameter/{container}/{name}";
    let text = ec2(PASSWORD, "", ROLE);
    let named = source(&text, json!({ "secrets": { "template": template, "arns": arn_in("eu-west-3") } })).unwrap();
    assert!(named.value.contains("eu-west-3"));
    let reasons = source(&text, json!({ "secrets": { "template": template } })).unwrap_err();
    assert_eq!(reasons, ["nothing tells what {region} is in `secrets.template`"]);

    let mut layers = vec![Layer {
        origin: Provenance::Environment,
        scope: Scope::everything(),
        knobs: serde_json::from_value(json!({ "secrets": { "region": "cn-north-1" } })).unwrap(),
        written: Arc::default(),
    }];
    layers.push(Layer {
        origin: Provenance::Policy,
        scope: Scope::everything(),
        knobs: serde_json::from_value(json!({ "secrets": { "template": template } })).unwrap(),
        written: Arc::default(),
    });
    let of = |text: &str| {
        let wishes = Wishes { layers: Layers::from(layers.clone()), ..wishes(json!({})) };
        match first(text, &wishes).secrets.of("DB_PASSWORD") {
            Some(Plan::Ready(SecretMend { source: SecretSource::New(arn), .. })) => {
                arn.clone().map(|arn| arn.to_string())
            }
            other => panic!("{other:?}"),
        }
    };
    let by_environment = of(&text);
    assert_eq!(by_environment.by, Provenance::Environment);
    assert_eq!(by_environment.value, "arn:aws-cn:ssm:cn-north-1:123456789012:parameter/web/DB_PASSWORD");
    let own = r#""taskDefinitionArn": "arn:aws:ecs:us-east-2:123456789012:task-definition/x:1","#;
    let by_definition = of(&ec2(PASSWORD, "", &format!("{ROLE} {own}")));
    assert_eq!(by_definition.by, Provenance::Policy);
    assert!(by_definition.value.contains("us-east-2"));
}

#[test]
fn without_a_role_nothing_is_moved() {
    let reasons = source(&ec2(PASSWORD, "", ""), json!({ "secrets": { "arns": arn_in("eu-west-3") } })).unwrap_err();
    assert_eq!(reasons, ["secrets are read with the role in `executionRoleArn`, and there is none"]);
}
