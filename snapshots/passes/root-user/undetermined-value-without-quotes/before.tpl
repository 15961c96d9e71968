{
  "family": "templated",
  "networkMode": "awsvpc",
  "requiresCompatibilities": ["FARGATE"],
  "cpu": "256",
  "memory": "512",
  "containerDefinitions": [
    {
      "name": "app",
      "image": "registry.example.com/app:1",
      "user": ${uid}
    },
    ${sidecar}
  ]
}
