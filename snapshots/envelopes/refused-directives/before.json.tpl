{
  "family": "accounts",
  "requiresCompatibilities": ["FARGATE"],
  "containerDefinitions": [
    {
      "name": "accounts",
%{ if debug }
      "command": ["--debug", "planted-debug"],
%{ endif }
      "image": "registry.example.com/accounts:5"
    }
  ]
}
