{
  "containerDefinitions": [
    %{ if debug ~}
    { "name": "web" }
    %{ endif ~}
  ]
}
