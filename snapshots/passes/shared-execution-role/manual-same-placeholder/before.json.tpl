{
  "family": "shop",
  "executionRoleArn": "${role_arn}",
  "taskRoleArn": "${role_arn}",
  "requiresCompatibilities": ["FARGATE"],
  "networkMode": "awsvpc",
  "cpu": "256",
  "memory": "512",
  "containerDefinitions": [{"name": "web", "image": "registry.example.com/web:4.2"}]
}
