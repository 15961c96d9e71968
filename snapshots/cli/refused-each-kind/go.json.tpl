{
  "containerDefinitions": [
    {{ if .Debug }}{ "name": "web" }{{ end }}
  ]
}
