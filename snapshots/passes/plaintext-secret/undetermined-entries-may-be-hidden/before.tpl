[
  {
    "name": "shop",
    "image": "shop:1",
    "environment": [
      { "name": "PORT", "value": "80" },
      ${extra_environment}
    ]
  }
]
