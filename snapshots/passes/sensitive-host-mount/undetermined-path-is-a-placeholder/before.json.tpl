{
  "family": "metrics",
  "requiresCompatibilities": ["MANAGED_INSTANCES"],
  "containerDefinitions": [
    {
      "name": "metrics",
      "image": "registry.example.com/metrics:1",
      "memory": 128,
      "mountPoints": [
        { "sourceVolume": "state", "containerPath": "/state" },
        { "sourceVolume": "spool", "containerPath": "/spool" },
        { "sourceVolume": "below-var", "containerPath": "/v" }
      ]
    }
  ],
  "volumes": [
    { "name": "state", "host": { "sourcePath": "${state_directory}" } },
    { "name": "spool", "host": { "sourcePath": "/srv/spool/${environment}" } },
    { "name": "below-var", "host": { "sourcePath": "/var/${name}" } }
  ]
}
