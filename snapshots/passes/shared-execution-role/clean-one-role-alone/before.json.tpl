{
  "family": "shop",
  "executionRoleArn": "${execution_role_arn}",
  "taskRoleArn": "",
  "containerDefinitions": [{"name": "web", "image": "registry.example.com/web:4.2", "memory": 256}]
}
