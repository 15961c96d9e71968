use super::*;

fn over(said: &str) -> String {
    Veil::default().over(&said.into()).to_string()
}

fn veil(hidden: &[&str]) -> Veil {
    let mut veil = Veil::default();
    veil.name(["checkout", "app"].map(str::to_owned));
    veil.hide(hidden.iter().map(|value| (*value).to_owned()));
    veil
}

/// The sentences that people have to read at night (ECS developer guide, "Amazon ECS service event messages"; errors of the API).
#[test]
fn what_aws_says_of_names_is_shown() {
    for said in [
        "(service checkout) has reached a steady state.",
        "(service checkout) has started 2 tasks: (task 0123456789abcdef0123456789abcdef).",
        "(service checkout) has stopped 1 running tasks: (task 0123456789abcdef0123456789abcdef).",
        "(service checkout) registered 1 targets in (target-group arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/checkout/0123456789abcdef)",
        "(service checkout) (port 8080) is unhealthy in (target-group arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/checkout/0123456789abcdef) due to (reason Health checks failed with these codes: [502]).",
        "(service checkout) was unable to place a task because no container instance met all of its requirements.",
        "(service checkout) (deployment ecs-svc/1234567890123456789) deployment failed: tasks failed to start.",
        "ECS deployment circuit breaker: tasks failed to start.",
        "Service deployment rolled back because the circuit breaker threshold was exceeded.",
        "User: arn:aws:iam::123456789012:user/test is not authorized to perform: ecs:UpdateService because no identity-based policy allows the ecs:UpdateService action",
        "The security token included in the request is expired",
        "Invalid 'cpu' setting for task.",
        "The container app does not exist in the task definition.",
        "Unable to describe task definition.",
        "TaskDefinition checkout:7 is inactive",
        "(service checkout) was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance 123e4567-e89b-42d3-a456-426614174000) has insufficient CPU units available. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.",
        "(service checkout) is unable to consistently start tasks successfully. For more information, see the Troubleshooting section.",
        "(service checkout) failed to launch a task with (error ECS was unable to assume the role 'arn:aws:iam::123456789012:role/x' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role.).",
        "(service checkout) (task 0123456789abcdef0123456789abcdef) failed container health checks.",
        "(service checkout) (deployment ecs-svc/1234567890123456789) deployment completed.",
        "ECS deployment ecs-svc/1234567890123456789 completed.",
        "Service deployment rolled back because of ECS deployment circuit breaker threshold being reached.",
        "Unable to assume the service linked role. Please verify that the ECS service linked role exists.",
        "Container.image contains invalid characters.",
        "Create TaskDefinition: The container app has invalid environment variable name.",
        "Invalid 'memory' setting for container 'app'. The sum of container memory exceeds task memory.",
        "Task definition does not support launch_type FARGATE.",
        "User: arn:aws:sts::123456789012:assumed-role/deploy/ci is not authorized to perform: iam:PassRole on resource: arn:aws:iam::123456789012:role/ex because no identity-based policy allows the iam:PassRole action",
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
    ] {
        let shown = veil(&["planted"]).over(&said.into()).to_string();
        assert_eq!(shown, said);
    }
}

#[test]
fn a_value_is_masked_in_whatever_spelling() {
    let value = "zq9\"q w<7\nl2";
    for spelt in [
        value,
        r#"zq9\"q w<7\nl2"#,
        "zq9&quot;q w&lt;7 l2",
        "zq9\"q w<7",
        "zq9...",
        "ZQ9\"Q W<7 L2",
        "zq9%22q%20w%3C7%0Al2",
        "enE5InEgdzw3Cmwy",
    ] {
        for said in
            [format!("Invalid value '{spelt}' for environment."), format!("not {spelt}"), format!("env A={spelt}")]
        {
            let shown = veil(&[value]).over(&said.as_str().into()).to_string();
            let known = ["Invalid", "value", "for", "environment.", "not", "env", MASK];
            assert!(shown.split(' ').all(|word| known.contains(&word)), "{said}: {shown}");
        }
    }
}

#[test]
fn what_nobody_knows_is_masked_although_no_value_is_known() {
    assert_eq!(over("Invalid value 'hunter2' for A."), "Invalid value *** for A.");
    assert_eq!(over("Not while planted-as-a-greeting."), "Not while ***");
    assert_eq!(over("port 99999999 and pin 123456, 12345678"), "port *** and ***");
    assert_eq!(over("one\ntwo\u{1b}[31m three"), "one two ***");
}

#[test]
fn short_and_common_values_spoil_no_sentence() {
    let said = "(service checkout) has stopped 1 running tasks.";
    assert_eq!(veil(&["run", "1", "a", "task", "in"]).over(&said.into()).to_string(), said);
}

#[test]
fn a_word_that_is_a_value_is_masked_where_values_stand() {
    let veil = veil(&["run", "true", "7"]);
    for said in ["Invalid value 'run' of command", "Invalid value run of command", "command: run", "command= run"] {
        assert!(!veil.over(&said.into()).to_string().split(' ').any(|word| word.contains("run")), "{said}");
    }
    assert_eq!(veil.over(&"the tasks run".into()).to_string(), "the tasks run");
    assert_eq!(veil.over(&"value 7, exit 7".into()).to_string(), "value *** exit 7");
}

#[test]
fn a_value_of_several_words_of_aws_is_masked() {
    let veil = veil(&["The service is steady today"]);
    assert_eq!(veil.over(&"message: the service is STEADY today".into()).to_string(), "message: ***");
    assert_eq!(veil.over(&"message: the service is".into()).to_string(), "message: ***");
    assert_eq!(veil.over(&"the service failed".into()).to_string(), "the service failed");
}

#[test]
fn an_arn_that_is_a_value_or_a_piece_of_one_is_masked() {
    let arn = "arn:aws:sqs:eu-central-1:123456789012:orders";
    for said in [arn, "arn:aws:sqs:eu-central-1:123456789012:ord", "ARN:AWS:SQS:eu-central-1:123456789012:orders"] {
        assert_eq!(veil(&[arn]).over(&said.into()).to_string(), MASK, "{said}");
    }
    assert_eq!(over(arn), arn);
}

#[test]
fn not_even_a_panic_shows_a_sentence() {
    assert_eq!(format!("{:?}", Said::from("zq9")), MASK);
}
