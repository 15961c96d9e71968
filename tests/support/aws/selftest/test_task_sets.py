"""Task sets under EXTERNAL, and services under CODE_DEPLOY as far as Amazon ECS itself goes."""

from .base import Scenario, short

EXTERNAL = {"deploymentController": {"type": "EXTERNAL"}}
NETWORK = {"awsvpcConfiguration": {"subnets": ["subnet-0a1b2c3d"]}}
WHERE = {"cluster": "shop", "service": "checkout"}


class TaskSets(Scenario):
    """CreateTaskSet to DeleteTaskSet."""

    def create(self, **members):
        """A task set of the second revision."""
        given = {"taskDefinition": "checkout:2", "launchType": "FARGATE", "networkConfiguration": NETWORK} | members
        return self.ecs.create_task_set(**WHERE, **given)["taskSet"]

    def sets(self):
        """Of each task set its status, revision, count and stability; this is a poll."""
        told = self.ecs.describe_task_sets(**WHERE)["taskSets"]
        return [(t["status"], short(t["taskDefinition"]), t["runningCount"], t["stabilityStatus"]) for t in told]

    def test_from_one_task_set_to_the_next(self):
        self.shop({"polls": 2}, **EXTERNAL)
        told = self.service()
        self.assertEqual((told["deployments"], told["runningCount"]), ([], 2))
        self.assertEqual(self.sets(), [("PRIMARY", "checkout:1", 2, "STEADY_STATE")])
        green = self.create(clientToken="once")
        self.assertEqual(green["stabilityStatus"], "STABILIZING")
        self.assertEqual(self.create(clientToken="once")["id"], green["id"], "a token makes one task set")
        self.assertEqual(self.sets()[1], ("ACTIVE", "checkout:2", 1, "STABILIZING"))
        self.assertEqual(self.sets()[1], ("ACTIVE", "checkout:2", 2, "STEADY_STATE"))
        self.ecs.update_service_primary_task_set(**WHERE, primaryTaskSet=green["id"])
        blue = self.ecs.describe_task_sets(**WHERE)["taskSets"][0]
        self.assertEqual(blue["status"], "ACTIVE")
        self.refused("InvalidParameterException", self.ecs.delete_task_set, **WHERE, taskSet=green["id"], force=True)
        self.refused("InvalidParameterException", self.ecs.delete_task_set, **WHERE, taskSet=blue["id"])
        self.ecs.update_task_set(**WHERE, taskSet=blue["id"], scale={"unit": "PERCENT", "value": 0})
        self.sets()
        self.assertEqual(self.sets()[0], ("ACTIVE", "checkout:1", 0, "STEADY_STATE"))
        self.assertEqual(self.ecs.delete_task_set(**WHERE, taskSet=blue["id"])["taskSet"]["status"], "DRAINING")
        self.assertEqual(self.sets(), [("PRIMARY", "checkout:2", 2, "STEADY_STATE")])
        self.refused("TaskSetNotFoundException", self.ecs.delete_task_set, **WHERE, taskSet=blue["id"])

    def test_nothing_is_inherited_from_the_service(self):
        self.shop(**EXTERNAL)
        members = WHERE | {"taskDefinition": "checkout:2", "launchType": "FARGATE"}
        text = self.refused("InvalidParameterException", self.ecs.create_task_set, **members)
        self.assertIn("Network Configuration must be provided", text)

    def test_one_that_never_becomes_steady(self):
        self.shop({"outcome": "fails", "stop": "user"}, **EXTERNAL)
        green = self.create()
        for _ in range(8):
            self.sets()
        self.assertEqual(self.sets()[1], ("ACTIVE", "checkout:2", 0, "STABILIZING"))
        stopped = self.ecs.list_tasks(cluster="shop", startedBy=green["id"], desiredStatus="STOPPED")["taskArns"]
        self.assertEqual(len(stopped), 9)
        self.ecs.delete_task_set(**WHERE, taskSet=green["id"], force=True)
        self.assertEqual(self.sets(), [("PRIMARY", "checkout:1", 2, "STEADY_STATE")])

    def test_one_that_dies_later(self):
        self.shop({"outcome": "dies", "polls": 1, "after": 1, "count": 1}, **EXTERNAL)
        self.create()
        self.sets()
        self.sets()
        self.assertEqual([t["stopCode"] for t in self.tasks()], ["EssentialContainerExited"])

    def test_updates_that_a_controller_refuses(self):
        for kind in ("EXTERNAL", "CODE_DEPLOY"):
            with self.subTest(kind):
                self.setUp()
                self.shop(deploymentController={"type": kind})
                for members in ({"taskDefinition": "checkout:2"}, {"forceNewDeployment": True}, {"networkConfiguration": NETWORK}):
                    text = self.refused("InvalidParameterException", self.ecs.update_service, **WHERE, **members)
                    self.assertIn(kind, text)
                self.ecs.update_service(**WHERE, desiredCount=3)
        text = self.refused("InvalidParameterException", self.ecs.update_service, **WHERE, taskDefinition="checkout:2")
        self.assertIn("Use AWS CodeDeploy", text)
        self.refused("InvalidParameterException", self.ecs.create_task_set, **WHERE, taskDefinition="checkout:2")

    def test_express_services_are_not_updated(self):
        self.shop(express=True)
        self.assertEqual(self.service()["resourceManagementType"], "ECS")
        self.refused("InvalidParameterException", self.ecs.update_service, **WHERE, taskDefinition="checkout:2")
        told = self.ecs.describe_express_gateway_service(serviceArn=self.service()["serviceArn"])
        self.assertEqual(told["service"]["serviceName"], "checkout")

    def test_services_that_are_not_active(self):
        self.shop(status="DRAINING")
        self.assertEqual(self.service()["status"], "DRAINING")
        self.refused("ServiceNotActiveException", self.ecs.update_service, **WHERE, taskDefinition="checkout:2")
