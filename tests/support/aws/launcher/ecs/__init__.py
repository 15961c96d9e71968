"""The double's own Amazon ECS: what its API does, moved by polls."""
