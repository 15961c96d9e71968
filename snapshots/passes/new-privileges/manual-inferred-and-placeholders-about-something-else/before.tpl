{
  "family": "tools",
  "networkMode": "bridge",
  "containerDefinitions": [
    {
      "name": "tools",
      "image": "registry.example.com/tools:6",
      "memory": 256,
      "dockerSecurityOptions": ["label:level:${level}", "apparmor:<PROFILE>"]
    }
  ]
}
