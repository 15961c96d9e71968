{
  "family": "gallery",
  "networkMode": "awsvpc",
  "requiresCompatibilities": ["FARGATE"],
  "cpu": "512",
  "memory": "1024",
  "containerDefinitions": [
    {
      "name": "gallery",
      "image": "registry.example.com/gallery:8",
      "mountPoints": [{"sourceVolume": "uploads", "containerPath": "/srv/uploads"}]
    }
  ],
  "volumes": [{"efsVolumeConfiguration":{"fileSystemId":"${file_system}","transitEncryption":null}},{"name":"uploads","efsVolumeConfiguration":{"fileSystemId":"${file_system}"}}]
}
