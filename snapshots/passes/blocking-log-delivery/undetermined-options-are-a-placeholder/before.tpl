{
  "family": "shop",
  "networkMode": "awsvpc",
  "requiresCompatibilities": ["FARGATE"],
  "cpu": "512",
  "memory": "1024",
  "executionRoleArn": "arn:aws:iam::123456789012:role/execution",
  "containerDefinitions": [
    {
      "name": "shop",
      "image": "registry.example.com/shop:4",
      "logConfiguration": {
        "logDriver": "awslogs",
        "options": ${options}
      }
    }
  ]
}
