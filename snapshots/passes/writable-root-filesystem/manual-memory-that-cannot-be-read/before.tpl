{
  "family": "web",
  "requiresCompatibilities": ["EC2"],
  "containerDefinitions": [
    {
      "name": "web",
      "image": "registry.example.com/web:1",
      "memory": ${memory},
      "user": "101:101"
    }
  ]
}
