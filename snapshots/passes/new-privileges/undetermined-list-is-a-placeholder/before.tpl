{
  "family": "tools",
  "networkMode": "bridge",
  "requiresCompatibilities": ["EC2"],
  "containerDefinitions": [
    {
      "name": "tools",
      "image": "registry.example.com/tools:6",
      "memory": 256,
      "dockerSecurityOptions": ${options}
    }
  ]
}
