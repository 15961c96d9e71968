"""Whether a request is signed with the secret that belongs to its key (Signature Version 4), computed anew with botocore."""

import hashlib
import hmac
import http.client
import re

import botocore.auth
import botocore.awsrequest
import botocore.credentials

from .errors import Refused

PARTS = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request,\s*SignedHeaders=([^,]+),\s*Signature=([0-9a-f]+)"
)
WRONG = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method."
)


class _Signer(botocore.auth.SigV4Auth):
    """Signs exactly the headers that the request says were signed."""

    signed = ()

    def headers_to_sign(self, request):
        kept = http.client.HTTPMessage()
        for name in self.signed:
            kept[name] = request.headers[name]
        return kept


def check(request, keys):
    """Refuses a request that is unsigned, signed with an unknown key, or signed over something else than came."""
    found = PARTS.fullmatch(request.headers.get("authorization", ""))
    if not found:
        raise Refused("MissingAuthenticationTokenException", "Missing Authentication Token", 403)
    key, day, region, service, signed, signature = found.groups()
    secret = keys.get(key)
    if secret is None:
        raise Refused("UnrecognizedClientException", "The security token included in the request is invalid.", 403)
    names = signed.split(";")
    digest = hashlib.sha256(request.body).hexdigest()
    told = request.headers.get("x-amz-content-sha256", digest)
    when = request.headers.get("x-amz-date", "")
    whole = {"host", "x-amz-date"} <= set(names) <= set(request.headers)
    if not whole or told != digest or not when.startswith(day):
        raise _wrong()
    if not hmac.compare_digest(_expected(request, secret, key, region, service, names, when), signature):
        raise _wrong()


def _expected(request, secret, key, region, service, names, when):
    signer = _Signer(botocore.credentials.Credentials(key, secret), service, region)
    signer.signed = names
    url = f"http://{request.headers['host']}{request.target}"
    headers = {name: request.headers[name] for name in {*names, *({"x-amz-content-sha256"} & set(request.headers))}}
    rebuilt = botocore.awsrequest.AWSRequest(method=request.method, url=url, headers=headers, data=request.body)
    rebuilt.context["timestamp"] = when
    canonical = signer.canonical_request(rebuilt)
    return signer.signature(signer.string_to_sign(rebuilt, canonical), rebuilt)


def _wrong():
    return Refused("InvalidSignatureException", WRONG, 403)
