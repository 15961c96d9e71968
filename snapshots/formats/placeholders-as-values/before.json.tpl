{
  "family": "svc",
  "networkMode": "awsvpc",
  "requiresCompatibilities": ["FARGATE"],
  "cpu": ${cpu},
  "memory": ${memory},
  "containerDefinitions": [
    {
      "name": "app",
      "image": "registry.example.com/app:${tag}",
      "portMappings": [{"containerPort": {{ port }}}],
      "environment": ${jsonencode(environment)},
      "essential": true
    }
  ]
}
