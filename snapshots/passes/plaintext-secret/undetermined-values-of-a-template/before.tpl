{
  "family": "shop",
  "executionRoleArn": "${execution_role}",
  "requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc", "cpu": "256", "memory": "512",
  "containerDefinitions": [
    {
      "name": "shop",
      "image": "${image}",
      "environment": [
        { "name": "DB_PASSWORD", "value": "${db_password}" },
        { "name": "DB_HOST", "value": "${db_host}" },
        { "name": "${prefix}_MODE", "value": "fast" }
      ]
    }
  ]
}
