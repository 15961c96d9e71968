[
  {
    "name": "app",
    "image": "registry.example.com/app:1",
    "memory": 128,
    "user": "1000:1000",
    "readonlyRootFilesystem": true,
    "linuxParameters": {
      "capabilities": {
        "drop": [
          "ALL"
        ]
      },
      "tmpfs": [
        {
          "containerPath": "/tmp",
          "size": 12,
          "mountOptions": [
            "exec",
            "uid=1000",
            "gid=1000"
          ]
        }
      ]
    },
    "ulimits": [
      {
        "name": "nofile",
        "softLimit": 65535,
        "hardLimit": 65535
      }
    ]
  },
  ${log_router}
]
