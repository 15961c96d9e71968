"""A double of the control plane of Amazon ECS, and of what stands around it. README.md beside this package tells how to use it."""
