{
  "family": "ingest",
  "networkMode": "awsvpc",
  "requiresCompatibilities": ["FARGATE"],
  "cpu": "512",
  "memory": "1024",
  "containerDefinitions": [
    {
      "name": "ingest",
      "image": "registry.example.com/ingest:5",
      "ulimits": ${jsonencode(ulimits)}
    }
  ]
}
