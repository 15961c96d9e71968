{
  "family": "web",
  "requiresCompatibilities": ["FARGATE"],
  "networkMode": "awsvpc",
  "cpu": "256",
  "memory": "512",
  "containerDefinitions": [
    { "name": "web", "image": "registry.example.com/web:3", "mountPoints": [ { "sourceVolume": "data", "containerPath": "/data" } ] }
  ],
  "volumes": ${volumes}
}
