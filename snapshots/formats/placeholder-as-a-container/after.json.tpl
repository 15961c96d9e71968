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
    }
  },
  ${log_router}
]
