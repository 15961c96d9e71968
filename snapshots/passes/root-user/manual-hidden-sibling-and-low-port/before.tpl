{
  "family": "web",
  "requiresCompatibilities": ["FARGATE"],
  "networkMode": "awsvpc",
  "cpu": "256",
  "memory": "512",
  "containerDefinitions": [
    ${sidecar},
    {
      "name": "web",
      "image": "registry.example.com/web:1",
      "portMappings": [{"containerPort": 80}]
    }
  ]
}
