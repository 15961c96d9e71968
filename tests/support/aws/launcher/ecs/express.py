"""Services of Amazon ECS Express Mode: enough to recognise one and to leave it alone."""

from ..errors import Refused


def describe(world, request):
    """DescribeExpressGatewayService."""
    service = next((s for s in world.services.values() if s.arn == request["serviceArn"] and s.management == "ECS"), None)
    if service is None:
        raise Refused("ResourceNotFoundException", "The express gateway service was not found.")
    return {
        "service": {
            "cluster": service.cluster,
            "serviceName": service.name,
            "serviceArn": service.arn,
            "status": {"statusCode": service.status},
            "createdAt": service.created,
            "updatedAt": service.created,
        }
    }
