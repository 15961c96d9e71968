{
  "family": "vpn",
  "requiresCompatibilities": ["EC2"],
  "containerDefinitions": [
    {
      "name": "vpn",
      "image": "registry.example.com/vpn:2",
      "memory": 128,
      "privileged": true,
      "linuxParameters": {"capabilities": ${capabilities}}
    }
  ]
}
