{
  "family": "edge",
  "requiresCompatibilities": ["MANAGED_INSTANCES"],
  "pidMode": "host",
  "containerDefinitions": [
    {"name": "edge", "image": "edge:5", "memory": 256},
    ${sidecars}
  ]
}
