{
  "family": "shop",
  "requiresCompatibilities": ["EC2"],
  "memory": ${task_memory},
  "containerDefinitions": [
    { "name": "web", "image": "registry.example.com/web:4.2", "memory": 512 },
    { "name": "cache", "image": "registry.example.com/cache:7", "memoryReservation": 128 }
  ]
}
