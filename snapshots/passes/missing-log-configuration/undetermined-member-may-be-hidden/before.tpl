{
  "family": "hidden",
  "networkMode": "awsvpc",
  "requiresCompatibilities": ["FARGATE"],
  "cpu": "256",
  "memory": "512",
  "containerDefinitions": [
    {
      "name": "api",
      "image": "registry.example.com/api:3",
      "user": "1000",
      {{ log_configuration }}
    }
  ]
}
