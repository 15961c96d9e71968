[
  {
    "name": "api",
    "image": "${image}",
    "logConfiguration": {
      "logDriver": "${log_driver}",
      "options": ${log_options}
    }
  }
]
