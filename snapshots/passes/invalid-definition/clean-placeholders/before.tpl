{
  "family": "${family}",
  "requiresCompatibilities": ["${launch_type}"],
  "networkMode": "{{ network_mode }}",
  "cpu": ${cpu},
  "memory": "$MEMORY",
  "executionRoleArn": "${role}",
  "pidMode": "<PID_MODE>",
  "containerDefinitions": [
    {
      "name": "${name}",
      "image": "${image}",
      "user": "${uid}:${gid}",
      "privileged": ${privileged},
      "readonlyRootFilesystem": true,
      "dependsOn": [{ "containerName": "${proxy}", "condition": "${condition}" }],
      "portMappings": [{ "containerPort": 8080, "hostPort": "${port}", "protocol": "%PROTOCOL%" }],
      "mountPoints": [{ "sourceVolume": "${volume}", "containerPath": "/data" }],
      "environment": [{ "name": "${variable}", "value": "x" }],
      "secrets": [{ "name": "${variable}", "valueFrom": "${secret}" }],
      "ulimits": [{ "name": "${limit}", "softLimit": ${soft}, "hardLimit": 1 }],
      "linuxParameters": { "tmpfs": [{ "containerPath": "${path}", "size": ${size} }] },
      "healthCheck": { "command": ["CMD", "true"], "interval": ${interval} },
      "logConfiguration": { "logDriver": "${driver}", "options": ${options} }
    }
  ],
  "volumes": ${volumes}
}
