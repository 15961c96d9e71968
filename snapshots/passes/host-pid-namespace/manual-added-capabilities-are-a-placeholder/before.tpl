{
  "family": "profiler",
  "requiresCompatibilities": ["EC2"],
  "pidMode": "host",
  "containerDefinitions": [
    {
      "name": "profiler",
      "image": "registry.example.com/profiler:2",
      "memory": 256,
      "linuxParameters": {"capabilities": {"add": ${capabilities}}}
    }
  ]
}
