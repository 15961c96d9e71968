"""Deployments by CodeDeploy, and what becomes of the service's task sets."""

import hashlib
import json

from launcher.codedeploy.appspec import plain

from .base import Scenario, client, short

APPLICATION, GROUP = "AppECS-shop-checkout", "DgpECS-shop-checkout"
NAMED = {"applicationName": APPLICATION, "deploymentGroupName": GROUP}
HOOKS = [{"BeforeAllowTraffic": "arn:aws:lambda:eu-central-1:123456789012:function:check"}]


def revision(definition="checkout:2"):
    """An AppSpec for a revision of `checkout`."""
    content = plain(definition, "app", 8080, HOOKS)
    digest = hashlib.sha256(content.encode()).hexdigest()
    return {"revisionType": "AppSpecContent", "appSpecContent": {"content": content, "sha256": digest}}


class CodeDeploy(Scenario):
    """CreateDeployment and its polls."""

    def setUp(self):
        super().setUp()
        self.deploy_client = client("codedeploy")

    def group(self, *script, **group):
        """A service under CODE_DEPLOY with a group that has deployed once."""
        self.shop(*script, deploymentController={"type": "CODE_DEPLOY"}, codedeploy={"hooks": HOOKS} | group)

    def create(self, **members):
        """A deployment of the second revision."""
        return self.deploy_client.create_deployment(**NAMED, revision=members.pop("revision", revision()), **members)["deploymentId"]

    def statuses(self, deployment, polls):
        """The status at each of some polls."""
        return [self.deploy_client.get_deployment(deploymentId=deployment)["deploymentInfo"]["status"] for _ in range(polls)]

    def sets(self):
        """Of each task set its status and revision."""
        return [(t["status"], short(t["taskDefinition"])) for t in self.service()["taskSets"]]

    def test_succeeded(self):
        self.group({"polls": 2, "bake": 2})
        deployment = self.create()
        self.assertEqual(self.statuses(deployment, 4), ["InProgress"] * 4)
        self.assertEqual(self.sets(), [("ACTIVE", "checkout:1"), ("PRIMARY", "checkout:2")])
        told = self.deploy_client.get_deployment(deploymentId=deployment)["deploymentInfo"]
        self.assertTrue(told["instanceTerminationWaitTimeStarted"])
        self.assertEqual(self.statuses(deployment, 1), ["Succeeded"])
        self.assertEqual(self.sets(), [("PRIMARY", "checkout:2")])
        self.assertEqual(short(self.service()["taskDefinition"]), "checkout:1", "the service's own member is not kept up")
        last = self.deploy_client.get_deployment_group(**NAMED)["deploymentGroupInfo"]["lastSuccessfulDeployment"]
        self.assertEqual((last["deploymentId"], last["status"]), (deployment, "Succeeded"))

    def test_the_last_appspec_can_be_had(self):
        for form in ("appSpecContent", "string"):
            with self.subTest(form):
                self.setUp()
                self.group(revisionForm=form)
                told = self.deploy_client.batch_get_deployment_groups(applicationName=APPLICATION, deploymentGroupNames=[GROUP])
                last = told["deploymentGroupsInfo"][0]["lastSuccessfulDeployment"]["deploymentId"]
                location = self.deploy_client.get_deployment(deploymentId=last)["deploymentInfo"]["revision"]
                self.assertEqual(set(location[form]), {"sha256"})
                found = self.deploy_client.get_application_revision(applicationName=APPLICATION, revision=location)["revision"]
                self.assertEqual(json.loads(found[form]["content"])["Hooks"], HOOKS)

    def test_without_a_past_there_is_no_appspec(self):
        self.group(appspec=False)
        self.assertNotIn("lastSuccessfulDeployment", self.deploy_client.get_deployment_group(**NAMED)["deploymentGroupInfo"])
        self.assertEqual(self.deploy_client.list_deployments(**NAMED)["deployments"], [])

    def test_one_at_a_time(self):
        self.group()
        deployment = self.create()
        self.refused("DeploymentLimitExceededException", self.create)
        told = self.deploy_client.list_deployments(**NAMED, includeOnlyStatuses=["Created", "InProgress"])["deployments"]
        self.assertEqual(told, [deployment])

    def test_what_is_refused(self):
        self.group()
        wrong = revision()
        wrong["appSpecContent"]["sha256"] = "0" * 64
        self.assertIn("sha256", self.refused("InvalidRevisionException", self.create, revision=wrong))
        broken = {"revisionType": "AppSpecContent", "appSpecContent": {"content": "Resources: []"}}
        self.refused("InvalidRevisionException", self.create, revision=broken)
        call = self.deploy_client.create_deployment
        self.refused("ApplicationDoesNotExistException", call, applicationName="x", deploymentGroupName=GROUP, revision=revision())
        members = {"applicationName": APPLICATION, "deploymentGroupName": "x", "revision": revision()}
        self.refused("DeploymentGroupDoesNotExistException", call, **members)
        self.refused("DeploymentDoesNotExistException", self.deploy_client.get_deployment, deploymentId="d-XXXXXXXXX")

    def test_failed_and_rolled_back(self):
        self.group({"outcome": "fails", "polls": 2}, autoRollback={"enabled": True, "events": ["DEPLOYMENT_FAILURE"]})
        deployment = self.create()
        self.assertEqual(self.statuses(deployment, 3)[-1], "Failed")
        told = self.deploy_client.get_deployment(deploymentId=deployment)["deploymentInfo"]
        self.assertEqual(told["errorInformation"]["code"], "TIMEOUT")
        back = self.deploy_client.get_deployment(deploymentId=told["rollbackInfo"]["rollbackDeploymentId"])["deploymentInfo"]
        self.assertEqual((back["creator"], back["status"]), ("codeDeployRollback", "Succeeded"))
        self.assertEqual(self.sets(), [("PRIMARY", "checkout:1")])

    def test_failed_without_roll_back(self):
        self.group({"outcome": "fails", "polls": 1})
        deployment = self.create()
        self.assertEqual(self.statuses(deployment, 2), ["InProgress", "Failed"])
        self.assertEqual(self.sets()[0], ("PRIMARY", "checkout:1"))

    def test_a_hook_that_fails(self):
        self.group({"outcome": "hook-fails", "polls": 1})
        deployment = self.create()
        self.statuses(deployment, 2)
        told = self.deploy_client.get_deployment(deploymentId=deployment)["deploymentInfo"]
        self.assertEqual((told["status"], told["errorInformation"]["code"]), ("Failed", "HOOK_EXECUTION_FAILURE"))

    def test_ready_waits(self):
        self.group({"polls": 1, "bake": 1}, ready={"actionOnTimeout": "STOP_DEPLOYMENT", "waitTimeInMinutes": 60})
        deployment = self.create()
        self.assertEqual(self.statuses(deployment, 6)[2:], ["Ready"] * 4)
        self.assertEqual(self.sets()[0], ("PRIMARY", "checkout:1"))
        self.deploy_client.continue_deployment(deploymentId=deployment, deploymentWaitType="READY_WAIT")
        self.assertEqual(self.statuses(deployment, 2), ["InProgress", "Succeeded"])

    def test_stopped_with_roll_back_after_the_shift(self):
        self.group({"polls": 1, "bake": 9})
        deployment = self.create()
        self.statuses(deployment, 4)
        self.assertEqual(self.sets()[1], ("PRIMARY", "checkout:2"))
        self.deploy_client.stop_deployment(deploymentId=deployment, autoRollbackEnabled=True)
        self.assertEqual(self.statuses(deployment, 1), ["Stopped"])
        self.assertEqual(self.sets(), [("PRIMARY", "checkout:1")])
        self.refused("DeploymentAlreadyCompletedException", self.deploy_client.stop_deployment, deploymentId=deployment)
