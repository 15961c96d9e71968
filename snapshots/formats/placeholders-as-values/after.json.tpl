{
  "family": "svc",
  "networkMode": "awsvpc",
  "requiresCompatibilities": ["FARGATE"],
  "cpu": ${cpu},
  "memory": ${memory},
  "containerDefinitions": [
    {
      "name": "app",
      "image": "registry.example.com/app:${tag}",
      "portMappings": [{"containerPort": {{ port }}}],
      "environment": ${jsonencode(environment)},
      "essential": true,
      "user": "1000:1000",
      "readonlyRootFilesystem": true,
      "linuxParameters": {
        "capabilities": {
          "drop": ["ALL"]
        },
        "tmpfs": [
          {
            "containerPath": "/tmp",
            "size": 51,
            "mountOptions": ["exec", "uid=1000", "gid=1000"]
          }
        ]
      },
      "ulimits": [
        {"name": "nofile", "softLimit": 65535, "hardLimit": 65535}
      ],
      "systemControls": [
        {"namespace": "net.ipv4.ip_unprivileged_port_start", "value": "0"}
      ]
    }
  ]
}
