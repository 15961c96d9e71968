{
  "family": "shop",
  "requiresCompatibilities": ["EC2"],
  "containerDefinitions": [ { "name": "web", "image": "registry.example.com/web:4.2", "memory": 512, "cpu": ${cpu} } ]
}
