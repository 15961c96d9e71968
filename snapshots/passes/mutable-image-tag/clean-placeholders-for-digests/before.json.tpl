{
  "family": "shop",
  "requiresCompatibilities": ["EC2"],
  "containerDefinitions": [
    { "name": "web", "image": "registry.example.com/web@${web_digest}", "memory": 256 },
    { "name": "job", "image": "registry.example.com/job@sha256:{{ job_sha }}", "memory": 256 },
    { "name": "cache", "image": "${mirror}/redis@sha256:9b2a28eb47540823042a2ba401386845089bb7b62a9637d55816132c4c3c36eb", "memory": 64 }
  ]
}
