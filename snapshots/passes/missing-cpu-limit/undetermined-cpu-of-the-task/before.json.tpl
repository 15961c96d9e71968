{
  "family": "shop",
  "requiresCompatibilities": ["EC2"],
  "cpu": "{{ must_env `TASK_CPU` }}",
  "containerDefinitions": [
    { "name": "web", "image": "registry.example.com/web:4.2", "memory": 512, "cpu": 256 },
    { "name": "cache", "image": "registry.example.com/cache:7", "memory": 128 }
  ]
}
