{
  "family": "shipper",
  "requiresCompatibilities": ["EC2"],
  "containerDefinitions": [
    { "name": "shipper", "image": "registry.example.com/shipper:3", "memory": 64, "mountPoints": ${mounts} },
    { "name": "web", "image": "registry.example.com/web:3", "memory": 64, "mountPoints": [] }
  ],
  "volumes": [ { "name": "root", "host": { "sourcePath": "/root" } } ]
}
