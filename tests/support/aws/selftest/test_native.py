"""Blue/green, linear and canary deployments, and the hooks that hold them."""

from .base import Scenario

STAGES = [
    "RECONCILE_SERVICE", "PRE_SCALE_UP", "SCALE_UP", "POST_SCALE_UP", "TEST_TRAFFIC_SHIFT", "POST_TEST_TRAFFIC_SHIFT",
    "PRODUCTION_TRAFFIC_SHIFT", "POST_PRODUCTION_TRAFFIC_SHIFT", "BAKE_TIME", "BAKE_TIME", "CLEAN_UP",
]


class Native(Scenario):
    """Strategies that run two revisions beside one another."""

    def stages(self, arn, polls):
        """The stage at each of some polls."""
        return [self.history(arn).get("lifecycleStage") for _ in range(polls)]

    def test_blue_green_goes_stage_by_stage(self):
        self.shop({"polls": 1, "bake": 2}, deploymentConfiguration={"strategy": "BLUE_GREEN"})
        arn = self.deploy()
        self.assertEqual(self.stages(arn, 3), STAGES[:3])
        told = self.service()
        self.assertEqual([d["runningCount"] for d in told["deployments"]], [2, 2])
        self.assertNotIn("rolloutState", told["deployments"][0])
        self.assertEqual(self.stages(arn, 4)[-1], "POST_PRODUCTION_TRAFFIC_SHIFT")
        history = self.history(arn)
        self.assertEqual(history["lifecycleStage"], "BAKE_TIME")
        self.assertEqual(history["targetServiceRevision"]["requestedProductionTrafficWeight"], 100.0)
        self.assertEqual(history["sourceServiceRevisions"][0]["runningTaskCount"], 2, "both revisions are alive while it bakes")
        self.assertEqual(self.stages(arn, 2), ["BAKE_TIME", "CLEAN_UP"])
        self.assertEqual(self.history(arn)["status"], "SUCCESSFUL")
        self.assertEqual(len(self.service()["deployments"]), 1)

    def test_canary_and_linear_shift_in_steps(self):
        canary = {"strategy": "CANARY", "canaryConfiguration": {"canaryPercent": 10.0}}
        linear = {"strategy": "LINEAR", "linearConfiguration": {"stepPercent": 40.0}}
        for configuration, weights in ((canary, [10.0, 100.0]), (linear, [40.0, 80.0, 100.0])):
            with self.subTest(configuration["strategy"]):
                self.setUp()
                self.shop({"polls": 1}, deploymentConfiguration=configuration)
                arn = self.deploy()
                seen = []
                while (told := self.history(arn))["status"] in ("PENDING", "IN_PROGRESS"):
                    if told["lifecycleStage"] == "PRODUCTION_TRAFFIC_SHIFT":
                        seen.append(told["targetServiceRevision"]["requestedProductionTrafficWeight"])
                self.assertEqual(seen, weights)

    def test_a_paused_hook_waits(self):
        hook = {"targetType": "PAUSE", "lifecycleStages": ["POST_SCALE_UP"]}
        self.shop({"polls": 1}, deploymentConfiguration={"strategy": "BLUE_GREEN", "lifecycleHooks": [hook]})
        arn = self.deploy()
        self.assertEqual(set(self.stages(arn, 12)[4:]), {"POST_SCALE_UP"})
        (detail,) = self.history(arn)["lifecycleHookDetails"]
        self.assertEqual((detail["status"], detail["timeoutAction"]), ("AWAITING_ACTION", "ROLLBACK"))
        self.ecs.continue_service_deployment(serviceDeploymentArn=arn, hookId=detail["hookId"], action="CONTINUE")
        self.assertEqual(self.stages(arn, 2)[-1], "TEST_TRAFFIC_SHIFT")
        self.refused(
            "InvalidParameterException", self.ecs.continue_service_deployment, serviceDeploymentArn=arn, hookId=detail["hookId"]
        )

    def test_a_paused_hook_answered_with_roll_back(self):
        hook = {"targetType": "PAUSE", "lifecycleStages": ["PRE_SCALE_UP"]}
        self.shop({"rollback": {"polls": 1}}, deploymentConfiguration={"strategy": "BLUE_GREEN", "lifecycleHooks": [hook]})
        arn = self.deploy()
        self.stages(arn, 3)
        (detail,) = self.history(arn)["lifecycleHookDetails"]
        self.ecs.continue_service_deployment(serviceDeploymentArn=arn, hookId=detail["hookId"], action="ROLLBACK")
        self.stages(arn, 2)
        self.assertEqual(self.history(arn)["status"], "ROLLBACK_SUCCESSFUL")

    def test_a_hook_that_fails_rolls_back(self):
        self.shop(
            {"outcome": "hook-fails", "stage": "POST_TEST_TRAFFIC_SHIFT", "polls": 1, "rollback": {"polls": 1}},
            deploymentConfiguration={"strategy": "BLUE_GREEN"},
        )
        arn = self.deploy()
        self.stages(arn, 8)
        self.assertEqual(self.history(arn)["status"], "ROLLBACK_SUCCESSFUL")

    def test_an_alarm_while_it_bakes_rolls_back(self):
        alarms = {"alarmNames": ["5xx"], "enable": True, "rollback": True}
        self.seed(alarms={"5xx": "OK"})
        self.shop(
            {"outcome": "alarm", "stage": "BAKE_TIME", "polls": 1, "rollback": {"polls": 1}},
            deploymentConfiguration={"strategy": "BLUE_GREEN", "alarms": alarms},
        )
        arn = self.deploy()
        self.stages(arn, 10)
        history = self.history(arn)
        self.assertEqual(history["status"], "ROLLBACK_SUCCESSFUL")
        self.assertEqual(history["alarms"]["status"], "TRIGGERED")

    def test_tasks_that_fail_are_no_matter_for_a_breaker(self):
        configuration = {"strategy": "BLUE_GREEN", "deploymentCircuitBreaker": {"enable": True, "rollback": True}}
        self.shop({"outcome": "fails", "rollback": {"polls": 1}}, deploymentConfiguration=configuration)
        arn = self.deploy()
        self.stages(arn, 10)
        self.assertEqual(self.history(arn)["status"], "IN_PROGRESS")
        self.ecs.stop_service_deployment(serviceDeploymentArn=arn, stopType="ROLLBACK")
        self.stages(arn, 2)
        self.assertEqual(self.history(arn)["status"], "ROLLBACK_SUCCESSFUL")
        self.assertEqual(self.service()["runningCount"], 2)

    def test_it_dies_while_it_bakes(self):
        self.shop(
            {"outcome": "dies", "during": "BAKE_TIME", "after": 1, "count": 1, "polls": 1, "bake": 3},
            deploymentConfiguration={"strategy": "BLUE_GREEN"},
        )
        arn = self.deploy()
        while self.history(arn).get("lifecycleStage") != "BAKE_TIME":
            pass
        self.assertEqual(len([t for t in self.tasks() if t["stopCode"] == "EssentialContainerExited"]), 1)
