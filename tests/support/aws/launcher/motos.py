"""moto answers what the double does not: sts, iam, secretsmanager, ssm, events, scheduler, cloudwatch and the rest.

It is loaded with the first request that needs it, so that a test which is about Amazon ECS alone does not wait for it.
"""

import os
import re


class Moto:
    """moto's server as a WSGI application in this process."""

    def __init__(self, account):
        self.account, self.application, self.clients = account, None, {}

    def _loaded(self):
        if self.application is None:
            os.environ["MOTO_ACCOUNT_ID"] = self.account
            from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

            self.application = DomainDispatcherApplication(create_backend_app)
            self.request("POST", "/moto-api/seed?a=1", {}, b"")
        return self.application

    def request(self, method, target, headers, body):
        """Status, headers and body of moto's answer to a request as it came."""
        from werkzeug.test import EnvironBuilder, run_wsgi_app

        path, _, query = target.partition("?")
        kept = {name: value for name, value in headers.items() if name.lower() not in ("connection", "transfer-encoding")}
        environ = EnvironBuilder(method=method, path=path, query_string=query, headers=kept, data=body).get_environ()
        parts, status, answered = run_wsgi_app(self._loaded(), environ, buffered=True)
        return int(status.split()[0]), list(answered.items()), b"".join(parts)

    def reset(self):
        """Forgets everything, where there is anything to forget."""
        if self.application is not None:
            self.request("POST", "/moto-api/reset", {}, b"")
            self.request("POST", "/moto-api/seed?a=1", {}, b"")

    def call(self, region, service, operation, given):
        """One operation with the members of its request, for seeds."""
        client = self.clients.get((region, service))
        if client is None:
            client = self.clients[region, service] = self._client(region, service)
        method = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", operation).lower()
        return getattr(client, method)(**given)

    def _client(self, region, service):
        import boto3
        import botocore.awsrequest

        session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=region)
        client = session.client(service, endpoint_url="http://127.0.0.1")

        def send(request, **_rest):
            target = request.url.split("127.0.0.1", 1)[1] or "/"
            headers = {
                name: value.decode() if isinstance(value, bytes) else value for name, value in request.headers.items()
            }
            body = request.body or b""
            status, answered, content = self.request(request.method, target, headers, body.encode() if isinstance(body, str) else body)
            return botocore.awsrequest.AWSResponse(request.url, status, botocore.awsrequest.HeadersDict(answered), _Raw(content))

        client.meta.events.register("before-send", send)
        return client


class _Raw:
    """The body of an answer, as botocore wants to read it."""

    def __init__(self, content):
        self.content = content

    def stream(self, **_rest):
        """All of it in one piece."""
        yield self.content
