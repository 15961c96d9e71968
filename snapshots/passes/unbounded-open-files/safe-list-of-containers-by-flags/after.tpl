[
	{
		"name": "web",
		"image": "registry.example.com/web:${tag}",
		"essential": true,
		"ulimits": [
			{"name": "nofile", "softLimit": 65535, "hardLimit": 65535}
		]
	},
	{"name": "cron", "image": "registry.example.com/cron:${tag}", "essential": false, "ulimits": [{"name": "nofile", "softLimit": 65535, "hardLimit": 65535}]}
]
