"""What a service refuses, as its clients see it."""


class Refused(Exception):
    """An answer that is an error: the code that clients match on, the text for people, the HTTP status."""

    def __init__(self, code, message, status=400):
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.status = code, message, status


def client(message):
    """ECS says `ClientException` for nearly everything that is wrong with a task definition (API model, RegisterTaskDefinition)."""
    return Refused("ClientException", message)


def invalid(message):
    """ECS says `InvalidParameterException` for what is wrong with anything else."""
    return Refused("InvalidParameterException", message)


class Control(Exception):
    """A request to the double itself that cannot be carried out: a mistake in a test."""
