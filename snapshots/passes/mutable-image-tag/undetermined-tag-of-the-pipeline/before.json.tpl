{
  "family": "shop",
  "requiresCompatibilities": ["FARGATE"],
  "networkMode": "awsvpc",
  "cpu": "512",
  "memory": "1024",
  "containerDefinitions": [
    { "name": "web", "image": "${repository_url}:${image_tag}" },
    { "name": "worker", "image": "123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop/worker:{{ TAG }}" }
  ]
}
