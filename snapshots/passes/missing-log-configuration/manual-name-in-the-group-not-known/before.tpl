{
  "family": "${family}",
  "networkMode": "awsvpc",
  "requiresCompatibilities": ["FARGATE"],
  "cpu": "256",
  "memory": "512",
  "executionRoleArn": "${execution_role}",
  "containerDefinitions": [
    { "name": "app", "image": "${image}" }
  ]
}
