"""The double, driven with boto3 over HTTP: scenario by scenario."""
