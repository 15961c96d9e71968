[
  {
    "name": "shop",
    "image": "shop:1",
    "environment": ${environment}
  }
]
