{
  "family": "ingest",
  "networkMode": "bridge",
  "requiresCompatibilities": ["EC2"],
  "cpu": "512",
  "memory": "1024",
  "containerDefinitions": [
    {
      "name": "ingest",
      "image": "registry.example.com/ingest:5",
      "ulimits": [
        {"name": "nofile", "softLimit": ${nofile_soft}, "hardLimit": -1}
      ]
    }
  ]
}
