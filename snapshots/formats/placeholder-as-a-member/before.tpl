{
  "family": "svc",
  "networkMode": "bridge",
  "requiresCompatibilities": ["EC2"],
  ${task_members}
  "containerDefinitions": [
    {
      "name": "app",
      "image": "registry.example.com/app:1",
      "memory": 128,
      "user": "root",
      "readonlyRootFilesystem": false,
      ${further_members}
    }
  ]
}
