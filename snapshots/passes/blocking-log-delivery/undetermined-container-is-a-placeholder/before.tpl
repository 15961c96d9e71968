[
  {"name": "web", "image": "web:1", "logConfiguration": {"logDriver": "json-file"}},
  ${sidecar}
]
