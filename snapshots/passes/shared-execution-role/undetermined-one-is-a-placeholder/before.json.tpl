{
  "family": "shop",
  "executionRoleArn": "arn:aws:iam::123456789012:role/ecsTaskExecutionRole",
  "taskRoleArn": <TASK_ROLE>,
  "containerDefinitions": [{"name": "web", "image": "registry.example.com/web:4.2", "memory": 256}]
}
