{ "family": "x", "containerDefinitions": [ %{ if debug }{}%{ endif } ] }
