"""What stands around Amazon ECS: moto's answers, and those of the double."""

import boto3

from .base import URL, Scenario, client, control

ROLE = "arn:aws:iam::123456789012:role/execution"


class Around(Scenario):
    """One question to each service that a deployer asks."""

    def test_who_asks(self):
        self.assertEqual(client("sts").get_caller_identity()["Account"], "123456789012")

    def test_an_assumed_role_can_sign(self):
        self.seed(roles={"deployer": {}})
        given = client("sts").assume_role(RoleArn="arn:aws:iam::123456789012:role/deployer", RoleSessionName="x")["Credentials"]
        session = boto3.Session(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], region_name="eu-central-1")
        self.assertEqual(session.client("ecs", endpoint_url=URL).list_clusters()["clusterArns"], [])

    def test_roles_and_what_they_may(self):
        allow = ["logs:*", {"actions": ["secretsmanager:GetSecretValue"], "resources": ["arn:*:secret:checkout/*"]}]
        self.seed(roles={"execution": {"allow": allow, "deny": ["logs:DeleteLogGroup"]}})
        self.assertEqual(client("iam").get_role(RoleName="execution")["Role"]["Arn"], ROLE)
        ask = client("iam").simulate_principal_policy
        actions = ["logs:PutLogEvents", "logs:DeleteLogGroup", "s3:GetObject"]
        told = ask(PolicySourceArn=ROLE, ActionNames=actions, ResourceArns=["*"])["EvaluationResults"]
        self.assertEqual([one["EvalDecision"] for one in told], ["allowed", "explicitDeny", "implicitDeny"])
        secret = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:checkout/db-Q7xK2m"
        resources = [secret, secret.replace("checkout", "other")]
        told = ask(PolicySourceArn=ROLE, ActionNames=["secretsmanager:GetSecretValue"], ResourceArns=resources)
        self.assertEqual([one["EvalDecision"] for one in told["EvaluationResults"]], ["allowed", "implicitDeny"])
        self.refused("NoSuchEntity", ask, PolicySourceArn=ROLE + "x", ActionNames=["a:b"])

    def test_secrets_and_parameters(self):
        self.seed(secrets={"checkout/db": {"suffix": "Q7xK2m"}}, parameters={"/checkout/db": {}})
        arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:checkout/db-Q7xK2m"
        self.assertEqual(client("secretsmanager").describe_secret(SecretId=arn)["ARN"], arn)
        self.refused("ResourceNotFoundException", client("secretsmanager").describe_secret, SecretId=arn.replace("db", "none"))
        filters = [{"Key": "Name", "Option": "Equals", "Values": ["/checkout/db"]}]
        self.assertEqual(client("ssm").describe_parameters(ParameterFilters=filters)["Parameters"][0]["Type"], "SecureString")

    def test_logs(self):
        self.seed(logGroups={"/ecs/checkout": {"web/app/1": ["one", "two fish"], "web/app/2": ["three fish"]}})
        logs = client("logs")
        self.assertEqual(len(logs.describe_log_groups(logGroupNamePrefix="/ecs")["logGroups"]), 1)
        told = logs.filter_log_events(logGroupName="/ecs/checkout", filterPattern="fish")["events"]
        self.assertEqual(sorted(event["message"] for event in told), ["three fish", "two fish"])
        self.assertEqual(len(logs.get_log_events(logGroupName="/ecs/checkout", logStreamName="web/app/1")["events"]), 2)
        self.refused("ResourceNotFoundException", logs.filter_log_events, logGroupName="/ecs/none")

    def test_images(self):
        registry = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
        self.seed(images={f"{registry}/checkout:42": "sha256:" + "ab" * 32})
        told = client("ecr").batch_get_image(repositoryName="checkout", imageIds=[{"imageTag": "42"}, {"imageTag": "43"}])
        self.assertEqual(told["images"][0]["imageId"]["imageDigest"], "sha256:" + "ab" * 32)
        self.assertEqual(told["failures"][0]["failureCode"], "ImageNotFound")
        details = client("ecr").describe_images(repositoryName="checkout", imageIds=[{"imageTag": "42"}])["imageDetails"]
        self.assertEqual(details[0]["imageTags"], ["42"])
        self.refused("RepositoryNotFoundException", client("ecr").describe_images, repositoryName="none")

    def test_who_starts_the_family_by_the_clock(self):
        self.seed(
            rules=[{"name": "nightly", "taskDefinition": "checkout:1", "cluster": "shop"}],
            schedules=[{"name": "hourly", "taskDefinition": "checkout", "cluster": "shop"}],
        )
        events = client("events")
        self.assertEqual(events.list_rules()["Rules"][0]["Name"], "nightly")
        target = events.list_targets_by_rule(Rule="nightly")["Targets"][0]
        self.assertTrue(target["EcsParameters"]["TaskDefinitionArn"].endswith("task-definition/checkout:1"))
        self.assertEqual(events.list_rule_names_by_target(TargetArn=target["Arn"])["RuleNames"], ["nightly"])
        scheduler = client("scheduler")
        self.assertEqual(scheduler.list_schedules()["Schedules"][0]["Name"], "hourly")
        told = scheduler.get_schedule(Name="hourly")["Target"]["EcsParameters"]["TaskDefinitionArn"]
        self.assertTrue(told.endswith("task-definition/checkout"))
        self.assertEqual([call["operation"] for call in control("GET", "calls")][-2:], ["ListSchedules", "GetSchedule"])

    def test_tags_of_services(self):
        told = self.shop(tags=[{"key": "team", "value": "a"}])
        arn = told["services"]["shop/checkout"]
        self.refused("InvalidParameterException", self.ecs.tag_resource, resourceArn=arn, tags=[{"key": "aws:x", "value": "1"}])
        self.ecs.tag_resource(resourceArn=arn, tags=[{"key": "cost", "value": "1"}])
        self.assertEqual([tag["key"] for tag in self.ecs.list_tags_for_resource(resourceArn=arn)["tags"]], ["team", "cost"])
        self.ecs.untag_resource(resourceArn=arn, tagKeys=["team"])
        self.assertEqual([tag["key"] for tag in self.service()["tags"]], ["cost"])

    def test_capacity_providers(self):
        self.seed(capacityProviders={"spot-group": {}})
        self.shop(capacityProviderStrategy=[{"capacityProvider": "FARGATE_SPOT", "weight": 1}])
        self.assertNotIn("launchType", self.service())
        told = self.ecs.describe_capacity_providers()["capacityProviders"]
        self.assertEqual([one["name"] for one in told], ["FARGATE", "FARGATE_SPOT", "spot-group"])
        self.assertEqual(self.tasks("RUNNING")[0]["launchType"], "FARGATE")
