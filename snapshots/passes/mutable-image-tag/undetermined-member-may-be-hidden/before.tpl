{
  "family": "shop",
  "requiresCompatibilities": ["EC2"],
  "containerDefinitions": [
    {
      "name": "web",
      ${image_and_size},
      "essential": true
    },
    ${sidecars}
  ]
}
