{
  "family": "worker",
  "requiresCompatibilities": ["FARGATE"],
  "networkMode": "awsvpc",
  "cpu": "${cpu}",
  "memory": "${memory}",
  "containerDefinitions": [
    {
      "name": "worker",
      "image": "${image}",
      "user": "${user}",
      "readonlyRootFilesystem": true,
      "linuxParameters": { "capabilities": { "drop": ["ALL"] } }
    }
  ]
}
