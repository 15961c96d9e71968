[
	{
		"name": "web",
		"image": "registry.example.com/web:${tag}",
		"essential": true,
		"ulimits": null
	},
	{"name": "cron", "image": "registry.example.com/cron:${tag}", "essential": false}
]
