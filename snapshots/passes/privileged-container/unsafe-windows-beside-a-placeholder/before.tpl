{
    "family": "web",
    "requiresCompatibilities": ["EC2"],
    "runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"},
    "containerDefinitions": [
        {"name": "web", "image": "shop/web:1", "memory": 64, "privileged": true, ${extra} }
    ]
}
