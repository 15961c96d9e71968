{
  "family": "shop",
  "executionRoleArn": "${execution_role_arn}",
  "taskRoleArn": "${task_role_arn}",
  "containerDefinitions": [{"name": "web", "image": "registry.example.com/web:4.2", "memory": 256}]
}
