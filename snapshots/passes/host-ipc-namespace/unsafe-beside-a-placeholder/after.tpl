{
    "family": "web",
    "requiresCompatibilities": ["EC2"],
    "containerDefinitions": [
        {"name": "web", "image": "shop/web:1", "memory": 64}
    ],
    ${extra}
}
