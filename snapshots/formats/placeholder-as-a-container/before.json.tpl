[
  {
    "name": "app",
    "image": "registry.example.com/app:1",
    "memory": 128
  },
  ${log_router}
]
